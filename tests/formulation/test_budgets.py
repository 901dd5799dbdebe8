"""Budgets: no year spends more than it has, unspent money may move on, windows are sums of years."""

import pytest

from tests.helpers import instance_of, least_cost, refused, solved, starts


def one(budget: str, capex: float, year: int = 3, more: str = "") -> str:
    """A project that must pay its capex in one given year, under one budget."""
    return f"""
projects: {{p: {{kind: programme, start: {year}, capex: {capex} MCNY, committed: true}}{more}}}
budgets: {{b: {budget}}}
"""


def two(budget: str, by: int = 2, head: str = "") -> str:
    """Two projects of 10 MCNY, both of which must have started by a year; every year of operation costs 1."""
    return f"""{head}
projects:
  a: {{kind: upgrade, capex: 10 MCNY, opex: 1 MCNY, abates: {{site: 10 ktCO2e}}}}
  b: {{kind: upgrade, capex: 10 MCNY, opex: 1 MCNY, abates: {{site: 10 ktCO2e}}}}
budgets: {{b: {budget}}}
targets: {{cap: {{kind: reduction, by: {by}, cut: 20 ktCO2e}}}}
"""


def test_a_year_spends_no_more_than_its_limit(tmp_path):
    """Both by year 2 on 10 MCNY a year: one a year early, 20 + 2 x 2 + 1 = 25. On 20 it is 24; by year 1, no plan."""
    assert least_cost(two("{limit: 20 MCNY}"), tmp_path) == pytest.approx(24)
    result = solved(two("{limit: 10 MCNY}"), tmp_path)
    assert result.plan.objective == pytest.approx(25)
    assert {year for _, year in starts(result)} == {1, 2}
    refused(two("{limit: 10 MCNY}", by=1), tmp_path)
    refused(two("{limit: 9.99 MCNY}"), tmp_path)


def test_the_limit_is_a_path(tmp_path):
    """{1: 10, 3: 20} is 15 in year 2: one project in year 1, the other in year 2 or both in year 3, not both in 2."""
    assert least_cost(two("{limit: {1: 10 MCNY, 3: 20 MCNY}}"), tmp_path) == pytest.approx(25)
    assert least_cost(two("{limit: {1: 10 MCNY, 3: 20 MCNY}}", by=3), tmp_path) == pytest.approx(22)
    refused(two("{limit: {1: 5 MCNY, 3: 25 MCNY}}"), tmp_path)


@pytest.mark.parametrize(("carry", "available"), [("100 %", 30), ("50 %", 17.5), ("10 %", 11.1), ("0 %", 10)])
def test_carry_over_is_a_chain(carry, available, tmp_path):
    """10 a year, nothing spent before year 3: at 50 % it has 10 + 0.5 x (10 + 0.5 x 10) = 17.5.

    Proves that what was kept is kept again in part; if only last year's limit moved on it would be 15, not 17.5.
    """
    budget = f"{{limit: 10 MCNY, carry_over: {carry}}}"
    assert least_cost(one(budget, available), tmp_path) == pytest.approx(available)
    refused(one(budget, available + 0.01), tmp_path)


def test_what_is_spent_is_not_carried(tmp_path):
    """5 spent in year 1 at 50 %: 10 + 0.5 x (10 + 0.5 x (10 - 5)) = 16.25 are there in year 3, not 17.5."""
    budget = "{limit: 10 MCNY, carry_over: 50 %}"
    early = ", q: {kind: programme, start: 1, capex: 5 MCNY, committed: true}"
    assert least_cost(one(budget, 16.25, more=early), tmp_path) == pytest.approx(21.25)
    refused(one(budget, 16.26, more=early), tmp_path)


def test_carried_money_pays_no_earlier_year(tmp_path):
    """Money moves forwards only: 11 in year 1 are too much, whatever later years leave."""
    refused(one("{limit: 10 MCNY, carry_over: 100 %}", 11, year=1), tmp_path)


