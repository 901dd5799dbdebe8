"""What each action of a plan cuts, with everything else running: the tonnes that would come back without it.

Shares of one source multiply, so that these figures do not add up to the whole cut: each is that of the last step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from optimiser.audit import Books
from optimiser.instance.data import ProjectData
from optimiser.plan import Floats
from optimiser.report.result import Result


@dataclass(frozen=True, eq=False)
class Action:
    """A project that starts, or a fleet that changes. `cut` (Y,) in kt of gross emissions by location; money (Y,)."""

    id: str
    name: str
    lever: str
    entity: int
    first: int
    effective: int
    amount: str
    scopes: tuple[int, ...]
    cut: Floats
    removed: Floats
    capex: Floats
    opex: Floats


def actions(result: Result) -> list[Action]:
    """Every action, in the order of the scenario."""
    books = Books(result.instance, result.plan.decisions)
    return [*_projects(result, books), *_fleets(result)]


def _projects(result: Result, books: Books) -> Iterator[Action]:
    money, accounts = result.accounts.money, result.accounts
    for p in result.instance.projects:
        starts = [s for s in result.plan.decisions.starts if s.project == p.id]
        if not starts:
            continue
        first, total = min(s.year for s in starts), sum(s.amount for s in starts)
        cut, scopes = _cut(result, books, p)
        none = np.zeros(len(accounts.years))
        yield Action(
            p.id, p.label, p.kind, p.entity, first, first + p.lead_time,
            "one" if p.is_single else f"{total:.6g} {p.unit or 'units'}", scopes, cut,
            accounts.removed.get(p.id, none), money["capex"][p.id], money["opex"][p.id],
        )  # fmt: skip


def _cut(result: Result, books: Books, p: ProjectData) -> tuple[Floats, tuple[int, ...]]:
    """Gross emissions of the sources it touches without it, less those with it."""
    touched = {a.source for a in p.abatements if a.counts_in("location")}
    if p.delivery is not None and p.delivery.supplies is not None:
        touched.add(p.delivery.supplies)
    without, total = books.without(p), np.zeros(len(result.accounts.years))
    for s in sorted(touched):
        total = total + without.gross(s, "location") - books.gross(s, "location")
    return total, tuple(sorted({result.instance.sources[s].scope for s in touched}))


def _fleets(result: Result) -> Iterator[Action]:
    """A fleet as one action: what its sources emit less than their baseline."""
    accounts, instance = result.accounts, result.instance
    none = np.zeros(len(accounts.years))
    for f, fleet in enumerate(instance.fleets):
        begun = accounts.fleets[fleet.id].begun
        years = np.flatnonzero(begun.sum(axis=0) > 0.5)
        if not len(years):
            continue
        sources = [s for s in instance.sources if s.fleet is not None and s.fleet[0] == f]
        cut = sum((accounts.baseline[s.id, "location"] - accounts.gross[s.id, "location"] for s in sources), none)
        first = int(accounts.years[years[0]])
        lead = min(c.lead_time for c, n in zip(fleet.changes, begun, strict=True) if n[years[0]] > 0.5)
        yield Action(
            fleet.id, fleet.label, "fleet", fleet.entity, first, first + lead, f"{begun.sum():.6g} changes",
            tuple(sorted({s.scope for s in sources})), cut, none,
            accounts.money.get("capex", {}).get(fleet.id, none), accounts.money.get("opex", {}).get(fleet.id, none),
        )  # fmt: skip
