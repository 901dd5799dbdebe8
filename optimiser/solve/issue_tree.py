r"""Issues of debt by a tree: each is there or not, while every project may still be in parts.

What a least ticket rules out does not show in the relaxation, and each issue is worth little: a bound that says what
all of them cost together takes a hundred relaxations, which are solved with few starts (`quick.py`).

Method: branch and bound with the lowest bound first, by pseudo-costs that begin with strong branching (Achterberg, Koch
and Martin 2005).
"""

from __future__ import annotations

import heapq
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from optimiser.garbage import given_back
from optimiser.solve.blocks import waited_for
from optimiser.solve.grid import Floats, Grid, Ints, Prices
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits
from optimiser.solve.programme import Programme
from optimiser.solve.quick import Basis, QuickRelaxation
from optimiser.solve.relaxation import Bounded
from optimiser.solve.splitting import Leaf

MISSED = 0.02
"""By how much of the room a bound may be too low."""
LOOKED = 8
"""Issues of which it is asked what they cost, of those in parts of whose cost nothing is known yet."""
FIRST, NEXT, NEAR = 60, 30, 0.6
"""Parts that are asked for before the tree is searched in depth, and each time after that, until what is found is as
near to the bound, in shares of the room, as leaves the rest of it for the projects."""
LITTLE, IN_PARTS = 1e-6, 1e-5
"""Of the room, below which what a question costs is nothing; and from whole, below which it is none."""


@dataclass(frozen=True, eq=False)
class Part:
    """A part of the whole: those plans of a leaf in which issues are `held` to be there (1) or not (0).

    `bound` is proven. `values` (K,) are the issues in its relaxation, those that may as well be whole rounded; None
    where it has not been solved. `basis` is where the quick relaxation ended.
    """

    leaf: int
    held: dict[int, float]
    bound: float
    values: Floats | None = None
    basis: Basis | None = None

    @property
    def questions(self) -> Ints:
        """The issues that are in parts."""
        assert self.values is not None
        return np.flatnonzero(np.abs(self.values - np.round(self.values)) > IN_PARTS)


