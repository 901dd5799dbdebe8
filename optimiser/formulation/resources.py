r"""Resources: no year uses more of anything than there is.

$$ \sum_{p,v} P^{\text{use}}_{p,v,r,y}\,\text{new}_{p,v} \le \text{limit}_{r,y} $$
"""

from __future__ import annotations

import pyomo.environ as pyo

from optimiser.formulation.extensions import more_of
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
            model.started.effect(parts) - more_of(model, resource.id),
            upper=resource.limit,
            label=lambda y, resource=resource: (resource.id, int(instance.years[y])),
        )
