"""Earlier runs: what the results in a folder say of themselves, without opening them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from optimiser.errors import UsageError, visible
from optimiser.report.document import VERSION
from optimiser.report.folder import is_result
from optimiser.report.reopening import read_run
from optimiser.report.terminal import percent
from optimiser.report.words import amount

FIELDS = ("folder", "name", "when", "status", "gap", "cost", "unit", "missed", "seconds")


def earlier_runs(below: Path) -> list[dict[str, Any]]:
    """A row for every result folder in `below`, or for `below` itself, the latest first.

    Cost is present value in `unit`, the gap a share, `seconds` what all phases took. What a damaged or foreign folder
    does not say is None; folders that are no results are passed over. Raises UsageError where `below` is no folder.
    """
    if not below.exists():
        raise UsageError(f"there is no folder {below}: `optimise SCENARIO.yaml` writes results/NAME")
    if not below.is_dir():
        raise UsageError(f"{below} is a file; name the folder that holds results")
    try:
        folders = [below] if is_result(below) else [f for f in sorted(below.iterdir()) if f.is_dir() and is_result(f)]
    except OSError as error:
        raise UsageError(f"{below} cannot be read: {error.strerror}") from error
    rows = [_row(folder) for folder in folders]
    return sorted(rows, key=lambda row: row["when"] or "", reverse=True)


def _row(folder: Path) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(FIELDS) | {"folder": folder.as_posix(), "missed": []}
    try:
        plan, run = read_run(folder)
    except UsageError:
        return row | {"status": "damaged"}
    version = plan.get("version")
    if isinstance(version, int) and version > VERSION:
        return row | {"status": f"newer (format {version})"}
    seconds = run.get("seconds")
    times = [v for v in seconds.values() if _is_number(v)] if isinstance(seconds, dict) else []
    missed = plan.get("missed")
    return row | {
        "name": _text(plan.get("name")),
        "when": _text(run.get("started")),
        "status": _text(plan.get("status")),
        "gap": plan["gap"] if _is_number(plan.get("gap")) else None,
        "cost": plan["objective"] if _is_number(plan.get("objective")) else None,
        "unit": _text(plan.get("money_unit")),
        "missed": [str(m) for m in missed] if isinstance(missed, list) else [],
        "seconds": round(sum(times), 2) if times else None,
    }


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Any) -> str | None:
    return str(value) if value is not None else None


def show_runs(rows: list[dict[str, Any]], console: Console, below: Path) -> None:
    """Prints the rows, at most 80 columns wide."""
    if not rows:
        console.print(Text(f"No results in {visible(str(below))}."))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("Result", overflow="fold", max_width=26)
    table.add_column("when (UTC)", no_wrap=True)
    table.add_column("status", overflow="fold", max_width=10)
    table.add_column("gap", justify="right", no_wrap=True)
    table.add_column("cost", justify="right", no_wrap=True)
    table.add_column("missed", justify="right", no_wrap=True)
    table.add_column("s", justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            Text(visible(Path(row["folder"]).name or row["folder"])),
            Text(visible((row["when"] or "")[:16].replace("T", " "))),
            Text(visible(row["status"] or "")),
            percent(row["gap"]) if row["gap"] is not None else "",
            Text(f"{amount(row['cost'])} {visible(row['unit'] or '')}" if row["cost"] is not None else ""),
            str(len(row["missed"])) if row["missed"] else "",
            f"{row['seconds']:.0f}" if row["seconds"] is not None else "",
        )
    console.print(table)
