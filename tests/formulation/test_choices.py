"""Choices: exclusions and groups count a project once, however many units of it start."""

import pytest

from tests.helpers import least_cost, refused, solved, starts


def pair(extra: str, cut: int, a: str = "units: {max: 4}", b: str = "units: {max: 2}") -> str:
    """`a` at 10 and `b` at 8 MCNY per lot of 10 kt."""
    return f"""
projects:
  a: {{kind: upgrade, {a}, capex: 10 MCNY, abates: {{site: 10 ktCO2e}}}}
  b: {{kind: upgrade, {b}, capex: 8 MCNY, abates: {{site: 10 ktCO2e}}}}
{extra}
targets: {{cap: {{kind: reduction, by: 2, cut: {cut} ktCO2e}}}}
"""


ONE = "groups: {one: {projects: [a, b], at_most: 1}}"


def test_exclusion_of_several_units(tmp_path):
    """30 kt: two of `b` and one of `a` would be 26; together they may not be, so three of `a` are 30.

    If one unit did not count as chosen the answer would be 26, not 30. 50 kt need both: no plan.
    """
    assert least_cost(pair("", 30), tmp_path) == pytest.approx(26)
    excluding = "units: {max: 2}, excludes: [a]"
    assert starts(solved(pair("", 30, b=excluding), tmp_path)) == {("a", 2): 3}
    assert starts(solved(pair("", 20, b=excluding), tmp_path)) == {("b", 2): 2}
    refused(pair("", 50, b=excluding), tmp_path)


def test_exclusion_works_both_ways(tmp_path):
    """Proves that it does not matter which of the two names the other."""
    assert least_cost(pair("", 30, a="units: {max: 4}, excludes: b"), tmp_path) == pytest.approx(30)


def test_exclusion_over_the_years(tmp_path):
    """Not even in different years: 10 kt by year 1 and 20 by year 3 are two of `b`, never one of each."""
    text = pair("", 10, a="start: 1", b="start: 3, excludes: a").replace("by: 2", "by: 1")
    assert least_cost(text, tmp_path) == pytest.approx(10)
    refused(text.replace("targets: {", "targets: {more: {kind: reduction, by: 3, cut: 20 ktCO2e}, "), tmp_path)


def test_exclusion_of_any_size(tmp_path):
    """A crumb of a size counts as chosen: 5 kt from `a` by size exclude `b`, which is cheaper but too small."""
    text = """
projects:
  a: {kind: upgrade, size: {max: 4 MW}, capex: 10 MCNY/MW, abates: {site: 10 ktCO2e/MW}}
  b: {kind: upgrade, capex: 8 MCNY, abates: {site: 10 ktCO2e}, excludes: a}
targets: {cap: {kind: reduction, by: 2, cut: 15 ktCO2e}}
"""
    assert least_cost(text.replace(", excludes: a", ""), tmp_path) == pytest.approx(13)
    assert least_cost(text, tmp_path) == pytest.approx(15)
    refused(text.replace("cut: 15", "cut: 45"), tmp_path)


def test_at_most_counts_projects_not_units(tmp_path):
    """At most one of two: four lots of `a` are one choice. If units counted, 30 kt would be out of reach."""
    assert least_cost(pair(ONE, 30), tmp_path) == pytest.approx(30)
    refused(pair(ONE, 50), tmp_path)
    assert least_cost(pair("groups: {two: {projects: [a, b], at_most: 2}}", 50), tmp_path) == pytest.approx(46)


def test_at_most_none(tmp_path):
    """`at_most: 0` closes the group: nothing of it starts, and a promise that needs it cannot be kept."""
    none = "groups: {none: {projects: [a, b], at_most: 0}}"
    assert least_cost(pair(none, 0), tmp_path) == 0
    refused(pair(none, 10), tmp_path)


def test_at_least_counts_projects_not_units(tmp_path):
    """At least two projects and nothing promised: one lot of each, 18. If units counted, two of `b` would do for 16."""
    both = "groups: {both: {projects: [a, b], at_least: 2}}"
    assert least_cost(pair(both, 0), tmp_path) == pytest.approx(18)
    assert least_cost(pair(both.replace("2", "1"), 0), tmp_path) == pytest.approx(8)
    refused(pair(both, 0, b="units: {max: 2}, excludes: a"), tmp_path)


def test_at_least_with_a_least_size(tmp_path):
    """A size counts from its `min`: 2 MW at 3 are 6, cheaper than 10. If a crumb counted, the answer would be 0."""
    text = """
projects:
  a: {kind: upgrade, size: {min: 2 MW, max: 5 MW}, capex: 3 MCNY/MW}
  b: {kind: upgrade, capex: 10 MCNY}
groups: {one: {projects: [a, b], at_least: 1}}
"""
    assert least_cost(text, tmp_path) == pytest.approx(6)
    assert least_cost(text.replace("at_least: 1", "at_least: 2"), tmp_path) == pytest.approx(16)


def test_between_two_and_two(tmp_path):
    """At least two and at most two of three that cost 1, 2 and 4 and save 3 a year: the two cheapest, not all.

    1 + 2 - 3 x 6 = -15; all three would be -20.
    """
    text = """
projects:
  a: {kind: programme, capex: 1 MCNY, opex: -3 MCNY}
  b: {kind: programme, capex: 2 MCNY, opex: -3 MCNY}
  c: {kind: programme, capex: 4 MCNY, opex: -3 MCNY}
groups: {two: {projects: [a, b, c], at_least: 2, at_most: 2}}
"""
    assert least_cost(text, tmp_path) == pytest.approx(-15)
