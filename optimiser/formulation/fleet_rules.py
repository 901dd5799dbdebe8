r"""Rules for ships as limits: FuelEU over the fleet as one pool, and the worst rating that may be in service.

$$ \sum_s (\text{well to wake}_{s,y} - \text{limit}_y\,\text{energy}_{s,y})\,\text{in service}_{s,y}
   + \sum_b \Delta_{b,y}\,\text{blended}_{b,y} \le 0 $$
$$ \text{in service}_{s,y} = 0 \;\text{where the rating of } s \text{ in } y \text{ is too bad with every blend}, \qquad
   \left(\frac{\text{attained}_{s,y}}{\text{worst}_y} - 1\right)\text{in service}_{s,y}
   + \sum_{b \in s} \frac{\delta_{b,y}}{\text{worst}_y}\,\text{blended}_{b,y} \le 0
   \;\text{where the blend decides} $$

The limit is the reference value less the reduction of the year; the rating compares grams of CO2 per capacity and
nautical mile with $(1 - Z_y)\,a\,\text{capacity}^{-c}$: `worst` is that times the border of the worst rating allowed,
`attained` what a state makes before any blend that is decided, and $\delta$ what a unit blended adds to it. What is
blended in a state in a year is spread evenly over its assets, so that the rating of one is that of all: if their mean
keeps the rating, each of them does. As costs the rules are postings. With banking the first row is summed over all
years up to $y$: what the pool was below the limit counts later, never before.
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimiser.formulation.fleet_fuels import Fuels
from optimiser.formulation.matrix import LinearForm
from optimiser.instance.fleet_data import RatingRule


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
        if fleet.cii is not None:
            _keep_rating(model, fuels, fleet.cii)


def _keep_rating(model: pyo.ConcreteModel, fuels: Fuels, rule: RatingRule) -> None:
    """No asset in a state that no blend saves; where the blend decides, one that does."""
    fleet, years = fuels.fleet, fuels.network.years
    if np.any(rule.banned):
        barred = fuels.network.service(list(rule.banned.astype(float)))
        model.matrix.add_rows(
            "service_keeps_rating", barred, upper=0.0, label=lambda y, f=fleet, years=years: (f.id, int(years[y]))
        )  # fmt: skip
    for s, state in enumerate(fleet.states):
        index = np.flatnonzero(rule.blended[s])
        if not len(index):
            continue
        worst = np.where(rule.blended[s] & (rule.limit > 0), rule.limit, 1.0)
        over = np.where(rule.blended[s], rule.attained[s] - rule.limit, 0.0) / worst
        per_unit = rule.work * worst
        each = [(b.emissions["direct", "location"] - b.slip) / per_unit * (b.state == s) for b in fleet.blends]
        form = fuels.network.service([over * (i == s) for i in range(len(fleet.states))]) + fuels.blended(each)
        model.matrix.add_rows(
            "blends_keep_rating", form.taken(index), upper=0.0,
            label=lambda i, f=fleet, name=state.id, at=index, years=years: (f.id, name, int(years[at[i]])),
        )  # fmt: skip
