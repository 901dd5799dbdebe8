"""Tables: what the CSV files say adds up to the answer, to the last million and kilotonne."""

import csv
import json
from collections import defaultdict

import pytest

from optimiser.report import tables
from optimiser.report.folder import write_result
from tests.helpers import solved


@pytest.fixture(scope="module")
def files(world, tmp_path_factory):
    """Every table as written: rows of texts, and plan.json."""
    out = tmp_path_factory.mktemp("tables") / "out"
    write_result(world, {}, out)
    found = {}
    for path in out.glob("*.csv"):
        with path.open(newline="", encoding="utf-8") as file:
            found[path.stem] = list(csv.DictReader(file))
    found["plan"] = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    return found


def test_present_values_sum_to_the_objective(files):
    """Every flow by year, project and kind, salvage in the year after the last: nothing is missing, nothing twice."""
    rows = files["money"]
    total = sum(float(r["present_value [MCNY]"]) for r in rows)
    assert total == pytest.approx(files["plan"]["objective"], rel=1e-9)
    for r in rows:
        rate = 1.06 ** -(int(r["year"]) - 2026)
        assert float(r["present_value [MCNY]"]) == pytest.approx(float(r["amount [MCNY]"]) * rate, rel=1e-9)
    assert {r["year"] for r in rows if r["kind"] == "salvage"} == {"2031"}


def test_kinds_of_cost_sum_to_the_objective(files):
    by_kind = defaultdict(float)
    for r in files["money"]:
        by_kind[r["kind"]] += float(r["present_value [MCNY]"])
    assert dict(by_kind) == pytest.approx(files["plan"]["cost"])
    assert set(by_kind) == {"capex", "opex", "energy", "income", "credits", "penalties", "salvage"}


def test_money_by_year_is_that_of_the_document(files):
    for kind, values in files["plan"]["tables"]["money"].items():
        for year, value in zip(files["plan"]["years"], values, strict=True):
            rows = [r for r in files["money"] if (r["kind"], int(r["year"])) == (kind, year)]
            assert sum(float(r["amount [MCNY]"]) for r in rows) == pytest.approx(value, abs=1e-9)


def emitted(files, ids, year, basis=("", "location")) -> float:
    rows = [r for r in files["emissions"] if r["ledger"] == "emissions" and r["id"] in ids and r["basis"] in basis]
    return sum(float(r["amount [ktCO2e]"]) for r in rows if int(r["year"]) == year)


def ledger(files, name, year) -> float:
    rows = [r for r in files["emissions"] if r["ledger"] == name and int(r["year"]) == year]
    return sum(float(r["amount [ktCO2e]"]) for r in rows)


def test_emissions_reproduce_every_target_row(files):
    """From emissions.csv alone, by the words of each target, `achieved` of every row of targets.csv comes out again."""
    years = [2026, 2027, 2028, 2029, 2030]
    near = ("site", "power")
    own = {
        ("top", "no year above the highest"): lambda y: emitted(files, ["site"], y),
        ("cap", "gross emissions"): lambda y: emitted(files, near, y),
        ("market", "gross emissions"): lambda y: emitted(files, ["power"], y, ("market",)),
        ("less", "intensity"): lambda y: emitted(files, near, y) / 520 * 1000,
        ("net", "net emissions"): lambda y: (
            emitted(files, near, y) - ledger(files, "removals", y) - ledger(files, "credits", y)
        ),
        ("net", "credits"): lambda y: ledger(files, "credits", y),
        ("sum", "net emissions together"): lambda _: sum(
            emitted(files, ["site"], k) - ledger(files, "removals", k) for k in years
        ),
        ("past", "durable removals together"): lambda _: sum(ledger(files, "removals", k) for k in years),
        ("out", "avoided at customers"): lambda y: ledger(files, "avoided", y),
        ("far", "gross emissions"): lambda y: emitted(files, ["goods"], y),
    }
    rows = files["targets"]
    assert {(r["id"], r["rule"]) for r in rows} == set(own)
    for r in rows:
        assert own[r["id"], r["rule"]](int(r["year"])) == pytest.approx(float(r["achieved"]), abs=1e-6)
    top = [r for r in rows if r["id"] == "top"]
    highest = max(emitted(files, ["site"], y) for y in (2026, 2027))
    assert [float(r["required"]) for r in top] == pytest.approx([highest] * 3)


