"""Taxes: what capex, in equal parts over the life, and interest take off the tax."""

import pytest

from tests.fleets import service
from tests.helpers import least_cost, solved

TEXT = """
horizon: {{first: 1, last: {last}}}
{head}
projects: {{p: {{kind: programme, start: 1, committed: true, capex: 100 MCNY, {terms}}}}}
tax: {{rate: 25 %, depreciation: straight line {tax}}}
"""


def text(terms: str = "", last: int = 6, tax: str = "", head: str = "") -> str:
    """A project of 100 at a tax rate of 25 %."""
    return TEXT.format(terms=terms, last=last, tax=f", {tax}" if tax else "", head=head)


def test_capex_is_written_off_over_the_life(tmp_path):
    """Life 4 from year 2 (lead time 1): 25 a year are written off in years 2 to 5, 6.25 of tax less each: 75 in all."""
    result = solved(text("lead_time: 1, life: 4"), tmp_path)
    assert result.plan.objective == pytest.approx(75)
    assert result.accounts.total("tax").tolist() == pytest.approx([0, -6.25, -6.25, -6.25, -6.25, 0])


def test_the_tax_office_may_have_years_of_its_own(tmp_path):
    """Two years instead of the life: 12.5 less in years 1 and 2; at 10 % that is worth 12.5 + 12.5 / 1.1."""
    assert least_cost(text("life: 4", tax="years: 2", head="discount_rate: 10 %"), tmp_path) == pytest.approx(
        100 - 12.5 - 12.5 / 1.1
    )


def test_what_is_not_written_off_goes_when_the_horizon_ends(tmp_path):
    """Life 4, horizon 2: 50 of the book are left. Without salvage they are written off at once, 75 in all; a salvage
    of 50 is what the book says, so there is no gain: 100 - 12.5 - 50 = 37.5."""
    assert least_cost(text("life: 4", last=2), tmp_path) == pytest.approx(75)
    assert least_cost(text("life: 4, salvage: linear", last=2), tmp_path) == pytest.approx(37.5)


def test_a_gain_on_the_book_is_taxed(tmp_path):
    """Written off in one year, worth 50 after two: the 50 are a gain, and 12.5 of tax: 100 - 25 - 50 + 12.5."""
    assert least_cost(text("life: 4, salvage: linear", last=2, tax="years: 1"), tmp_path) == pytest.approx(37.5)


def test_without_a_life_it_is_written_off_by_the_end(tmp_path):
    """Lead time 2 and four years: 50 in each of years 3 and 4."""
    result = solved(text("lead_time: 2", last=4), tmp_path)
    assert result.accounts.total("tax").tolist() == pytest.approx([0, 0, -12.5, -12.5])


def test_every_renewal_is_written_off(tmp_path):
    """Life 2, renewed in years 3 and 5 of five: 100 + 100 + 100, the last one half written off, half left."""
    result = solved(text("life: 2, renew: true", last=5), tmp_path)
    assert result.accounts.total("tax").tolist() == pytest.approx([-12.5] * 5)
    assert result.plan.objective == pytest.approx(300 - 75)


def test_research_makes_less_to_write_off(tmp_path):
    """Half the capex, half the write-off: 50 x 75 %."""
    one = text("life: 2").replace("projects: {", "projects: {r: {kind: research, lowers_capex: {p: 50 %}}, ")
    assert least_cost(one.replace("r: {", "r: {start: 1, committed: true, "), tmp_path) == pytest.approx(37.5)


def test_opex_and_savings_count_only_where_asked_for(tmp_path):
    """A saving of 10 in each of six years: untaxed 75 - 60; with `operating` 15 of it are tax."""
    assert least_cost(text("opex: -10 MCNY"), tmp_path) == pytest.approx(15)
    assert least_cost(text("opex: -10 MCNY", tax="operating: true"), tmp_path) == pytest.approx(30)


LOAN = (
    "finance: {d: {kind: bond, issue: 1, rate: 8 %, tenor: 3, fee: 1 %, ticket: [50 MCNY, 50 MCNY], committed: true}}"
)


def test_interest_lowers_the_tax(tmp_path):
    """50 at 8 % for three years: 12 of interest, 3 less tax; the fee of 0.5 takes nothing off."""
    result = solved(text() + LOAN, tmp_path)
    assert result.plan.objective == pytest.approx(75 + 0.5 + 12 - 3)
    assert least_cost(text(last=2) + LOAN, tmp_path) == pytest.approx(75 + 0.5 + 0.75 * 8)


def test_interest_earned_is_taxed(tmp_path):
    """50 put away for a year at 8 %: 4 earned, 3 after tax."""
    spare = "finance: {d: {kind: deposit, issue: 1, rate: 8 %, ticket: [0 MCNY, 50 MCNY]}}"
    assert least_cost(text() + spare, tmp_path) == pytest.approx(75 - 3)


def test_a_step_up_is_interest(tmp_path):
    """1 % more on 50 for three years: 1.5, or 1.125 after tax."""
    linked = LOAN.replace("kind: bond", "kind: sustainability_linked, target: t, step_up: 1 %")
    target = "\ntargets: {t: {kind: reduction, by: 1, cut: 10 %, penalty: 0 CNY/tCO2e}}"
    assert least_cost(text() + linked + target, tmp_path) == pytest.approx(75 + 0.5 + 9 + 1.125)


