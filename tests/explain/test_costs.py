"""Full costs agree with solving without; delays with a file that says another year."""

import pytest

from optimiser.errors import UsageError
from optimiser.explain.costs import delays, full_costs
from optimiser.solve import Limits, answer
from tests.helpers import case_of, least_cost

LIMITS = Limits(0.0, 60.0, 1)
TARGETS = {
    "cut": "  cut: {kind: reduction, by: 2, cut: 20 ktCO2e}\n",
    "past": "  past: {kind: historical, by: 3, stock: 5 ktCO2e}\n",
    "soft": "  soft: {kind: reduction, by: 3, cut: 35 ktCO2e, penalty: 400 CNY/tCO2e}\n",
}
LIMIT = "budgets: {b: {limit: 14 MCNY}}\n"
CREWS = "resources: {crews: {limit: 1}}\n"
HEAD = """
projects:
  lots: {kind: upgrade, units: {max: 5}, capex: 8 MCNY, abates: {site: 10 ktCO2e}, uses: {crews: 1}}
  kiln: {kind: upgrade, capex: 15 MCNY, abates: {site: 20 ktCO2e}}
  wood: {kind: sink, capex: 5 MCNY, removal: 5 ktCO2e, durable: true, committed: true}
discount_rate: 5 %
"""


def text(**changed: str) -> str:
    parts = {"budget": LIMIT, "crews": CREWS, **TARGETS} | changed
    targets = "".join(parts[name] for name in TARGETS)
    return HEAD + parts["budget"] + parts["crews"] + f"targets:\n{targets}"


def test_full_costs_agree_with_solving_without(tmp_path):
    """Every target, hard or soft, the budget, the crews and the commitment, each against the file without it."""
    case = case_of(text(), tmp_path)
    plan = answer(case.instance, LIMITS)
    found = {(c.item.kind, c.item.id): c for c in full_costs(case, plan, LIMITS)}
    gone = {
        ("target", "cut"): text(cut=""),
        ("target", "past"): text(past=""),
        ("target", "soft"): text(soft=""),
        ("budget", "b"): text(budget=""),
        ("resource", "crews"): text(crews="resources: {crews: {limit: 99}}\n"),
        ("commitment", "wood"): text().replace(", committed: true", ""),
    }
    assert set(found) == set(gone)
    for key, content in gone.items():
        assert found[key].saved == pytest.approx(plan.objective - least_cost(content, tmp_path), abs=1e-6), key
        assert found[key].known
    assert found["target", "cut"].saved > 1
    assert found["budget", "b"].saved > 0.1


def test_both_numbers_stand_side_by_side(tmp_path):
    """Any size at 2 MCNY per kt: at the margin a kt is worth 2, in full the 20 kt are worth 40."""
    content = """
projects: {s: {kind: upgrade, size: {max: 50 MW}, capex: 2 MCNY/MW, abates: {site: 1 ktCO2e/MW}}}
targets: {cut: {kind: reduction, in: 3, cut: 20 ktCO2e}}
"""
    case = case_of(content, tmp_path)
    plan = answer(case.instance, LIMITS)
    (cost,) = full_costs(case, plan, LIMITS)
    assert cost.margin is not None
    assert (cost.margin.value, cost.saved) == (pytest.approx(2), pytest.approx(40))


def test_a_deadline_later_and_earlier(tmp_path):
    """The same target by another year, against a file that says so."""
    case = case_of(text(budget=""), tmp_path)
    plan = answer(case.instance, LIMITS)
    found = {c.change: c.saved for c in delays(case, plan, "cut", LIMITS)}
    later = text(budget="", cut=TARGETS["cut"].replace("by: 2", "by: 3"))
    assert found["by 3"] == pytest.approx(plan.objective - least_cost(later, tmp_path), abs=1e-6)
    earlier = text(budget="", cut=TARGETS["cut"].replace("by: 2", "by: 1"))
    assert found["by 1"] == pytest.approx(plan.objective - least_cost(earlier, tmp_path), abs=1e-6)
    assert found["by 3"] > 0 > found["by 1"]
    assert "by 4" not in found  # the horizon ends in 3


@pytest.mark.parametrize(("name", "words"), [("kut", "no such target; it has cut, past"), ("sum", "no `by`")])
def test_what_cannot_be_delayed(name, words, tmp_path):
    content = text(soft="  sum: {kind: carbon_budget, years: [1, 3], at_most: 290 ktCO2e}\n")
    case = case_of(content, tmp_path)
    plan = answer(case.instance, LIMITS)
    with pytest.raises(UsageError, match=words):
        list(delays(case, plan, name, LIMITS))
