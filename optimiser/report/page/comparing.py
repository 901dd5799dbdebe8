"""Plans beside each other: cost, promises, starts, tonnes, finance, carbon, and how their scenarios differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from optimiser.report import comparison as side
from optimiser.report import tables
from optimiser.report.differences import ABSENT
from optimiser.report.page.promises import promises
from optimiser.report.page.roadmap import roadmap
from optimiser.report.page.summary import percent
from optimiser.report.page.words import Words
from optimiser.report.result import Result
from optimiser.report.words import amount

LONGEST = 160
"""What a scenario says is cut behind so many letters: comparison.xlsx has it all."""
LEDGERS = (
    "gross, all scopes", "removals", "removals sold", "credits for targets", "net of removals and credits",
    "avoided at customers",
)  # fmt: skip
"""Those of the page; baseline and gross by scope are in the workbook."""
NONE = "–"


@dataclass(frozen=True)
class Table:
    """A label and a cell per plan in each row; `figures` False where the cells are words."""

    caption: str
    rows: list[tuple[str, list[str]]]
    figures: bool = True


@dataclass(frozen=True)
class Comparison:
    """Tables with a column per plan; `same` counts what starts alike in all, `alike` is True of equal scenarios.

    `caveats`: why costs cannot be held against each other, in sentences.
    """

    titles: list[str]
    tables: list[Table]
    same: int
    alike: bool
    caveats: list[str]


def comparison(results: Sequence[Result], titles: Sequence[str], words: Words) -> Comparison:
    """Everything side by side; tables without a row are left out."""
    both = side.Comparison(tuple(results), tuple(titles))
    starts, same = _starts(both, words)
    inputs = side.inputs(both)
    found = [
        Table(words("cost"), _cost(both, words)),
        Table(f"{words('targets')} – {words('margin')}", _targets(both, words)),
        Table(words("first_start"), starts),
        Table(words("compare_emissions"), _emissions(both, words)),
        Table(words("compare_finance"), _side_by_side(side.finance(both), both, words)),
        Table(words("compare_carbon"), _side_by_side(side.carbon(both), both, words)),
        Table(words("compare_inputs"), list(_inputs(inputs, words)), figures=False),
    ]
    return Comparison(list(titles), [t for t in found if t.rows], same, not len(inputs), list(_caveats(both, words)))


def _caveats(both: side.Comparison, words: Words) -> Iterator[str]:
    if not both.one_money:
        yield words("other_money")
    if not both.one_span:
        spans = [
            words(
                "span", plan=label, first=r.instance.first, last=r.instance.last, rate=percent(r.instance.discount_rate)
            )
            for label, r in zip(both.labels, both.results, strict=True)
        ]
        yield words("other_span", spans=words("comma").join(spans))


Rows = list[tuple[str, list[str]]]


def _cost(both: side.Comparison, words: Words) -> Rows:
    parts = [dict(tables.cost_parts(r)) for r in both.results]
    kinds = dict.fromkeys(kind for part in parts for kind in part)
    subtracted = both.one_money
    units = [r.money for r in both.results]
    rows = [(words("least_cost"), _against([r.plan.objective for r in both.results], words, subtracted, units))]
    rows += [(words.money.get(k, k), _against([p.get(k, 0.0) for p in parts], words, subtracted)) for k in kinds]
    rows.append((words("status"), [f"{words(r.plan.status)} ({percent(r.plan.gap)})" for r in both.results]))
    return rows


def _against(
    values: Sequence[float | None], words: Words, subtracted: bool = True, units: Sequence[str] = ()
) -> list[str]:
    """Amounts, and from the second plan on their difference to the first where they may be subtracted."""
    first, cells = values[0], []
    for i, value in enumerate(values):
        told = f"{_amount(value)} {units[i]}" if units else _amount(value)
        if i and subtracted and value is not None and first is not None and abs(value - first) >= 5e-7:
            more = f"{'+' if value > first else ''}{amount(value - first)}"
            told = words("against_first", value=told, difference=more)
        cells.append(told)
    return cells


def _amount(value: float | None) -> str:
    return NONE if value is None or pd.isna(value) else amount(value)


def _targets(both: side.Comparison, words: Words) -> Rows:
    found = [{(p.target, p.rule): p for p in promises(r)} for r in both.results]
    rows = []
    for key in dict.fromkeys(key for of_plan in found for key in of_plan):
        label = next(of_plan[key].label for of_plan in found if key in of_plan)
        cells = []
        for of_plan in found:
            p = of_plan.get(key)
            missed = f"{words('met_no')} " if p is not None and not p.worst.met else ""
            told = f"{missed}{amount(p.worst.margin)} {p.worst.unit} ({p.worst.year})" if p is not None else ""
            cells.append(told or words("not_asked"))
        rows.append((f"{label}{words('colon')}{words.rule(key[1])}", cells))
    return rows


def _starts(both: side.Comparison, words: Words) -> tuple[Rows, int]:
    """What does not start alike: the first year with the amount in all, and how it differs from the first plan."""
    found = [{row["id"]: row for row in roadmap(r, words)} for r in both.results]
    known = [_candidates(r) for r in both.results]
    rows, same = [], 0
    for key in dict.fromkeys(key for of_plan in found for key in of_plan):
        begun = [[(y, n) for y, n, _ in of_plan[key]["starts"]] if key in of_plan else [] for of_plan in found]
        if all(b == begun[0] for b in begun):
            same += 1
            continue
        row = next(of_plan[key] for of_plan in found if key in of_plan)
        cells = [_begun(b, row["single"]) if key in by else words("absent") for b, by in zip(begun, known, strict=True)]
        for i, b in enumerate(begun[1:], start=1):
            if key in known[i] and key in known[0]:
                cells[i] = _with_change(cells[i], begun[0], b, words)
        rows.append((row["label"], cells))
    return rows, same


def _candidates(result: Result) -> set[str]:
    fleets = result.instance.fleets
    return {p.id for p in result.instance.projects} | {f"{f.id}/{c}" for f in fleets for c in range(len(f.changes))}


def _begun(starts: list[tuple[int, float]], single: bool) -> str:
    if not starts:
        return NONE
    return f"{starts[0][0]}" if single else f"{starts[0][0]}: {amount(sum(n for _, n in starts))}"


def _with_change(cell: str, before: list[tuple[int, float]], after: list[tuple[int, float]], words: Words) -> str:
    if not before and not after:
        return cell
    if not before or not after:
        said = words("added") if after else words("not_at_all")
        return words("against_first", value=cell, difference=said) if after else said
    years = after[0][0] - before[0][0]
    if not years:
        return cell
    key = ("later" if years > 0 else "earlier") + ("_one" if abs(years) == 1 else "")
    return words("against_first", value=cell, difference=words(key, n=abs(years)))


def _emissions(both: side.Comparison, words: Words) -> Rows:
    by_ledger: dict[str, list[tuple[int, list[float | None]]]] = {}
    for name, year, *values in side.emissions(both).itertuples(index=False, name=None):
        if name in LEDGERS:
            known = [None if pd.isna(v) else float(v) for v in values[: len(both.labels)]]
            by_ledger.setdefault(name, []).append((year, known))
    if by_ledger[LEDGERS[0]] == by_ledger[LEDGERS[4]]:
        del by_ledger[LEDGERS[4]]
    return [
        (f"{words.ledger(name)}{words('comma')}{year}", _against(values, words))
        for name, rows in by_ledger.items()
        if any(abs(v or 0.0) > 1e-9 for _, values in rows for v in values)
        for year, values in rows
    ]


def _side_by_side(frame: pd.DataFrame | None, both: side.Comparison, words: Words) -> Rows:
    """A row per thing and kind of amount; the last column before the plans is our word, those before it are names."""
    if frame is None:
        return []
    first = len(frame.columns) - len(both.labels)
    units = [f" {r.money}" if frame.columns[0] == "instrument" else "" for r in both.results]
    rows = []
    for row in frame.itertuples(index=False, name=None):
        *names, what = map(str, row[:first])
        cells = [NONE if pd.isna(v) else amount(v) + unit for v, unit in zip(row[first:], units, strict=True)]
        rows.append((f"{words('comma').join(names)}{words('colon')}{words.ledger(what)}", cells))
    return rows


def _inputs(frame: pd.DataFrame, words: Words) -> Iterator[tuple[str, list[str]]]:
    for entry, *said in frame.itertuples(index=False, name=None):
        yield str(entry), [words("absent") if s == ABSENT else _cut(str(s)) for s in said]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
