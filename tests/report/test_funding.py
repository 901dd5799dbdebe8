"""Finance in reports: files, sheets, document and terminal; nothing of it where there is none."""

import io
import json

import openpyxl
import pandas as pd
import pytest
from rich.console import Console

from optimiser.report import funding, tables
from optimiser.report.document import plan_document
from optimiser.report.folder import write_result
from optimiser.report.terminal import show
from tests.helpers import solved

WORLD = """
horizon: {first: 2026, last: 2029}
discount_rate: 5 %
projects: {p: {kind: programme, start: 2026, lead_time: 2, capex: 80 MCNY, committed: true, tags: green}}
budgets: {b: {limit: 30 MCNY}}
finance:
  green: {kind: bond, name: Green bond, rate: 5 %, tenor: 2, fee: 1 %, eligible: {tags: green}}
  gift: {kind: grant, amount: 4 MCNY, share: 10 %}
  later: {kind: loan, rate: 9 %, tenor: 5, repayment: bullet, issue: 2029, ticket: [6 MCNY, 6 MCNY], committed: true}
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """80 over two years on 30 a year: 4 are given, 16 borrowed in all, 6 more in the last year."""
    return solved(WORLD, tmp_path_factory.mktemp("funding"))


def test_the_table_follows_every_instrument(result):
    frame = funding.finance(result)
    green = frame[frame.instrument == "green"].set_index("year")
    assert green["issued [MCNY]"].sum() == pytest.approx(16)
    assert green["repayment [MCNY]"].sum() == pytest.approx(16)
    assert green["fees [MCNY]"].sum() == pytest.approx(0.16)
    later = frame[frame.instrument == "later"].set_index("year")
    assert later.loc[2029, "outstanding [MCNY]"] == 6
    assert later.loc[2030, ["interest [MCNY]", "repayment [MCNY]"]].tolist() == pytest.approx([0.54, 6])


def test_the_use_of_proceeds_adds_up(result):
    frame = funding.proceeds(result)
    assert frame.groupby("instrument")["amount [MCNY]"].sum().to_dict() == pytest.approx({"gift": 4, "green": 16})
    assert set(frame.project) == {"p"}


def test_money_and_parts_add_up_to_the_objective(result):
    assert tables.money(result)["present_value [MCNY]"].sum() == pytest.approx(result.plan.objective)
    assert sum(value for _, value in tables.cost_parts(result)) == pytest.approx(result.plan.objective)
    assert set(tables.money(result)["entity"]) == {"group"}


def test_budgets_show_what_finance_adds(result):
    frame = tables.limits(result).set_index("year")
    assert frame.loc[2026, ["limit", "available", "used"]].tolist() == pytest.approx([30, 40, 40])


def test_files_sheets_and_document(result, tmp_path):
    write_result(result, {}, tmp_path / "out")
    assert list(pd.read_csv(tmp_path / "out" / "finance.csv").columns) == list(funding.finance(result).columns)
    assert len(pd.read_csv(tmp_path / "out" / "proceeds.csv")) == len(funding.proceeds(result))
    book = openpyxl.load_workbook(tmp_path / "out" / "plan.xlsx")
    assert {"Finance", "Use of proceeds"} <= set(book.sheetnames)
    document = json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))
    assert document["finance"]["stepped_up"] == []
    assert sum(row["amount [MCNY]"] for row in document["finance"]["proceeds"]) == pytest.approx(20)


def test_the_terminal_names_what_is_issued_and_owed(result):
    console = Console(file=io.StringIO(), width=80, no_color=True)
    show(result, console, "")
    said = console.file.getvalue()
    assert "Green bond" in said
    assert "2029: 6" in said
    assert "Owed when the horizon ends: 6 MCNY, settled in 2030 with 0.54 of interest." in said


def test_without_instruments_nothing_of_it_is_shown(world, tmp_path):
    """Proves that a scenario without the section has the files, sheets and fields that it always had."""
    write_result(world, {}, tmp_path / "out")
    assert not list((tmp_path / "out").glob("finance.csv")) + list((tmp_path / "out").glob("proceeds.csv"))
    assert "finance" not in plan_document(world)
    assert "Finance" not in openpyxl.load_workbook(tmp_path / "out" / "plan.xlsx").sheetnames


def test_an_earlier_result_with_finance_leaves_no_file_behind(result, world, tmp_path):
    write_result(result, {}, tmp_path / "out")
    write_result(world, {}, tmp_path / "out")
    assert not (tmp_path / "out" / "finance.csv").exists()
