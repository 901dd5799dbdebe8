"""Targets that give way: a plan found on the way is carried from question to question, and shown if time runs out."""

import numpy as np
import pytest

from optimiser.formulation import Question
from optimiser.instance import compile_instance
from optimiser.solve import searching
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits, Outcome
from optimiser.solve.searching import Found, Search, carried
from optimiser.workflow import read, solve
from tests.helpers import write

TEXT = """
projects:
  a: {kind: upgrade, capex: 10 MCNY, abates: {site: 30 ktCO2e}}
  b: {kind: upgrade, units: {max: 3}, capex: 6 MCNY, abates: {site: 10 ktCO2e}}
budgets: {money: {limit: 6 MCNY}}
targets:
  near: {kind: reduction, in: 2, cut: 25 ktCO2e, priority: 1}
  far: {kind: reduction, in: 3, cut: 60 ktCO2e, priority: 2}
"""


def test_a_plan_is_carried_to_the_next_question(tmp_path):
    """Proves that a solution of the least shortfall is, name by name, one of the question of least cost."""
    instance = compile_instance(read(write(TEXT, tmp_path)).scenario)
    search = Search(instance, Limits(gap=0.0, threads=1), None, Interrupt(), 1e18, [], {})
    both = frozenset(["near", "far"])
    asked = Question(giving_way=both, least_shortfall=both)
    model, programme, outcome = search.solve(asked, "first")
    known = Found(model, programme, outcome, outcome.bound)
    model, programme, _ = search.solve(Question(giving_way=both), "second")
    x = carried(known, model, programme)
    assert np.all(programme.matrix @ x <= programme.row_upper + 1e-6)
    assert np.all(programme.matrix @ x >= programme.row_lower - 1e-6)
    assert np.all((x >= programme.lower - 1e-6) & (x <= programme.upper + 1e-6))
    assert x[programme.integer].sum() > 0


def test_time_that_runs_out_on_the_way_leaves_a_plan(tmp_path, monkeypatch):
    """The first search for the shortfall ends early, with a plan: it is shown, called feasible, never optimal."""
    whole = searching.solve_whole

    def early(*asked):
        found = whole(*asked)
        early.calls += 1
        if early.calls == 2:
            return Outcome("stopped", found.x, found.objective, -np.inf, found.seconds, "time limit")
        return found

    early.calls = 0
    monkeypatch.setattr(searching, "solve_whole", early)
    plan = solve(write(TEXT, tmp_path), {"gap": 0.0, "threads": 1}).result.plan
    assert (plan.status, plan.stopped_by) == ("feasible", "time limit")
    assert set(plan.gave_way) == {"near", "far"}
    first, second = plan.solver["shortfalls"]
    assert (first["targets"], first["shortfall"], first["gap"]) == (["far"], pytest.approx(30), 1)  # nothing is proven
    assert (second["targets"], second["gap"]) == (["near"], pytest.approx(0, abs=1e-6))


def test_the_same_without_haste_is_optimal(tmp_path):
    """6 a year buy one lot a year: 20 kt by year 2 and 30 by year 3; 30 and 5 kt short, proven."""
    result = solve(write(TEXT, tmp_path), {"gap": 0.0, "threads": 1}).result
    assert (result.plan.status, result.plan.stopped_by) == ("optimal", "")
    short = {name: values.max() for name, values in result.plan.claims.shortfall.items()}
    assert short == {"near": 5.0, "far": 30.0}