def test_capex_budgets_see_capex_and_cash_budgets_all(tmp_path):
    """Capex 10 and opex 3 in the start year: 10 of capex, 13 of cash; with a saving of 3, 10 of capex, 7 of cash."""
    text = one("{limit: 10 MCNY}", 10).replace("capex:", "opex: 3 MCNY, capex:")
    cash = text.replace("limit", "covers: cash, limit")
    assert least_cost(text, tmp_path) == pytest.approx(13)
    refused(cash, tmp_path)
    assert least_cost(cash.replace("limit: 10", "limit: 13"), tmp_path) == pytest.approx(13)
    saving = cash.replace("opex: 3", "opex: -3").replace("limit: 10", "limit: 7")
    assert least_cost(saving, tmp_path) == pytest.approx(7)
    refused(saving.replace("covers: cash, ", ""), tmp_path)


def test_cash_counts_energy_and_income(tmp_path):
    """10 MW make 10 GWh for 10 MCNY; used on site they save 4, sold they earn 3: cash of the first year is 6 or 7."""
    text = """
sources: {power: {scope: 2, activity: 100 GWh, factor: 0.5 tCO2e/MWh}}
projects: {pv: {kind: facility, start: 1, committed: true, capex: 10 MCNY, yield: 10 GWh, OUTLET}}
budgets: {b: {limit: LIMIT MCNY, covers: cash}}
"""
    for outlet, cash in (("supplies: power, price: 0.4 CNY/kWh", 6), ("sells: 0.3 CNY/kWh", 7)):
        asked = text.replace("OUTLET", outlet)
        assert solved(asked.replace("LIMIT", str(cash)), tmp_path).accounts.budgets["b"]["spend"][0] == cash
        refused(asked.replace("LIMIT", str(cash - 0.01)), tmp_path)


def test_income_of_a_cash_budget_moves_on(tmp_path):
    """A saving of 4 a year from year 1 swells a cash budget of 10 to 14 + 14 + 14 by year 3.

    A second project may then cost 42 in year 3; if spending below zero were forgotten, 30 would be the most.
    """
    more = ", q: {kind: programme, start: 1, opex: -4 MCNY, committed: true}"
    budget = "{limit: 10 MCNY, covers: cash, carry_over: 100 %}"
    assert least_cost(one(budget, 42, more=more), tmp_path) == pytest.approx(42 - 12)
    refused(one(budget, 42.01, more=more), tmp_path)


def test_a_window_is_any_years_in_a_row(tmp_path):
    """15 in any two years: two projects of 10 must lie two years apart, in years 1 and 3; by year 2 there is no plan.

    If the window reset every second year, years 2 and 3 would do.
    """
    result = solved(two("{limit: 15 MCNY, window: 2}", by=3), tmp_path)
    assert {year for _, year in starts(result)} == {1, 3}
    refused(two("{limit: 15 MCNY, window: 2}"), tmp_path)
    assert least_cost(two("{limit: 20 MCNY, window: 2}"), tmp_path) == pytest.approx(24)


def test_a_window_that_begins_before_the_horizon_has_its_whole_limit(tmp_path):
    """Year 1 has the whole of a five-year limit, because nothing was spent before; so has a window wider than all."""
    assert least_cost(one("{limit: 15 MCNY, window: 5}", 15, year=1), tmp_path) == pytest.approx(15)
    refused(one("{limit: 15 MCNY, window: 5}", 15.01, year=1), tmp_path)
    refused(two("{limit: 15 MCNY, window: 9}", by=3), tmp_path)


def test_the_limit_of_a_window_is_that_of_its_last_year(tmp_path):
    """10 in year 2 and 10 in year 3, window 2: a limit that rises from 10 to 20 allows it, one that falls does not."""
    rising = "{limit: {2: 10 MCNY, 3: 20 MCNY}, window: 2}"
    falling = "{limit: {2: 20 MCNY, 3: 10 MCNY}, window: 2}"
    both = ", q: {kind: programme, start: 2, capex: 10 MCNY, committed: true}"
    assert least_cost(one(rising, 10, more=both), tmp_path) == pytest.approx(20)
    refused(one(falling, 10, more=both), tmp_path)


def test_a_window_of_one_year_is_a_year(tmp_path):
    assert least_cost(two("{limit: 10 MCNY, window: 1}"), tmp_path) == pytest.approx(25)


