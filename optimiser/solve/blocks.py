r"""Blocks: a programme taken apart by entity, and the bound that its parts give together.

Rows between columns of one owner are that owner's block, a small programme; the others couple. Coupling rows are
priced by multipliers $y$ instead of being kept:

$$ L(y) = \text{offset} + \sum_i \min_{\ell_i \le r_i \le u_i} y_i r_i
   + \sum_{j \text{ nobody's}} \min_{l_j \le x_j \le u_j} d_j x_j + \sum_e \min_{x_e \in X_e} d_e x_e,
   \qquad d = c - A^\top y $$

For a plan $x$ of the whole, $c x = y A x + d x$: $A x$ is one of the $r$, its parts are among the $X_e$, so that its
cost is no less than $L(y)$, whatever $y$ is. Of a block its own proven bound is enough, so that a block may be stopped
early. $L$ is at least the relaxation's value at the relaxation's duals, since the blocks are whole.

Nobody's columns need finite bounds where $d_j \ne 0$; most follow from rows. Where there are none and $d_j$ is more
than rounding leaves, there is no bound; the loop that seeks $y$ keeps away from there (`multipliers`). Nobody's whole
columns count as if they might be in parts. Blocks have bounds that follow from rows, too, but wide ones: without any,
prices may leave a block without a cheapest plan; with narrow ones, HiGHS 1.15.1 calls sound blocks infeasible in its
presolve. For the same reason a block is infeasible only if it is so at no cost as well.

Source: Dantzig and Wolfe 1960; Geoffrion 1974.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from scipy import sparse

from optimiser.solve.belonging import NOBODY, bounds_of, owners_of
from optimiser.solve.grid import Floats, Grid, Ints
from optimiser.solve.outcome import Outcome
from optimiser.solve.programme import Programme

ROUNDING = 1e-13
"""What rounding leaves of a sum, as a share of its terms."""
WIDE = 0.5
"""By how much a block's bounds are wider than what follows from rows, relative and absolute."""

Found = TypeVar("Found")
Ask = Callable[[Programme, Floats | None], Outcome]
"""Solves one block from a plan of it on."""
Bounds = dict[tuple[int, int], tuple[float, float]]
"""Least and most of some columns: which block, and which of its columns."""


@dataclass(frozen=True, eq=False)
class Block:
    """`columns` and `rows` are those of the whole; `programme` is at y = 0; `links` (C, n) is what couples."""

    owner: int
    columns: Ints
    rows: Ints
    programme: Programme
    links: sparse.csr_array

    def at(self, y: Floats) -> Programme:
        """The block's programme when coupling rows are priced by `y` (C,)."""
        return replace(self.programme, cost=self.programme.cost - self.links.T @ y)


