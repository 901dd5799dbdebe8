"""The folder of a comparison: comparison.json, comparison.xlsx and the same tables as CSV, all or nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from optimiser.report import aside
from optimiser.report.comparison import TABLES, Comparison, all_tables
from optimiser.report.document import dumps
from optimiser.report.page import page
from optimiser.report.workbook import write_tables

MARK, BOOK, PAGE = "comparison.json", "comparison.xlsx", "comparison.html"
FORMAT, VERSION = "optimiser-comparison", 1
OURS = frozenset([MARK, BOOK, PAGE, *(f"{name}.csv" for name in TABLES)])


def comparison_document(comparison: Comparison) -> dict[str, Any]:
    """All tables as rows, under the labels of the plans."""
    frames = all_tables(comparison)
    rows = {name: _records(frame) for name, frame in frames.items()}
    return {"format": FORMAT, "version": VERSION, "plans": list(comparison.labels), **rows}


def refuse_foreign_comparison(folder: Path) -> None:
    """Raises UsageError where `folder` is something else than an earlier comparison, or cannot be written."""
    aside.refuse_foreign(folder, lambda f: aside.has_format(f / MARK, FORMAT), "comparison")


def write_comparison(comparison: Comparison, folder: Path, language: str = "en") -> None:
    """Writes every table into `folder`, all or nothing, and the page in `language`.

    Raises UsageError where the folder cannot be written, or holds something that is no comparison.
    """
    refuse_foreign_comparison(folder)
    frames = all_tables(comparison)
    with aside.aside(folder, lambda name: name not in OURS) as new:
        (new / MARK).write_text(dumps(comparison_document(comparison)), encoding="utf-8", newline="\n")
        for name, frame in frames.items():
            aside.write_csv(frame, new / f"{name}.csv")
        write_tables(
            {name.capitalize(): frame for name, frame in frames.items()}, " and ".join(comparison.labels), new / BOOK
        )
        (new / PAGE).write_text(page(comparison.results, language, comparison.labels), encoding="utf-8", newline="\n")


def _records(frame: Any) -> list[dict[str, Any]]:
    return json.loads(frame.to_json(orient="records", double_precision=12, force_ascii=False))
