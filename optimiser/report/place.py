"""Where a result may be written: an empty folder, one that does not exist, or an earlier result. Loads no tables."""

from __future__ import annotations

from pathlib import Path

from optimiser.report import aside

MARK, FORMAT = "plan.json", "optimiser-plan"
"""The file by which a result is known, and what stands in it."""


def refuse_foreign(folder: Path) -> None:
    """Raises UsageError where `folder` is something else than an earlier result, or cannot be written."""
    aside.refuse_foreign(folder, is_result)


def is_result(folder: Path) -> bool:
    """True where `folder` holds a result, of whatever version."""
    return aside.has_format(folder / MARK, FORMAT)
