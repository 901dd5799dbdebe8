r"""A relaxation that is solved a hundred times, with a tenth of the starts, and its bound for all of them.

It has the starts that are cheap at the root; between two of them `started` does not change. By its duals every other
start has a price: with $\pi_{p,v}$ what a unit of a project costs if it starts in $v$ (`grid.price_of_starts`), and a
project choosing its cheapest start or none,

$$ z \;\ge\; z_R - \sum_p \text{most}_p \Big( \min\big(0, \min_{v\,\text{kept}} \pi_{p,v}\big)
   - \min\big(0, \min_v \pi_{p,v}\big) \Big), $$

where $z_R$ is its optimum. Starts that make the difference are taken in, until it is small enough, and so are starts
that make a solution possible where there is none (by multipliers of rows that prove it, in place of duals). What a
project costs in $z_R$ is what it costs in the solution. Of one whose bounds are narrower than from none to all, which
may not choose freely, all starts are taken in at once, and those from which on some are forced are there from the
beginning.

Method: column generation and its bound (Lasdon 1970; Farley 1990).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np
from scipy import sparse

from optimiser.solve.grid import Flags, Floats, Grid, Ints, Prices, restrict, summed
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits
from optimiser.solve.programme import Programme
from optimiser.solve.relaxation import Bounded, Relaxation

KEPT = 0.07
"""Starts that it begins with: this share, the cheapest."""
HELPFUL, LITTLE = 0.01, 1e-6
"""Where there is no solution: starts that are taken in at once, as a share of all, and what is too little help."""
ROUNDS, SHARE = 8, 0.01
"""How often starts are taken in for one bound, and of what it may be too low the share from which a project asks."""


@dataclass(eq=False)
class Basis:
    """Where a relaxation ended: HiGHS's own note of it, and the starts that had been taken in, in their order."""

    noted: Any
    taken: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Found:
    """A `bound` on all plans within some bounds, a solution (N,) of the relaxation, and where that ended.

    `dual` (M,): its duals, by which the bound holds; nothing for rows that say how starts follow each other.
    """

    bound: float
    x: Floats
    dual: Floats
    basis: Basis


