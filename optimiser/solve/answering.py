"""Answering: build, search, let targets give way in their order where nothing else holds, and read the plan."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import groupby

import numpy as np
import pyomo.environ as pyo

from optimiser.errors import NoPlanError
from optimiser.formulation import Question, build
from optimiser.instance import Instance
from optimiser.plan import Plan
from optimiser.solve.highs import Interrupt, Limits, Outcome, Progress, relative_gap, run
from optimiser.solve.other import require, run_other
from optimiser.solve.programme import Programme, assemble
from optimiser.solve.reading import polish, read_claims, read_decisions

Watch = Callable[[str, Progress], None]


@dataclass(eq=False)
class Search:
    """A search under way: the limits that are left, who watches, and what was used."""

    instance: Instance
    limits: Limits
    watch: Watch | None
    interrupt: Interrupt
    deadline: float
    log: list[str]
    times: dict[str, float]
    abandoned: bool = False

    def left(self) -> float:
        """Seconds that are left."""
        return max(self.deadline - time.monotonic(), 0.0)

    def solve(self, question: Question, words: str) -> tuple[pyo.ConcreteModel, Programme, Outcome]:
        """Builds and solves one question."""
        before = time.monotonic()
        model = build(self.instance, question)
        self._add("build", before)
        before = time.monotonic()
        programme = assemble(model)
        self._add("hand over", before)
        told = self.watch
        watch = (lambda p: told(words, p)) if told is not None else None
        limits = replace(self.limits, seconds=max(self.left(), 0.1))
        before = time.monotonic()
        if limits.solver is not None:
            outcome = run_other(model, programme, limits, limits.solver)
        else:
            outcome = run(programme, limits, watch, self.interrupt)
        self._add("solve", before)
        self.log += [f"--- {words}\n", *outcome.log]
        self.abandoned |= outcome.abandoned
        if outcome.status == "failed":
            raise NoPlanError(f"the solver stopped without an answer: {outcome.reason}")
        return model, programme, outcome

    def _add(self, phase: str, before: float) -> None:
        self.times[phase] = self.times.get(phase, 0.0) + time.monotonic() - before


def answer(
    instance: Instance, limits: Limits, watch: Watch | None = None, interrupt: Interrupt | None = None
) -> Plan | None:
    """The least-cost plan; None where it is proven that there is none.

    Raises NoPlanError where the search ended with neither a plan nor a proof.
    """
    if limits.solver is not None:
        require(limits.solver)
    deadline = time.monotonic() + limits.seconds
    search = Search(instance, limits, watch, interrupt or Interrupt(), deadline, [], {})
    question: Question | None = Question()
    gave_way: tuple[str, ...] = ()
    assert question is not None
    model, programme, outcome = search.solve(question, "least cost")
    if outcome.status == "infeasible" and any(t.priority is not None for t in instance.targets):
        question, gave_way = _give_way(search)
        if question is None:
            return None
        model, programme, outcome = search.solve(question, "least cost with targets that gave way")
    if outcome.status == "infeasible":
        return None
    if outcome.x is None:
        raise NoPlanError(f"no plan was found before the {outcome.reason}")
    outcome = polish(programme, outcome)
    bound = outcome.bound
    if model.approximate and outcome.x is not None:
        model, programme, outcome = _exact(search, question, model, programme, outcome)
    assert outcome.x is not None
    return _plan(search, model, programme, outcome, bound, gave_way)


def _give_way(search: Search) -> tuple[Question | None, tuple[str, ...]]:
    """Finds how far targets must give way: those with the highest number are kept longest.

    All targets with a priority may fall short; first the shortfall of the highest number is made as small as it can
    be and held there, then that of the next, and so on.
    """
    soft = [t for t in search.instance.targets if t.priority is not None]
    soft.sort(key=lambda t: -(t.priority or 0))
    everyone = frozenset(t.id for t in soft)
    held: dict[str, float] = {}
    gave: list[str] = []
    for _, members in groupby(soft, key=lambda t: t.priority):
        names = frozenset(t.id for t in members)
        question = Question(giving_way=everyone, least_shortfall=names, at_most=dict(held))
        model, programme, outcome = search.solve(question, f"least shortfall of {', '.join(sorted(names))}")
        if outcome.status == "infeasible":
            return None, ()
        if outcome.x is None:
            raise NoPlanError(f"it was not found how far targets must give way before the {outcome.reason}")
        claims = read_claims(model, programme, outcome.x)
        for name in sorted(names):
            shortfall = float(claims.shortfall[name].sum())
            slack = 1e-6 * max(1.0, shortfall)
            held[name] = shortfall + slack if shortfall > slack else slack * 0.1
            gave += [name] if shortfall > slack else []
    return Question(giving_way=everyone, at_most=held), tuple(gave)


def _exact(
    search: Search, question: Question, model: pyo.ConcreteModel, programme: Programme, outcome: Outcome
) -> tuple[pyo.ConcreteModel, Programme, Outcome]:
    """Fixes the sizes whose products were only enveloped and solves again: the plan is exact, the bound stays."""
    assert outcome.x is not None
    started = programme.values(model.started.columns, outcome.x)
    fixed = {}
    for index in model.approximate:
        at = model.started.offsets[index]
        fixed[index] = np.clip(started[at : at + len(search.instance.projects[index].starts)], 0, None)
    model, programme, again = search.solve(replace(question, fixed=fixed), "exact products")
    if again.x is None:
        raise NoPlanError("overlapping sizes could not be made exact; give one of them units")
    return model, programme, polish(programme, again)


def _plan(
    search: Search, model, programme: Programme, outcome: Outcome, bound: float, gave_way: tuple[str, ...]
) -> Plan:
    assert outcome.x is not None
    claims = read_claims(model, programme, outcome.x)
    bound = min(bound, claims.objective)
    gap = relative_gap(claims.objective, bound)
    optimal = outcome.status == "optimal" and gap <= search.limits.gap * (1 + 1e-6) + 1e-9
    solver = {
        "name": search.limits.solver or "HiGHS",
        "version": version("highspy") if search.limits.solver is None else "",
        "columns": len(programme.cost),
        "rows": len(programme.row_lower),
        "integers": int(programme.integer.sum()),
        "threads": search.limits.threads,
        "seed": search.limits.seed,
        "log": "".join(search.log),
        "times": search.times,
        "abandoned": search.abandoned,
    }
    return Plan(
        status="optimal" if optimal else "feasible",
        objective=claims.objective,
        bound=bound,
        gap=gap,
        gap_asked=search.limits.gap,
        decisions=read_decisions(model, programme, outcome.x),
        claims=claims,
        gave_way=gave_way,
        stopped_by="" if optimal else outcome.reason,
        solver=solver,
    )
