"""Sheets of many cells: XlsxWriter's worksheet, with its innermost loops written for tables.

The library keeps what it is good at: formats, charts, filters, the package. What takes its time is one call, with a
list of attributes, for every cell, and most of ours are plain numbers and texts by the ten thousand. The file is the
same, byte for byte; a sheet that has more than plain cells is written by the library alone.
"""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import CellNumberTuple, CellStringTuple, Worksheet


class Sheet(Worksheet):
    """A worksheet that takes whole columns."""

    def put_numbers(self, column: int, numbers: list[Any], look: Any) -> None:
        """Finite numbers below the first row, all with one format."""
        rows = self._room(column, len(numbers))
        for row, number in enumerate(numbers[:rows], start=1):
            self.table[row][column] = CellNumberTuple(number, look)

    def put_texts(self, column: int, texts: list[str]) -> None:
        """Texts below the first row, without a format."""
        rows, longest = self._room(column, len(texts)), self.xls_strmax // 2
        known = self.str_table._get_shared_string_index
        for row, text in enumerate(texts[:rows], start=1):
            if len(text) > longest:  # the library cuts what a cell cannot hold
                self.write_string(row, column, text)
            else:
                self.table[row][column] = CellStringTuple(known(text), None)

    def _room(self, column: int, count: int) -> int:
        """How many of so many rows the sheet has, noted as part of it."""
        rows = min(count, self.xls_rowmax - 1)
        if rows:
            self._check_dimensions(1, column)
            self._check_dimensions(rows, column)
        return rows

    def _write_rows(self) -> None:
        if not self._is_plain():
            super()._write_rows()
            return
        self._measure_spans()
        names = [xl_col_to_name(column) for column in range(self.dim_colmax + 1)]
        styles: dict[Any, str] = {None: ""}
        for row in range(self.dim_rowmin, self.dim_rowmax + 1):
            if self.table[row]:
                self._write_plain(row, names, styles)

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
                    style = styles[look] = f' s="{look._get_xf_index()}"'
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
