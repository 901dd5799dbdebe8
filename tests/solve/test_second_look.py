"""A second look at small programmes: what it refutes, what it leaves alone, and when nobody looks."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optimiser.solve import searching, second_look
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits, Outcome
from optimiser.solve.second_look import looked_at_twice
from optimiser.workflow import solve
from tests.solve.test_highs import programme

TWO_FLEETS = Path(__file__).parent / "data" / "two_fleets.yaml"
FOUR_YEARS = TWO_FLEETS.with_name("four_years.yaml")
EXACT = Limits(gap=0.0, seconds=20, threads=1)


def knapsack():
    """Worth 8, 11, 6, 4 for 5, 7, 4, 3 of 14, two of the last at most: 11 + 6 + 4 = 21 (11 + 4 + 4 = 19 for 13)."""
    return programme([-8, -11, -6, -4], [[5, 7, 4, 3]], [-np.inf], [14], [1, 1, 1, 2], [True] * 4)


def said(status, x, objective, bound) -> Outcome:
    return Outcome(status, x, objective, bound, 0.01, "gap reached")


@pytest.mark.parametrize("looks", [True, False])
@pytest.mark.parametrize("seed", [0, 1])
def test_a_scenario_that_highs_answered_wrongly(seed, looks, monkeypatch):
    """137.474 is what HiGHS 1.15.1 finds at seeds 1 and 2, without presolve, with finer tolerances and without the rows
    of two rules; at seed 0 it proves 138.468, so that only a second look has the answer. Later ones need none."""
    if not looks:
        monkeypatch.setattr(searching, "looked_at_twice", lambda *asked: asked[-1])
    answer = solve(TWO_FLEETS, {"gap": 1e-6, "threads": 1, "seconds": 60, "seed": seed})
    assert answer.result.plan.objective == pytest.approx(137.474, abs=1e-3)
    assert answer.result.plan.bound == pytest.approx(137.474, abs=1e-3)
    assert answer.result.plan.status == "optimal"


@pytest.mark.parametrize("looks", [True, False])
@pytest.mark.parametrize("seed", [0, 1])
def test_a_scenario_that_highs_still_answers_wrongly_after_a_restart(seed, looks, monkeypatch):
    """115.194 is what HiGHS 1.16.0 finds with other random numbers, without presolve, without restarts, or with one of
    two rules of presolve. As it was asked while it had restarts, it proved 115.333 at seed 0."""
    if not looks:
        monkeypatch.setattr(searching, "looked_at_twice", lambda *asked: asked[-1])
    answer = solve(FOUR_YEARS, {"gap": 1e-6, "threads": 1, "seconds": 60, "seed": seed})
    plan = answer.result.plan
    assert (plan.objective, plan.bound) == (pytest.approx(115.1938, abs=1e-3), pytest.approx(115.1938, abs=1e-3))


def test_a_worse_plan_that_was_proven_is_refuted():
    """The first and the second are worth 19, "proven"; the second look finds 21, and says what it has refuted."""
    worse = said("optimal", np.array([1.0, 1, 0, 0]), -19.0, -19.0)
    found = looked_at_twice(knapsack(), EXACT, None, Interrupt(), worse)
    assert (found.status, found.objective, found.bound) == ("optimal", -21, -21)
    assert found.x.tolist() == [0, 1, 1, 1]
    assert "a plan of -21, where -19 was proven" in "".join(found.log)


def test_infeasible_is_refuted_by_any_plan():
    found = looked_at_twice(knapsack(), EXACT, None, Interrupt(), said("infeasible", None, np.inf, np.inf))
    assert (found.status, found.objective) == ("optimal", -21)


@pytest.mark.parametrize("bound", [-21.0, -21.02])
def test_what_is_true_stays(bound):
    """The plan of 21, proven to a gap: the same outcome but for a line of the log."""
    true = said("optimal", np.array([0.0, 1, 1, 1]), -21.0, bound)
    found = looked_at_twice(knapsack(), replace(EXACT, gap=1e-3), None, Interrupt(), true)
    assert (found.x is true.x, found.objective, found.bound, found.status) == (True, -21, bound, "optimal")


def test_a_better_plan_within_the_gap_refutes_nothing():
    """20.99 was found, and 21.02 proven: 21 is between them. The answer must not hang on how far a look got."""
    near = said("optimal", np.array([0.0, 1, 1, 1]), -20.99, -21.02)
    assert looked_at_twice(knapsack(), replace(EXACT, gap=0.01), None, Interrupt(), near).objective == -20.99


def test_no_plan_stays_none():
    """Two of three that are 2 each within 3: none."""
    none = programme([1, 1, 1], [[1, 1, 1], [2, 2, 2]], [2, -np.inf], [np.inf, 3], [2] * 3, [True] * 3)
    found = looked_at_twice(none, EXACT, None, Interrupt(), said("infeasible", None, np.inf, np.inf))
    assert found.status == "infeasible"


def test_a_look_that_ends_early_leaves_no_false_proof(monkeypatch):
    """The second search is stopped with the better plan and nothing proven: so the answer is stopped, without 19."""

    def stopped(given, limits, watch=None, interrupt=None, start=None):
        found = run(given, limits, watch, interrupt, start)
        return replace(found, status="stopped", bound=-np.inf) if given.integer.any() else found

    monkeypatch.setattr(second_look, "run", stopped)
    worse = said("optimal", np.array([1.0, 1, 0, 0]), -19.0, -19.0)
    found = looked_at_twice(knapsack(), EXACT, None, Interrupt(), worse)
    assert (found.status, found.objective, found.bound) == ("stopped", -21, -np.inf)


def test_what_nobody_looks_at_again(monkeypatch):
    """Large programmes, those of yes and no, what was stopped, and where time is over or Ctrl-C was heard."""
    asked = []
    monkeypatch.setattr(second_look, "run", lambda *given: asked.append(given))
    worse = said("optimal", np.array([1.0, 1, 0, 0]), -19.0, -19.0)
    heard = Interrupt()
    heard.set()
    choices = replace(knapsack(), upper=np.ones(4))
    assert looked_at_twice(choices, EXACT, None, Interrupt(), worse) is worse
    assert looked_at_twice(knapsack(), replace(EXACT, seconds=0.005), None, Interrupt(), worse) is worse
    assert looked_at_twice(knapsack(), EXACT, None, heard, worse) is worse
    stopped = replace(worse, status="stopped")
    assert looked_at_twice(knapsack(), EXACT, None, Interrupt(), stopped) is stopped
    monkeypatch.setattr(second_look, "SMALL", 3)
    assert looked_at_twice(knapsack(), EXACT, None, Interrupt(), worse) is worse
    assert not asked
