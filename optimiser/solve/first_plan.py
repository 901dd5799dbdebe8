"""A first plan of a packing: by the order in which the relaxation starts its projects, then a few years at a time.

The relaxation has projects in parts. Orders are made of it by the mean year in which it starts a project, and by the
year in which it has started a share of it, for several shares; those that it never starts so far are left out. In each
order a project starts in the first year in which it fits what stands already. What costs and is asked for by no other
is taken out again, the last first. The best of these plans is improved: `started` is free in one year after the other
and held in all others, so that what starts in two years is dealt again between them (in the last year, what starts in
it or never); then in two years in a row.

Method: TopoSort of Chicoisne, Espinoza, Goycoolea, Moreno and Rubio 2012; neighbourhoods by years as in relax and fix.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from optimiser.solve.grid import Flags, Floats, Ints
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits
from optimiser.solve.packing import AROUND, WAITS, Packing
from optimiser.solve.programme import Programme

SHARES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
WIDTHS = (1, 1, 2, 2, 2)
"""Years in which `started` is free, by round; projects are dealt among one year more."""
SECONDS = 10.0
"""What they may take."""
SHARE, GAP = 0.5, 1e-4
"""Of the gap that is asked for, theirs is this share, or so much."""
LITTLE = 0.5
"""A round that gains less than this share of what the gap allows is the last."""
SLACK, NEAR = 1e-9, 1e-7


@dataclass(frozen=True, eq=False)
class _Rows:
    """The rows of a packing by start: of start c they are `rows[begin[c]:begin[c + 1]]`, with `data` beside them."""

    begin: Ints
    rows: Ints
    data: Floats
    lower: Floats
    upper: Floats

    def fits(self, total: Floats, start: int, sign: float) -> bool:
        """Whether a start may be added to (or, with sign -1, taken from) what stands, `total` (R,)."""
        here = slice(self.begin[start], self.begin[start + 1])
        rows = self.rows[here]
        after = total[rows] + sign * self.data[here]
        return bool((after <= self.upper[rows]).all() and (after >= self.lower[rows]).all())

    def add(self, total: Floats, start: int, sign: float) -> None:
        """Adds a start to what stands, or takes it out."""
        here = slice(self.begin[start], self.begin[start + 1])
        total[self.rows[here]] += sign * self.data[here]


def first_plan(packing: Packing, allowed: Flags, years: Ints, x: Floats) -> Floats | None:
    """The best plan by the orders of a relaxation's solution `x` (N,), as starts (n,); None where no order gives one.

    `years` (n,) are those of the starts, counted from the first year of the horizon.
    """
    columns = sparse.csc_array(packing.rows)
    rows = _Rows(
        columns.indptr,
        columns.indices,
        columns.data,
        packing.lower - SLACK * np.maximum(1.0, abs(packing.lower)),
        packing.upper + SLACK * np.maximum(1.0, abs(packing.upper)),
    )
    best, least = None, np.inf
    for order in _orders(packing, years, x):
        plan = _placed(packing, rows, allowed, order)
        if plan is not None and packing.cost @ plan < least:
            best, least = plan, float(packing.cost @ plan)
    return best


def _orders(packing: Packing, years: Ints, x: Floats) -> Iterator[Ints]:
    """Projects in the orders of a relaxation's solution; those that wait for others come after them."""
    grid, end = packing.grid, int(years.max()) + 1
    new = grid.new(x)
    share = grid.of_projects(new, np.add)
    mean = grid.of_projects(new * years, np.add) + (1.0 - share) * end
    depth = _depth(packing)
    seen = set()
    for least in (None, *SHARES):
        reached = np.where(x[grid.at] >= (least or 0.0) - SLACK, years, end)
        when = mean if least is None else grid.of_projects(reached, np.minimum)
        taken = packing.chosen | (share > 1e-3 if least is None else when < end)
        order = np.lexsort((depth, np.round(mean, 6), np.round(when, 6)))
        order = order[taken[order]]
        if order.tobytes() not in seen:
            seen.add(order.tobytes())
            yield order


def _depth(packing: Packing) -> Ints:
    """How many projects wait for each other one after another, up to each (P,)."""
    grid = packing.grid
    waits = np.array([name == WAITS for name, _ in packing.names], dtype=bool)
    rows = sparse.coo_array(packing.rows[np.flatnonzero(waits)])
    later = np.zeros(rows.shape[0], dtype=int)
    later[rows.row[rows.data > 0]] = grid.owner[rows.col[rows.data > 0]]
    other = rows.data < 0
    pairs = np.unique(np.array([grid.owner[rows.col[other]], later[rows.row[other]]]), axis=1)
    depth = np.zeros(len(grid.whole), dtype=int)
    for _ in range(len(depth)):
        before = depth.copy()
        np.maximum.at(depth, pairs[1], before[pairs[0]] + 1)
        if np.array_equal(before, depth):
            break
    return depth


def _placed(packing: Packing, rows: _Rows, allowed: Flags, order: Ints) -> Floats | None:
    """Each project in its order in the first year in which it fits; None where one that is asked for does not."""
    grid, total = packing.grid, np.zeros(len(rows.upper))
    start = np.full(len(grid.whole), -1)
    placed, before = -1, -2
    while placed > before:  # what waits for something that came later in the order has its turn again
        before = placed
        for p in order[start[order] < 0]:
            for c in range(grid.begin[p], grid.begin[p + 1]):
                if allowed[c] and rows.fits(total, c, 1.0):
                    rows.add(total, c, 1.0)
                    start[p] = c
                    break
        placed = int((start >= 0).sum())
    for p in order[::-1]:
        c = start[p]
        if c >= 0 and packing.cost[c] > 0 and not packing.chosen[p] and rows.fits(total, c, -1.0):
            rows.add(total, c, -1.0)
            start[p] = -1
    if np.any(start[packing.chosen] < 0):
        return None
    plan = np.zeros(grid.size)
    plan[start[start >= 0]] = 1.0
    return plan


def improved(
    packing: Packing, programme: Programme, years: Ints, x: Floats, limits: Limits, seconds: float, interrupt: Interrupt
) -> Floats:
    """A plan `x` (N,) after its starts have been dealt again, a few years at a time.

    `programme` is that of the packing, or has more rows that hold for all plans.
    """
    until = time.monotonic() + seconds
    at, done = packing.grid.at, set[tuple[int, int, bytes]]()
    narrow = replace(limits, gap=max(GAP, SHARE * limits.gap), around=AROUND)
    for width in WIDTHS:
        began = programme.cost_of(x)
        for year in range(int(years.min()), max(int(years.max()) - width, int(years.min())) + 2):
            held = at[(years < year) | (years >= year + width)]
            values = np.round(x[held])
            left = until - time.monotonic()
            if left < 0.1 or interrupt.is_set:
                return x
            if (year, width, values.tobytes()) in done:
                continue
            done.add((year, width, values.tobytes()))
            lower, upper = programme.lower.copy(), programme.upper.copy()
            lower[held] = upper[held] = values
            part = replace(programme, lower=lower, upper=upper)
            before = programme.cost_of(x)
            found = run(part, replace(narrow, seconds=min(left, SECONDS)), None, interrupt, x)
            if found.x is not None and found.objective < before - NEAR * abs(before):
                x = found.x
        if width == WIDTHS[-1] and began - programme.cost_of(x) < LITTLE * limits.gap * abs(began):
            break
    return x
