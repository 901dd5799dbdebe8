"""Duties of fleets: activity or number, docks, limits of changes, requirements."""

import pytest

from tests.fleets import begun, service
from tests.helpers import refused, solved, starts

ACTIVE = """
fleets:
  ships:
    activity: {1: 20 Mt, 3: END Mt}
    states:
      old: {count: 2, emissions: 10 ktCO2e, opex: 5 MCNY, capacity: 10 Mt}
      small: {emissions: 2 ktCO2e, opex: 1 MCNY, capacity: 6 Mt}
    changes:
      - {from: old, to: small, capex: 1 MCNY}
      - {from: new, to: small, capex: 3 MCNY}
      - {from: new, to: old, capex: 50 MCNY}
"""


def test_activity_decides_how_many_are_needed(tmp_path):
    """20 Mt from assets of 6 Mt take 4 of them: two retrofits and two new ones, 2 x 1 + 2 x 3 + 3 x 4 x 1 = 20.

    Two old ones would cost 30. If the number and not the delivery were kept, 2 + 6 = 8.
    """
    result = solved(ACTIVE.replace("END", "20"), tmp_path)
    assert service(result, "small") == [4, 4, 4]
    assert result.plan.objective == pytest.approx(20)


def test_demand_that_grows_is_met_year_by_year(tmp_path):
    """20, 26, 32 Mt: 4, 5, 6 small assets; the bound of the fleet (today's 2 and a whole new one of 6) leaves room."""
    result = solved(ACTIVE.replace("END", "32"), tmp_path)
    assert service(result, "small") == [4, 5, 6]


def test_what_is_not_needed_any_more_may_leave(tmp_path):
    """Demand falls to 6 Mt in year 3: three of four leave at no cost, and one is enough."""
    result = solved(ACTIVE.replace("END", "6"), tmp_path)
    assert service(result, "small") == [4, 3, 1]


def test_a_way_out_that_is_declared_is_the_only_one(tmp_path):
    """Scrapping costs 2 and may be done once a year: leaving for nothing is over for that state."""
    text = ACTIVE.replace("END", "6").replace("count: 2", "count: 2") + (
        "      - {from: small, to: scrap, capex: 2 MCNY, per_year: 1}\n"
    )
    result = solved(text, tmp_path)
    assert all(n == 1 for n in begun(result, "small to scrap").values())
    assert not begun(result, "small withdrawn")


def test_out_of_service_delivers_nothing(tmp_path):
    """With no spare capacity a retrofit of a year's lead time cannot be done; with a spare asset it can."""
    text = """
fleets:
  ships:
    activity: 20 Mt
    states: {old: {count: COUNT, emissions: 10 ktCO2e, capacity: 10 Mt}, best: {emissions: 1 ktCO2e, capacity: 10 Mt}}
    changes: [{from: old, to: best, capex: 4 MCNY, lead_time: 1}]
targets: {cap: {kind: reduction, by: 2, cut: 9 ktCO2e, sources: [ships]}}
"""
    conflict = refused(text.replace("COUNT", "2"), tmp_path)
    assert {(i.kind, i.id) for i in conflict.items} == {("fleet", "ships"), ("target", "cap")}
    assert "the activity of the fleet ships" in conflict.sentences[0]
    assert solved(text.replace("COUNT", "3"), tmp_path).plan.objective == pytest.approx(0)


DOCKS = """
fleets:
  ships:
    states: {old: {count: 4, emissions: 10 ktCO2e}, best: {emissions: 1 ktCO2e}}
    changes: [{from: old, to: best, capex: 4 MCNY, lead_time: LEADMORE}]
    docking: {DOCK}
targets: {cap: {kind: reduction, by: YEAR, cut: 36 ktCO2e, sources: [ships]}}
"""


def docks(dock: str, year: int, lead: int = 0, more: str = "") -> str:
    text = DOCKS.replace("DOCK", dock).replace("YEAR", str(year)).replace("LEAD", str(lead))
    return text.replace("MORE", more)


def test_docks_are_just_enough(tmp_path):
    """Four retrofits in two docks a year take two years: by year 2 there is a plan, by year 1 there is none.

    If docks were forgotten, all four would be done in the first year that is asked for.
    """
    result = solved(docks("slots_per_year: 2", 2), tmp_path)
    assert begun(result, "old to best") == {1: 2, 2: 2}
    conflict = refused(docks("slots_per_year: 2", 1), tmp_path)
    assert {(i.kind, i.id) for i in conflict.items} == {("docks", "ships"), ("target", "cap")}
    assert "the docking slots of the fleet ships" in conflict.sentences[0]


def test_a_dock_is_held_for_the_whole_lead_time(tmp_path):
    """With a lead time of 2 a dock is free again in the third year: two docks do two of four by year 3, not four."""
    refused(docks("slots_per_year: 2", 3, lead=2), tmp_path)
    assert solved(docks("slots_per_year: 4", 3, lead=2), tmp_path).plan.objective == pytest.approx(16)


