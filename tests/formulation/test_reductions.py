"""Reductions: gross emissions at or below a cap."""

import pytest

from tests.helpers import least_cost, refused, row, solved


def reduce(target: str, baseline: str = "100 ktCO2e", head: str = "") -> str:
    """Lots of 1 kt for 1 MCNY each, so that the cost is the cut that the target asks for."""
    return f"""{head}
sources: {{site: {{scope: 1, baseline: {baseline}}}}}
projects: {{p: {{kind: upgrade, units: {{max: 60}}, capex: 1 MCNY, abates: {{site: 1 ktCO2e}}}}}}
targets: {{cap: {{kind: reduction, {target}}}}}
"""


RISING = "{0: 80 ktCO2e, 1: 100 ktCO2e, 3: 120 ktCO2e}"


@pytest.mark.parametrize(
    ("target", "baseline", "cost"),
    [
        ("by: 2, cut: 30 %", "100 ktCO2e", 30),
        ("by: 2, cut: 30 ktCO2e", "100 ktCO2e", 30),
        ("by: 2, cut: 0 %", "100 ktCO2e", 0),
        ("by: 2, cut: -10 %", "{1: 100 ktCO2e, 3: 110 ktCO2e}", 0),
        ("by: 2, cut: -5 %", "{1: 100 ktCO2e, 3: 110 ktCO2e}", 5),
        ("by: 2, cut: {2: 10 %, 3: 40 %}", "100 ktCO2e", 40),
        ("by: 2, cut: {2: 40 %, 3: 10 %}", "100 ktCO2e", 40),
        ("by: 2, cut: {2: 10 ktCO2e, 3: 40 ktCO2e}", "100 ktCO2e", 40),
        ("by: 2, cut: 10 %", RISING, 30),
        ("by: 2, until: 2, cut: 10 %", RISING, 20),
        ("in: 2, cut: 10 %", RISING, 20),
        ("in: [1, 2], cut: 10 %", RISING, 20),
        ("by: 2, cut: 10 %, against: baseline", RISING, 12),
        ("in: 2, cut: 10 %, against: baseline", RISING, 11),
        ("by: 0, cut: 10 %", RISING, 30),
    ],
)
def test_how_much_must_go(target, baseline, cost, tmp_path):
    """Base 100 (year 1): against the base year what has grown must go as well; against the baseline the share alone.

    Baseline 110 in year 2 and 120 in year 3; `until` and `in` look at single years.
    """
    assert least_cost(reduce(target, baseline), tmp_path) == pytest.approx(cost)


def test_the_base_year_may_lie_before_the_horizon(tmp_path):
    """Base 80 in year 0: 10 % less is 72, and 48 of 120 must go. With year 1 as base it would be 30."""
    assert least_cost(reduce("by: 2, cut: 10 %", RISING, "base_year: 0"), tmp_path) == pytest.approx(48)


def test_sixty_lots_are_the_end(tmp_path):
    assert least_cost(reduce("by: 2, cut: 60 %"), tmp_path) == pytest.approx(60)
    refused(reduce("by: 2, cut: 61 %"), tmp_path)


def test_margins_are_those_of_each_year(tmp_path):
    """A cut of 10 then 40 %: 40 kt go in year 3 at the latest; in year 2 ten are asked for."""
    result = solved(reduce("by: 2, cut: {2: 10 %, 3: 40 %}") + "discount_rate: 10 %", tmp_path)
    assert row(result, "cap", 2).required == pytest.approx(90)
    assert row(result, "cap", 2).achieved == pytest.approx(90)
    assert row(result, "cap", 3).required == pytest.approx(60)


WORLD = """
entities: {group: {}, yard: {parent: group}, dock: {parent: yard}, road: {parent: group}}
sources:
  cranes: {entity: yard, scope: 1, baseline: 100 ktCO2e}
  winches: {entity: dock, scope: 2, activity: 100 GWh, factor: 1 tCO2e/MWh, market_factor: 2 tCO2e/MWh}
  lorries: {entity: road, scope: 1, baseline: 100 ktCO2e}
  travel: {entity: road, scope: 3, category: 6, baseline: 100 ktCO2e}
  goods: {entity: road, scope: 3, category: 1, baseline: 100 ktCO2e}
projects:
  p: {kind: upgrade, entity: yard, units: {max: 100}, capex: 1 MCNY, abates: {cranes: 1 ktCO2e}}
targets: {cap: {kind: reduction, in: 2, cut: 10 %, WHAT}}
"""


@pytest.mark.parametrize(
    ("what", "base"),
    [
        ("sources: cranes", 100),
        ("sources: [cranes, lorries]", 200),
        ("scopes: 1", 200),
        ("scopes: [1, 2]", 300),
        ("scopes: [1, 2], basis: market", 400),
        ("scopes: [1, 3]", 400),
        ("scopes: [1, 3], categories: [6]", 300),
        ("categories: [1, 6]", 500),
        ("entity: group", 500),
        ("entity: yard", 200),
        ("entity: yard, scopes: 1", 100),
        ("entity: yard, basis: market", 300),
    ],
)
def test_a_target_covers_its_entity_scopes_or_sources(what, base, tmp_path):
    """A tenth of what is covered must go: the cost in MCNY is a tenth of its base in kt."""
    result = solved(WORLD.replace("WHAT", what), tmp_path)
    assert result.plan.objective == pytest.approx(base / 10)
    assert row(result, "cap", 2).required == pytest.approx(0.9 * base)


@pytest.mark.parametrize("what", ["entity: dock", "scopes: 2", "sources: lorries", "entity: road"])
def test_measures_elsewhere_do_not_help(what, tmp_path):
    refused(WORLD.replace("WHAT", what), tmp_path)
