r"""A tree over bounds by entity: each part of it holds some projects to begin up to a year, or only later.

Prices at which the blocks give the best bound leave a distance to the best plan: there a block mixes plans of its own,
so that what the coupling rows ask is met by shares of them. Whether a project that some of them have, and others have
not, has begun by a year is asked both ways. In either part fewer plans are left to mix, the prices are sought anew, and
the least of the parts' bounds is the whole's. Plans of blocks that are found anywhere serve everywhere.

Which question that is, `entity_questions` says.

Method: branch and price (Barnhart et al. 1998), the lowest bound first, with strong branching over the known columns.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from optimiser.solve.blocks import Bounds, waited_for
from optimiser.solve.entity_questions import WORTH, Asked, Part, Questions, starts_of
from optimiser.solve.grid import Floats, Grid
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.multipliers import Multipliers, Plan, above_cheapest, plan_of
from optimiser.solve.outcome import Limits
from optimiser.solve.programme import Programme

BATCH = 1
"""Parts that are divided at a time for each worker: of more, most would not be the lowest."""
NEAR = 0.05
"""How exact a part's bound has to be: a share of its distance from the bound that proves the plan."""
USEFUL = 3.0
"""Plans of blocks that cost more than the cheapest, by as many times that distance, are not mixed in a part."""
LAZY = 0.25
"""A part whose bound is above the lowest, by this share of the distance to what proves the plan, can wait."""
Half = tuple[Part | None, Multipliers]


