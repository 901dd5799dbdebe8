"""plan.xlsx: opens, is formatted, keeps texts as texts, and says the same as the tables."""

import openpyxl
import pytest

from optimiser.report.tables import money
from optimiser.report.workbook import sheets, write_workbook


@pytest.fixture(scope="module")
def book(world, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "plan.xlsx"
    write_workbook(world, path)
    return openpyxl.load_workbook(path)


def test_one_sheet_a_table(book, world):
    assert book.sheetnames == ["Summary", *sheets(world)]
    for name, frame in sheets(world).items():
        assert (book[name].max_row, book[name].max_column) == (len(frame) + 1, len(frame.columns))
        assert [c.value for c in book[name][1]] == list(frame.columns)


def test_headers_are_frozen_filtered_and_bold(book, world):
    for name in sheets(world):
        sheet = book[name]
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref
        assert all(c.font.bold for c in sheet[1])
        assert all(sheet.column_dimensions[c.column_letter].width >= 8 for c in sheet[1])


def test_what_a_row_is_stays_in_sight_of_wide_sheets(world, tmp_path, monkeypatch):
    """Project, entity and kind, before the years; a sheet that begins with a number keeps its first column."""
    monkeypatch.setattr("optimiser.report.book.WIDE", 3)
    path = tmp_path / "plan.xlsx"
    write_workbook(world, path)
    book = openpyxl.load_workbook(path)
    assert book["Money"].freeze_panes == "D2"
    assert book["Pathway"].freeze_panes == "B2"


def test_numbers_are_numbers_with_formats(book):
    """Money with two decimals, years without a thousands separator, shares as percentages."""
    year, amount = book["Schedule"]["E2"], book["Money"]["D2"]
    assert book["Schedule"]["E1"].value == "year"
    assert (type(year.value), year.number_format) == (int, "0")
    assert isinstance(amount.value, int | float)
    assert "#,##0.00" in amount.number_format
    summary = {r[0].value: r[1] for r in book["Summary"].iter_rows() if r[1].value is not None}
    assert summary["Discount rate, real"].number_format == "0.00%"
    assert summary["Discount rate, real"].value == pytest.approx(0.06)
    assert summary["Price year"].value == 2025


def test_cells_say_what_the_tables_say(book, world):
    for name, frame in sheets(world).items():
        for i, record in enumerate(frame.to_dict("records"), start=2):
            for j, (title, value) in enumerate(record.items(), start=1):
                cell = book[name].cell(i, j).value
                if isinstance(value, float) and value == value:
                    assert cell == pytest.approx(value), (name, title, i)
                elif isinstance(value, str):
                    assert (cell or "") == value, (name, title, i)


def test_money_has_the_years_across(book, world):
    """Proves that the sheet and money.csv are the same flows: in each year, and in present value by project and kind.

    A year without a flow is an empty cell, and no year or row is without any.
    """
    rows = list(book["Money"].iter_rows(values_only=True))
    titles, found = rows[0], rows[1:]
    assert titles[:4] == ("project", "entity", "kind", "present_value [MCNY]")
    years = [int(title.removesuffix(" [MCNY]")) for title in titles[4:]]
    long = money(world)
    first, last = world.instance.first, world.instance.last
    assert years == list(range(first, last + 1 + bool((long["year"] > last).any())))
    wide = {((r[0] or "", r[2]), y): v for r in found for y, v in zip(years, r[4:], strict=True) if v is not None}
    flows = {((p, kind), y): v for y, p, _, kind, v, _ in long.itertuples(index=False)}
    assert wide == pytest.approx(flows)
    assert all(v != 0 for v in wide.values())
    worth = long.groupby(["project", "kind"])["present_value [MCNY]"].sum().to_dict()
    assert {(r[0] or "", r[2]): r[3] for r in found} == pytest.approx(worth)
    assert {(r[0] or "", r[1] or "") for r in found} == set(zip(long["project"], long["entity"], strict=True))
    assert [(r[2], r[0] or "") for r in found] == sorted((r[2], r[0] or "") for r in found)
    assert len(wide) < len(found) * len(years)
    assert sum(r[3] for r in found) == pytest.approx(world.plan.objective)


def test_the_summary_says_what_is_missed_first(book, world):
    summary = book["Summary"]
    assert summary["A1"].value == "A world for reports"
    assert summary["A2"].value == "Targets missed: far"
    rows = {r[0].value: r[1].value for r in summary.iter_rows()}
    assert rows["Status"] == "optimal"
    assert rows["Least cost, present value [MCNY]"] == pytest.approx(world.plan.objective)
    parts = [v for k, v in rows.items() if k and k.endswith("present value [MCNY]") and not k.startswith("Least")]
    assert sum(parts) == pytest.approx(world.plan.objective)


def test_hostile_names_stay_texts(hostile, tmp_path):
    """Not one formula or link in the book: what begins with = + - @ is a string, shown as it was written."""
    path = tmp_path / "plan.xlsx"
    write_workbook(hostile, path)
    book = openpyxl.load_workbook(path)
    cells = [c for sheet in book for line in sheet.iter_rows() for c in line if c.value is not None]
    assert not [c for c in cells if c.data_type == "f"]
    assert not [c for c in cells if c.hyperlink]
    values = {c.value for c in cells if c.data_type == "s"}
    assert {"=1+1", "<script>alert(1)</script>", "@x", "+HYPERLINK(1)", "http://example.org/x", "-dash"} <= values
    assert book["Summary"]["A1"].data_type == "s"