def test_margins_and_met(files):
    """achieved + margin = required for 'at most', the other way round for 'at least'; below zero is missed."""
    for r in files["targets"]:
        required, achieved, margin = (float(r[k]) for k in ("required", "achieved", "margin"))
        least = r["kind"] in ("avoided", "historical")
        assert margin == pytest.approx(achieved - required if least else required - achieved, abs=1e-6)
        assert (r["met"] == "True") == (margin > -1e-4)
    assert {r["id"] for r in files["targets"] if r["met"] == "False"} == {"far"} == set(files["plan"]["missed"])


def test_schedule_is_that_of_the_document(files):
    """Project, year, amount and what follows from them."""
    rows = [(r["project"], int(r["year"]), float(r["amount"])) for r in files["schedule"]]
    document = [(r["project"], r["year"], r["amount"]) for r in files["plan"]["schedule"]]
    assert rows == document
    pv = next(r for r in files["schedule"] if r["project"] == "pv")
    assert (pv["unit"], pv["operates_from"], pv["operates_until"]) == ("MW", pv["year"], str(int(pv["year"]) + 19))
    lots = next(r for r in files["schedule"] if r["project"] == "lots")
    assert (lots["name"], lots["entity"], int(lots["operates_from"])) == (
        "Lots of lorries",
        "yard",
        int(lots["year"]) + 1,
    )
    assert lots["operates_until"] == "", "renewed: its operation does not end"
    kiln = next(r for r in files["schedule"] if r["project"] == "kiln")
    assert float(kiln["list_capex [MCNY]"]) == 14


def test_budgets_are_balances(files):
    """available = limit + what was kept; kept is half of what is left; used never above available."""
    rows = [r for r in files["limits"] if (r["what"], r["id"]) == ("budget", "capex")]
    kept = 0.0
    for r in rows:
        available, used = float(r["available"]), float(r["used"])
        assert available == pytest.approx(float(r["limit"]) + kept)
        kept = float(r["kept"])
        assert kept == pytest.approx(0.5 * (available - used), abs=1e-6)
        assert used <= available + 1e-4
    crews = [r for r in files["limits"] if r["id"] == "crews"]
    assert all(float(r["used"]) <= 2 for r in crews)
    assert sum(float(r["used"]) for r in crews) > 0


def test_pathway_is_the_sum_of_the_ledgers(files):
    """Over all scopes by location; removals, avoided and credits beside it, never taken off."""
    for r in files["pathway"]:
        year = int(r["year"])
        assert float(r["gross [ktCO2e]"]) == pytest.approx(emitted(files, ["site", "power", "goods"], year))
        assert float(r["removals [ktCO2e]"]) == pytest.approx(ledger(files, "removals", year))
        assert float(r["credits [ktCO2e]"]) == pytest.approx(ledger(files, "credits", year))


def test_avoided_of_the_baseline_is_shown(files):
    rows = [r for r in files["emissions"] if r["ledger"] == "avoided" and r["id"] == "(baseline)"]
    assert [(r["entity"], float(r["amount [ktCO2e]"])) for r in rows] == [("yard", 2)] * 5


def test_numbers_are_clean():
    """Twelve digits that count, dust below a billionth is nothing, and there is no minus zero."""
    assert tables.clean(0.1 + 0.2) == 0.3
    assert tables.clean(5.0000000000003) == 5.0
    assert str(tables.clean(-1e-12)) == "0.0"
    assert tables.clean(-2.5e-9) == -2.5e-9
    assert tables.clean(123456789.123456) == 123456789.123


def test_an_empty_plan_has_tables_too(tmp_path):
    """No projects: every table has its header, and the files can be read."""
    result = solved("targets: {cap: {kind: reduction, by: 1, cut: 0 %}}", tmp_path)
    write_result(result, {}, tmp_path / "out")
    for path in (tmp_path / "out").glob("*.csv"):
        assert path.read_text(encoding="utf-8").splitlines()[0].count(",") >= 5
    assert json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))["schedule"] == []
