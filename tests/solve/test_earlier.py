"""A plan of an earlier scenario is a first plan of one that differs little from it."""

import numpy as np
import pytest

from optimiser.formulation import build
from optimiser.instance import compile_instance
from optimiser.plan import Decisions, Start
from optimiser.solve.earlier import plan_from
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits
from optimiser.solve.programme import assemble
from optimiser.workflow import read, solve
from tests.helpers import write

LIMITS = Limits(gap=0.0, seconds=30, threads=1)
WORLD = """
projects:
  cheap: {kind: upgrade, capex: 10 MCNY, abates: {site: 30 ktCO2e}}
  dear: {kind: upgrade, capex: 16 MCNY, abates: {site: 30 ktCO2e}}
  lots: {kind: upgrade, units: {max: 4, per_year: 2}, capex: 6 MCNY, abates: {site: 10 ktCO2e}}
targets: {cap: {kind: reduction, in: 3, cut: 40 ktCO2e}}
"""


def near(text, starts, folder):
    """The cost of the plan found near some starts, and how far it is from keeping every row."""
    model = build(compile_instance(read(write(text, folder)).scenario))
    programme = assemble(model)
    x = plan_from(model, programme, Decisions(tuple(starts)), LIMITS, Interrupt())
    if x is None:
        return None
    activity = programme.matrix @ x
    over = np.maximum(activity - programme.row_upper, programme.row_lower - activity)
    assert over.max() < 1e-6
    return float(programme.cost @ x + programme.offset)


def test_a_plan_that_still_holds_is_taken_as_it_is(tmp_path):
    """30 + 10 kt from `dear` and a lot: 16 + 6, although 10 + 6 would be cheaper: nothing moves without need."""
    assert near(WORLD, [Start("dear", 1, 1.0), Start("lots", 1, 1.0)], tmp_path) == pytest.approx(22)


def test_a_plan_that_no_longer_holds_is_mended_nearby(tmp_path):
    """In year 1 there is money for 6 only: what started there starts a year or two later, at no more cost."""
    text = WORLD + "budgets: {b: {limit: {1: 6 MCNY, 2: 20 MCNY}}}\n"
    assert near(text, [Start("cheap", 1, 1.0), Start("lots", 1, 1.0)], tmp_path) == pytest.approx(16)


def test_projects_and_years_that_are_gone_are_left_out(tmp_path):
    starts = [Start("gone", 1, 1.0), Start("cheap", 1, 1.0), Start("cheap", 99, 1.0), Start("lots", 1, 1.0)]
    assert near(WORLD, starts, tmp_path) == pytest.approx(16)


def test_nothing_near_is_no_plan(tmp_path):
    """Only `cheap` did start: 30 of 40 kt, and what did not start before does not start now."""
    assert near(WORLD, [Start("cheap", 1, 1.0)], tmp_path) is None


@pytest.mark.parametrize("strategy", ["whole", "kernels"])
def test_the_answer_is_the_same_from_any_start(strategy, tmp_path):
    """Proves that a first plan is no answer: the least cost is found from a dear one, and from one that fails."""
    path = write(WORLD, tmp_path)
    for starts in ([Start("dear", 1, 1.0), Start("lots", 1, 1.0)], [Start("lots", 3, 4.0)]):
        found = solve(path, {"threads": 1, "gap": 0.0, "strategy": strategy}, earlier=Decisions(tuple(starts)))
        assert found.result.plan.objective == pytest.approx(16)
        assert "earlier plan" in found.run["solver_log"]
