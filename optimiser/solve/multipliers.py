r"""Multipliers: the prices of coupling rows at which the blocks of a programme give the best bound.

Each round solves the blocks at some prices $y$; their plans are columns of a master programme, in which every block
mixes its plans and the coupling rows hold. The master's duals are the next $y$. They may leave the best prices so far
only by a share of each, which shrinks where a step was no better: without that box they jump about.

The starts that any block's plan has, at any prices, are few and good: the whole programme with only these is soon
solved, and its plan is one of the whole (`pool`).

Source: box-step, Marsten, Hogan and Blankenship 1975; column generation with the blocks' plans, Dantzig and Wolfe 1960.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from optimiser.solve.blocks import Block, Blocks
from optimiser.solve.grid import Flags, Floats, Grid
from optimiser.solve.highs import Outcome
from optimiser.solve.programme import Programme

WIDTH, LEAST_WIDTH = 0.1, 0.05
"""How far prices may go at first: a share of each, and of the mean for those that are near nothing."""
LOOSE = 0.1
"""How exact blocks are solved: the share that all of them together may lack of the distance of bound and master."""
LITTLE, IDLE = 0.01, 3
"""The search ends after so many rounds in a row that close less than this share of that distance."""
ASIDE = (0.05, 0.15, 0.3)
"""By what share of each price a pool's prices are beside the best ones, one standard deviation."""
INWARD = 1e-6
"""How far the master keeps from prices at which a column without a bound would have no cheapest value."""

Ask = Callable[[Programme, Floats | None, float, float], Outcome]
"""Solves a programme: from a plan on, within seconds, to an absolute gap."""


@dataclass(frozen=True, eq=False)
class _Plan:
    """A plan `x` of one block, what it costs at y = 0, and what it has of each coupling row (C,)."""

    block: int
    x: Floats
    cost: float
    links: Floats


