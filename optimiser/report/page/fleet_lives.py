"""Lives of assets: how many there are, by the changes that they have gone through.

A plan moves assets between cells of assets that are alike. Here each cell keeps apart what its assets have been
through; where some of a cell move on, they are taken in proportion.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from optimiser.audit.fleets import FleetBooks
from optimiser.instance.fleet_data import FleetData
from optimiser.plan import Floats

Past = tuple[int, ...]
"""Changes that an asset has been through, in their order; the first is a new-build, except of today's assets."""


@dataclass(frozen=True, eq=False)
class Lives:
    """Assets in service or in the yard by change (C, Y): `built` by it, `changed` by it, or `in_yard` for it."""

    built: Floats
    changed: Floats
    in_yard: Floats

    def retrofits(self, fleet: FleetData, each: Floats) -> Floats:
        """By change (C, Y): what assets did before a retrofit, less what they do after it (nothing in the yard).

        `each` (S, Y) is what one asset in a state does.
        """
        total = np.zeros(self.changed.shape)
        for c, change in enumerate(fleet.changes):
            if change.kind == "retrofit" and change.origin is not None and change.target is not None:
                total[c] = self.changed[c] * (each[change.origin] - each[change.target])
                total[c] += self.in_yard[c] * each[change.origin]
        return total


def lives_of(fleet: FleetData, books: FleetBooks) -> Lives:
    """Follows every asset through its changes until it is gone."""
    shape = (len(fleet.changes), books.n)
    found = Lives(np.zeros(shape), np.zeros(shape), np.zeros(shape))
    there: list[dict[Past, float]] = [{(): float(n)} if n else {} for n in fleet.cells.initial]
    away: list[dict[tuple[int, Past], float]] = [defaultdict(float) for _ in range(books.n + 1)]
    for y in range(books.n):
        for m, amount in books.moves:
            if fleet.moves.begins[m] == y:
                _begin(fleet, m, amount, there, away)
        for (cell, past), amount in away[y].items():
            there[cell][past] = there[cell].get(past, 0.0) + amount
        for pasts in there:
            for past, amount in pasts.items():
                _count(fleet, found, past, amount, y)
        for later in range(y + 1, books.n + 1):
            for (_, past), amount in away[later].items():
                if fleet.changes[past[-1]].kind == "retrofit":
                    _count(fleet, found, past[:-1], amount, y)
                    found.in_yard[past[-1], y] += amount
    return found


def _begin(fleet: FleetData, m: int, amount: float, there: list[dict[Past, float]], away) -> None:
    """Takes assets out of their cell, in proportion to what they have been through, and sends them on their way."""
    moves, c = fleet.moves, int(fleet.moves.change[m])
    out, into, ends = int(moves.out[m]), int(moves.into[m]), int(moves.ends[m])
    taken: dict[Past, float] = {(): amount}
    if out >= 0:
        share = min(amount / max(sum(there[out].values()), 1e-12), 1.0)
        taken = {past: n * share for past, n in there[out].items()}
        there[out] = {past: n - taken[past] for past, n in there[out].items() if n - taken[past] > 1e-9}
    if into >= 0:
        for past, n in taken.items():
            away[min(ends, len(away) - 1)][into, (*past, c)] += n


def _count(fleet: FleetData, found: Lives, past: Past, amount: float, y: int) -> None:
    for c in past:
        (found.built if fleet.changes[c].kind == "new" else found.changed)[c, y] += amount
