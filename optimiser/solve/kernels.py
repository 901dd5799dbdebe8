"""Kernels: a large programme by way of small ones, each stated exactly.

1. The relaxation: its value is a bound, its duals price every start. A decision that costs much either way is taken
   both ways (`splitting.py`): the least of the parts' bounds is the whole's.
2. Kernels: the projects that the relaxation leaves in parts, and those that it would most cheaply have otherwise, are
   decided by a small programme; all others do as in the best plan so far. Each plan is a plan of the whole. They grow
   until the plan is within the gap of the bound.
3. What is left: a start whose price exceeds the distance of the bound from what proves the plan is in no plan that the
   gap asks for. Without those, the programme is solved from the best plan on; up to the least of their prices, its
   bound holds for the whole.

Method: kernel search (Angelelli, Mansini, Speranza 2010) and reduced-cost fixing (Dantzig, Fulkerson, Johnson 1954).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyomo.environ as pyo

from optimiser.garbage import few_arenas
from optimiser.solve.beside import Beside
from optimiser.solve.by_entity import by_entity
from optimiser.solve.by_issue import ByIssue
from optimiser.solve.grid import Floats, Kernel, Prices, grid_of, kernel_of, price_of_starts, restrict
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import AROUND, Limits, Outcome, Progress, Status, relative_gap
from optimiser.solve.programme import Programme
from optimiser.solve.relaxation import Bounded
from optimiser.solve.root import relaxed, with_cuts
from optimiser.solve.second_look import any_plan
from optimiser.solve.steps import MANY_WHOLE, parts_of

LARGE = 1500
"""Whole starts from which a programme is solved by kernels."""
SHARES, LEAST, MOST = (0.07, 0.17, 0.42), 2500, 0.4
"""Starts that a kernel decides: a share of all whole ones, and how many at least; at most this share of those that may
be in a better plan than the one known."""
MANY, QUICK = 1000, (0.025, 1200)
"""Whole projects from which a small kernel is tried before cuts and steps, and its starts: a share, and at least."""
BESIDE = 10.0
"""Seconds for a small kernel beside others, at least; it gives up by itself where no plan will be good enough."""
RAISED = 0.01
"""Where cuts raise the bound by more than this share of it (and the gap), their relaxation says what to decide: a small
kernel has a plan sooner than steps, and if any is good enough, it is the whole that says so."""

AGAIN = 0.25
"""Share of the time so far in which the whole is asked for any plan where a part of it was said to have none."""


def is_large(model: pyo.ConcreteModel, programme: Programme) -> bool:
    """True where kernels pay: they leave out starts of projects, never assets of fleets."""
    return int(programme.integer[programme.place[model.started.columns]].sum()) >= LARGE


def solve_by_kernels(
    model: pyo.ConcreteModel,
    programme: Programme,
    limits: Limits,
    watch: Callable[[Progress], None] | None,
    interrupt: Interrupt,
    start: Floats | None = None,
) -> Outcome:
    """The outcome for the whole programme."""
    few_arenas(limits.threads or os.cpu_count() or 1)
    return _Kernels(programme, grid_of(model, programme), limits, watch, interrupt).outcome(start)


class _Kernels(ByIssue):
    def __post_init__(self) -> None:
        super().__post_init__()
        self.first = -np.inf
        self.beside: tuple[Kernel, Beside[Outcome]] | None = None

    @property
    def is_over(self) -> bool:
        """True where no more is to be solved; what was found beside is looked at first."""
        self._listen()
        return super().is_over

    def _listen(self) -> None:
        """Takes what searches beside have found so far."""
        self._take_beside()
        if self.bounding is not None:
            _ = self.bounding.outcome
        self.bound = max(self.bound, min(self.raised, self.closed, self.objective))

    def outcome(self, start: Floats | None) -> Outcome:
        try:
            return self._outcome(start)
        finally:
            for beside in (self.beside and self.beside[1], self.bounding, self.growing):
                if beside is not None:
                    beside.stop()

    def _outcome(self, start: Floats | None) -> Outcome:
        if start is not None and self.programme.keeps_rows(start):
            self.take(start)
        self.log.append("--- relaxation\n")
        solved = relaxed(self.programme, self.limits, self.left, self.interrupt)
        self.root_seconds = self.seconds
        if (ended := self._relaxed(solved.outcome, start)) is not None:
            return ended
        lp, prices = self._priced(solved.outcome)
        first = self.bound
        has_issues = self.has_issues(lp)
        if self.grid.whole.sum() >= MANY and not self.is_over:
            self._quick(lp, prices)
        if not self.is_over:
            before = self.seconds
            root = with_cuts(solved, self.grid, self.limits, self.left, self.settled)
            self.root_seconds += self.seconds - before
            self._take_beside()
        self.abandoned |= solved.relaxation.abandoned
        if not self.is_over:
            self.programme = root.programme
            lp, prices = self._priced(root.outcome)
        raised = not self.are_small and lp.objective - first > max(RAISED, self.limits.gap) * abs(lp.objective)
        if self.are_small and not self.is_over:
            before = self.bound
            by_entity(self, lp)
            if self.bound == np.inf and self._has_no_plan(before):
                reason = "proven infeasible"
                return Outcome("infeasible", None, np.inf, np.inf, self.seconds, reason, None, self.log, self.abandoned)
        if not self.is_over and not self.are_small and not raised:
            bounded = Bounded(solved.relaxation, solved.programme)
            lp, prices = self.split(bounded, root, prices, self.root_seconds) or (lp, prices)
            if has_issues and not self.is_over:
                self.by_issue(bounded, root, prices)
            self.abandoned |= solved.relaxation.abandoned
        if raised and not self.is_over:
            self._kernel(lp, prices, self._few, max(10.0, 3.0 * self.root_seconds), gives_up=False)
        decided = self.x is not None and (self.are_small or raised)
        if not self.is_over and not decided:
            prices = self.by_steps(lp, prices)
        for count in sorted({max(int(share * self._starts), LEAST) for share in SHARES}):
            seconds = max(5.0, 3.0 * self.root_seconds, 0.15 * self.left)
            if self.is_over or (raised and decided) or count > MOST * self._mattering(prices):
                break
            if not self._kernel(lp, prices, count, seconds):
                break
        if not self.is_over:
            return self._rest(prices)
        self._ended_beside()
        status: Status = "optimal" if self.is_proven else "stopped"
        return self.done(status, "gap reached" if self.is_proven else self.reason())

    def _has_no_plan(self, before: float) -> bool:
        """Whether the whole confirms what a block says of it; where it has a plan, the bound is as `before` again."""
        seconds = min(AGAIN * self.seconds, self.left)
        looked = any_plan(self.programme, self.limits, self.interrupt, seconds)
        self.log += [
            *looked.log,
            f"second look at a block without a plan: {'one' if looked.x is not None else 'none'}\n",
        ]
        self.abandoned |= looked.abandoned
        if looked.x is None:
            return True
        self.bound = before
        self.take(looked.x)
        return False

    @property
    def _starts(self) -> int:
        return int(self.grid.whole[self.grid.owner].sum())

    @property
    def _few(self) -> int:
        """The starts of a small kernel."""
        return max(int(QUICK[0] * self._starts), QUICK[1])

    def _mattering(self, prices: Prices) -> int:
        """How many whole starts may be in a plan that is better than the gap allows."""
        matters = prices.matter(self.grid, self.least, self.relaxed)
        return int((matters & self.grid.whole[self.grid.owner]).sum())

    def _quick(self, lp: Outcome, prices: Prices) -> None:
        """A small kernel: beside the cuts and steps that come next where there is a second thread.

        If its plan is proven by the relaxation alone, that plan is the answer, whatever the others have found. It ends
        with a plan that the bound with cuts proves, too.
        """
        count = self._few
        if self.workers < 2:
            self._kernel(lp, prices, count, max(3.0, 2.0 * self.root_seconds))
            return
        if (chosen := self._chosen(lp, prices, count)) is None:
            return
        words, kernel, begin = chosen
        limits = replace(
            self.limits,
            seconds=min(max(BESIDE, 8.0 * self.root_seconds), self.left),
            gap=self.limits.gap / 4,
            enough=self.bound + self.room(),
            around=self.around,
            threads=1,
        )
        self.log.append(f"--- {words}, beside what follows\n")

        def ask(interrupt: Interrupt) -> Outcome:
            def seen(progress: Progress) -> None:
                if self._is_enough(progress.incumbent):
                    interrupt.event.set()

            return run(kernel.programme, limits, seen, interrupt, begin)

        def ended(found: Outcome) -> None:
            if self._proven_at_first(found) or self._is_enough(found.objective):
                self.settled.event.set()

        self.first = self.bound
        self.beside = kernel, Beside(ask, self.interrupt, ended)

    def _take_beside(self) -> None:
        """Takes the plan of the search beside once it has ended."""
        if self.beside is None or (found := self.beside[1].outcome) is None:
            return
        (kernel, _), self.beside = self.beside, None
        self.log += found.log
        self.abandoned |= found.abandoned
        if self._proven_at_first(found):
            self.x, self.objective, self.bound = None, np.inf, self.first
        if found.x is not None:
            self.take(kernel.expand(found.x))

    def _ended_beside(self) -> None:
        """Takes what the search beside has where Ctrl-C, or the end of the time, ends both."""
        if self.beside is not None and not self.is_proven and (self.interrupt.is_set or self.left <= 0):
            self.beside[1].stop()
            self._take_beside()

    def _proven_at_first(self, found: Outcome) -> bool:
        """Whether the relaxation alone proves a plan."""
        return found.x is not None and relative_gap(found.objective, self.first) <= self.limits.gap

    def _is_enough(self, objective: float) -> bool:
        """Whether the bound proves a plan of that cost, by more than rounding."""
        return relative_gap(objective, self.bound) <= self.limits.gap * (1 - 1e-6)

    def _relaxed(self, lp: Outcome, start: Floats | None) -> Outcome | None:
        """What the relaxation says of the whole where it has no optimum."""
        self.abandoned |= lp.abandoned
        if lp.status in ("infeasible", "stopped"):
            bound = np.inf if lp.status == "infeasible" else -np.inf
            log, x = [*self.log, *lp.log], self.x if lp.status == "stopped" else None
            cost = self.objective if x is not None else np.inf
            return Outcome(lp.status, x, cost, bound, self.seconds, lp.reason, None, log, self.abandoned)
        if lp.status == "failed" or lp.x is None or lp.row_dual is None:
            return self.run("whole", self.programme, self.left, start)
        self.are_small = parts_of(self.programme, self.grid)[1]
        self.around = AROUND if self.are_small else MANY_WHOLE
        return None

    def _priced(self, lp: Outcome) -> tuple[Outcome, Prices]:
        """A relaxation and its prices; what they are measured from is its optimum."""
        assert lp.x is not None
        assert lp.row_dual is not None
        self.log += lp.log
        self.relaxed = lp.objective
        self.bound = max(self.bound, lp.objective)
        return lp, price_of_starts(self.programme, self.grid, lp.x, lp.row_dual)

    def _kernel(self, lp: Outcome, prices: Prices, count: int, seconds: float, gives_up: bool = True) -> bool:
        """Decides the cheapest questions anew. False where that were most of all: then the whole is no harder.

        It ends with a plan that is good enough, and where none will be if it `gives_up`.
        """
        if (chosen := self._chosen(lp, prices, count)) is None:
            return False
        words, kernel, begin = chosen
        seconds = min(self.left, seconds)
        gap, enough = self.limits.gap / (20 if gives_up else 2), self.bound + self.room()
        found = self.run(words, kernel.programme, seconds, begin, gap, enough, gives_up=gives_up)
        if found.x is not None:
            self.take(kernel.expand(found.x))
        return True

    def _chosen(self, lp: Outcome, prices: Prices, count: int) -> tuple[str, Kernel, Floats | None] | None:
        """A kernel of so many starts, its name, and the plan to begin from; None where these are most of all."""
        assert lp.x is not None
        found = kernel_of(self.programme, self.grid, prices, lp.x, self.x, count, self.room())
        if found is None:
            return None
        kernel, projects = found
        return f"kernel of {projects} projects", kernel, kernel.shrink(self.x) if self.x is not None else None

    def _rest(self, prices: Prices) -> Outcome:
        """The whole without the starts that are in no plan which is better than the gap allows.

        Plans that have one cost no less than `most`, and those of parts left aside no less than `closed`: either is
        enough to prove the plan known.
        """
        matters = prices.matter(self.grid, self.least, self.relaxed)
        if self.x is not None:
            matters |= self.grid.new(self.x) > 1e-7
        most = self.relaxed + prices.beyond(matters)
        nobody = np.zeros(len(self.grid.whole), dtype=bool)
        kernel = restrict(self.programme, self.grid, matters, nobody, np.zeros(len(self.programme.cost)))
        begin = kernel.shrink(self.x) if self.x is not None else None
        words = f"{int(matters.sum())} starts that matter"
        rest = self.run(words, kernel.programme, self.left, begin, only_better=True)
        if rest.x is not None:
            self.take(kernel.expand(rest.x))
        self._ended_beside()
        if rest.status == "infeasible":
            if self.x is None:
                return Outcome("infeasible", None, np.inf, np.inf, self.seconds, rest.reason, None, self.log)
            rest.bound = most  # no better plan than the one known
        self.bound = max(self.bound, min(rest.bound, most, self.closed, self.objective))
        self._listen()
        if rest.status == "failed" and self.x is None:
            return rest
        proven = self.is_proven or rest.status in ("optimal", "infeasible")
        return self.done("optimal" if proven else "stopped", "gap reached" if proven else rest.reason)
