"""Comparison: what starts earlier, later, not at all; money, tonnes, promises and inputs side by side; by hand."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import openpyxl
import pytest
from rich.console import Console

from optimiser.errors import UsageError
from optimiser.report import comparison as side
from optimiser.report import comparison_folder
from optimiser.report.comparison import Comparison
from optimiser.report.comparison_folder import comparison_document, refuse_foreign_comparison, write_comparison
from optimiser.report.comparison_terminal import show_comparison
from optimiser.report.differences import input_differences
from tests.helpers import solved

FIRST = """
name: First
horizon: {first: 1, last: 5}
projects:
  a: {kind: upgrade, start: [1, 5], capex: 10 MCNY, abates: {site: 10 ktCO2e}}
  lots: {kind: upgrade, units: {max: 5}, capex: 4 MCNY, cost_trend: -10 %, abates: {site: 5 ktCO2e}}
  gone: {kind: upgrade, capex: 1 MCNY, abates: {site: 1 ktCO2e}, committed: true, start: [1, 1]}
targets:
  cap: {kind: reduction, in: 3, cut: 21 ktCO2e}
  dear: {kind: reduction, in: 5, cut: 90 %, penalty: 1 CNY/tCO2e}
"""
SECOND = (
    FIRST.replace("name: First", "name: Second")
    .replace("in: 3, cut: 21 ktCO2e", "in: 2, cut: 26 ktCO2e")
    .replace(", committed: true", "")
    .replace("  gone: ", "  late: ")
    .replace("a: {kind: upgrade, start: [1, 5]", "a: {kind: upgrade, start: [1, 2]")
)
OTHER_MONEY = (
    "currency: EUR\nhorizon: {first: 2, last: 4}\nprojects: {a: {kind: upgrade, capex: 1 MEUR, committed: true}}\n"
)


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """Year 3 with 21 kt: gone (1) and four lots, 20, at 0.9^2 x 4 each. Year 2 with 26 kt: five lots and the late one.

    a costs 10 for 10 kt, a lot 4 x 0.9^(y-1) for 5 kt: lots are always cheaper, and cheaper the later they start.
    """
    folder = tmp_path_factory.mktemp("two")
    one, other = (folder / n for n in ("one", "other"))
    one.mkdir()
    other.mkdir()
    return Comparison.of([solved(FIRST, one), solved(SECOND, other)])


def records(frame):
    return frame.to_dict("records")


def test_what_starts_when(two):
    """Lots: four in year 3, then five in year 2. `gone` is not asked for any more; `late` is new."""
    first, second = two.labels
    assert (first, second) == ("scenario (1)", "scenario (2)")
    found = {r["id"]: r for r in records(side.starts(two))}
    assert set(found) == {"lots", "gone", "late"}
    lots = found["lots"]
    assert (lots[f"{first}: first start"], lots[f"{first}: amount"]) == (3, 4)
    assert (lots[f"{second}: first start"], lots[f"{second}: amount"]) == (2, 5)
    assert lots[f"{second}: change"] == "earlier by 1 year, 1 more"
    assert found["gone"][f"{second}: change"] == "not in this scenario"
    assert found["late"][f"{second}: change"] == "new"


@pytest.mark.parametrize(
    ("before", "after", "known", "words"),
    [
        ({3: 1.0}, {3: 1.0}, True, "same"),
        ({}, {}, True, "same"),
        ({3: 1.0}, {}, True, "not at all"),
        ({3: 1.0}, {}, False, "not in this scenario"),
        ({}, {3: 2.0}, True, "new"),
        ({3: 1.0}, {5: 1.0}, True, "later by 2 years"),
        ({3: 4.0}, {2: 1.5}, True, "earlier by 1 year, 2.5 fewer"),
        ({3: 1.0, 5: 2.0}, {3: 2.0, 5: 1.0}, True, "as much, in other years"),
    ],
)
def test_differences_in_words(before, after, known, words):
    assert side._change(before, after, known) == words


def test_money_by_kind_and_in_total(two):
    """4 x 4 x 0.81 + 1 = 13.96; 5 x 4 x 0.9 + 0.9 = 18.9 (capex falls by a tenth a year only for the lots: 1)."""
    first, second = (r.plan.objective for r in two.results)
    frame = side.money(two)
    total = records(frame)[-1]
    assert total["kind"] == "total"
    assert total["scenario (1) [MCNY]"] == pytest.approx(first)
    assert total["scenario (2): difference"] == pytest.approx(second - first)
    capex = next(r for r in records(frame) if r["kind"] == "capex")
    assert capex["scenario (1) [MCNY]"] == pytest.approx(4 * 4 * 0.81 + 1)
    assert capex["scenario (2) [MCNY]"] == pytest.approx(5 * 4 * 0.9 + 1)
    parts = [r for r in records(frame) if r["kind"] != "total"]
    assert sum(r["scenario (1) [MCNY]"] for r in parts) == pytest.approx(first)


def test_tonnes_at_milestones(two):
    """100 less 20 less 1 from year 3, against 100 less 25 less 1 from year 2; years 1 and 5 are the milestones."""
    frame = side.emissions(two)
    rows = {(r["ledger"], r["year"]): r for r in records(frame)}
    assert sorted({y for _, y in rows}) == [1, 5]
    last = rows["gross, scope 1", 5]
    assert (last["scenario (1) [ktCO2e]"], last["scenario (2) [ktCO2e]"]) == pytest.approx((79, 74))
    assert last["scenario (2): difference"] == pytest.approx(-5)
    assert rows["baseline, scope 1", 5]["scenario (1) [ktCO2e]"] == 100
    assert rows["net of removals and credits", 5]["scenario (2) [ktCO2e]"] == pytest.approx(74)


def test_milestones_are_every_fifth_year(two):
    instance = replace(two.results[0].instance, years=np.arange(2026, 2043))
    assert side.milestones(Comparison((replace(two.results[0], instance=instance),), ("x",))) == [
        2026, 2030, 2035, 2040, 2042,
    ]  # fmt: skip


def test_targets_met_missed_and_not_asked(two, tmp_path):
    other = solved("targets: {only: {kind: reduction, in: 2, cut: 0 %}}\n", tmp_path)
    frame = side.targets(Comparison.of([*two.results, other]))
    found = {r["target"]: r for r in records(frame)}
    assert found["cap"]["scenario (1): status"] == "met"
    assert found["cap"]["scenario (1): margin"] == pytest.approx(0)
    assert (found["dear"]["scenario (2): status"], found["dear"]["scenario (2): margin"]) == (
        "missed",
        pytest.approx(-64),
    )
    assert found["only"]["scenario (1): status"] == "not asked"
    assert found["cap"]["scenario (3): status"] == "not asked"


def test_inputs_as_they_are_written(two):
    found = {r["entry"]: (r["scenario (1)"], r["scenario (2)"]) for r in records(side.inputs(two))}
    assert found == {
        "name": ("First", "Second"),
        "projects.a.start": ("[1, 5]", "[1, 2]"),
        "projects.gone": (
            "{kind: upgrade, capex: 1 MCNY, abates: {site: 1 ktCO2e}, committed: true, start: [1, 1]}",
            "(absent)",
        ),
        "projects.late": (
            "(absent)",
            "{kind: upgrade, capex: 1 MCNY, abates: {site: 1 ktCO2e}, start: [1, 1]}",
        ),
        "targets.cap.in": ("3", "2"),
        "targets.cap.cut": ("21 ktCO2e", "26 ktCO2e"),
    }


def test_differences_of_odd_values():
    """Lists of mappings are followed, true is not 1, a mapping against a text is one entry, order is none."""
    a = {"x": [{"k": 1}, {"k": 2}], "t": True, "m": {"p": 1, "q": 2}, "path": "5 MCNY", 2030: None}
    b = {"t": 1, "x": [{"k": 1}, {"k": 3}], "m": {"q": 2, "p": 1}, "path": {2026: "5 MCNY"}, 2030: None}
    rows = input_differences(["a", "b"], [a, b]).values.tolist()
    assert rows == [["x[2].k", "2", "3"], ["t", "true", "1"], ["path", "5 MCNY", "{2026: 5 MCNY}"]]


def test_other_money_is_not_subtracted(two, tmp_path):
    euro = solved(OTHER_MONEY, tmp_path)
    mixed = Comparison.of([two.results[0], euro])
    frame = side.money(mixed)
    assert list(frame.columns) == ["kind", "scenario (1) [MCNY]", "scenario (2) [MEUR]"]
    emissions = side.emissions(mixed)
    year_1 = next(r for r in records(emissions) if r["year"] == 1)
    assert year_1["scenario (2) [ktCO2e]"] != year_1["scenario (2) [ktCO2e]"]  # no such year there: a blank
    assert "cannot be subtracted" in printed(mixed)
    told = " ".join(printed(mixed).split())
    assert "The costs are not of the same time: scenario (1) 1 to 5 at 0 %, scenario (2) 2 to 4 at 0 %." in told
    assert "not of the same time" not in printed(two)


def test_finance_and_carbon_positions(tmp_path):
    """A loan of 6 in one, none in the other; 50 kt bought at 10 in both years of the market's three in the first."""
    text = """
projects: {a: {kind: upgrade, capex: 6 MCNY, committed: true, start: [1, 1]}}
finance: {loan: {kind: loan, rate: 0 %, tenor: 1, repayment: bullet, issue: 1, ticket: [6 MCNY, 6 MCNY],
          committed: true}}
markets: {ets: {price: 10 CNY/tCO2e, free_allocation: 50 %}}
"""
    with_it = solved(text, tmp_path)
    (tmp_path / "b").mkdir()
    without = solved(text.replace(", committed: true}}\nmarkets", ", amount: 0 MCNY}}\nmarkets"), tmp_path / "b")
    both = Comparison.of([with_it, without])
    finance = {(r["instrument"], r["what"]): r["scenario (1) [MCNY]"] for r in records(side.finance(both))}
    assert finance["loan", "issued"] == pytest.approx(6)
    assert finance["loan", "owed at most"] == pytest.approx(6)
    assert finance["loan", "owed at the end"] == 0
    carbon = {r["what"]: r["scenario (1)"] for r in records(side.carbon(both))}
    assert (carbon["due [ktCO2e]"], carbon["bought [ktCO2e]"]) == pytest.approx((300, 150))
    assert carbon["cost [MCNY]"] == pytest.approx(1.5)
    assert "Finance" in printed(both)