@dataclass(eq=False)
class Multipliers:
    """`y` (C,) are the best multipliers so far, first those of the relaxation, and `bound` what they prove.

    `ask` solves a block, `workers` at a time; `over` says whether to stop, `stop` is told of Ctrl-C. `gap`: how exact a
    bound has to be, relative. `seed`: of prices that are drawn. `is_settled`: a search has ended because little more
    can be won. `log` has a line for each round.
    """

    blocks: Blocks
    grid: Grid
    y: Floats
    ask: Ask
    over: Callable[[], bool]
    workers: int
    gap: float
    seed: int = 0
    stop: Callable[[], None] | None = None
    bound: float = -np.inf
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.y = self.blocks.priced(self.y)
        self.attainable, self.width = np.inf, WIDTH
        self.abandoned = self.is_settled = False
        self._plans: list[_Plan] = []
        self._drawn = np.random.default_rng(self.seed)

    def search(self, seconds: float) -> None:
        """Rounds until little more can be won, or the time is over. A bound of infinity: there is no plan."""
        until = time.monotonic() + seconds
        y: Floats | None = self.y if not self._plans else self._next(seconds)
        idle = 0
        while y is not None:
            before, left = self.bound, until - time.monotonic()
            self._round(y, max(left, 0.1))
            left = until - time.monotonic()
            if left <= 0 or self.over():
                return
            if self.bound == np.inf or not all(self._of(i) for i in range(len(self.blocks.each))):
                break
            if self.bound <= before:
                self.width /= 2
            y = self._next(left)
            least = self.gap * abs(self.bound) / 2 if np.isfinite(self.bound) else 0.0
            moved = self.bound > before + LITTLE * max(self.attainable - before, 0.0) or not np.isfinite(before)
            idle = 0 if moved and np.isfinite(self.bound) else idle + 1
            if self.attainable - self.bound <= least or idle >= IDLE:
                break
        self.is_settled = True

    def stray(self, seconds: float) -> None:
        """Plans of the blocks at prices beside the best ones, for the pool; drawn, and the same each time."""
        until = time.monotonic() + seconds
        for share in ASIDE:
            left = until - time.monotonic()
            if left <= 0 or self.over():
                break
            self._round(self.y * (1 + share * self._drawn.standard_normal(len(self.y))), left)

    def _round(self, y: Floats, seconds: float) -> None:
        """The blocks at multipliers `y`, and what follows."""
        began = time.monotonic()
        y = self.blocks.priced(y)
        lacks = max(self.gap * abs(self.bound), LOOSE * (self.attainable - self.bound))
        if not np.isfinite(lacks):
            lacks = self.gap * abs(self.blocks.without_blocks(y))
        room = max(lacks, 1e-9) / len(self.blocks.each)
        starts = [self._cheapest(i, block, y) for i, block in enumerate(self.blocks.each)]

        def ask(programme: Programme, start: Floats | None) -> Outcome:
            return self.ask(programme, start, max(began + seconds - time.monotonic(), 0.1), room)

        bound, found = self.blocks.solve(y, starts, ask, self.workers, self.stop)
        self.abandoned |= any(outcome.abandoned for outcome in found)
        for i, (block, outcome) in enumerate(zip(self.blocks.each, found, strict=True)):
            last = [] if outcome.x is None else [outcome.x]
            for x in [*outcome.plans, *last]:
                if not any(np.array_equal(x, plan.x) for plan in self._of(i)):
                    self._plans.append(_Plan(i, x, float(block.programme.cost @ x), block.links @ x))
        if bound > self.bound:
            self.bound, self.y = bound, y
        took = time.monotonic() - began
        self.log.append(f"blocks: {bound:.10g}, best bound {self.bound:.10g} of {self.attainable:.10g}, {took:.1f} s\n")

    def _of(self, i: int) -> list[_Plan]:
        return [plan for plan in self._plans if plan.block == i]

    def _cheapest(self, i: int, block: Block, y: Floats) -> Floats | None:
        """The plan of a block that costs least at `y` among those known: it is one whatever the prices."""
        plans = self._of(i)
        return min(plans, key=lambda plan: plan.cost - float(y @ plan.links)).x if plans else None

    def _next(self, seconds: float) -> Floats | None:
        """The master's duals; None where it has none."""
        master = self._master()
        found = self.ask(master, None, seconds, 0.0)
        if found.status != "optimal" or found.row_dual is None or found.x is None:
            return None
        self.attainable = found.objective
        return found.row_dual[: len(self.y)]

    def _master(self) -> Programme:
        """min over mixtures of block plans and nobody's columns; what a row lacks is paid at the box's edge."""
        whole, blocks = self.blocks.programme, self.blocks
        count, plans, size = len(self.y), len(self._plans), len(blocks.nobodys)
        mean = float(abs(self.y[self.y != 0]).mean()) if self.y.any() else 1.0
        edge = self.width * (abs(self.y) + LEAST_WIDTH * mean)
        inward = np.isinf(blocks.lower).astype(float) - np.isinf(blocks.upper)
        links = sparse.csr_array(np.array([plan.links for plan in self._plans]).T)
        coupling = sparse.hstack([blocks.matrix, links, sparse.eye_array(count), -sparse.eye_array(count)])
        which = (np.array([plan.block for plan in self._plans]), size + np.arange(plans))
        mixed = sparse.csr_array((np.ones(plans), which), shape=(len(blocks.each), size + plans + 2 * count))
        ones, more = np.ones(len(blocks.each)), plans + 2 * count
        own: Floats = whole.cost[blocks.nobodys] + INWARD * inward
        mixtures = np.array([plan.cost for plan in self._plans])
        above: Floats = self.y + edge
        below: Floats = edge - self.y
        return Programme(
            cost=np.concatenate([own, mixtures, above, below]),
            offset=whole.offset,
            matrix=sparse.csr_array(sparse.vstack([coupling, mixed])),
            row_lower=np.concatenate([whole.row_lower[blocks.coupling], ones]),
            row_upper=np.concatenate([whole.row_upper[blocks.coupling], ones]),
            lower=np.concatenate([whole.lower[blocks.nobodys], np.zeros(more)]),
            upper=np.concatenate([whole.upper[blocks.nobodys], np.full(more, np.inf)]),
            integer=np.zeros(size + more, dtype=bool),
            place={},
            pyomo_columns={},
            rows=[*(whole.rows[i] for i in blocks.coupling), *(("one_plan", b.owner) for b in blocks.each)],
        )

    def pool(self) -> Flags:
        """The starts (n,) that some block's plan has."""
        used = np.zeros(self.grid.size, dtype=bool)
        for plan in self._plans:
            x = np.zeros(len(self.blocks.programme.cost))
            x[self.blocks.each[plan.block].columns] = plan.x
            used |= self.grid.new(x) > 1e-6
        return used
