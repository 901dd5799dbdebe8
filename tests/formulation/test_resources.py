"""Resources: no year uses more crews than there are."""

import pytest

from tests.helpers import least_cost, refused, solved, starts


def crews(limit: str, a: str = "lead_time: 2, uses: {crews: 2}", b: str = "lead_time: 1, uses: {crews: 1}") -> str:
    """Two projects of 10 MCNY and 10 kt, both needed by year 3."""
    return f"""
resources: {{crews: {{limit: {limit}}}}}
projects:
  a: {{kind: upgrade, capex: 10 MCNY, abates: {{site: 10 ktCO2e}}, {a}}}
  b: {{kind: upgrade, capex: 10 MCNY, abates: {{site: 10 ktCO2e}}, {b}}}
targets: {{cap: {{kind: reduction, by: 3, cut: 20 ktCO2e}}}}
"""


def test_used_in_every_year_of_the_lead_time(tmp_path):
    """`a` is built in years 1 and 2 and takes two crews in both; `b` must be built in one of them with a third.

    If crews were used in the start year alone, two crews would do: `a` in year 1, `b` in year 2.
    """
    assert least_cost(crews("3"), tmp_path) == pytest.approx(20)
    refused(crews("2"), tmp_path)


def test_the_limit_is_a_path(tmp_path):
    """Three crews in year 2 alone: `b` is built then."""
    assert starts(solved(crews("{1: 2, 2: 3, 3: 2}"), tmp_path)) == {("a", 1): 1, ("b", 2): 1}
    assert starts(solved(crews("{1: 3, 2: 2}"), tmp_path)) == {("a", 1): 1, ("b", 1): 1}


def test_used_in_the_start_year_without_a_lead_time(tmp_path):
    """One crew, no lead time, 1 MCNY of opex a year: one project must start a year early, 20 + 1 + 2 = 23.

    If a lead time of 0 used nothing the answer would be 22.
    """
    now = "lead_time: 0, opex: 1 MCNY, uses: {crews: 1}"
    assert least_cost(crews("1", now, now), tmp_path) == pytest.approx(23)
    assert least_cost(crews("2", now, now), tmp_path) == pytest.approx(22)
    refused(crews("0", now, now), tmp_path)


def test_a_list_is_by_year_since_the_start(tmp_path):
    """`a` takes two crews in its first year and none in the second, so that `b` fits in with two crews."""
    listed = "lead_time: 2, uses: {crews: [2, 0]}"
    assert starts(solved(crews("2", listed), tmp_path)) == {("a", 1): 1, ("b", 2): 1}
    refused(crews("2", "lead_time: 2, uses: {crews: [2, 2]}"), tmp_path)


def test_units_use_each(tmp_path):
    """Two crews build two units a year: three units by year 1 are out of reach, by year 2 they are not."""
    text = """
resources: {crews: {limit: 2}}
projects: {a: {kind: upgrade, units: {max: 3}, capex: 10 MCNY, abates: {site: 10 ktCO2e}, uses: {crews: 1}}}
targets: {cap: {kind: reduction, by: 2, cut: 30 ktCO2e}}
"""
    assert least_cost(text, tmp_path) == pytest.approx(30)
    refused(text.replace("by: 2", "by: 1"), tmp_path)


def test_a_size_uses_per_unit_of_size(tmp_path):
    """A grid connection of 30 MW holds 30 MW of a size, in MW or as a share of each MW."""
    text = """
resources: {grid: {limit: 30 MW}}
projects: {a: {kind: upgrade, start: 1, size: {max: 50 MW}, capex: 1 MCNY/MW, abates: {site: 1 ktCO2e/MW},
               uses: {grid: 1 MW/MW}}}
targets: {cap: {kind: reduction, by: 1, cut: 30 ktCO2e}}
"""
    assert least_cost(text, tmp_path) == pytest.approx(30)
    refused(text.replace("cut: 30", "cut: 30.01"), tmp_path)


def test_every_cycle_of_a_renewed_project_uses_again(tmp_path):
    """`a` lasts a year, is renewed every year and takes the only crew each time: `b` never finds one.

    Without renewal the crew is free from year 2; if renewals used nothing it would be free as well.
    """
    a = "start: 1, lead_time: 1, life: 1, renew: true, committed: true, uses: {crews: 1}"
    text = crews("1", a).replace("cut: 20", "cut: 10").replace("abates: {site: 10 ktCO2e}, start", "start")
    refused(text, tmp_path)
    assert least_cost(text.replace("renew: true, ", ""), tmp_path) == pytest.approx(20)


def test_several_resources_bind_each_for_itself(tmp_path):
    """There are crews enough, but one dock: a second project in the same year waits for it."""
    text = crews("9", "lead_time: 1, uses: {crews: 1, dock: 1}", "lead_time: 1, uses: {dock: 1}")
    text = text.replace("resources: {", "resources: {dock: {limit: 1}, ")
    assert {year for _, year in starts(solved(text, tmp_path))} == {1, 2}
    refused(text.replace("by: 3", "by: 2"), tmp_path)
