"""The roadmap for planning tools: a table of tasks that project software imports, and the same as Mermaid text.

Dates are those of whole years: a task that begins in 2027 begins on its first day, one that ends in 2028 on its last.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from optimiser.instance.data import ProjectData
from optimiser.report.result import Result
from optimiser.report.words import amount

COLUMNS = ["ID", "Outline Level", "Name", "Start", "Finish", "Predecessors", "Resource Names", "Notes"]
"""As project software calls them, so that its import recognises them."""


@dataclass(frozen=True)
class Task:
    """A bar: years inclusive. `level` 2 is a phase of the level-1 task before it; `after` are ids with a lag."""

    id: int
    level: int
    name: str
    entity: str
    first: int
    last: int
    after: str = ""
    note: str = ""


def tasks(result: Result) -> list[Task]:
    """Every start of every project, then every change of every fleet, each with its phases: build, operate."""
    found: list[Task] = []
    ids: dict[tuple[str, int], int] = {}
    index = {p.id: p for p in result.instance.projects}
    for s in sorted(result.plan.decisions.starts, key=lambda s: (s.year, index[s.project].index)):
        p = index[s.project]
        ids[p.id, s.year] = len(found) + 1
        size = "" if p.is_single else f", {amount(s.amount)} {p.unit or 'units'}"
        end = result.instance.last
        if p.life is not None and len(p.timing.cycles) == 1:
            end = min(end, s.year + p.lead_time + p.life - 1)
        entity = result.instance.entities[p.entity].label
        _add(found, f"{p.label}{size}", entity, (s.year, s.year + p.lead_time, end), p.id)
    for key, place in ids.items():
        found[place - 1] = replace(found[place - 1], after=_required(result, index[key[0]], key[1], ids))
    for fleet in result.instance.fleets:
        account = result.accounts.fleets[fleet.id]
        for c, change in enumerate(fleet.changes):
            for y in np.flatnonzero(account.begun[c] > 0.5):
                year = int(result.accounts.years[y])
                name = f"{fleet.label}: {change.label}, {amount(account.begun[c, y])} assets"
                service = year + change.lead_time
                end = result.instance.last if change.target is not None else service
                entity = result.instance.entities[fleet.entity].label
                _add(found, name, entity, (year, service, end), fleet.id)
    return found


def _add(found: list[Task], name: str, entity: str, years: tuple[int, int, int], note: str) -> None:
    """A task from its start until it ends, and its phases: what is built before the first year of operation."""
    start, operates, end = years
    end = max(end, start, operates - 1)
    found.append(Task(len(found) + 1, 1, name, entity, start, end, note=note))
    if operates > start:
        found.append(Task(len(found) + 1, 2, "build", entity, start, operates - 1))
    if operates <= end:
        after = f"{len(found)}FS" if operates > start else ""
        found.append(Task(len(found) + 1, 2, "operate", entity, operates, end, after))


def _required(result: Result, p: ProjectData, year: int, ids: dict[tuple[str, int], int]) -> str:
    """What had to start before, with the lag that is asked for: start to start, in months."""
    links = []
    for any_of in p.requires:
        for other, lag in any_of:
            name = result.instance.projects[other].id
            starts = [v for project, v in ids if project == name and v <= year - lag]
            if starts:
                links.append(f"{ids[name, min(starts)]}SS+{12 * lag}mo" if lag else f"{ids[name, min(starts)]}SS")
                break
    return ";".join(links)


def gantt_table(result: Result) -> pd.DataFrame:
    """The tasks as a table with the names of project software, dates as text."""
    rows = [
        (t.id, t.level, t.name, f"{t.first:04d}-01-01", f"{t.last:04d}-12-31", t.after, t.entity, t.note)
        for t in tasks(result)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def mermaid(result: Result) -> str:
    """The tasks as a Mermaid chart: a section for every entity, what is built marked as critical."""
    lines = ["gantt", f"    title {_plain(result.title)}", "    dateFormat YYYY-MM-DD", "    axisFormat %Y"]
    found = tasks(result)
    heads: dict[int, Task] = {}
    for t in found:
        heads[t.id] = t if t.level == 1 else heads[t.id - 1]
    for entity in dict.fromkeys(t.entity for t in found):
        lines.append(f"    section {_plain(entity)}")
        for t in found:
            if t.entity == entity and t.level == 2:
                mark = "crit, " if t.name == "build" else ""
                name = f"{_plain(heads[t.id].name)} ({t.name})"
                lines.append(f"    {name} :{mark}t{t.id}, {t.first:04d}-01-01, {t.last + 1:04d}-01-01")
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """A text without what Mermaid or a browser would read as more than text."""
    return " ".join(re.sub(r"[:;#<>&\"'`%{}\[\]\\]|[^\w\s.,()+/-]", " ", text).split()) or "-"
