"""Fleets, finance and markets in one scenario: each sees the money and the tonnes of the others."""

import pytest

from optimiser.errors import ScenarioError
from tests.fleets import begun, spent
from tests.helpers import ask, least_cost, refused, solved

SHIPS = """
sources: {}
entities: {group: {}, line: {parent: group}}
fleets:
  ships:
    entity: line
    states: {old: {count: 2, emissions: 10 ktCO2e}, best: {emissions: 2 ktCO2e}}
    changes: [{from: old, to: best, capex: 12 MCNY, tags: [green]}]
"""
MARKET = "markets: {ets: {entities: [line], price: 600 CNY/tCO2e}}\n"
BUDGET = "budgets: {yard: {tags: [green], limit: 12 MCNY}}\n"
CASH = BUDGET.replace("}}", "}, till: {covers: cash, limit: {1: %s MCNY, 2: %s MCNY, 3: %s MCNY}}}")


def bond(rate: str = "5 %", keys: str = "eligible: {tags: [green]}") -> str:
    return f"finance: {{green: {{kind: bond, rate: {rate}, tenor: 2, issue: 1, ticket: [0 MCNY, 12 MCNY], {keys}}}}}\n"


def test_a_bond_pays_for_ships_that_a_market_makes_worth_while(tmp_path):
    """A ship saves 8 kt x 600 CNY/t = 4.8 MCNY a year and costs 12: worth it in year 1 (14.4), not in year 2 (9.6).

    The budget pays for one in year 1; 12 borrowed at 5 % for two years cost 1.2 and earn 2.4 with the other one.
    Both: 24 + 3 x 4 kt x 0.6 + 1.2 = 32.4. Were the change no eligible spending, or its emissions not covered, one or
    none would change: 12 + 3 x 12 kt x 0.6 = 33.6, or 36 for both as they are.
    """
    result = solved(SHIPS + MARKET + BUDGET + bond(), tmp_path)
    assert result.plan.objective == pytest.approx(32.4)
    assert begun(result, "old to best") == {1: 2}
    assert spent(result, "capex") == [24, 0, 0]
    assert result.plan.decisions.issued == {("green", 1): pytest.approx(12)}
    assert result.plan.decisions.used == {("green", 1, "ships (green)", 1): pytest.approx(12)}
    assert result.accounts.carbon["ets", "line"]["bought"] == pytest.approx([4, 4, 4])
    assert result.accounts.money["interest"]["green"] == pytest.approx([0, 0.6, 0.6])


@pytest.mark.parametrize(
    ("finance", "cost", "ships"),
    [
        ("", 33.6, 1),
        (bond("9.9 %"), 24 + 7.2 + 2 * 1.188, 2),
        (bond("10.1 %"), 33.6, 1),
        (bond(keys="eligible: {projects: [ships]}"), 32.4, 2),
        (bond(keys="eligible: {tags: [green], entity: line}, share: 50 %"), 32.4, 2),
        (bond(keys="eligible: {tags: [green]}, share: 40 %"), 33.6, 1),
    ],
)
def test_the_second_ship_changes_where_the_bond_costs_less_than_it_earns(finance, cost, ships, tmp_path):
    """It earns 2.4; at 10 % the bond costs as much. Of a capex of 24 a share of 50 % is the 12 that are short."""
    result = solved(SHIPS + MARKET + BUDGET + finance, tmp_path)
    assert result.plan.objective == pytest.approx(cost)
    assert begun(result, "old to best") == {1: ships}


def test_a_market_price_is_the_same_as_an_opex_of_every_tonne(tmp_path):
    """600 CNY/t are 6 MCNY a year for an old ship and 1.2 for one of the best."""
    by_hand = SHIPS.replace("10 ktCO2e}", "10 ktCO2e, opex: 6 MCNY}").replace(
        "2 ktCO2e}}", "2 ktCO2e, opex: 1.2 MCNY}}"
    )
    expected = least_cost(SHIPS + MARKET + BUDGET + bond(), tmp_path)
    assert least_cost(by_hand + BUDGET + bond(), tmp_path) == pytest.approx(expected) == 32.4


