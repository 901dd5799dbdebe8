"""A plan to the last digit as plain values, and back: what a result is opened again from, without a solve."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from optimiser.errors import Problem
from optimiser.plan import Claims, Decisions, Move, Plan, Price, Start
from optimiser.report.result import Result

KEYED = {
    "supplied": (str, int),
    "credits": (str, int),
    "blended": (str, str, str, str, int),
    "carbon": (str, str, str, int),
    "issued": (str, int),
    "used": (str, int, str, int),
}
"""Decisions that are amounts by a key: the types of its parts."""
CLAIMED = ("gross", "removed", "avoided", "spend", "shortfall")


def exact(result: Result) -> dict[str, Any]:
    """Decisions, claims and prices as rows. Money in millions, emissions in kt; what is not finite is None."""
    plan, decided = result.plan, result.plan.decisions
    decisions: dict[str, Any] = {
        "starts": [[s.project, s.year, s.amount] for s in decided.starts],
        "moves": [[m.fleet, m.move, m.amount] for m in decided.moves],
    }
    decisions |= {name: [[*key, float(v)] for key, v in sorted(getattr(decided, name).items())] for name in KEYED}
    claims = {name: {k: v.tolist() for k, v in getattr(plan.claims, name).items()} for name in CLAIMED}
    return {
        "objective": float(plan.objective),
        "bound": _number(plan.bound),
        "gap": _number(plan.gap),
        "decisions": decisions,
        "claims": {"objective": float(plan.claims.objective), **claims},
        "carbon_prices": [[*key, float(v)] for key, v in sorted(plan.carbon_prices.items())],
        "prices": [[p.kind, p.id, p.rule, p.year, float(p.value), p.unit] for p in plan.prices],
        "warnings": [[w.file, w.line, w.column, w.code, w.where, w.message, w.help] for w in result.warnings],
    }


def plan_of(document: dict[str, Any], run: dict[str, Any]) -> Plan:
    """The plan of a document. Raises KeyError, TypeError or ValueError where the document is damaged."""
    part = document["exact"]
    raw, claims = part["decisions"], part["claims"]
    keyed = {name: dict(_keyed(raw[name], types)) for name, types in KEYED.items()}
    decisions = Decisions(
        starts=tuple(Start(str(p), int(v), float(n)) for p, v, n in raw["starts"]),
        moves=tuple(Move(str(f), int(m), float(n)) for f, m, n in raw["moves"]),
        **keyed,
    )
    arrays = {name: {str(k): np.array(v, dtype=float) for k, v in claims[name].items()} for name in CLAIMED}
    solver = dict(run.get("solver", {})) | {"log": run.get("solver_log", ""), "times": run.get("seconds", {})}
    return Plan(
        status=document["status"],
        objective=float(part["objective"]),
        bound=-math.inf if part["bound"] is None else float(part["bound"]),
        gap=math.inf if part["gap"] is None else float(part["gap"]),
        gap_asked=float(document["gap_asked"]),
        decisions=decisions,
        claims=Claims(float(claims["objective"]), **arrays),
        gave_way=tuple(document["gave_way"]),
        stopped_by=str(document["stopped_by"]),
        solver=solver,
        carbon_prices=dict(_keyed(part["carbon_prices"], (str, int))),
        prices=tuple(Price(*row) for row in part["prices"]),
    )


def warnings_of(document: dict[str, Any]) -> tuple[Problem, ...]:
    """What was worth a look in the scenario when it was solved."""
    return tuple(Problem(*row) for row in document["exact"]["warnings"])


def _keyed(rows: Any, types: tuple[type, ...]) -> Iterator[tuple[Any, float]]:
    for row in rows:
        *key, amount = row
        yield tuple(kind(part) for kind, part in zip(types, key, strict=True)), float(amount)


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
