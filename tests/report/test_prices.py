"""Prices in the reports: table, document, workbook and terminal say the same, with the caveat beside."""

import io

import openpyxl
import pandas as pd
import pytest
from rich.console import Console

from optimiser.report.document import plan_document
from optimiser.report.folder import write_result
from optimiser.report.prices import CAVEAT, prices, show_prices
from optimiser.workflow import solve
from tests.helpers import solved

TEXT = """
projects:
  cheap: {kind: upgrade, size: {max: 30 MW}, capex: 2 MCNY/MW, abates: {site: 1 ktCO2e/MW}}
  dear: {kind: upgrade, size: {max: 50 MW}, capex: 5 MCNY/MW, abates: {site: 1 ktCO2e/MW}, uses: {crews: 1}}
discount_rate: 5 %
resources: {crews: {limit: {1: 0, 3: 9}}}
budgets: {b: {projects: [cheap], limit: {1: 0 MCNY, 2: 0 MCNY, 3: 20 MCNY}}}
targets: {cut: {kind: reduction, in: 3, cut: 15 ktCO2e}}
"""


def test_the_table(tmp_path):
    """A kt is worth 5 in year 3 (5000 CNY/t), a million 1.5 more than itself; present value is less by two years."""
    frame = prices(solved(TEXT, tmp_path))
    by = frame.set_index(["kind", "id", "year"])
    assert by.loc[("target", "cut", 3), "value_then [MCNY per unit]"] == pytest.approx(5)
    assert by.loc[("target", "cut", 3), "value [MCNY per unit]"] == pytest.approx(5 / 1.05**2)
    assert by.loc[("target", "cut", 3), "carbon_price [CNY/tCO2e]"] == pytest.approx(5000)
    assert by.loc[("budget", "b", 3), "value_then [MCNY per unit]"] == pytest.approx(1.5)
    assert pd.isna(by.loc[("budget", "b", 3), "carbon_price [CNY/tCO2e]"])


def test_everywhere_the_same(tmp_path):
    """plan.json, prices.csv and the sheet have the rows of the table; the caveat stands beside."""
    result = solved(TEXT, tmp_path)
    frame = prices(result)
    document = plan_document(result)
    assert [p["id"] for p in document["prices"]] == list(frame["id"])
    assert document["prices_are"] == CAVEAT
    write_result(result, {}, tmp_path / "out")
    assert list(pd.read_csv(tmp_path / "out" / "prices.csv")["id"]) == list(frame["id"])
    sheet = openpyxl.load_workbook(tmp_path / "out" / "plan.xlsx")["Prices"]
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == list(frame["id"])


def test_nothing_is_said_of_a_plan_without_prices(tmp_path):
    result = solved("targets: {easy: {kind: reduction, in: 3, cut: 0 %}}\n", tmp_path)
    assert prices(result) is None
    assert plan_document(result)["prices"] == []
    stream = io.StringIO()
    show_prices(result, Console(file=stream, width=80))
    assert stream.getvalue() == ""


def test_the_largest_come_first_and_few(tmp_path):
    """The target before the budget; with room for one line, one line and how many there are more."""
    result = solved(TEXT, tmp_path)
    stream = io.StringIO()
    show_prices(result, Console(file=stream, width=80))
    lines = stream.getvalue().splitlines()
    assert "target cut" in lines[2]
    assert "5,000 CNY/tCO2e" in lines[2]
    assert "1.5 CNY for one more CNY" in lines[3]
    assert "Whole numbers staying as they are" in stream.getvalue()
    short = io.StringIO()
    show_prices(result, Console(file=short, width=80), most=1)
    assert "1 more in prices.csv" in short.getvalue()
    assert "budget b" not in short.getvalue()


TWO_ACCOUNTS = """
version: 1
illustrative: true
discount_rate: 10 %
horizon: {first: 2026, last: 2027}
base_year: 2026
entities: {g: {}, a: {parent: g}, b: {parent: g}}
sources:
  sa: {entity: a, scope: 1, baseline: 100 ktCO2e}
  sb: {entity: b, scope: 1, baseline: 50 ktCO2e}
projects:
  cut:
    kind: programme
    entity: a
    start: 2027
    life: 1
    size: {max: 100 MW}
    opex: 0.1 MCNY/MW
    abates: {sa: 1 ktCO2e/MW}
markets:
  inside:
    kind: internal
    entities: [a, b]
    scopes: 1
    cap: {2026: 170 ktCO2e, 2027: 120 ktCO2e}
    banking: {keep: 2 ktCO2e}
"""


def test_a_holding_limit_is_no_price_of_carbon(tmp_path):
    """By hand: one tonne more of the cap saves 100 CNY in 2027 and nothing in 2026, where as much is kept as may be.

    One more that each of two accounts may keep is worth 2 x 100 / 1.1 in 2026: wrong as the worth of the market.
    """
    path = tmp_path / "scenario.yaml"
    path.write_text(TWO_ACCOUNTS, encoding="utf-8")
    result = solve(path, {}).result
    frame = prices(result).set_index(["rule", "year"])
    assert frame.loc[("allowances", 2027), "carbon_price [CNY/tCO2e]"] == pytest.approx(100)
    assert pd.isna(frame.loc[("holding limit", 2026), "carbon_price [CNY/tCO2e]"])
    stream = io.StringIO()
    show_prices(result, Console(file=stream, width=80))
    lines = [line.split() for line in stream.getvalue().splitlines()]
    assert ["market", "inside", "2027", "100", "CNY/tCO2e"] in lines
    assert ["market", "inside,", "holding", "limit", "2026", "181.8", "CNY/tCO2e"] in lines
