"""Quantities of the drawn files as numbers: money in MCNY, tonnes in kt, energy in GWh, mass in kt."""

from __future__ import annotations

from typing import Any

UNITS = {
    "": 1.0, "%": 0.01, "MCNY": 1.0, "ktCO2e": 1.0, "Mt": 1000.0, "kt": 1.0, "GWh": 1.0, "CNY/t": 1e-3, "tCO2e/t": 1.0,
    "CNY/kWh": 1.0, "tCO2e/MWh": 1.0, "MJ/kg": 1 / 3.6, "CNY/tCO2e": 1e-3, "t": 1.0, "nmi": 1.0,
}  # fmt: skip


def number(text: Any) -> float:
    """A quantity as a number."""
    if isinstance(text, int | float):
        return float(text)
    value, _, unit = text.partition(" ")
    return float(value) * UNITS[unit]


money = fraction = number


def money_list(texts: list[str]) -> list[float]:
    """Several."""
    return [number(t) for t in texts]


def path(raw: Any, years: list[int]) -> list[float]:
    """A path by year: constant, or linear between the years given and flat outside."""
    if not isinstance(raw, dict):
        return [number(raw)] * len(years)
    points = sorted((int(y), number(v)) for y, v in raw.items())
    found = []
    for y in years:
        below = [p for p in points if p[0] <= y]
        above = [p for p in points if p[0] >= y]
        (a, x), (b, z) = (below or above[:1])[-1], (above or below[-1:])[0]
        found.append(x if a == b else x + (z - x) * (y - a) / (b - a))
    return found
