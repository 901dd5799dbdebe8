"""A plan of an earlier scenario as a first plan of this one, which differs little from it.

First everything starts as it did, and the rest is decided around it. Where that is no plan of this scenario, every
project may start a few years earlier or later, or not at all. Projects are known by their names; those that are new do
not start.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray

from optimiser.plan import Decisions
from optimiser.solve.grid import Grid, grid_of, restrict
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits
from optimiser.solve.programme import Programme

Floats = NDArray[np.float64]
SHARE, NEAR = 0.1, 2
"""Share of the time that each attempt may take; by how many years starts may move in the second."""


def plan_from(
    model: pyo.ConcreteModel, programme: Programme, earlier: Decisions, limits: Limits, interrupt: Interrupt
) -> Floats | None:
    """A solution of the programme near an earlier plan; None where none is found."""
    grid = grid_of(model, programme)
    if not grid.size:
        return None
    started = _started(model, grid, earlier)
    lower, upper = programme.lower.copy(), programme.upper.copy()
    whole = grid.whole[grid.owner]
    at, values = grid.at[whole], started[whole]
    brief = replace(limits, gap=max(limits.gap, 1e-3), seconds=max(SHARE * limits.seconds, 0.1))
    if np.all(values >= lower[at]) and np.all(values <= upper[at]):
        lower[at] = upper[at] = values
        found = run(replace(programme, lower=lower, upper=upper), brief, None, interrupt)
        if found.x is not None:
            return found.x
    kernel = restrict(programme, grid, _near(grid, started), np.zeros(len(grid.most), dtype=bool), programme.lower)
    found = run(kernel.programme, brief, None, interrupt)
    return kernel.expand(found.x) if found.x is not None else None


def _started(model: pyo.ConcreteModel, grid: Grid, earlier: Decisions) -> Floats:
    """Units started by each year of each window (n,), as in the earlier plan."""
    new = np.zeros(grid.size)
    index = {p.id: p for p in model.instance.projects}
    for start in earlier.starts:
        project = index.get(start.project)
        if project is not None and start.year in project.starts:
            new[grid.begin[project.index] + int(np.searchsorted(project.starts, start.year))] += start.amount
    total = np.cumsum(new)
    before = np.concatenate([[0.0], total])[grid.begin[:-1]]
    started = total - before[grid.owner]
    return np.where(grid.whole[grid.owner], np.round(started), started)


def _near(grid: Grid, started: Floats) -> NDArray[np.bool_]:
    """Starts (n,) within a few years of one of the earlier plan; all of those that are no whole units."""
    used = started - np.where(grid.first, 0.0, np.roll(started, 1)) > 1e-7
    near = used.copy()
    for shift in range(1, NEAR + 1):
        for step in (-shift, shift):
            near |= np.roll(used, step) & (np.roll(grid.owner, step) == grid.owner)
    return near | ~grid.whole[grid.owner]
