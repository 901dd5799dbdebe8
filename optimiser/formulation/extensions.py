r"""Extensions: how much more of a limit it would take, where that is the question.

$$ \text{limit}_{l,y} + \text{more}_{l,y} \;\text{in place of}\; \text{limit}_{l,y}, \qquad \text{more}_{l,y} \ge 0 $$

Only limits that `model.question.more` names have it; the answer to why no plan exists asks for the least of it.
"""

from __future__ import annotations

import pyomo.environ as pyo

from optimiser.formulation.matrix import LinearForm, of_columns
from optimiser.instance.data import Instance


def add_extensions(model: pyo.ConcreteModel) -> None:
    """Adds `more[kind, id, y]` for the budgets and resources that may be extended."""
    instance: Instance = model.instance
    limits = sorted(model.question.more)
    model.more = pyo.Var([(*k, int(y)) for k in limits for y in instance.years], domain=pyo.NonNegativeReals)


def more_money(model: pyo.ConcreteModel, budget: str, year: int):
    """What a budget has beyond its limit in a year: a variable, or nothing."""
    key = ("budget", budget, year)
    return model.more[key] if key in model.more else 0.0


def more_of(model: pyo.ConcreteModel, resource: str) -> LinearForm:
    """What there is of a resource beyond its limit, one row per year."""
    instance: Instance = model.instance
    if ("resource", resource) not in model.question.more:
        return LinearForm(len(instance.years))
    at = [i for i, (kind, name, _) in enumerate(model.more) if (kind, name) == ("resource", resource)]
    return of_columns(model.matrix.of_pyomo(model.more), at)
