"""Tables: sections filled from CSV or Excel, one row per id, and tables of years used as paths.

A header is a dotted path with an optional unit (`units.max`, `capex [MCNY]`, `abates.site-diesel [%]`); the place
of a problem is file:row:column of the cell.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from optimiser.errors import Problem, Problems
from optimiser.source.nodes import Node
from optimiser.source.yaml_reader import MAX_BYTES, read_text, read_yaml

SECTIONS = (
    "series", "entities", "sources", "templates", "projects", "resources", "groups", "fleets", "budgets", "finance",
    "markets", "targets",
)  # fmt: skip
_HEADER = re.compile(r"\s*(?P<path>[^\[\]]+?)\s*(?:\[(?P<unit>[^\[\]]*)\])?\s*\Z")

Row = tuple[int, list[Any]]


def fill_from_tables(root: Node, folder: Path, label_of: Callable[[Path], str], problems: Problems) -> dict[str, Node]:
    """What the `tables` of a file say, by section. Tables of years become `series` named table.column.

    Files are sought from `folder`. The caller lays the file's own words over the result.
    """
    tables = root.child("tables")
    if tables is None:
        return {}
    if not tables.is_mapping:
        problems.found.append(tables.problem("K003", "tables", "must be a mapping of sections to files"))
        return {}
    filled: dict[str, dict[Any, Node]] = {}
    for name, node in tables.value.items():
        for part in node.value if isinstance(node.value, list) else [node]:
            _fill(str(name), part, folder, label_of, problems, filled)
    return {section: tables.replace(entries) for section, entries in filled.items()}


def _fill(
    name: str,
    node: Node,
    folder: Path,
    label_of: Callable[[Path], str],
    problems: Problems,
    filled: dict[str, dict[Any, Node]],
) -> None:
    where = f"tables.{name}"
    spec = {"file": node} if isinstance(node.value, str) else node.value
    unknown = (
        [k for k in spec if k not in ("file", "sheet", "fills", "source", "note")] if isinstance(spec, dict) else []
    )
    if not isinstance(spec, dict) or "file" not in spec or unknown:
        help = "write a file name, or {file: book.xlsx, sheet: Projects, fills: projects}"
        problems.found.append(node.problem("K003", where, "is not a table", help))
        return
    file, sheet, fills = (spec[k].value if k in spec else None for k in ("file", "sheet", "fills"))
    section = str(fills) if fills else name if name in SECTIONS and name != "series" else None
    if section is not None and section not in SECTIONS:
        problems.found.append(spec["fills"].problem("R001", f"{where}.fills", f'there is no section "{section}"'))
        return
    path = folder / str(file)
    rows = _rows(path, label_of(path), sheet, spec["file"], where, problems)
    if rows is None:
        return
    label = label_of(path) + (f"[{sheet}]" if sheet else "")
    entries = _years(name, rows, label, problems) if section is None else _entries(rows, label, problems)
    target = filled.setdefault(section or "series", {})
    for key, entry in entries.items():
        if key in target:
            problems.found.append(entry.problem("T003", where, f'"{key}" stands in two tables'))
        target[key] = entry


def _rows(path: Path, label: str, sheet: Any, at: Node, where: str, problems: Problems) -> list[Row] | None:
    if not path.is_file():
        problems.found.append(
            at.problem("T001", where, f"the table {label} does not exist", "paths count from this file")
        )
        return None
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return _excel_rows(path, label, sheet, at, where, problems)
    text = read_text(path, label, problems)
    if text is None:
        return None
    try:
        delimiter = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        return list(_numbered(reader))
    except csv.Error as error:
        problems.found.append(Problem(label, reader.line_num, 1, "T001", "", f"not a CSV table: {error}"))
        return None


def _numbered(reader: Any) -> Iterator[Row]:
    for cells in reader:
        if any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith("#"):
            yield reader.line_num, cells


def _excel_rows(path: Path, label: str, sheet: Any, at: Node, where: str, problems: Problems) -> list[Row] | None:
    import openpyxl

    if path.stat().st_size > MAX_BYTES:
        problems.found.append(at.problem("S004", where, f"{label} is larger than {MAX_BYTES // 2**20} MiB"))
        return None
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            if sheet is not None and sheet not in book.sheetnames:
                names = ", ".join(book.sheetnames)
                problems.found.append(at.problem("T001", where, f'{label} has no sheet "{sheet}"', f"it has {names}"))
                return None
            page = book[sheet] if sheet is not None else book.worksheets[0]
            rows = [(i, list(cells)) for i, cells in enumerate(page.iter_rows(values_only=True), start=1)]
        finally:
            book.close()
    except Exception as error:  # zip, XML and openpyxl errors: any of them means "not a workbook"
        problems.found.append(at.problem("T001", where, f"{label} is not a readable workbook: {error}"))
        return None
    return [(i, cells) for i, cells in rows if any(c not in (None, "") for c in cells)]


def _headers(rows: list[Row], label: str, problems: Problems) -> list[tuple[list[str], str]]:
    line, cells = rows[0]
    headers: list[tuple[list[str], str]] = []
    for column, cell in enumerate(cells, start=1):
        text = "" if cell is None else str(cell)
        match = _HEADER.match(text)
        if text.strip() and not match:
            help = "write a key and a unit, such as capex [MCNY]"
            problems.found.append(Problem(label, line, column, "T002", "", f'the header "{text}" cannot be read', help))
        headers.append((match["path"].split("."), (match["unit"] or "").strip()) if match else ([], ""))
    return headers


def _entries(rows: list[Row], label: str, problems: Problems) -> dict[Any, Node]:
    """One entry per row; the id stands in the column `id`, or in the first."""
    if not rows:
        problems.found.append(Problem(label, 0, 0, "T002", "", "the table is empty", "the first row holds the headers"))
        return {}
    headers = _headers(rows, label, problems)
    id_column = next((i for i, (path, _) in enumerate(headers) if path == ["id"]), 0)
    entries: dict[Any, Node] = {}
    for line, cells in rows[1:]:
        key = cells[id_column] if id_column < len(cells) else None
        if key is None or str(key).strip() == "":
            problems.found.append(Problem(label, line, id_column + 1, "T003", "", "the row has no id"))
            continue
        key = str(key).strip()
        if key in entries:
            problems.found.append(Problem(label, line, id_column + 1, "T003", "", f'the id "{key}" stands twice'))
            continue
        entries[key] = _entry(line, cells, headers, id_column, label, problems)
    return entries


def _entry(
    line: int, cells: list[Any], headers: list[tuple[list[str], str]], id_column: int, label: str, problems: Problems
) -> Node:
    entry = Node({}, label, line, id_column + 1, (line, id_column + 1))
    for column, cell in enumerate(cells):
        if column == id_column or column >= len(headers) or not headers[column][0] or cell is None or cell == "":
            continue
        value = _cell(cell, headers[column][1], label, line, column + 1, problems)
        if value is None:
            continue
        at = entry.value
        *parents, last = headers[column][0]
        for parent in parents:
            at = at.setdefault(parent, Node({}, label, line, column + 1, (line, column + 1))).value
            if not isinstance(at, dict):
                problems.found.append(Problem(label, 1, column + 1, "T002", "", f'"{parent}" is a value elsewhere'))
                at = {}
        at[last] = value
    return entry


def _years(name: str, rows: list[Row], label: str, problems: Problems) -> dict[Any, Node]:
    """A table of years as series: `table.column` -> mapping of years to quantities."""
    if not rows:
        problems.found.append(Problem(label, 0, 0, "T002", "", "the table is empty", "the first row holds the headers"))
        return {}
    headers = _headers(rows, label, problems)
    series: dict[Any, Node] = {}
    for column, (path, unit) in enumerate(headers):
        if column == 0 or not path:
            continue
        points: dict[Any, Node] = {}
        for line, cells in rows[1:]:
            year = _year(cells[0])
            if year is None:
                if column == 1:
                    text = f'"{cells[0]}" is not a year'
                    problems.found.append(Problem(label, line, 1, "T003", "", text, "the first column holds years"))
                continue
            if year in points and column == 1:
                problems.found.append(Problem(label, line, 1, "T003", "", f"the year {year} stands twice"))
            if column < len(cells) and cells[column] not in (None, ""):
                value = _cell(cells[column], unit, label, line, column + 1, problems)
                if value is not None:
                    points[year] = value
        series[f"{name}.{'.'.join(path)}"] = Node(points, label, rows[0][0], column + 1, (rows[0][0], column + 1))
    return series


def _year(cell: Any) -> int | None:
    try:
        number = float(str(cell).strip())
    except ValueError:
        return None
    return int(number) if number == int(number) else None


def _cell(cell: Any, unit: str, label: str, line: int, column: int, problems: Problems) -> Node | None:
    if isinstance(cell, bool | int | float):
        node: Node | None = Node(cell, label, line, column, (line, column))
    else:
        text = str(cell).strip()
        if not text:
            return None
        if text[0] in "[{":
            node = read_yaml(text, label, problems, origin=(line, column))
        else:
            inner = Problems()
            node = read_yaml(text, label, inner, origin=(line, column))
            if inner.found or node is None or isinstance(node.value, dict | list):
                node = Node(text, label, line, column)  # free text such as a note with colons
            problems.found.extend(p for p in inner.found if p.code == "S010")
    if node is None or node.value is None:
        return None
    node.line, node.column, node.key = line, column, (line, column)
    return _with_unit(node, unit)


def _with_unit(node: Node, unit: str) -> Node:
    """Numbers of a column take its unit; texts that carry their own keep it."""
    if not unit:
        return node
    if isinstance(node.value, list):
        return node.replace([_with_unit(n, unit) for n in node.value])
    if isinstance(node.value, dict):
        return node.replace({k: _with_unit(n, unit) for k, n in node.value.items()})
    if isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return node.replace(f"{node.value!r} {unit}")
    return node
