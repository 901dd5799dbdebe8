r"""Historical emissions: durable removals up to a year add up to what was emitted in the past.

$$ \sum_{y \le D} \text{removed}_{t,y} \ge H_t - \text{shortfall}_t $$
"""

from __future__ import annotations

import pyomo.environ as pyo

from optimiser.formulation.emissions import removed_of
from optimiser.formulation.shortfalls import shortfall_of
from optimiser.instance.data import HistoricalData, Instance


def add_historical(model: pyo.ConcreteModel) -> None:
    """Adds one row per target."""
    instance: Instance = model.instance
    targets = {t.id: t for t in instance.targets if isinstance(t, HistoricalData)}

    @model.Constraint(list(targets))
    def removals_reach_stock(m, t):
        span = [int(y) for y in instance.years[: targets[t].by + 1]]
        removed = sum(removed_of(m, targets[t], y) for y in span)
        return removed >= targets[t].stock - shortfall_of(m, targets[t], span[-1])
