"""A search under way: questions put to the solver one after the other within one limit of time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray

from optimiser.errors import NoPlanError
from optimiser.formulation import Question, build
from optimiser.instance import Instance
from optimiser.plan import Decisions
from optimiser.solve.dominated import solve_whole
from optimiser.solve.earlier import plan_from
from optimiser.solve.earliest import possible_starts, years_of
from optimiser.solve.grid import grid_of
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.kernels import is_large, solve_by_kernels
from optimiser.solve.other import run_other
from optimiser.solve.outcome import Limits, Outcome, Progress
from optimiser.solve.packing import packing_of, solve_packing
from optimiser.solve.pits import is_pit, may_be_pit, solve_pit
from optimiser.solve.programme import Programme, assemble
from optimiser.solve.second_look import looked_at_twice

Watch = Callable[[str, Progress], None]


@dataclass(frozen=True, eq=False)
class Found:
    """A model, its programme, the best outcome, and a bound that holds for the question as it was first asked."""

    model: pyo.ConcreteModel
    programme: Programme
    outcome: Outcome
    bound: float


@dataclass(eq=False)
class Search:
    """A search under way: the limits that are left, who watches, and what was used.

    `earlier`: a plan of another scenario to begin from. `unproven`: it was not proven that targets that gave way had
    to, so far. `shortfalls`: how far they do, by priority.
    """

    instance: Instance
    limits: Limits
    watch: Watch | None
    interrupt: Interrupt
    deadline: float
    log: list[str]
    times: dict[str, float]
    earlier: Decisions | None = None
    abandoned: bool = False
    unproven: bool = False
    shortfalls: list[dict[str, Any]] = field(default_factory=list)

    def left(self) -> float:
        """Seconds that are left."""
        return max(self.deadline - time.monotonic(), 0.0)

    def solve(
        self, question: Question, words: str, at_least: float = 0.1, known: Found | None = None, share: float = 1.0
    ) -> tuple[pyo.ConcreteModel, Programme, Outcome]:
        """Builds and solves one question, in a share of what time is left, from a plan that is `known`.

        `at_least` seconds are given in any case, deaf to an interrupt where that is more than a moment: a plan that is
        found already may need one more step before it can be shown.
        """
        before = time.monotonic()
        model = build(self.instance, question)
        self._add("build", before)
        before = time.monotonic()
        programme = assemble(model)
        self._add("hand over", before)
        told = self.watch
        watch = (lambda p: told(words, p)) if told is not None else None
        limits = replace(self.limits, seconds=max(share * self.left(), at_least), tolerance=_tolerance(model))
        interrupt = Interrupt() if at_least > 1 and self.interrupt.is_set else self.interrupt
        before = time.monotonic()
        start = self._begin(known, model, programme, limits)
        if limits.solver is not None:
            outcome = run_other(model, programme, limits, limits.solver)
        else:
            outcome = self._searched(question, model, programme, limits, watch, interrupt, start)
            outcome = looked_at_twice(programme, limits, watch, interrupt, outcome)
        self._add("solve", before)
        self.log += [f"--- {words}\n", *outcome.log]
        self.abandoned |= outcome.abandoned
        if outcome.status == "failed":
            raise NoPlanError(f"the solver stopped without an answer: {outcome.reason}")
        return model, programme, outcome

    def _searched(
        self,
        question: Question,
        model: pyo.ConcreteModel,
        programme: Programme,
        limits: Limits,
        watch: Callable[[Progress], None] | None,
        interrupt: Interrupt,
        start: NDArray[np.float64] | None,
    ) -> Outcome:
        """The outcome by HiGHS: as a packing, by kernels, or as it stands."""
        large = self._by_kernels(model, programme) and not (question.least_shortfall or question.least_familiar)
        packing = packing_of(model, programme) if limits.strategy == "auto" and may_be_pit(programme, large) else None
        if packing is not None:
            allowed = possible_starts(self.instance, packing)
            if is_pit(packing, allowed):
                years = years_of(self.instance)
                return solve_pit(packing, allowed, years, limits, watch, interrupt, start)
            if not large:
                return solve_packing(packing, allowed, limits, watch, interrupt, start)
        if large:
            return solve_by_kernels(model, programme, limits, watch, interrupt, start)
        if question.unlike or question.least_familiar:  # every plan counts, not only one that is best
            return run(programme, limits, watch, interrupt, start)
        return solve_whole(programme, grid_of(model, programme), limits, watch, interrupt, start)

    def _begin(
        self, known: Found | None, model: pyo.ConcreteModel, programme: Programme, limits: Limits
    ) -> NDArray[np.float64] | None:
        """A plan to begin from: of the question before, or near that of an earlier scenario."""
        if known is not None:
            return carried(known, model, programme)
        if self.earlier is None or limits.solver is not None:
            return None
        found = plan_from(model, programme, self.earlier, limits, self.interrupt)
        self.log.append(f"--- earlier plan: {'a plan' if found is not None else 'no plan'} of this scenario near it\n")
        return found

    def _by_kernels(self, model: pyo.ConcreteModel, programme: Programme) -> bool:
        strategy = self.limits.strategy
        return is_large(model, programme) if strategy == "auto" else strategy == "kernels"

    def note_shortfall(self, names: frozenset[str], found: float, bound: float) -> None:
        """How far targets (kt, or units of their measure, all years) give way, and how much less it might be."""
        gap = (found - max(bound, 0.0)) / found if found > 1e-9 else 0.0
        self.shortfalls.append({"targets": sorted(names), "shortfall": found, "gap": max(gap, 0.0)})

    def _add(self, phase: str, before: float) -> None:
        self.times[phase] = self.times.get(phase, 0.0) + time.monotonic() - before


def carried(known: Found, model: pyo.ConcreteModel, programme: Programme) -> NDArray[np.float64] | None:
    """A plan as a solution of another question about the same instance: families and names are the same."""
    if known.outcome.x is None:
        return None
    x = np.zeros(len(programme.cost))
    before = [c for c in known.model.matrix.columns if c.pyomo is None]
    now = [c for c in model.matrix.columns if c.pyomo is None]
    for old, new in zip(before, now, strict=True):
        x[programme.place[new]] = known.programme.values(old, known.outcome.x)
    for variable in model.component_objects(pyo.Var):
        values = known.programme.of_variable(known.model.component(variable.name), known.outcome.x)
        for key, data in variable.items():
            if id(data) in programme.pyomo_columns:
                x[programme.pyomo_columns[id(data)]] = values[key]
    return x


def _tolerance(model: pyo.ConcreteModel) -> float:
    """How far from whole a yes/no may be, so that a thousandth of a unit cannot pass where it says no."""
    return float(min(max(1e-3 / model.most_flagged, 1e-9), 1e-6))
