"""Starts: whole units within the window, no more than a year allows, never taken back."""

import pytest

from tests.helpers import ask, least_cost, refused, solved, starts


def lots(amount: str, cut: int, by: int = 2) -> str:
    """A project of 10 kt and 10 MCNY per unit or MW that must reach a cut."""
    return f"""
projects: {{lots: {{kind: upgrade, {amount}}}}}
targets: {{cap: {{kind: reduction, by: {by}, cut: {cut} ktCO2e}}}}
"""


UNITS = "units: {max: 5, per_year: 2}, capex: 10 MCNY, abates: {site: 10 ktCO2e}"
SIZE = "size: {max: 5 MW, per_year: 2 MW}, capex: 10 MCNY/MW, abates: {site: 10 ktCO2e/MW}"


@pytest.mark.parametrize("amount", [UNITS, SIZE])
def test_a_year_starts_no_more_than_it_may(amount, tmp_path):
    """40 kt by year 2 at two units a year: two in year 1 and two in year 2, 40 MCNY.

    Proves per_year in the first year and between years; if it were not held, all four would start in year 2.
    """
    assert starts(solved(lots(amount, 40), tmp_path)) == pytest.approx({("lots", 1): 2, ("lots", 2): 2})
    refused(lots(amount, 41), tmp_path)


@pytest.mark.parametrize("amount", [UNITS, SIZE])
def test_no_more_than_the_largest_amount(amount, tmp_path):
    """Five units of 10 kt cut 50 in year 3; 51 is out of reach, although three years at two a year would allow six."""
    assert least_cost(lots(amount, 50, by=3), tmp_path) == pytest.approx(50)
    refused(lots(amount, 51, by=3), tmp_path)


def test_units_are_whole_and_sizes_are_not(tmp_path):
    """15 kt need 1.5 units: two whole lots cost 20, a size costs 15. If lots were divided it would be 15, not 20."""
    assert least_cost(lots(UNITS, 15), tmp_path) == pytest.approx(20)
    assert least_cost(lots(SIZE, 15), tmp_path) == pytest.approx(15)


def test_nothing_starts_outside_the_window(tmp_path):
    """The window is years 2 to 3, effects begin in year 2: a cut in year 1 cannot be had."""
    text = lots("start: [2, 3], " + UNITS, 10, by=2)
    assert starts(solved(text, tmp_path)) == {("lots", 2): 1}
    refused(text.replace("by: 2", "by: 1"), tmp_path)


@pytest.mark.parametrize(
    "amount",
    [
        "units: {max: 5, min: 3}, capex: 10 MCNY, abates: {site: 10 ktCO2e}",
        "size: {max: 5 MW, min: 3 MW}, capex: 10 MCNY/MW, abates: {site: 10 ktCO2e/MW}",
    ],
)
def test_min_binds_what_is_chosen_at_all(amount, tmp_path):
    """10 kt are wanted: three units (30) or another project (25); without another it is 30.

    Proves that `min` makes a project all or nothing; if one unit were allowed the answer would be 10, if `min`
    forced the project it would be 30 both times.
    """
    text = lots(amount, 10)
    assert least_cost(text, tmp_path) == pytest.approx(30)
    other = "{other: {kind: upgrade, capex: 25 MCNY, abates: {site: 10 ktCO2e}}, lots:"
    assert least_cost(text.replace("{lots:", other), tmp_path) == pytest.approx(25)


def test_min_may_be_reached_over_the_years_of_the_window(tmp_path):
    """Three units at one a year need three years: with a window of two years none may start at all.

    Proves that `min` holds at the end of the window, not in the first start year.
    """
    amount = "units: {max: 5, min: 3, per_year: 1}, capex: 10 MCNY, abates: {site: 10 ktCO2e}"
    found = starts(solved(lots(amount, 30, by=3), tmp_path))
    assert found == {("lots", 1): 1, ("lots", 2): 1, ("lots", 3): 1}
    refused(lots("start: [1, 2], " + amount, 10, by=3), tmp_path)


@pytest.mark.parametrize(
    ("amount", "cost"),
    [
        ("capex: 10 MCNY", 10),
        ("units: {max: 5}, capex: 10 MCNY", 10),
        ("units: {max: 5, min: 3}, capex: 10 MCNY", 30),
        ("size: {max: 5 MW}, capex: 10 MCNY/MW", 10),
        ("size: {max: 5 MW, min: 3 MW}, capex: 10 MCNY/MW", 30),
        ("size: {max: 0.5 MW}, capex: 10 MCNY/MW", 5),
        ("size: {max: 5000 kW}, capex: 10 kCNY/kW", 0.01),
    ],
)
def test_committed_projects_start_though_nothing_asks_for_them(amount, cost, tmp_path):
    """Nothing is promised, yet the least amount starts: `min`, or one unit of the size's own unit."""
    text = f"projects: {{p: {{kind: programme, committed: true, {amount}}}}}"
    assert least_cost(text, tmp_path) == pytest.approx(cost)
    assert least_cost(text.replace("committed: true, ", ""), tmp_path) == 0


def test_committed_starts_when_it_is_cheapest(tmp_path):
    """10 MCNY and 1 a year from the start: 11 in year 3, 13 in year 1; with a saving of 1 a year it is 7 in year 1."""
    text = "projects: {p: {kind: programme, committed: true, capex: 10 MCNY, opex: 1 MCNY}}"
    assert starts(solved(text, tmp_path)) == {("p", 3): 1}
    early = solved(text.replace("opex: 1", "opex: -1"), tmp_path)
    assert (starts(early), early.plan.objective) == ({("p", 1): 1}, pytest.approx(7))


def test_a_start_is_not_taken_back(tmp_path):
    """The cut is asked for in year 2 only, but what started goes on: 10 + 5 in years 2 and 3 are 20.

    If the number of units could fall again the answer would be 15, not 20; a life of one year makes it 15.
    """
    text = """
projects: {p: {kind: upgrade, capex: 10 MCNY, opex: 5 MCNY, abates: {site: 10 ktCO2e}}}
targets: {cap: {kind: reduction, in: 2, cut: 10 ktCO2e}}
"""
    assert least_cost(text, tmp_path) == pytest.approx(20)
    assert least_cost(text.replace("capex", "life: 1, capex"), tmp_path) == pytest.approx(15)


def test_a_scenario_without_projects_has_the_empty_plan(tmp_path):
    """Nothing can start: the baseline either keeps the promise at no cost, or nothing does."""
    assert least_cost("targets: {cap: {kind: reduction, by: 1, cut: 0 %}}", tmp_path) == 0
    assert ask("targets: {cap: {kind: reduction, by: 1, cut: 1 %}}", tmp_path).result is None
