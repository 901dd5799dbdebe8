r"""Reductions: gross emissions at or below a cap that the base and the cut give.

$$ \text{gross}_{t,y} \le \text{cap}_{t,y} + \text{shortfall}_{t,y}, \qquad
   \text{cap} = (1 - \text{cut})\,\text{base} \;\text{or}\; \text{base} - \text{cut} $$
"""

from __future__ import annotations

import pyomo.environ as pyo

from optimiser.formulation.emissions import gross_of
from optimiser.formulation.shortfalls import shortfall_of
from optimiser.instance.data import Instance, ReductionData


def add_reductions(model: pyo.ConcreteModel) -> None:
    """Adds one row per reduction target and year."""
    instance: Instance = model.instance
    targets = {t.id: t for t in instance.targets if isinstance(t, ReductionData)}

    @model.Constraint([(t.id, int(instance.years[y])) for t in targets.values() for y in t.years])
    def gross_within_reduction(m, t, y):
        target = targets[t]
        cap = float(target.cap[instance.year_index(y)])
        return gross_of(m, target, y) <= cap + shortfall_of(m, target, y)
