"""Tables: CSV and Excel to sections and series, with units in the header and every problem at its cell."""

import datetime

import openpyxl
import pytest

from optimiser.errors import Problems
from optimiser.source import plain, read_document

HEADER = "id,kind,start,capex [MCNY],abates.site [%],units.max,name\n"


def read(folder, scenario, table="", name="t.csv"):
    """The plain tree, and the problems as (code, line, column)."""
    if table:
        (folder / name).write_text(table, encoding="utf-8")
    (folder / "main.yaml").write_text(scenario, encoding="utf-8")
    problems = Problems()
    document = read_document(folder / "main.yaml", problems)
    return plain(document.root), [(p.code, p.line, p.column) for p in problems.found]


def book(folder, *rows, sheet="Projects"):
    workbook = openpyxl.Workbook()
    workbook.active.title = sheet
    for row in rows:
        workbook.active.append(row)
    workbook.save(folder / "t.xlsx")


def test_a_row_is_an_entry_and_numbers_take_the_unit_of_the_header(tmp_path):
    table = HEADER + 'pump,upgrade,"[2026, 2030]",40,2.5,3,Pump\nvalve,upgrade,2027,400 kCNY,5 %,,\n'
    found, problems = read(tmp_path, "tables: {projects: t.csv}\n", table)
    assert not problems
    assert found["projects"] == {
        "pump": {
            "kind": "upgrade", "start": [2026, 2030], "capex": "40 MCNY", "abates": {"site": "2.5 %"},
            "units": {"max": 3}, "name": "Pump",
        },
        "valve": {"kind": "upgrade", "start": 2027, "capex": "400 kCNY", "abates": {"site": "5 %"}},
    }  # fmt: skip


def test_numbers_within_lists_and_mappings_take_the_unit_too(tmp_path):
    table = 'id,capex [MCNY],opex [kCNY]\na,"[60, 35]","{2026: 3, 2040: 4}"\n'
    found, _ = read(tmp_path, "tables: {projects: t.csv}\n", table)
    assert found["projects"]["a"] == {"capex": ["60 MCNY", "35 MCNY"], "opex": {2026: "3 kCNY", 2040: "4 kCNY"}}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_remarks_blank_rows_and_a_byte_order_mark(delimiter, tmp_path):
    rows = ["\ufeff# planned 2025", "id,life,# who", "", "# old,3,x", "a,3,me", ",,", "b,4,you"]
    found, problems = read(tmp_path, "tables: {projects: t.csv}\n", "\n".join(rows).replace(",", delimiter))
    assert not problems
    assert found["projects"] == {"a": {"life": 3}, "b": {"life": 4}}


def test_the_id_may_stand_in_any_column(tmp_path):
    found, _ = read(tmp_path, "tables: {projects: t.csv}\n", "life,id\n3,a\n")
    assert found["projects"] == {"a": {"life": 3}}


def test_the_file_itself_is_laid_over_the_table(tmp_path):
    scenario = "tables: {projects: t.csv}\nprojects: {a: {life: 9}, b: null, c: {life: 1}}\n"
    found, _ = read(tmp_path, scenario, "id,life,capex [MCNY]\na,3,5\nb,3,5\n")
    assert found["projects"] == {"a": {"life": 9, "capex": "5 MCNY"}, "c": {"life": 1}}


def test_a_row_may_be_like_a_template(tmp_path):
    scenario = "tables: {projects: t.csv}\ntemplates: {pump: {kind: upgrade, life: 7}}\n"
    found, _ = read(tmp_path, scenario, "id,like,capex [MCNY]\na,pump,5\n")
    assert found["projects"]["a"] == {"kind": "upgrade", "life": 7, "capex": "5 MCNY"}


def test_a_table_of_years_becomes_series(tmp_path):
    found, problems = read(
        tmp_path, "tables: {prices: t.csv}\n", "year,power [CNY/kWh],gas [CNY/GJ]\n2026,0.6,\n2030,0.7,9\n"
    )
    assert not problems
    assert found["series"] == {
        "prices.power": {2026: "0.6 CNY/kWh", 2030: "0.7 CNY/kWh"}, "prices.gas": {2030: "9 CNY/GJ"},
    }  # fmt: skip


def test_a_table_of_years_may_fill_series_by_their_own_names(tmp_path):
    found, _ = read(tmp_path, "tables: {series: t.csv}\n", "year,power [CNY/kWh]\n2026,0.6\n")
    assert found["series"] == {"power": {2026: "0.6 CNY/kWh"}}


def test_a_table_with_a_free_name_fills_a_section(tmp_path):
    found, _ = read(tmp_path, "tables: {mine: {file: t.csv, fills: projects}}\n", "id,life\na,3\n")
    assert found["projects"] == {"a": {"life": 3}}


