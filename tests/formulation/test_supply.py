"""Supply: what a facility makes is used on site or sold, and no source gets more than it needs."""

import pytest

from tests.helpers import gross, least_cost, refused, solved


def plant(outlet: str, size: str = "size: {max: 200 MW}", more: str = "", activity: str = "100 GWh") -> str:
    """A plant of 1 GWh and 1 MCNY per MW at a source that needs 100 GWh a year (0.5 kt a GWh)."""
    return f"""
sources: {{power: {{scope: 2, activity: {activity}, factor: 0.5 tCO2e/MWh}}}}
projects:
  pv: {{kind: facility, start: 1, {size}, capex: 1 MCNY/MW, yield: 1 GWh/MW, {outlet}}}{more}
"""


def amount(result, project: str = "pv") -> float:
    return sum(s.amount for s in result.plan.decisions.starts if s.project == project)


ON_SITE = "supplies: power, price: 1 CNY/kWh"
SOLD = "sells: 0.5 CNY/kWh"


def test_output_used_on_site_saves_money_and_emissions(tmp_path):
    """Each MW costs 1 and saves 1 a year: 100 MW, 100 - 300 = -200, nothing emitted.

    Proves that output fits within the need: if it did not, 200 MW would be built for -400.
    """
    result = solved(plant(ON_SITE), tmp_path)
    assert (amount(result), result.plan.objective) == pytest.approx((100, -200))
    assert gross(result, "power") == [0, 0, 0]


def test_the_need_may_shrink(tmp_path):
    """100 GWh falling to 60: without a buyer no more than 60 MW may stand. With one, the rest of 200 is sold."""
    shrinking = "{1: 100 GWh, 3: 60 GWh}"
    assert amount(solved(plant(ON_SITE, activity=shrinking), tmp_path)) == pytest.approx(60)
    assert amount(solved(plant(ON_SITE + ", " + SOLD, activity=shrinking), tmp_path)) == pytest.approx(200)


def test_measures_shrink_the_need(tmp_path):
    """A measure that halves the power leaves 50 GWh to supply; the tonnes are those of what is supplied."""
    more = "\n  lamps: {kind: upgrade, start: 1, committed: true, abates: {power: 50 %}}"
    result = solved(plant(ON_SITE, more=more), tmp_path)
    assert amount(result) == pytest.approx(50)
    saved = more.replace("50 %", "30 GWh")
    assert amount(solved(plant(ON_SITE, more=saved), tmp_path)) == pytest.approx(70)


def test_two_plants_share_one_need(tmp_path):
    """Both would like to supply 100 GWh: together they do, and the cheaper one gets it all."""
    more = (
        "\n  wind: {kind: facility, start: 1, size: {max: 60 MW}, capex: 0.5 MCNY/MW, yield: 1 GWh/MW, " + ON_SITE + "}"
    )
    result = solved(plant(ON_SITE, more=more), tmp_path)
    assert (amount(result, "wind"), amount(result)) == pytest.approx((60, 40))


def test_an_open_split_sells_the_rest(tmp_path):
    """150 MW, 100 GWh of need: 100 used at 1, 50 sold at 0.5: 150 - 3 x (100 + 25) = -225."""
    result = solved(plant(ON_SITE + ", " + SOLD, "size: {max: 150 MW}"), tmp_path)
    assert result.plan.objective == pytest.approx(-225)
    assert [result.plan.decisions.supplied["pv", y] for y in (1, 2, 3)] == pytest.approx([100, 100, 100])
    assert result.accounts.money["income"]["pv"] == pytest.approx([-25, -25, -25])


def test_an_open_split_is_decided_year_by_year(tmp_path):
    """Selling pays 2 in year 2 alone: then all is sold and the source emits again; in the other years it is used."""
    sells = "sells: {1: 0 CNY/kWh, 2: 2 CNY/kWh, 3: 0 CNY/kWh}"
    result = solved(plant(ON_SITE + ", " + sells, "size: {max: 100 MW}"), tmp_path)
    assert gross(result, "power") == pytest.approx([0, 50, 0])
    assert result.plan.objective == pytest.approx(100 - 100 - 200 - 100)


