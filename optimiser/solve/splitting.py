r"""Splitting: a decision that costs something either way is taken both ways before anything else.

A large project that the relaxation has by half may be all that keeps its bound low: with the project it costs more, and
without it, too. The least of the two optima is a bound for the whole,

$$ z \;\ge\; \min\big( z(x_k \le \lfloor \hat x_k \rfloor),\; z(x_k \ge \lceil \hat x_k \rceil) \big), $$

and so on, the part with the lowest bound first. What a start costs at least is the least of what it costs in any part.

Method: strong branching (Applegate, Bixby, Chvátal and Cook 1995), at the root, for the largest projects in parts.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from optimiser.solve.few_starts import FewStarts
from optimiser.solve.grid import Flags, Floats, Grid, Ints, Prices, price_of_starts, unit_costs
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Outcome
from optimiser.solve.programme import Programme
from optimiser.solve.relaxation import Bounded
from optimiser.solve.root import Root
from optimiser.solve.under_way import UnderWay

LARGEST = 12
"""Projects in parts about which is asked, those whose unit costs or saves most."""
RAISE = 0.2
"""A decision is taken if it raises the bound of its part by this share of the gap's room at least."""
ENOUGH, BETTER = 0.8, 1.2
"""A year costs enough at this share of what any may; another project is a better decision if it costs so much more."""
LEAVES = 6
"""Parts of the whole at most."""
FEW = 200
"""Projects from which it is asked with few starts."""
SECONDS = 1.5
"""For all of it, or as long as relaxation and cuts have taken; no more than a tenth of what is left."""


class Within(Protocol):
    """A relaxation that is solved again within other bounds of its columns."""

    def solve(self, lower: Floats, upper: Floats, seconds: float) -> Outcome:
        """Its optimum, or a bound that is near to it, within bounds (N,) and (N,)."""
        ...


@dataclass(frozen=True, eq=False)
class Leaf:
    """A part of the whole: bounds (N,) of its columns, and the optimum of its relaxation with duals."""

    lower: Floats
    upper: Floats
    outcome: Outcome

    @property
    def bound(self) -> float:
        """What each of its plans costs at least."""
        return self.outcome.objective


def leaves_of(
    relaxation: Within,
    programme: Programme,
    grid: Grid,
    outcome: Outcome,
    room: float,
    seconds: float,
    interrupt: Interrupt,
    known: Flags | None = None,
) -> list[Leaf]:
    """Parts that make up the whole together, the one with the lowest bound first; parts without any plan are left out.

    One alone, the programme with the `outcome` of its relaxation, where no decision raises the bound by enough of the
    `room`, or not in so many `seconds`. The `relaxation` is left with bounds of its own. Asked is about projects that
    are `known` (P,), or about all.
    """
    known = grid.whole if known is None else known
    until = time.monotonic() + seconds
    splitting = _Splitting(relaxation, programme, grid, RAISE * room, until, interrupt, known)
    leaves = [Leaf(programme.lower, programme.upper, outcome)]
    while len(leaves) < LEAVES and not splitting.is_over:
        halves = splitting.halves(leaves[0])
        if halves is None or (not halves and len(leaves) == 1):
            break  # that the whole has no plan at all is for others to say
        leaves = sorted([*halves, *leaves[1:]], key=lambda leaf: leaf.bound)
    return leaves


def within(programme: Programme, leaves: list[Leaf]) -> Programme:
    """The programme within the bounds that its parts have together."""
    lower, upper = np.array([leaf.lower for leaf in leaves]), np.array([leaf.upper for leaf in leaves])
    return replace(programme, lower=lower.min(axis=0), upper=upper.max(axis=0))


def prices_of(leaves: list[Leaf], programme: Programme, grid: Grid) -> Prices:
    """What a start costs at least above the lowest bound of the parts, that of the first: the least of all.

    Which starts are cheap is as in the first. Any rows of the `programme` that the parts' duals are of will do.
    """
    prices = [_prices_in(leaf, programme, grid) for leaf in leaves]
    above = [leaf.bound - leaves[0].bound + own.bound for leaf, own in zip(leaves, prices, strict=True)]
    return replace(prices[0], bound=np.min(above, axis=0))


def _prices_in(leaf: Leaf, programme: Programme, grid: Grid) -> Prices:
    assert leaf.outcome.x is not None
    assert leaf.outcome.row_dual is not None
    return price_of_starts(programme, grid, leaf.outcome.x, leaf.outcome.row_dual)


