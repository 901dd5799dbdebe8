"""Resources that changes of fleets draw on: docks that several fleets share, with each other and with projects."""

import pytest

from tests.fleets import begun
from tests.helpers import ask, refused, solved, starts

TWO_FLEETS = """
fleets:
  hoppers:
    states: {old: {count: 2, emissions: 10 ktCO2e}, best: {emissions: 1 ktCO2e}}
    changes: [{from: old, to: best, capex: 4 MCNY, uses: {docks: 1}}]
  cutters:
    states: {old: {count: 2, emissions: 6 ktCO2e}, best: {emissions: 1 ktCO2e}}
    changes: [{from: old, to: best, capex: 3 MCNY, lead_time: LEAD, uses: {docks: USE}}]
resources: {docks: {limit: SLOTS}}
targets: {cap: {kind: reduction, by: 3, cut: CUT ktCO2e, sources: [hoppers, cutters]}}
"""


def two(slots: int, cut: int = 28, lead: int = 0, use: str = "1") -> str:
    text = TWO_FLEETS.replace("SLOTS", str(slots)).replace("CUT", str(cut))
    return text.replace("LEAD", str(lead)).replace("USE", use)


def test_just_enough_docks_for_both_fleets(tmp_path):
    """Four retrofits in three years (28 kt = 2 x 9 + 2 x 5) need two docks: 2 x 4 + 2 x 3 = 14.

    With one dock there are three retrofits in three years, 23 kt at most, so no plan. Were docks counted fleet by
    fleet, one dock each would do and this would cost 14 as well.
    """
    assert solved(two(2), tmp_path).plan.objective == pytest.approx(14)
    assert {(i.kind, i.id) for i in refused(two(1), tmp_path).items} == {("resource", "docks"), ("target", "cap")}


def test_one_dock_binds_just_so(tmp_path):
    """One dock, three years, 23 kt: both hoppers and one cutter, one a year, 2 x 4 + 3 = 11."""
    result = solved(two(1, cut=23), tmp_path)
    assert result.plan.objective == pytest.approx(11)
    done = [*begun(result, "old to best", "hoppers").items(), *begun(result, "old to best", "cutters").items()]
    by_year = {y: sum(n for year, n in done if year == y) for y in (1, 2, 3)}
    assert by_year == {1: 1, 2: 1, 3: 1}
    assert list(result.accounts.resources["docks"]) == pytest.approx([1, 1, 1])


def test_a_dock_is_held_in_every_year_of_the_lead_time(tmp_path):
    """One dock. A cutter in it for two years and a hopper in the third: 9 + 5 = 14 kt cut, and not one more.

    Were a dock held in the first year only, a second hopper would fit and 23 kt could be cut.
    """
    assert solved(two(1, cut=14, lead=2), tmp_path).plan.objective == pytest.approx(7)
    assert ask(two(1, cut=19, lead=2), tmp_path).result is None


def test_a_list_is_by_year_since_it_began(tmp_path):
    """The same cutter needs the dock in its second year only: a hopper in year 1 and one in year 3, 23 kt in all."""
    assert solved(two(1, cut=23, lead=2, use="[0, 1]"), tmp_path).plan.objective == pytest.approx(11)


def test_projects_and_fleets_share(tmp_path):
    """A committed project holds the one dock in year 1 and there are two years: two of three retrofits can be done.

    If the project did not count, all three would fit into three years.
    """
    text = """
projects: {refit: {kind: upgrade, start: [1, 1], lead_time: 1, committed: true, uses: {docks: 1}}}
fleets:
  ships:
    states: {old: {count: 3, emissions: 10 ktCO2e}, best: {emissions: 0 ktCO2e}}
    changes: [{from: old, to: best, capex: 4 MCNY, uses: {docks: 1}}]
resources: {docks: {limit: 1}}
targets: {cap: {kind: reduction, by: 3, cut: CUT ktCO2e, sources: [ships]}}
"""
    result = solved(text.replace("CUT", "20"), tmp_path)
    assert starts(result) == {("refit", 1): 1}
    assert sorted(begun(result, "old to best")) == [2, 3]
    assert ask(text.replace("CUT", "30"), tmp_path).result is None


def test_new_assets_use_what_they_say(tmp_path):
    """A slipway for one new ship a year; two have to come by year 3, so one is begun in 1 and one in 2 or 3."""
    text = """
fleets:
  ships:
    activity: {1: 0 Mt, 3: 20 Mt}
    states: {old: {count: 0, capacity: 10 Mt}}
    changes: [{from: new, to: old, capex: {CAPEX}, uses: {slipway: 1}}]
resources: {slipway: {limit: LIMIT}}
""".replace("{CAPEX}", "5 MCNY")
    result = solved(text.replace("LIMIT", "1"), tmp_path)
    assert max(begun(result, "new to old").values()) == 1
    assert sum(begun(result, "new to old").values()) == 2
    assert {(i.kind, i.id) for i in refused(text.replace("LIMIT", "{1: 0, 2: 0, 3: 1}"), tmp_path).items} >= {
        ("resource", "slipway")
    }


def test_an_unknown_resource_is_named(tmp_path):
    from optimiser.errors import ScenarioError

    with pytest.raises(ScenarioError, match="docks"):
        ask(two(1).replace("resources: {docks", "resources: {quays"), tmp_path)
