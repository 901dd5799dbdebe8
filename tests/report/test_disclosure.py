"""Disclosure: what the plan knows is filled in, gross and net are not mixed, and every blank has a name."""

import pytest

from optimiser.report.actions import actions
from optimiser.report.disclosure import BLANK, TABLES, esrs_e1_3, esrs_e1_4, ifrs_s2, sasac
from tests.helpers import solved

PLAN = """
horizon: {first: 2028, last: 2030}
base_year: 2024
entities: {group: {revenue: 500 MCNY}}
sources:
  site: {scope: 1, baseline: {2024: 200 ktCO2e, 2028: 100 ktCO2e}}
  power: {scope: 2, activity: 100 GWh, factor: 0.5 tCO2e/MWh}
projects:
  a: {kind: upgrade, capex: 9 MCNY, opex: 1 MCNY, abates: {site: 50 %}, committed: true, start: [2028, 2028]}
  b: {kind: programme, capex: 6 MCNY, abates: {site: 20 %}, committed: true, start: [2028, 2028]}
  pv: {kind: facility, size: {min: 20 MW, max: 20 MW}, start: [2028, 2028], committed: true, capex: 1 MCNY/MW,
       yield: 1 GWh/MW, supplies: power}
  wood: {kind: sink, capex: 1 MCNY, removal: 30 ktCO2e, committed: true, start: [2028, 2028]}
targets:
  cut: {kind: reduction, scopes: 1, in: [2029, 2030], cut: 60 %, source: Board paper 12, note: Our share of 1.5 degrees}
  per: {kind: intensity, scopes: [1, 2], in: 2030, cut: 10 %}
  top: {kind: peak, by: 2028, scopes: 1}
  net: {kind: neutrality, in: 2030, scopes: 1, credits: 20 %, credit_price: 50 CNY/tCO2e}
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """Site: 100 x 0.5 x 0.8 = 40 kt. Power: 100 GWh less 20 made on site."""
    return solved(PLAN, tmp_path_factory.mktemp("disclosed"))


def test_an_action_cuts_what_would_come_back_without_it(plan):
    """Without a: 80 instead of 40, so 40; without b 50, so 10: together not the 60 that are cut."""
    found = {a.id: a for a in actions(plan)}
    assert {n: float(a.cut[-1]) for n, a in found.items()} == pytest.approx({"a": 40, "b": 10, "pv": 10, "wood": 0})
    assert float(found["wood"].removed[-1]) == pytest.approx(30)
    assert found["pv"].scopes == (2,)
    assert plan.accounts.gross["site", "location"][-1] == pytest.approx(40)


def test_e1_3_has_cuts_money_and_blanks(plan):
    rows = {r["action"]: r for r in esrs_e1_3(plan).to_dict("records")}
    assert rows["a"]["expected cut in 2030 [ktCO2e]"] == pytest.approx(40)
    assert (rows["a"]["capex to 2030 [MCNY]"], rows["a"]["opex to 2030 [MCNY]"]) == pytest.approx((9, 3))
    assert rows["wood"]["expected cut in 2030 [ktCO2e]"] == 0
    assert rows["wood"]["removals in 2030, no reduction [ktCO2e]"] == pytest.approx(30)
    assert {r["taxonomy-aligned"] for r in rows.values()} == {BLANK}


def test_e1_4_is_gross(plan):
    """The reduction target has 40 of 200 kt in 2030, 80 % below the base; no removal and no credit is in it."""
    rows = {r["target"]: r for r in esrs_e1_4(plan).to_dict("records")}
    cut = rows["cut"]
    assert (cut["base value"], cut["target year"], cut["gross in 2030"]) == (200, 2029, pytest.approx(40))
    assert cut["cut of the base in the target year"] == "80.0 %"
    assert cut["levers in the target year [ktCO2e]"] == "upgrade: 40, programme: 10"
    assert cut["source"] == "Board paper 12"
    assert rows["net"]["gross in 2030"] == pytest.approx(40)
    assert rows["net"]["a gross reduction target"].startswith("no")
    assert rows["per"]["absolute or intensity"] == "intensity"
    assert rows["per"]["gross in 2030"] == pytest.approx(160)  # t per MCNY: 80 kt over 500 MCNY
    assert rows["per"]["unit"] == next(r.unit for r in plan.accounts.targets if r.id == "per")
    assert rows["top"]["target year"] == 2028
    assert {r["science-based, and who assured it"] for r in rows.values()} == {BLANK}


def test_ifrs_s2_has_the_eight_elements_of_every_target(plan):
    """Paragraph 33 (a) to (h) for each of four targets, then 34 and 36; filled where the scenario says it."""
    frame = ifrs_s2(plan)
    for target in ("cut", "per", "top", "net"):
        own = frame[frame["target"] == target]
        assert [p for p in own["paragraph"] if p.startswith("33")] == [f"33 ({c})" for c in "abcdefgh"]
        assert [p for p in own["paragraph"] if p.startswith("36")] == [f"36 ({c})" for c in "abcde"]
        assert not (own["disclosure"] == "").any()
    said = {(r["target"], r["paragraph"]): r["disclosure"] for r in frame.to_dict("records")}
    assert said["cut", "33 (b)"] == "Our share of 1.5 degrees"
    assert said["cut", "33 (e)"] == "2024: 200 ktCO2e"
    assert said["cut", "33 (f)"] == "2029: 80 ktCO2e, 2030: 80 ktCO2e"
    assert said["cut", "33 (h)"] == "Board paper 12"
    assert said["top", "33 (h)"] == BLANK
    assert said["per", "33 (g)"] == "intensity"
    assert said["net", "36 (c)"].startswith("net")
    assert said["net", "36 (e)"].startswith("at most 40 ktCO2e a year admitted, 10 ktCO2e bought")
    assert said["cut", "36 (e)"].startswith("none")
    assert said["", "29 (e)"] == "2028: 36"
    assert said["", "29 (f)"].startswith(BLANK)


def test_sasac_indicators(plan):
    """80 kt over 500 MCNY: 80,000 t over 50,000 times 10,000 CNY is 1.6; 100 GWh: 2 MWh; 20 of 100 GWh made on site."""
    frame = sasac(plan)
    assert frame[2030].tolist()[:3] == pytest.approx([1.6, 2.0, 0.2])
    assert frame["blank because"].tolist()[3:] == [BLANK, BLANK]
    assert frame.iloc[3:][2030].isna().all()


def test_indicators_without_revenue_or_energy_are_blanks_with_a_reason(tmp_path):
    frame = sasac(solved("projects: {}\n", tmp_path))
    reasons = frame["blank because"].tolist()
    assert reasons[0] == f'{BLANK}: revenue of "group"'
    assert reasons[1] == f"{BLANK}: no source is written as an amount of energy"
    assert all(r.startswith(BLANK) for r in reasons)


def test_every_table_stands_for_any_result(world, hostile):
    """Missed targets, avoided, historical, market-based ones, hostile names: no cell is empty by accident."""
    for result in (world, hostile):
        for name, table in TABLES.items():
            frame = table(result)
            assert len(frame), name
            texts = frame.select_dtypes(exclude="number")
            assert not (texts == "").all(axis=None), name
    rows = {r["target"]: r for r in esrs_e1_4(world).to_dict("records")}
    assert rows["far"]["met in the plan"] == "no"
    assert rows["market"]["scope 2 basis"] == "market"
    assert rows["past"]["base value"] == "not applicable"
