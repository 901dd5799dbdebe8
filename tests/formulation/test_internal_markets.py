"""Internal markets: one cap, an allocation to each, transfers that cancel, and a price that the cap gives."""

import pytest

from tests.helpers import least_cost, refused, solved, starts

HEAD = """
horizon: {first: 1, last: LAST}
base_year: 1
entities: {group: {}, works: {parent: group}, yard: {parent: group}}
sources:
  kiln: {entity: works, scope: 1, baseline: 60 ktCO2e}
  cranes: {entity: yard, scope: 1, baseline: 40 ktCO2e}
"""
CUTS = """
projects:
  cheap: {kind: programme, entity: works, start: 1, size: {max: 30 MW}, opex: 0.05 MCNY/MW, abates: {kiln: 1 ktCO2e/MW}}
  dear: {kind: programme, entity: yard, start: 1, size: {max: 30 MW}, opex: 0.2 MCNY/MW, abates: {cranes: 1 ktCO2e/MW}}
"""
YEARLY = CUTS.replace("start: 1, ", "life: 1, ").replace("30 MW}", "60 MW, per_year: 30 MW}")
"""The same cuts, decided anew in every year."""


def inside(keys: str, last: int = 1, projects: str = CUTS) -> str:
    entities = "" if "entities:" in keys else "entities: [works, yard], "
    return f"{HEAD.replace('LAST', str(last))}{projects}markets: {{inside: {{kind: internal, {entities}{keys}}}}}\n"


def position(result, what: str, entity: str) -> list[float]:
    return [round(float(v), 6) for v in result.accounts.carbon["inside", entity][what]]


def prices(result) -> list[float]:
    """Internal carbon price by year in CNY/tCO2e."""
    return [round(v * 1e3, 6) for _, v in sorted(result.plan.carbon_prices.items())]


def test_the_group_abates_where_it_is_cheapest_and_transfers_the_rest(tmp_path):
    """A cap of 80: the works abate 20 kt at 50 CNY/t and hand 8 over, since both were given 80 % of what they emit.

    Proves that transfers pool the cap: without them the yard would pay 8 x 200 for its own.
    """
    result = solved(inside("cap: 80 %"), tmp_path)
    assert result.plan.objective == pytest.approx(20 * 0.05)
    assert (position(result, "free", "works"), position(result, "free", "yard")) == ([48], [32])
    assert (position(result, "transferred", "works"), position(result, "transferred", "yard")) == ([-8], [8])
    assert position(result, "lapsed", "works") == [0]
    assert prices(result) == [50]


def test_the_price_is_what_the_last_tonne_costs(tmp_path):
    """A cap of 60: 30 kt at 50 and 10 kt at 200 CNY/t; one more allowance would save 200."""
    result = solved(inside("cap: 60 ktCO2e"), tmp_path)
    assert result.plan.objective == pytest.approx(30 * 0.05 + 10 * 0.2)
    assert prices(result) == [200]


def test_a_cap_that_does_not_bind_has_no_price(tmp_path):
    result = solved(inside("cap: 100 ktCO2e"), tmp_path)
    assert (result.plan.objective, prices(result)) == (0, [0])
    assert position(result, "lapsed", "works") == [0]


def test_a_price_of_a_later_year_is_money_of_that_year(tmp_path):
    """At 10 % a dual of year 2 is worth 1/1.1: the price is 50 CNY/t in both years, not 45.5."""
    assert prices(solved("discount_rate: 10 %" + inside("cap: 80 %", 2, YEARLY), tmp_path)) == [50, 50]


def test_whole_projects_are_fixed_before_the_price_is_read(tmp_path):
    """A kiln of 30 kt, yes or no, meets a cap of 80 with 10 to spare: one more tonne is worth nothing then.

    Proves the caveat that stands beside the price: the average cost of 5 MCNY / 20 kt is not what it says.
    """
    projects = "projects: {new: {kind: upgrade, entity: works, start: 1, capex: 5 MCNY, abates: {kiln: 50 %}}}\n"
    result = solved(inside("cap: 80 ktCO2e", projects=projects), tmp_path)
    assert (result.plan.objective, prices(result)) == (5, [0])
    assert sum(position(result, "lapsed", e)[0] for e in ("works", "yard")) == pytest.approx(10)


