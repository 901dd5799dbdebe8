"""plan.xlsx: the workbook finance can use: one sheet a table, frozen headers, number formats, texts that stay texts."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd

from optimiser.report import carbon, fleets, funding, prices, tables
from optimiser.report.charts import add_charts, yearly
from optimiser.report.result import Result


def write_workbook(result: Result, path: Path) -> None:
    """Writes the workbook. Cells that begin like a formula are written as text."""
    from optimiser.report.cells import require_written

    found = sheets(result)
    with _open(path, result.title) as book:
        formats = _formats(book)
        summary = _write_summary(book, formats, result)
        for name, frame in found.items():
            _write_sheet(book, formats, name, frame)
        add_charts(book, summary, found)
    require_written(book)


def write_tables(frames: dict[str, pd.DataFrame], title: str, path: Path) -> None:
    """Writes a workbook of tables, one sheet each, without a summary."""
    from optimiser.report.cells import require_written

    with _open(path, title) as book:
        formats = _formats(book)
        for name, frame in frames.items():
            _write_sheet(book, formats, name, frame)
    require_written(book)


def _open(path: Path, title: str) -> Any:
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"title": title[:250]})
    return book


def sheets(result: Result) -> dict[str, pd.DataFrame]:
    """Sheet name to table."""
    optional = {name: table(result) for name, table in fleets.SHEETS.items()}
    optional |= {"Carbon": carbon.positions(result), "Credits": carbon.credits(result)}
    optional |= {name: table(result) for name, table in funding.SHEETS.items()}
    optional |= {"Prices": prices.prices(result)}
    return {
        "Schedule": tables.schedule(result),
        "Pathway": tables.pathway(result),
        "Targets": tables.targets(result),
        "Money": tables.money(result),
        "Budgets and resources": tables.limits(result),
        "Emissions": tables.emissions(result),
        **{name: frame for name, frame in optional.items() if frame is not None},
        **{name: frame for name, frame in yearly(result).items() if len(frame.columns) > 1},
    }


def _formats(book: Any) -> dict[str, Any]:
    return {
        "head": book.add_format(
            {"bold": True, "bg_color": "#1F4E5F", "font_color": "#FFFFFF", "text_wrap": True, "valign": "top"}
        ),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "warn": book.add_format({"bold": True, "font_color": "#B00020"}),
        "bold": book.add_format({"bold": True}),
        "whole": book.add_format({"num_format": "0"}),
        "number": book.add_format({"num_format": "#,##0.00;[Red]-#,##0.00"}),
        "share": book.add_format({"num_format": "0.00%"}),
    }


def _write_summary(book: Any, formats: dict[str, Any], result: Result) -> Any:
    sheet = _add_sheet(book, "Summary")
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 22)
    sheet.set_column(2, 2, 3)
    plan, instance = result.plan, result.instance
    sheet.write_string(0, 0, result.title, formats["title"])
    row = 1
    if result.missed:
        sheet.write_string(row, 0, "Targets missed: " + ", ".join(result.missed), formats["warn"])
        row += 1
    if plan.status != "optimal":
        sheet.write_string(
            row, 0, f"Stopped by {plan.stopped_by}: not proven within the gap asked for", formats["warn"]
        )
        row += 1
    lines: list[tuple[str, Any, str]] = [
        ("Status", plan.status, ""),
        (f"Least cost, present value [{result.money}]", plan.objective, "number"),
        (f"Proven bound [{result.money}]", plan.bound if isfinite(plan.bound) else "none", "number"),
        ("Gap", plan.gap if isfinite(plan.gap) else "not proven", "share"),
        ("Gap against money spent", gap if isfinite(gap := result.gap_of_spending) else "not proven", "share"),
        ("Discount rate, real", instance.discount_rate, "share"),
        ("Price year", instance.price_year, "whole"),
        ("Base year", instance.base_year, "whole"),
    ]
    lines += [(f"{kind}, present value [{result.money}]", value, "number") for kind, value in tables.cost_parts(result)]
    for text, value, form in lines:
        sheet.write_string(row, 0, text, formats["bold"])
        if isinstance(value, str):
            sheet.write_string(row, 1, value)
        else:
            sheet.write_number(row, 1, value, formats[form])
        row += 1
    return sheet


def _add_sheet(book: Any, name: str) -> Any:
    """A sheet that prints on A4 across, as wide as the paper."""
    from optimiser.report.cells import Sheet

    sheet = book.add_worksheet(name, worksheet_class=Sheet)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    return sheet


def _write_sheet(book: Any, formats: dict[str, Any], name: str, frame: pd.DataFrame) -> None:
    sheet = _add_sheet(book, name)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    for column, title in enumerate(frame.columns):
        sheet.write_string(0, column, str(title), formats["head"])
        values = frame[title].tolist()
        form = _form(str(title), frame[title])
        _write_column(sheet, column, values, form, formats)
        longest = max([len(str(title)), *(len(str(v)) for v in values[:200])], default=8)
        sheet.set_column(column, column, min(max(longest + 1, 8), 42))
    if len(frame):
        sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)


def _form(title: str, values: pd.Series) -> str:
    if title in ("gap", "discount_rate"):
        return "share"
    if title in ("year", "issued_in", "operates_from", "operates_until", "in_service_from", "scope", "category"):
        return "whole"
    return "number" if values.dtype == float else "whole"


def _write_column(sheet: Any, column: int, values: list[Any], form: str, formats: dict[str, Any]) -> None:
    kinds = set(map(type, values))
    if kinds == {str}:
        sheet.put_texts(column, values)
    elif kinds == {int} or (kinds == {float} and isfinite(sum(values))):
        sheet.put_numbers(column, values, formats[form])
    else:
        for row, value in enumerate(values, start=1):
            _write_cell(sheet, row, column, value, form, formats)


def _write_cell(sheet: Any, row: int, column: int, value: Any, form: str, formats: dict[str, Any]) -> None:
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        sheet.write_blank(row, column, None)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, formats[form])
    else:
        sheet.write_string(row, column, str(value))
