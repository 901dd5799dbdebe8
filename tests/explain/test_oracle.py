"""Large programmes are asked by way of their relaxation: the answers are those of small ones."""

import numpy as np
import pytest

from optimiser.explain import oracle
from optimiser.explain.narrowing import Narrowing
from optimiser.explain.oracle import Oracle
from optimiser.formulation import Question
from optimiser.solve import Interrupt, Limits
from optimiser.solve.outcome import Outcome
from tests.explain.test_infeasible import faults
from tests.explain.test_remedies import lots, offered
from tests.helpers import case_of


@pytest.fixture
def everything_is_large(monkeypatch):
    monkeypatch.setattr(oracle, "LARGE", 0)


@pytest.mark.parametrize("seed", [0, 1, 4, 6, 8, 23, 27])
def test_the_same_conflicts_by_way_of_the_relaxation(seed, everything_is_large, tmp_path):
    """Proves of cases that are tightened in known ways that nothing is missed and nothing innocent is named."""
    assert faults(seed, tmp_path) == []


def test_whole_units_are_not_overlooked(everything_is_large, tmp_path):
    """12 kt take two lots of 10; the relaxation would have 1.2 of them, and 2 MCNY too few are 8: 12 + 8 = 20."""
    text = (
        lots() + "budgets: {b: {limit: 12 MCNY, window: 3}}\ntargets: {t: {kind: reduction, in: 3, cut: 12 ktCO2e}}\n"
    )
    found = offered(text, tmp_path)
    assert "8 MCNY more for windows of the budget b that end in 3" in found
    assert "for t a cut of 10 ktCO2e instead of 12 ktCO2e" in found


def outcome(status: str, x: float | None) -> Outcome:
    return Outcome(status, None if x is None else np.array([x]), 0.0, 0.0, 0.0, "")


def narrowing_of(tmp_path, low: float) -> Narrowing:
    """One number is to be made small: the ease of a target."""
    case = case_of(lots() + "targets: {t: {kind: reduction, in: 3, cut: 60 ktCO2e}}\n", tmp_path)
    found = Oracle(Limits(threads=1), Interrupt()).least(case.instance, Question(eased={"t": np.ones(3)}))
    assert found is not None
    assert found.proven
    narrowing = Narrowing(found.programme, found.programme.cost, low)
    narrowing.programme.cost = np.array([1.0])
    return narrowing


@pytest.mark.parametrize("least", [10.0, 10.5, 14.0, 40.0])
def test_narrowing_comes_close_to_the_least(least, tmp_path, monkeypatch):
    """A plan needs `least` and the relaxation 10: what is found is never below, and at most a thousandth above."""
    narrowing = narrowing_of(tmp_path, 10.0)
    monkeypatch.setattr(Narrowing, "_within", lambda self, most: setattr(self, "most", most))
    asked = 0
    for _ in narrowing.questions():
        asked += 1
        does = narrowing.most >= least
        narrowing.answered(outcome("optimal", min(narrowing.most, 80.0)) if does else outcome("infeasible", None))
    assert least <= narrowing.high <= least * 1.002
    assert narrowing.is_proven
    assert asked < 20


def test_narrowing_that_is_cut_short_keeps_what_it_has(tmp_path, monkeypatch):
    """80 do; whether less would is not found out: 80 are kept, and are not called the least."""
    narrowing = narrowing_of(tmp_path, 10.0)
    monkeypatch.setattr(Narrowing, "_within", lambda self, most: setattr(self, "most", most))
    for _ in narrowing.questions():
        free = narrowing.most == float("inf")
        narrowing.answered(outcome("optimal", 80.0) if free else outcome("stopped", None))
    assert narrowing.high == 80
    assert not narrowing.is_proven


def test_nothing_at_all_helps(tmp_path, monkeypatch):
    narrowing = narrowing_of(tmp_path, 10.0)
    monkeypatch.setattr(Narrowing, "_within", lambda self, most: setattr(self, "most", most))
    for _ in narrowing.questions():
        narrowing.answered(outcome("infeasible", None))
    assert narrowing.none_at_all
    assert narrowing.x is None


def test_a_part_takes_no_more_than_its_share(tmp_path):
    """Half of a half of 100 seconds; afterwards the rest is free again."""
    asked = Oracle(Limits(seconds=100.0, threads=1), Interrupt())
    with asked.share(0.5), asked.share(0.5):
        assert asked.left == pytest.approx(25, abs=0.1)
    assert asked.left == pytest.approx(100, abs=0.1)
    with asked.share(0.0):
        assert asked.is_late
        assert not asked.is_over
        assert asked.has_plan(case_of(lots(), tmp_path).instance) is None
