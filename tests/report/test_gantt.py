"""The roadmap for planning tools: dates of whole years, phases, links to what had to start before."""

import pandas as pd
import pytest

from optimiser.report.gantt import COLUMNS, gantt_table, mermaid, tasks
from tests.helpers import solved

TEXT = """
name: A road map
horizon: {first: 2026, last: 2034}
sources: {site: {scope: 1, baseline: 100 ktCO2e}}
projects:
  grid: {kind: programme, name: Grid, capex: 1 MCNY, lead_time: 2, committed: true, start: [2026, 2026]}
  kiln: {kind: upgrade, name: "Kiln: new", capex: 9 MCNY, lead_time: 1, life: 3, committed: true, start: [2028, 2028],
         requires: {grid: 2}, abates: {site: 10 %}, renew: false}
  lots: {kind: upgrade, units: {max: 4}, capex: 1 MCNY, start: [2027, 2027], committed: true, abates: {site: 1 %}}
targets: {cap: {kind: reduction, in: 2027, cut: 2.5 ktCO2e}}
"""
FLEET = """
horizon: {first: 2026, last: 2030}
entities: {group: {}}
sources: {site: {scope: 1, baseline: 1 ktCO2e}}
fleets:
  ships:
    entity: group
    states: {diesel: {count: 3, emissions: 10 ktCO2e}, hybrid: {emissions: 4 ktCO2e}}
    changes: [{from: diesel, to: hybrid, capex: 5 MCNY, lead_time: 1, name: Batteries}]
targets: {cap: {kind: reduction, in: 2029, cut: 11 ktCO2e}}
"""


@pytest.fixture(scope="module")
def road(tmp_path_factory):
    return solved(TEXT, tmp_path_factory.mktemp("road"))


def test_phases_are_whole_years(road):
    """The kiln is built in 2028 and operates 2029 to 2031: three years of life, not to the end of the horizon."""
    frame = gantt_table(road)
    assert list(frame.columns) == COLUMNS
    rows = {(r["Name"], r["Outline Level"]): r for r in frame.to_dict("records")}
    kiln = rows["Kiln: new", 1]
    assert (kiln["Start"], kiln["Finish"]) == ("2028-01-01", "2031-12-31")
    after = frame[frame["ID"] > kiln["ID"]].iloc[:2]
    assert after[["Name", "Start", "Finish"]].values.tolist() == [
        ["build", "2028-01-01", "2028-12-31"],
        ["operate", "2029-01-01", "2031-12-31"],
    ]
    assert rows["Grid", 1]["Finish"] == "2034-12-31"


def test_links_name_what_had_to_start_before(road):
    """The kiln needs the grid's start two years before: start to start, 24 months. Operation follows build."""
    rows = gantt_table(road).to_dict("records")
    ids = {r["Name"]: r["ID"] for r in rows if r["Outline Level"] == 1}
    assert next(r for r in rows if r["Name"] == "Kiln: new")["Predecessors"] == f"{ids['Grid']}SS+24mo"
    build = next(r for r in rows if r["ID"] == ids["Kiln: new"] + 1)
    assert next(r for r in rows if r["ID"] == build["ID"] + 1)["Predecessors"] == f"{build['ID']}FS"


def test_amounts_stand_in_the_name_and_nothing_is_built_in_no_time(road):
    """Three lots of 1 % leave 97.03 kt, two 98.01: three; without a lead time they operate from their start."""
    frame = gantt_table(road)
    place = frame.index[frame["Name"] == "lots, 3 units"][0]
    assert frame.loc[place + 1, ["Name", "Start"]].tolist() == ["operate", "2027-01-01"]
    assert frame["ID"].tolist() == list(range(1, len(frame) + 1))


def test_changes_of_fleets_are_tasks(tmp_path):
    """31 kt must come to 20 in 2029: two retrofits save 12, and take a year in the yard each."""
    result = solved(FLEET, tmp_path)
    found = [t for t in tasks(result) if t.level == 1]
    assert sum(int(t.name.split(", ")[1].split()[0]) for t in found) == 2
    assert all(t.name.startswith("ships: Batteries") for t in found)
    builds = [t for t in tasks(result) if t.name == "build"]
    assert len(builds) == len(found)
    assert all(b.last == b.first for b in builds)


def test_mermaid_has_a_bar_for_every_phase(road):
    text = mermaid(road)
    assert text.startswith("gantt\n    title A road map\n")
    bars = [line for line in text.splitlines() if " :" in line]
    assert len(bars) == sum(t.level == 2 for t in tasks(road))
    assert "    Kiln new (build) :crit, t" in text
    assert "2028-01-01, 2029-01-01" in text


def test_a_plan_in_which_nothing_starts(tmp_path):
    result = solved("projects: {}\n", tmp_path)
    assert len(gantt_table(result)) == 0
    assert mermaid(result).startswith("gantt\n")
    assert isinstance(gantt_table(result), pd.DataFrame)
