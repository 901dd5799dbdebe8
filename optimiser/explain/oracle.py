"""The oracle: is there any plan at all, and how little would do? Asked many times, within one limit of time.

A small programme is asked as it is. A large one is asked by way of its relaxation: where that has no plan, nothing has
(a proof that takes no branching); where it has one, its value says where to look for a whole one. A search led by costs
ends with the first plan it meets: whether there is one is the question, not how cheap it is.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from optimiser.errors import NoPlanError
from optimiser.explain.narrowing import Narrowing
from optimiser.formulation import Question, build
from optimiser.formulation.cost import total_cost
from optimiser.instance import Instance
from optimiser.instance.timing import Floats
from optimiser.plan import Decisions
from optimiser.solve import Interrupt, Limits, Progress, answer_to
from optimiser.solve.earlier import plan_from
from optimiser.solve.highs import run
from optimiser.solve.open_tickets import with_tickets_closed
from optimiser.solve.outcome import Outcome
from optimiser.solve.programme import Programme, assemble
from optimiser.solve.reading import read_decisions

Tell = Callable[[str, Progress], None]
LARGE = 4000
"""Columns from which a programme is asked by way of its relaxation."""
LONGEST = 30.0
"""Seconds for one question."""
FIRST = 8.0
"""Seconds for the first way of searching, before another is tried."""
FAIR = 0.2
"""Share of the time of a part that one question may take."""
MOMENT = 3.0
"""Seconds that every question may take while there are any: less would be wasted on a large one."""


@dataclass(frozen=True, eq=False)
class Least:
    """A plan with the least of something; `proven` False where less might do."""

    model: Any
    programme: Programme
    x: Floats
    proven: bool


@dataclass(eq=False)
class Oracle:
    """Answers while there is time; `asked` counts its solves, `unknown` questions without an answer.

    `tell` is told of each solve. `until`: seconds after the first question at which the part under way ends. `last`:
    the last plan that a large programme was found to have.
    """

    limits: Limits
    interrupt: Interrupt
    tell: Tell | None = None
    asked: int = 0
    unknown: int = 0
    until: float = float("inf")
    last: Decisions | None = None
    began: float = field(default_factory=time.monotonic)

    @property
    def spent(self) -> float:
        """Seconds since the first question."""
        return time.monotonic() - self.began

    @property
    def left(self) -> float:
        """Seconds that are left for the part under way."""
        return min(self.limits.seconds, self.until) - self.spent

    @property
    def is_over(self) -> bool:
        """True once all time is up, or somebody has asked to stop."""
        return self.limits.seconds <= self.spent or self.interrupt.is_set

    @property
    def is_late(self) -> bool:
        """True once the time of the part under way is up, or somebody has asked to stop."""
        return self.left <= 0 or self.interrupt.is_set

    @contextlib.contextmanager
    def share(self, part: float) -> Iterator[None]:
        """What is asked inside may take this part of what is left."""
        before = self.until
        self.until = self.spent + part * max(self.left, 0.0)
        try:
            yield
        finally:
            self.until = before

    def has_plan(self, instance: Instance) -> bool | None:
        """True or False where proven, None where time ran out. Targets with a priority may give way."""
        answer = None if self.is_late else self._has_plan(instance)
        self.unknown += answer is None
        return answer

    def is_hopeless(self, instance: Instance) -> bool:
        """True where the relaxation of a large programme has no plan: then nothing has. Small ones are not asked."""
        if self.is_late:
            return False
        programme = assemble(_built(instance, Question(giving_way=_soft(instance))))
        if not _is_large(programme):
            return False
        return self._run(_relaxed(programme), self.limits.gap).status == "infeasible"

    def _has_plan(self, instance: Instance) -> bool | None:
        model = _built(instance, Question(giving_way=_soft(instance)))
        programme = assemble(model)
        outcome = self._any_of_many(model, programme) if _is_large(programme) else self._any_of_few(programme)
        if outcome.status == "infeasible":
            return False
        if outcome.x is None:
            return None
        return self._exactly(instance) if model.entangled else True

    def _any_of_few(self, programme: Programme) -> Outcome:
        """Any plan will do; where costs lead the way it is sometimes found sooner."""
        outcome = self._run(replace(programme, cost=programme.cost * 0), self.limits.gap, FIRST)
        if outcome.status != "infeasible" and outcome.x is None and not self.is_late:
            outcome = self._run(programme, 0.9)
        return outcome

    def _any_of_many(self, model: Any, programme: Programme) -> Outcome:
        """The relaxation first; then near the last plan found, then led by costs, and last by nothing."""
        free = replace(programme, cost=programme.cost * 0)
        outcome = self._run(_relaxed(programme), self.limits.gap)
        if outcome.status == "failed":  # without its limits, money may come from nowhere: then costs lead nowhere
            programme = free
            outcome = self._run(_relaxed(free), self.limits.gap)
        if outcome.status == "infeasible" or outcome.x is None:
            return outcome
        near = self._near_the_last(model, programme)
        if near is not None:
            return replace(outcome, x=near)
        longest = FAIR * self.left
        outcome = self._first_plan(programme, longest)
        if outcome.status != "infeasible" and outcome.x is None and not self.is_late:
            outcome = self._first_plan(free, longest / 2)
        if outcome.x is not None:
            self.last = read_decisions(model, programme, outcome.x)
        return outcome

    def _near_the_last(self, model: Any, programme: Programme) -> Floats | None:
        """A plan that starts what the last plan does, or nearly: most questions differ little from the one before."""
        if self.last is None or self.is_late:
            return None
        self._said()
        limits = replace(self.limits, gap=0.9, seconds=min(LONGEST, self.left), enough=float("inf"))
        return plan_from(model, programme, self.last, limits, self.interrupt)

    def least(self, instance: Instance, question: Question, gap: float = 1e-5) -> Least | None:
        """The answer to another question than that of least cost; None where none was found."""
        if self.is_late:
            return None
        model = _built(instance, replace(question, giving_way=question.giving_way | _soft(instance)))
        programme = assemble(model)
        if _is_large(programme):
            return self._narrowed(model, programme)
        outcome = self._run(programme, gap)
        if outcome.x is None:
            self.unknown += outcome.status != "infeasible"
            return None
        return Least(model, programme, outcome.x, outcome.status == "optimal")

    def _narrowed(self, model: Any, programme: Programme) -> Least | None:
        """The least by way of the relaxation: near its value first, then halfway between what does and what not."""
        relaxed = self._run(_relaxed(programme), self.limits.gap)
        if relaxed.x is None:
            self.unknown += relaxed.status != "infeasible"
            return None
        form, money = total_cost(model), np.zeros(len(programme.cost))
        for columns, matrix in form.terms.items():
            money[programme.place[columns]] += matrix.toarray()[0]
        narrowing = Narrowing(programme, money, relaxed.objective)
        for asked in narrowing.questions():
            if self.is_late:
                break
            narrowing.answered(self._first_plan(asked, FAIR * self.left))
        if narrowing.x is None:
            self.unknown += not narrowing.none_at_all
            return None
        self.last = read_decisions(model, programme, narrowing.x)
        return Least(model, programme, self._rounded_off(programme, narrowing.x), narrowing.is_proven)

    def _rounded_off(self, programme: Programme, x: Floats) -> Floats:
        """The least with the whole numbers of a plan: what was narrowed to a share is exact then."""
        lower, upper, whole = programme.lower.copy(), programme.upper.copy(), programme.integer
        lower[whole] = upper[whole] = np.round(x[whole])
        outcome = self._run(replace(_relaxed(programme), lower=lower, upper=upper), self.limits.gap)
        return outcome.x if outcome.status == "optimal" and outcome.x is not None else x

    def _first_plan(self, programme: Programme, longest: float) -> Outcome:
        return self._run(programme, 0.9, min(LONGEST, longest), enough=float("inf"))

    def _run(self, programme: Programme, gap: float, longest: float = LONGEST, enough: float | None = None) -> Outcome:
        self._said()
        seconds = max(min(self.left, longest), min(MOMENT, self.limits.seconds - self.spent), 0.1)
        limits = replace(self.limits, gap=gap, seconds=seconds, enough=enough)
        return run(programme, limits, None, self.interrupt)

    def _exactly(self, instance: Instance) -> bool | None:
        """The same where products of sizes are enveloped: only a plan that is exact is one."""
        self._said()
        limits = replace(self.limits, gap=0.5, seconds=min(max(self.left, 0.1), LONGEST))
        try:
            return answer_to(Question(), instance, limits, None, self.interrupt) is not None
        except NoPlanError:
            return None

    def _said(self) -> None:
        self.asked += 1
        if self.tell is not None:
            self.tell(f"looking for the reason ({self.asked})", Progress(self.spent, float("inf"), float("-inf")))


def _is_large(programme: Programme) -> bool:
    return len(programme.cost) > LARGE


def _relaxed(programme: Programme) -> Programme:
    return replace(programme, integer=np.zeros_like(programme.integer))


def _soft(instance: Instance) -> frozenset[str]:
    return frozenset(t.id for t in instance.targets if t.priority is not None)


def _built(instance: Instance, question: Question) -> Any:
    return build(with_tickets_closed(instance, question), question)