def printed(comparison: Comparison) -> str:
    stream = io.StringIO()
    show_comparison(comparison, Console(file=stream, width=80, no_color=True, highlight=False, emoji=False), "")
    return stream.getvalue()


def test_the_terminal_is_80_columns_wide_and_says_why(two):
    text = printed(two)
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "earlier by 1 year, 1" in text
    assert "targets.cap.cut: 21 ktCO2e -> 26 ktCO2e" in text
    assert "MISSED" in text
    assert "0 start alike in all plans." in text


def test_the_same_plan_twice(two):
    same = Comparison.of([two.results[0], two.results[0]])
    text = printed(same)
    assert "All 2 starts are the same." in text
    assert "The scenarios say the same." in text
    assert not len(side.inputs(same))


def test_many_differences_are_capped_on_the_terminal_only(two):
    merged = two.results[1].merged | {"series": {f"s{i}": i for i in range(40)}}
    many = Comparison.of([two.results[0], replace(two.results[1], merged=merged)])
    assert "more; --out FOLDER or --json gives them all" in printed(many)
    assert len(comparison_document(many)["inputs"]) == len(side.inputs(many)) > 6


def test_the_folder_holds_every_table(two, tmp_path):
    out = tmp_path / "out"
    write_comparison(two, out)
    names = {"summary", "starts", "money", "emissions", "targets", "inputs"}
    assert {p.name for p in out.iterdir()} >= {*(f"{n}.csv" for n in names), "comparison.json", "comparison.xlsx"}
    document = json.loads((out / "comparison.json").read_text(encoding="utf-8"))
    assert (document["format"], document["plans"]) == ("optimiser-comparison", ["scenario (1)", "scenario (2)"])
    book = openpyxl.load_workbook(out / "comparison.xlsx")
    assert {s.lower() for s in book.sheetnames} == names
    assert book["Starts"].freeze_panes == "B2"
    write_comparison(two, out)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(UsageError, match="is no earlier comparison"):
        refuse_foreign_comparison(tmp_path / "mine")


