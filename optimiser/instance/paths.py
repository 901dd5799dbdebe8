"""Paths as arrays: a quantity, points, growth, or a series, evaluated at years."""

from __future__ import annotations

import numpy as np

from optimiser.instance.timing import Floats, Ints
from optimiser.scenario.model import Scenario
from optimiser.scenario.values import Path


class Paths:
    """Evaluates paths of one scenario, in canonical units."""

    def __init__(self, scenario: Scenario):
        self.series = scenario.series
        self.first = scenario.horizon.first
        self.years = np.arange(scenario.horizon.first, scenario.horizon.last + 1)
        self._cache: dict[Path, Floats] = {}

    def resolve(self, path: Path) -> Path:
        """The path itself, or the series it names."""
        while path.reference is not None:
            path = self.series[path.reference]
        return path

    def over_horizon(self, path: Path) -> Floats:
        """Values (Y,) over the horizon."""
        found = self._cache.get(path)
        if found is None:
            found = self._cache[path] = self.at(path, self.years)
            found.setflags(write=False)
        return found

    def at(self, path: Path, years: Ints) -> Floats:
        """Values at `years`."""
        path = self.resolve(path)
        if path.growth is not None:
            start, growth, anchor = path.growth
            return start * (1 + growth) ** (years - (self.first if anchor is None else anchor)).astype(float)
        if len(path.points) == 1:
            return np.full(len(years), path.points[0][1])
        points = np.array(path.points)
        return np.interp(years, points[:, 0], points[:, 1])

    def at_year(self, path: Path, year: int) -> float:
        """The value in one year, which may lie outside the horizon."""
        return float(self.at(path, np.array([year]))[0])
