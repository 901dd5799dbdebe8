r"""Avoided emissions: at customers, in a ledger of their own, at least a multiple of a base.

$$ \text{baseline}_{t,y}
   + \sum_p \bigl(\text{avoids}_{p,y}\,\text{operating}_{p,y} + \text{displaces}_{p,y}\,\text{sold}_{p,y}
   - \text{avoided\_given}_{p,y}\bigr)
   \ge \mu_{t,y}\,\text{base}_t - \text{shortfall}_{t,y} $$

What is sold as credits is the buyer's claim, in the year in which it was avoided: $\text{avoided\_given}$ is 0 for
sinks, whose credits are removals, else $\text{credit\_sold} / (1 - \beta)$ with a `buffer` of $\beta$, since what is
held back for a credit sold is not ours either; less where more is credited than avoided (credits of our own). No
project gives away more than it avoids.
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimiser.formulation.credit_issues import avoided_sold
from optimiser.formulation.matrix import LinearForm, add_total, sum_of
from optimiser.formulation.shortfalls import shortfall_of
from optimiser.instance.data import AvoidedData, Instance


def add_avoided(model: pyo.ConcreteModel) -> None:
    """Adds `avoided[t, y]` and one row per target and year."""
    instance: Instance = model.instance
    targets = {t.id: t for t in instance.targets if isinstance(t, AvoidedData)}
    years = [int(y) for y in instance.years]
    add_total(model, "avoided", list(targets), [_avoided(model, t) for t in targets.values()], years)

    @model.Constraint([(t.id, years[int(y)]) for t in targets.values() for y in t.years])
    def avoided_reaches_floor(m, t, y):
        target, i = targets[t], instance.year_index(y)
        return m.avoided[t, y] >= float(target.floor[i] - target.baseline[i]) - shortfall_of(m, target, y)


def _avoided(model: pyo.ConcreteModel, target: AvoidedData) -> LinearForm:
    """kt avoided by projects of the entities and not sold, one row per year."""
    instance: Instance = model.instance
    members = [p for p in instance.projects if p.entity in target.entities]
    direct = [(p, p.effect * p.avoids) for p in members if p.avoids is not None]
    parts = [model.started.effect(direct)]
    for p in members:
        if p.delivery is not None and np.any(p.delivery.displaces):
            sold = model.output[p.index] - model.on_site[p.index]
            parts.append(sold.scaled(p.delivery.displaces))
    return sum_of(len(instance.years), parts) - avoided_sold(model, [p.index for p in members])
