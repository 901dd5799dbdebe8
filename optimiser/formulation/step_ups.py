r"""Step-ups: where a target is missed, the rate of a sustainability-linked instrument rises.

$$ \text{shortfall}_{t,y} \le M_{t,y}\,\text{missed}_i \;\;\text{for the years looked at}, \qquad
   \text{stepped}_{i,v} \ge \text{issued}_{i,v} - \text{most}_{i,v}\,(1 - \text{missed}_i) $$

$\text{stepped}$ is what is issued if the target is missed and nothing else; it bears the higher rate from its first
year on. $M$ is the largest shortfall that the data allow. Looked at are the years in which the target is tested up to
the first year of the higher rate, or its first one. A target that must hold is never missed.
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimiser.formulation.emissions import gross_bounds
from optimiser.formulation.issues import amounts_of
from optimiser.formulation.matrix import of_columns
from optimiser.formulation.model import variables
from optimiser.instance.data import (
    AvoidedData,
    CarbonBudgetData,
    HistoricalData,
    Instance,
    IntensityData,
    ReductionData,
    TargetData,
)
from optimiser.instance.timing import Floats


def add_step_ups(model: pyo.ConcreteModel) -> None:
    """Adds `missed[i]`, and `stepped_up[i, v]`, the amounts that bear the higher rate."""
    instance: Instance = model.instance
    targets = {t.id: t for t in instance.targets}
    linked = {}
    for f in instance.finance.funding:
        # a target without shortfall must hold
        if f.step_up is not None and (f.step_up.target, instance.first) in model.shortfall:
            linked[f.id] = f
    model.missed = variables(list(linked), domain=pyo.Binary)
    index = [(f.id, int(v)) for f in linked.values() for v in f.years]
    model.stepped_up = variables(index, domain=pyo.NonNegativeReals)
    model.stepped = amounts_of(model, model.stepped_up, linked.values())
    flags = [model.matrix.of_pyomo(model.missed)] if linked else []
    model.switched = {i: of_columns(c, [k]) for c in flags for k, i in enumerate(linked)}
    observed = [
        (f.id, int(y)) for f in linked.values() if f.step_up is not None for y in instance.years[f.step_up.observed]
    ]
    target_of = {f.id: targets[f.step_up.target] for f in linked.values() if f.step_up is not None}
    largest = {i: largest_shortfall(instance, t) for i, t in target_of.items()}
    for values in largest.values():
        model.most_flagged = max(model.most_flagged, float(values.max(initial=0.0)))

    @model.Constraint(observed)
    def shortfall_is_flagged(m, i, y):
        return m.shortfall[target_of[i].id, y] <= float(largest[i][instance.year_index(y)]) * m.missed[i]

    @model.Constraint([k for k in index if np.isfinite(model.largest_issue[k])])
    def stepped_where_missed(m, i, v):
        return m.stepped_up[i, v] >= m.issued[i, v] - model.largest_issue[i, v] * (1 - m.missed[i])


def largest_shortfall(instance: Instance, t: TargetData) -> Floats:
    """How far a target can fall short at most in each year (Y,), in kt, from the data alone."""
    n = len(instance.years)
    if isinstance(t, AvoidedData):
        low = t.baseline.copy()
        for p in instance.projects:
            if p.entity in t.entities:
                low = low - _least_avoided(p)
        return np.maximum(t.floor - low, 0)
    if isinstance(t, HistoricalData):
        given_back = sum(_negative(instance.projects[i].removal) * instance.projects[i].most for i in t.sinks)
        return np.full(n, max(t.stock + float(np.sum(given_back)), 0.0))
    _, high = gross_bounds(instance, t.sources, t.ledger)
    for i in t.sinks:
        p = instance.projects[i]
        high = high + _negative(p.removal) * p.most
    if isinstance(t, ReductionData):
        return np.maximum(high - t.cap, 0)
    if isinstance(t, IntensityData):
        return np.maximum(high - t.limit * t.denominator, 0)
    if isinstance(t, CarbonBudgetData):
        return np.full(n, max(float(high[t.span].sum()) - t.limit, 0.0))
    return high


def _negative(profile: Floats | None) -> Floats | float:
    """The most that a profile (V, Y) is below zero in each year."""
    return np.maximum(-profile, 0).max(axis=0) if profile is not None else 0.0


def _least_avoided(p) -> Floats | float:
    """How much less a project may avoid than nothing, by year."""
    avoided = _negative(p.effect * p.avoids) if p.avoids is not None else 0.0
    if p.delivery is not None:
        avoided = avoided + _negative(p.effect * p.delivery.output * p.delivery.displaces)
    return avoided * p.most
