"""The grid of starts in a programme: which column is which project's, what a start costs at the margin, and kernels.

Shapes: n columns of `started`, N columns and M rows of the programme.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray
from scipy import sparse

from optimiser.solve.programme import Programme

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
NOISE = 1e-13
"""A sum of coefficients that is no more than this share of their sizes is nothing."""
PARTS = 0.5
"""Starts of a project in parts are decided up to this share of the room that the gap leaves."""
BROKEN = 1e-6
"""How far beyond its limits, relative to its size, a row without columns does not hold."""


@dataclass(frozen=True, eq=False)
class Grid:
    """`at` (n,) are the columns of `started` in the programme; `owner` their project; `first` opens a window.

    `begin` (P + 1,) is where each project's columns begin; `whole`, `most`, `entity` and how many identical projects
    it stands for (P,) are of the projects.
    `issuing` are the columns that say whether there is an issue.
    """

    at: Ints
    owner: Ints
    first: Flags
    begin: Ints
    whole: Flags
    most: Floats
    entity: Ints
    stands_for: Ints
    issuing: Ints

    @property
    def size(self) -> int:
        """How many possible starts."""
        return len(self.at)

    def new(self, x: Floats) -> Floats:
        """Units started in each year of each window (n,)."""
        started = x[self.at]
        return started - np.where(self.first, 0.0, np.roll(started, 1))

    def of_projects(self, values: Floats, how: np.ufunc) -> Floats:
        """A value per start gathered to one per project (P,)."""
        return how.reduceat(values, self.begin[:-1])


def grid_of(model: pyo.ConcreteModel, programme: Programme) -> Grid:
    """The grid of a model's programme."""
    projects = model.instance.projects
    lengths = np.array([len(p.starts) for p in projects], dtype=int)
    begin = np.concatenate([[0], np.cumsum(lengths)])
    first = np.zeros(begin[-1], dtype=bool)
    first[begin[:-1]] = True
    return Grid(
        programme.place[model.started.columns],
        np.repeat(np.arange(len(projects)), lengths),
        first,
        begin,
        np.array([p.integer for p in projects], dtype=bool),
        np.array([p.most for p in projects], dtype=float),
        np.array([p.entity for p in projects], dtype=int),
        np.array([p.stands_for for p in projects], dtype=int),
        np.array([programme.pyomo_columns[id(v)] for v in _issuing(model)], dtype=int),
    )


def _issuing(model: pyo.ConcreteModel) -> list[Any]:
    """The yes or no of every issue that is left to decide."""
    asked = model.component("issuing")
    return [v for v in asked.values() if not v.fixed] if asked is not None else []


@dataclass(frozen=True, eq=False)
class Prices:
    """What duals make of a project's choices. `bound` (n,): what a plan with a start costs, at least, above the optimum
    of the relaxation. `start` (n,) and `none` (P,): what one unit pays above its project's cheapest choice when it
    starts there, or never."""

    bound: Floats
    start: Floats
    none: Floats

    def matter(self, grid: Grid, objective: float, relaxed: float) -> Flags:
        """Starts (n,) that a plan cheaper than `objective` may have; `relaxed` is the optimum that prices are above.

        A better bound than `relaxed` does not shorten the distance: prices are not measured from it.
        """
        slack = (objective - relaxed) * (1 + 1e-6) + 1e-6 * max(1.0, abs(relaxed))
        return (self.bound <= slack) | ~grid.whole[grid.owner]

    def beyond(self, keep: Flags) -> float:
        """How far above the relaxation every plan is, at least, that has a start which is not kept (n,)."""
        return float(np.min(self.bound[~keep], initial=np.inf))

    def entry(self, grid: Grid) -> Floats:
        """The price from which on a start is a question (n,): it and another choice of its project cost no more."""
        choices = np.concatenate([self.start, self.none])
        owner = np.concatenate([grid.owner, np.arange(len(self.none))])
        order = np.lexsort((choices, owner))
        second = choices[order[np.searchsorted(owner[order], np.arange(len(self.none))) + 1]]
        return np.maximum(self.start, second[grid.owner])


