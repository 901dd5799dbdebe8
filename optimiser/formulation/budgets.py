r"""Budgets: no year spends more than it has, and unspent money may move on.

$$ \text{spend}_{b,y} \le \text{available}_{b,y} = \text{limit}_{b,y} + \text{raised}_{b,y} + \text{kept}_{b,y-1},
   \qquad \text{kept}_{b,y} \le \kappa_b\,(\text{available}_{b,y} - \text{spend}_{b,y}), \qquad
   \sum_{k=0}^{n_b-1} (\text{spend}_{b,y-k} - \text{raised}_{b,y-k}) \le \text{limit}_{b,y} \;\text{for windows} $$

$\text{raised}$ are the proceeds of finance that add to the budget, in their year of issue.
"""

from __future__ import annotations

import pyomo.environ as pyo

from optimiser.formulation.extensions import more_money
from optimiser.formulation.matrix import add_total
from optimiser.formulation.model import variables
from optimiser.formulation.postings import postings_of, raised_for
from optimiser.formulation.spending import capex, cash
from optimiser.instance.data import Instance


def add_budgets(model: pyo.ConcreteModel) -> None:
    """Adds `spend[b, y]`, `raised[b, y]` where finance adds to a budget, `kept[b, y]` and the limits."""
    instance: Instance = model.instance
    years = [int(y) for y in instance.years]
    budgets = {b.id: b for b in instance.budgets}
    forms = []
    for b in instance.budgets:
        members = [instance.projects[i] for i in b.projects]
        spent = capex(model, members) if b.covers == "capex" else cash(model, members)
        forms.append(spent + postings_of(model, b))
    spend = add_total(model, "spend", list(budgets), forms, years)
    added = {b.id: form for b in instance.budgets if (form := raised_for(model, b)).terms}
    raised = add_total(model, "raised", list(added), list(added.values()), years)
    yearly = [b for b in budgets if budgets[b].window is None]
    keeping = [b for b in yearly if budgets[b].carry > 0]
    windowed = [b for b in budgets if budgets[b].window is not None]
    model.kept = variables(keeping, years, domain=pyo.NonNegativeReals)

    def available(b: str, y: int):
        limit = float(budgets[b].limit[instance.year_index(y)]) + more_money(model, b, y)
        limit = limit + (raised[b, y] if b in added else 0.0)
        return limit + model.kept[b, y - 1] if b in keeping and y > instance.first else limit

    @model.Constraint(yearly, years)
    def spend_within_budget(m, b, y):
        return spend[b, y] <= available(b, y)

    @model.Constraint(keeping, years)
    def kept_is_unspent(m, b, y):
        return m.kept[b, y] <= budgets[b].carry * (available(b, y) - spend[b, y])

    @model.Constraint(windowed, years)
    def spend_within_window(m, b, y):
        width = budgets[b].window or 1
        span = [k for k in years if y - width < k <= y]
        limit = float(budgets[b].limit[instance.year_index(y)])
        more = sum(raised[b, k] for k in span) if b in added else 0.0
        return sum(spend[b, k] for k in span) - more <= limit + sum(more_money(m, b, k) for k in span)
