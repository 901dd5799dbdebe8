"""Prices: what one more unit of room in a limit or a promise is worth, from the duals of a plan whose integers stay.

A dual is the change of the least cost with the right-hand side of a row. Room in "at most" is more of it, room in "at
least" is less of it; either way it is worth something or nothing, never less. Where a plan lies in a corner, a dual is
one of many: between what one more unit would save and what one fewer would cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray

from optimiser.formulation.peaks import window_years
from optimiser.instance import Instance
from optimiser.instance.data import CarbonBudgetData, HistoricalData, PeakData
from optimiser.plan import Price
from optimiser.solve.programme import Programme

Floats = NDArray[np.float64]
Key = tuple[str, str, str, int]
DUST = 1e-9

TARGETS = {
    "no_rise_after_peak": "no rise on the year before",
    "no_year_above_highest": "no year above the highest",
    "mean_after_within_mean_before": "mean after within mean before",
    "every_year_within_cap": "at most",
    "gross_within_reduction": "gross emissions",
    "net_is_zero": "net emissions",
    "net_within_admitted_credits": "net emissions",
    "gross_within_residual": "residual gross emissions",
    "gross_within_intensity": "intensity",
    "tonnes_within_carbon_budget": "emissions together",
    "avoided_reaches_floor": "avoided at customers",
    "removals_reach_stock": "durable removals together",
}
"""Rows of targets by name, and their rules in the words of the accounts."""
LIMITS = {
    "spend_within_budget": ("budget", ""),
    "spend_within_window": ("budget", ""),
    "kept_is_unspent": ("budget", ""),
    "use_within_limit": ("resource", ""),
    "owed_within_ceiling": ("ceiling", ""),
    "owed_within_pool": ("finance", "owed at a time"),
    "issued_within_total": ("finance", "issued in all"),
}
"""Rows of limits by name: kind and rule."""
MARKETS = {
    "surrenders_what_is_due": "allowances",
    "credits_within_share": "credits",
    "banked_within_limit": "holding limit",
    "borrows_a_share": "borrowing",
}
UNITS = {"target": "ktCO2e", "market": "ktCO2e", "resource": "unit"}
"""What room is counted in; money elsewhere."""


def read_prices(model: pyo.ConcreteModel, programme: Programme, row_dual: Floats | None) -> tuple[Price, ...]:
    """Every price that is not zero, by kind, id, rule and year; none without duals."""
    if row_dual is None:
        return ()
    found: dict[Key, float] = {}
    for key, value in _of_rows(model, programme, row_dual):
        found[key] = found.get(key, 0.0) + value
    for key, value in _internal(programme, row_dual):
        found[key] = max(found.get(key, 0.0), value)
    for key, value in _of_bounds(model, programme, row_dual):
        found[key] = found.get(key, 0.0) + value
    money = f"M{model.instance.currency}"
    return tuple(
        Price(*key[:3], year=key[3], value=float(value), unit=UNITS.get(key[0], money))
        for key, value in sorted(found.items())
        if value > DUST
    )


def _of_rows(model: pyo.ConcreteModel, programme: Programme, row_dual: Floats) -> Iterator[tuple[Key, float]]:
    instance: Instance = model.instance
    carry = {b.id: b.carry for b in instance.budgets}
    rule_of = _target_rules(instance)
    alone = {m.id: len(m.accounts) == 1 for m in instance.markets}
    for (name, index), dual in zip(programme.rows, row_dual, strict=True):
        if abs(dual) <= DUST:
            continue
        if name in TARGETS:
            target, year = index if isinstance(index, tuple) else (index, rule_of[index][1])
            rule = rule_of[target][0] or TARGETS[name]
            yield ("target", target, rule, int(year)), abs(float(dual))
            if name == "net_within_admitted_credits":
                yield ("target", target, "credits", int(year)), abs(float(dual))
        elif name in LIMITS:
            kind, rule = LIMITS[name]
            owner, year = index if isinstance(index, tuple) else (index, instance.first)
            share = carry[owner] if name == "kept_is_unspent" else 1.0
            yield (kind, owner, rule, int(year)), max(-float(dual), 0.0) * share
        elif name in MARKETS:
            market, account, year = index
            rule = MARKETS[name] if alone[market] else f"{MARKETS[name]} of {account}"
            yield ("market", market, rule, int(year)), max(-float(dual), 0.0)


def _target_rules(instance: Instance) -> dict[str, tuple[str, int]]:
    """By target: its rule where that depends on the target and not on the row, and the year of rules without one."""
    found: dict[str, tuple[str, int]] = {}
    for t in instance.targets:
        rule, year = "", instance.last
        if isinstance(t, CarbonBudgetData):
            rule, year = f"{'net' if t.net else 'gross'} emissions together", int(instance.years[t.span[-1]])
        elif isinstance(t, HistoricalData):
            year = int(instance.years[t.by])
        elif isinstance(t, PeakData) and t.shape == "window" and len(t.years):
            year = int(instance.years[window_years(t, len(instance.years))[1][-1]])
        found[t.id] = (rule, year)
    return found


def _internal(programme: Programme, row_dual: Floats) -> Iterator[tuple[Key, float]]:
    """The caps of internal markets: one price for all accounts."""
    for (name, index), dual in zip(programme.rows, row_dual, strict=True):
        if name == "covered_within_allowances":
            yield ("market", index[0], "allowances", int(index[2])), max(-float(dual), 0.0)


def _of_bounds(model: pyo.ConcreteModel, programme: Programme, row_dual: Floats) -> Iterator[tuple[Key, float]]:
    """Limits that are bounds of variables: credits of targets, and what may be kept."""
    reduced = programme.cost - programme.matrix.T @ row_dual
    where: list[tuple[Any, Callable[[Any], Key]]] = [
        (model.credits, lambda i: ("target", i[0], "credits", int(i[1]))),
        (model.banked, lambda i: ("market", i[0], "holding limit", int(i[2]))),
        (model.kept_inside, lambda i: ("market", i[0], "holding limit", int(i[2]))),
    ]
    for variable, key in where:
        for index, data in variable.items():
            column = programme.pyomo_columns.get(id(data))
            if column is not None and np.isfinite(programme.upper[column]):
                yield key(index), max(-float(reduced[column]), 0.0)
