"""A comparison on a terminal: the plans, what starts when, what it costs, what is emitted, and why."""

from __future__ import annotations

from math import isfinite
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from optimiser.errors import visible
from optimiser.report import comparison as side
from optimiser.report.comparison import NOT_ASKED, Comparison
from optimiser.report.terminal import KINDS, percent
from optimiser.report.words import amount

MOST_INPUTS = 20


def show_comparison(comparison: Comparison, console: Console, folder: str) -> None:
    """Prints how the plans differ from the first one, at most 80 columns wide, and why they do."""
    _show_plans(comparison, console)
    _show_starts(comparison, console)
    _show_money(comparison, console)
    _show_emissions(comparison, console)
    _show_targets(comparison, console)
    for title, frame, keys in (
        ("Finance", side.finance(comparison), 2),
        ("Carbon, all years", side.carbon(comparison), 3),
    ):
        if frame is not None:
            _show_numbers(title, frame, keys, comparison, console)
    _show_inputs(comparison, console)
    if folder:
        console.print(Text(f"\nWritten to {folder}: comparison.xlsx, comparison.json, CSV tables"))


def _table(*first: str, most: int = 34) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in first:
        table.add_column(Text(name), overflow="fold", max_width=most)
    return table


def _show_plans(comparison: Comparison, console: Console) -> None:
    table = _table("Plan", "status", "gap", "cost", "missed", most=26)
    for label, result in zip(comparison.labels, comparison.results, strict=True):
        plan = result.plan
        gap = percent(plan.gap if plan.gap > 1e-7 else 0.0) if isfinite(plan.gap) else "not proven"
        cost = f"{amount(plan.objective)} {result.money}"
        table.add_row(*(_text(v) for v in (label, plan.status, gap, cost, ", ".join(result.missed))))
    console.print(table)


def _show_starts(comparison: Comparison, console: Console) -> None:
    frame = side.starts(comparison)
    changes = [f"{label}: change" for label in comparison.labels[1:]]
    differ = frame[(frame[changes] != "same").any(axis=1)] if len(frame) else frame
    console.print()
    if len(differ):
        table = _table("Starts", *comparison.labels, "against the first", most=24)
        for record in differ.to_dict("records"):
            cells = [_start(record, label) for label in comparison.labels]
            words = "; ".join(_told(record, c, len(changes)) for c in changes if record[c] != "same")
            name = record["name"] if record["what"] == "project" else f"{record['what'][6:]}: {record['name']}"
            table.add_row(_text(name), *map(_text, cells), _text(words))
        console.print(table)
    same = len(frame) - len(differ)
    console.print(Text(f"{same} start alike in all plans." if len(differ) else f"All {same} starts are the same."))


def _start(record: dict[Any, Any], label: str) -> str:
    year, units = record[f"{label}: first start"], record[f"{label}: amount"]
    if pd.isna(year):
        return "-"
    return str(year) if units == 1 else f"{year} ({amount(units)})"


def _told(record: dict[Any, Any], column: str, several: int) -> str:
    words = str(record[column])
    return f"{column.removesuffix(': change')}: {words}" if several > 1 else words


def _show_money(comparison: Comparison, console: Console) -> None:
    frame = side.money(comparison)
    frame["kind"] = [KINDS.get(kind, kind) for kind in frame["kind"]]
    _show_numbers("Present value", frame, 1, comparison, console)
    if not comparison.one_money:
        console.print(Text("The plans count in different money: their amounts cannot be subtracted."))
    if not comparison.one_span:
        spans = (
            f"{label} {r.instance.first} to {r.instance.last} at {percent(r.instance.discount_rate)}"
            for label, r in zip(comparison.labels, comparison.results, strict=True)
        )
        console.print(Text(visible(f"The costs are not of the same time: {', '.join(spans)}.")))


def _show_emissions(comparison: Comparison, console: Console) -> None:
    frame = side.emissions(comparison)
    shown = frame[frame["ledger"].isin(["gross, all scopes", "net of removals and credits"])]
    gross = shown[shown["ledger"] == "gross, all scopes"].iloc[:, 2:].to_numpy()
    net = shown[shown["ledger"] != "gross, all scopes"].iloc[:, 2:].to_numpy()
    if pd.DataFrame(gross).equals(pd.DataFrame(net)):
        shown = shown[shown["ledger"] == "gross, all scopes"]
    shown = shown.assign(year=shown["year"].astype(str))
    _show_numbers("Emissions", shown, 2, comparison, console)


def _show_targets(comparison: Comparison, console: Console) -> None:
    frame = side.targets(comparison)
    if not len(frame):
        return
    table = _table("Target", "margin in", most=30)
    for label in comparison.labels:
        table.add_column(Text(label), justify="right", overflow="fold")
    for record in frame.to_dict("records"):
        cells = []
        for label in comparison.labels:
            status, margin = record[f"{label}: status"], record[f"{label}: margin"]
            year = record[f"{label}: tightest year"]
            words = NOT_ASKED if status == NOT_ASKED else f"{amount(margin)} ({year})"
            cells.append(Text(f"MISSED {words}" if status == "missed" else words, style=_style(status)))
        table.add_row(_text(f"{record['target']}: {record['rule']}"), _text(record["unit"]), *cells)
    console.print()
    console.print(table)


def _style(status: str) -> str:
    return "bold red" if status == "missed" else ""


def _show_numbers(title: str, frame: pd.DataFrame, keys: int, comparison: Comparison, console: Console) -> None:
    """A table of numbers: `keys` columns of words, then one by plan; where there are only two, their difference."""
    last = keys + len(comparison.labels) + (1 if len(comparison.labels) == 2 and len(frame.columns) > keys + 2 else 0)
    table = _table(title, *(str(c) for c in frame.columns[1:keys]), most=30)
    for name in frame.columns[keys:last]:
        table.add_column(_text(name), justify="right", overflow="fold")
    before = None
    for row in frame.iloc[:, :last].itertuples(index=False):
        first = "" if keys > 1 and row[0] == before else str(row[0])
        before = row[0]
        table.add_row(_text(first), *(_text(v) for v in row[1:keys]), *(_number(v) for v in row[keys:]))
    console.print()
    console.print(table)


def _number(value: Any) -> Text:
    return Text("-" if value is None or value != value else amount(value))


def _show_inputs(comparison: Comparison, console: Console) -> None:
    frame = side.inputs(comparison)
    console.print()
    if not len(frame):
        console.print("The scenarios say the same.")
        return
    console.print(Text("Why: what the scenarios say differently", style="bold"))
    for row in frame.head(MOST_INPUTS).itertuples(index=False):
        values = " -> ".join(_cut(str(v), 60 // len(comparison.labels) + 10) for v in row[1:])
        console.print(Text(visible(f"  {row[0]}: {values}")))
    if len(frame) > MOST_INPUTS:
        console.print(Text(f"  and {len(frame) - MOST_INPUTS} more; --out FOLDER or --json gives them all"))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."


def _text(value: Any) -> Text:
    return Text(visible(str(value)))
