r"""Spending: what projects cost in a year, as linear forms that budgets and the objective share.

$$ \text{capex}_y = \sum_{p,v} P^{\text{capex}}_{p,v,y}\,\text{new}_{p,v}, \qquad
   \text{cash}_y = \text{capex}_y + \text{opex}_y - \text{price}_y\,\text{on site}_y - \text{sells}_y\,\text{sold}_y $$
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyomo.environ as pyo

from optimiser.formulation.matrix import LinearForm
from optimiser.instance.data import Instance, ProjectData


def capex(model: pyo.ConcreteModel, projects: Sequence[ProjectData]) -> LinearForm:
    """Capex of some projects, one row per year. Budgets and the objective often ask for the same."""
    members = tuple(p.index for p in projects)
    if members not in model.capex_of:
        model.capex_of[members] = _capex(model, projects)
    return model.capex_of[members]


def _capex(model: pyo.ConcreteModel, projects: Sequence[ProjectData]) -> LinearForm:
    total = model.started.effect((p, p.capex) for p in projects if p.capex_each)
    for p in projects:
        if p.index in model.cheaper:
            total = total + model.cheaper[p.index].effect(p.capex)
    return total


def cash(model: pyo.ConcreteModel, projects: Sequence[ProjectData]) -> LinearForm:
    """Capex + opex - energy saved - income of some projects, one row per year."""
    running = [p for p in projects if p.opex_by_age is not None or np.any(p.opex_by_year)]
    total = capex(model, projects) + model.started.effect((p, p.opex) for p in running)
    for p in projects:
        if p.delivery is not None:
            used, made = model.on_site[p.index], model.output[p.index]
            total = total - used.scaled(p.delivery.price) - (made - used).scaled(p.delivery.sells)
    return total


def salvage(model: pyo.ConcreteModel) -> LinearForm:
    """Worth of unused life after the last year, one row, not discounted."""
    instance: Instance = model.instance
    worth = [p for p in instance.projects if p.capex_each and np.any(p.timing.salvage)]
    total = model.started.once((p, p.salvage) for p in worth)
    for p in worth:
        if p.index in model.cheaper:
            total = total + model.cheaper[p.index].effect(p.salvage[:, None])
    return total