def test_what_is_written_off_is_fixed_in_the_money_of_its_year(tmp_path):
    """100 over two years from year 1, prices that double every year: 50 in year 1, and 50 that are worth 25 in year 2.

    12.5 + 6.25 less tax: 81.25. If it were written off in real money, it would be 75.
    """
    result = solved(text("life: 2", head="inflation: 100 %"), tmp_path)
    assert result.plan.objective == pytest.approx(81.25)
    assert result.accounts.total("tax").tolist() == pytest.approx([-12.5, -6.25, 0, 0, 0, 0])


def test_money_is_entered_in_the_year_in_which_it_is_paid(tmp_path):
    """Lead time 2, so 50 in years 1 and 2; written off in years 3 and 4; prices of 1, 2, 4, 8.

    50 + 100 are entered, 75 are written off a year, 18.75 and 9.375 in real money: a quarter of it is 7.03125.

    If all were entered in the year of the start, it would be 50 + 50, and 4.6875 less tax.
    """
    result = solved(text("lead_time: 2, life: 2", head="inflation: 100 %"), tmp_path)
    assert result.plan.objective == pytest.approx(100 - 7.03125)


def test_what_is_left_of_the_book_has_melted(tmp_path):
    """Life 4, horizon 2, prices that double: 25 and 12.5 are written off; 50 of the book are worth 12.5 in year 3.

    Without salvage all of it comes off the tax: 100 - (25 + 12.5 + 12.5) / 4. A salvage of 50 (real) is a gain of
    37.5 on that book, where without inflation it was none: 100 - 9.375 - 50 + 9.375.
    """
    melting = "inflation: 100 %"
    assert least_cost(text("life: 4", last=2, head=melting), tmp_path) == pytest.approx(87.5)
    assert least_cost(text("life: 4, salvage: linear", last=2, head=melting), tmp_path) == pytest.approx(50)


def test_capex_of_a_fleet_melts_too(tmp_path):
    """One ship changed in year 1 for 100, written off over years 2 and 3 at prices of 2 and 4: 25 and 12.5.

    9.375 less tax. In real money it would be 25 less tax.
    """
    fleet = """
horizon: {first: 1, last: 3}
inflation: 100 %
tax: {rate: 25 %}
fleets:
  ships:
    states: {old: {count: 1, emissions: 10 ktCO2e}, clean: {emissions: 1 ktCO2e}}
    changes: [{from: old, to: clean, capex: 100 MCNY, from_year: 1}]
targets: {t: {kind: reduction, sources: ships, by: 1, cut: 9 ktCO2e}}
"""
    assert least_cost(fleet, tmp_path) == pytest.approx(100 - 9.375)
    assert least_cost(fleet.replace("100 %", "0 %"), tmp_path) == pytest.approx(100 - 25)


@pytest.mark.parametrize(("covers", "limit", "binds"), [("cash", 75, True), ("capex", 100, False)])
def test_less_tax_is_cash(covers, limit, binds, tmp_path):
    """All written off in the first year: 25 less tax. A cash budget of 75 is enough, a capex budget sees all 100."""
    budget = f"\nbudgets: {{b: {{covers: {covers}, limit: {{1: {limit} MCNY, 2: 0 MCNY}}}}}}"
    result = solved(text(tax="years: 1") + budget, tmp_path)
    assert result.accounts.budgets["b"]["spend"][0] == pytest.approx(limit)
    assert binds == (covers == "cash")


FLEET = """
horizon: {first: 1, last: 4}
projects: {p: {kind: programme, start: 1, committed: true, capex: 10 MCNY, opex: -4 MCNY, salvage: none}}
fleets:
  ships:
    states: {old: {count: 1, opex: 10 MCNY}, best: {opex: 6 MCNY}}
    changes: [{from: old, to: best, capex: CAPEX MCNY, until_year: 1, salvage: none}]
tax: {rate: 50 %, years: 1, operating: true}
"""


@pytest.mark.parametrize(("capex", "cost"), [(10, -3 + 17), (15, -3 + 19.5), (17, -3 + 20)])
def test_what_a_fleet_saves_is_taxed_as_what_a_project_saves(capex, cost, tmp_path):
    """4 a year are 2 after tax, 8 in four years, and of a capex half is tax: the project costs 5 - 8 = -3.

    An old ship costs 40 less 20 of tax, a changed one 24 less 12 and half of its capex: 17 for a capex of 10, also 3
    less. From 16 on nobody changes. Were its opex untaxed, the ship of 17 would change: 24 + 8.5 against 40.
    """
    result = solved(FLEET.replace("CAPEX", str(capex)), tmp_path)
    assert result.plan.objective == pytest.approx(cost)
    assert service(result, "best")[0] == (capex < 16)


def test_fuel_and_scrap_of_a_fleet_are_taxed_where_asked_for(tmp_path):
    """A ship burns 8 a year and brings 6 in year 3: 16 - 6 in two years, half of it tax. Unasked there is no tax."""
    text = """
horizon: {first: 1, last: 4}
fleets:
  ships:
    size: {1: 1, 2: 1, 3: 0}
    states: {old: {count: 1, fuels: {oil: 8 kt}}}
    fuels: {oil: {price: 1000 CNY/t, factor: 3 tCO2e/t}}
    changes: [{from: old, to: scrap, scrap_value: 6 MCNY}]
tax: {rate: 50 %MORE}
"""
    taxed = solved(text.replace("MORE", ", operating: true"), tmp_path)
    assert taxed.accounts.total("tax").tolist() == pytest.approx([-4, -4, 3, 0])
    assert taxed.plan.objective == pytest.approx(5)
    assert least_cost(text.replace("MORE", ""), tmp_path) == pytest.approx(10)
