r"""The objective: present value of the group's cash, less the worth of unused life, plus penalties for soft targets.

$$ \min \sum_y \delta_y \Bigl(\text{cash}_y + \sum_k \text{posting}_{k,y}
   + \sum_t \pi_{t,y}\,\text{shortfall}_{t,y}\Bigr) - \delta_{\text{last}+1}\,\text{salvage}, \qquad
   \delta_y = (1 + i)^{-(y - \text{first})} $$

Where targets give way, the first question is another: the least total shortfall of the targets of one priority.
"""

from __future__ import annotations

import pyomo.environ as pyo

from optimiser.formulation.postings import worth_of_postings
from optimiser.formulation.spending import cash, salvage
from optimiser.instance.data import Instance


def add_least_cost(model: pyo.ConcreteModel) -> None:
    """Adds the objective: the linear cost of the matrix columns, and `least_cost` over Pyomo's own variables."""
    instance: Instance = model.instance
    total = cash(model, instance.projects).summed(instance.discount) + worth_of_postings(model)
    model.matrix.cost = total - salvage(model).scaled(instance.salvage_discount)
    discount = dict(zip((int(y) for y in instance.years), instance.discount, strict=True))
    targets = {t.id: t for t in instance.targets}

    def penalty(t: str, y: int) -> float:
        rate = targets[t].penalty
        return 0.0 if rate is None else float(rate[instance.year_index(y)]) * discount[y]

    terms = [penalty(t, y) * model.shortfall[t, y] for t, y in model.shortfall if targets[t].penalty is not None]
    model.least_cost = pyo.Objective(expr=sum(terms) if terms else 0.0)


def add_least_more(model: pyo.ConcreteModel) -> None:
    """Adds the objective of extending limits: as little as will do, in all years together; rather late than early."""
    last = model.instance.last
    model.least_more = pyo.Objective(expr=sum((1 + 1e-4 * (last - y)) * v for (_, _, y), v in model.more.items()))


def add_least_shortfall(model: pyo.ConcreteModel, targets: frozenset[str]) -> None:
    """Adds the objective of giving way: the total shortfall of these targets, in kt."""
    model.least_shortfall = pyo.Objective(expr=sum(v for (t, _), v in model.shortfall.items() if t in targets))
