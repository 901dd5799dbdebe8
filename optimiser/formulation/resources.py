r"""Resources: no year uses more of anything than there is.

$$ \sum_{p,v} P^{\text{use}}_{p,v,r,y}\,\text{new}_{p,v}
   + \sum_{m} P^{\text{use}}_{m,r,y}\,\text{moved}_m \le \text{limit}_{r,y} $$

Projects and the changes of fleets draw on the same limit: crews, or docks that several fleets share.
"""

from __future__ import annotations

import pyomo.environ as pyo

from optimiser.formulation.extensions import more_of
from optimiser.formulation.matrix import sum_of
from optimiser.instance.data import Instance


def add_resources(model: pyo.ConcreteModel) -> None:
    """Adds one row per resource and year."""
    instance: Instance = model.instance
    for i, resource in enumerate(instance.resources):
        parts = [
            (p, p.use(by_year, each, instance.years))
            for p in instance.projects
            for r, by_year, each in p.uses
            if r == i
        ]
        model.matrix.add_rows(
            "use_within_limit",
            sum_of(len(instance.years), [model.started.effect(parts), *(n.used(i) for n in model.fleets)])
            - more_of(model, resource.id),
            upper=resource.limit,
            label=lambda y, resource=resource: (resource.id, int(instance.years[y])),
        )
