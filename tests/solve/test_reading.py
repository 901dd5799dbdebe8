"""Reading: rounded, fixed and solved again; crumbs are swept away."""

import numpy as np
import pytest

from optimiser.formulation import build
from optimiser.solve.highs import run
from optimiser.solve.outcome import Limits, Outcome
from optimiser.solve.programme import assemble
from optimiser.solve.reading import polish, read_claims, read_decisions
from tests.helpers import instance_of, solved
from tests.solve.test_highs import INF, programme


def outcome(x, status="optimal", objective=0.0, bound=0.0) -> Outcome:
    return Outcome(status, np.array(x), objective, bound, 1.0, "gap reached")


def test_almost_whole_numbers_become_whole():
    """x = 2.9999999 and y = 0.3000001 with x + y >= 3.3 at 10 and 1: x is 3 and y the 0.3 that is left, 30.3."""
    ours = programme([10, 1], [[1, 1]], [3.3], [INF], [3, 9], [True, False])
    polished = polish(ours, outcome([2.9999999, 0.3000001], bound=30.0))
    assert polished.x[0] == 3
    assert polished.x[1] == pytest.approx(0.3, rel=1e-12)
    assert polished.objective == pytest.approx(30.3)
    assert polished.bound == 30.0
    assert polished.row_dual == pytest.approx([1])


def test_numbers_that_lean_on_a_tolerance_stay_as_they_are():
    """x = 1e-7 of a big lot keeps a row that x = 0 does not: the plan of the solver stays, and the audit judges it."""
    ours = programme([1], [[1e6]], [0.05], [INF], [1], [True])
    found = outcome([1e-7])
    assert polish(ours, found) is found


def test_nothing_to_polish():
    ours = programme([1, 1], [[1, 1]], [2], [INF])
    found = outcome([1.0, 1.0])
    assert polish(ours, found) is found
    none = Outcome("stopped", None, np.inf, 0.0, 1.0, "time limit")
    assert polish(ours, none) is none


def test_plans_are_in_whole_units(tmp_path):
    """Four kinds of lots under a budget in odd numbers: every amount that starts is a whole number, exactly."""
    text = """
projects:
  a: {kind: upgrade, units: {max: 7}, capex: 3.3 MCNY, abates: {site: 3.1 ktCO2e}}
  b: {kind: upgrade, units: {max: 9}, capex: 2.9 MCNY, abates: {site: 2.7 ktCO2e}}
  c: {kind: upgrade, units: {max: 5}, capex: 7.7 MCNY, abates: {site: 9.1 %}}
budgets: {b: {limit: 17.3 MCNY, carry_over: 90 %}}
targets: {cap: {kind: reduction, by: 3, cut: 52.3 ktCO2e}}
"""
    amounts = [s.amount for s in solved(text, tmp_path).plan.decisions.starts]
    assert len(amounts) > 1
    assert all(a == int(a) for a in amounts)


def test_crumbs_are_no_starts(tmp_path):
    """A size of 1e-9 MW is dust of the solver and no decision; 0.1 MW is one."""
    instance = instance_of("projects: {p: {kind: programme, size: {max: 10 MW}, capex: 1 MCNY/MW}}", tmp_path)
    model = build(instance)
    programme_ = assemble(model)
    x = np.zeros(len(programme_.cost))
    x[programme_.place[model.started.columns]] = [1e-9, 0.1, 0.1 + 1e-9]
    assert [(s.year, s.amount) for s in read_decisions(model, programme_, x).starts] == [(2, pytest.approx(0.1))]


def test_claims_are_the_model_s_own_words(tmp_path):
    """Totals by target and budget, by year, and the objective, straight from a solution vector."""
    instance = instance_of(
        """
projects: {p: {kind: upgrade, start: 2, capex: 7 MCNY, abates: {site: 10 ktCO2e}}}
budgets: {b: {limit: 9 MCNY}}
targets: {cap: {kind: reduction, by: 2, cut: 30 ktCO2e, penalty: 1 kCNY/tCO2e}}
""",
        tmp_path,
    )
    model = build(instance)
    programme_ = assemble(model)
    found = run(programme_, Limits(gap=0.0, threads=1))
    claims = read_claims(model, programme_, found.x)
    assert claims.objective == pytest.approx(7 + 20 + 20)
    assert claims.gross["cap"] == pytest.approx([100, 90, 90])
    assert claims.spend["b"] == pytest.approx([0, 7, 0])
    assert claims.shortfall["cap"] == pytest.approx([0, 20, 20])
