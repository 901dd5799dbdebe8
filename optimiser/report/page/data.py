"""What the charts are drawn from: plain values of a result, and their text inside a page.

Money in millions, emissions in kt, rounded to a thousandth of the last unit that anybody pays or reports, so that sums
of hundreds of wedges still agree with plan.json to that unit.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import numpy as np

from optimiser.instance.market_data import ExternalMarketData
from optimiser.report.carbon import sold_removals
from optimiser.report.page.curve import measures
from optimiser.report.page.money import paid
from optimiser.report.page.names import project_names
from optimiser.report.page.promises import promises
from optimiser.report.page.roadmap import roadmap
from optimiser.report.page.wedges import Wedge, wedges
from optimiser.report.page.words import ENGLISH, Words
from optimiser.report.result import Result

POSITION = (
    "covered", "due", "free", "carried", "bought", "sold", "transferred", "credits", "own", "borrowed", "returned",
    "banked", "lapsed",
)  # fmt: skip


def page_data(result: Result, words: Words = ENGLISH) -> dict[str, Any]:
    """Everything the charts show of one result; what has no name of its own is described in `words`."""
    instance = result.instance
    found = wedges(result, words)
    return {
        "title": result.title,
        "money": result.money,
        "currency": instance.currency,
        "price_year": instance.price_year,
        "years": [int(y) for y in instance.years],
        "objective": number(result.plan.objective),
        "entities": [{"id": e.id, "label": e.label, "parent": e.parent} for e in instance.entities],
        "sources": _sources(result),
        "levers": _levers(found),
        "wedges": _wedges(found),
        "removals": _removals(result),
        "credits": _credits(result),
        "targets": _targets(result),
        "roadmap": [_rounded(row) for row in roadmap(result, words)],
        "spenders": _spenders(result),
        "capex": [{"owner": p.owner, "fund": p.fund, "v": numbers(p.values)} for p in paid(result)],
        "funds": _funds(result),
        "ceilings": _ceilings(result),
        "fleets": _fleets(result),
        "markets": _markets(result),
        "measures": _measures(result, found, words),
    }


def number(value: Any) -> float | int:
    """A number in as few letters as it needs, nine digits after the point."""
    rounded = round(float(value), 9)
    return int(rounded) if rounded == int(rounded) and abs(rounded) < 1e15 else rounded


def numbers(values: Iterable[Any]) -> list[float | int]:
    """Many of them; most years of a wedge are like the year before."""
    plain = values.tolist() if isinstance(values, np.ndarray) else [float(v) for v in values]
    known = {v: number(v) for v in set(plain)}
    return [known[v] for v in plain]


def _sources(result: Result) -> list[dict[str, Any]]:
    accounts = result.accounts
    rows = []
    for s in result.instance.sources:
        row: dict[str, Any] = {
            "id": s.id,
            "label": s.label,
            "entity": s.entity,
            "scope": s.scope,
            "base": {},
            "gross": {},
        }
        for ledger in ("location", "market") if s.has_market else ("location",):
            row["base"][ledger] = numbers(accounts.baseline[s.id, ledger])
            row["gross"][ledger] = numbers(accounts.gross[s.id, ledger])
        rows.append(row)
    return rows


def _levers(found: list[Wedge]) -> list[dict[str, Any]]:
    levers = {w.lever.id: w.lever for w in found}
    return [
        {"id": x.id, "label": x.label, "kind": x.kind, "tags": list(x.tags), "entity": x.entity}
        for x in levers.values()
    ]


def _wedges(found: list[Wedge]) -> list[dict[str, Any]]:
    index = {name: i for i, name in enumerate(dict.fromkeys(w.lever.id for w in found))}
    return [{"l": index[w.lever.id], "s": w.source, "b": w.ledger, "v": numbers(w.values)} for w in found]


def _removals(result: Result) -> list[dict[str, Any]]:
    """Removals that are kept: those sold as credits count for the buyer."""
    accounts = result.accounts
    sold = sold_by(result)
    rows, names = [], project_names(result.instance)
    for p in result.instance.projects:
        kept = accounts.removed[p.id] - sold.get(p.id, 0.0) if p.id in accounts.removed else np.zeros(1)
        if np.any(np.abs(kept) > 1e-9):
            rows.append({"id": p.id, "label": names[p.id], "entity": p.entity, "v": numbers(kept)})
    return rows


def sold_by(result: Result) -> dict[str, Any]:
    """By sink: removals sold as credits and held back for them, kt (Y,). They sum to the column of the pathway."""
    sold: dict[str, Any] = {}
    for (_, project), found in result.accounts.earned.items():
        if project in result.accounts.removed:
            sold[project] = sold.get(project, 0.0) + found.get("removal_given", 0.0)
    total = np.sum(list(sold.values()), axis=0) if sold else 0.0
    assert np.allclose(total, sold_removals(result))
    return sold


def _credits(result: Result) -> list[dict[str, Any]]:
    labels = {t.id: (t.label, t.entity) for t in result.instance.targets}
    return [
        {"id": name, "label": labels[name][0], "entity": labels[name][1], "v": numbers(values)}
        for name, values in result.accounts.credits.items()
        if np.any(np.abs(values) > 1e-9)
    ]


def _targets(result: Result) -> list[dict[str, Any]]:
    targets = {t.id: t for t in result.instance.targets}
    return [
        {
            "id": p.target, "label": p.label, "kind": p.kind, "rule": p.rule, "entity": p.entity,
            "sinks": [result.instance.projects[i].id for i in targets[p.target].sinks],
            "sources": list(targets[p.target].sources), "basis": targets[p.target].ledger,
            "unit": p.worst.unit, "worst": p.worst.year, "share": number(p.share),
            "rows": [[r.year, number(r.required), number(r.achieved), number(r.margin), r.met] for r in p.rows],
        }
        for p in promises(result)
    ]  # fmt: skip


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"starts": [[year, number(n), number(capex)] for year, n, capex in row["starts"]]}


def _spenders(result: Result) -> dict[str, dict[str, Any]]:
    instance = result.instance
    names = project_names(instance)
    projects = {p.id: {"label": names[p.id], "entity": p.entity, "kind": p.kind} for p in instance.projects}
    return projects | {f.id: {"label": f.label, "entity": f.entity, "kind": "fleet"} for f in instance.fleets}


def _funds(result: Result) -> list[dict[str, Any]]:
    rows = []
    for f in result.instance.finance.funding:
        debt = result.accounts.debts[f.id]
        rows.append(
            {
                "id": f.id, "label": f.label, "entity": f.entity, "kind": f.kind, "is_debt": f.is_debt,
                "issued": numbers(debt.issued), "owed": numbers(debt.outstanding),
                "interest": numbers(debt.interest + debt.fees), "repaid": numbers(debt.repayment),
                "settled": number(debt.settled + debt.interest_settled),
            }
        )  # fmt: skip
    return rows


def _ceilings(result: Result) -> list[dict[str, Any]]:
    funding = result.instance.finance.funding
    return [
        {"id": c.id, "label": c.label, "funds": [funding[i].id for i in c.instruments], "limit": _bounded(c.limit)}
        for c in result.instance.finance.ceilings
    ]


def _bounded(values: Any) -> list[float | int | None]:
    return [number(v) if np.isfinite(v) else None for v in values]


def _fleets(result: Result) -> list[dict[str, Any]]:
    rows = []
    for fleet in result.instance.fleets:
        account = result.accounts.fleets[fleet.id]
        states = [
            {"label": s.label, "v": numbers(v)} for s, v in zip(fleet.states, account.service, strict=True) if np.any(v)
        ]
        rows.append(
            {
                "id": fleet.id, "label": fleet.label, "entity": fleet.entity, "states": states,
                "yard": numbers(account.yard), "docked": numbers(account.docked), "docks": _bounded(fleet.slots),
            }
        )  # fmt: skip
    return rows


def _markets(result: Result) -> list[dict[str, Any]]:
    rows = []
    for m in result.instance.markets:
        years = [int(result.instance.years[y]) for y in m.years]
        price = numbers(m.price[m.years] * 1e3) if isinstance(m, ExternalMarketData) else None
        inside = [result.plan.carbon_prices.get((m.id, y)) for y in years]
        accounts = []
        for a in m.accounts:
            found = result.accounts.carbon[m.id, a.id]
            parts = {name: numbers(found[name][m.years]) for name in POSITION}
            accounts.append({"id": a.id, "label": a.label, "entities": sorted(a.entities), **parts})
        rows.append(
            {
                "id": m.id, "label": m.label, "years": years, "price": price, "accounts": accounts,
                "inside": [number(v * 1e3) if v is not None else None for v in inside],
            }
        )  # fmt: skip
    return rows


def _measures(result: Result, found: list[Wedge], words: Words) -> list[dict[str, Any]]:
    return [
        {
            "id": m.id, "label": m.label, "entity": m.entity, "cost": number(m.cost), "kt": number(m.tonnes.sum()),
            "per_tonne": number(m.per_tonne) if m.abates else None, "lead": m.lead, "first": m.first,
        }
        for m in measures(result, found, words)
    ]  # fmt: skip


def embedded(value: Any) -> str:
    """JSON that may stand in a page: no letter in it can end the element or begin another."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text
