"""Spending: what a start costs in which year, over its whole life."""

import pytest

from tests.helpers import least_cost, solved


def paid(entry: str, tmp_path, kind: str = "capex", head: str = "") -> list[float]:
    """Money of one kind by year for one committed project over four years."""
    text = f"""{head}
horizon: {{first: 1, last: 4}}
projects: {{p: {{kind: programme, committed: true, {entry}}}}}
"""
    result = solved(text, tmp_path)
    flows = result.accounts.money[kind]["p"]
    assert result.accounts.objective == pytest.approx(result.plan.objective)
    return [round(float(v), 9) for v in flows]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("start: 1, capex: 20 MCNY", [20, 0, 0, 0]),
        ("start: 1, lead_time: 0, capex: 20 MCNY", [20, 0, 0, 0]),
        ("start: 1, lead_time: 1, capex: 20 MCNY", [20, 0, 0, 0]),
        ("start: 1, lead_time: 2, capex: 20 MCNY", [10, 10, 0, 0]),
        ("start: 2, lead_time: 3, capex: 30 MCNY", [0, 10, 10, 10]),
        ("start: 4, lead_time: 2, capex: 20 MCNY", [0, 0, 0, 10]),
        ("start: 1, lead_time: 2, capex: 20 MCNY, capex_profile: [75 %, 25 %]", [15, 5, 0, 0]),
        ("start: 2, lead_time: 1, capex: 20 MCNY, capex_profile: [50 %, 30 %, 20 %]", [0, 10, 6, 4]),
        ("start: 1, capex: [12 MCNY, 8 MCNY]", [12, 8, 0, 0]),
        ("start: 3, lead_time: 1, capex: [5 MCNY, 4 MCNY, 3 MCNY]", [0, 0, 5, 4]),
    ],
)
def test_capex_by_lead_time_profile_and_list(entry, expected, tmp_path):
    """Even over the lead time (in the start year if that is 0), by profile, or as listed; the horizon cuts it off."""
    assert paid(entry, tmp_path) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("start: 1, life: 2, renew: true, capex: 10 MCNY", [10, 0, 10, 0]),
        ("start: 2, life: 1, renew: true, capex: 10 MCNY", [0, 10, 10, 10]),
        ("start: 1, lead_time: 2, life: 2, renew: true, capex: 10 MCNY", [5, 5, 5, 5]),
        ("start: 1, lead_time: 2, life: 1, renew: true, capex: 10 MCNY", [5, 10, 10, 10]),
        ("start: 1, life: 2, capex: 10 MCNY", [10, 0, 0, 0]),
    ],
)
def test_a_renewal_begins_one_life_after_the_last(entry, expected, tmp_path):
    """The next cycle begins in v + life, so that operation goes on without a gap; cycles may overlap in their money."""
    assert paid(entry, tmp_path) == pytest.approx(expected)


def test_operation_goes_on_over_a_renewal(tmp_path):
    """Opex of 1 in every year from 2 on (lead time 1, life 1, renewed); without renewal in year 2 alone."""
    entry = "start: 1, lead_time: 1, life: 1, opex: 1 MCNY"
    assert paid(entry + ", renew: true", tmp_path, "opex") == [0, 1, 1, 1]
    assert paid(entry, tmp_path, "opex") == [0, 1, 0, 0]


def test_cost_trend_moves_each_cycle_from_the_price_year(tmp_path):
    """-10 % a year from price year 1: a start in 3 costs 0.81 of 10; a cycle pays the price of the year it begins.

    If the second year of a lead time had its own price, the second pair would be 5 and 4.5, not 5 and 5.
    """
    assert paid("start: 3, capex: 10 MCNY, cost_trend: -10 %", tmp_path) == pytest.approx([0, 0, 8.1, 0])
    assert paid("start: 1, lead_time: 2, capex: 10 MCNY, cost_trend: -10 %", tmp_path) == pytest.approx([5, 5, 0, 0])
    renewed = "start: 1, life: 2, renew: true, capex: 10 MCNY, cost_trend: -10 %"
    assert paid(renewed, tmp_path) == pytest.approx([10, 0, 8.1, 0])
    assert paid(renewed, tmp_path, head="price_year: 0") == pytest.approx([9, 0, 7.29, 0])
    assert paid("start: 1, capex: [10 MCNY, 20 MCNY], cost_trend: 50 %", tmp_path, head="price_year: 0") == [
        15,
        30,
        0,
        0,
    ]


@pytest.mark.parametrize(
    ("opex", "expected"),
    [
        ("2 MCNY", [0, 2, 2, 2]),
        ("-2 MCNY", [0, -2, -2, -2]),
        ("{2: 2 MCNY, 4: 6 MCNY}", [0, 2, 4, 6]),
        ("{start: 10 MCNY, growth: 10 %}", [0, 11, 12.1, 13.31]),
        ("[5 MCNY, 3 MCNY]", [0, 5, 3, 0]),
        ("[5 MCNY, 3 MCNY, 2 MCNY, 1 MCNY]", [0, 5, 3, 2]),
    ],
)
def test_opex_by_path_and_by_list(opex, expected, tmp_path):
    """A path goes by the calendar, a list by the year of operation; beyond a list nothing is paid."""
    assert paid(f"start: 1, lead_time: 1, opex: {opex}", tmp_path, "opex") == pytest.approx(expected)


