"""Plans beside each other: cost by kind, promises, and first starts where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimiser.report import tables
from optimiser.report.page.promises import promises
from optimiser.report.page.roadmap import roadmap
from optimiser.report.page.summary import percent
from optimiser.report.page.words import Words
from optimiser.report.result import Result
from optimiser.report.words import amount

Row = tuple[str, list[str]]
"""A label and a cell for each plan."""


@dataclass(frozen=True)
class Comparison:
    """Tables with a column per plan; `same` counts the projects that start alike in all."""

    titles: list[str]
    cost: list[Row]
    targets: list[Row]
    starts: list[Row]
    same: int


def comparison(results: Sequence[Result], titles: Sequence[str], words: Words) -> Comparison:
    """Everything side by side."""
    starts, same = _starts(results, words)
    return Comparison(list(titles), _cost(results, words), _targets(results, words), starts, same)


def _cost(results: Sequence[Result], words: Words) -> list[Row]:
    parts = [dict(tables.cost_parts(r)) for r in results]
    kinds = dict.fromkeys(kind for part in parts for kind in part)
    rows = [(words("least_cost"), [f"{amount(r.plan.objective)} {r.money}" for r in results])]
    rows += [(words.money.get(k, k), [amount(part.get(k, 0.0)) for part in parts]) for k in kinds]
    rows.append((words("status"), [f"{words(r.plan.status)} ({percent(r.plan.gap)})" for r in results]))
    return rows


def _targets(results: Sequence[Result], words: Words) -> list[Row]:
    found = [{(p.target, p.rule): p for p in promises(r)} for r in results]
    rows = []
    for key in dict.fromkeys(key for of_plan in found for key in of_plan):
        label = next(of_plan[key].label for of_plan in found if key in of_plan)
        cells = []
        for of_plan in found:
            p = of_plan.get(key)
            missed = f"{words('met_no')} " if p is not None and not p.worst.met else ""
            cells.append(f"{missed}{amount(p.worst.margin)} {p.worst.unit} ({p.worst.year})" if p is not None else "")
        rows.append((f"{label}: {words.rules.get(key[1], key[1])}", cells))
    return rows


def _starts(results: Sequence[Result], words: Words) -> tuple[list[Row], int]:
    found = [{row["id"]: (row["label"], row["starts"][0][0]) for row in roadmap(r)} for r in results]
    rows, same = [], 0
    for key in dict.fromkeys(key for of_plan in found for key in of_plan):
        label = next(of_plan[key][0] for of_plan in found if key in of_plan)
        years = [of_plan[key][1] if key in of_plan else None for of_plan in found]
        if len(set(years)) == 1:
            same += 1
        else:
            rows.append((label, [str(y) if y is not None else words("never") for y in years]))
    return rows, same
