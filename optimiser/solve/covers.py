r"""Covers: what does not fit together, of rows that are about starts alone.

A source that emits 10 kt has room for one of two projects that abate 6 kt each, in every year, whether or not the
row that says so binds in a relaxation: two halves leave it room. With $g_c \ge 0$ by how much a choice $c$ (a start of
a project) counts in a row $\sum_c g_c y_c \le b$, and $\delta$ one of the $g_c$,

$$ \sum_c \Big(\lfloor g_c/\delta\rfloor
   + \tfrac{\max(g_c/\delta - \lfloor g_c/\delta\rfloor - f,\, 0)}{1 - f}\Big)\, y_c
   \le \lfloor b/\delta\rfloor, \qquad f = b/\delta - \lfloor b/\delta\rfloor $$

holds for whole $y$. With $\delta$ just above $b/(k+1)$ it says that no more than $k$ of those fit that are larger than
that. All of them for small $k$ are worked out once, and looked through at every solution.

Method: cover inequalities (Balas 1975, Wolsey 1975) as mixed-integer rounding with a choice per project.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from optimiser.solve.cuts import SHALLOW, Cut, Flags, Floats, Ints, rounded
from optimiser.solve.grid import Grid
from optimiser.solve.programme import Programme

FIT = 8
"""How many of the smallest that count may fit at most."""
MOST = 24
"""Covers of one row, at most."""
ALIKE = 1e-9
"""Relative difference up to which numbers are the same."""
NEARLY_ONE = 0.9999
"""Fractions of a right-hand side above which whole parts alone count."""


@dataclass(frozen=True, eq=False)
class _Entries:
    """Entries of rows (E,): `row`, `column`, `group` (one project in one row), and the `gain` of the starts from the
    group's entry before on, up to this one; `most` units of the project, and the `limit` (M,) of each row."""

    row: Ints
    column: Ints
    group: Ints
    gain: Floats
    most: Floats
    limit: Floats


class Covers:
    """The covers of a programme: `matrix` (K, N) @ x <= `most` (K,)."""

    def __init__(self, programme: Programme, grid: Grid):
        sides = [
            _covers(_entries(programme, grid, sign, limit), len(programme.cost))
            for sign, limit in ((1.0, programme.row_upper), (-1.0, programme.row_lower))
        ]
        self.matrix = sparse.csr_array(sparse.vstack([matrix for matrix, _ in sides], format="csr"))
        self.most = np.concatenate([most for _, most in sides])
        self.length = np.sqrt(np.asarray(self.matrix.multiply(self.matrix).sum(axis=1)).ravel())

    def cuts(self, x: Floats) -> list[Cut]:
        """Those that `x` (N,) violates, the deepest first."""
        depth = (self.matrix @ x - self.most) / np.maximum(self.length, ALIKE)
        deep = np.flatnonzero(depth > SHALLOW)
        found, at = [], self.matrix.indptr
        for i in deep[np.argsort(-depth[deep], kind="stable")]:
            here = slice(at[i], at[i + 1])
            columns, values = self.matrix.indices[here], self.matrix.data[here]
            found.append(Cut(columns, values, float(self.most[i]), float(depth[i])))
        return found


def _entries(programme: Programme, grid: Grid, sign: float, limit: Floats) -> _Entries:
    """Entries of the rows sign x row <= sign x limit that have nothing but starts of whole projects, none below 0."""
    rows, matrix = np.repeat(np.arange(len(limit)), np.diff(programme.matrix.indptr)), programme.matrix
    position = np.full(len(programme.cost), -1)
    whole = grid.whole[grid.owner]
    position[grid.at[whole]] = np.flatnonzero(whole)
    others = np.bincount(rows[position[matrix.indices] < 0], minlength=len(limit)) > 0
    fits = ~others & np.isfinite(limit) & (sign * limit > 0)
    chosen = np.flatnonzero(fits[rows])
    chosen = chosen[np.lexsort((position[matrix.indices[chosen]], rows[chosen]))]
    row, column = rows[chosen], matrix.indices[chosen]
    owner = grid.owner[position[column]]
    gain, group = _gains(sign * matrix.data[chosen], _begins(row, owner))
    scale = np.zeros(len(limit))
    np.maximum.at(scale, row, np.abs(gain))
    falls = np.bincount(row[gain < -ALIKE * scale[row]], minlength=len(limit)) > 0
    keep = ~falls[row]
    return _Entries(
        row[keep],
        column[keep],
        group[keep],
        np.maximum(gain[keep], 0.0),
        grid.most[owner[keep]],
        sign * limit,
    )


