"""Packing: a programme that is nothing but yes or no, and when, for each project, within limits and without promises.

Pits, knapsacks in periods and lists of projects with budgets are of this kind: every whole column is a start, and what
is not whole is a total that a row defines. Such a programme can be written over its starts alone, and tried without a
solver.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyomo.environ as pyo
from scipy import sparse

from optimiser.solve.grid import Flags, Floats, Grid, Ints, grid_of
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits, Outcome, Progress
from optimiser.solve.programme import Programme

OWN = "starts_never_fall"
WAITS = "requires_earlier_start"
ONE = "one_start"
FEW = 150
"""Projects up to which rows are over starts where some wait for others: the rows of waiting fill up with the years."""
AROUND = ("rins",)


@dataclass(frozen=True, eq=False)
class Packing:
    """cost @ new + offset, lower <= rows @ new <= upper, with `new` (n,) the starts: at most one of each project.

    `names` gives family and position of the `rows` (R, n). `back` (N, n) and `base` (N,) make a solution x of the
    programme of them. `waits`: that some project waits for another. `chosen` (P,): projects that start in any case.
    """

    programme: Programme
    grid: Grid
    cost: Floats
    offset: float
    rows: sparse.csr_array
    names: list[tuple[str, Any]]
    lower: Floats
    upper: Floats
    back: sparse.csr_array
    base: Floats
    waits: bool
    chosen: Flags

    def expand(self, new: Floats) -> Floats:
        """Starts as a solution of the programme."""
        return self.base + self.back @ new


def packing_of(model: pyo.ConcreteModel, programme: Programme) -> Packing | None:
    """The programme as a packing; None where it is none."""
    grid = grid_of(model, programme)
    others = np.setdiff1d(np.arange(len(programme.cost)), grid.at, assume_unique=True)
    if not grid.size or not grid.whole.all() or np.any(grid.most != 1.0) or programme.integer[others].any():
        return None
    early = np.ones(grid.size, dtype=bool)
    early[grid.begin[1:] - 1] = False
    if np.any(programme.lower[grid.at[early]] > 0) or np.any(programme.upper[grid.at] != 1.0):
        return None  # what is asked holds some projects to years
    defined = _definitions(programme, grid, others)
    if defined is None:
        return None
    until = _until(grid)
    size = len(programme.cost)
    starts = sparse.csr_array(
        sparse.coo_array((np.ones(grid.size), (grid.at, np.arange(grid.size))), shape=(size, grid.size)) @ until
    )
    base = np.zeros(size)
    back = starts
    if len(others):
        row = programme.matrix[defined]
        factor = np.asarray(row[np.arange(len(others)), others]).ravel()
        base[others] = programme.row_lower[defined] / factor
        totals = sparse.diags_array(-1.0 / factor) @ (row @ starts)
        place = sparse.csr_array((np.ones(len(others)), (others, np.arange(len(others)))), shape=(size, len(others)))
        back = sparse.csr_array(starts + place @ totals)
    packing = _packing(programme, grid, others, defined, back, base)
    nothing_fits = (packing.lower <= 0).all() and (packing.upper >= 0).all()
    return packing if nothing_fits else None  # with promises to keep, plans are hard to find without HiGHS's searches


def _packing(
    programme: Programme, grid: Grid, others: Ints, defined: Ints, back: sparse.csr_array, base: Floats
) -> Packing:
    names = np.array([name for name, _ in programme.rows])
    keep = np.flatnonzero((names != OWN) & ~np.isin(np.arange(len(names)), defined))
    shift = programme.matrix @ base
    bounded = others[np.isfinite(programme.lower[others]) | np.isfinite(programme.upper[others])]
    rows = sparse.csr_array(sparse.vstack([(programme.matrix @ back)[keep], back[bounded]]))
    rows.eliminate_zeros()
    return Packing(
        programme,
        grid,
        back.T @ programme.cost,
        programme.offset + float(programme.cost @ base),
        rows,
        [*(programme.rows[i] for i in keep), *(("total", int(i)) for i in bounded)],
        np.append((programme.row_lower - shift)[keep], programme.lower[bounded] - base[bounded]),
        np.append((programme.row_upper - shift)[keep], programme.upper[bounded] - base[bounded]),
        back,
        base,
        bool((names == WAITS).any()),
        programme.lower[grid.at[grid.begin[1:] - 1]] > 0,
    )


def _definitions(programme: Programme, grid: Grid, others: Ints) -> Ints | None:
    """For each column that is no start, the row (equal to something) that says what it is by starts alone."""
    if not len(others):
        return np.zeros(0, dtype=int)
    part = sparse.csr_array(programme.matrix[:, others])
    part.eliminate_zeros()
    only = (np.diff(part.indptr) == 1) & (programme.row_lower == programme.row_upper)
    found = np.full(len(others), -1)
    for row in np.flatnonzero(only):
        found[part.indices[part.indptr[row]]] = row
    return found if (found >= 0).all() else None


def _until(grid: Grid) -> sparse.csr_array:
    """started = until @ new (n, n)."""
    counts = np.arange(grid.size) - grid.begin[grid.owner] + 1
    row = np.repeat(np.arange(grid.size), counts)
    col = np.concatenate([np.arange(grid.begin[o], i + 1) for i, o in enumerate(grid.owner)])
    return sparse.csr_array((np.ones(len(row)), (row, col)), shape=(grid.size, grid.size))


def over_starts(packing: Packing, allowed: Flags) -> Programme:
    """The programme over starts, of which only `allowed` (n,) ones may be."""
    grid = packing.grid
    count = len(grid.whole)
    one = sparse.csr_array((np.ones(grid.size), (grid.owner, np.arange(grid.size))), shape=(count, grid.size))
    return replace(
        packing.programme,
        cost=packing.cost,
        offset=packing.offset,
        matrix=sparse.csr_array(sparse.vstack([packing.rows, one])),
        row_lower=np.append(packing.lower, packing.chosen.astype(float)),
        row_upper=np.append(packing.upper, np.ones(count)),
        lower=np.zeros(grid.size),
        upper=allowed.astype(float),
        integer=np.ones(grid.size, dtype=bool),
        rows=[*packing.names, *((ONE, p) for p in range(count))],
        place={},
        pyomo_columns={},
        switches=np.zeros(0, dtype=int),
    )


def possible(packing: Packing, allowed: Flags) -> Programme:
    """The programme in which nothing has started before the first of the `allowed` (n,) starts."""
    upper, at = packing.programme.upper.copy(), packing.grid.at
    upper[at[_until(packing.grid) @ allowed.astype(float) == 0]] = 0.0
    return replace(packing.programme, upper=upper)


def solve_packing(
    packing: Packing,
    allowed: Flags,
    limits: Limits,
    watch: Callable[[Progress], None] | None,
    interrupt: Interrupt,
    start: Floats | None = None,
) -> Outcome:
    """The outcome for the programme; `allowed` (n,) are the starts that some plan can have."""
    grid = packing.grid
    limits = replace(limits, around=AROUND)
    if packing.waits and len(grid.whole) > FEW:
        return run(possible(packing, allowed), limits, watch, interrupt, start)
    begin = grid.new(start) if start is not None else None
    outcome = run(over_starts(packing, allowed), limits, watch, interrupt, begin)
    return replace(outcome, x=packing.expand(outcome.x) if outcome.x is not None else None)
