"""Tables of fleets: what is in which state, what is changed when, what is burnt, and how assets are rated."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from optimiser.audit.fleets import RATED
from optimiser.instance.fleet_data import FleetData, RatingRule
from optimiser.plan import FleetAccount
from optimiser.report.result import Result, made_once
from optimiser.scenario.rules import rating

CHANGES = ["fleet", "entity", "change", "kind", "from", "to", "year", "assets", "in_service_from"]
G_PER_MJ = 1e9 / 3.6e6
"""Grams per MJ in a kt per GWh."""


@made_once
def states(result: Result) -> pd.DataFrame:
    """Assets by year, fleet and state; `(in the yard)` and `(on order)` beside them."""
    rows = []
    for fleet in result.instance.fleets:
        account = result.accounts.fleets[fleet.id]
        parts = [(s.id, account.service[i]) for i, s in enumerate(fleet.states)]
        parts += [("(in the yard)", account.yard), ("(on order)", account.ordered)]
        for state, values in parts:
            rows += [
                (int(y), fleet.id, _entity(result, fleet), state, n)
                for y, n in zip(result.accounts.years, values, strict=True)
            ]
    frame = pd.DataFrame(rows, columns=["year", "fleet", "entity", "state", "assets"])
    return frame.sort_values(["fleet", "year"], kind="stable", ignore_index=True)


@made_once
def changes(result: Result) -> pd.DataFrame:
    """What begins when: one row per fleet, change and year, with the capex that it brings."""
    rows = []
    for fleet in result.instance.fleets:
        account = result.accounts.fleets[fleet.id]
        names = [s.id for s in fleet.states]
        for c, change in enumerate(fleet.changes):
            origin = names[change.origin] if change.origin is not None else "new"
            target = names[change.target] if change.target is not None else "scrap"
            for y in np.flatnonzero(account.begun[c] > 0.5):
                year, number = int(result.accounts.years[y]), account.begun[c, y]
                begins = year + change.lead_time if change.target is not None else None
                capex = number * float(change.spending[y].sum())
                row = (
                    fleet.id,
                    _entity(result, fleet),
                    change.label,
                    change.kind,
                    origin,
                    target,
                    year,
                    number,
                    begins,
                )
                rows.append((*row, capex))
    frame = pd.DataFrame(rows, columns=[*CHANGES, f"list_capex [{result.money}]"])
    frame["in_service_from"] = frame["in_service_from"].astype("Int64")
    return frame.sort_values(["fleet", "year"], kind="stable", ignore_index=True)


@made_once
def duties(result: Result) -> pd.DataFrame:
    """By year: what is needed and delivered, docks, and the count of assets, which adds up to the last one."""
    rows = []
    for fleet in result.instance.fleets:
        a = result.accounts.fleets[fleet.id]
        before = np.concatenate([[a.initial], a.service.sum(axis=0)[:-1] + a.yard[:-1]])
        for i, y in enumerate(result.accounts.years):
            slots = float(fleet.slots[i]) if np.isfinite(fleet.slots[i]) else None
            counts = (before[i], a.built[i], a.gone[i], a.service[:, i].sum(), a.yard[i])
            duty = (fleet.need[i] / fleet.unit_scale, a.delivered[i] / fleet.unit_scale, fleet.unit)
            rows.append((int(y), fleet.id, *counts, *duty, a.docked[i], slots))
    names = ["year", "fleet", "before", "built", "gone", "in service", "in the yard", "needed", "delivered", "unit"]
    return pd.DataFrame(rows, columns=[*names, "docks used", "docks"])


@made_once
def fuels(result: Result) -> pd.DataFrame:
    """Fuel by year and fleet, in the unit that the file uses."""
    rows = []
    for fleet in result.instance.fleets:
        for fuel, values in result.accounts.fleets[fleet.id].uses.items():
            unit, scale = fleet.fuel_units[fuel]
            rows += [
                (int(y), fleet.id, fuel, v / scale, unit) for y, v in zip(result.accounts.years, values, strict=True)
            ]
    return pd.DataFrame(rows, columns=["year", "fleet", "fuel", "amount", "unit"])


@made_once
def ratings(result: Result) -> pd.DataFrame:
    """By state and year: what FuelEU and the CII make of an asset, with what the plan blends."""
    names = ["year", "fleet", "state", "in service", "well to wake [gCO2e/MJ]", "FuelEU limit [gCO2e/MJ]"]
    names += ["CII attained [gCO2/(capacity nmi)]", "CII required [gCO2/(capacity nmi)]", "CII rating"]
    rows = []
    for fleet in (f for f in result.instance.fleets if f.fueleu is not None or f.cii is not None):
        account = result.accounts.fleets[fleet.id]
        for s, state in enumerate(fleet.states):
            for i, y in enumerate(result.accounts.years):
                known = fleet.fueleu is not None and account.energy[s, i] > 0
                made = account.well_to_wake[s, i] / account.energy[s, i] * G_PER_MJ if known else None
                limit = fleet.fueleu.limit[i] * G_PER_MJ if fleet.fueleu is not None else np.inf
                cii = _rating(fleet.cii, account, s, i) if fleet.cii is not None else (None, None, "")
                number = account.service[s, i]
                rows.append((int(y), fleet.id, state.id, number, made, limit if np.isfinite(limit) else None, *cii))
    return pd.DataFrame(rows, columns=names)


def _rating(rule: RatingRule, account: FleetAccount, state: int, year: int) -> tuple[float, float, str]:
    """Attained, required and the letter. Where the blend decides, a hair above a border is on it, as in the audit."""
    attained, required = float(account.carbon[state, year] / rule.work[year]), float(rule.required[year])
    counted = attained / (1 + RATED) if rule.blended[state, year] else attained
    return attained, required, rating(rule.ship, rule.capacity, counted, required)


def _entity(result: Result, fleet: FleetData) -> str:
    return result.instance.entities[fleet.entity].id


Table = Callable[[Result], pd.DataFrame | None]


def _where(table: Callable[[Result], pd.DataFrame], asked: Callable[[FleetData], object]) -> Table:
    """A table that is None where no fleet has what it is about."""
    return lambda result: table(result) if any(asked(f) for f in result.instance.fleets) else None


SHEETS: dict[str, Table] = {
    "Fleets": _where(states, lambda f: True),
    "Fleet changes": _where(changes, lambda f: True),
    "Fleet duties": _where(duties, lambda f: True),
    "Fleet fuels": _where(fuels, lambda f: f.fuel_units),
    "Fleet ratings": _where(ratings, lambda f: f.fueleu is not None or f.cii is not None),
}
TABLES: dict[str, Table] = {f"{name.lower().replace(' ', '_')}.csv": table for name, table in SHEETS.items()}
