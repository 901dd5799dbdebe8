"""The folder of a result: written aside, then renamed, so that an earlier result is whole until the new one is."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from optimiser.errors import UsageError
from optimiser.report import carbon, fleets, funding, prices, tables
from optimiser.report.document import FORMAT, dumps, plan_document
from optimiser.report.result import Result
from optimiser.report.workbook import write_workbook

MARK = "plan.json"
TABLES = {
    "schedule.csv": tables.schedule,
    "money.csv": tables.money,
    "emissions.csv": tables.emissions,
    "targets.csv": tables.targets,
    "limits.csv": tables.limits,
    "pathway.csv": tables.pathway,
}
WHERE_ASKED: dict[str, Callable[[Result], pd.DataFrame | None]] = {
    "carbon.csv": carbon.positions,
    "credits.csv": carbon.credits,
    **funding.TABLES,
    **fleets.TABLES,
    "prices.csv": prices.prices,
}
"""Tables of sections that a scenario may leave out: None then."""
OURS = frozenset([MARK, "run.json", "plan.xlsx", *TABLES, *WHERE_ASKED])


def write_result(result: Result, run: dict[str, Any], folder: Path) -> None:
    """Writes every file of a result into `folder`, all or nothing.

    Raises UsageError where the folder cannot be written, or holds something that is not a result.
    """
    refuse_foreign(folder)
    with _aside(folder) as new:
        (new / MARK).write_text(dumps(plan_document(result)), encoding="utf-8")
        for name, table in (TABLES | WHERE_ASKED).items():
            frame = table(result)
            if frame is not None:
                _neutral(frame).to_csv(new / name, index=False, encoding="utf-8", lineterminator="\n")
        write_workbook(result, new / "plan.xlsx")
        (new / "run.json").write_text(dumps(run), encoding="utf-8")


def refuse_foreign(folder: Path) -> None:
    """Raises UsageError where `folder` is something else than an earlier result, or cannot be written."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; choose a folder with --out")
    if folder.is_dir() and any(folder.iterdir()) and not _is_result(folder):
        raise UsageError(f"{folder} is not empty and is no earlier result; choose another folder with --out")
    try:
        existing = next(p for p in folder.resolve().parents if p.exists())
        os.rmdir(tempfile.mkdtemp(prefix=".optimise.", dir=existing))
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from error


def _is_result(folder: Path) -> bool:
    try:
        document = json.loads((folder / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(document, dict) and document.get("format") == FORMAT


def _neutral(frame: Any) -> Any:
    """Texts that a spreadsheet would run as a formula get an apostrophe before them."""
    frame = frame.copy()
    for name in frame.columns:
        if frame[name].dtype.kind not in "fiub":
            frame[name] = [f"'{v}" if isinstance(v, str) and v[:1] in "=+-@\t\r" and v[:1] else v for v in frame[name]]
    return frame


def _keep_foreign(folder: Path, new: Path) -> None:
    """Files in an earlier result that are not ours go along to the new one."""
    for item in folder.iterdir() if folder.is_dir() else ():
        if item.name not in OURS:
            copy = shutil.copytree if item.is_dir() else shutil.copy2
            copy(item, new / item.name)


@contextlib.contextmanager
def _aside(folder: Path) -> Iterator[Path]:
    folder = folder.resolve()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from error
    old = folder.parent / f"{new.name}.old"
    try:
        yield new
        os.chmod(new, 0o755)
        _keep_foreign(folder, new)
        if folder.exists():
            os.rename(folder, old)
        try:
            os.rename(new, folder)
        except OSError:
            if old.exists():
                os.rename(old, folder)
            raise
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
