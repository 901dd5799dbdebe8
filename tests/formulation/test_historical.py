"""Historical emissions: durable removals add up to the stock by a year."""

import pytest

from tests.helpers import least_cost, refused, row, solved


def past(target: str, wood: str = "durable: true") -> str:
    """A wood removes 10 kt a year for 1 MCNY; stone removes 10 kt a year for 5 MCNY."""
    return f"""
entities: {{group: {{}}, yard: {{parent: group}}, road: {{parent: group}}}}
sources: {{site: {{entity: group, scope: 1, baseline: 100 ktCO2e}}}}
projects:
  wood: {{kind: sink, entity: yard, start: [1, 3], capex: 1 MCNY, removal: 10 ktCO2e, {wood}}}
  stone: {{kind: sink, entity: road, start: [1, 3], capex: 5 MCNY, removal: 10 ktCO2e, durable: true}}
targets: {{past: {{kind: historical, {target}}}}}
"""


@pytest.mark.parametrize(
    ("target", "cost"),
    [
        ("by: 3, stock: 30 ktCO2e", 1),
        ("by: 3, stock: 31 ktCO2e", 6),
        ("by: 3, stock: 60 ktCO2e", 6),
        ("by: 2, stock: 20 ktCO2e", 1),
        ("by: 2, stock: 30 ktCO2e", 6),
        ("by: 3, stock: 30 ktCO2e, removals: [stone]", 5),
        ("by: 3, stock: 30 ktCO2e, entity: road", 5),
        ("by: 3, stock: 60 ktCO2e, entity: group", 6),
    ],
)
def test_removals_add_up_by_the_year(target, cost, tmp_path):
    """One sink from year 1 removes 10, 20, 30 kt by years 1, 2, 3. If years after `by` counted, all would cost 1."""
    assert least_cost(past(target), tmp_path) == pytest.approx(cost)


def test_the_limit_of_what_can_be_removed(tmp_path):
    refused(past("by: 3, stock: 60.1 ktCO2e"), tmp_path)
    refused(past("by: 2, stock: 41 ktCO2e"), tmp_path)


def test_only_durable_sinks_count(tmp_path):
    """A wood that is not durable does not eliminate the past: stone must, for 5; beyond 30 kt nothing can."""
    assert least_cost(past("by: 3, stock: 30 ktCO2e", "durable: false"), tmp_path) == pytest.approx(5)
    assert least_cost(past("by: 3, stock: 30 ktCO2e", "buffer: 0 %"), tmp_path) == pytest.approx(5)
    refused(past("by: 3, stock: 31 ktCO2e", "durable: false"), tmp_path)


def test_a_sink_that_is_not_durable_still_makes_neutral(tmp_path):
    """Neutrality counts every sink, history the durable ones: each of the two promises its own."""
    text = past("by: 3, stock: 30 ktCO2e", "durable: false").replace("100 ktCO2e", "20 ktCO2e")
    text = text.replace("targets: {", "targets: {net: {kind: neutrality, in: 3}, ")
    assert least_cost(text, tmp_path) == pytest.approx(6)


def test_age_and_buffer(tmp_path):
    """0, 5, 10 kt by age and a buffer of 20 %: 12 kt by year 3, so that 12 cost 1; 12.1 take stone, for 5."""
    growing = "durable: true, buffer: 20 %"
    text = past("by: 3, stock: 12 ktCO2e", growing).replace(
        "removal: 10 ktCO2e", "removal: {0: 0 ktCO2e, 2: 10 ktCO2e}", 1
    )
    result = solved(text, tmp_path)
    assert result.plan.objective == pytest.approx(1)
    found = row(result, "past", 3)
    assert (found.required, found.achieved) == pytest.approx((12, 12))
    assert least_cost(text.replace("stock: 12 ", "stock: 12.1 "), tmp_path) == pytest.approx(5)


def test_penalty(tmp_path):
    """90 kt: the wood alone is 60 short, 1 + 6 at 100 CNY/t, both are 30 short, 6 + 3. At 200 CNY/t 13 and 12."""
    assert least_cost(past("by: 3, stock: 90 ktCO2e, penalty: 100 CNY/tCO2e"), tmp_path) == pytest.approx(7)
    assert least_cost(past("by: 3, stock: 90 ktCO2e, penalty: 200 CNY/tCO2e"), tmp_path) == pytest.approx(12)
