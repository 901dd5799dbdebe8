"""Reports of fleets: tables, sheets, document and terminal; only where the scenario has fleets."""

import json

import pandas as pd
import pytest
from rich.console import Console

from optimiser.report import fleets
from optimiser.report.document import plan_document
from optimiser.report.folder import TABLES, write_result
from optimiser.report.terminal import show
from optimiser.report.workbook import sheets
from tests.helpers import solved

WORLD = """
horizon: {first: 2030, last: 2032}
salvage: linear
entities: {group: {}, sea: {parent: group}}
sources: {}
fleets:
  ships:
    name: Hopper dredgers
    entity: sea
    activity: {2030: 6 Mt, 2032: 8 Mt}
    fuels:
      oil: {price: 600 CNY/t, factor: 3 tCO2e/t, upstream: 1 tCO2e/t, energy: 40 MJ/kg, blend: {bio: {max: 50 %}}}
      bio: {price: 900 CNY/t, energy: 40 MJ/kg}
    states:
      old: {count: 3, name: Oil burners, fuels: {oil: 10 kt}, capacity: 2 Mt}
      best: {fuels: {bio: 10 kt}, capacity: 2 Mt}
    retire: {old: {2031: 1}}
    docking: {slots_per_year: 2}
    changes:
      - {from: old, to: best, capex: 4 MCNY}
      - {from: new, to: best, capex: 30 MCNY, life: 4, lead_time: 1}
    regulation:
      cii: {ship: bulk carrier, capacity: 80000 t, distance: 100000 nmi}
      fueleu: {as: limit, share: 100 %, from_year: 2032}
targets: {cap: {kind: reduction, by: 2032, cut: 70 %, scopes: [1]}}
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return solved(WORLD, tmp_path_factory.mktemp("fleet"))


def test_states_add_up_with_what_is_built_and_gone(result):
    """Before + built - gone = in service + in the yard, row by row; and what is in service stands by state."""
    duties, states = fleets.duties(result), fleets.states(result)
    left = duties["before"] + duties["built"] - duties["gone"]
    assert left.tolist() == (duties["in service"] + duties["in the yard"]).tolist()
    counted = states[~states["state"].str.startswith("(")].groupby("year")["assets"].sum()
    assert counted.tolist() == duties["in service"].tolist()
    assert duties[["needed", "delivered", "unit"]].iloc[0].tolist() == [6, 6, "Mt"]
    assert set(states["entity"]) == {"sea"}


def test_changes_say_when_and_for_how_much(result):
    """New ships are ordered a year before they come, for 30 each; the old one goes at the end of its life."""
    table = fleets.changes(result).set_index("kind")
    new = table.loc[["new"]]
    assert (new["in_service_from"] - new["year"]).tolist() == [1] * len(new)
    assert new["list_capex [MCNY]"].tolist() == (new["assets"] * 30).tolist()
    assert table.loc["end of life", "year"] == 2031


def test_fuels_are_in_the_unit_of_the_file(result):
    """Oil that gives way and bio fuel in its place, in kt: both add up to 10 kt a ship."""
    table = fleets.fuels(result)
    duties = fleets.duties(result)
    assert set(table["unit"]) == {"kt"}
    assert table.groupby("year")["amount"].sum().tolist() == pytest.approx((duties["in service"] * 10).tolist())


def test_ratings_stand_by_state_and_year(result):
    """Oil makes (3 + 1) / 40 = 100 g/MJ; bio fuel none. The limit stands from the year it applies."""
    table = fleets.ratings(result).set_index(["state", "year"])
    assert table.loc[("old", 2030), "well to wake [gCO2e/MJ]"] == pytest.approx(100)
    assert pd.isna(table.loc[("old", 2031), "FuelEU limit [gCO2e/MJ]"])
    assert table.loc[("old", 2032), "FuelEU limit [gCO2e/MJ]"] == pytest.approx(91.16 * 0.94)
    assert table.loc[("old", 2030), "CII rating"] == "D"
    assert table.loc[("best", 2030), "CII rating"] == "A"


def test_ratings_are_those_of_what_is_blended(result):
    """In 2032 a cap asks for blends: what the old ships attain on 8 units of work is the oil that they still burn, x 3.

    Before any blend it would be 30 / 8 = 3.75 g in every year; well to wake it would be 100 g/MJ.
    """
    table = fleets.ratings(result).set_index(["state", "year"]).loc[("old", 2032)]
    burnt = fleets.fuels(result).set_index(["fuel", "year"]).loc[("oil", 2032), "amount"]
    assert table["in service"] > 0
    assert table["CII attained [gCO2/(capacity nmi)]"] * 8 * table["in service"] == pytest.approx(burnt * 3)
    assert table["CII attained [gCO2/(capacity nmi)]"] < 3.75 - 0.1
    assert table["well to wake [gCO2e/MJ]"] == pytest.approx(100 * burnt / table["in service"] / 10)


def test_files_sheets_and_document(result, tmp_path):
    write_result(result, {}, tmp_path / "out")
    assert {*TABLES, *fleets.TABLES} <= {p.name for p in (tmp_path / "out").iterdir()}
    assert set(fleets.SHEETS) <= set(sheets(result))
    document = json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))
    assert set(document["fleets"]) == {name.removesuffix(".csv") for name in fleets.TABLES}
    money = pd.read_csv(tmp_path / "out" / "money.csv")
    assert money["present_value [MCNY]"].sum() == pytest.approx(result.plan.objective)
    assert set(money["entity"]) == {"sea"}


def test_without_fleets_nothing_is_added(tmp_path):
    plain = solved("projects: {p: {kind: programme, capex: 1 MCNY}}", tmp_path)
    assert "fleets" not in plan_document(plain)
    assert not set(fleets.SHEETS) & set(sheets(plain))
    write_result(plain, {}, tmp_path / "out")
    assert not {p.name for p in (tmp_path / "out").iterdir()} & set(fleets.TABLES)


def test_a_later_result_without_fleets_leaves_no_table_of_them(result, tmp_path):
    """Proves that tables of fleets are ours: they go when a plan without fleets takes the folder."""
    write_result(result, {}, tmp_path / "out")
    write_result(solved("projects: {p: {kind: programme}}", tmp_path), {}, tmp_path / "out")
    assert not {p.name for p in (tmp_path / "out").iterdir()} & set(fleets.TABLES)


def test_the_terminal_says_what_becomes_of_the_fleet(result):
    """States by year, then every change with its years; no word of projects where there are none."""
    console = Console(width=80, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    show(result, console, "")
    text = console.export_text()
    assert "Hopper dredgers" in text
    assert "Oil burners" in text
    assert "new to best: 20" in text
    assert "projects start" not in text
    assert "fuel of fleets" in text