def test_the_page_shows_all_plans_in_the_language_asked_for(two, tmp_path, monkeypatch):
    """What draws pages is handed every result in order, the language and the labels; its text is written as it is."""

    def drawn(results, language, titles):
        return f"{language}: {', '.join(r.title for r in results)} as {', '.join(titles)}"

    monkeypatch.setattr(comparison_folder, "page", drawn)
    write_comparison(two, tmp_path / "out", "zh")
    page = (tmp_path / "out" / "comparison.html").read_text(encoding="utf-8")
    assert page == "zh: First, Second as scenario (1), scenario (2)"


def test_hostile_names_stay_text(hostile, world, tmp_path):
    """Nothing in CSV or Excel begins like a formula, and the terminal is not steered."""
    both = Comparison.of([hostile, world])
    write_comparison(both, tmp_path / "out")
    for path in (tmp_path / "out").glob("*.csv"):
        with path.open(newline="", encoding="utf-8") as file:
            for cell in (cell for line in csv.reader(file) for cell in line):
                assert cell[:1] not in ("=", "+", "@", "\t", "\r"), (path.name, cell)
                assert cell[:1] != "-" or cell[1:2].isdigit(), (path.name, cell)
    book = openpyxl.load_workbook(tmp_path / "out" / "comparison.xlsx")
    cells = [c for sheet in book for line in sheet.iter_rows() for c in line if c.value is not None]
    assert not [c for c in cells if c.data_type == "f" or c.hyperlink]
    assert "\x1b" not in printed(both)
    assert "[red]-2+3[/red]" in printed(both)
