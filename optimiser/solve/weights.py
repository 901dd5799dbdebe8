"""Weights of combinations of measures, as a programme has them: groups that count elsewhere only by one sum.

A group is what the rows of weights hold together (`formulation.overlap`): the combinations on a source in a year.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from optimiser.solve.grid import Flags, Floats, Ints
from optimiser.solve.programme import Programme

ROWS, OF_ONE, WEIGHTS = "weight_of", "weight_of_one", "weight"
"""How the names of rows begin that are about weights alone, those of one measure, and the family of columns."""


@dataclass(frozen=True, eq=False)
class Groups:
    """The weights of a programme by group: `columns` (W,), `rows` (R,) and the group of each, `of` and `within`.

    `value` (W,): the v of each weight, 1 the largest of a group; `counts` (M, G): how a group's sum counts elsewhere;
    `of_one` (R,): rows of one measure; `others` (N',) and `outside` (M',): all other columns and rows.
    """

    columns: Ints
    rows: Ints
    of: Ints
    within: Ints
    value: Floats
    counts: sparse.csr_array
    of_one: Flags
    others: Ints
    outside: Ints

    @property
    def size(self) -> int:
        """How many groups."""
        return self.counts.shape[1]


def groups_of(programme: Programme) -> Groups | None:
    """Groups whose weights count by one sum, in which each is worth at least nothing; None where there are none."""
    families = [place for columns, place in programme.place.items() if columns.name == WEIGHTS]
    named = np.array([name.startswith(ROWS) for name, _ in programme.rows], dtype=bool)
    if not families or not named.any():
        return None
    weights, rows = np.concatenate(families), np.flatnonzero(named)
    matrix = sparse.csc_array(programme.matrix)[:, weights]
    inside, outside = sparse.csr_array(matrix)[rows], sparse.coo_array(matrix)
    links = sparse.block_array([[None, inside.T], [inside, None]])
    count, label = connected_components(links, directed=False)
    of, within = label[: len(weights)], label[len(weights) :]
    kept = ~named[outside.row] & (outside.data != 0)
    value, counts, good = _one_sum(outside.row[kept], outside.col[kept], outside.data[kept], of, count, len(named))
    p = programme
    plain = (p.cost[weights] == 0) & (p.lower[weights] == 0) & np.isinf(p.upper[weights]) & (value >= 0)
    good &= np.bincount(of, ~plain, minlength=count) == 0
    if not good.any():
        return None
    place = np.cumsum(good) - 1
    own, mine = good[of], good[within]
    chosen = sparse.csr_array(counts[:, np.flatnonzero(good)])
    columns, rows = weights[own], rows[mine]
    of_one = np.array([p.rows[i][0] == OF_ONE for i in rows], dtype=bool)
    others = np.setdiff1d(np.arange(len(p.cost)), columns)
    outside = np.setdiff1d(np.arange(len(p.rows)), rows)
    return Groups(columns, rows, place[of[own]], place[within[mine]], value[own], chosen, of_one, others, outside)


def _one_sum(
    row: Ints, col: Ints, data: Floats, of: Ints, count: int, rows: int
) -> tuple[Floats, sparse.csr_array, Flags]:
    """The v of each weight, how a group's sum counts in each row (M, G), and for which groups (G,) there is such a sum.

    `row`, `col`, `data`: entries of weights outside their own rows.
    """
    group = of[col]
    first = np.full(count, rows)
    np.minimum.at(first, group, row)
    at = np.flatnonzero(row == first[group])
    order = at[np.lexsort((np.abs(data[at]), group[at]))]
    last = np.append(group[order][1:] != group[order][:-1], True)[: len(order)]
    star = np.full(count, -1)
    star[group[order][last]] = col[order][last]
    largest = np.ones(count)
    largest[group[order][last]] = data[order][last]
    value = np.zeros(len(of))
    value[col[at]] = data[at] / largest[group[at]]
    stars = col == star[group]
    counts = sparse.csr_array((data[stars], (row[stars], group[stars])), shape=(rows, count))
    pairs, pair = np.unique(row * count + group, return_inverse=True)
    factor = np.zeros(len(pairs))
    factor[pair[stars]] = data[stars]
    differs = np.abs(data - factor[pair] * value[col]) > 1e-9 * np.abs(factor[pair])
    bad = np.bincount(group, differs, minlength=count) > 0
    missing = np.bincount(pair, minlength=len(pairs)) != np.bincount(of, value != 0, minlength=count)[pairs % count]
    bad[pairs[missing] % count] = True
    return value, counts, ~bad & (star >= 0)
