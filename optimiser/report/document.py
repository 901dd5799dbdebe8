"""plan.json: the whole answer in one versioned document."""

from __future__ import annotations

import json
import math
from typing import Any

import pandas as pd

from optimiser.report import carbon, fleets, funding, prices, tables
from optimiser.report.exact import exact
from optimiser.report.result import Result
from optimiser.report.words import clean, cleaned

FORMAT, VERSION = "optimiser-plan", 2


def plan_document(result: Result) -> dict[str, Any]:
    """The document as plain values. Money in millions of `currency`, emissions in ktCO2e."""
    plan, instance, accounts = result.plan, result.instance, result.accounts
    schedule = tables.schedule(result)
    document = {
        "format": FORMAT,
        "version": VERSION,
        "scenario": result.scenario,
        "name": result.title,
        "status": plan.status,
        "stopped_by": plan.stopped_by,
        "objective": clean(plan.objective),
        "bound": finite(plan.bound),
        "gap": finite(plan.gap),
        "gap_asked": plan.gap_asked,
        "gap_of_spending": finite(result.gap_of_spending),
        "currency": instance.currency,
        "money_unit": result.money,
        "emissions_unit": "ktCO2e",
        "price_year": instance.price_year,
        "base_year": instance.base_year,
        "discount_rate": instance.discount_rate,
        "years": [int(y) for y in instance.years],
        "missed": result.missed,
        "gave_way": list(plan.gave_way),
        "cost": {kind: clean(value) for kind, value in tables.cost_parts(result)},
        "schedule": _records(schedule),
        "targets": _records(tables.targets(result)),
        "supplied": [
            {"project": p, "year": y, "amount": clean(v)} for (p, y), v in sorted(plan.decisions.supplied.items())
        ],
        "credits": [
            {"target": t, "year": y, "amount": clean(v)} for (t, y), v in sorted(plan.decisions.credits.items())
        ],
        **_finance(result),
        **_prices(result),
        "tables": {
            "pathway": _records(tables.pathway(result)),
            "money": _yearly_money(result),
            "limits": _records(tables.limits(result)),
            "emissions": {
                f"{source}|{basis}": cleaned(values.tolist()) for (source, basis), values in accounts.gross.items()
            },
            "removals": {p: cleaned(values.tolist()) for p, values in accounts.removed.items()},
            "avoided": {p: cleaned(values.tolist()) for p, values in accounts.avoided.items()},
        },
        **_carbon(result),
        "warnings": [str(w) for w in result.warnings],
    }
    if instance.fleets:
        frames = {name.removesuffix(".csv"): table(result) for name, table in fleets.TABLES.items()}
        document["fleets"] = {name: _records(frame) for name, frame in frames.items() if frame is not None}
    return document | {"exact": exact(result)}


def finite(value: float) -> float | None:
    """A number, or None for a bound that was not proven: JSON has no infinity."""
    return clean(value) if math.isfinite(value) else None


def _carbon(result: Result) -> dict[str, Any]:
    """Positions and what projects earn, where there are markets."""
    if not result.instance.markets:
        return {}
    frames = {"positions": carbon.positions(result), "credits": carbon.credits(result)}
    parts = {name: _records(frame) for name, frame in frames.items() if frame is not None}
    return {"carbon": {**parts, "internal_price_is": carbon.CAVEAT} if result.plan.carbon_prices else parts}


def _prices(result: Result) -> dict[str, Any]:
    """What room in each promise and limit is worth at the margin, with the caveat beside it."""
    frame = prices.prices(result)
    return {"prices": [] if frame is None else _records(frame), "prices_are": prices.CAVEAT}


def _finance(result: Result) -> dict[str, Any]:
    """What is issued, owed and paid for, where the scenario has instruments."""
    if not funding.has_finance(result):
        return {}
    stepped_up = [i for i, debt in result.accounts.debts.items() if debt.stepped_up]
    frames = {"years": funding.finance(result), "proceeds": funding.proceeds(result)}
    parts = {name: _records(frame) for name, frame in frames.items() if frame is not None}
    return {"finance": {**parts, "stepped_up": stepped_up}}


def _yearly_money(result: Result) -> dict[str, list[float]]:
    accounts = result.accounts
    parts = {kind: [clean(v) for v in accounts.total(kind)] for kind in accounts.money}
    parts.setdefault("credits", [clean(v) for v in accounts.total("credits")])
    parts["penalties"] = [clean(v) for v in accounts.penalties]
    return parts


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return json.loads(frame.to_json(orient="records", double_precision=12, force_ascii=False))


def dumps(document: dict[str, Any]) -> str:
    """JSON text, the same for the same plan."""
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
