r"""Dominated starts: what another start of the same project, or none, does as well in every row and at no more cost.

A row says whether its activity may rise or fall without harm: rising hurts "at most", falling hurts "at least". An
equality that says what a total is hands on what rising and falling of the total do: in the rows that ask for it, by its
bounds, and by its cost. Any other equality is hurt by either. With $E_{v}$ what a unit started in $v$ adds to the rows
(all columns of `started` from $v$ on, none for never) and $c_v$ its cost with that of the totals,

$$ c_u \le c_v, \qquad E_{u,i} \le E_{v,i} \;\text{where rising hurts}, \qquad
   E_{u,i} \ge E_{v,i} \;\text{where falling does} \qquad\Rightarrow\qquad v \text{ is dominated by } u $$

In any plan all units that start in $v$ may start in $u$ instead (or never), whatever else there is, the totals being
what they then are. So an optimal plan has none of the dominated starts, all of them at once. Where a year limits a
project's units, or bounds hold it to years, units may only be left out. Method: dominated columns (Andersen and
Andersen 1995), over choices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from optimiser.solve.grid import Flags, Floats, Grid, Ints, restrict
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits, Outcome, Progress
from optimiser.solve.programme import Programme

OWN = "starts_never_fall"
RISING, FALLING = 1, 2
"""Flags of what hurts."""
WEIGHINGS, SPREAD, AT_ONCE = 16, 4.0, 2
"""Weighted sums of rows by which most pairs are told apart, how far weights are spread (so that some few rows decide),
and how many of them all pairs see."""
FEW = 200
"""Whole starts below which nobody looks: HiGHS needs no longer for all of them."""
CRUMB = 1e-11
"""Of the largest coefficient in a row, or cost: a difference that is none."""


def solve_whole(
    programme: Programme,
    grid: Grid,
    limits: Limits,
    watch: Callable[[Progress], None] | None = None,
    interrupt: Interrupt | None = None,
    start: Floats | None = None,
) -> Outcome:
    """The outcome of a programme that is handed over as a whole, but for dominated starts; `start` keeps its own."""
    if int(programme.integer[grid.at].sum()) < FEW or not (useless := dominated(programme, grid)).any():
        return run(programme, limits, watch, interrupt, start)
    keep = ~useless if start is None else ~useless | (grid.new(start) > 1e-9)
    kernel = restrict(programme, grid, keep, np.zeros(len(grid.whole), dtype=bool), np.zeros(len(programme.cost)))
    begin = kernel.shrink(start) if start is not None else None
    outcome = run(kernel.programme, limits, watch, interrupt, begin)
    x = kernel.expand(outcome.x) if outcome.x is not None else None
    return replace(outcome, x=x, plans=[kernel.expand(z) for z in outcome.plans])


def dominated(programme: Programme, grid: Grid) -> Flags:
    """Starts (n,) that some optimal plan does without, all at once."""
    found = np.zeros(grid.size, dtype=bool)
    if not grid.size:
        return found
    own = np.array([name == OWN for name, _ in programme.rows])
    hurts, price = _what_hurts(programme, grid, own)
    choices = _Choices(programme, grid, own, hurts, price)
    pairs = choices.pairs()
    if not len(pairs):
        return found
    columns = sparse.csc_array(programme.matrix[choices.counting][:, grid.at])
    for each in np.split(pairs, np.flatnonzero(np.diff(pairs[:, 0])) + 1):
        begin, end = grid.begin[each[0, 0]], grid.begin[each[0, 0] + 1]
        better = choices.are_better(columns, int(begin), int(end), each[:, 1], each[:, 2])
        for u, v in each[better, 1:].tolist():
            stays = u == end - begin or not found[begin + u]
            found[begin + v] |= stays and not found[begin + v]
    return found


def _what_hurts(programme: Programme, grid: Grid, own: Flags) -> tuple[Ints, Floats]:
    """What hurts each row (M,), and the price of its activity (M,) that the costs of totals make."""
    p = programme
    low, high = np.isfinite(p.row_lower), np.isfinite(p.row_upper)
    hurts = RISING * high + FALLING * low
    hurts[own] = 0
    price = np.zeros(len(hurts))
    by_column = sparse.csc_array(p.matrix)
    bounds = RISING * np.isfinite(p.upper) + FALLING * np.isfinite(p.lower)
    for columns, rows, values in _definitions(programme, grid, own):
        # what these are asked for was settled before: totals come after those that they are part of
        asked = by_column[:, columns]
        row, column = asked.indices, np.repeat(np.arange(len(columns)), np.diff(asked.indptr))
        others = (row != rows[column]) & (asked.data != 0)
        each = np.where(asked.data > 0, hurts[row], _turned(hurts[row]))
        felt = bounds[columns].copy()
        np.bitwise_or.at(felt, column[others], each[others])
        cost = p.cost[columns] - np.bincount(
            column[others], weights=(asked.data * price[row])[others], minlength=len(columns)
        )
        hurts[rows] = np.where(values > 0, _turned(felt), felt)
        price[rows] = cost / values
    return hurts, price


def _turned(hurts: Ints) -> Ints:
    """What hurts when rising is falling."""
    return ((hurts & RISING) * FALLING) | ((hurts & FALLING) // FALLING)


def _definitions(programme: Programme, grid: Grid, own: Flags) -> list[tuple[Ints, Ints, Floats]]:
    """Totals, the equalities that define them, and their values there, so that none is part of a later one.

    A continuous column that only one equality (of those that are left) asks for is defined by it, one to an equality:
    one without bounds where there is any.
    """
    p = programme
    may = ~p.integer
    may[grid.at] = False
    left = (p.row_lower == p.row_upper) & ~own
    rank = np.isfinite(p.lower).astype(int) + np.isfinite(p.upper)
    equal = np.flatnonzero(left)
    part = p.matrix[equal]
    row, column, value = np.repeat(equal, np.diff(part.indptr)), part.indices, part.data
    some = (value != 0) & may[column]
    row, column, value = row[some], column[some], value[some]
    found = []
    while len(row):
        alone = np.bincount(column, minlength=len(may))[column] == 1
        order = np.lexsort((rank[column[alone]], row[alone]))
        rows, first = np.unique(row[alone][order], return_index=True)
        if not len(rows):
            break
        at = np.flatnonzero(alone)[order][first]
        found.append((column[at], rows, value[at]))
        left[rows] = False
        staying = left[row]
        row, column, value = row[staying], column[staying], value[staying]
    return found


@dataclass(eq=False)
class _Choices:
    """Starts of a project and never as its choices: which of them may stand in for which, and which do no worse.

    Tables are (P, V + 1): starts of a project from its first one on, and never in the place after its last one.
    """

    programme: Programme
    grid: Grid
    own: Flags
    hurts: Ints
    price: Floats

    def __post_init__(self) -> None:
        self.counting = np.flatnonzero(self.hurts)
        self.rising = (self.hurts[self.counting] & RISING) > 0
        self.falling = (self.hurts[self.counting] & FALLING) > 0
        self.lengths = np.diff(self.grid.begin)
        self.place = np.arange(self.grid.size) - self.grid.begin[self.grid.owner]

    def pairs(self) -> Ints:
        """Triples (K, 3) of a project, a choice, and one that it may do no worse than, by weighted sums of rows."""
        grid, lengths = self.grid, self.lengths
        free, droppable = self._may()
        choices = int(lengths.max()) + 1
        may = np.zeros((len(lengths), choices, choices), dtype=bool)
        may[grid.owner, :, self.place] = free[grid.owner, None]
        may &= (np.arange(choices) < lengths[:, None])[:, :, None]
        may[grid.owner, lengths[grid.owner], self.place] = droppable
        may[:, np.arange(choices), np.arange(choices)] = False
        left: tuple[Ints, ...] = ()
        for i, (scores, equal) in enumerate(self._weighings()):
            slack = CRUMB * np.abs(scores).max(axis=1)
            if i < AT_ONCE:
                differs = scores[:, :, None] - scores[:, None, :]
                may &= (np.abs(differs) if equal else differs) <= slack[:, None, None]
                continue
            project, u, v = left or np.nonzero(may)
            differs = scores[project, u] - scores[project, v]
            stay = (np.abs(differs) if equal else differs) <= slack[project]
            left = (project[stay], u[stay], v[stay])
        return np.stack(left or np.nonzero(may), axis=1)

    def _may(self) -> tuple[Flags, Flags]:
        """Projects (P,) whose units may start in any year instead, and starts (n,) whose units may be left out."""
        p, grid = self.programme, self.grid
        low, high, most = p.lower[grid.at], p.upper[grid.at], grid.most[grid.owner]
        later = np.flatnonzero(~grid.first)
        rise = p.row_upper[self.own]
        held = high < most
        held[later] |= rise < most[later]
        is_last = np.zeros(grid.size, dtype=bool)
        is_last[grid.begin[1:] - 1] = True
        held |= (low > 0) & ~is_last
        needed = np.where(low > 0, np.arange(grid.size), grid.size)
        needed = np.minimum.accumulate(needed[::-1])[::-1]  # the next year by which some must have started
        return grid.of_projects(held.astype(float), np.maximum) == 0, needed >= grid.begin[1:][grid.owner]

    def _weighings(self) -> Iterator[tuple[Floats, bool]]:
        """Scores (P, V + 1) of which a choice that does no worse has no more, or has the same."""
        p = self.programme
        yield self._added_up(p.cost - p.matrix.T @ self.price), False
        rng = np.random.default_rng(0)
        strict, one_way = self.rising & self.falling, self.rising != self.falling
        for rows, equal, count in ((strict, True, 1), (one_way, False, WEIGHINGS)):
            for _ in range(count if rows.any() else 0):
                weights = np.zeros(len(self.hurts))
                sign = np.where(self.rising[rows] | equal, 1.0, -1.0)
                weights[self.counting[rows]] = sign * np.exp(SPREAD * rng.standard_normal(int(rows.sum())))
                yield self._added_up(p.matrix.T @ weights), equal

    def _added_up(self, values: Floats) -> Floats:
        """Sums (P, V + 1) of values of columns (N,) from each start on."""
        table = np.zeros((len(self.lengths), int(self.lengths.max()) + 1))
        table[self.grid.owner, self.place] = values[self.grid.at]
        return np.cumsum(table[:, ::-1], axis=1)[:, ::-1]

    def are_better(self, columns: sparse.csc_array, begin: int, end: int, u: Ints, v: Ints) -> Flags:
        """Of starts `begin` to `end` among columns (counting rows, n): whether choices u (K,) do no worse than v."""
        ends = columns.indptr[begin : end + 1]
        some = slice(ends[0], ends[-1])
        rows, at = np.unique(columns.indices[some], return_inverse=True)
        table = np.zeros((len(rows), end - begin + 1))
        table[at, np.repeat(np.arange(end - begin), np.diff(ends))] = columns.data[some]
        effect = np.cumsum(table[:, ::-1], axis=1)[:, ::-1]
        crumb = CRUMB * np.abs(table).max(axis=1, keepdims=True, initial=0.0)
        differs = effect[:, u] - effect[:, v]
        hurt = (differs > crumb) & self.rising[rows, None] | (differs < -crumb) & self.falling[rows, None]
        return ~hurt.any(axis=0)
