"""Sheets: CSV files and Excel workbooks as numbered rows of cells, without blank rows and rows that begin with #."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from optimiser.errors import Problem, Problems, quoted
from optimiser.source.files import MAX_BYTES, label, read_text, trouble
from optimiser.source.nodes import Node

Row = tuple[int, list[Any]]
MAX_UNPACKED = 16 * MAX_BYTES
MAX_CELLS = 5_000_000
_BROKEN_CELLS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!")
"""What Excel shows for a formula that fails: no remark, though it begins with #."""
_FORMULA = re.compile(rb"<f[ >]")


class UnreadableError(Exception):
    """A table that cannot be read: code, message and help for the place that names it."""

    def __init__(self, code: str, message: str, help: str = ""):
        super().__init__(message)
        self.code, self.message, self.help = code, message, help


def read_rows(path: Path, sheet: Any, at: Node, where: str, problems: Problems) -> list[Row] | None:
    """The rows of a table, or None with the problem noted: at `at` where the file is wrong, else in the table."""
    found = trouble(path)
    if found is not None:
        code, message, help = found
        code = "T001" if code == "S007" else code
        problems.found.append(at.problem(code, where, f"the table {quoted(label(path))} {message}", help))
        return None
    if path.suffix.lower() in (".yaml", ".yml", ".xls", ".ods"):
        text = f"{quoted(label(path))} is neither a CSV table nor a workbook"
        scenario = path.suffix.lower() in (".yaml", ".yml")
        help = "use `extends` for scenario files" if scenario else "save it as .xlsx or CSV"
        problems.found.append(at.problem("T001", where, text, help))
        return None
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        if sheet is not None:
            text = f"{quoted(label(path))} is no workbook and has no sheets"
            problems.found.append(at.problem("T001", where, text, "leave `sheet` out, or name a file .xlsx"))
            return None
        content = read_text(path, problems)
        return _csv_rows(content, label(path), problems) if content is not None else None
    try:
        return _excel_rows(path, sheet, problems)
    except UnreadableError as error:
        text = f"{quoted(label(path))} {error.message}"
        problems.found.append(at.problem(error.code, where, text, error.help))
        return None


def _csv_rows(text: str, name: str, problems: Problems) -> list[Row] | None:
    lines = (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    header = next(lines, "")
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return list(_numbered(reader))
    except csv.Error as error:
        message = f"not a CSV table: {error}"
        help = "check the quotation marks: one that is opened must be closed, one within a text is doubled"
        problems.found.append(Problem(name, max(reader.line_num, 1), 1, "T001", "", message, help))
        return None


def _numbered(reader: Any) -> Iterator[Row]:
    line = 1
    for cells in reader:
        if _says_something(cells):
            yield line, cells
        line = reader.line_num + 1  # a cell may hold line breaks: a row is where it begins


def _says_something(cells: Iterable[Any]) -> bool:
    first = next((c for c in cells if c is not None and str(c).strip()), None)
    text = "" if first is None else str(first).strip()
    return first is not None and (not text.startswith("#") or text in _BROKEN_CELLS)


def _excel_rows(path: Path, sheet: Any, problems: Problems) -> list[Row]:
    import openpyxl

    try:
        formulas = _has_formulas(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl's remarks on styles and validations
            rows = _page(openpyxl, path, sheet, True)
            if formulas:
                _note_uncomputed(rows, _page(openpyxl, path, sheet, False), label(path), sheet, problems)
    except UnreadableError:
        raise
    except Exception as error:  # zip, XML and openpyxl errors: any of them means "not a workbook"
        said = f": {error}"[:120] if isinstance(error, zipfile.BadZipFile | OSError) and str(error) else ""
        raise UnreadableError("T001", f"is not a readable workbook{said}", "save it anew as .xlsx") from error
    return [(i, cells) for i, cells in rows if _says_something(cells)]


def _has_formulas(path: Path) -> bool:
    with zipfile.ZipFile(path) as packed:
        if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED:
            text = f"unpacks to more than {MAX_UNPACKED // 2**20} MiB"
            raise UnreadableError("S004", text, "save the sheet that is needed as a workbook of its own")
        sheets = [n for n in packed.namelist() if n.startswith("xl/worksheets/")]
        return any(_FORMULA.search(packed.read(name)) for name in sheets)


def _page(openpyxl: Any, path: Path, sheet: Any, values: bool) -> list[Row]:
    book = openpyxl.load_workbook(path, read_only=True, data_only=values)
    try:
        if sheet is not None and str(sheet) not in book.sheetnames:
            names = ", ".join(book.sheetnames)
            raise UnreadableError("T001", f"has no sheet {quoted(sheet)}", f"it has {names}")
        page = book[str(sheet)] if sheet is not None else book.worksheets[0]
        rows, cells = [], 0
        for i, row in enumerate(page.iter_rows(values_only=True), start=1):
            cells += len(row)
            if cells > MAX_CELLS:
                help = "delete the empty rows and columns after the last"
                raise UnreadableError("S004", f"has more than {MAX_CELLS:,} cells", help)
            if any(c is not None for c in row):
                rows.append((i, list(row)))
        return rows
    finally:
        book.close()


def _note_uncomputed(rows: list[Row], formulas: list[Row], name: str, sheet: Any, problems: Problems) -> None:
    """A formula without a stored value would read as an empty cell: say so."""
    values = dict(rows)
    name += f"[{sheet}]" if sheet else ""
    for line, cells in formulas:
        known = values.get(line, [])
        for column, cell in enumerate(cells, start=1):
            empty = column > len(known) or known[column - 1] is None
            if empty and isinstance(cell, str) and cell.startswith("="):
                text = f"the formula {quoted(cell)} has no stored value"
                help = "open the workbook in Excel and save it, or paste values"
                problems.found.append(Problem(name, line, column, "T001", "", text, help))