@dataclass(frozen=True, eq=False)
class Blocks:
    """`coupling` (C,) are the rows and `nobodys` the columns that are in no block; `lower`, `upper` bound these.

    `matrix` (C, n) is what the coupling rows have of nobody's columns.
    """

    programme: Programme
    each: list[Block]
    coupling: Ints
    nobodys: Ints
    matrix: sparse.csr_array
    lower: Floats
    upper: Floats

    def priced(self, y: Floats) -> Floats:
        """`y` (C,) without prices on sides of rows that are open."""
        low, high = self.programme.row_lower[self.coupling], self.programme.row_upper[self.coupling]
        return np.where((y > 0) & ~np.isfinite(low) | (y < 0) & ~np.isfinite(high), 0.0, y)

    def without_blocks(self, y: Floats) -> float:
        """What coupling rows and nobody's columns add to the bound at multipliers `y` (C,) as `priced` gives them."""
        programme = self.programme
        low, high = programme.row_lower[self.coupling], programme.row_upper[self.coupling]
        rows = np.where(y > 0, low, np.where(y < 0, high, 0.0))
        cost = programme.cost[self.nobodys]
        slope = cost - self.matrix.T @ y
        terms = abs(cost) + abs(self.matrix).T @ abs(y)
        end = np.where(slope > 0, self.lower, self.upper)
        slope = np.where(np.isinf(end) & (abs(slope) <= ROUNDING * terms), 0.0, slope)
        columns = np.multiply(slope, end, out=np.zeros_like(slope), where=slope != 0)
        return programme.offset + float(y @ rows) + float(columns.sum())

    def solve(
        self,
        y: Floats,
        starts: Sequence[Floats | None],
        ask: Ask,
        workers: int,
        stop: Callable[[], None] | None = None,
    ) -> tuple[float, list[Outcome]]:
        """The bound at multipliers `y` (C,), and what was found of each block, in order of owner.

        Infinite where a block, and with it the whole, has no plan; minus infinity where nothing is proven. Blocks are
        solved `workers` at a time; what is found does not depend on which ends first. Ctrl-C calls `stop`, which makes
        all of them end.
        """
        y = self.priced(y)
        asked = [block.at(y) for block in self.each]
        found = self._asked(asked, starts, ask, workers, stop)
        for i, outcome in enumerate(found):
            if outcome.status == "infeasible":
                if starts[i] is not None:
                    return -np.inf, found  # it has a plan, so that the solver erred
                free = replace(asked[i], cost=np.zeros_like(asked[i].cost))
                return (np.inf if ask(free, None).status == "infeasible" else -np.inf), found
        total = self.without_blocks(y) + sum(outcome.bound for outcome in found)
        return (total if np.isfinite(total) else -np.inf), found

    def _asked(
        self,
        asked: list[Programme],
        starts: Sequence[Floats | None],
        ask: Ask,
        workers: int,
        stop: Callable[[], None] | None,
    ) -> list[Outcome]:
        """What is found of each block; those that take longest come first."""
        if workers <= 1 and stop is None:
            return [ask(block, start) for block, start in zip(asked, starts, strict=True)]
        order = np.argsort([-int(block.programme.integer.sum()) for block in self.each], kind="stable")
        with ThreadPoolExecutor(max(1, workers)) as pool:
            under_way = {i: pool.submit(ask, asked[i], starts[i]) for i in order}
            return [waited_for(under_way[i], stop) for i in range(len(asked))]

    def within(self, bounds: Bounds) -> Blocks:
        """The same with some columns of blocks within `bounds`."""
        each = list(self.each)
        for (i, j), (least, most) in bounds.items():
            part = each[i].programme
            lower, upper = part.lower.copy(), part.upper.copy()
            lower[j], upper[j] = max(lower[j], least), min(upper[j], most)
            each[i] = replace(each[i], programme=replace(part, lower=lower, upper=upper))
        return replace(self, each=each)


def waited_for(task: Future[Found], stop: Callable[[], None] | None) -> Found:
    """What a task has found; Ctrl-C calls `stop`, which makes it end."""
    try:
        return task.result()
    except KeyboardInterrupt:
        if stop is None:
            raise
        stop()
        return task.result()


def blocks_of(programme: Programme, grid: Grid) -> Blocks:
    """The programme taken apart: an entity's columns and the rows that have no others."""
    owner = owners_of(programme, grid)
    lower, upper = bounds_of(programme)
    entries = sparse.coo_array(programme.matrix)
    first, last = np.full(len(programme.rows), np.iinfo(int).max), np.full(len(programme.rows), NOBODY)
    np.minimum.at(first, entries.row, owner[entries.col])
    np.maximum.at(last, entries.row, owner[entries.col])
    whose = np.where(first == last, first, NOBODY)
    coupling = np.flatnonzero((whose == NOBODY) & (np.diff(programme.matrix.indptr) > 0))
    nobodys = np.flatnonzero(owner == NOBODY)
    links = sparse.csc_array(programme.matrix[coupling])
    bounded = replace(
        programme,
        lower=np.where(np.isinf(programme.lower), lower - WIDE * (1 + abs(lower)), lower),
        upper=np.where(np.isinf(programme.upper), upper + WIDE * (1 + abs(upper)), upper),
    )
    each = []
    for o in np.unique(owner[owner != NOBODY]):
        columns, rows = np.flatnonzero(owner == o), np.flatnonzero(whose == o)
        part = _part(bounded, columns, rows)
        each.append(Block(int(o), columns, rows, part, sparse.csr_array(links[:, columns])))
    matrix = sparse.csr_array(links[:, nobodys])
    return Blocks(programme, each, coupling, nobodys, matrix, lower[nobodys], upper[nobodys])


def _part(programme: Programme, columns: Ints, rows: Ints) -> Programme:
    """Some columns and rows as a programme of its own, which knows no families."""
    return Programme(
        cost=programme.cost[columns],
        offset=0.0,
        matrix=sparse.csr_array(programme.matrix[rows][:, columns]),
        row_lower=programme.row_lower[rows],
        row_upper=programme.row_upper[rows],
        lower=programme.lower[columns],
        upper=programme.upper[columns],
        integer=programme.integer[columns],
        place={},
        pyomo_columns={},
        rows=[programme.rows[i] for i in rows],
    )