def test_a_promise_keeps_output_on_site(tmp_path):
    """The same, with a promise to cut all power in year 2: it is used on site although selling would earn more."""
    sells = "sells: {1: 0 CNY/kWh, 2: 2 CNY/kWh, 3: 0 CNY/kWh}"
    text = plant(ON_SITE + ", " + sells, "size: {max: 100 MW}")
    result = solved(text + "targets: {cap: {kind: reduction, in: 2, cut: 100 %}}", tmp_path)
    assert gross(result, "power") == pytest.approx([0, 0, 0])
    assert result.plan.objective == pytest.approx(-200)


def test_a_given_split(tmp_path):
    """80 % on site of 100 MW: 80 used, 20 sold: 100 - 3 x (80 + 10) = -170; left open it would be all used, -200."""
    text = plant(ON_SITE + ", " + SOLD + ", self_use: 80 %", "size: {max: 100 MW}")
    result = solved(text, tmp_path)
    assert result.plan.objective == pytest.approx(-170)
    assert gross(result, "power") == pytest.approx([10, 10, 10])
    assert not result.plan.decisions.supplied


def test_a_given_split_must_fit_too(tmp_path):
    """A need of 40 GWh holds 80 % of 50 MW, and of no more."""
    text = plant(ON_SITE + ", " + SOLD + ", self_use: 80 %", activity="40 GWh")
    assert amount(solved(text, tmp_path)) == pytest.approx(50)


def test_a_plant_that_only_sells(tmp_path):
    """All output is sold: 200 MW, 200 - 3 x 100 = -100; the source goes on emitting."""
    result = solved(plant(SOLD), tmp_path)
    assert result.plan.objective == pytest.approx(-100)
    assert gross(result, "power") == pytest.approx([50, 50, 50])


def test_committed_output_that_does_not_fit_is_no_plan(tmp_path):
    """120 MW must stand, the source needs 100: with nobody to sell to no plan exists; a ramp of 80 % makes it fit."""
    text = plant("committed: true, " + ON_SITE, "size: {min: 120 MW, max: 120 MW}")
    refused(text, tmp_path)
    assert least_cost(text.replace("committed", "ramp: 80 %, committed"), tmp_path) == pytest.approx(120 - 3 * 96)


def test_what_is_sold_displaces_and_what_is_used_does_not(tmp_path):
    """150 GWh of which 100 are used: 50 GWh sold displace 50 x 0.8 = 40 kt, and no more than that is avoided."""
    text = plant(ON_SITE + ", " + SOLD + ", displaces: 0.8 tCO2e/MWh", "size: {max: 150 MW}")
    assert solved(text, tmp_path).accounts.avoided["pv"] == pytest.approx([40, 40, 40])


def test_a_promise_to_customers_takes_output_from_the_site(tmp_path):
    """48 kt avoided in year 2 need 60 GWh sold: 90 are used instead of 100, which loses 5 of the 225 that it earns."""
    text = plant(ON_SITE + ", " + SOLD + ", displaces: 0.8 tCO2e/MWh", "size: {max: 150 MW}")
    promise = "targets: {out: {kind: avoided, multiple: 1, base: 48 ktCO2e, in: 2}}"
    result = solved(text + promise, tmp_path)
    assert result.plan.objective == pytest.approx(-220)
    assert result.plan.decisions.supplied["pv", 2] == pytest.approx(90)
    refused(text + promise.replace("48", "121"), tmp_path)


def test_output_on_site_follows_the_market_factor_in_the_market_ledger(tmp_path):
    """50 of 100 GWh supplied: 25 kt left by location at 0.5, 45 by market at 0.9."""
    text = plant("committed: true, " + ON_SITE, "size: {min: 50 MW, max: 50 MW}")
    result = solved(text.replace("0.5 tCO2e/MWh}", "0.5 tCO2e/MWh, market_factor: 0.9 tCO2e/MWh}"), tmp_path)
    assert gross(result, "power")[0] == pytest.approx(25)
    assert gross(result, "power", "market")[0] == pytest.approx(45)


def test_yield_is_a_path(tmp_path):
    """1 GWh/MW falling to 0.5: 100 MW use 100, 75 and 50 GWh."""
    text = plant("committed: true, " + ON_SITE, "size: {min: 100 MW, max: 100 MW}")
    result = solved(text.replace("yield: 1 GWh/MW", "yield: {1: 1 GWh/MW, 3: 0.5 GWh/MW}"), tmp_path)
    assert gross(result, "power") == pytest.approx([0, 12.5, 25])
