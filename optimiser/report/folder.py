"""The folder of a result: written aside, then renamed, so that an earlier result is whole until the new one is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from optimiser.garbage import uncollected
from optimiser.report import aside, carbon, fleets, funding, prices, tables
from optimiser.report.beside import workbook_beside
from optimiser.report.document import FORMAT, dumps, plan_document
from optimiser.report.page import page_or_apology
from optimiser.report.result import Result
from optimiser.source import scenario_text

MARK, SCENARIO, RUN = "plan.json", "scenario.json", "run.json"
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
OURS = frozenset([MARK, SCENARIO, RUN, "plan.xlsx", "report.html", *TABLES, *WHERE_ASKED])
SEALED = (MARK, SCENARIO)
"""What a result is opened again from; run.json holds the digests."""


@uncollected()
def write_result(result: Result, run: dict[str, Any], folder: Path, language: str = "en") -> None:
    """Writes every file of a result into `folder`, all or nothing; `language` is that of the page.

    Raises UsageError where the folder cannot be written, or holds something that is not a result.
    """
    refuse_foreign(folder)
    with aside.aside(folder, lambda name: name not in OURS) as new:
        with workbook_beside(result, new / "plan.xlsx"):
            (new / MARK).write_text(dumps(plan_document(result)), encoding="utf-8", newline="\n")
            (new / SCENARIO).write_text(scenario_text(result.merged), encoding="utf-8", newline="\n")
            for name, frame in frames(result).items():
                aside.write_csv(frame, new / name)
            html = page_or_apology(result, language)
            (new / "report.html").write_text(html, encoding="utf-8", newline="\n")
        sealed = {"outputs": {name: digest(new / name) for name in SEALED}}
        (new / RUN).write_text(dumps(run | sealed), encoding="utf-8")


def frames(result: Result) -> dict[str, pd.DataFrame]:
    """Every table that the result has, by the name of its CSV file."""
    found = {name: table(result) for name, table in (TABLES | WHERE_ASKED).items()}
    return {name: frame for name, frame in found.items() if frame is not None}


def refuse_foreign(folder: Path) -> None:
    """Raises UsageError where `folder` is something else than an earlier result, or cannot be written."""
    aside.refuse_foreign(folder, is_result)


def is_result(folder: Path) -> bool:
    """True where `folder` holds a result, of whatever version."""
    return aside.has_format(folder / MARK, FORMAT)


def digest(path: Path) -> str:
    """SHA-256 of a file, with its name before it."""
    return digest_of(path.read_bytes())


def digest_of(data: bytes) -> str:
    """SHA-256 of what a file holds, with its name before it."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