FILTERS = """
entities: {group: {}, yard: {parent: group}, dock: {parent: yard}, sea: {parent: group}}
projects:
  a: {kind: programme, start: 1, entity: dock, capex: 10 MCNY, committed: true, tags: [green, new]}
  b: {kind: programme, start: 1, entity: sea, capex: 20 MCNY, committed: true, tags: [green]}
  c: {kind: programme, start: 1, entity: group, capex: 40 MCNY, committed: true}
budgets: {b: {FILTER limit: LIMIT MCNY}}
"""


@pytest.mark.parametrize(
    ("filters", "spend"),
    [
        ("", 70),
        ("entity: group,", 70),
        ("entity: yard,", 10),
        ("entity: sea,", 20),
        ("tags: green,", 30),
        ("tags: [green, new],", 30),
        ("projects: [a, c],", 50),
        ("entity: sea, tags: new,", 0),
        ("entity: yard, tags: green, projects: [a, b],", 10),
    ],
)
def test_a_budget_covers_what_passes_all_its_filters(filters, spend, tmp_path):
    """Spending 10 in the dock below the yard, 20 at sea, 40 in the group: the sum of what every filter lets through."""
    text = FILTERS.replace("FILTER", filters)
    result = solved(text.replace("LIMIT", str(spend)), tmp_path)
    assert result.accounts.budgets["b"]["spend"].tolist() == [spend, 0, 0]
    if spend:
        refused(text.replace("LIMIT", str(spend - 1)), tmp_path)


def test_each_of_several_budgets_binds(tmp_path):
    """A group limit of 20 and one of 10 for `a` and `b`: the narrower one decides, 25 and not 24."""
    text = two("{limit: 20 MCNY}, narrow: {projects: [a, b], limit: 10 MCNY}")
    assert least_cost(text, tmp_path) == pytest.approx(25)


def test_a_lead_time_spreads_what_a_budget_sees(tmp_path):
    """20 MCNY over two years are 10 a year; in one year they are 20, and too much."""
    text = one("{limit: 10 MCNY}", 20, year=1)
    assert least_cost(text.replace("capex:", "lead_time: 2, capex:"), tmp_path) == pytest.approx(20)
    refused(text.replace("capex:", "lead_time: 1, capex:"), tmp_path)


CREDITS = """
entities: {group: {}, yard: {parent: group}}
sources: {site: {entity: yard, scope: 1, baseline: 20 ktCO2e}}
projects: {p: {kind: programme, entity: group, tags: [green]}}
budgets: {b: {BUDGET}}
targets: {net: {kind: neutrality, entity: TARGET, in: 3, credits: 100 %, credit_price: 100 CNY/tCO2e}}
"""


@pytest.mark.parametrize(
    ("budget", "target", "weighs"),
    [
        ("covers: cash, limit: LIMIT MCNY", "group", True),
        ("covers: cash, entity: group, limit: LIMIT MCNY", "yard", True),
        ("covers: cash, entity: yard, limit: LIMIT MCNY", "yard", True),
        ("covers: cash, entity: yard, limit: LIMIT MCNY", "group", False),
        ("covers: cash, tags: green, limit: LIMIT MCNY", "group", False),
        ("covers: cash, projects: p, limit: LIMIT MCNY", "group", False),
        ("covers: capex, limit: LIMIT MCNY", "group", False),
    ],
)
def test_credits_weigh_on_cash_budgets_that_cover_their_target(budget, target, weighs, tmp_path):
    """20 kt at 100 CNY/t are 2 MCNY of cash in year 3; capex, tags, projects and narrower entities do not see them."""
    text = CREDITS.replace("BUDGET", budget).replace("TARGET", target)
    spend = solved(text.replace("LIMIT", "2"), tmp_path).accounts.budgets["b"]["spend"]
    assert spend.tolist() == [0, 0, 2 if weighs else 0]
    if weighs:
        refused(text.replace("LIMIT", "1.99"), tmp_path)
    else:
        assert least_cost(text.replace("LIMIT", "0"), tmp_path) == pytest.approx(2)


def test_a_limit_that_is_absent_is_no_limit(tmp_path):
    """Proves that no number stands in for a limit: without budgets the largest sums go through."""
    text = "projects: {p: {kind: programme, committed: true, capex: 1e12 MCNY}}"
    assert instance_of(text, tmp_path).budgets == ()
    assert least_cost(text, tmp_path) == pytest.approx(1e12)
