"""Quantities and paths of a plain scenario, in MCNY, ktCO2e, GWh, MW and ha."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

UNITS = {
    "": ("", 1.0),
    "%": ("", 1e-2),
    "CNY": ("money", 1e-6),
    "kCNY": ("money", 1e-3),
    "MCNY": ("money", 1.0),
    "bn CNY": ("money", 1e3),
    "tCO2e": ("tonnes", 1e-3),
    "ktCO2e": ("tonnes", 1.0),
    "MtCO2e": ("tonnes", 1e3),
    "kWh": ("activity", 1e-6),
    "MWh": ("activity", 1e-3),
    "GWh": ("activity", 1.0),
    "MW": ("power", 1.0),
    "ha": ("area", 1.0),
}


@dataclass(frozen=True)
class Path:
    """A value for every calendar year, and its dimension (`money`, `tonnes/activity`, '' for a share)."""

    at: Callable[[int], float]
    dimension: str

    def over(self, years) -> np.ndarray:
        return np.array([self.at(int(y)) for y in years])


def quantity(text) -> tuple[float, str]:
    """The number in our units, and its dimension. ValueError if the text is not a quantity."""
    if isinstance(text, (int, float)):
        return float(text), ""
    match = re.fullmatch(r"\s*([-+]?\d[\d.]*(?:e[-+]?\d+)?)\s*(.*?)\s*", text)
    if not match:
        raise ValueError(f"not a quantity: {text!r}")
    above, _, below = match[2].partition("/")
    dimension, factor = UNITS[above.strip()]
    if not below:
        return float(match[1]) * factor, dimension
    under, divisor = UNITS[below.strip()]
    return float(match[1]) * factor / divisor, f"{dimension}/{under}"


def read_path(spec, series: dict, first: int) -> Path:
    """A quantity, a name in `series`, years to quantities, or a start that grows."""
    if isinstance(spec, str) and spec in series:
        return read_path(series[spec], series, first)
    if not isinstance(spec, dict):
        value, dimension = quantity(spec)
        return Path(lambda year: value, dimension)
    if "start" in spec:
        start, dimension = quantity(spec["start"])
        growth, anchor = quantity(spec.get("growth", 0))[0], spec.get("from", first)
        return Path(lambda year: start * (1 + growth) ** (year - anchor), dimension)
    knots = sorted(spec)
    values = [quantity(spec[year]) for year in knots]
    return Path(lambda year: float(np.interp(year, knots, [v for v, _ in values])), values[0][1])
