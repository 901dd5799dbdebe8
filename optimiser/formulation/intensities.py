r"""Intensities: gross emissions per revenue (or per another series) at or below a limit; linear, and not a peak.

$$ \text{gross}_{t,y} \le I_t\,d_{t,y} + \text{shortfall}_{t,y} $$
"""

from __future__ import annotations

import pyomo.environ as pyo

from optimiser.formulation.emissions import gross_of
from optimiser.formulation.shortfalls import shortfall_of
from optimiser.instance.data import Instance, IntensityData


def add_intensities(model: pyo.ConcreteModel) -> None:
    """Adds one row per intensity target and year."""
    instance: Instance = model.instance
    targets = {t.id: t for t in instance.targets if isinstance(t, IntensityData)}

    @model.Constraint([(t.id, int(instance.years[y])) for t in targets.values() for y in t.years])
    def gross_within_intensity(m, t, y):
        target = targets[t]
        cap = target.limit * float(target.denominator[instance.year_index(y)])
        return gross_of(m, target, y) <= cap + shortfall_of(m, target, y)
