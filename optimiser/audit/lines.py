"""Lines: money that is not a project's, recomputed from the books."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from optimiser.audit.accounts import Books
from optimiser.instance.data import NeutralityData
from optimiser.plan import Floats


@dataclass(frozen=True, eq=False)
class Line:
    """Money of one kind and owner (Y,), negative where earned, and what is left to pay after the last year."""

    kind: str
    owner: str
    entities: frozenset[int]
    values: Floats
    tags: tuple[str, ...] = ()
    after: float = 0.0


def lines_of(books: Books) -> list[Line]:
    """Every line that budgets may see and the objective counts."""
    return [*_credits(books), *_fleets(books)]


def _fleets(books: Books) -> Iterator[Line]:
    for fleet in books.fleets:
        for kind, tags, values in fleet.money():
            if np.any(values):
                yield Line(kind, fleet.fleet.id, frozenset({fleet.fleet.entity}), values, tags)


def _credits(books: Books) -> Iterator[Line]:
    for t in books.instance.targets:
        if isinstance(t, NeutralityData) and t.credits > 0:
            yield Line("credits", t.id, t.entities, books.credits(t.id) * t.credit_price)
