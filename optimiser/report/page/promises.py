"""Promises and limits: the tightest year of each target, what is nearest to failing, and what more room is worth."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from optimiser.plan import Price, TargetRow
from optimiser.report.result import Result

FULL = 1e-3
"""A limit with less than this share left counts as used up."""


@dataclass(frozen=True)
class Promise:
    """A target and one of its rules: all rows, the tightest, its margin as a share, and its dearest price if any."""

    target: str
    label: str
    kind: str
    rule: str
    entity: int | None
    rows: tuple[TargetRow, ...]
    worst: TargetRow
    share: float
    price: Price | None


@dataclass(frozen=True)
class Tight:
    """A budget, ceiling or resource with the years in which nothing is left of it."""

    what: str
    label: str
    years: tuple[int, ...]


def promises(result: Result) -> list[Promise]:
    """One per target and rule, in the order of the file."""
    groups: dict[tuple[str, str], list[TargetRow]] = defaultdict(list)
    for row in result.accounts.targets:
        groups[row.id, row.rule].append(row)
    targets = {t.id: t for t in result.instance.targets}
    found = []
    for (name, rule), rows in groups.items():
        target = targets[name]
        worst = min(rows, key=lambda r: (r.met, _share(r, target.base)))
        price = _price(result, name, rule)
        share = _share(worst, target.base)
        found.append(Promise(name, target.label, target.kind, rule, target.entity, tuple(rows), worst, share, price))
    return found


def _share(row: TargetRow, base: float) -> float:
    """The margin against what is required, or against the base where that is nothing."""
    against = abs(row.required) if abs(row.required) > 1e-9 else abs(base)
    return row.margin / against if against > 1e-9 else row.margin


def _price(result: Result, target: str, rule: str) -> Price | None:
    """The dearest price of a target: of this rule where prices name rules, else of the target."""
    mine = [p for p in result.plan.prices if p.kind == "target" and p.id == target and abs(p.value) > 1e-12]
    named = [p for p in mine if p.rule == rule] or [p for p in mine if not p.rule]
    return max(named, key=lambda p: abs(p.value), default=None)


def at_risk(result: Result, most: int = 6) -> list[Promise]:
    """Promises with the smallest margins first; those that are missed come before all others."""
    ordered = sorted(promises(result), key=lambda p: (p.worst.met, p.share))
    return ordered[:most]


def tight(result: Result) -> list[Tight]:
    """Budgets, resources and debt ceilings that are used up in some year."""
    accounts, instance = result.accounts, result.instance
    found = []
    for b in instance.budgets:
        account = accounts.budgets[b.id]
        found.append(_tight(result, "budget", b.label, account["available"], account["spend"]))
    for r in instance.resources:
        found.append(_tight(result, "resource", r.label, r.limit, accounts.resources[r.id]))
    for c in instance.finance.ceilings:
        none = np.zeros(len(instance.years))
        owed = sum((accounts.debts[instance.finance.funding[i].id].outstanding for i in c.instruments), none)
        found.append(_tight(result, "ceiling", c.label, c.limit, owed))
    return [t for t in found if t.years]


def _tight(result: Result, what: str, label: str, limit, used) -> Tight:
    full = np.flatnonzero((used > 1e-9) & (limit - used <= FULL * np.maximum(np.abs(limit), 1e-9)))
    return Tight(what, label, tuple(int(result.instance.years[y]) for y in full))