@pytest.mark.parametrize(
    ("keys", "works", "yard"),
    [
        ("cap: 90 %", 54, 36),
        ("cap: 90 ktCO2e, allocation: {works: 50 %, yard: 50 %}", 45, 45),
        ("allocation: {works: 50 ktCO2e, yard: 30 ktCO2e}", 50, 30),
        ("cap: 90 %, against: baseline", 54, 36),
    ],
)
def test_allocations(keys, works, yard, tmp_path):
    """As it emits in the base year, by shares of the cap, or in tonnes whose sum is the cap; the cost is the cap's."""
    result = solved(inside(keys), tmp_path)
    assert (position(result, "free", "works"), position(result, "free", "yard")) == ([works], [yard])
    assert result.plan.objective == pytest.approx((100 - works - yard) * 0.05)


def test_an_allocation_moves_transfers_and_no_money(tmp_path):
    """However the cap is split, the group does the same and pays the same."""
    found = [solved(inside(f"cap: 80 %, allocation: {{works: {a} %, yard: {100 - a} %}}"), tmp_path) for a in (10, 90)]
    assert starts(found[0]) == starts(found[1])
    assert found[0].plan.objective == found[1].plan.objective
    assert position(found[0], "transferred", "works") == [32]
    assert position(found[1], "transferred", "works") == [-32]


@pytest.mark.parametrize(("banking", "cost"), [("", 30 * 0.05 + 10 * 0.2), (", banking: true", 40 * 0.05)])
def test_allowances_kept_save_the_dear_cut_of_later(banking, cost, tmp_path):
    """Caps of 100 and 60, undiscounted: 10 kt abated in year 1 at 50 CNY/t spare 10 kt at 200 in year 2."""
    result = solved(inside(f"cap: {{1: 100 ktCO2e, 2: 60 ktCO2e}}{banking}", 2, YEARLY), tmp_path)
    assert result.plan.objective == pytest.approx(cost)


@pytest.mark.parametrize(("keep", "cost"), [(3, 36 * 0.05 + 4 * 0.2), (4, 38 * 0.05 + 2 * 0.2), (5, 40 * 0.05)])
def test_the_holding_limit_is_one_of_each_account(keep, cost, tmp_path):
    """Caps of 100 and 60: each of the two may keep so much; 5 each are the 10 kt that are worth keeping.

    If the limit were one of the group, 5 would keep five.
    """
    keys = f"cap: {{1: 100 ktCO2e, 2: 60 ktCO2e}}, banking: {{keep: {keep} ktCO2e}}"
    assert least_cost(inside(keys, 2, YEARLY), tmp_path) == pytest.approx(cost)


def test_what_is_held_at_the_start(tmp_path):
    """3 kt each: the cap of 80 is one of 86."""
    assert least_cost(inside("cap: 80 %, banking: {keep: 0 ktCO2e, start: 3 ktCO2e}"), tmp_path) == pytest.approx(0.7)


def test_who_is_not_named_is_not_capped(tmp_path):
    """A cap of 40 for the works of 60: 20 kt are cut; the yard emits as it did."""
    assert least_cost(inside("entities: [works], cap: 40 ktCO2e"), tmp_path) == pytest.approx(1)


def test_years_without_the_market_are_free(tmp_path):
    """A cap in year 2 only: the price of other years is none, and projects wait."""
    result = solved(inside("cap: 80 %, from_year: 2, until_year: 2", last=3), tmp_path)
    assert position(result, "covered", "works") == [0, 40, 0]
    assert len(prices(result)) == 1


def test_a_cap_below_what_can_be_abated_is_named(tmp_path):
    """60 kt can go, 61 must: the market is to blame, and nothing else is."""
    conflict = refused(inside("cap: 39 ktCO2e") + "budgets: {b: {limit: 500 MCNY}}\n", tmp_path)
    assert [(i.kind, i.id) for i in conflict.items] == [("market", "inside")]
    assert conflict.sentences[0] == "Whatever is started, the cap of the internal market inside cannot hold."


def test_a_cap_and_a_budget_that_cannot_hold_together(tmp_path):
    """40 kt cost 3.5 MCNY of opex, and 3 may be spent."""
    text = inside("cap: 60 ktCO2e") + "budgets: {b: {limit: 3 MCNY, covers: cash}, c: {limit: 9 MCNY}}\n"
    conflict = refused(text, tmp_path)
    assert {(i.kind, i.id) for i in conflict.items} == {("market", "inside"), ("budget", "b")}
