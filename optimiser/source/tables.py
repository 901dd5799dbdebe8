"""Tables: sections filled from CSV or Excel, one row per id, and tables of years used as paths.

A header is a dotted path with an optional unit (`units.max`, `capex [MCNY]`, `abates.site-diesel [%]`); the place
of a problem is file:row:column of the cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimiser.errors import Problem, Problems, quoted
from optimiser.source.citing import is_citation, mark
from optimiser.source.files import label
from optimiser.source.merging import ENTRIES
from optimiser.source.nodes import UNREAD, Node, key_of
from optimiser.source.sheets import Row, read_rows
from optimiser.source.yaml_reader import read_yaml

TABLE_SECTIONS = ("series", "templates", *ENTRIES)
_HEADER = re.compile(r"\s*(?P<path>[^\[\]]+?)\s*(?:\[(?P<unit>[^\[\]]*)\])?\s*\Z")
_SPEC = ("file", "sheet", "fills", "name", "source", "note", "illustrative")


def fill_from_tables(root: Node, folder: Path, files: list[Path], problems: Problems) -> dict[str, Node]:
    """What the `tables` of a file say, by section. Tables of years become `series` named table.column.

    Files are sought from `folder` and added to `files`. The caller lays the file's own words over the result.
    """
    tables = root.child("tables")
    if tables is None or tables.value is None:
        return {}
    if not tables.is_mapping:
        problems.partial.add("*")
        if not tables.is_unread:
            help = "write tables: {projects: projects.csv}"
            problems.found.append(tables.problem("K003", "tables", "is not a mapping of sections to files", help))
        return {}
    filled: dict[str, dict[Any, Node]] = {}
    for name, node in tables.value.items():
        for part in node.value if isinstance(node.value, list) else [node]:
            if part.value is not None:
                _fill(str(name), part, folder, files, problems, filled)
    return {section: tables.replace(entries) for section, entries in filled.items()}


def _fill(
    name: str, node: Node, folder: Path, files: list[Path], problems: Problems, filled: dict[str, dict[Any, Node]]
) -> None:
    where = f"tables.{name}"
    spec = _spec(node, name, where, problems)
    if spec is None:
        return
    file, section = spec["file"], str(spec["fills"].value)
    sheet = spec["sheet"].value if "sheet" in spec else None
    path = folder / str(file.value)
    before = len(problems.found)
    rows = read_rows(path, sheet, file, where, problems)
    table = Table(label(path) + (f"[{sheet}]" if sheet else ""), [], problems)
    if rows is not None:
        files.append(path)
        table.rows = rows
        target = filled.setdefault(section or "series", {})
        for key, entry in table.filling(name, section).items():
            if key in target:
                problems.found.append(entry.problem("T003", where, f"{quoted(key)} stands in two tables"))
            target[key] = entry
            if is_citation(node):
                mark(entry)
    wrong = {p.code for p in problems.found[before:]}
    if rows is None or "T002" in wrong:
        problems.partial.add(f"{section or 'series'}.*")
    elif "T003" in wrong:
        problems.partial.add(section or "series")


def _spec(node: Node, name: str, where: str, problems: Problems) -> dict[str, Node] | None:
    """What is said of a table: `file`, `sheet`, and the section it `fills` (empty for a table of years)."""
    spec = {"file": node} if isinstance(node.value, str) else node.value
    help = "write a file name, or {file: book.xlsx, sheet: Projects, fills: projects}"
    wrong: tuple[Node, str, str] | None = None
    if not isinstance(spec, dict):
        wrong = node, "is not a table", help
    else:
        unknown = next((k for k in spec if k not in _SPEC), None)
        if unknown is not None:
            wrong = spec[unknown], f"unknown key {quoted(unknown)}", problems.near(unknown, _SPEC) or help
        elif not isinstance(spec.get("file", node).value, str):
            wrong = spec.get("file", node), "the name of a file is missing", help
        elif "sheet" in spec and not isinstance(spec["sheet"].value, str | int | None):
            wrong = spec["sheet"], "is not the name of a sheet", "write sheet: Projects"
        elif "fills" in spec and not isinstance(spec["fills"].value, str):
            wrong = spec["fills"], "is not the name of a section", "write fills: projects"
    if wrong is not None or not isinstance(spec, dict):
        at, message, help = wrong or (node, "is not a table", help)
        problems.partial.add(f"{name}.*" if name in TABLE_SECTIONS else "*")
        if not at.is_unread:
            code = "K001" if "unknown" in message else "K003"
            problems.found.append(at.problem(code, where, message, help, at_key=code == "K001"))
        return None
    default = name if name in TABLE_SECTIONS else ""
    fills = spec["fills"] if "fills" in spec else node.replace(default)
    if fills.value not in ("", *TABLE_SECTIONS):
        problems.partial.add("*")
        help = problems.near(fills.value, TABLE_SECTIONS) or f"sections are {', '.join(TABLE_SECTIONS)}"
        problems.found.append(
            fills.problem("R001", f"{where}.fills", f"there is no section {quoted(fills.value)}", help)
        )
        return None
    return {**spec, "fills": fills}


@dataclass(frozen=True, slots=True)
class Header:
    """A column: where its cells go, and their unit."""

    column: int
    path: tuple[str | int, ...]
    unit: str


@dataclass(slots=True)
class Table:
    """Rows of one sheet, of which the first holds the headers."""

    label: str
    rows: list[Row]
    problems: Problems

    def filling(self, name: str, section: str) -> dict[Any, Node]:
        """What the table puts into a section: an entry per row, or a series per column for a table of years."""
        if not self.rows:
            self.note(1, 1, "T002", "the table is empty")
            return {}
        headers = self.headers()
        by_year = section == "" or (section == "series" and str(self.rows[0][1][0]).strip().lower() == "year")
        if not by_year:
            return self.entries(headers)
        return self.years(headers, name, "" if section else f"{name}.")

    def note(self, line: int, column: int, code: str, message: str, help: str = "") -> None:
        """Notes a problem at a cell."""
        self.problems.found.append(Problem(self.label, line, column, code, "", message, help))

    def headers(self) -> list[Header]:
        """The headers that can be read; a column without one may hold nothing, one that begins with # is a remark."""
        line, cells = self.rows[0]
        texts = ["" if cell is None else str(cell).strip() for cell in cells]
        texts[0] = texts[0] or "id"
        headers: list[Header] = []
        if sum(map(bool, texts)) == 1 and any(sum(not _empty(c) for c in row) > 2 for _, row in self.rows[1:]):
            help = "delete the row, or begin it with #: headers come first"
            self.note(line, 1, "T002", "the first row seems to be a title", help)
            return []
        taken: dict[tuple[str | int, ...], int] = {}
        leaves: set[tuple[str | int, ...]] = set()
        for column, text in enumerate(texts):
            if not text or text.startswith("#"):
                continue
            match = _HEADER.match(text)
            parts = [part.strip() for part in match["path"].split(".")] if match else [""]
            if not match or not all(parts):
                self.note(line, column + 1, "T002", f"the header {quoted(text)} cannot be read")
                continue
            header = Header(column, tuple(key_of(part) for part in parts), (match["unit"] or "").strip())
            above = [header.path[:i] for i in range(1, len(header.path) + 1)]
            clash = taken.get(header.path, next((taken[p] for p in above if p in leaves), None))
            if clash is not None:
                message = f"the header {quoted(text)} says again what column {clash + 1} says"
                self.note(line, column + 1, "T002", message, "keep one of the two")
                continue
            taken.update({p: column for p in above if p not in taken})
            leaves.add(header.path)
            headers.append(header)
        self.strays(texts)
        return headers

    def strays(self, texts: list[str]) -> None:
        """Notes cells in columns without a header: a decimal comma, or a figure that would be lost."""
        for number, row in self.rows[1:]:
            for column, cell in enumerate(row):
                if (column >= len(texts) or not texts[column]) and not _empty(cell):
                    help = 'give the column a header (or one that begins with #), or put "1,200" in quotation marks'
                    self.note(number, column + 1, "T002", f"{quoted(cell)} stands in a column without a header", help)

    def entries(self, headers: list[Header]) -> dict[Any, Node]:
        """One entry per row; the id stands in the column `id`, or in the first."""
        ids = next((h.column for h in headers if h.path == ("id",)), 0)
        entries: dict[Any, Node] = {}
        lines: dict[Any, int] = {}
        for line, cells in self.rows[1:]:
            cell = cells[ids] if ids < len(cells) else None
            key = "" if cell is None else key_of(_text(cell))
            if key == "":
                self.note(line, ids + 1, "T003", "the row has no id")
            elif key in entries:
                self.note(line, ids + 1, "T003", f"the id {quoted(key)} stands twice (first in row {lines[key]})")
            else:
                entries[key], lines[key] = self.entry(line, cells, headers, ids), line
        return entries

    def entry(self, line: int, cells: list[Any], headers: list[Header], ids: int) -> Node:
        """A row as a mapping."""
        entry = Node({}, self.label, line, ids + 1, (line, ids + 1))
        for header in headers:
            if header.column == ids or header.column >= len(cells) or _empty(cells[header.column]):
                continue
            value = self.cell(cells[header.column], header.unit, line, header.column + 1)
            if value is None:
                continue
            at = entry.value
            for parent in header.path[:-1]:
                place = (line, header.column + 1)
                at = at.setdefault(parent, Node({}, self.label, *place, place)).value
            at[header.path[-1]] = value
        return entry

    def years(self, headers: list[Header], name: str, prefix: str) -> dict[Any, Node]:
        """A table of years as series: `table.column` -> mapping of years to quantities."""
        found = self._rows_by_year(name)
        series: dict[Any, Node] = {}
        for header in (h for h in headers if h.column and found):
            place = (self.rows[0][0], header.column + 1)
            points: dict[Any, Node] = {}
            for year, (line, cells) in found.items():
                if header.column < len(cells) and not _empty(cells[header.column]):
                    value = self.cell(cells[header.column], header.unit, line, header.column + 1)
                    if value is not None:
                        points[year] = value
            if points:
                series[prefix + ".".join(map(str, header.path))] = Node(points, self.label, *place, place)
            else:
                self.note(*place, "T002", "the column has no figures", "fill it, or begin its header with #")
        return series

    def _rows_by_year(self, name: str) -> dict[int, Row]:
        rows: dict[int, Row] = {}
        odd: list[tuple[int, str]] = []
        for line, cells in self.rows[1:]:
            text = _text(cells[0])
            year = key_of(text)
            if not isinstance(year, int):
                odd.append((line, text))
            elif year in rows:
                self.note(line, 1, "T003", f"the year {year} stands twice (first in row {rows[year][0]})")
            else:
                rows[year] = (line, cells)
        if not rows:
            self.problems.partial.add("*")  # what it should have filled is not known
            close = self.problems.near(name, TABLE_SECTIONS, cutoff=0.7)
            help = close or "name a section under `tables:`, or write `fills: projects`, if it is no table of years"
            self.note(self.rows[0][0], 1, "T003", "no row of the first column holds a year", help)
        for line, text in odd if rows else ():
            self.note(line, 1, "T003", f"{quoted(text)} is not a year", "the first column holds years")
        return rows

    def cell(self, cell: Any, unit: str, line: int, column: int) -> Node | None:
        """A cell is read like a YAML value, so that `[2026, 2040]` is a window; its numbers take the column's unit."""
        place = (line, column)
        if isinstance(cell, bool | int | float):
            node: Node | None = Node(cell, self.label, *place, place)
        else:
            text = str(cell).strip()
            inner = Problems()
            node = read_yaml(text, self.label, inner, fixed=place)
            if text[0] in "[{":
                self.problems.found.extend(inner.found)
                node = node or Node(UNREAD, self.label, *place)
            else:
                if inner.found or node is None or isinstance(node.value, dict | list):
                    node = Node(text, self.label, *place)  # free text such as a note with colons
                if any(p.code == "S010" for p in inner.found):
                    self.note(line, column, "S010", f"{quoted(text)} is not a finite number")
                    node = Node(UNREAD, self.label, *place)
        if node is None or node.value is None:
            return None
        node.key = place
        return _with_unit(node, unit)


def _empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _text(cell: Any) -> str:
    """A cell as the text of an id: Excel keeps 12 as 12.0."""
    return (
        str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str("" if cell is None else cell).strip()
    )


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
