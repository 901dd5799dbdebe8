"""Questions about a part of the tree over bounds by entity: what is in parts there, and what it costs either way.

Blocks mix their plans; a project that some of these have begun by a year, and others have not, is in parts. Which
question raises the bounds most is asked of the plans that are known: the master programme without those that a half
does not allow costs as much more, or less, which is a matter of strength only.

Method: strong branching over the known columns (see `entity_tree`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from optimiser.solve.blocks import Bounds
from optimiser.solve.grid import Flags, Floats, Grid, Ints
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.multipliers import Multipliers
from optimiser.solve.outcome import Limits
from optimiser.solve.relaxation import Bounded, Relaxation

IN_PARTS = 1e-4
"""From whole, below which a column is in no parts."""
LOOKED = 16
"""Shares of projects of which it is asked what it costs to have none or all of them."""
WIDE = (1.0, 1e3)
"""How far prices may go from those of the part when questions are compared, as a share of each; then any way."""
FLAT = 1e-4
"""A question that costs nothing one way counts as if it cost this share of the distance."""
WORTH = 0.05
"""The share of the bound that counts as the distance while no plan is known."""


@dataclass(frozen=True, eq=False)
class Part:
    """Plans within `bounds` cost no less than `bound`, which prices `y` (C,) prove; others prove hardly more where it
    `is_settled`."""

    bounds: Bounds
    bound: float
    y: Floats
    is_settled: bool = True


@dataclass(frozen=True, eq=False)
class Asked:
    """`halves` of a part; none where nothing is in parts: then `plan` (N,) is what its blocks do together."""

    halves: tuple[Bounds, ...]
    plan: Floats | None = None


class Questions:
    """What is in parts where a part's blocks mix their plans, and what it costs to have it one way or the other."""

    def __init__(
        self,
        inner: Multipliers,
        part: Part,
        starts: list[tuple[Ints, Ints]],
        least: float,
        limits: Limits,
        interrupt: Interrupt,
    ):
        self.inner, self.part, self.starts = inner, part, starts
        self.limit = max(least - part.bound, 1e-9) if np.isfinite(least) else WORTH * max(abs(part.bound), 1.0)
        self.limits, self.interrupt = replace(limits, threads=1), interrupt
        self.first = len(inner.blocks.nobodys)

    def best(self, over: Callable[[], bool]) -> Asked | None:
        """The halves of the question that raises the bounds most; None where nothing was found out.

        What looks whole while rows may be missed at a price may be in parts where they have to hold.
        """
        plan: Floats | None = None
        if not self.inner.all_have_plans:
            return None
        for width in WIDE:
            programme = self.inner.master(width)
            relaxation = Relaxation(programme, self.limits, self.interrupt, is_short=True)
            master = Bounded(relaxation, programme)
            found = master.solve(programme.lower, programme.upper, self.limits.seconds)
            if found.status != "optimal" or found.x is None:
                return None
            asked = self._in_parts(found.x[self.first : self.first + len(self.inner.plans)])
            if asked:
                halves = self._best(asked, master, found.objective, over)
                relaxation.release()
                return Asked(halves)
            plan = self._plan(found.x)
            relaxation.release()
        return Asked((), plan)

    def _best(
        self, asked: list[tuple[int, int, float]], master: Bounded, before: float, over: Callable[[], bool]
    ) -> tuple[Bounds, Bounds]:
        lower, upper = master.lower, master.upper
        scores, halves = [], [self._halves(*question) for question in asked]
        for (i, j, _), both in zip(asked, halves, strict=True):
            rises = [self._rise(master, bounds, i, j, lower, upper, before) for bounds in both]
            scores.append(max(rises[0], FLAT * self.limit) * max(rises[1], FLAT * self.limit))
            if over():
                break
        return halves[int(np.argmax(np.array(scores) * (1 - 1e-9 * np.arange(len(scores)))))]

    def _plan(self, x: Floats) -> Floats:
        """What the blocks and nobody's columns do together (N,)."""
        blocks, count = self.inner.blocks, len(self.inner.plans)
        plan = np.zeros(len(blocks.programme.cost))
        plan[blocks.nobodys] = x[: self.first]
        for weight, part in zip(x[self.first : self.first + count], self.inner.plans, strict=True):
            plan[blocks.each[part.block].columns] += weight * part.x
        return plan

    def _in_parts(self, weights: Floats) -> list[tuple[int, int, float]]:
        """Block, column and value of starts in parts, those nearest to a half first.

        Of years in a row in which a project has begun by the same share it is the one in the middle.
        """
        found: dict[tuple[int, int, float], list[int]] = {}
        values: dict[tuple[int, int, float], float] = {}
        for i, (columns, owner) in enumerate(self.starts):
            mixed = [
                (w, plan.x) for w, plan in zip(weights, self.inner.plans, strict=True) if plan.block == i and w > 0
            ]
            if not mixed:
                continue
            x = sum(w * x for w, x in mixed) / sum(w for w, _ in mixed)
            for j, project in zip(columns, owner, strict=True):
                if abs(x[j] - np.round(x[j])) > IN_PARTS:
                    key = (i, int(project), round(float(x[j]), 4))
                    found.setdefault(key, []).append(int(j))
                    values[key] = float(x[j])
        order = sorted(found, key=lambda key: abs(values[key] % 1 - 0.5))[:LOOKED]
        asked = []
        for key in order:
            years = found[key]
            asked.append((key[0], years[len(years) // 2], values[key]))
        return asked

    def _halves(self, i: int, j: int, value: float) -> tuple[Bounds, Bounds]:
        least, most = self.part.bounds.get((i, j), (-np.inf, np.inf))
        down = float(np.floor(value))
        return self.part.bounds | {(i, j): (least, down)}, self.part.bounds | {(i, j): (down + 1, most)}

    def _rise(
        self, master: Bounded, bounds: Bounds, i: int, j: int, lower: Floats, upper: Floats, before: float
    ) -> float:
        """By how much the master costs more within bounds, up to what is enough to leave the half aside."""
        most = upper.copy()
        least, greatest = bounds[i, j]
        for k, plan in enumerate(self.inner.plans):
            if plan.block == i and not least - 0.5 < plan.x[j] < greatest + 0.5:
                most[self.first + k] = 0.0
        found = master.solve(lower, most, self.limits.seconds)
        return min(max(found.objective - before, 0.0), self.limit) if found.status == "optimal" else self.limit


def starts_of(columns: Ints, integer: Flags, grid: Grid) -> tuple[Ints, Ints]:
    """Which columns of a block are whole starts, and whose."""
    at = {int(column): k for k, column in enumerate(grid.at)}
    found = [j for j, column in enumerate(columns) if integer[j] and int(column) in at]
    return np.array(found, dtype=int), np.array([grid.owner[at[int(columns[j])]] for j in found], dtype=int)
