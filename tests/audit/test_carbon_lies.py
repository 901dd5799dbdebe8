"""The audit of markets: a plan falsified in one carbon decision is refused in words that name the rule it breaks."""

from dataclasses import replace

import pytest

from optimiser.audit import audit
from optimiser.errors import InternalError
from tests.helpers import solved

WORLD = """
base_year: 1
entities: {group: {}, works: {parent: group}, yard: {parent: group}}
sources:
  kiln: {entity: works, scope: 1, baseline: 100 ktCO2e}
  cranes: {entity: yard, scope: 1, baseline: 50 ktCO2e}
projects:
  wood: {kind: sink, entity: yard, start: 1, committed: true, removal: 10 ktCO2e, durable: true}
  solar: {kind: facility, entity: yard, start: 1, committed: true, yield: 20 GWh, sells: 0.1 CNY/kWh,
          displaces: 0.5 tCO2e/MWh}
markets:
  ets: {entities: works, until_year: 2, price: {1: 100 CNY/tCO2e, 2: 110 CNY/tCO2e}, free_allocation: 80 %,
        banking: {keep: 3 ktCO2e, multiple: 1}, borrowing: {share: 2 %}, credits: {share: 5 %, price: 90 CNY/tCO2e},
        issues: {projects: [wood, solar], lag: 1}, certificates: {projects: solar, price: 0.01 CNY/kWh}}
  fixed: {entities: yard, price: 50 CNY/tCO2e, free_allocation: 110 %, buy: false, sell: false}
  inside: {kind: internal, entities: [works, yard], cap: 110 %, banking: {keep: 2 ktCO2e}}
targets: {past: {kind: historical, by: 3, stock: 10 ktCO2e}}
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """A plan in which something is bought, kept, credited and certified."""
    return solved(WORLD, tmp_path_factory.mktemp("carbon"))


def test_the_plan_as_it_is_passes(result):
    audit(result.instance, result.plan)


@pytest.mark.parametrize(
    ("decision", "amount", "words"),
    [
        (("bought", "ets", "works", 1), 0.0, "too few are surrendered"),
        (("bought", "ets", "works", 1), -1.0, "bought is below zero"),
        (("bought", "ets", "works", 3), 5.0, "bought in a year without a market"),
        (("bought", "fixed", "yard", 1), 5.0, "bought where that is not allowed"),
        (("sold", "fixed", "yard", 1), 2.0, "sold where that is not allowed"),
        (("banked", "ets", "works", 1), 3.5, "more is kept than may be held"),
        (("banked", "inside", "works", 1), 2.5, "more is kept than may be held"),
        (("borrowed", "ets", "works", 1), 2.5, "more is borrowed than may be"),
        (("borrowed", "ets", "works", 2), 1.0, "more is borrowed than may be"),
        (("credits", "ets", "works", 1), 5.5, "more credits than their share"),
        (("own", "ets", "works", 2), 4.0, "own credits surrendered are not those issued"),
        (("credit_sold", "ets", "wood", 1), 10.5, "more credits of wood than it earns"),
        (("credit_sold", "ets", "wood", 2), 1.0, "credits of wood that cannot be issued"),
        (("certified", "ets", "solar", 1), 5.0, "earns certificates and credits in one year"),
        (("certified", "ets", "solar", 2), 20.5, "more of solar is certified than it sells"),
        (("transferred", "inside", "works", 1), 3.0, "transfers do not cancel"),
        (("transferred", "ets", "works", 1), 3.0, "transferred where that is not allowed"),
    ],
)
def test_one_carbon_decision_is_falsified(result, decision, amount, words):
    """Each falsehood is found by the rule that it breaks, whatever else it breaks."""
    carbon = result.plan.decisions.carbon | {decision: amount}
    if words.startswith("earns"):
        carbon[("credit_sold", "ets", "solar", 1)] = 5.0
    false = replace(result.plan, decisions=replace(result.plan.decisions, carbon=carbon))
    with pytest.raises(InternalError, match=words):
        audit(result.instance, false)


def test_a_credit_sold_and_claimed(result):
    """All removals are sold: the historical target, kept by them a moment ago, is missed."""
    carbon = result.plan.decisions.carbon | {("credit_sold", "ets", "wood", y): 10.0 for y in (1, 2, 3)}
    false = replace(result.plan, decisions=replace(result.plan.decisions, carbon=carbon))
    with pytest.raises(InternalError, match="target past"):
        audit(result.instance, false)
