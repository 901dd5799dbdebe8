r"""Rules for ships as limits: FuelEU over the fleet as one pool, and the worst rating that may be in service.

$$ \sum_s (\text{well to wake}_{s,y} - \text{limit}_y\,\text{energy}_{s,y})\,\text{in service}_{s,y}
   + \sum_b \Delta_{b,y}\,\text{blended}_{b,y} \le 0, \qquad
   \text{in service}_{s,y} = 0 \;\text{where the rating of } s \text{ in } y \text{ is too bad} $$

The limit is the reference value less the reduction of the year; the rating compares grams of CO2 per capacity and
nautical mile with $(1 - Z_y)\,a\,\text{capacity}^{-c}$. As costs the rules are postings. With banking the
first row is summed over all years up to $y$: what the pool was below the limit counts later, never before.
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimiser.formulation.matrix import LinearForm


def add_fleet_rules(model: pyo.ConcreteModel) -> None:
    """Adds the rows of every rule that is a limit."""
    for fuels in model.fuels:
        fleet, years = fuels.fleet, fuels.network.years
        if fleet.fueleu is not None and fleet.fueleu.penalty is None:
            index = np.flatnonzero(np.isfinite(fleet.fueleu.limit))
            limit = np.where(np.isfinite(fleet.fueleu.limit), fleet.fueleu.limit, 0.0)
            over: LinearForm = fuels.well_to_wake_over(limit).taken(index)
            over = over.accumulated() if fleet.fueleu.banking else over
            model.matrix.add_rows(
                "pool_keeps_fueleu", over, upper=0.0,
                label=lambda i, f=fleet, at=index, years=years: (f.id, int(years[at[i]])),
            )  # fmt: skip
        if fleet.cii is not None and np.any(fleet.cii.banned):
            barred = fuels.network.service(list(fleet.cii.banned))
            model.matrix.add_rows(
                "service_keeps_rating", barred, upper=0.0, label=lambda y, f=fleet, years=years: (f.id, int(years[y]))
            )  # fmt: skip
