"""Carbon positions in every form of a result, and only where there are markets."""

import json

import pandas as pd
import pytest
from rich.console import Console

from optimiser.report.document import plan_document
from optimiser.report.folder import write_result
from optimiser.report.terminal import show
from optimiser.report.workbook import sheets
from tests.helpers import solved

WORLD = """
name: Two markets
base_year: 1
entities: {group: {}, works: {parent: group}, yard: {parent: group}}
sources:
  kiln: {entity: works, scope: 1, baseline: 100 ktCO2e}
  cranes: {entity: yard, scope: 1, baseline: 50 ktCO2e}
projects:
  cut: {kind: programme, entity: works, start: 1, size: {max: 30 MW}, opex: 0.2 MCNY/MW, abates: {kiln: 1 ktCO2e/MW}}
  wood: {kind: sink, entity: yard, start: 1, committed: true, removal: 10 ktCO2e, durable: true}
  solar: {kind: facility, entity: yard, start: 1, committed: true, yield: 20 GWh, sells: 0.1 CNY/kWh}
markets:
  ets: {name: National, entities: works, price: 100 CNY/tCO2e, free_allocation: 90 %, banking: {keep: 3 ktCO2e},
        credits: {share: 5 %, price: 90 CNY/tCO2e}, issues: {projects: wood, lag: 1},
        certificates: {projects: solar, price: 0.01 CNY/kWh}}
  inside: {kind: internal, entities: [works, yard], cap: 140 ktCO2e}
"""
RUN = {"format": "optimiser-run"}


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return solved(WORLD, tmp_path_factory.mktemp("carbon"))


def test_positions_by_year_market_and_entity(result, tmp_path):
    """150 kt under a cap of 140: the works cut 10, 90 are due and given. The yard lacks 3.33 kt and gets them.

    A MW started in year 1 costs 0.2 MCNY a year and saves 95 % x 100 + 5 % x 90 CNY/t in the other market: three years'
    prices together are 3 x (200 - 99.5) CNY/t, in whichever year the cap holds it.
    """
    write_result(result, RUN, tmp_path / "out")
    frame = pd.read_csv(tmp_path / "out" / "carbon.csv")
    assert len(frame) == 3 * 3
    ets = frame[(frame["market"] == "ets") & (frame["year"] == 2)].iloc[0]
    assert (ets["entity"], ets["due [ktCO2e]"], ets["free [ktCO2e]"]) == ("works", 90, 90)
    assert ets["price [CNY/tCO2e]"] == 100
    assert pd.isna(ets["internal_price [CNY/tCO2e]"])
    inside = frame[(frame["market"] == "inside") & (frame["year"] == 2)].set_index("entity")
    assert inside["transferred [ktCO2e]"].to_dict() == pytest.approx({"works": -10 / 3, "yard": 10 / 3})
    works = frame[(frame["market"] == "inside") & (frame["entity"] == "works")]
    assert works["internal_price [CNY/tCO2e]"].sum() == pytest.approx(301.5)
    assert pd.isna(inside["price [CNY/tCO2e]"]).all()


def test_every_row_is_conserved(result, tmp_path):
    """Given, carried, bought, transferred, credited and borrowed are due, sold, returned, kept or lapsed, by row."""
    write_result(result, RUN, tmp_path / "out")
    f = {c.split(" [kt")[0]: v for c, v in pd.read_csv(tmp_path / "out" / "carbon.csv").items()}
    had = sum(f[k] for k in ("free", "carried", "bought", "transferred", "credits_bought", "own_credits", "borrowed"))
    gone = sum(f[k] for k in ("due", "sold", "returned", "banked", "lapsed"))
    assert (had - gone).abs().max() < 1e-9


def test_what_projects_earn(result, tmp_path):
    """10 kt a year, issued a year later and sold at 90 CNY/t; 20 GWh at 10 CNY/MWh."""
    write_result(result, RUN, tmp_path / "out")
    frame = pd.read_csv(tmp_path / "out" / "credits.csv")
    wood = frame[frame["project"] == "wood"]
    assert wood["year"].tolist() == [1, 2, 3]
    assert wood["issued_in"].tolist() == [2, 3, 4]
    parts = wood["sold [ktCO2e]"] + wood["used [ktCO2e]"]
    assert parts.tolist() == pytest.approx([10, 10, 0])
    assert frame[frame["project"] == "solar"]["certificate_income [MCNY]"].tolist() == pytest.approx([0.2] * 3)


def test_the_money_adds_up(result, tmp_path):
    """Costs of carbon.csv less incomes of credits.csv are what money.csv says of carbon and certificates."""
    write_result(result, RUN, tmp_path / "out")
    money, carbon, credits = (pd.read_csv(tmp_path / "out" / f"{n}.csv") for n in ("money", "carbon", "credits"))
    said = money[money["kind"].isin(["carbon", "certificates"])]["amount [MCNY]"].sum()
    earned = credits["income [MCNY]"].sum() + credits["certificate_income [MCNY]"].sum()
    assert said == pytest.approx(carbon["cost [MCNY]"].sum() - earned)


def test_sheets_and_document(result):
    assert {"Carbon", "Credits"} <= set(sheets(result))
    found = plan_document(result)["carbon"]
    assert set(found) == {"positions", "credits", "internal_price_is"}
    assert "whole projects" in found["internal_price_is"]
    assert json.dumps(found)
    assert len(found["positions"]) == 9


def test_the_terminal_says_what_was_traded_and_what_the_price_is(result, capsys):
    show(result, Console(width=80, no_color=True), "")
    said = " ".join(capsys.readouterr().out.split())
    assert "National works 270 270" in said
    assert "kt of credits" in said
    assert "certificates sold for 0.6 MCNY" in said
    assert "inside: internal carbon price" in said
    assert "the whole projects of the plan being as they are" in said


def test_nothing_of_it_without_markets(tmp_path):
    result = solved("projects: {p: {kind: programme}}", tmp_path)
    write_result(result, RUN, tmp_path / "out")
    assert not {"carbon.csv", "credits.csv"} & {p.name for p in (tmp_path / "out").iterdir()}
    assert "carbon" not in plan_document(result)
    assert not {"Carbon", "Credits"} & set(sheets(result))


def test_a_file_of_an_earlier_market_does_not_stay(result, tmp_path):
    """Proves that a folder never shows positions of a market that the scenario no longer has."""
    write_result(result, RUN, tmp_path / "out")
    write_result(solved("projects: {p: {kind: programme}}", tmp_path), RUN, tmp_path / "out")
    assert not (tmp_path / "out" / "carbon.csv").exists()


def test_removals_sold_are_shown_beside_removals(result, tmp_path):
    """The picture's net line counts them back: what is sold is somebody else's."""
    write_result(result, RUN, tmp_path / "out")
    frame = pd.read_csv(tmp_path / "out" / "pathway.csv")
    assert frame["removals [ktCO2e]"].tolist() == [10, 10, 10]
    sold = result.accounts.earned["ets", "wood"]["credit_sold"].tolist()
    assert frame["removals sold [ktCO2e]"].tolist() == pytest.approx(sold)