def test_docks_are_a_path(tmp_path):
    """One dock in year 1, three in year 2: four retrofits by year 2, none too many."""
    assert solved(docks("slots_per_year: {1: 1, 2: 3}", 2), tmp_path).plan.objective == pytest.approx(16)
    refused(docks("slots_per_year: {1: 1, 2: 2}", 2), tmp_path)


def test_a_docking_cycle_spreads_assets_evenly(tmp_path):
    """Every second year, four assets: two dock in years 1 and 3, two in year 2; by year 1 only two can be changed."""
    result = solved(docks("cycle: 2", 2), tmp_path)
    assert begun(result, "old to best") == {1: 2, 2: 2}
    refused(docks("cycle: 2", 1), tmp_path)


def test_a_docking_cycle_counts_from_the_year_built(tmp_path):
    """All built in year 0 with a cycle of 2: they dock in year 2 only."""
    text = docks("cycle: 2", 2).replace("count: 4", "built: {0: 4}")
    assert begun(solved(text, tmp_path), "old to best") == {2: 4}
    refused(text.replace("by: 2", "by: 1"), tmp_path)


@pytest.mark.parametrize(
    ("more", "by", "holds"),
    [
        (", per_year: 2", 2, True),
        (", per_year: 1", 2, False),
        (", max: 4", 1, True),
        (", max: 3", 3, False),
        (", from_year: 2", 2, True),
        (", from_year: 2", 1, False),
        (", until_year: 1", 3, True),
    ],
)
def test_limits_of_a_change(more, by, holds, tmp_path):
    """Four retrofits: two a year take two years, three in all are never enough, and windows open and close."""
    text = docks("cycle: 1", by, more=more)
    if holds:
        assert solved(text, tmp_path).plan.objective == pytest.approx(16)
    else:
        refused(text, tmp_path)


def test_a_change_may_require_a_project(tmp_path):
    """A bunkering pier one year earlier: it costs 7 and starts in year 1, the retrofits begin in year 2.

    Without the requirement the retrofits alone would cost 16.
    """
    pier = "\nprojects: {pier: {kind: programme, capex: 7 MCNY}}\n"
    result = solved(docks("cycle: 1", 2, more=", requires: {pier: 1}") + pier, tmp_path)
    assert starts(result) == {("pier", 1): 1}
    assert begun(result, "old to best") == {2: 4}
    assert result.plan.objective == pytest.approx(23)
    refused(docks("cycle: 1", 1, more=", requires: {pier: 1}") + pier, tmp_path)


SIZE = """
fleets:
  ships:
    size: {1: 2, 3: END}
    states: {old: {count: 2, opex: 5 MCNY}}
    changes: [{from: new, to: old, capex: 10 MCNY}]
"""


def test_a_size_takes_the_place_of_todays_number(tmp_path):
    """Two, two and a half, three assets: the half needs a whole one. Or two, one and a half, one."""
    assert service(solved(SIZE.replace("END", "3"), tmp_path), "old") == [2, 3, 3]
    assert service(solved(SIZE.replace("END", "1"), tmp_path), "old") == [2, 2, 1]


def test_at_most_bounds_the_fleet(tmp_path):
    """An asset that earns 5 a year for a capex of 1 is bought as often as may be: four times, or `at_most`."""
    text = """
fleets:
  ships: {AT states: {old: {count: 2, opex: -5 MCNY}}, changes: [{from: new, to: old, capex: 1 MCNY}]}
"""
    assert service(solved(text.replace("AT", ""), tmp_path), "old") == [4, 4, 4]
    assert service(solved(text.replace("AT", "at_most: 3,"), tmp_path), "old") == [3, 3, 3]


@pytest.mark.parametrize(("capacity", "told"), [("", True), (", capacity: 2 Mt", False), (", capacity: 0 Mt", False)])
def test_a_state_that_does_nothing_is_told(capacity, told, tmp_path):
    """Three ships must carry 6 Mt: without a `capacity` the clean state carries none and nobody changes, at no word.

    A cut of a third is kept by one retrofit where it carries 2 Mt; where it carries nothing there is no plan. Who
    means nothing says 0.
    """
    text = """
fleets:
  ships:
    states: {old: {count: 3, emissions: 10 ktCO2e, capacity: 2 Mt}, best: {emissions: 0 ktCO2eMORE}}
    changes: [{from: old, to: best, capex: 10 MCNY}]
    activity: 6 Mt
"""
    result = solved(text.replace("MORE", capacity), tmp_path)
    assert any("has no `capacity`" in str(w) and "states.best" in str(w) for w in result.warnings) == told
    cut = text.replace("MORE", capacity) + "targets: {cap: {kind: reduction, by: 3, cut: 33 %, sources: [ships]}}"
    if "2 Mt" in capacity:
        assert solved(cut, tmp_path).plan.objective == pytest.approx(10)
    else:
        refused(cut, tmp_path)
