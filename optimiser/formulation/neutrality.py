r"""Neutrality: what is left is removed or, as far as admitted, covered by credits; the residual is capped first.

$$ \text{gross}_{t,y} - \text{removed}_{t,y} - \text{credits}_{t,y} - \sum_{u \in S_{t,y}} \text{credits}_{u,y}
   \le \text{shortfall}_{t,y}, \qquad
   \text{gross}_{t,y} \le \rho_t\,\text{base}_t + \text{shortfall}_{t,y}, \qquad
   \text{credits}_{t,y} \le \kappa_t\,\text{base}_t $$

A target without a price of its own buys from the markets that there are in that year, at the lowest of their prices;
in a year in which none of them is left, or none has begun, it buys none: $\text{credits}_{t,y} = 0$.

A credit that is retired for a division is retired for the group as well: $S_{t,y}$ are targets on a part of the same
emissions and in the same year, whose credits cost no less than those of $t$, in the same ledger if they cover scope 2
(other tonnes are the same in both). All credits together count up to what $t$ admits, also in a year in which it can
buy none:

$$ \text{gross}_{t,y} - \text{removed}_{t,y} - \kappa_t\,\text{base}_t \le \text{shortfall}_{t,y}
   \quad\text{where there is any such target} $$
"""

from __future__ import annotations

import pyomo.environ as pyo

from optimiser.formulation.emissions import gross_of, removed_of
from optimiser.formulation.model import variables
from optimiser.formulation.shortfalls import shortfall_of
from optimiser.instance.data import Instance, NeutralityData


def add_credits(model: pyo.ConcreteModel) -> None:
    """Adds `credits[t, y]`, bought for one target and year, where a target admits any."""
    instance: Instance = model.instance
    targets = {t.id: t for t in instance.targets if isinstance(t, NeutralityData)}
    on_sale = {(t.id, int(instance.years[y])): float(t.on_sale[y]) for t in targets.values() for y in t.years}
    on_sale = {k: most for k, most in on_sale.items() if most > 0}
    model.credits = variables(list(on_sale), domain=pyo.NonNegativeReals, bounds=lambda m, t, y: (0, on_sale[t, y]))


def add_neutrality(model: pyo.ConcreteModel) -> None:
    """Adds the rows of every neutrality target."""
    instance: Instance = model.instance
    targets = {t.id: t for t in instance.targets if isinstance(t, NeutralityData)}
    tested = [(t.id, int(instance.years[y])) for t in targets.values() for y in t.years]

    @model.Constraint(tested)
    def net_is_zero(m, t, y):
        credits = sum(m.credits[u, y] for u in (t, *_sharing(m, targets[t], y)) if (u, y) in m.credits)
        return gross_of(m, targets[t], y) - removed_of(m, targets[t], y) - credits <= shortfall_of(m, targets[t], y)

    @model.Constraint([(t, y) for t, y in tested if _sharing(model, targets[t], y)])
    def net_within_admitted_credits(m, t, y):
        net = gross_of(m, targets[t], y) - removed_of(m, targets[t], y)
        return net <= float(targets[t].credits[m.instance.year_index(y)]) + shortfall_of(m, targets[t], y)

    @model.Constraint([(t, y) for t, y in tested if targets[t].residual is not None])
    def gross_within_residual(m, t, y):
        return gross_of(m, targets[t], y) <= float(targets[t].residual or 0.0) + shortfall_of(m, targets[t], y)


def _sharing(model: pyo.ConcreteModel, target: NeutralityData, year: int) -> list[str]:
    """Targets whose credits of a year count for this one, too."""
    y = model.instance.year_index(year)
    return [u for u, years in target.shared if y in years and (u, year) in model.credits]
