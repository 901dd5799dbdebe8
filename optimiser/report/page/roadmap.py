"""The roadmap: a row per project that starts and per change of a fleet that happens, with what begins and runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np

from optimiser.instance.data import ProjectData
from optimiser.report import tables
from optimiser.report.page.names import change_names, project_names
from optimiser.report.page.words import ENGLISH, Words
from optimiser.report.result import Result


def roadmap(result: Result, words: Words = ENGLISH) -> list[dict[str, Any]]:
    """Rows in the order of their first start.

    `starts` are (year, amount, capex), `runs` years from and to in operation (both included), `renewals` years in which
    a further cycle begins. Amounts are those of the schedule and of the table of changes.
    """
    if _projects not in result.made:
        result.made[_projects] = list(_projects(result))
    rows = [*result.made[_projects], *_changes(result, words)]
    return sorted(rows, key=lambda row: row["starts"][0][0])


def _projects(result: Result) -> Iterator[dict[str, Any]]:
    starts: dict[str, list[tuple[int, float, float]]] = defaultdict(list)
    capex = f"list_capex [{result.money}]"
    for row in tables.schedule(result).to_dict("records"):
        starts[row["project"]].append((int(row["year"]), float(row["amount"]), float(row[capex])))
    names = project_names(result.instance)
    for p in result.instance.projects:
        if p.id not in starts:
            continue
        begun = np.array([year - int(p.starts[0]) for year, _, _ in starts[p.id]])
        yield {
            "id": p.id, "label": names[p.id], "kind": p.kind, "entity": p.entity, "lead": p.lead_time, "life": p.life,
            "unit": "" if p.is_single or p.unit == "units" else p.unit, "single": p.is_single,
            "committed": p.committed, "starts": starts[p.id], "runs": _runs(result, p.timing.age[begun] >= 0),
            "renewals": sorted(_renewals(result, p, begun)),
            "requires": [[names[result.instance.projects[i].id] for i, _ in clause] for clause in p.requires],
        }  # fmt: skip


def _runs(result: Result, operating: Any) -> list[tuple[int, int]]:
    """Years in which any start operates, as spans from and to."""
    on = np.zeros(operating.shape[1] + 2, dtype=bool)
    on[1:-1] = operating.any(axis=0)
    edges = np.flatnonzero(on[1:] != on[:-1]).tolist()
    first = result.instance.first
    return [(first + a, first + b - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _renewals(result: Result, p: ProjectData, begun: Any) -> set[int]:
    years = {y for begins in p.timing.cycles[1:] for y in begins[begun].tolist()}
    return {y for y in years if y <= result.instance.last}


def _changes(result: Result, words: Words) -> Iterator[dict[str, Any]]:
    first, last, names = result.instance.first, result.instance.last, change_names(result.instance, words)
    for fleet in result.instance.fleets:
        begun = result.accounts.fleets[fleet.id].begun
        for c, change in enumerate(fleet.changes):
            years = [int(y) for y in np.flatnonzero(begun[c] > 0.5)]
            if not years:
                continue
            starts = [(first + y, float(begun[c, y]), float(begun[c, y] * change.spending[y].sum())) for y in years]
            serves = change.target is not None
            yield {
                "id": f"{fleet.id}/{c}", "label": names[fleet.id, c], "kind": change.kind,
                "entity": fleet.entity, "lead": change.lead_time, "life": None, "unit": "", "single": False,
                "committed": False, "starts": starts, "renewals": [], "requires": [],
                "runs": [(first + years[0] + change.lead_time, last)] if serves else [],
            }  # fmt: skip