def price_of_starts(programme: Programme, grid: Grid, x: Floats, dual: Floats) -> Prices:
    """Prices by the duals `dual` (M,) of a relaxation with solution `x`.

    The rows that say how starts follow each other are the project's own: without them the duals of the others price a
    start in v by the columns from v on. A project chooses its cheapest starts. One unit in v instead costs its price,
    less that of the dearest unit in `x`, which makes room for it where all units are started. A bound by Lagrange's
    argument, whatever the duals.
    """
    own = np.array([name == "starts_never_fall" for name, _ in programme.rows])
    slope = (programme.cost - programme.matrix.T @ np.where(own, 0.0, dual))[grid.at]
    total = np.cumsum(slope[::-1])[::-1]
    following = np.append(total, 0.0)[grid.begin[1:]]
    price = total - following[grid.owner]
    best = np.maximum(-grid.of_projects(price, np.minimum), 0.0)
    dearest = grid.of_projects(np.where(grid.new(x) > 1e-9, price, -np.inf), np.maximum)
    all_started = x[grid.at[grid.begin[1:] - 1]] >= grid.most - 1e-9
    displaced = np.where(all_started, dearest, np.maximum(dearest, 0.0))
    return Prices(np.maximum(price - displaced[grid.owner], 0.0), price + best[grid.owner], best)


def unit_costs(programme: Programme, grid: Grid) -> Floats:
    """What one unit of a project costs or saves at most, whenever it starts (P,)."""
    slope = programme.cost[grid.at]
    total = np.cumsum(slope[::-1])[::-1]
    unit = np.abs(total - np.append(total, 0.0)[grid.begin[1:]][grid.owner])
    return grid.of_projects(unit, np.maximum)


def undecided(programme: Programme, grid: Grid, x: Floats) -> Flags:
    """Projects (P,) that a solution of a relaxation leaves in parts, or some other whole column about one or two."""
    parts = programme.integer & (np.abs(x - np.round(x)) > 1e-6)
    found = grid.of_projects(parts[grid.at].astype(float), np.maximum) > 0
    parts[grid.at] = False
    projects = np.full(len(programme.cost), -1)
    projects[grid.at] = grid.owner
    rows = np.unique(sparse.csc_array(programme.matrix)[:, parts].indices)
    for row in rows:
        owners = projects[programme.matrix.indices[programme.matrix.indptr[row] : programme.matrix.indptr[row + 1]]]
        owners = np.unique(owners[owners >= 0])
        if len(owners) <= 2:
            found[owners] = True
    return found


def settled(programme: Programme, grid: Grid, prices: Prices, projects: Ints, x: Floats, share: float) -> Flags:
    """Of some projects those (P,) that stay as in `x`: not undecided there, nor of the share of the closest choices."""
    parts = undecided(programme, grid, x)
    entry = grid.of_projects(prices.entry(grid), np.minimum)[projects]
    order = np.argsort(np.where(parts[projects], -np.inf, entry), kind="stable")
    found = np.zeros(len(grid.whole), dtype=bool)
    found[projects[order[int(parts[projects].sum() + share * len(projects)) :]]] = True
    return found


@dataclass(frozen=True, eq=False)
class Kernel:
    """A smaller programme: x = base + back @ z. `columns` are those of the programme that z holds, `rows` those it has.

    Its columns stand elsewhere, so that it knows no families of them: it is neither read nor polished, only expanded.
    """

    programme: Programme
    base: Floats
    back: sparse.csr_array
    columns: Ints
    rows: Ints

    def expand(self, z: Floats) -> Floats:
        """A solution of the kernel as one of the whole programme."""
        return self.base + self.back @ z

    def shrink(self, x: Floats) -> Floats:
        """A solution of the whole programme as one of the kernel, where it is one."""
        return x[self.columns]


def summed(matrix: sparse.csr_array, back: sparse.csr_array) -> sparse.csr_array:
    """matrix @ back without what rounding leaves where a start's effects cancel out.

    Left alone in a row, a coefficient of 4e-15 would be scaled to one, and say something. It is held against the terms
    that it is the sum of: a coefficient that is small by itself stays.
    """
    found = sparse.csr_array(matrix @ back)
    largest, filled = np.zeros(matrix.shape[0]), np.diff(matrix.indptr) > 0
    if filled.any():
        largest[filled] = np.maximum.reduceat(np.abs(matrix.data), matrix.indptr[:-1][filled])
    small = np.flatnonzero(np.abs(found.data) <= NOISE * np.repeat(largest, np.diff(found.indptr)))
    if len(small):
        row, column = np.searchsorted(found.indptr, small, side="right") - 1, found.indices[small]
        rows, at = np.unique(row, return_inverse=True)
        terms = sparse.csr_array(abs(matrix[rows]) @ back)[at, column]
        found.data[small[np.abs(found.data[small]) <= NOISE * terms]] = 0.0
    found.eliminate_zeros()
    return found