class QuickRelaxation:
    """The relaxation of a programme (M rows, N columns) with few starts; `near` is how much a bound may be too low."""

    def __init__(
        self,
        programme: Programme,
        grid: Grid,
        prices: Prices,
        needed: Flags,
        near: float,
        limits: Limits,
        interrupt: Interrupt,
    ):
        self.programme, self.grid, self.near = programme, grid, near
        self.interrupt = interrupt
        own = np.array([name == "starts_never_fall" for name, _ in programme.rows], dtype=bool)
        nobody, none = np.zeros(len(grid.whole), dtype=bool), np.zeros(len(programme.cost))
        kernel = restrict(programme, grid, _kept(grid, prices) | needed, nobody, none, ~own)
        self.limit = _in_a_year(programme, grid, own)
        self.own, self.rows, self.back = own, kernel.rows, sparse.csc_array(kernel.back)
        self.place = np.full(len(programme.cost), -1)
        self.place[kernel.columns] = np.arange(len(kernel.columns))
        self.keep = self.place[grid.at] >= 0
        self.first = np.flatnonzero(self.keep)
        self.narrow = narrow(programme.lower, programme.upper, grid)
        self.cost = programme.cost[grid.at]
        others = sparse.csr_array(programme.matrix[~own])
        self.effects = sparse.csr_array(sparse.csc_array(others)[:, grid.at].T)
        self.others = ~own[self.rows]  # all of them: only rows of starts that follow each other are left out
        small = replace(kernel.programme, integer=np.zeros(len(kernel.columns), dtype=bool))
        self.relaxation = Relaxation(small, limits, interrupt, is_short=True)
        self.within, self.size = Bounded(self.relaxation, small), len(small.cost)
        self.taken: tuple[int, ...] = ()

    def solve(self, lower: Floats, upper: Floats, basis: Basis | None, seconds: float) -> Found | None:
        """A bound on all plans within bounds (N,) and (N,) of the columns that are kept, from a basis on.

        None where there is no solution with few starts, or none in time.
        """
        if self.relaxation.abandoned:  # it is still at work
            return None
        until = time.monotonic() + seconds
        least, most = self._of_kept(lower, upper)
        if basis is not None:
            self._begin(basis)
        for i in range(ROUNDS):
            found = self.within.solve(least, most, max(until - time.monotonic(), 0.1))
            if self.interrupt.is_set:
                return None
            if found.status == "infeasible" and i < ROUNDS - 1 and len(starts := self._helpful()):
                self._take_in(starts)
                least, most = self._of_kept(lower, upper)
                continue
            if found.status != "optimal" or found.x is None or found.row_dual is None:
                return None
            x, of_rows = self.back @ found.x, found.row_dual
            missed, better = self._missed(x, of_rows)
            wanted = self._wanted(missed > SHARE * self.near, better)
            if missed.sum() <= self.near or i == ROUNDS - 1 or not len(wanted):
                break
            self._take_in(wanted)
            least, most = self._of_kept(lower, upper)
        basis = Basis(self.relaxation.basis, self.taken)
        dual = np.zeros(len(self.own))
        dual[~self.own] = of_rows[self.others]
        return Found(found.objective - float(missed.sum()), x, dual, basis)

    def renew(self, basis: Basis) -> None:
        """Makes a basis one of what has been taken in since, so that this need not be done each time it is begun from.

        Nobody may begin from it at the same time.
        """
        if basis.taken != self.taken:
            basis.noted.col_status, basis.taken = self._statuses(basis), self.taken

    def _begin(self, basis: Basis) -> None:
        """Goes on from where a relaxation like this one once stood."""
        noted = basis.noted
        if basis.taken != self.taken:
            noted = highspy.HighsBasis()
            noted.col_status, noted.row_status, noted.valid = self._statuses(basis), basis.noted.row_status, True
        self.relaxation.begin(noted)

    def _statuses(self, basis: Basis) -> list[Any]:
        """The status of each column in a basis; starts that it had not are at none.

        To read them takes longer than some iterations.
        """
        none, statuses = highspy.HighsBasisStatus.kLower, list(basis.noted.col_status)
        was = dict(zip(basis.taken, statuses[self.size :], strict=True))
        return [*statuses[: self.size], *(was.get(start, none) for start in self.taken)]

    def _of_kept(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        """Bounds of the programme's columns as bounds of those it has; ValueError where it has not one of them."""
        least, most = self.relaxation.programme.lower.copy(), self.relaxation.programme.upper.copy()
        moved = np.flatnonzero((lower != self.programme.lower) | (upper != self.programme.upper))
        if np.any(self.place[moved] < 0):
            raise ValueError("other bounds of a start that was left out")
        least[self.place[moved]], most[self.place[moved]] = lower[moved], upper[moved]
        return least, most

    def _missed(self, x: Floats, dual: Floats) -> tuple[Floats, Flags]:
        """How much less each project (P,) may cost by the duals than at `x`, and the starts (n,) that cost less."""
        grid = self.grid
        price = self._prices(self.cost, dual)
        has = grid.of_projects(price * grid.new(x), np.add)
        least = grid.most * np.minimum(grid.of_projects(price, np.minimum), 0.0)
        missed = np.where(self.lacks, np.maximum(has - least, 0.0), 0.0)
        return missed, grid.most[grid.owner] * price < has[grid.owner]

    def _prices(self, cost: Floats, dual: Floats) -> Floats:
        """What a unit costs by the duals if it starts in a year (n,), where `cost` (n,) is that of `started`."""
        grid = self.grid
        total = np.cumsum((cost - self.effects @ dual[self.others])[::-1])[::-1]
        return total - np.append(total, 0.0)[grid.begin[1:]][grid.owner]

    def _helpful(self) -> Ints:
        """Where there is no solution: starts by which there may be one, of each project the one that does most.

        By multipliers of rows that prove that there is none, every start adds to what is possible, or does not.
        """
        ray = self.relaxation.ray
        if ray is None:
            return np.zeros(0, dtype=int)
        price = np.where(self.keep, 0.0, self._prices(np.zeros_like(self.cost), ray))
        best = np.lexsort((price, self.grid.owner))[self.grid.begin[:-1]]
        gain = -price[best] * self.grid.most
        best = best[gain > LITTLE * gain.max(initial=0.0)]
        gain = -price[best] * self.grid.most[self.grid.owner[best]]
        return np.sort(best[np.argsort(-gain, kind="stable")][: max(int(HELPFUL * len(self.keep)), 50)])

    @property
    def lacks(self) -> Flags:
        """The projects (P,) that have not all of their starts."""
        return self.grid.of_projects((~self.keep).astype(float), np.maximum) > 0

    def _wanted(self, projects: Flags, better: Flags) -> Ints:
        """The starts to take in for some projects (P,): the `better` ones (n,), or all where bounds are narrow."""
        owner = self.grid.owner
        return np.flatnonzero(projects[owner] & (better | self.narrow[owner]) & ~self.keep)

    def _take_in(self, starts: Ints) -> None:
        """More starts: what a start adds to what is started, up to the next one that was there from the beginning."""
        grid = self.grid
        last = self.first[np.searchsorted(self.first, starts, side="right")]
        lengths = last - starts
        at = np.repeat(starts - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())
        column = np.repeat(np.arange(len(starts)), lengths)
        shape = (len(self.programme.cost), len(starts))
        back = sparse.csc_array((np.ones(len(at)), (grid.at[at], column)), shape=shape)
        matrix = summed(self.programme.matrix, sparse.csr_array(back))[self.rows]
        self.relaxation.widen(sparse.csc_array(matrix), back.T @ self.programme.cost, self.limit[starts])
        self.within.widen(self.limit[starts])
        self.back = sparse.csc_array(sparse.hstack([self.back, back], format="csc"))
        self.keep[starts] = True
        self.taken += tuple(int(start) for start in starts)

    def _leave_out(self, count: int) -> None:
        """Leaves out the starts that were taken in after the first so many."""
        self.keep[list(self.taken[count:])] = False
        self.taken, size = self.taken[:count], self.size + count
        self.relaxation.shorten(size)
        self.within.shorten(size)
        self.back = sparse.csc_array(self.back[:, :size])

    def like(self, other: QuickRelaxation) -> None:
        """Takes in the starts that another relaxation of the same programme has taken in, in their order.

        Those of its own come after them: where both have the same, the basis of one is the other's.
        """
        pairs = enumerate(zip(self.taken, other.taken, strict=False))
        same = next((i for i, (one, its) in pairs if one != its), min(len(self.taken), len(other.taken)))
        theirs = set(other.taken)
        own = [start for start in self.taken[same:] if start not in theirs]
        if same < len(self.taken):
            self._leave_out(same)
        starts = np.array([*other.taken[same:], *own], dtype=int)
        if len(starts):
            self._take_in(starts)


def _kept(grid: Grid, prices: Prices) -> Flags:
    """The starts (n,) that it begins with: the cheapest, the last of each project, and all that are in parts anyway."""
    whole = grid.whole[grid.owner]
    price = np.where(whole, prices.start, np.inf)
    count = min(int(KEPT * whole.sum()), len(price) - 1)
    keep = (price <= np.partition(price, count)[count]) & np.isfinite(price)
    keep[grid.begin[1:] - 1] = True
    return keep | ~whole


def _in_a_year(programme: Programme, grid: Grid, own: Flags) -> Floats:
    """How many units may start at most (n,): in the first year of a window as many as may be started then, later by
    rows (M,) that say how starts follow each other; for one that is taken in, these say nothing else.
    """
    rises = sparse.coo_array(programme.matrix[own])
    place = np.zeros(len(programme.cost), dtype=int)
    place[grid.at] = np.arange(grid.size)
    row, column = (at[rises.data > 0] for at in rises.coords)
    limit = np.where(grid.first, programme.upper[grid.at], np.inf)
    limit[place[column]] = programme.row_upper[own][row]
    return limit


def narrow(lower: Floats, upper: Floats, grid: Grid) -> Flags:
    """Projects (P,) that have narrower bounds than from none to all somewhere."""
    found = (lower[grid.at] > 0) | (upper[grid.at] < grid.most[grid.owner] - 1e-9)
    return grid.of_projects(found.astype(float), np.maximum) > 0
