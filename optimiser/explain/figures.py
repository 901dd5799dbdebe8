"""Figures that go into a file: rounded to the safe side, with their unit, as a path over the years."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from optimiser.explain.case import Case
from optimiser.instance.paths import Paths
from optimiser.instance.timing import Floats
from optimiser.scenario.values import Path
from optimiser.units import Quantity

DIGITS = 4


def up(value: float, digits: int = DIGITS) -> float:
    """The next number with so many digits that is not less."""
    return _towards(value, digits, math.ceil)


def down(value: float, digits: int = DIGITS) -> float:
    """The next number with so many digits that is not more."""
    return _towards(value, digits, math.floor)


def _towards(value: float, digits: int, rounding: Any) -> float:
    if abs(value) < 1e-12:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(abs(value))) - digits + 1)
    number = rounding(value / step - (1e-9 if rounding is math.ceil else -1e-9)) * step
    return float(f"{number:.12g}")


def share(value: float) -> str:
    """A share as a file writes it."""
    return f"{value * 100:.10g} %"


class Scale:
    """How a file writes a figure: `factor` canonical units are one of `unit`."""

    def __init__(self, factor: float, unit: str):
        self.factor, self.unit = factor, unit

    def written(self, value: float) -> str | float:
        """A canonical value in the unit of the file; a bare number where it has none."""
        number = float(f"{value / self.factor:.10g}")
        return f"{number:.10g} {self.unit}" if self.unit else int(number) if number == int(number) else number


def money(case: Case) -> Scale:
    """Millions of the currency."""
    return Scale(1.0, f"M{case.scenario.currency}")


KT = Scale(1.0, "ktCO2e")


def scale_of(case: Case, path: Path) -> Scale | None:
    """The unit in which a path is written; None where that cannot be told."""
    path = Paths(case.scenario).resolve(path)
    written = Quantity(path.values[0], path.dimension or (), path.text)
    if not path.dimension:
        return Scale(0.01, "%") if "%" in path.text else Scale(1.0, "")
    if not written.number or not written.unit:
        return None
    return Scale(written.value / written.number, written.unit)


def path_over(case: Case, path: Path | None, values: Floats, scale: Scale) -> Any:
    """Values (Y,) as a path that a file may say in place of `path` (None: it says none): one figure, or years with
    straight lines between.

    Years that the file has already stay, since those of both are laid upon each other.
    """
    years = [int(y) for y in case.instance.years]
    if np.allclose(values, values[0], rtol=1e-12, atol=0):
        return scale.written(float(values[0]))
    kept = (
        {y for y, _ in path.points}
        if path is not None and path.reference is None and path.growth is None and len(path.points) > 1
        else set()
    )
    said = [0]
    for i in range(1, len(years) - 1):
        slope = (values[i + 1] - values[i]) - (values[i] - values[i - 1])
        if years[i] in kept or abs(slope) > 1e-9 * max(1.0, abs(values[i])):
            said.append(i)
    said.append(len(years) - 1)
    return {years[i]: scale.written(float(values[i])) for i in said}
