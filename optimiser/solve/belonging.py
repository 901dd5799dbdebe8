"""Whose a column is: the entity that it belongs to, and how large it can be in any plan.

Starts belong to their project's entity. A column that shares rows with columns of one entity alone belongs to that
entity, too, and so on from there. Totals over several entities, and what hangs on them, belong to nobody. Any division
is sound; a good one leaves few rows between entities.

Shapes: N columns and M rows of the programme.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from optimiser.solve.grid import Flags, Floats, Grid, Ints
from optimiser.solve.programme import Programme
from optimiser.solve.root import CUT

NOBODY = -1
PASSES = 12
"""How far belonging and bounds are followed from row to row."""
SLACK = 1e-6
"""By how much bounds that follow from rows are loosened, relative and absolute: rows hold to a tolerance."""


def owners_of(programme: Programme, grid: Grid) -> Ints:
    """The owner (N,) of each column: an entity, a number above all entities for what is whole and apart, or nobody."""
    entries = sparse.coo_array(programme.matrix)
    row, col = entries.row, entries.col
    is_cut = np.array([name == CUT for name, _ in programme.rows], dtype=bool)
    free = ~np.isfinite(programme.lower) & ~np.isfinite(programme.upper)
    equal = programme.row_lower == programme.row_upper
    owner = np.full(len(programme.cost), NOBODY)
    owner[grid.at] = grid.entity[grid.owner]
    shared = np.zeros(len(owner), dtype=bool)
    for _ in range(PASSES):
        known = owner[col] != NOBODY
        low, high = _extent(row[known], owner[col[known]], len(programme.rows))
        shared[col[(equal & (low < high))[row] & free[col] & ~known]] = True  # a total over several entities
        asks = ~known & (low == high)[row] & ~is_cut[row] & ~shared[col]
        first, last = _extent(col[asks], low[row[asks]], len(owner))
        shared |= first < last
        found = (first == last) & ~shared
        if not found.any():
            break
        owner[found] = first[found]
    return _with_the_rest(programme, grid, owner)


def _extent(at: Ints, values: Ints, size: int) -> tuple[Ints, Ints]:
    """Least and greatest value at each place (size,); a place without values has no two that are equal or rising."""
    low, high = np.full(size, np.iinfo(int).max), np.full(size, np.iinfo(int).min)
    np.minimum.at(low, at, values)
    np.maximum.at(high, at, values)
    return low, high


def _with_the_rest(programme: Programme, grid: Grid, owner: Ints) -> Ints:
    """Nobody's columns that hang together by rows of their own, whole ones among them (a fleet), are apart.

    Debt is not: it reaches over all years, so that prices a little off would have it borrow as much as it can.
    """
    ours = np.flatnonzero(owner == NOBODY)
    others = abs(programme.matrix) @ (owner != NOBODY).astype(float)
    among = sparse.csr_array(programme.matrix[others == 0][:, ours])
    count = among.shape[0]
    joined = sparse.block_array([[None, among], [among.T, None]], format="csr")
    _, part = connected_components(joined, directed=False)
    part = part[count:]
    size = np.bincount(part, minlength=1)
    whole = np.bincount(part, weights=programme.integer[ours].astype(float), minlength=len(size))
    found = owner.copy()
    has_issues = np.bincount(part, weights=np.isin(ours, grid.issuing).astype(float), minlength=len(size))
    apart = (whole[part] > 0) & (size[part] > 1) & (has_issues[part] == 0)
    number = np.unique(part[apart], return_inverse=True)[1]
    found[ours[apart]] = np.max(owner, initial=0) + 1 + number
    has_whole = np.unique(found[programme.integer & (found != NOBODY)])
    return np.where(np.isin(found, has_whole), found, NOBODY)


def bounds_of(programme: Programme) -> tuple[Floats, Floats]:
    """Bounds (N,) of columns; where the programme has none, those that follow from rows and other columns' bounds."""
    lower, upper = programme.lower.copy(), programme.upper.copy()
    entries = sparse.coo_array(programme.matrix)
    row, col, value = entries.row, entries.col, entries.data
    some = value != 0
    row, col, value = row[some], col[some], value[some]
    rises = value > 0
    for _ in range(PASSES):
        open_above, open_below = np.isinf(upper), np.isinf(lower)
        least = _others(row, value * np.where(rises, lower[col], upper[col]), -np.inf)
        most = _others(row, value * np.where(rises, upper[col], lower[col]), np.inf)
        top, bottom = (programme.row_upper[row] - least) / value, (programme.row_lower[row] - most) / value
        above, below = np.full(len(upper), np.inf), np.full(len(lower), -np.inf)
        np.minimum.at(above, col, np.where(rises, top, bottom))
        np.maximum.at(below, col, np.where(rises, bottom, top))
        upper = np.where(open_above, above + SLACK * (1.0 + abs(above)), upper)
        lower = np.where(open_below, below - SLACK * (1.0 + abs(below)), lower)
        if np.array_equal(np.isinf(upper), open_above) and np.array_equal(np.isinf(lower), open_below):
            break
    return lower, upper


def _others(row: Ints, part: Floats, unknown: float) -> Floats:
    """For each entry the sum of all others in its row; `unknown` where one of these is infinite."""
    is_open: Flags = np.isinf(part)
    finite = np.where(is_open, 0.0, part)
    total, open_ = np.bincount(row, weights=finite), np.bincount(row, weights=is_open.astype(float))
    return np.where(open_[row] - is_open > 0, unknown, total[row] - finite)
