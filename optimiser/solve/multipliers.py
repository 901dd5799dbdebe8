r"""Multipliers: the prices of coupling rows at which the blocks of a programme give the best bound.

Each round solves the blocks at some prices $y$; their plans are columns of a master programme, in which every block
mixes its plans and the coupling rows hold. The master's duals are the next $y$. They may leave the best prices so far
only by a share of each, which shrinks where a step was no better: without that box they jump about.

Source: box-step, Marsten, Hogan and Blankenship 1975; column generation with the blocks' plans, Dantzig and Wolfe 1960.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from optimiser.solve.blocks import Blocks
from optimiser.solve.grid import Floats
from optimiser.solve.outcome import Outcome
from optimiser.solve.programme import Programme

WIDTH, LEAST_WIDTH = 0.1, 0.05
"""How far prices may go at first: a share of each, and of the mean for those that are near nothing."""
LOOSE = 0.1
"""How exact blocks are solved: the share that all of them together may lack of the distance of bound and master."""
LITTLE, IDLE = 0.01, 3
"""The search ends after so many rounds in a row that close less than this share of that distance."""
INWARD = 1e-6
"""How far the master keeps from prices at which a column without a bound would have no cheapest value."""

Ask = Callable[[Programme, Floats | None, float, float], Outcome]
"""Solves a programme: from a plan on, within seconds, to an absolute gap."""


@dataclass(frozen=True, eq=False)
class Plan:
    """A plan `x` of one block, what it costs at y = 0, and what it has of each coupling row (C,)."""

    block: int
    x: Floats
    cost: float
    links: Floats

    def at(self, y: Floats) -> float:
        """What it costs where coupling rows are priced by `y` (C,)."""
        return self.cost - float(y @ self.links)


def plan_of(blocks: Blocks, i: int, x: Floats) -> Plan:
    """A plan of block `i` by its columns."""
    block = blocks.each[i]
    return Plan(i, x, float(block.programme.cost @ x), block.links @ x)


def above_cheapest(plans: list[Plan], y: Floats) -> Floats:
    """By how much each plan costs more at prices `y` (C,) than the cheapest of its block among them (plans,)."""
    cost = np.array([plan.at(y) for plan in plans])
    block = np.array([plan.block for plan in plans], dtype=int)
    cheapest = np.full(block.max(initial=-1) + 1, np.inf)
    np.minimum.at(cheapest, block, cost)
    return cost - cheapest[block]


@dataclass(eq=False)
class Multipliers:
    """`y` (C,) are the best multipliers so far, first those of the relaxation, and `bound` what they prove.

    `ask` solves a block, `workers` at a time; `over` says whether to stop, `stop` is told of Ctrl-C. `gap`: how exact a
    bound has to be, relative, and `lack` what it may lack in any case. `plans` are those of the blocks that are known.
    `enough`: a bound that is good enough. `is_settled`: a search has ended because little more can be won. `attainable`
    is what the master says that the best prices would prove. `log` has a line for each round.
    """

    blocks: Blocks
    y: Floats
    ask: Ask
    over: Callable[[], bool]
    workers: int
    gap: float
    stop: Callable[[], None] | None = None
    bound: float = -np.inf
    plans: list[Plan] = field(default_factory=list)
    enough: float = np.inf
    lack: float = 0.0
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.y = self.blocks.priced(self.y)
        self.attainable, self.width = np.inf, WIDTH
        self.abandoned = self.is_settled = False

    def search(self, seconds: float) -> None:
        """Rounds until little more can be won, or the time is over. A bound of infinity: there is no plan."""
        until = time.monotonic() + seconds
        y: Floats | None = self._next(seconds) if self.all_have_plans else self.y
        idle = 0
        while y is not None and self.attainable - self.bound > self._least and not self.over():
            before, left = self.bound, until - time.monotonic()
            self._round(y, max(left, 0.1))
            left = until - time.monotonic()
            if left <= 0:
                return
            if self.bound >= self.enough:
                return
            if not self.all_have_plans:
                break
            if self.bound <= before:
                self.width /= 2
            y = self._next(left)
            moved = self.bound > before + LITTLE * max(self.attainable - before, 0.0) or not np.isfinite(before)
            idle = 0 if moved and np.isfinite(self.bound) else idle + 1
            if idle >= IDLE:
                break
        self.is_settled = not self.over()

    @property
    def _least(self) -> float:
        """How far the bound may be from what is attainable."""
        if not np.isfinite(self.bound):
            return 0.0
        return max(self.gap * abs(self.bound) / 2, self.lack)

    @property
    def all_have_plans(self) -> bool:
        """Whether a plan is known of every block."""
        return all(self._of(i) for i in range(len(self.blocks.each)))

    def _round(self, y: Floats, seconds: float) -> None:
        """The blocks at multipliers `y`, and what follows."""
        began = time.monotonic()
        y = self.blocks.priced(y)
        lacks = max(self.gap * abs(self.bound), LOOSE * (self.attainable - self.bound))
        if not np.isfinite(lacks):
            lacks = self.gap * abs(self.blocks.without_blocks(y))
        room = max(lacks, 1e-9) / len(self.blocks.each)
        starts = [self._cheapest(i, y) for i in range(len(self.blocks.each))]

        def ask(programme: Programme, start: Floats | None) -> Outcome:
            return self.ask(programme, start, max(began + seconds - time.monotonic(), 0.1), room)

        bound, found = self.blocks.solve(y, starts, ask, self.workers, self.stop)
        self.abandoned |= any(outcome.abandoned for outcome in found)
        for i, outcome in enumerate(found):
            self._know(i, outcome)
        if bound > self.bound:
            self.bound, self.y = bound, y
        took = time.monotonic() - began
        self.log.append(f"blocks: {bound:.10g}, best bound {self.bound:.10g} of {self.attainable:.10g}, {took:.1f} s\n")

    def _know(self, i: int, outcome: Outcome) -> None:
        """Keeps the plans of a block that are new."""
        last = [] if outcome.x is None else [outcome.x]
        for x in [*outcome.plans, *last]:
            if not any(np.array_equal(x, plan.x) for plan in self._of(i)):
                self.plans.append(plan_of(self.blocks, i, x))

    def _of(self, i: int) -> list[Plan]:
        return [plan for plan in self.plans if plan.block == i]

    def _cheapest(self, i: int, y: Floats) -> Floats | None:
        """The plan of a block that costs least at `y` among those known: it is one whatever the prices."""
        return min(self._of(i), key=lambda plan: plan.at(y)).x if self._of(i) else None

    def _next(self, seconds: float) -> Floats | None:
        """The master's duals; None where it has none."""
        found = self.ask(self.master(self.width), None, seconds, 0.0)
        if found.status != "optimal" or found.row_dual is None or found.x is None:
            return None
        self.attainable = found.objective
        return found.row_dual[: len(self.y)]

    def master(self, width: float) -> Programme:
        """min over mixtures of block plans and nobody's columns; what a row lacks is paid at the box's edge.

        Its columns are nobody's, one for each of the `plans`, and what rows lack and have too much.
        """
        whole, blocks = self.blocks.programme, self.blocks
        count, plans, size = len(self.y), len(self.plans), len(blocks.nobodys)
        mean = float(abs(self.y[self.y != 0]).mean()) if self.y.any() else 1.0
        edge = width * (abs(self.y) + LEAST_WIDTH * mean)
        inward = np.isinf(blocks.lower).astype(float) - np.isinf(blocks.upper)
        links = sparse.csr_array(np.array([plan.links for plan in self.plans]).T)
        coupling = sparse.hstack([blocks.matrix, links, sparse.eye_array(count), -sparse.eye_array(count)])
        which = (np.array([plan.block for plan in self.plans]), size + np.arange(plans))
        mixed = sparse.csr_array((np.ones(plans), which), shape=(len(blocks.each), size + plans + 2 * count))
        ones, more = np.ones(len(blocks.each)), plans + 2 * count
        own: Floats = whole.cost[blocks.nobodys] + INWARD * inward
        mixtures = np.array([plan.cost for plan in self.plans])
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