def test_an_opex_list_begins_afresh_in_every_cycle(tmp_path):
    """New equipment, new warranty: 5, 3, 5, 3. If the list ran on over the renewal it would be 5, 3, 0, 0."""
    entry = "start: 1, life: 2, renew: true, opex: [5 MCNY, 3 MCNY]"
    assert paid(entry, tmp_path, "opex") == [5, 3, 5, 3]


def test_money_is_per_unit_and_per_unit_of_size(tmp_path):
    """Three units of 10 and 1; 3 MW at 10 MCNY/MW and 1 MCNY/MW, also where the file mixes kW and MW."""
    assert paid("start: 1, units: {max: 3, min: 3}, capex: 10 MCNY, opex: 1 MCNY", tmp_path) == [30, 0, 0, 0]
    for capex in ("10 MCNY/MW", "10 kCNY/kW"):
        entry = f"start: 1, size: {{max: 3000 kW, min: 3 MW}}, capex: {capex}, opex: 1 MCNY/MW"
        assert paid(entry, tmp_path) == pytest.approx([30, 0, 0, 0])
        assert paid(entry, tmp_path, "opex") == pytest.approx([3, 3, 3, 3])


def test_the_first_year_is_not_discounted(tmp_path):
    """10 in year 1 and 10 in year 2 at 10 %: 10 + 10 / 1.1 = 19.0909, not 20 and not 17.3554."""
    text = (
        "projects: {p: {kind: programme, committed: true, start: 1, lead_time: 2, capex: 20 MCNY}}\ndiscount_rate: 10 %"
    )
    assert least_cost(text, tmp_path) == pytest.approx(10 + 10 / 1.1)


SALVAGE = """
horizon: {first: 1, last: 3}
discount_rate: 10 %
salvage: HOW
projects: {p: {kind: programme, committed: true, start: 1, lead_time: 1, life: 4, capex: 100 MCNY OWN}}
"""
ANNUITY = (1 - 1.1**-2) / (1 - 1.1**-4)


@pytest.mark.parametrize(("how", "share"), [("annuity", ANNUITY), ("linear", 0.5), ("none", 0.0)])
def test_salvage_three_ways(how, share, tmp_path):
    """100 paid in year 1, operation in years 2 to 5, horizon to 3: two of four years are left, worth 1.1^-3 a piece.

    Annuity 0.5475, linear 0.5, none 0: the cost is 58.86, 62.43 or 100.
    """
    own = SALVAGE.replace("HOW", how).replace("OWN", "")
    assert least_cost(own, tmp_path) == pytest.approx(100 - 100 * share / 1.1**3)
    project = SALVAGE.replace("HOW", "none").replace("OWN", f", salvage: {how}")
    assert least_cost(project, tmp_path) == pytest.approx(100 - 100 * share / 1.1**3)
    undiscounted = own.replace("10 %", "0 %")
    assert least_cost(undiscounted, tmp_path) == pytest.approx(100 if how == "none" else 50)


def test_salvage_counts_capex_paid_within_the_horizon_only(tmp_path):
    """A start in year 3 with lead time 2 pays 50 of 100 and has all of its life left: the 50 come back, discounted.

    If the whole capex came back, spending could earn money: 50 / 1.21 - 100 / 1.331 < 0.
    """
    text = (
        SALVAGE.replace("HOW", "linear").replace("OWN", "").replace("start: 1, lead_time: 1", "start: 3, lead_time: 2")
    )
    assert least_cost(text, tmp_path) == pytest.approx(50 / 1.1**2 - 50 / 1.1**3)


def test_salvage_of_every_cycle(tmp_path):
    """Life 2, renewed in year 3, horizon to 3: the first cycle is used up, the second has one of two years left."""
    text = SALVAGE.replace("HOW", "linear").replace("OWN", "").replace("lead_time: 1, life: 4", "life: 2, renew: true")
    assert least_cost(text, tmp_path) == pytest.approx(100 + 100 / 1.1**2 - 50 / 1.1**3)


def test_without_a_life_there_is_nothing_to_salvage(tmp_path):
    text = SALVAGE.replace("HOW", "linear").replace("OWN", "").replace(", life: 4", "")
    assert least_cost(text, tmp_path) == pytest.approx(100)


def test_salvage_decides_when_to_start(tmp_path):
    """Needed by year 3; with linear salvage of a life of 3 a start in year 3 costs 30 - 20 = 10, in year 1 all 30.

    Proves that the solver sees salvage: a saving of 5 a year argues for year 1 (30 - 15 = 15), salvage for
    year 3 (10 - 5 = 5).
    """
    text = """
salvage: linear
projects: {p: {kind: upgrade, life: 3, capex: 30 MCNY, opex: -5 MCNY, abates: {site: 10 ktCO2e}}}
targets: {cap: {kind: reduction, in: 3, cut: 10 ktCO2e}}
"""
    assert least_cost(text, tmp_path) == pytest.approx(5)
    assert least_cost(text.replace("linear", "none"), tmp_path) == pytest.approx(15)
