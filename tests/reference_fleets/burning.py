"""What an asset costs and emits in a state by year, what blending changes; rules by their formulas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.reference_fleets.reading import number, path

STEPS = {2025: 0.02, 2030: 0.06, 2035: 0.145, 2040: 0.31, 2045: 0.62, 2050: 0.80}


@dataclass
class Figures:
    """One asset in a state (Y,): running cost, direct, upstream, energy, well to wake, and rules as cost or ban."""

    cost: np.ndarray
    direct: np.ndarray
    upstream: np.ndarray
    energy: np.ndarray
    well_to_wake: np.ndarray
    banned: np.ndarray
    must: np.ndarray
    room: np.ndarray
    blend_cost: np.ndarray
    blend_direct: np.ndarray
    blend_over: np.ndarray
    years: list[int]


def figures(raw: dict[str, Any], name: str, years: list[int]) -> Figures:
    """The figures of a state; `blend_*` are per kt of its fuel that gives way to bio fuel, beyond the least.

    At least `must` and at most `room` of it gives way per asset.
    """
    fleet = raw["fleets"]["ships"]
    state, fuels = fleet["states"][name], fleet.get("fuels", {})
    zero = np.zeros(len(years))
    f = Figures(*(zero.copy() for _ in range(11)), years=years)
    change = zero
    f.cost = np.array(path(state.get("opex", 0), years))
    f.direct = np.array(path(state.get("emissions", 0), years))
    ets = fleet.get("regulation", {}).get("eu_ets")
    limit = fueleu_limit(fleet, years)
    price = ets_price(ets, years)
    for fuel, burn in state.get("fuels", {}).items():
        use = np.array(path(burn["use"] if isinstance(burn, dict) else burn, years))
        slip = number(burn["slip"]) if isinstance(burn, dict) else 0.0
        blend = fuels[fuel].get("blend", {}).get("bio")
        opened = isinstance(blend, dict) and "max" in blend
        least = np.array(path(blend.get("min", 0) if opened else blend, years)) if blend else zero
        ratio = number(fuels[fuel]["energy"]) / number(fuels["bio"]["energy"]) if blend else 0.0
        for part, amount in ((fuel, use * (1 - least)), ("bio", use * least * ratio)):
            cost, direct, upstream, energy, wake, _ = _unit(fuels[part], slip, years)
            f.cost, f.direct, f.upstream = (
                f.cost + cost * amount,
                f.direct + direct * amount,
                f.upstream + upstream * amount,
            )
            f.energy, f.well_to_wake = f.energy + energy * amount, f.well_to_wake + wake * amount
            if not blend:
                break
        if opened:
            f.room = use * np.minimum(np.array(path(blend["max"], years)) - least, 1 - least)
            here, there = _unit(fuels[fuel], slip, years), _unit(fuels["bio"], slip, years)
            f.blend_direct = there[1] * ratio - here[1]
            change = there[5] * ratio - here[5]
            f.blend_cost = there[0] * ratio - here[0] + price * f.blend_direct
            f.blend_over = (there[4] - limit * there[3]) * ratio - (here[4] - limit * here[3])
    f.cost = f.cost + price * f.direct
    _rated(fleet, state, fuels, f, change)
    f.cost = f.cost + _penalty(fleet, years, f)
    return f


def _unit(fuel: dict[str, Any], slip: float, years: list[int]) -> tuple[np.ndarray, ...]:
    """Cost, direct, upstream, energy and well to wake of a unit of fuel, and the CO2 that the CII counts."""
    zero = np.zeros(len(years))
    cost, factor = np.array(path(fuel["price"], years)), np.array(path(fuel["factor"], years))
    upstream = np.array(path(fuel.get("upstream", 0), years))
    if fuel.get("scope") == 2:
        return cost, zero, upstream, zero + 1, zero, zero
    burnt = factor
    if "slip_factor" in fuel:
        burnt = (1 - slip) * factor
        factor = burnt + slip * number(fuel["slip_factor"])
    return cost, factor, upstream, zero + number(fuel["energy"]), factor + upstream, burnt


def fueleu_limit(fleet: dict[str, Any], years: list[int]) -> np.ndarray:
    """kt per GWh."""
    rule = fleet.get("regulation", {}).get("fueleu")
    if rule is None:
        return np.zeros(len(years))
    table = {int(y): number(v) for y, v in rule.get("reduction", STEPS).items()}
    return np.array([91.16e-3 * 3.6 * (1 - table[max(y for y in table if y <= year)]) for year in years])


def ets_price(rule: dict[str, Any] | None, years: list[int]) -> np.ndarray:
    """MCNY per kt."""
    if rule is None:
        return np.zeros(len(years))
    table = {int(y): number(v) for y, v in rule.get("phase_in", {2024: 0.4, 2025: 0.7, 2026: 1.0}).items()}
    part = [table[max(y for y in table if y <= year)] for year in years]
    return np.array(part) * number(rule["price"]) * number(rule["share"])


def _penalty(fleet: dict[str, Any], years: list[int], f: Figures) -> np.ndarray:
    rule = fleet.get("regulation", {}).get("fueleu")
    if rule is None or rule.get("as") != "cost":
        return np.zeros(len(years))
    grams = f.well_to_wake / f.energy * 1e3 / 3.6  # gCO2e/MJ
    limit = fueleu_limit(fleet, years) * 1e3 / 3.6
    energy = f.energy * 3.6e6 * number(rule["share"])  # MJ
    tonnes = np.maximum(grams - limit, 0) * energy / (grams * 41_000)
    return tonnes * number(rule["penalty"]) * 1e-3  # 1e-3 MCNY per t for each CNY per kg


def _rated(fleet: dict[str, Any], state: dict[str, Any], fuels: dict[str, Any], f: Figures, change: np.ndarray) -> None:
    """Narrows what may be blended to what keeps the rating; bans years in which nothing does.

    `change` is what a kt of fuel that gives way adds to the CO2 that counts.
    """
    rule = fleet.get("regulation", {}).get("cii")
    if rule is None:
        return
    slipped = np.zeros(len(change))
    for fuel, burn in state.get("fuels", {}).items():
        if isinstance(burn, dict) and "slip_factor" in fuels[fuel]:
            blend = fuels[fuel].get("blend", {}).get("bio")
            least = blend.get("min", 0) if isinstance(blend, dict) and "max" in blend else blend or 0
            left = 1 - np.array(path(least, f.years))
            slipped += (
                np.array(path(burn["use"], f.years)) * left * number(burn["slip"]) * number(fuels[fuel]["slip_factor"])
            )
    required = (1 - 0.215) * 4745 * number(rule["capacity"]) ** -0.622
    border = {"B": 0.94, "C": 1.06, "D": 1.18}[rule["worst"]]
    allowed = border * required * number(rule["capacity"]) * number(rule["distance"]) / 1e9  # kt
    over = f.direct - slipped - allowed
    for y, (above, each) in enumerate(zip(over, change, strict=True)):
        if each < 0:
            f.must[y] = max(above / -each, 0.0)
        elif each > 0:
            f.room[y] = min(f.room[y], -above / each)
        else:
            f.banned[y] = above > 0
        if f.must[y] > f.room[y]:
            f.banned[y], f.must[y], f.room[y] = True, 0.0, 0.0
