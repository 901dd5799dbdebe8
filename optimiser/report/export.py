"""Exports: a result in the forms of finance, models, planning tools and disclosure; one folder, all or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from optimiser.errors import UsageError, quoted
from optimiser.report import aside
from optimiser.report.disclosure import TABLES as DISCLOSURE
from optimiser.report.document import dumps, plan_document
from optimiser.report.folder import frames
from optimiser.report.gantt import gantt_table, mermaid
from optimiser.report.iamc import SHEET, iamc
from optimiser.report.result import Result
from optimiser.report.workbook import write_tables, write_workbook
from optimiser.source import scenario_text

MARK, FORMAT, VERSION = "export.json", "optimiser-export", 1


def require_form(to: str) -> None:
    """Raises UsageError where there is no such form, or a library that it needs is missing."""
    if to not in FORMS:
        raise UsageError(f"--to {quoted(to)}: choose one of {', '.join(FORMS)}")
    if to == "parquet":
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            help = "install it with: pip install 'decarbonisation-portfolio-optimiser[parquet]'"
            raise UsageError(f"--to parquet needs pyarrow, which is not installed; {help}") from None


def refuse_foreign_export(folder: Path, to: str) -> None:
    """Raises UsageError where `folder` is something else than an earlier export to this form, or cannot be written."""
    aside.refuse_foreign(folder, lambda f: _form_of(f) == to, f"export to {to}")


def export_result(result: Result, to: str, folder: Path) -> list[str]:
    """Writes an export into `folder`, all or nothing; what was written, in words.

    Raises UsageError for an unknown form, or a folder that holds something else.
    """
    require_form(to)
    refuse_foreign_export(folder, to)
    before = _files_of(folder)
    with aside.aside(folder, lambda name: name not in before) as new:
        FORMS[to](result, new)
        files = sorted(f.name for f in new.iterdir())
        mark = {"format": FORMAT, "version": VERSION, "to": to, "scenario": result.scenario, "name": result.title}
        (new / MARK).write_text(dumps(mark | {"files": files}), encoding="utf-8", newline="\n")
    return [f"Written to {folder}: {', '.join(files)}"]


def _form_of(folder: Path) -> str:
    return str(_mark_of(folder).get("to", "")) if aside.has_format(folder / MARK, FORMAT) else ""


def _mark_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / MARK).read_text(encoding="utf-8"))


def _files_of(folder: Path) -> set[str]:
    """The files of the export that stands there: they give way, even where the new one has none of that name."""
    if not _form_of(folder):
        return set()
    files = _mark_of(folder).get("files")
    return {MARK, *(str(f) for f in files)} if isinstance(files, list) else {MARK}


def _xlsx(result: Result, folder: Path) -> None:
    write_workbook(result, folder / "plan.xlsx")


def _csv(result: Result, folder: Path) -> None:
    for name, frame in frames(result).items():
        aside.write_csv(frame, folder / name)


def _parquet(result: Result, folder: Path) -> None:
    for name, frame in frames(result).items():
        of_one_type(frame).to_parquet(folder / f"{Path(name).stem}.parquet", engine="pyarrow", index=False)


def of_one_type(frame: pd.DataFrame) -> pd.DataFrame:
    """A table whose columns hold one type each: empty texts among numbers become missing values."""
    frame = frame.copy()
    for place, kind in enumerate(frame.dtypes):
        if kind.kind in "fiub" or kind == "Int64":
            continue
        values = [None if v is None or v is pd.NA or v == "" or v != v else v for v in frame.iloc[:, place]]
        known = [v for v in values if v is not None]
        if known and all(isinstance(v, int) and not isinstance(v, bool) for v in known):
            frame.isetitem(place, pd.array(values, dtype="Int64"))
        elif known and all(isinstance(v, int | float) and not isinstance(v, bool) for v in known):
            frame.isetitem(place, pd.array(values, dtype="Float64"))
        else:
            frame.isetitem(place, pd.array([None if v is None else str(v) for v in values], dtype="string"))
    return frame


def _iamc(result: Result, folder: Path) -> None:
    table = iamc(result)
    aside.write_csv(table, folder / "iamc.csv")
    write_tables({SHEET: table}, result.title, folder / "iamc.xlsx")


def _json(result: Result, folder: Path) -> None:
    (folder / "plan.json").write_text(dumps(plan_document(result)), encoding="utf-8", newline="\n")
    (folder / "scenario.json").write_text(scenario_text(result.merged), encoding="utf-8", newline="\n")


def _gantt(result: Result, folder: Path) -> None:
    aside.write_csv(gantt_table(result), folder / "gantt.csv")
    (folder / "gantt.mmd").write_text(mermaid(result), encoding="utf-8", newline="\n")


def _disclosure(result: Result, folder: Path) -> None:
    tables = {name: table(result) for name, table in DISCLOSURE.items()}
    write_tables(tables, result.title, folder / "disclosure.xlsx")
    for name, frame in tables.items():
        aside.write_csv(frame, folder / f"{name.lower().replace(' ', '_')}.csv")


FORMS: dict[str, Callable[[Result, Path], None]] = {
    "xlsx": _xlsx,
    "csv": _csv,
    "parquet": _parquet,
    "iamc": _iamc,
    "json": _json,
    "gantt": _gantt,
    "disclosure": _disclosure,
}
