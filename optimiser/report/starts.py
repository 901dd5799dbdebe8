"""What starts when, on a terminal: each project, or where there are many how many in which years, and the largest."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from optimiser.report import tables
from optimiser.report.result import Result
from optimiser.report.words import amount

MANY = 100
"""Projects that start up to which each has a line."""
LARGEST, ENTITIES = 15, 12
"""Where there are more, how many have one, those that cost most, and how many entities at most."""
WINDOWS = 6
"""Years, or windows of five, ten or twenty years, up to which they are columns of a table."""


def show_starts(result: Result, console: Console, folder: str) -> None:
    """Prints what starts, at most 80 columns wide."""
    if result.instance.fleets and not result.instance.projects:
        return
    order = list(dict.fromkeys(start.project for start in sorted(result.plan.decisions.starts, key=lambda s: s.year)))
    count = len(result.instance.projects)
    console.print()
    if not order:
        console.print("Nothing starts." if result.missed else "Nothing starts: the baseline keeps every promise.")
    elif len(order) <= MANY:
        index = {p.id: p.index for p in result.instance.projects}
        first = {s.project: s.year for s in sorted(result.plan.decisions.starts, key=lambda s: -s.year)}
        console.print(_each(result, sorted(order, key=lambda name: (first[name], index[name])), "Starts"))
    else:
        frame = tables.schedule(result)
        capex = frame.groupby("project", sort=False)[_capex(result)].sum()
        largest = capex.sort_values(ascending=False, kind="stable").index[:LARGEST]
        console.print(_counts(result, frame))
        console.print()
        console.print(_each(result, list(largest), "Those that cost most"))
    where = f" All of them: {folder}/schedule.csv" if folder and len(order) > MANY else ""
    console.print(Text(f"{len(order):,} of {count:,} projects start.{where}"))


def _each(result: Result, names: list[str], head: str) -> Table:
    """A line for each of some projects."""
    starts: dict[str, list[str]] = defaultdict(list)
    index, chosen = {p.id: p for p in result.instance.projects}, set(names)
    for s in sorted(result.plan.decisions.starts, key=lambda s: s.year):
        if s.project in chosen:
            starts[s.project].append(str(s.year) if index[s.project].is_single else f"{s.year}: {s.amount:.4g}")
    table = _table()
    table.add_column(head, overflow="fold", max_width=34)
    table.add_column("entity", overflow="fold", max_width=18)
    table.add_column("years (amount)", overflow="fold")
    for name in names:
        p = index[name]
        unit = f" {p.unit}" if p.unit and p.unit != "units" else ""
        entity = result.instance.entities[p.entity].label
        table.add_row(Text(p.label), Text(entity), Text(", ".join(starts[name]) + unit))
    return table


def _counts(result: Result, frame: pd.DataFrame) -> Table:
    """How many projects of each entity start first in which years, and what they cost by the list."""
    instance = result.instance
    length = next(n for n in (1, 5, 10, 20, len(instance.years)) if -(-len(instance.years) // n) <= WINDOWS)
    first = frame.groupby("project", sort=False).agg({"entity": "first", "year": "min", _capex(result): "sum"})
    first["window"] = (first["year"] - instance.first) // length
    counts = first.groupby(["entity", "window"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=range(int(counts.columns.max()) + 1), fill_value=0)
    capex = first.groupby("entity")[_capex(result)].sum()
    labels = {e.id: e.label for e in instance.entities}
    rows = [(labels[e], counts.loc[e], capex[e]) for e in capex.sort_values(ascending=False, kind="stable").index]
    if len(rows) > ENTITIES:
        rest = rows[ENTITIES - 1 :]
        together = sum((numbers for _, numbers, _ in rest[1:]), rest[0][1])
        rows = [*rows[: ENTITIES - 1], (f"{len(rest):,} others", together, sum(cost for *_, cost in rest))]
    table = _table()
    table.add_column("Starts", overflow="fold", min_width=10, max_width=18)
    for window in range(counts.shape[1]):
        begins = instance.first + window * length
        ends = min(begins + length - 1, int(instance.years[-1]))
        name = str(begins) if begins == ends else f"{begins}-{ends % 100:02d}"
        table.add_column(name, justify="right", overflow="fold")
    table.add_column("all", justify="right", overflow="fold")
    table.add_column(Text(_capex(result).replace("_", " ")), justify="right", overflow="fold", max_width=14)
    if len(rows) > 1:
        rows.append(("all", counts.sum(), capex.sum()))
    for label, numbers, cost in rows:
        table.add_row(Text(label), *(f"{n:,}" for n in numbers), f"{numbers.sum():,}", amount(float(cost)))
    return table


def _capex(result: Result) -> str:
    return f"list_capex [{result.money}]"


def _table() -> Table:
    return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
