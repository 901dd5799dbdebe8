"""A workbook of plain values: sheets, number formats and native charts, by XlsxWriter.

As a script it is a process of its own (`beside.py`). So it imports nothing of ours, and is handed lists of numbers and
texts: it starts in a tenth of a second.
"""

from __future__ import annotations

from math import isfinite
from typing import Any

Column = tuple[str, str, list[Any]]
"""Title, name of the number format, values; None, or not a number, is an empty cell."""
Sheets = dict[str, list[Column]]
Line = tuple[str, Any, str]
"""Of the summary: text, value, and the format of the value; of the text where the value is None."""
Chart = tuple[str, str, str, str]
"""The sheet that is drawn, the kind of chart, title, and what the axis shows."""
Contents = tuple[str, list[Line], Sheets, list[Chart]]
"""Title of the file; lines of the summary; sheets by name; charts in the summary. No lines: no summary, and no
charts then."""

COLOURS = ("#1F4E5F", "#D1733A", "#5B8C5A", "#8A6FA8", "#C2A33E", "#4F81BD", "#9B4F4F", "#7F7F7F")
WIDTH, HEIGHT, COLUMN = 720, 300, 3
WIDE = 20
"""Columns from which on all that say what a row is stay in sight, not only the first one."""


def write_book(contents: Contents, path: str) -> None:
    """Writes the workbook. Texts that begin like a formula or a link are written as text."""
    import xlsxwriter

    title, lines, sheets, charts = contents
    options = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"title": title[:250]})
        formats = _formats(book)
        summary: Any = _write_summary(book, formats, lines) if lines else None
        for name, columns in sheets.items():
            _write_sheet(book, formats, name, columns)
        for place, (name, kind, words, axis) in enumerate(charts):
            drawn = _chart(book, name, kind, words, axis, sheets[name])
            summary.insert_chart(place * (HEIGHT // 20 + 2), COLUMN, drawn)


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


def _write_summary(book: Any, formats: dict[str, Any], lines: list[Line]) -> Any:
    sheet = _add_sheet(book, "Summary")
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 22)
    sheet.set_column(2, 2, 3)
    for row, (text, value, form) in enumerate(lines):
        sheet.write_string(row, 0, text, formats[form if value is None else "bold"])
        if isinstance(value, str):
            sheet.write_string(row, 1, value)
        elif value is not None:
            sheet.write_number(row, 1, value, formats[form])
    return sheet


def _add_sheet(book: Any, name: str) -> Any:
    """A sheet that prints on A4 across, as wide as the paper."""
    sheet = book.add_worksheet(name)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    return sheet


def _write_sheet(book: Any, formats: dict[str, Any], name: str, columns: list[Column]) -> None:
    sheet = _add_sheet(book, name)
    sheet.freeze_panes(1, _names(columns) if len(columns) > WIDE else 1)
    sheet.repeat_rows(0)
    for place, (title, form, values) in enumerate(columns):
        sheet.write_string(0, place, title, formats["head"])
        _write_column(sheet, place, values, form, formats)
        longest = max([len(title), *(len(str(v)) for v in values[:200])], default=8)
        sheet.set_column(place, place, min(max(longest + 1, 8), 42))
    rows = len(columns[0][2]) if columns else 0
    if rows:
        sheet.autofilter(0, 0, rows, len(columns) - 1)


def _names(columns: list[Column]) -> int:
    """How many columns of texts come first, at least one."""
    texts = [all(isinstance(v, str) for v in values) for _, _, values in columns]
    return max(texts.index(False) if False in texts else len(texts), 1)


def _write_column(sheet: Any, column: int, values: list[Any], form: str, formats: dict[str, Any]) -> None:
    kinds = set(map(type, values))
    if kinds == {str}:
        for row, text in enumerate(values, start=1):
            sheet.write_string(row, column, text)
    elif kinds == {int} or (kinds == {float} and isfinite(sum(values))):
        look = formats[form]
        for row, number in enumerate(values, start=1):
            sheet.write_number(row, column, number, look)
    else:
        for row, value in enumerate(values, start=1):
            if value is not None and value == value:  # else there is no cell
                _write_cell(sheet, row, column, value, form, formats)


def _write_cell(sheet: Any, row: int, column: int, value: Any, form: str, formats: dict[str, Any]) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, formats[form])
    else:
        sheet.write_string(row, column, str(value))


def _chart(book: Any, name: str, kind: str, title: str, axis: str, columns: list[Column]) -> Any:
    """Drawn from the cells of a sheet: each column against the first."""
    stacked = {} if kind == "line" else {"subtype": "stacked"}
    chart = book.add_chart({"type": kind, **stacked})
    last = len(columns[0][2])
    for place in range(1, len(columns)):
        colour = COLOURS[(place - 1) % len(COLOURS)]
        look = {"line": {"color": colour, "width": 2}} if kind == "line" else {"fill": {"color": colour}}
        chart.add_series(
            {
                "name": [name, 0, place],
                "categories": [name, 1, 0, last, 0],
                "values": [name, 1, place, last, place],
                **look,
            }
        )
    chart.set_title({"name": title, "name_font": {"size": 12}, "overlay": False})
    chart.set_x_axis({"num_font": {"size": 9}, "interval_unit": max(1, last // 12)})
    grid = {"visible": True, "line": {"color": "#D9D9D9", "width": 0.75}}
    chart.set_y_axis({"name": axis, "num_format": "#,##0", "num_font": {"size": 9}, "major_gridlines": grid})
    chart.set_legend({"position": "bottom", "font": {"size": 9}})
    chart.set_size({"width": WIDTH, "height": HEIGHT})
    return chart


def _main(said: str, path: str) -> None:
    """Writes what a file holds, once the input ends: the file is complete then, or whoever wrote it is no more."""
    import gc
    import pickle
    import sys

    import xlsxwriter  # noqa: F401  (loaded while the file is still being written)

    gc.disable()
    sys.stdin.read()
    with open(said, "rb") as file:
        contents = pickle.load(file)
    write_book(contents, path)


if __name__ == "__main__":
    import sys

    _main(*sys.argv[1:])
