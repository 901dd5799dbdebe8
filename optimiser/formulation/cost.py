r"""The objective: present value of the group's cash, less the worth of unused life, plus penalties for soft targets.

$$ \min \sum_y \delta_y \Bigl(\text{cash}_y + \sum_k \text{posting}_{k,y}
   + \sum_t \pi_{t,y}\,\text{shortfall}_{t,y}\Bigr) - \delta_{\text{last}+1}\,\text{salvage}, \qquad
   \delta_y = (1 + i)^{-(y - \text{first})} $$

Where targets give way, the first question is another: the least total shortfall of the targets of one priority.
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimiser.formulation.matrix import LinearForm, of_columns
from optimiser.formulation.postings import worth_of_postings
from optimiser.formulation.spending import cash, salvage
from optimiser.instance.data import Instance


def add_least_cost(model: pyo.ConcreteModel) -> None:
    """Adds the objective: the linear cost of the matrix columns, and `least_cost` over Pyomo's own variables."""
    model.matrix.cost = _money(model)
    model.least_cost = pyo.Objective(expr=sum(rate * model.shortfall[k] for k, rate in _penalties(model).items()))


def total_cost(model: pyo.ConcreteModel) -> LinearForm:
    """The same cost, penalties included, as a form of one row."""
    rates = _penalties(model)
    if not rates:
        return _money(model)
    columns = model.matrix.of_pyomo(model.shortfall)
    weights = np.array([rates.get(k, 0.0) for k in model.shortfall])
    return _money(model) + of_columns(columns, range(columns.size)).summed(weights)


def _money(model: pyo.ConcreteModel) -> LinearForm:
    """Present value of cash less the worth of unused life; one row."""
    instance: Instance = model.instance
    total = cash(model, instance.projects).summed(instance.discount) + worth_of_postings(model)
    return total - salvage(model).scaled(instance.salvage_discount)


def _penalties(model: pyo.ConcreteModel) -> dict[tuple[str, int], float]:
    """What a unit of shortfall costs, by target and year, wherever a target has a penalty."""
    instance: Instance = model.instance
    discount = dict(zip((int(y) for y in instance.years), instance.discount, strict=True))
    rates = {t.id: t.penalty for t in instance.targets if t.penalty is not None}
    return {(t, y): float(rates[t][instance.year_index(y)]) * discount[y] for t, y in model.shortfall if t in rates}


def add_least_familiar(model: pyo.ConcreteModel) -> None:
    """Adds the objective of a portfolio unlike those known: as few as can be of what they have."""
    model.matrix.cost = model.least_familiar
    model.familiar = pyo.Objective(expr=0.0)


def add_least_more(model: pyo.ConcreteModel) -> None:
    """Adds the objective of extending limits: as little as will do, in all years together; rather late than early."""
    last = model.instance.last
    model.least_more = pyo.Objective(expr=sum((1 + 1e-4 * (last - y)) * v for (_, _, y), v in model.more.items()))


def add_least_eased(model: pyo.ConcreteModel) -> None:
    """Adds the objective of easing targets: as little as will do."""
    model.least_eased = pyo.Objective(expr=sum(model.eased.values()))


def add_least_shortfall(model: pyo.ConcreteModel, targets: frozenset[str]) -> None:
    """Adds the objective of giving way: the total shortfall of these targets, in kt."""
    model.least_shortfall = pyo.Objective(expr=sum(v for (t, _), v in model.shortfall.items() if t in targets))
