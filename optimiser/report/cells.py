"""Sheets of many cells: XlsxWriter's worksheet, with its innermost loops written for tables.

The library keeps what it is good at: formats, charts, filters, the package. What takes its time is one call, with a
list of attributes, for every cell, and most of ours are plain numbers and texts by the ten thousand. The file is the
same, byte for byte; a sheet that has more than plain cells is written by the library alone.
"""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import CellNumberTuple, CellStringTuple, Worksheet

from optimiser.errors import InternalError

LONG = 500
"""Columns of more rows are kept as columns until they are written; charts and formulas look at shorter ones only."""


def require_written(book: Any) -> None:
    """Raises InternalError where a sheet of a closed workbook still holds columns that nobody wrote."""
    lost = [sheet.name for sheet in book.worksheets() if getattr(sheet, "columns", None)]
    if lost:
        raise InternalError(f"the workbook lacks the rows of {', '.join(lost)}: another XlsxWriter than ours knows")


class Sheet(Worksheet):
    """A worksheet that takes whole columns."""

    def __init__(self) -> None:
        super().__init__()
        self.columns: dict[int, tuple[list[Any], Any]] = {}
        """Long columns: the values of all rows below the first (indices of texts), and their format (None: texts)."""

    def put_numbers(self, column: int, numbers: list[Any], look: Any) -> None:
        """Finite numbers below the first row, all with one format."""
        self._put(column, numbers, look)

    def put_texts(self, column: int, texts: list[str]) -> None:
        """Texts below the first row, without a format."""
        longest, known = self.xls_strmax // 2, self.str_table._get_shared_string_index
        if max(map(len, texts)) > longest:  # the library cuts what a cell cannot hold
            for row, text in enumerate(texts, start=1):
                self.write_string(row, column, text)
        else:
            self._put(column, list(map(known, texts[: self.xls_rowmax - 1])), None)

    def _put(self, column: int, values: list[Any], look: Any) -> None:
        values = values[: self.xls_rowmax - 1]
        self._check_dimensions(1, column)
        self._check_dimensions(len(values), column)
        self.columns[column] = (values, look)
        if len(values) <= LONG:
            self._lay_out()

    def _lay_out(self) -> None:
        """Columns as cells, as the library keeps them."""
        for column, (values, look) in self.columns.items():
            cell = CellStringTuple if look is None else CellNumberTuple
            for row, value in enumerate(values, start=1):
                self.table[row][column] = cell(value, look)
        self.columns = {}

    def _write_rows(self) -> None:
        regular = self._is_plain() and self._is_regular()
        if not regular:
            self._lay_out()
        if not self._is_plain():
            super()._write_rows()
            return
        names = [xl_col_to_name(column) for column in range(self.dim_colmax + 1)]
        styles: dict[Any, str] = {None: ""}
        self._measure_spans()
        for row in sorted(self.table):
            if self.table[row]:
                self._write_plain(row, names, styles)
        if regular:
            self._write_columns(names, styles)

    def _is_regular(self) -> bool:
        """True where there is a first row, and below it nothing but long columns, all of one length."""
        below = set(map(len, (values for values, _ in self.columns.values())))
        return len(below) == 1 and len(self.table) == 1 and sorted(self.columns) == sorted(self.table[0])

    def _write_columns(self, names: list[str], styles: dict[Any, str]) -> None:
        """Long columns, cell beside cell."""
        cells = []
        for column in sorted(self.columns):
            values, look = self.columns[column]
            style = self._style(look, styles)
            if look is None:
                cells.append([f'{style} t="s"><v>{value}</v></c>' for value in values])
            else:
                cells.append([f"{style}><v>{value:.16G}</v></c>" for value in values])
        self.columns = {}
        span = f"{self.dim_colmin + 1}:{self.dim_colmax + 1}"
        row = "".join(f'<c r="{names[column]}%d"%s' for column in sorted(self.table[0]))
        row = f'<row r="%d" spans="{span}">{row}</row>'
        for line, parts in enumerate(zip(*cells, strict=True), start=2):
            self.fh.write(row % (line, *(part for cell in parts for part in (line, cell))))

    @staticmethod
    def _style(look: Any, styles: dict[Any, str]) -> str:
        """The attribute of a format; formats are numbered in the order in which they are met."""
        if look not in styles:
            styles[look] = f' s="{look._get_xf_index()}"'
        return styles[look]

    def _is_plain(self) -> bool:
        """True where nothing but cells and their own formats makes a row."""
        usual = self.default_row_height == self.original_row_height and self.excel_version != 2010
        styled = any(info.column_format is not None for info in self.col_info.values())
        return usual and not (self.row_info or self.comments or styled or self.constant_memory)

    def _write_plain(self, row: int, names: list[str], styles: dict[Any, str]) -> None:
        """The cells of a row. `styles` are the attributes of the formats met so far."""
        cells, line = self.table[row], row + 1
        parts = [f'<row r="{line}" spans="{self.row_spans[row // 16]}">']
        for column in sorted(cells):
            cell = cells[column]
            kind = type(cell)
            if kind is CellNumberTuple or kind is CellStringTuple:
                value, look = cell
                style = styles.get(look)
                if style is None:
                    style = self._style(look, styles)
                if kind is CellNumberTuple:
                    parts.append(f'<c r="{names[column]}{line}"{style}><v>{value:.16G}</v></c>')
                else:
                    parts.append(f'<c r="{names[column]}{line}"{style} t="s"><v>{value}</v></c>')
            else:
                self.fh.write("".join(parts))
                parts = []
                self._write_cell(row, column, cell)
        parts.append("</row>")
        self.fh.write("".join(parts))

    def _measure_spans(self) -> None:
        """The first and last column of each sixteen rows, as the library notes them."""
        spans: dict[int, tuple[int, int]] = {}
        for row, cells in self.table.items():
            if cells:
                low, high = spans.get(row // 16, (self.xls_colmax, 0))
                spans[row // 16] = min(low, min(cells) + 1), max(high, max(cells) + 1)
        self.row_spans = {block: f"{low}:{high}" for block, (low, high) in spans.items()}
