"""Carbon budgets: the tonnes of some years together."""

import pytest

from tests.helpers import least_cost, refused, row, solved


def total(target: str, more: str = "") -> str:
    """100 kt a year over three years; each MW takes 1 kt a year and costs 1 MCNY."""
    return f"""
projects:
  p: {{kind: upgrade, size: {{max: 50 MW}}, capex: 1 MCNY/MW, abates: {{site: 1 ktCO2e/MW}}}}
{more}
targets: {{sum: {{kind: carbon_budget, {target}}}}}
"""


WOOD = "  wood: {kind: sink, start: 1, capex: 2 MCNY, removal: {0: 0 ktCO2e, 2: 20 ktCO2e}}"


@pytest.mark.parametrize(
    ("target", "cost"),
    [
        ("years: [1, 3], at_most: 300 ktCO2e", 0),
        ("years: [1, 3], at_most: 270 ktCO2e", 10),
        ("years: [1, 3], at_most: 150 ktCO2e", 50),
        ("years: [2, 3], at_most: 170 ktCO2e", 15),
        ("years: [3, 3], at_most: 70 ktCO2e", 30),
        ("years: 3, at_most: 70 ktCO2e", 30),
    ],
)
def test_tonnes_of_the_years_together(target, cost, tmp_path):
    """What starts in year 1 counts three times: 30 kt less of 300 cost 10. In a span of two years it counts twice."""
    assert least_cost(total(target), tmp_path) == pytest.approx(cost)


def test_fifty_megawatts_are_the_end(tmp_path):
    refused(total("years: [1, 3], at_most: 149 ktCO2e"), tmp_path)
    refused(total("years: [1, 3], at_most: 170 ktCO2e").replace("size:", "start: [2, 3], size:"), tmp_path)


def test_it_may_be_kept_late(tmp_path):
    """At 100 % discount and a linear budget it pays to wait: 50 kt less cost 50/4 in year 3, 25/2 in 2, 16.67 in 1.

    Years 2 and 3 tie at 12.5, and year 1 is dearer: the budget asks for a sum, not for a year.
    """
    text = total("years: [1, 3], at_most: 250 ktCO2e") + "discount_rate: 100 %\n"
    assert least_cost(text, tmp_path) == pytest.approx(12.5)


@pytest.mark.parametrize(
    ("net", "cost"),
    [("", 10), (", net: false", 10), (", net: true", 2), (", net: true, removals: []", 10)],
)
def test_net_counts_removals_and_gross_does_not(net, cost, tmp_path):
    """A wood for 2 MCNY removes 0 + 10 + 20 kt: net, it keeps 270 by itself; gross, ten MW are needed."""
    assert least_cost(total(f"years: [1, 3], at_most: 270 ktCO2e{net}", WOOD), tmp_path) == pytest.approx(cost)


def test_removals_outside_the_years_do_not_count(tmp_path):
    """In years 1 and 2 the wood removes 10 kt of the 15 that must go: 2 + 2.5 for the rest; 7.5 without it."""
    text = total("years: [1, 2], at_most: 185 ktCO2e, net: true", WOOD)
    assert least_cost(text, tmp_path) == pytest.approx(4.5)


def test_the_row_stands_in_the_last_year(tmp_path):
    found = row(solved(total("years: [1, 2], at_most: 180 ktCO2e"), tmp_path), "sum", 2)
    assert (found.required, found.achieved, found.margin) == pytest.approx((180, 180, 0))
    assert found.rule == "gross emissions together"


def test_it_covers_scopes_and_sources(tmp_path):
    """A second source of scope 3 with 100 kt a year: 270 for scope 1 alone costs 10, for both there is no plan."""
    text = total("years: [1, 3], at_most: 270 ktCO2e, WHAT").replace(
        "projects:",
        "sources:\n  site: {scope: 1, baseline: 100 ktCO2e}\n  goods: {scope: 3, baseline: 100 ktCO2e}\nprojects:",
    )
    assert least_cost(text.replace("WHAT", "scopes: 1"), tmp_path) == pytest.approx(10)
    assert least_cost(text.replace("WHAT", "sources: site"), tmp_path) == pytest.approx(10)
    refused(text.replace("WHAT", "scopes: [1, 3]"), tmp_path)


def test_penalty_in_the_last_year(tmp_path):
    """30 kt too much at 200 CNY/t are 6 MCNY of year 3, less than the 10 of abating; discounted by 1.1^2."""
    text = total("years: [1, 3], at_most: 270 ktCO2e, penalty: 200 CNY/tCO2e") + "discount_rate: 10 %\n"
    assert least_cost(text, tmp_path) == pytest.approx(6 / 1.21)
