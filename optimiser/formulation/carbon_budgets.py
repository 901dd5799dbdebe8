r"""Carbon budgets: the tonnes of some years together stay below a quantity.

$$ \sum_{y=a}^{b} \bigl(\text{gross}_{t,y} - [\text{net}]\,\text{removed}_{t,y}\bigr) \le B_t + \text{shortfall}_t $$
"""

from __future__ import annotations

import pyomo.environ as pyo

from optimiser.formulation.emissions import gross_of, removed_of
from optimiser.formulation.shortfalls import shortfall_of
from optimiser.instance.data import CarbonBudgetData, Instance


def add_carbon_budgets(model: pyo.ConcreteModel) -> None:
    """Adds one row per carbon budget."""
    instance: Instance = model.instance
    targets = {t.id: t for t in instance.targets if isinstance(t, CarbonBudgetData)}

    @model.Constraint(list(targets))
    def tonnes_within_carbon_budget(m, t):
        target = targets[t]
        span = [int(instance.years[y]) for y in target.span]
        total = sum(gross_of(m, target, y) for y in span)
        if target.net:
            total = total - sum(removed_of(m, target, y) for y in span)
        return total <= target.limit + shortfall_of(m, target, span[-1])