@dataclass(eq=False)
class _Splitting:
    """Asks what decisions cost, from wherever the relaxation stands."""

    relaxation: Within
    programme: Programme
    grid: Grid
    least: float
    until: float
    interrupt: Interrupt
    known: Flags

    @property
    def is_over(self) -> bool:
        """True where no more is asked."""
        return self.interrupt.is_set or time.monotonic() > self.until

    def halves(self, leaf: Leaf) -> list[Leaf] | None:
        """The halves of the decision that costs most either way, but for those without plans; None where none costs."""
        best, found = self.least, None
        for columns in _candidates(self.programme, self.grid, leaf, self.known):
            halves = self._best_of(leaf, columns, best)
            if halves is not None:
                best = BETTER * (min(half.bound for half in halves) - leaf.bound)
                found = [half for half in halves if np.isfinite(half.bound)]
            if self.is_over or best == np.inf:
                break
        return found

    def _best_of(self, leaf: Leaf, columns: Ints, least: float) -> list[Leaf] | None:
        """The halves of a project's decision by a year that costs much either way; None where none costs more than
        `least`. Not to have started a unit costs more by a later year, and to have started it by an earlier one.
        """
        early, late, found = 0, len(columns) - 1, None
        below, above = self._half(leaf, columns[late], False), None
        if below is None or below.bound - leaf.bound <= least:
            return None
        above = self._half(leaf, columns[early], True)
        if above is None or above.bound - leaf.bound <= least:
            return None
        known = {(late, False): below, (early, True): above}
        enough = leaf.bound + ENOUGH * min(below.bound - leaf.bound, above.bound - leaf.bound)
        while early <= late:
            middle = (early + late) // 2
            below = known.get((middle, False)) or self._half(leaf, columns[middle], False)
            above = known.get((middle, True)) or self._half(leaf, columns[middle], True)
            if below is None or above is None:
                break
            cost = min(below.bound, above.bound)
            if cost - leaf.bound > least:
                found, least = [below, above], cost - leaf.bound
            if cost >= enough or self.is_over:
                break
            if below.bound < above.bound:
                early = middle + 1
            else:
                late = middle - 1
        return found

    def _half(self, leaf: Leaf, k: int, is_above: bool) -> Leaf | None:
        """The part in which a whole column is above where the solution of a part has it, or below."""
        assert leaf.outcome.x is not None
        lower, upper = leaf.lower.copy(), leaf.upper.copy()
        floor = np.floor(leaf.outcome.x[k])
        if is_above:
            lower[k] = floor + 1.0
        else:
            upper[k] = floor
        return self._solved(lower, upper)

    def _solved(self, lower: Floats, upper: Floats) -> Leaf | None:
        """The relaxation within such bounds; None where it was not solved in time."""
        found = self.relaxation.solve(lower, upper, max(self.until - time.monotonic(), 0.1))
        if found.status == "infeasible":
            return Leaf(lower, upper, replace(found, objective=np.inf))
        if found.status != "optimal" or found.x is None or found.row_dual is None:
            return None
        return Leaf(lower, upper, replace(found, log=[]))


def _candidates(programme: Programme, grid: Grid, leaf: Leaf, known: Flags) -> list[Ints]:
    """Of each of the largest projects that are known (P,) its columns of starts in parts, one after the other.

    They are those of the unit that it has last.
    """
    assert leaf.outcome.x is not None
    started = leaf.outcome.x[grid.at]
    parts = (grid.whole & known)[grid.owner] & (np.abs(started - np.round(started)) > 1e-3)
    projects = np.unique(grid.owner[parts])
    largest = projects[np.argsort(-unit_costs(programme, grid)[projects], kind="stable")][:LARGEST]
    found = [np.flatnonzero(parts & (grid.owner == p)) for p in largest]
    return [grid.at[columns[np.floor(started[columns]) == np.floor(started[columns[-1]])]] for columns in found]


@dataclass(eq=False)
class InParts(UnderWay):
    """A programme under way that may be split. `relaxed` is what prices are measured from.

    `closed`: the lowest bound of the parts that were left aside, as what is known there is good enough.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        self.relaxed, self.closed = -np.inf, np.inf
        self.leaves: list[Leaf] = []
        self.every = self.programme

    def split(self, relaxation: Bounded, root: Root, prices: Prices, took: float) -> tuple[Outcome, Prices] | None:
        """Splits the whole: the relaxation of the part with the lowest bound, and prices above that bound.

        None where no decision costs enough. `took`: seconds for relaxation and cuts.
        """
        seconds, before = min(max(SECONDS, took), self.left / 10), self.seconds
        if self.grid.whole.sum() >= FEW:
            leaves = self._by_few_starts(relaxation, root, prices, seconds)
        else:
            leaves = leaves_of(relaxation, root.every, self.grid, root.outcome, self.room(), seconds, self.settled)
        if leaves[0].bound <= root.outcome.objective:
            return None
        bounds = ", ".join(f"{leaf.bound:.10g}" for leaf in leaves)
        self.log.append(f"--- {len(leaves)} parts after {self.seconds - before:.1f} s: bounds {bounds}\n")
        self.leaves, self.every, self.relaxed = leaves, root.every, leaves[0].bound
        self.bound = max(self.bound, min(self.relaxed, self.objective))
        return leaves[0].outcome, self._among(leaves)

    def _by_few_starts(self, relaxation: Bounded, root: Root, prices: Prices, seconds: float) -> list[Leaf]:
        """Parts by bounds from few starts, where a relaxation with all of them takes long."""
        x, room, until = root.outcome.x, self.room(), time.monotonic() + seconds
        assert x is not None
        few = FewStarts(relaxation, root.every, self.grid, prices, x, room, self.limits, self.settled)
        leaves = leaves_of(few, root.every, self.grid, root.outcome, room, seconds, self.settled, few.known)
        if len(leaves) > 1:
            until += seconds / 2
            asked = [replace(e, outcome=few.closer(e.lower, e.upper, e.outcome, until)) for e in leaves]
            leaves = sorted(asked, key=lambda leaf: leaf.bound)
        self.abandoned |= few.abandoned
        few.release()
        return leaves

    def better(self, prices: Prices) -> Prices:
        """Prices among the parts that may have a plan which is better than the gap allows; others are left aside."""
        better = [leaf for leaf in self.leaves if leaf.bound < self.least]
        if len(better) in (0, len(self.leaves)):
            return prices
        self.closed = min(self.closed, *(leaf.bound for leaf in self.leaves if leaf.bound >= self.least))
        return self._among(better)

    def _among(self, leaves: list[Leaf]) -> Prices:
        """Looks at these parts from now on, the first of which stays the first."""
        self.leaves, self.programme = leaves, within(self.programme, leaves)
        return prices_of(leaves, self.every, self.grid)
