"""A relaxation with few starts in place of one with all of them, to ask what decisions about large projects cost.

It has all starts of the projects about which may be asked; for all others, few do and its bound holds for all
(`quick.py`). It is solved in a tenth of the time. The relaxation with all starts is asked where few have no solution.
"""

from __future__ import annotations

import time

import numpy as np

from optimiser.solve.grid import Flags, Floats, Grid, Prices, unit_costs
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits, Outcome
from optimiser.solve.programme import Programme
from optimiser.solve.quick import QuickRelaxation
from optimiser.solve.relaxation import Bounded

LARGEST = 100
"""Projects about which may be asked: so many of those whose unit costs or saves most."""
NEAR, CLOSER = 0.1, 0.01
"""How much a bound may be too low, in shares of the gap's room: while decisions are compared, and in the end."""


class FewStarts:
    """The relaxation of a programme (N columns) within other bounds, with a bound for it in place of its optimum.

    `x` (N,) is a solution at the root, to which `prices` belong, and `every` the relaxation with all starts. `known`
    (P,) are the projects whose columns may have other bounds.
    """

    def __init__(
        self,
        every: Bounded,
        programme: Programme,
        grid: Grid,
        prices: Prices,
        x: Floats,
        room: float,
        limits: Limits,
        interrupt: Interrupt,
    ):
        self.every, self.room, self.interrupt = every, room, interrupt
        self.known = _largest(programme, grid)
        needed = self.known[grid.owner] | (grid.new(x) > 1e-7)
        self.quick = QuickRelaxation(programme, grid, prices, needed, NEAR * room, limits, interrupt)

    @property
    def abandoned(self) -> bool:
        """Whether HiGHS did not stop when it was asked to, and was left behind."""
        return self.quick.relaxation.abandoned

    def solve(self, lower: Floats, upper: Floats, seconds: float) -> Outcome:
        """What all plans within bounds (N,) and (N,) cost at least, with a solution near it and its duals."""
        until = time.monotonic() + seconds
        found = self._quickly(lower, upper, seconds)
        if found is not None:
            return found
        left = until - time.monotonic()
        if self.interrupt.is_set or left <= 0 or self.abandoned:
            return Outcome("stopped", None, np.inf, -np.inf, seconds, "no time")
        return self.every.solve(lower, upper, left)

    def closer(self, lower: Floats, upper: Floats, known: Outcome, until: float) -> Outcome:
        """The same, nearer to the optimum, unless what is known is as good, or it is `until` (monotonic seconds)."""
        if self.interrupt.is_set or time.monotonic() >= until or self.abandoned:
            return known
        self.quick.near = CLOSER * self.room
        found = self._quickly(lower, upper, until - time.monotonic())
        self.quick.near = NEAR * self.room
        return found if found is not None and found.objective > known.objective else known

    def _quickly(self, lower: Floats, upper: Floats, seconds: float) -> Outcome | None:
        found = self.quick.solve(lower, upper, None, seconds)
        if found is None:
            return None
        return Outcome("optimal", found.x, found.bound, found.bound, 0.0, "few starts", found.dual)

    def release(self) -> None:
        """Gives back what it has in memory; it cannot be solved again."""
        self.quick.relaxation.release()


def _largest(programme: Programme, grid: Grid) -> Flags:
    """The projects (P,) about which may be asked."""
    cost = np.where(grid.whole, unit_costs(programme, grid), -np.inf)
    found = np.zeros(len(cost), dtype=bool)
    found[np.argsort(-cost, kind="stable")[:LARGEST]] = True
    return found & grid.whole
