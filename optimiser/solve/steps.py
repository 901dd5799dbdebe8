"""Steps: a plan of a large programme, large projects first.

The projects are put in order of what one unit costs or saves and dealt into parts. Step by step, one part is decided
in whole units, what was decided before is held, and all smaller projects may still be in parts: they are what later
steps fit in with. Only starts that cost little above their project's cheapest are looked at; where a step costs more
than its share of the gap, it is done again with more of them. Before that it is rounded (`rounding.py`): where a
relaxation that is made whole so costs little, nobody searches. Whether there are issues of debt is decided once the
largest projects are, which they have to pay for. Assets of fleets come first, while every project may be in parts, and
are held from then on; where a later step has no plan with them as they are, all is done again with the assets last.

While nothing is held a step is a relaxation: whole units in those parts that cost most give a bound for the whole.

Method: relax and fix (Dillenberger, Escudero, Wollensak and Zhang 1994), with the prices of starts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from optimiser.solve.grid import Flags, Floats, Grid, Ints, Kernel, Prices, restrict, settled, unit_costs, with_held
from optimiser.solve.outcome import AROUND, Outcome
from optimiser.solve.programme import Programme
from optimiser.solve.rounding import RoundedSteps, Rounds
from optimiser.solve.under_way import Run

PARTS, LARGE, PROJECTS = (3, 6), 100, 40
"""How many parts at least and at most, with how many projects in each between the two, and at least in any case."""
SMALL = 25
"""Projects of an entity, in the mean, up to which entities are the parts."""
REACH = ((0.2, 1), (0.7, 2), (2.0, np.inf))
"""Which starts are looked at: of the part, up to a price that is a share of the gap's room; of projects that come
later the cheapest, up to the whole room, as many times `FEW` or two for each project; all of them the last time, where
more of them helped."""
FEW = 3000
ASSETS = 0.03
"""Assets of fleets are decided among this part of the cheapest starts first, and among more only where there is no good
plan: a few projects in parts are room enough for them."""
LONGER = 6.0
"""The last part, which has to fit in with all others, and the assets of fleets have as many times the seconds; a
third of it where there are neither fleets nor small entities, and in every step where there are fleets."""
CLOSE, SHORT = (0.0, 0.3), 0.5
"""A step of projects after the first one is tried with those that are in parts so far, all others staying as they are;
the last one then also with this share of its projects, whose choices are closest. Each time this share of the seconds.
Not where entities are small."""
SHARE, HALF, LITTLE = 0.2, 0.5, 0.1
"""A step that costs more than this share of the gap's room, and more than this share of what is left of it, is done
again with more starts, unless that helped less."""
ROUNDED, CONFLICT = (0.2, 2), 0.1
"""Where steps are rounded: starts that are looked at, up to a price and as many times `FEW` or two for each project; of
what is left of the room, the share that one project may cost before others are decided again for it."""
Decided = tuple[Kernel, Outcome]
FEW_WHOLE: tuple[str, ...] = ()
MANY_WHOLE: tuple[str, ...] = ("rins",)
"""HiGHS's searches in a step: where a part is whole, branching is quicker without; where all that is left is, not.
Small entities need all of them: there a plan is hard to find."""


@dataclass(frozen=True, eq=False)
class Step:
    """What a step decides: `projects`, whether there are issues of debt, how many assets of fleets there are.

    `part` is its place among the parts of projects.
    """

    words: str
    projects: Ints
    part: int | None = None
    issues: bool = False
    assets: bool = False


@dataclass(eq=False)
class Steps:
    """`x` is a solution of the relaxation, `bound` its value, `room` how far above it a plan may be.

    `run` is asked for every step, for `seconds` each; before it a step is rounded, where `rounds` is given. `over` says
    whether to stop; `elsewhere` what a plan may cost by what others have proven meanwhile. `cost` holds what each part
    cost, `proven` a bound for the whole from steps that hold nothing.
    """

    programme: Programme
    grid: Grid
    prices: Prices
    x: Floats
    bound: float
    room: float
    run: Run
    over: Callable[[], bool]
    seconds: float
    gap: float
    rounds: Rounds | None = None
    elsewhere: Callable[[], float] = lambda: -np.inf

    def __post_init__(self) -> None:
        self.parts, self.are_small = parts_of(self.programme, self.grid)
        self.reach = ((np.inf, np.inf),) if self.are_small else REACH
        self.cost, self.proven = np.zeros(len(self.parts)), self.bound
        self.needed = self.grid.new(self.x) > 1e-7
        whole = self.grid.whole[self.grid.owner]
        self.later = self.programme.integer & (self.programme.upper > 1.5)
        self.later[self.grid.at] = False
        self.issuing = np.zeros(len(self.programme.cost), dtype=bool)
        self.issuing[self.grid.issuing] = (self.programme.lower < self.programme.upper)[self.grid.issuing]
        self.steps: list[Step] = []
        self.aim = self.most = self.bound
        order = np.lexsort((np.arange(self.grid.size), np.where(whole, self.prices.start, np.inf)))
        self.rank = np.empty(self.grid.size)
        self.rank[order] = np.arange(self.grid.size)
        self.rounded = RoundedSteps(self.programme, self.grid, self.rounds, self.over)

    def _orders(self) -> list[list[Step]]:
        """The steps, and in what order they are tried where an order finds no plan."""
        nobody = np.zeros(0, dtype=int)
        steps = [Step(f"step {i + 1}", part, i) for i, part in enumerate(self.parts)]
        if self.issuing.any():
            steps.insert(min(1, len(steps) - 1), Step("issues", nobody, issues=True))
        assets = Step("assets", nobody, assets=True)
        return [[assets, *steps], [*steps, assets]] if self.later.any() else [steps]

    def plan(self) -> Floats | None:
        """A plan of the whole programme; None where no order of the steps finds one or the time is over."""
        try:
            for steps in self._orders():
                self.steps = steps
                x = self._in_order()
                if x is not None or self.over():
                    return x
            return None
        finally:
            self.rounded.end()

    def _in_order(self) -> Floats | None:
        """A plan by the steps as they stand; None where one of them finds none or the time is over.

        Assets that come first and cost more than the whole room are no plan to build on.
        """
        x, before = self.x, self.bound
        self.most = self.bound + self.room
        self.aim = self.bound + (0.5 if self.later.any() else 0.8) * self.room
        held = np.zeros(len(self.grid.whole), dtype=bool)
        for i, step in enumerate(self.steps):
            found = self._decided(i, held, x, before)
            if found is None:
                return None
            kernel, outcome = found
            assert outcome.x is not None
            if step.assets and step is not self.steps[-1] and outcome.objective > before + self.room:
                return None
            if step.part is not None:
                self.cost[step.part] = outcome.objective - before
            if i == 0 and np.isfinite(outcome.bound):
                self.aim += max(outcome.bound - self.bound, 0.0)
                self.most += max(outcome.bound - self.bound, 0.0)
            x, before = kernel.expand(outcome.x), outcome.objective
            held[step.projects] = True
        return x

    def _decided(self, i: int, held: Flags, x: Floats, before: float) -> Decided | None:
        """What a step is to decide: as it is rounded, or where that is dear as it is found by a search."""
        rounded = self._rounded(i, held, x, before)
        if rounded is not None and rounded[1].objective <= before + HALF * (self.most - before):
            return rounded
        found = self._searched(i, held, x, before, rounded)
        if rounded is None or min(self.most, found[1].objective if found else np.inf) < rounded[1].objective:
            return found
        return rounded[0], replace(rounded[1], bound=found[1].bound if found else -np.inf)

    def _searched(self, i: int, held: Flags, x: Floats, before: float, rounded: Decided | None) -> Decided | None:
        """What a step is to decide, from what is rounded on; among more starts where it is these that cost."""
        step = self.steps[i]
        size, was, allowed = 0, np.inf, before + max(SHARE * self.room, HALF * (self.most - before))
        best = self._quickly(i, held, x, before)
        seconds = self.seconds * self._longer(step)
        for own, other in ((0.0, ASSETS), self.reach[0]) if step.assets else self.reach:
            is_good = best is not None and best[1].objective <= (self._enough() if step is self.steps[-1] else allowed)
            if is_good or self.over():
                return best
            keep, known = self._kept(step, x, own * self.room, other), self._plan_of(best or rounded)
            if known is not None:
                keep |= self.grid.new(known) > 1e-7
            kernel = restrict(self.programme, self.grid, keep, held, x)
            programme = self._to_decide(kernel, i, x)
            if len(programme.cost) < 1.05 * size:
                continue
            size = len(programme.cost)
            begin = kernel.shrink(known) if known is not None else None
            enough = self._enough if step is self.steps[-1] else None
            gap, around = self._gap(i, before), self._around(step)
            outcome = self.run(step.words, programme, seconds, begin, gap, enough, around, False, near=self.room)
            if i == 0:
                self.proven = max(self.proven, min(outcome.bound, self.bound + self.prices.beyond(keep)))
            if outcome.x is not None and (best is None or outcome.objective < best[1].objective):
                best = kernel, outcome
            good = best is not None and best[1].objective <= before + self.room
            if step.assets and (good or outcome.status == "stopped"):
                break  # more starts take longer still
            if best is not None:
                if min(best[1].objective, outcome.bound) <= allowed or was - best[1].objective < LITTLE * self.room:
                    break
                was = best[1].objective
        return best

    def _plan_of(self, found: Decided | None) -> Floats | None:
        return found[0].expand(found[1].x) if found is not None and found[1].x is not None else None

    def _rounded(self, i: int, held: Flags, x: Floats, before: float) -> Decided | None:
        """A step by rounding; None where it is not tried so: the last step has nothing left that could make room."""
        step = self.steps[i]
        if step is self.steps[-1]:
            self.rounded.end()
        is_asked = self.rounds is not None and step.part is not None and step is not self.steps[-1]
        if not is_asked or self.are_small or self.over() or before >= self.most:
            return None
        keep, others = self._cheap(ROUNDED[0] * self.room, ROUNDED[1]) | self.needed, np.zeros_like(self.issuing)
        if not any(s.issues for s in self.steps[i:]):
            others |= self.issuing
        if any(s.assets for s in self.steps[:i]):
            others |= self.later
        most = CONFLICT * (self.most - before)
        return self.rounded.step(step.projects, keep, held, others, x, most, self.seconds)

    def _quickly(self, i: int, held: Flags, x: Floats, before: float) -> Decided | None:
        """A step that decides few of its projects: those in parts in `x`; the last one the closest choices as well.

        None where it is not tried so: what is decided before anything else is held is a bound, too.
        """
        step, best, last = self.steps[i], None, self.steps[i] is self.steps[-1]
        if i == 0 or step.part is None or self.are_small or self.over():
            return None
        enough, gap = self._enough if last else None, self.gap / 20 if last else self._gap(i, before)
        keep = self._kept(step, x, self.reach[0][0] * self.room, self.reach[0][1])
        for share in CLOSE if last else CLOSE[:1]:
            same = settled(self.programme, self.grid, self.prices, step.projects, x, share)
            kernel = restrict(self.programme, self.grid, keep, held | same, x)
            programme = self._to_decide(kernel, i, x)
            begin = kernel.shrink(known) if (known := self._plan_of(best)) is not None else None
            words, seconds = f"{step.words}, few projects", SHORT * self.seconds
            outcome = self.run(words, programme, seconds, begin, gap, enough, self._around(step), True)
            if outcome.x is not None and (best is None or outcome.objective < best[1].objective):
                best = kernel, outcome
            if self.over() or (enough is not None and best is not None and best[1].objective <= enough()):
                break
        return best

    def _is_last(self, step: Step) -> bool:
        """Whether all that is left of its kind is whole in a step: the last one, and the last part of the projects."""
        return step is self.steps[-1] or step.part == len(self.parts) - 1

    def _longer(self, step: Step) -> float:
        """How many times the seconds of a step it may take."""
        if step.assets or self._is_last(step):
            return LONGER if self.are_small or self.later.any() else LONGER / 3
        return LONGER / 3 if step.issues or self.later.any() else 1.0

    def _around(self, step: Step) -> tuple[str, ...]:
        return AROUND if self.are_small else MANY_WHOLE if self._is_last(step) else FEW_WHOLE

    def _enough(self) -> float:
        """What the last step's plan may cost, since the gap is proven then."""
        return max(self.proven + self.gap * abs(self.proven), self.elsewhere())

    def _gap(self, i: int, before: float) -> float:
        """What of the room is left for each step from here on, relative; it is not needed to the last."""
        each = (self.aim - before) / max(len(self.steps) - i, 1) / max(abs(before), 1e-9)
        return float(np.clip(each, self.gap / 20, self.gap if self.are_small else self.gap / 3))

    def _kept(self, step: Step, x: Floats, own: float, many: float) -> Flags:
        """The starts (n,) that a step looks at: those it decides up to the price `own`, and of others `many`.

        Where it decides no project, all are others, up to the price `own` as well.
        """
        reach = np.inf if many == np.inf else self.room
        others = self._cheap(min(reach, own) if step.issues else reach, many)
        keep = np.where(self._of(step.projects), self.prices.start <= own, others)
        return keep | self.needed | (self.grid.new(x) > 1e-7) | ~self.grid.whole[self.grid.owner]

    def _cheap(self, price: float, many: float) -> Flags:
        """The cheapest starts (n,) up to a price, and all that are in parts anyway."""
        most = many * max(FEW, 2 * int(self.grid.whole.sum()))
        return (self.rank < most) & (self.prices.start <= price) | ~self.grid.whole[self.grid.owner]

    def _of(self, projects: Ints) -> Flags:
        """The starts (n,) of some projects."""
        return np.isin(self.grid.owner, projects)

    def _to_decide(self, kernel: Kernel, i: int, x: Floats) -> Programme:
        """A kernel that is whole in what a step decides; issues and assets are held after their steps."""
        step, issuing = self.steps[i], self.issuing[kernel.columns]
        programme = self._whole_in(kernel, step.projects, step.assets)
        if step.issues:
            programme = replace(programme, integer=issuing)
        elif any(s.issues for s in self.steps[i:]):
            programme = replace(programme, integer=programme.integer & ~issuing)
        else:
            programme = with_held(programme, issuing, x[kernel.columns])
        if any(s.assets for s in self.steps[:i]):
            programme = with_held(programme, self.later[kernel.columns], x[kernel.columns])
        return programme

    def _whole_in(self, kernel: Kernel, projects: Ints, assets: bool = False) -> Programme:
        """A kernel whose starts are whole only in these projects; assets of fleets where it is said."""
        free = np.zeros(len(self.programme.cost), dtype=bool)
        free[self.grid.at[~self._of(projects)]] = True
        if not assets:
            free |= self.later
        return replace(kernel.programme, integer=kernel.programme.integer & ~free[kernel.columns])

    def bounds(
        self, plan: Floats, objective: float, least: float, seconds: float, told: Callable[[float], None]
    ) -> None:
        """Tells bounds for the whole from whole units in the parts that cost most, `seconds` for each.

        They are at least the relaxation's. Ends once one is `least`, or the time is over. Starts whose price is beyond
        the distance of `least` and relaxation are left out: no plan below `least` has them, so what is proven without
        them holds up to there.
        """
        grid = self.grid
        keep = self.prices.matter(grid, least, self.bound) | (grid.new(plan) > 1e-7)
        most = min(objective, self.bound + self.prices.beyond(keep))
        kernel = restrict(self.programme, grid, keep, np.zeros(len(grid.whole), dtype=bool), plan)
        chosen, bound = np.zeros(0, dtype=int), self.proven
        for i in np.argsort(-self.cost, kind="stable")[:3]:
            if self.over() or bound >= least or self.cost[i] < SHARE * self.room:
                break
            chosen = np.concatenate([chosen, self.parts[i]])
            programme = self._whole_in(kernel, chosen)
            outcome = self.run(
                "bound by parts", programme, seconds, kernel.shrink(plan), self.gap / 10, least, FEW_WHOLE, True
            )
            bound = max(bound, min(outcome.bound, most))
            told(bound)


def parts_of(programme: Programme, grid: Grid) -> tuple[list[Ints], bool]:
    """Whole projects in parts: small entities (True), the smallest first; else those whose unit costs or saves most.

    In an entity of a dozen projects everything hangs together; among hundreds the small ones fit in with the large,
    and so do units of a project that stands for many.
    """
    projects = np.flatnonzero(grid.whole)
    entities, at = np.unique(grid.entity[projects], return_inverse=True)
    counts = np.bincount(at, grid.stands_for[projects])
    if len(entities) > 3 and counts.sum() <= SMALL * len(entities):
        return [projects[grid.entity[projects] == e] for e in entities[np.argsort(counts, kind="stable")]], True
    projects = projects[np.argsort(-unit_costs(programme, grid)[projects], kind="stable")]
    count = max(1, min(int(np.clip(len(projects) // LARGE, *PARTS)), len(projects) // PROJECTS))
    return [np.sort(part) for part in np.array_split(projects, count)], False