class EntityTree:
    """The parts into which a programme falls, beginning with what `root` has proven of it.

    `plans` of blocks are known. Parts in `open` may be divided. Of those that were left aside, since their bound proves
    the plan known, `closed` is the least bound. Others cannot be divided though their bound does not: what is known of
    them leaves nothing in parts, or cannot be mixed. They are `stuck`. `workers` parts are divided at a time; what is
    found depends neither on which ends first nor on how long it takes.
    """

    def __init__(self, root: Multipliers, grid: Grid, limits: Limits, interrupt: Interrupt, workers: int):
        self.root, self.limits, self.interrupt, self.workers = root, limits, interrupt, workers
        self.plans = list(root.plans)
        self._known = {_name(plan) for plan in self.plans}
        self.open: list[tuple[float, int, Part]] = []
        self.closed, self.count, self.rounds, self.until = np.inf, 0, 0, np.inf
        self.found: list[Floats] = []
        self.stuck: list[Part] = []
        self.abandoned = self.is_sought = False
        self._push(Part({}, root.bound, root.y))
        self._starts = [starts_of(block.columns, block.programme.integer, grid) for block in root.blocks.each]

    @property
    def bound(self) -> float:
        """What every plan costs at least."""
        return min([self.closed, *(entry[0] for entry in self.open[:1]), *(part.bound for part in self.stuck)])

    def may_prove(self, least: float) -> bool:
        """Whether there is a part to divide before the bound can be `least`."""
        stuck = min((part.bound for part in self.stuck), default=np.inf)
        return bool(self.open) and self.open[0][0] < min(least, stuck)

    def grow(self, least: float, seconds: float, beside: Callable[[], None] | None = None) -> None:
        """Divides some parts with the lowest bounds below `least`, and does what is to be done `beside` it.

        Where no plan is known, and one is sought beside, bounds are rough: how exact they have to be follows from it.
        """
        self.until, self.is_sought = time.monotonic() + seconds, beside is not None
        parts: list[Part] = []
        lowest = self.bound
        while self.open and len(parts) < BATCH * self.workers and self.open[0][0] < least:
            parts.append(heapq.heappop(self.open)[-1])
        known = list(self.plans)
        with ThreadPoolExecutor(self.workers) as pool:
            aside = pool.submit(beside) if beside is not None else None
            asking = [pool.submit(self._question, part, known, least) for part in parts]
            asked = [waited_for(task, self.interrupt.set) for task in asking]
            enough = lowest + LAZY * _distance(lowest, least)
            solving = [
                [pool.submit(self._half, part, bounds, known, least, enough) for bounds in _halves(found)]
                for part, found in zip(parts, asked, strict=True)
            ]
            solved = [[waited_for(task, self.interrupt.set) for task in tasks] for tasks in solving]
            if aside is not None:
                waited_for(aside, self.interrupt.set)
        for part, found, halves in zip(parts, asked, solved, strict=True):
            self._take(part, found, halves, least)

    def _take(self, part: Part, asked: Asked | None, halves: list[Half], least: float) -> None:
        """What becomes of a part."""
        for _, found in halves:
            self.rounds += len(found.log)
            self.abandoned |= found.abandoned
            self._keep(found.plans)
        if asked is None or any(half is None for half, _ in halves):
            self._push(part)  # time is over
        elif not halves:
            self.stuck.append(part)
            if asked.plan is not None:
                self.found.append(asked.plan)
        else:
            for half, _ in halves:
                assert half is not None
                if half.bound < least:
                    self._push(half)
                else:
                    self._close(half)

    def _close(self, part: Part) -> None:
        self.closed = min(self.closed, part.bound)

    def _keep(self, plans: list[Plan]) -> None:
        """Keeps plans of blocks that are new."""
        for plan in plans:
            if _name(plan) not in self._known:
                self._known.add(_name(plan))
                self.plans.append(plan)

    def know(self, x: Floats) -> None:
        """A plan (N,) of the whole is known, and with it one of each block: none is infeasible where that is."""
        blocks = self.root.blocks
        self._keep([plan_of(blocks, i, x[block.columns]) for i, block in enumerate(blocks.each)])

    def leave_aside(self, least: float) -> None:
        """Parts whose bound is `least` or more are not looked at any more."""
        left = [entry[-1] for entry in self.open] + self.stuck
        for part in left:
            if part.bound >= least:
                self._close(part)
        self.open = [entry for entry in self.open if entry[0] < least]
        self.stuck = [part for part in self.stuck if part.bound < least]
        heapq.heapify(self.open)

    def within(self, programme: Programme, x: Floats) -> Programme:
        """The programme without what only closed parts have, and the plan `x` (N,) has not."""
        lower, upper = programme.lower.copy(), programme.upper.copy()
        parts = [part.bounds for part in [*(entry[-1] for entry in self.open), *self.stuck]]
        for i, j in set.intersection(*(set(bounds) for bounds in parts)) if parts else ():
            column = self.root.blocks.each[i].columns[j]
            value = float(np.round(x[column]))
            lower[column] = max(lower[column], min(value, *(bounds[i, j][0] for bounds in parts)))
            upper[column] = min(upper[column], max(value, *(bounds[i, j][1] for bounds in parts)))
        return replace(programme, lower=lower, upper=upper)

    def _push(self, part: Part) -> None:
        self.count += 1
        heapq.heappush(self.open, (part.bound, self.count, part))

    @property
    def _is_over(self) -> bool:
        return self.interrupt.is_set or time.monotonic() > self.until

    def _within(self, bounds: Bounds, of: Part, known: list[Plan], least: float, enough: float) -> Multipliers:
        """The search for prices within bounds."""
        allowed = [plan for plan in known if _keeps(plan, bounds)]
        if np.isfinite(least):
            useful = above_cheapest(allowed, of.y) <= USEFUL * max(least - of.bound, 0.0)
            allowed = [plan for plan, is_useful in zip(allowed, useful, strict=True) if is_useful]
        return replace(
            self.root,
            blocks=self.root.blocks.within(bounds),
            y=of.y,
            over=lambda: self._is_over,
            workers=1,
            stop=None,
            gap=self.root.gap / 4,
            bound=of.bound,
            plans=allowed,
            enough=enough,
            lack=NEAR * _distance(of.bound, least) if np.isfinite(least) or self.is_sought else 0.0,
            log=[],
        )

    def _question(self, part: Part, known: list[Plan], least: float) -> Asked | None:
        """What to ask of a part; None where time is over. Where its blocks' plans cannot be mixed, nothing is asked."""
        if self._is_over:
            return None
        if not part.is_settled:
            return Asked((part.bounds,))
        inner = self._within(part.bounds, part, known, least, least)
        questions = Questions(inner, part, self._starts, least, self.limits, self.interrupt)
        asked = questions.best(lambda: self._is_over)
        return Asked(()) if asked is None and not self._is_over else asked

    def _half(self, part: Part, bounds: Bounds, known: list[Plan], least: float, enough: float) -> Half:
        """One half of a part, and what was found on the way; None where time is over before its bound is known."""
        found = self._within(bounds, part, known, least, enough)
        if not self._is_over:
            found.search(self.until - time.monotonic())
        if self._is_over and found.bound < enough:
            return None, found
        return Part(bounds, max(found.bound, part.bound), found.y, found.is_settled), found


def _distance(bound: float, least: float) -> float:
    """What a bound lacks of the one that proves the plan known, or so much of it while none is."""
    return least - bound if np.isfinite(least) else WORTH * max(abs(bound), 1.0)


def _halves(asked: Asked | None) -> tuple[Bounds, ...]:
    return asked.halves if asked is not None else ()


def _keeps(plan: Plan, bounds: Bounds) -> bool:
    """Whether a plan is within bounds."""
    return all(least - 0.5 < plan.x[j] < most + 0.5 for (i, j), (least, most) in bounds.items() if i == plan.block)


def _name(plan: Plan) -> tuple[int, bytes]:
    """Equal for equal plans."""
    return plan.block, np.round(plan.x, 6).tobytes()
