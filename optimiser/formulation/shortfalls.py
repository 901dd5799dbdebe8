r"""Shortfalls: how far a target that may give way is missed, in its own unit.

$$ \text{shortfall}_{t,y} \ge 0 \quad\text{where target } t \text{ has a penalty or may give way; absent otherwise} $$
"""

from __future__ import annotations

import pyomo.environ as pyo

from optimiser.formulation.model import variables
from optimiser.instance.data import Instance, TargetData


def add_shortfalls(model: pyo.ConcreteModel) -> None:
    """Adds `shortfall[t, y]` in kt for targets with a penalty, and for those that `model.question` lets give way."""
    instance: Instance = model.instance
    years = [int(y) for y in instance.years]
    may_miss = model.question.giving_way | set(model.question.eased)
    soft = [t for t in instance.targets if t.penalty is not None or t.id in may_miss]
    model.shortfall = variables([(t.id, y) for t in soft for y in years], domain=pyo.NonNegativeReals)
    for name, most in model.question.at_most.items():
        model.add_component(
            f"shortfall_no_worse_{name}",
            pyo.Constraint(expr=sum(model.shortfall[name, y] for y in years) <= most),
        )


def shortfall_of(model: pyo.ConcreteModel, target: TargetData, year: int):
    """The shortfall that a target is allowed in a year: a variable, or zero for a hard target."""
    return model.shortfall[target.id, year] if (target.id, year) in model.shortfall else 0.0