def test_allowances_and_debt_service_weigh_on_cash(tmp_path):
    """Year 1: 24 + 2.4 - 12 borrowed. Year 2: 2.4 + 0.6 of interest. Year 3: 2.4 + 0.6 + 12 paid back.

    With a tenth less in any year there is no plan: each of these is cash of its year.
    """
    exact = (14.4, 3.0, 15.0)
    result = solved(SHIPS + MARKET + CASH % exact + bond(), tmp_path)
    assert result.plan.objective == pytest.approx(32.4)
    till = result.accounts.budgets["till"]
    assert till["spend"] == pytest.approx([26.4, 3.0, 15.0])
    assert till["available"] == pytest.approx([26.4, 3.0, 15.0])
    for year in range(3):
        less = [limit - (0.1 if i == year else 0) for i, limit in enumerate(exact)]
        refused(SHIPS + MARKET + CASH % tuple(less) + bond(), tmp_path)


def test_targets_of_an_entity_above_see_the_fleet(tmp_path):
    """Half the ships meet 40 % and miss 41 %; without a market nothing else makes them change."""
    target = "targets: {cap: {kind: reduction, entity: group, scopes: 1, by: 1, cut: %s}}\n"
    assert begun(solved(SHIPS + target % "40 %", tmp_path), "old to best") == {1: 1}
    assert begun(solved(SHIPS + target % "41 %", tmp_path), "old to best") == {1: 2}
    refused(SHIPS + target % "81 %", tmp_path)


def test_an_internal_cap_counts_the_fleet_and_its_worth_is_told(tmp_path):
    """12 of 20 kt a year: one ship. 11 kt: both, and to spare, so that a tonne more is worth nothing."""
    cap = "markets: {inside: {kind: internal, entities: [line], cap: %s}}\n"
    assert begun(solved(SHIPS + cap % "12 ktCO2e", tmp_path), "old to best") == {1: 1}
    result = solved(SHIPS + cap % "11 ktCO2e", tmp_path)
    assert begun(result, "old to best") == {1: 2}
    assert set(result.plan.carbon_prices.values()) <= {0.0}
    conflict = ask(SHIPS + cap % "3 ktCO2e", tmp_path).conflict
    assert [item.id for item in conflict.items] == ["inside"]


def test_a_linked_bond_looks_at_the_emissions_of_a_fleet(tmp_path):
    """A miss of 8 kt raises the rate by 1 %: 0.12 a year. With no penalty for it that is cheaper than a ship.

    Were the bound of the miss that of sources alone, none could be missed, and a ship would have to change.
    """
    text = """
finance:
  linked: {kind: sustainability_linked, rate: 0 %, tenor: 2, issue: 1, ticket: [12 MCNY, 12 MCNY], committed: true,
           target: cap, step_up: 1 %, from_year: 2}
targets: {cap: {kind: reduction, entity: line, scopes: 1, by: 2, cut: 40 %, penalty: 0 CNY/tCO2e}}
"""
    result = solved(SHIPS + text, tmp_path)
    assert result.accounts.debts["linked"].stepped_up
    assert result.plan.objective == pytest.approx(0.24)


def test_a_fleet_makes_sources_that_markets_and_targets_name(tmp_path):
    """Named `ships`, the fleet's emissions are covered; a name that nobody has is told with those that there are."""
    named = MARKET.replace("price", "sources: [ships], price")
    assert least_cost(SHIPS + named, tmp_path) == pytest.approx(24 + 7.2)
    with pytest.raises(ScenarioError, match="ship"):
        ask(SHIPS + MARKET.replace("price", "sources: [ship], price"), tmp_path)


def test_a_tag_of_a_change_is_a_tag_in_use(tmp_path):
    """Only a change is green: proceeds may go there all the same, and a budget of projects is not relieved by them."""
    project = "projects: {pump: {kind: upgrade, start: 1, capex: 5 MCNY, committed: true, tags: [green]}}\n"
    budget = "budgets: {pumps: {projects: [pump], limit: %s MCNY}}\n"
    assert least_cost(SHIPS + project + budget % 5 + bond(), tmp_path) == pytest.approx(5)
    refused(SHIPS + project + budget % 4 + bond(), tmp_path)
    only = bond(keys="eligible: {projects: [pump]}")
    assert least_cost(SHIPS + project + budget % 4 + only, tmp_path) == pytest.approx(5.1)
