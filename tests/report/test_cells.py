"""Sheets written by the column hold, byte for byte, what XlsxWriter writes cell by cell."""

import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from xlsxwriter.worksheet import Worksheet

from optimiser.errors import InternalError
from optimiser.report import cells
from optimiser.report.workbook import write_tables

WHEN = "docProps/core.xml"
"""Holds the time at which the file was made."""


class CellByCell(Worksheet):
    """The library alone, through its public face."""

    def put_numbers(self, column, numbers, look):
        for row, number in enumerate(numbers, start=1):
            self.write_number(row, column, number, look)

    def put_texts(self, column, texts):
        for row, text in enumerate(texts, start=1):
            self.write_string(row, column, text)


def parts(path: Path) -> dict[str, bytes]:
    """The files of a workbook but the one with the time."""
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist() if name != WHEN}


def frame(rows: int, **more) -> pd.DataFrame:
    """Texts with letters that XML must escape, whole numbers, and numbers of many digits."""
    texts = [("<&>", "=1+1", " two blanks ", "化")[i % 4] + str(i // 7) for i in range(rows)]
    numbers = [(i - 5) * 10.0 ** (i % 9 - 4) / 3 for i in range(rows)]
    return pd.DataFrame({"name": texts, "year": list(range(rows)), "amount": numbers, "other": numbers[::-1], **more})


CASES = {
    "short": {"a": frame(3)},
    "long": {"a": frame(cells.LONG + 40), "b": frame(cells.LONG + 1)},
    "long with blanks": {"a": frame(600, gap=[None if i % 5 else 1.5 for i in range(600)])},
    "long with blanks first": {"a": pd.DataFrame({"gap": [None] * 599 + ["x"]}).join(frame(600))},
    "truth values and nothing finite": {"a": frame(600, odd=[True, np.inf] * 300)},
    "text that no cell holds": {"a": frame(600, long=["y" * 40_000] + ["z"] * 599)},
    "half a text that no cell holds": {"a": frame(600, long=["😀" * 17_000] + ["z"] * 599)},
    "no rows": {"a": frame(0)},
    "formats in another order": {"a": frame(600)[["amount", "year", "name"]], "b": frame(2)},
}


@pytest.mark.parametrize("case", CASES)
def test_the_file_is_that_of_the_library(case, tmp_path, monkeypatch):
    """Proves that no cell, format, text, width or span differs, whether columns are kept as columns or not."""
    write_tables(CASES[case], "t", tmp_path / "ours.xlsx")
    monkeypatch.setattr(cells, "Sheet", CellByCell)
    write_tables(CASES[case], "t", tmp_path / "theirs.xlsx")
    assert parts(tmp_path / "ours.xlsx") == parts(tmp_path / "theirs.xlsx")


def test_a_row_with_a_format_of_its_own_is_left_to_the_library(tmp_path):
    """Proves that long columns are not lost where a sheet has more than plain cells."""
    import xlsxwriter

    for kind, name in ((cells.Sheet, "ours.xlsx"), (CellByCell, "theirs.xlsx")):
        with xlsxwriter.Workbook(tmp_path / name) as book:
            sheet = book.add_worksheet("a", worksheet_class=kind)
            sheet.write_string(0, 0, "n")
            sheet.set_row(3, 40, book.add_format({"bold": True}))
            sheet.put_numbers(0, [float(i) for i in range(700)], None if kind is CellByCell else book.add_format())
    read = [pd.read_excel(tmp_path / name)["n"].tolist() for name in ("ours.xlsx", "theirs.xlsx")]
    assert read[0] == read[1] == [float(i) for i in range(700)]


def test_rows_that_nobody_wrote_are_a_fault(tmp_path, monkeypatch):
    """Proves that an XlsxWriter which asks for rows in another way cannot lose them in silence."""
    monkeypatch.setattr(cells.Sheet, "_write_rows", lambda sheet: Worksheet._write_rows(sheet))
    with pytest.raises(InternalError, match="lacks the rows of a"):
        write_tables(CASES["long"], "t", tmp_path / "lost.xlsx")
