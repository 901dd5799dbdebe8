"""Folders that are written all or nothing: aside, then renamed; and never over something that is not ours."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from optimiser.errors import UsageError

Ours = Callable[[Path], bool]
_FORMULA = frozenset("=+-@\t\r")
"""What a spreadsheet takes for the beginning of a formula."""


def refuse_foreign(folder: Path, is_ours: Ours, what: str = "result") -> None:
    """Raises UsageError where `folder` is something else than an earlier one of ours, or cannot be written."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; choose a folder with --out")
    if folder.is_dir() and any(folder.iterdir()) and not is_ours(folder):
        raise UsageError(f"{folder} is not empty and is no earlier {what}; choose another folder with --out")
    try:
        existing = next(p for p in folder.resolve().parents if p.exists())
        os.rmdir(tempfile.mkdtemp(prefix=".optimise.", dir=existing))
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from error


def has_format(path: Path, name: str) -> bool:
    """True where `path` is one of our documents of this format, whatever its version."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(document, dict) and document.get("format") == name


def neutral(frame: Any) -> Any:
    """Texts that a spreadsheet would run as a formula get an apostrophe before them."""
    frame = frame.copy()
    frame.columns = [neutral_text(c) for c in frame.columns]
    for place, kind in enumerate(frame.dtypes):
        if kind.kind not in "fiub":
            values = frame.iloc[:, place].tolist()
            if any(isinstance(v, str) and v[:1] in _FORMULA for v in values):
                frame.isetitem(place, [neutral_text(v) for v in values])
    return frame


def neutral_text(value: Any) -> Any:
    """The value itself, or a text that begins like a formula with an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value[:1] in _FORMULA else value


def write_csv(frame: Any, path: Path) -> None:
    """A table as CSV in UTF-8 whose texts stay texts in a spreadsheet."""
    neutral(frame).to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


@contextlib.contextmanager
def aside(folder: Path, is_kept: Callable[[str], bool]) -> Iterator[Path]:
    """A new folder that takes the place of `folder` when all is well; files with names that are kept go along."""
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
        _keep(folder, new, is_kept)
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


def _keep(folder: Path, new: Path, is_kept: Callable[[str], bool]) -> None:
    for item in folder.iterdir() if folder.is_dir() else ():
        if is_kept(item.name):
            copy = shutil.copytree if item.is_dir() else shutil.copy2
            copy(item, new / item.name)
