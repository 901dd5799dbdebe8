"""The oracle: is there any plan at all? Asked many times, within one limit of time, and counted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from optimiser.errors import NoPlanError
from optimiser.formulation import Question, build
from optimiser.instance import Instance
from optimiser.instance.timing import Floats
from optimiser.solve import Interrupt, Limits, Progress, answer_to
from optimiser.solve.highs import Outcome, run
from optimiser.solve.programme import Programme, assemble

Tell = Callable[[str, Progress], None]
LONGEST = 30.0
"""Seconds for one question."""


@dataclass(eq=False)
class Oracle:
    """Answers while there is time; `asked` counts its solves, `tell` is told of each."""

    limits: Limits
    interrupt: Interrupt
    tell: Tell | None = None
    asked: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def spent(self) -> float:
        """Seconds since the first question."""
        return time.monotonic() - self.began

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self.limits.seconds - self.spent

    @property
    def is_over(self) -> bool:
        """True once time is up, or somebody has asked to stop."""
        return self.left <= 0 or self.interrupt.is_set

    def has_plan(self, instance: Instance) -> bool | None:
        """True or False where proven, None where time ran out. Targets with a priority may give way."""
        if self.is_over:
            return None
        model = build(instance, Question(giving_way=_soft(instance)))
        programme = assemble(model)
        programme.cost = programme.cost * 0  # any plan will do
        outcome = self._run(programme, self.limits.gap)
        if outcome.status == "infeasible":
            return False
        if outcome.x is None:
            return None
        return self._exactly(instance) if model.entangled else True

    def least(self, instance: Instance, question: Question, gap: float = 1e-5) -> tuple[Any, Programme, Floats] | None:
        """The answer to another question than that of least cost; None where none was found."""
        if self.is_over:
            return None
        model = build(instance, replace(question, giving_way=question.giving_way | _soft(instance)))
        programme = assemble(model)
        outcome = self._run(programme, gap)
        return (model, programme, outcome.x) if outcome.x is not None else None

    def _run(self, programme: Programme, gap: float) -> Outcome:
        self._said()
        limits = replace(self.limits, gap=gap, seconds=min(max(self.left, 0.1), LONGEST))
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


def _soft(instance: Instance) -> frozenset[str]:
    return frozenset(t.id for t in instance.targets if t.priority is not None)