def _begins(*keys: Ints) -> Flags:
    """Where one of the keys (E,) differs from the entry before."""
    differs = np.zeros(max(len(keys[0]) - 1, 0), dtype=bool)
    for key in keys:
        differs |= key[1:] != key[:-1]
    return np.append(np.ones(min(len(keys[0]), 1), dtype=bool), differs)


def _gains(values: Floats, begins: Flags) -> tuple[Floats, Ints]:
    """By how much the starts up to each entry count (E,): the sum from it to its group's end. And the groups.

    Summed within each group, from its end on: a sum over all of them would round a gain by what is in other rows.
    """
    group = np.cumsum(begins) - 1
    last = np.append(np.flatnonzero(begins)[1:], len(values))[: group[-1] + 1 if len(group) else 0] - 1
    from_end = last[group] - np.arange(len(values))
    gain = values.astype(float)
    order = np.argsort(from_end, kind="stable")
    for at in np.split(order, np.searchsorted(from_end[order], np.arange(1, from_end.max(initial=0) + 1)))[1:]:
        gain[at] += gain[at + 1]
    return gain, group


def _covers(e: _Entries, columns: int) -> tuple[sparse.csr_array, Floats]:
    """All covers of one side of the rows: matrix and right-hand sides."""
    limit = e.limit[e.row]
    counts = (e.gain > limit / (FIT + 1) * (1 + ALIKE)) & (e.gain <= limit * (1 + ALIKE))
    row, divisor = e.row[counts], e.gain[counts]
    order = np.lexsort((divisor, row))
    row, divisor = row[order], divisor[order]
    differs = np.append(True, divisor[1:] > divisor[:-1] * (1 + ALIKE))[: len(row)]
    once = _begins(row) | differs
    row, divisor = row[once], divisor[once]
    few = _few_of_each(row)
    row, divisor = row[few], divisor[few]
    at, cover = _spread(np.searchsorted(e.row, row), np.searchsorted(e.row, row, side="right"))
    times = e.limit[row] / divisor
    most = np.floor(times + ALIKE)
    f = np.maximum(times - most, 0.0)
    alpha = e.gain[at] / divisor[cover]
    value = np.where(f[cover] > NEARLY_ONE, np.floor(alpha + ALIKE), rounded(alpha, np.minimum(f, NEARLY_ONE)[cover]))
    begins = _begins(cover, e.group[at])
    following = np.where(np.append(begins[1:], True)[: len(at)], 0.0, np.append(value[1:], 0.0)[: len(at)])
    shape = (len(row), columns)
    matrix = sparse.csr_array((value - following, (cover, e.column[at])), shape=shape)
    matrix.eliminate_zeros()
    groups = np.flatnonzero(begins)
    largest = np.maximum.reduceat(value, groups) * e.most[at[groups]] if len(groups) else np.zeros(0)
    binding = np.bincount(cover[groups], largest, minlength=len(row)) > most + 1e-6
    return sparse.csr_array(matrix[np.flatnonzero(binding)]), most[binding]


def _few_of_each(row: Ints) -> Flags:
    """At most `MOST` entries (E,) of each row, evenly spread."""
    rows, first, count = np.unique(row, return_index=True, return_counts=True)
    place = np.searchsorted(rows, row)
    rank, count = np.arange(len(row)) - first[place], count[place]
    return (count <= MOST) | (rank * MOST // count != (rank - 1) * MOST // count)


def _spread(begin: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Positions from each begin to its end one after another, and whose they are."""
    lengths = end - begin
    opened = np.cumsum(lengths) - lengths
    return np.repeat(begin - opened, lengths) + np.arange(lengths.sum()), np.repeat(np.arange(len(begin)), lengths)
