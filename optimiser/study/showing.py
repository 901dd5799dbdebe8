"""Alternatives as tables, on a terminal, and as files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from optimiser.instance import Instance
from optimiser.report import aside
from optimiser.report.words import clean
from optimiser.report.workbook import write_tables
from optimiser.study.alternatives import Alternatives, Appearance, Portfolio

FORMAT = "optimiser-alternatives"
MARK = "alternatives.json"
FILES = frozenset([MARK, "portfolios.csv", "appearances.csv", "alternatives.xlsx"])


def _first_years(portfolio: Portfolio, instance: Instance) -> dict[str, int]:
    """By element: the year in which it first starts."""
    found: dict[str, int] = {}
    for s in portfolio.plan.decisions.starts:
        found[s.project] = min(found.get(s.project, s.year), s.year)
    fleets = {f.id: f for f in instance.fleets}
    for m in portfolio.plan.decisions.moves:
        fleet = fleets[m.fleet]
        name = f"{fleet.id}/{fleet.changes[int(fleet.moves.change[m.move])].id}"
        year = instance.first + int(fleet.moves.begins[m.move])
        found[name] = min(found.get(name, year), year)
    return found


def appearances(found: Alternatives, instance: Instance) -> pd.DataFrame:
    """A row per project (and change of a fleet): how often, its role, and its first start in each portfolio."""
    years = [_first_years(p, instance) for p in found.portfolios]
    rows = []
    for a in found.appearances:
        row: dict[str, Any] = {"id": a.element.id, "name": a.element.label, "times": a.times, "role": a.role}
        for i, p in enumerate(found.portfolios, start=1):
            row[f"start in {i}"] = years[i - 1].get(a.element.id) if a.element.id in p.members else None
        rows.append(row)
    frame = pd.DataFrame(rows)
    for name in frame.columns[4:]:
        frame[name] = frame[name].astype("Int64")
    return frame


def portfolios(found: Alternatives, money: str) -> pd.DataFrame:
    """A row per portfolio: cost, how much more that is, and what differs from the first."""
    first = found.portfolios[0].members
    rows = []
    for i, p in enumerate(found.portfolios, start=1):
        rows.append(
            {
                "portfolio": i,
                f"cost [{money}]": clean(p.plan.objective),
                "extra [%]": clean(p.extra * 100),
                "elements": len(p.members),
                "not in it": ", ".join(sorted(first - p.members)),
                "instead": ", ".join(sorted(p.members - first)),
            }
        )
    return pd.DataFrame(rows)


def document(found: Alternatives, instance: Instance) -> dict[str, Any]:
    """What was found as plain values."""
    return {
        "format": FORMAT,
        "version": 1,
        "name": instance.name,
        "within": found.within,
        "allowance": clean(found.allowance),
        "complete": found.complete,
        "stopped": found.stopped,
        "portfolios": [
            {
                "cost": clean(p.plan.objective),
                "extra": clean(p.extra),
                "gap": clean(p.plan.gap) if p.plan.gap < float("inf") else None,
                "members": sorted(p.members),
                "starts": [
                    {"project": s.project, "year": s.year, "amount": clean(s.amount)} for s in p.plan.decisions.starts
                ],
            }
            for p in found.portfolios
        ],
        "appearances": [
            {"id": a.element.id, "name": a.element.label, "times": a.times, "role": a.role} for a in found.appearances
        ],
    }


def show_alternatives(found: Alternatives, instance: Instance, console: Console) -> None:
    """How often everything appears, and what each portfolio costs and has instead."""
    money, n = f"M{instance.currency}", len(found.portfolios)
    several = f"{n} portfolios" if n > 1 else "One portfolio"
    tail = (
        "there is no other"
        if found.complete
        else f"stopped by {found.stopped}"
        if found.stopped
        else "there may be more"
    )
    console.print(Text(f"{several} within {found.within * 100:.3g} % of the least cost; {tail}.", style="bold"))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name, right in (("portfolio", True), (f"cost [{money}]", True), ("more", True)):
        table.add_column(name, justify="right" if right else "left", no_wrap=True)
    table.add_column("not in it", overflow="fold")
    table.add_column("instead", overflow="fold")
    for row in portfolios(found, money).itertuples(index=False):
        extra = f"{row[2]:.2f} %"
        table.add_row(str(row[0]), f"{row[1]:,.6g}", extra, Text(row[4]), Text(row[5]))
    console.print()
    console.print(table)
    _show_roles(found, console)


def _show_roles(found: Alternatives, console: Console) -> None:
    n = len(found.portfolios)
    heads = {
        "core": "Core: in every plan within the allowance (proven)",
        "in all found": f"In all {n} found (not proven of every plan)",
        "optional": "Optional: a plan within the allowance does with it, another without",
        "in none found": f"In none of the {n} found (not proven of every plan)",
        "never": "Never: in no plan within the allowance (proven)",
    }
    for role, head in heads.items():
        members = [a for a in found.appearances if a.role == role]
        if members:
            console.print(Text(f"\n{head}", style="bold"))
            console.print(Text("  " + "; ".join(_named(a, n, role) for a in members)))


def _named(a: Appearance, n: int, role: str) -> str:
    return f"{a.element.id} ({a.times} of {n})" if role == "optional" else a.element.id


def refuse_foreign_alternatives(folder: Path) -> None:
    """Raises UsageError where `folder` holds something else, or cannot be written."""
    aside.refuse_foreign(folder, lambda f: aside.has_format(f / MARK, FORMAT), "list of alternatives")


def write_alternatives(found: Alternatives, instance: Instance, folder: Path) -> None:
    """Writes alternatives.json, two CSV tables and a workbook, all or nothing. Raises UsageError."""
    refuse_foreign_alternatives(folder)
    tables = {"portfolios": portfolios(found, f"M{instance.currency}"), "appearances": appearances(found, instance)}
    with aside.aside(folder, lambda name: name not in FILES) as new:
        for name, frame in tables.items():
            aside.write_csv(frame, new / f"{name}.csv")
        write_tables(
            {name.capitalize(): frame for name, frame in tables.items()}, instance.name, new / "alternatives.xlsx"
        )
        text = json.dumps(document(found, instance), ensure_ascii=False, indent=1, allow_nan=False)
        (new / MARK).write_text(text + "\n", encoding="utf-8")