def restrict(
    programme: Programme, grid: Grid, keep: Flags, held: Flags, x: Floats, also: Flags | None = None
) -> Kernel:
    """The programme in which a project starts only where `keep` (n,) says, and `held` (P,) projects do as in `x`.

    Between two kept starts `started` does not change: such columns are one. Rows in which nothing is left stay only if
    they do not hold, and so say that there is no plan, or are `also` (M,) wanted.
    """
    size = len(programme.cost)
    low = programme.lower[grid.at]
    forced = low > np.where(grid.first, 0.0, np.roll(low, 1))
    held_start = held[grid.owner]
    keep = (keep | forced) & ~held_start
    last_kept = np.maximum.accumulate(np.where(keep, np.arange(grid.size), -1))
    follows = (last_kept >= grid.begin[grid.owner]) & ~held_start
    kept = np.flatnonzero(keep)
    place = np.searchsorted(kept, last_kept[follows])
    others = np.setdiff1d(np.arange(size), grid.at, assume_unique=True)
    row = np.concatenate([grid.at[follows], others])
    col = np.concatenate([place, len(kept) + np.arange(len(others))])
    count = len(kept) + len(others)
    back = sparse.csr_array((np.ones(len(row)), (row, col)), shape=(size, count))
    base = np.zeros(size)
    base[grid.at[held_start]] = np.round(x[grid.at[held_start]])
    lower, upper = np.full(count, -np.inf), np.full(count, np.inf)
    np.maximum.at(lower, col, programme.lower[row])
    np.minimum.at(upper, col, programme.upper[row])
    columns = np.concatenate([grid.at[kept], others])
    matrix = summed(programme.matrix, back)
    shift = programme.matrix @ base
    slack = BROKEN * (1.0 + np.abs(shift))
    broken = (programme.row_lower > shift + slack) | (programme.row_upper < shift - slack)
    asked = np.flatnonzero((np.diff(matrix.indptr) > 0) | broken | (also if also is not None else False))
    smaller = replace(
        programme,
        cost=back.T @ programme.cost,
        offset=programme.offset + float(programme.cost @ base),
        matrix=matrix[asked],
        row_lower=(programme.row_lower - shift)[asked],
        row_upper=(programme.row_upper - shift)[asked],
        lower=lower,
        upper=upper,
        integer=programme.integer[columns],
        rows=[programme.rows[i] for i in asked],
        place={},
        pyomo_columns={},
        switches=np.zeros(0, dtype=int),
    )
    return Kernel(smaller, base, back, columns, asked)


def with_held(programme: Programme, columns: Flags, x: Floats) -> Programme:
    """The programme in which some whole columns are as in `x` (N,), without the rows that are about nothing else.

    Rows without columns stay: they say that there is no plan (`restrict`).
    """
    if not columns.any():
        return programme
    lower, upper = programme.lower.copy(), programme.upper.copy()
    lower[columns] = upper[columns] = np.round(x[columns])
    entries = np.diff(programme.matrix.indptr)
    row = np.repeat(np.arange(len(entries)), entries)
    left = np.bincount(row, ~columns[programme.matrix.indices], minlength=len(entries))
    asked = np.flatnonzero((left > 0) | (entries == 0))
    return replace(
        programme,
        lower=lower,
        upper=upper,
        matrix=programme.matrix[asked],
        row_lower=programme.row_lower[asked],
        row_upper=programme.row_upper[asked],
        rows=[programme.rows[i] for i in asked],
    )


def kernel_of(
    programme: Programme, grid: Grid, prices: Prices, x: Floats, plan: Floats | None, count: int, room: float
) -> tuple[Kernel, int] | None:
    """A kernel of the `count` starts that are the cheapest questions, and of how many projects it is.

    Beside them it has what a solution `x` of the relaxation has, and what that leaves in parts up to a share of the
    `room`; all else is as in the `plan`, or as in `x`. None where these are most of all starts.
    """
    whole = grid.whole[grid.owner]
    if count > 0.6 * whole.sum():
        return None
    entry = np.where(whole, prices.entry(grid), np.inf)
    most = np.partition(entry, count)[count]
    parts = undecided(programme, grid, x) & grid.whole
    keep = (entry <= most) | (parts[grid.owner] & (prices.start <= max(most, PARTS * room)))
    free = (grid.of_projects(keep.astype(float), np.maximum) > 0) | parts | ~grid.whole
    keep |= (grid.new(x) > 1e-7) | ~whole
    if plan is not None:
        keep |= grid.new(plan) > 1e-7
    return restrict(programme, grid, keep, ~free, x if plan is None else plan), int(free.sum())
