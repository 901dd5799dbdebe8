"""Limits: everything that must hold of any plan, tested without the model.

Each function gives what is broken, in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite

import numpy as np

from optimiser.audit.accounts import Books
from optimiser.audit.lines import Line
from optimiser.instance.data import BudgetData, Ledger, ProjectData
from optimiser.instance.funding import RAISED
from optimiser.plan import Floats

TOLERANCE = 1e-5


def broken_limits(books: Books, budgets: dict[str, dict[str, Floats]]) -> list[str]:
    """Every limit that the decisions break beyond tolerance."""
    found = list(books.misplaced)
    found += [w for p in books.instance.projects for w in _amounts(books, p)]
    found += [w for p in books.instance.projects for w in _requirements(books, p)]
    found += [*_choices(books), *_sources(books), *_supply(books), *_resources(books)]
    if books.fleets:
        started = {p.index: (p.starts.tolist(), books.new[p.id]) for p in books.instance.projects}
        found += [w for fleet in books.fleets for w in fleet.broken(started)]
    for b in books.instance.budgets:
        found += _budget(books, b, budgets[b.id])
    return found


def _over(value: Floats, limit: Floats | float) -> bool:
    within = value <= limit + TOLERANCE * np.maximum(1.0, np.abs(limit))
    return not bool(np.all(within))  # so that a NaN is over, too


def _amounts(books: Books, p: ProjectData) -> Iterator[str]:
    new = [n for n in books.new[p.id].tolist() if n]
    total = sum(new)
    if p.integer and any(isfinite(n) and abs(n - round(n)) > 1e-9 for n in new):
        yield f"{p.id} starts in parts of a unit"
    if any(n < 0 for n in new) or _beyond(total, p.most):
        yield f"{p.id} starts {total:g}, at most {p.most:g}"
    if p.per_year is not None and any(_beyond(n, p.per_year) for n in new):
        yield f"{p.id} starts {max(new):g} in a year, at most {p.per_year:g}"
    if (p.committed or total > 0) and total < p.least - TOLERANCE * max(1.0, p.least):
        yield f"{p.id} starts {total:g}, at least {p.least:g}"


def _beyond(value: float, limit: float) -> bool:
    return not value <= limit + TOLERANCE * max(1.0, abs(limit))  # so that a NaN is, too


def _requirements(books: Books, p: ProjectData) -> Iterator[str]:
    for v in p.starts[books.new[p.id] > 0] if p.requires else ():
        for clause in p.requires:
            others = ((books.instance.projects[i], lag) for i, lag in clause)
            if not any(np.any(books.new[o.id][o.starts <= v - lag] > 0) for o, lag in others):
                names = " or ".join(books.instance.projects[i].id for i, _ in clause)
                yield f"{p.id} starts in {v} before {names}"


def _choices(books: Books) -> Iterator[str]:
    chosen = {p.index: bool(books.new[p.id].sum() > 0) for p in books.instance.projects}
    for a, b in books.instance.exclusions:
        if chosen[a] and chosen[b]:
            yield f"{books.instance.projects[a].id} and {books.instance.projects[b].id} are chosen together"
    for g in books.instance.groups:
        count = sum(chosen[p] for p in g.projects)
        if (g.at_most is not None and count > g.at_most) or (g.at_least is not None and count < g.at_least):
            yield f"{count} projects of {g.id} are chosen"


def _sources(books: Books) -> Iterator[str]:
    for s, source in enumerate(books.instance.sources):
        ledgers: tuple[Ledger, ...] = ("location", "market") if source.has_market else ("location",)
        for ledger in ledgers:
            scale = float(np.max(source.baseline[ledger]))
            if np.any(books.gross(s, ledger) < -TOLERANCE * max(1.0, scale)):
                yield f"{source.id} falls below zero ({ledger})"
        for p, a in books.instance.abatements_on.get(s, ()):
            if a.form == "share" and _over(a.amount * books.effect[p.id], 1.0):
                yield f"{p.id} abates more than all of {source.id}"
        if source.activity is not None and _over(books.cut(s, "location"), source.activity * books.left(s, "location")):
            yield f"{source.id} is supplied with more than it needs"


def _supply(books: Books) -> Iterator[str]:
    for name, used in books.on_site.items():
        if np.any(used < -TOLERANCE) or _over(used, books.output[name]):
            yield f"{name} supplies more than it makes"


def _resources(books: Books) -> Iterator[str]:
    for r, resource in enumerate(books.instance.resources):
        if _over(books.use(r), resource.limit):
            yield f"more of {resource.id} is used than there is"


def budget_account(books: Books, b: BudgetData, lines: Sequence[Line]) -> dict[str, Floats]:
    """Spend, what was available with what finance adds, and what is kept (Y,).

    The most that may be kept always is: later years only gain by it.
    """
    spend = np.zeros(books.n)
    for i in b.projects:
        p = books.instance.projects[i]
        spend = spend + books.capex(p)
        if b.covers == "cash":
            spend = spend + books.opex(p) + books.energy(p) + books.income(p)
    raised = np.zeros(books.n)
    for line in lines:
        if line.kind in RAISED:
            raised = raised - line.values * (b.id in (line.budgets or ()))
        elif b.sees(line.kind, line.entities, line.tags, line.budgets):
            spend = spend + line.values
    available, kept = b.limit + raised, np.zeros(books.n)
    if b.window is not None:
        before = np.array([(spend - raised)[max(y - b.window + 1, 0) : y].sum() for y in range(books.n)])
        available = available - before
    else:
        for y in range(books.n):
            available[y] = b.limit[y] + raised[y] + (kept[y - 1] if y else 0.0)
            kept[y] = b.carry * max(available[y] - spend[y], 0.0)
    return {"limit": b.limit, "spend": spend, "available": available, "kept": kept}


def _budget(books: Books, b: BudgetData, account: dict[str, Floats]) -> Iterator[str]:
    scale = np.maximum(1.0, np.abs(b.limit))
    if np.any(account["spend"] > account["available"] + TOLERANCE * scale * (b.window or 1)):
        yield f"the budget {b.id} is overspent"
