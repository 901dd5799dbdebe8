"""The objective: present value of all cash and penalties, less the worth of unused life."""

import pytest

from optimiser.formulation import Question, build
from optimiser.report.tables import cost_parts
from tests.helpers import instance_of, least_cost, solved

EVERYTHING = """
discount_rate: 10 %
salvage: linear
sources:
  site: {scope: 1, baseline: 100 ktCO2e}
  power: {scope: 2, activity: 20 GWh, factor: 1 tCO2e/MWh}
projects:
  p: {kind: upgrade, committed: true, start: 1, lead_time: 1, life: 4, capex: 100 MCNY, opex: 7 MCNY}
  pv: {kind: facility, committed: true, start: 1, size: {max: 20 MW}, capex: 1 MCNY/MW, yield: 2 GWh/MW,
       supplies: power, price: 0.5 CNY/kWh, sells: 0.3 CNY/kWh}
targets:
  net: {kind: neutrality, sources: power, in: 2, credits: 100 %, credit_price: 50 CNY/tCO2e}
  cap: {kind: reduction, sources: site, in: 3, cut: 10 ktCO2e, penalty: 300 CNY/tCO2e}
"""


def test_every_kind_of_money_is_counted_once_and_discounted(tmp_path):
    """10 % a year; 20 MW would pay for themselves, so all are built and make 40 GWh: 20 used, 20 sold.

    capex 100 + 20; opex 7 in years 2 and 3; energy 20 x 0.5 = 10 and sales 20 x 0.3 = 6 in each year; no credits,
    as the power is all ours; penalty 10 kt x 0.3 = 3 in year 3; salvage half of 100.
    """
    result = solved(EVERYTHING, tmp_path)
    annuity = 1 + 1 / 1.1 + 1 / 1.21
    expected = {
        "capex": 120,
        "opex": 7 / 1.1 + 7 / 1.21,
        "energy": -10 * annuity,
        "income": -6 * annuity,
        "penalties": 3 / 1.21,
        "salvage": -50 / 1.331,
    }
    assert dict(cost_parts(result)) == pytest.approx(expected)
    assert result.plan.objective == pytest.approx(sum(expected.values()))


def test_credits_are_cash_of_their_year(tmp_path):
    """Without the facility 20 kt are covered by credits at 50 CNY/t in year 2: 1 / 1.1."""
    text = EVERYTHING.replace("committed: true, start: 1, size: {max: 20 MW}", "start: 3, size: {max: 20 MW}")
    parts = dict(cost_parts(solved(text, tmp_path)))
    assert parts["credits"] == pytest.approx(1 / 1.1)


def test_credit_price_is_a_path(tmp_path):
    """Credits in year 3 at a price that rises from 50 to 90: 20 kt x 90 CNY/t = 1.8 MCNY."""
    text = """
sources: {site: {scope: 1, baseline: 20 ktCO2e}}
targets: {net: {kind: neutrality, in: 3, credits: 100 %, credit_price: {1: 50 CNY/tCO2e, 3: 90 CNY/tCO2e}}}
"""
    assert least_cost(text, tmp_path) == pytest.approx(1.8)


def test_savings_make_the_objective_negative(tmp_path):
    """A project that costs 10 and saves 5 a year is started by itself: 10 - 15 = -5; at 3 a year it is left alone."""
    text = "projects: {p: {kind: programme, capex: 10 MCNY, opex: -5 MCNY}}"
    assert least_cost(text, tmp_path) == pytest.approx(-5)
    assert least_cost(text.replace("-5", "-3"), tmp_path) == 0


def test_discounting_postpones_what_need_not_be_early(tmp_path):
    """Needed by year 3, 10 MCNY at 10 %: 10 / 1.21. With a negative rate it is paid in year 1, for 10."""
    text = """
projects: {p: {kind: upgrade, capex: 10 MCNY, abates: {site: 10 ktCO2e}}}
targets: {cap: {kind: reduction, in: 3, cut: 10 ktCO2e}}
discount_rate: RATE
"""
    assert least_cost(text.replace("RATE", "10 %"), tmp_path) == pytest.approx(10 / 1.21)
    assert least_cost(text.replace("RATE", "-10 %"), tmp_path) == pytest.approx(10)


def test_a_model_has_one_objective(tmp_path):
    """Proves that asking for the least shortfall takes the place of least cost; two objectives would be an error."""
    text = "targets: {cap: {kind: reduction, in: 3, cut: 10 ktCO2e, priority: 1}}"
    names = frozenset({"cap"})
    cost = build(instance_of(text, tmp_path))
    assert hasattr(cost, "least_cost")
    assert not hasattr(cost, "least_shortfall")
    short = build(instance_of(text, tmp_path), Question(giving_way=names, least_shortfall=names))
    assert hasattr(short, "least_shortfall")
    assert not hasattr(short, "least_cost")
    assert short.matrix.cost.is_constant