def test_a_workbook(tmp_path):
    """Excel keeps whole numbers as floats and has real booleans."""
    book(tmp_path, ["id", "life", "renew", "capex [MCNY]"], [12.0, 3.0, True, 4.5], ["#", "a remark"], [None, None])
    found, problems = read(tmp_path, "tables: {projects: {file: t.xlsx, sheet: Projects}}\n")
    assert not problems
    assert found["projects"] == {12: {"life": 3, "renew": True, "capex": "4.5 MCNY"}}


def test_the_unit_of_a_header_in_a_workbook(tmp_path):
    book(tmp_path, ["year", "p [CNY/kWh]"], [2026, 0.6], [2030.0, 0.7])
    found, problems = read(tmp_path, "tables: {prices: t.xlsx}\n")
    assert not problems
    assert found["series"] == {"prices.p": {2026: "0.6 CNY/kWh", 2030: "0.7 CNY/kWh"}}


@pytest.mark.parametrize(
    ("table", "problems"),
    [
        ("id,capex [MCNY],capex [CNY]\na,1,2\n", [("T002", 1, 3)]),
        ("id,capex,capex.a\na,1,2\n", [("T002", 1, 3)]),
        ("id,capex [MCNY\na,1\n", [("T002", 1, 2)]),
        ("id,a..b\na,1\n", [("T002", 1, 2)]),
        ("id,life\n,3\n  ,4\n", [("T003", 2, 1), ("T003", 3, 1)]),
        ("id,life\na,3\na,4\n", [("T003", 3, 1)]),
        ("id,life\na,3,9\n", [("T002", 2, 3)]),
        ("id,life\na,nan\n", [("S010", 2, 2)]),
        ('id,start\na,"[2026, 2030"\n', [("S001", 2, 2)]),
        ('id,life\na,"3\n', [("T001", 2, 1)]),
        ("Our projects,,\nid,kind,life\na,upgrade,3\n", [("T002", 1, 1)]),
    ],
)
def test_a_broken_table(table, problems, tmp_path):
    assert read(tmp_path, "tables: {projects: t.csv}\n", table)[1] == problems


def test_a_cell_whose_formula_fails_is_no_remark(tmp_path):
    """Proves that its row is not skipped, though it begins with #."""
    found, _ = read(tmp_path, "tables: {projects: t.csv}\n", "id,life\n#REF!,3\n# a remark,4\n")
    assert list(found["projects"]) == ["#REF!"]


@pytest.mark.parametrize(
    ("table", "problems"),
    [
        ("year,a [MCNY]\n2026,1\nlater,2\n", [("T003", 3, 1)]),
        ("year,a [MCNY]\n2026,1\n2026,2\n", [("T003", 3, 1)]),
        ("year,a [MCNY],b [MCNY]\n2026,1,\n", [("T002", 1, 3)]),
        ("year,a [MCNY]\n", [("T003", 1, 1)]),
        ("id,kind\npump,upgrade\nvalve,upgrade\n", [("T003", 1, 1)]),
    ],
)
def test_a_broken_table_of_years(table, problems, tmp_path):
    assert read(tmp_path, "tables: {prices: t.csv}\n", table)[1] == problems


def test_a_misspelt_section_is_said_once(tmp_path):
    (tmp_path / "t.csv").write_text("id,kind\npump,upgrade\nvalve,upgrade\n")
    (tmp_path / "main.yaml").write_text("tables: {project: t.csv}\n")
    problems = Problems()
    read_document(tmp_path / "main.yaml", problems)
    assert [p.help for p in problems.found] == ["did you mean projects?"]


def test_merged_cells_and_dates_in_a_workbook(tmp_path):
    workbook = openpyxl.Workbook()
    page = workbook.active
    for row in (["id", "start"], ["a", datetime.date(2027, 1, 1)], [None, 2027]):
        page.append(row)
    page.merge_cells("A2:A3")
    workbook.save(tmp_path / "t.xlsx")
    found, problems = read(tmp_path, "tables: {projects: t.xlsx}\n")
    assert problems == [("T003", 3, 1)]
    assert found["projects"] == {"a": {"start": "2027-01-01 00:00:00"}}


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        ("3", "K003"), ("{file: [a]}", "K003"), ("{file: t.csv, sheet: [a]}", "K003"),
        ("{file: t.csv, flls: a}", "K001"),
        ("{file: t.csv, fills: {a: 1}}", "K003"), ("{file: t.csv, fills: projets}", "R001"), ("main.yaml", "T001"),
        ("{file: t.csv, sheet: A}", "T001"), ("nothing.csv", "T001"), (".", "T001"), ("t.xls", "T001"),
    ],
)  # fmt: skip
def test_a_table_that_is_named_wrong(spec, code, tmp_path):
    (tmp_path / "t.xls").write_text("")
    _, problems = read(tmp_path, f"tables: {{projects: {spec}}}\n", "id\na\n")
    assert [p[0] for p in problems] == [code]
