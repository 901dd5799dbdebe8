"""Lines: money that is not a project's, recomputed from the books."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from optimiser.audit.accounts import Books
from optimiser.audit.carbon import earnings, left_at_end, position
from optimiser.instance.data import NeutralityData
from optimiser.instance.market_data import ExternalMarketData
from optimiser.plan import Floats


@dataclass(frozen=True, eq=False)
class Line:
    """Money of one kind and owner (Y,), negative where earned, and what is left to pay after the last year.

    `budgets` names those that see it where that does not follow from `entities` and `tags`.
    """

    kind: str
    owner: str
    entities: frozenset[int]
    values: Floats
    tags: tuple[str, ...] = ()
    after: float = 0.0
    budgets: frozenset[str] | None = None


def lines_of(books: Books) -> list[Line]:
    """Every line that budgets may see and the objective counts."""
    return [*_credits(books), *_fleets(books), *_markets(books)]


def _fleets(books: Books) -> Iterator[Line]:
    for fleet in books.fleets:
        for kind, tags, values in fleet.money():
            if np.any(values):
                yield Line(kind, fleet.fleet.id, frozenset({fleet.fleet.entity}), values, tags)


def _credits(books: Books) -> Iterator[Line]:
    for t in books.instance.targets:
        if isinstance(t, NeutralityData) and t.admits_credits:
            yield Line("credits", t.id, t.entities, books.credits(t.id) * t.credit_price)


def _markets(books: Books) -> Iterator[Line]:
    """What accounts pay for allowances and credits, and what projects earn."""
    for m in books.instance.markets:
        if isinstance(m, ExternalMarketData):
            for a in m.accounts:
                found = position(books, m, a)
                yield Line("carbon", m.id, a.entities, found["cost"], after=-left_at_end(m, found))
    for (market, name), earned in earnings(books).items():
        p = books.index[name]
        for kind, key in (("carbon", "credit_income"), ("certificates", "certificate_income")):
            if key in earned:
                yield Line(kind, market, frozenset({p.entity}), -earned[key], p.tags)
