r"""Extensions: how much more of a limit it would take, or how much softer a target, where that is the question.

$$ \text{limit}_{l,y} + \text{more}_{l,y} \;\text{in place of}\; \text{limit}_{l,y}, \qquad \text{more}_{l,y} \ge 0 $$
$$ \text{shortfall}_{t,y} \le \text{rate}_{t,y}\,\text{eased}_t, \qquad \text{eased}_t \ge 0 $$

Only limits that `model.question.more` names have the first, only targets in `model.question.eased` the second; the
answer to why no plan exists asks for the least of it. The rate of a target is what a unit of ease gives it in a year.
"""

from __future__ import annotations

import pyomo.environ as pyo

from optimiser.formulation.matrix import LinearForm, of_columns
from optimiser.formulation.model import variables
from optimiser.instance.data import Instance


def add_extensions(model: pyo.ConcreteModel) -> None:
    """Adds `more[kind, id, y]` for limits to be extended and duties to be excused, `eased[t]` for targets."""
    instance: Instance = model.instance
    limits = sorted(model.question.more)
    model.more = variables([(*k, int(y)) for k in limits for y in instance.years], domain=pyo.NonNegativeReals)
    rates = model.question.eased
    model.eased = variables(sorted(rates), domain=pyo.NonNegativeReals)

    @model.Constraint([k for k in model.shortfall if k[0] in rates])
    def shortfall_within_ease(m, t, y):
        return m.shortfall[t, y] <= float(rates[t][instance.year_index(y)]) * m.eased[t]


def more_money(model: pyo.ConcreteModel, budget: str, year: int):
    """What a budget has beyond its limit in a year: a variable, or nothing."""
    key = ("budget", budget, year)
    return model.more[key] if key in model.more else 0.0


def more_of(model: pyo.ConcreteModel, name: str, kind: str = "resource") -> LinearForm:
    """What there is beyond a limit (or below a duty, or beyond what a source needs), one row per year."""
    instance: Instance = model.instance
    if (kind, name) not in model.question.more:
        return LinearForm(len(instance.years))
    at = [i for i, (k, n, _) in enumerate(model.more) if (k, n) == (kind, name)]
    return of_columns(model.matrix.of_pyomo(model.more), at)