class IssueTree:
    """The parts into which `leaves` fall by their issues. What is in `open` may fall into smaller ones, what is in
    `whole` does not: there every issue is there or is not.

    `room`: what the gap allows above the bound. `relaxation` is that of the programme, with all starts. `workers`:
    how many relaxations are solved at a time; which of them solves what does not depend on how long they take.
    """

    def __init__(
        self,
        programme: Programme,
        grid: Grid,
        leaves: list[Leaf],
        prices: Prices,
        room: float,
        relaxation: Bounded,
        limits: Limits,
        interrupt: Interrupt,
        workers: int = 1,
    ):
        self.programme, self.grid, self.leaves, self.room = programme, grid, leaves, room
        self.relaxation, self.interrupt, self.until, self.least = relaxation, interrupt, np.inf, np.inf
        needed = np.zeros(grid.size, dtype=bool)
        for leaf in leaves:
            own = (leaf.lower != programme.lower) | (leaf.upper != programme.upper)
            needed |= (grid.of_projects(own[grid.at].astype(float), np.maximum) > 0)[grid.owner]
            if leaf.outcome.x is not None:
                needed |= grid.new(leaf.outcome.x) > 1e-7
        asked = (programme, grid, prices, needed, MISSED * room, limits, interrupt)
        self.workers, self.quick = workers, [QuickRelaxation(*asked) for _ in range(workers)]
        self.rounding = Rounding(programme, grid.issuing)
        self.gains: dict[tuple[int, bool], list[float]] = {}
        self.open: list[tuple[float, int, Part]] = []
        self.whole: list[Part] = []
        self.count = self.asked = self.slow = 0
        self.proven = -np.inf
        for i, leaf in enumerate(leaves):
            self._push(Part(i, {}, leaf.bound))

    @property
    def bound(self) -> float:
        """What every plan of the leaves costs at least; infinite where there is none.

        Not to be asked from outside as it grows; `proven`, the bound when a part was last divided, may be.
        """
        return min(self.lowest, min((entry[0] for entry in self.open), default=np.inf))

    @property
    def is_over(self) -> bool:
        """True where no more is asked."""
        return self.interrupt.is_set or time.monotonic() > self.until

    @property
    def abandoned(self) -> bool:
        """Whether HiGHS did not stop when it was asked to, and was left behind."""
        return any(quick.relaxation.abandoned for quick in self.quick)

    @property
    def lowest(self) -> float:
        """The lowest bound of a part that is whole; infinite without any."""
        return min((part.bound for part in self.whole), default=np.inf)

    @property
    def can_prove(self) -> bool:
        """Whether the bound may still be `least`: it gets no better than the lowest part that is whole."""
        return self.lowest >= self.least

    def grow(self, seconds: float, asks: float = np.inf) -> None:
        """Divides the part with the lowest bound until that is `least`, or whole, or so much has been asked."""
        self.until, asks = time.monotonic() + seconds, self.asked + asks
        while self.open and self.bound < self.least and self.open[0][0] < self.lowest and self.asked < asks:
            self.proven = self.bound
            if self.is_over:
                break
            self._divide(heapq.heappop(self.open)[-1])
        self.proven = self.bound

    def near(self, seconds: float) -> Part | None:
        """A part that is whole and, if one is found in time, `NEAR` the bound; the one with the lowest bound."""
        until = time.monotonic() + seconds
        asks = FIRST
        while True:
            self.grow(until - time.monotonic(), asks)
            self.dive(until - time.monotonic())
            if self.is_over or self.bound >= self.least or self.lowest <= self.bound + NEAR * self.room:
                return min(self.whole, key=lambda part: part.bound) if self.whole else None
            asks = NEXT

    def dive(self, seconds: float) -> None:
        """Looks for a part that is whole, from the part on whose plans are likely to cost least."""
        self.until = time.monotonic() + seconds
        part = min((entry[-1] for entry in self.open if entry[0] < self.lowest), key=self._estimate, default=None)
        while part is not None and not self.is_over:
            self.open = [entry for entry in self.open if entry[-1] is not part]
            heapq.heapify(self.open)
            part = min(self._divide(part), key=self._estimate, default=None)

    def _estimate(self, part: Part) -> float:
        """What the best plan of a part is likely to cost: its bound, and what each question costs at least."""
        if part.values is None:
            return part.bound
        return part.bound + sum(min(self._ways(part, k)) for k in part.questions)

    def bounds(self, part: Part) -> tuple[Floats, Floats]:
        """The bounds (N,) and (N,) of all columns in a part."""
        leaf = self.leaves[part.leaf]
        lower, upper = leaf.lower.copy(), leaf.upper.copy()
        for k, value in part.held.items():
            lower[self.grid.issuing[k]] = upper[self.grid.issuing[k]] = value
        return lower, upper

    def decided(self, part: Part) -> tuple[Floats, Floats]:
        """The same of a part that is whole, but for rounding, with all issues as they are there."""
        assert part.values is not None
        lower, upper = self.bounds(part)
        lower[self.grid.issuing] = upper[self.grid.issuing] = np.round(part.values)
        return lower, upper

    def _push(self, part: Part) -> None:
        self.count += 1
        heapq.heappush(self.open, (part.bound, self.count, part))

    def _divide(self, part: Part) -> list[Part]:
        """The halves of the question that costs most; none where the part is whole, has no plan, or time is over."""
        given_back()
        if part.values is None:
            solved = self._solved(part, [part.held])
            if solved is None:
                self._push(part)
                return []
            part = solved[0]
        if part.bound == np.inf:
            return []
        if not len(part.questions):
            self.whole.append(part)
            return []
        halves = self._halves(part)
        if halves is None:
            self._push(part)
            return []
        left = [half for half in halves if half.bound < np.inf]
        for half in left:
            self._push(half)
        return left

    def _halves(self, part: Part) -> list[Part] | None:
        """Both halves of the question that raises the bounds most, by what is known of it; None if time is over."""
        is_known = {int(k): (k, False) in self.gains and (k, True) in self.gains for k in part.questions}
        order = sorted(is_known, key=lambda k: -self._score(part, k))
        looked = [k for k in order if not is_known[k]][:LOOKED]
        known = self._asked(part, looked)
        if known is None:
            return None
        scores = {k: self._score(part, k) for k in order if is_known[k]}
        scores |= {k: self._product(*(half.bound - part.bound for half in halves)) for k, halves in known.items()}
        found = max(scores, key=lambda k: scores[k])
        if found not in known:
            known = self._asked(part, [found])
        return None if known is None else known[found]

    def _asked(self, part: Part, questions: list[int]) -> dict[int, list[Part]] | None:
        """The halves without an issue and with it, and what they cost is noted; None if time is over."""
        assert part.values is not None
        ways = [(k, is_there) for k in questions for is_there in (False, True)]
        solved = self._solved(part, [part.held | {k: float(is_there)} for k, is_there in ways])
        if solved is None:
            return None
        for (k, is_there), half in zip(ways, solved, strict=True):
            distance = 1 - part.values[k] if is_there else part.values[k]
            if half.bound < np.inf:
                self.gains.setdefault((k, is_there), []).append((half.bound - part.bound) / distance)
        return {k: solved[2 * i : 2 * i + 2] for i, k in enumerate(questions)}

    def _score(self, part: Part, k: int) -> float:
        """What a question is likely to cost."""
        return self._product(*self._ways(part, k))

    def _ways(self, part: Part, k: int) -> tuple[float, float]:
        """What it is likely to cost without an issue and with it, by what it, or else all others, cost elsewhere."""
        assert part.values is not None
        ways = []
        for is_there in (False, True):
            known = self.gains.get((k, is_there))
            if known is None:
                known = [gain for (_, way), gains in self.gains.items() if way is is_there for gain in gains]
            distance = 1 - part.values[k] if is_there else part.values[k]
            ways.append(float(np.mean(known)) * distance if known else self.room * distance)
        return ways[0], ways[1]

    def _product(self, one: float, other: float) -> float:
        """A question is worth asking if it costs both ways."""
        return max(one, LITTLE * self.room) * max(other, LITTLE * self.room)

    def _solved(self, part: Part, each: list[dict[int, float]]) -> list[Part] | None:
        """Smaller parts with their bounds, infinite where they have no plan; None if time is over.

        Not less than the bound of the part that they are of. Of two halves a worker has now the one, now the other.
        """
        self.asked += len(each)
        count = self.workers
        if part.basis is not None:
            self.quick[0].renew(part.basis)
        turns = [[i for i in range(len(each)) if (i + i // count) % count == worker] for worker in range(count)]
        found: list[Part | None] = [None] * len(each)

        def work(worker: int) -> None:
            for i in turns[worker]:
                found[i] = self._quickly(worker, part, each[i])

        if count == 1 or len(each) == 1:
            for worker in range(count):
                work(worker)
        else:
            with ThreadPoolExecutor(count) as pool:
                for task in [pool.submit(work, worker) for worker in range(count)]:
                    waited_for(task, self.interrupt.set)
        for one in self.quick[:count]:
            for other in self.quick[:count]:
                one.like(other)
        solved = []
        for held, quick in zip(each, found, strict=True):
            smaller = quick if quick is not None or self.is_over else self._slowly(part, held)
            if smaller is None:  # where HiGHS fails it would again
                self.until = min(self.until, time.monotonic())
                return None
            solved.append(smaller)
        return solved

    def _quickly(self, worker: int, part: Part, held: dict[int, float]) -> Part | None:
        """A smaller part by a quick relaxation; None where there is no solution with few starts, or time is over."""
        if self.is_over:
            return None
        smaller = Part(part.leaf, held, part.bound)
        found = self.quick[worker].solve(*self.bounds(smaller), part.basis, max(self.until - time.monotonic(), 0.1))
        if found is None:
            return None
        return replace(smaller, bound=max(found.bound, part.bound), values=self.rounding.of(found.x), basis=found.basis)

    def _slowly(self, part: Part, held: dict[int, float]) -> Part | None:
        """The same with all starts."""
        self.slow += 1
        smaller = Part(part.leaf, held, part.bound)
        found = self.relaxation.solve(*self.bounds(smaller), max(self.until - time.monotonic(), 0.1))
        if found.status == "infeasible":
            return replace(smaller, bound=np.inf)
        if found.status != "optimal" or found.x is None:
            return None
        values = self.rounding.of(found.x)
        return replace(smaller, bound=max(found.objective, part.bound), values=values, basis=part.basis)


class Rounding:
    """Issues in parts that may as well be whole."""

    def __init__(self, programme: Programme, columns: Ints):
        own = sparse.csc_array(programme.matrix)[:, columns]
        rows = np.unique(own.indices)
        self.columns, self.cost = columns, programme.cost[columns]
        self.rows = sparse.csr_array(programme.matrix)[rows]
        self.effects = sparse.csr_array(own)[rows].toarray()
        self.lower, self.upper = programme.row_lower[rows], programme.row_upper[rows]

    def of(self, x: Floats) -> Floats:
        """The issues (K,) in a solution (N,), rounded up or down where all rows hold and nothing costs more."""
        values, sums = x[self.columns].copy(), self.rows @ x
        slack = 1e-7 * (1 + abs(self.rows) @ abs(x))
        for k in np.flatnonzero(np.abs(values - np.round(values)) > IN_PARTS):
            for to in (np.ceil(values[k]), np.floor(values[k])):
                moved = sums + self.effects[:, k] * (to - values[k])
                holds = (moved >= self.lower - slack) & (moved <= self.upper + slack)
                if holds.all() and self.cost[k] * (to - values[k]) <= 0:
                    values[k], sums = to, moved
                    break
        return values
