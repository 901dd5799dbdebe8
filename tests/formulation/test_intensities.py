"""Intensities: gross emissions per revenue, or per another series."""

import pytest

from tests.helpers import least_cost, refused, row, solved

WORLD = """
horizon: {first: 1, last: 3}
entities:
  group: {OWN}
  yard: {parent: group, revenue: {1: 100 MCNY, 3: 150 MCNY}}
  road: {parent: group, revenue: 100 MCNY}
sources:
  cranes: {entity: yard, scope: 1, baseline: 100 ktCO2e}
  lorries: {entity: road, scope: 1, baseline: 100 ktCO2e}
projects:
  p: {kind: upgrade, entity: yard, size: {max: 100 MW}, capex: 1 MCNY/MW, abates: {cranes: 1 ktCO2e/MW}}
targets: {less: {kind: intensity, in: 3, WHAT}}
"""


def ask_for(what: str, own: str = "") -> str:
    return WORLD.replace("{OWN}", "{" + own + "}").replace("WHAT", what)


@pytest.mark.parametrize(
    ("what", "own", "cost"),
    [
        ("entity: yard, cut: 50 %", "", 25),
        ("entity: yard, cut: 30 %", "", 0),
        ("entity: yard, cut: 40 %", "", 10),
        ("entity: group, cut: 50 %", "", 75),
        ("cut: 50 %", "", 75),
        ("entity: group, cut: 50 %", "revenue: 200 MCNY", 100),
        ("entity: group, cut: 50 %", "revenue: {1: 200 MCNY, 3: 300 MCNY}", 50),
        ("entity: yard, at_most: 0.5 ktCO2e/MCNY", "", 25),
        ("entity: yard, at_most: 0.5 kgCO2e/CNY", "", 25),
        ("entity: group, at_most: 0.5 ktCO2e/MCNY", "", 75),
    ],
)
def test_per_revenue(what, own, cost, tmp_path):
    """The yard's revenue grows by half: half its intensity of 1 kt/MCNY admits 75 of 100 kt, so that 25 go.

    The group has the sum of its divisions (250 in year 3, half of 1 is 125 of 200 kt) unless it has a revenue of its
    own: a steady 200 admits 100, a growing 300 admits 150.
    """
    assert least_cost(ask_for(what, own), tmp_path) == pytest.approx(cost)


def test_binding_to_the_last_kilotonne(tmp_path):
    """The road has nothing to cut with: its intensity cannot fall. The yard's can fall to nothing."""
    refused(ask_for("entity: road, cut: 1 %"), tmp_path)
    assert least_cost(ask_for("entity: yard, cut: 100 %"), tmp_path) == pytest.approx(100)


def test_the_base_year_before_the_horizon(tmp_path):
    """In year 0 the yard earned 50 and emitted 80: 1.6 kt/MCNY; half of it admits 120 kt in year 3, a quarter 60."""
    text = ask_for("entity: yard, cut: CUT").replace("{1: 100 MCNY,", "{0: 50 MCNY, 1: 100 MCNY,")
    text = text.replace("baseline: 100 ktCO2e", "baseline: {0: 80 ktCO2e, 1: 100 ktCO2e}", 1) + "base_year: 0\n"
    assert least_cost(text.replace("CUT", "50 %"), tmp_path) == 0
    assert least_cost(text.replace("CUT", "75 %"), tmp_path) == pytest.approx(40)


def test_it_holds_in_every_year_from_by_on(tmp_path):
    """Revenue 100, 125, 150 and a cut of 40 % by year 2: 75 kt in year 2, 90 in year 3; the earlier year decides."""
    result = solved(ask_for("entity: yard, cut: 40 %").replace("in: 3", "by: 2"), tmp_path)
    assert result.plan.objective == pytest.approx(25)
    assert [row(result, "less", y).required for y in (2, 3)] == pytest.approx([600, 600])
    assert [row(result, "less", y).achieved for y in (2, 3)] == pytest.approx([600, 500])
    assert row(result, "less", 2).unit == "tCO2e/MCNY"


def test_per_another_series(tmp_path):
    """100 kt for 50 then 80 million boxes: 2 kg a box; half of it admits 80 kt, so that 20 go."""
    text = ask_for("entity: yard, per: boxes, cut: 50 %") + "series: {boxes: {1: 50e6 TEU, 3: 80e6 TEU}}\n"
    assert least_cost(text, tmp_path) == pytest.approx(20)
    capped = text.replace("cut: 50 %", "at_most: 0.5 kgCO2e/TEU")
    assert least_cost(capped, tmp_path) == pytest.approx(60)


def test_shortfall_is_in_tonnes(tmp_path):
    """The road has nothing to cut with and is 50 kt short of half its intensity: at 100 CNY/t that is 5 MCNY.

    The same penalty per unit of the measure: 0.5 kt/MCNY short at 10 MCNY per (kt/MCNY) is 5 as well.
    """
    assert least_cost(ask_for("entity: road, cut: 50 %, penalty: 100 CNY/tCO2e"), tmp_path) == pytest.approx(5)
    per_measure = "entity: road, cut: 50 %, penalty: 10 MCNY*MCNY/ktCO2e"
    assert least_cost(ask_for(per_measure), tmp_path) == pytest.approx(5)
