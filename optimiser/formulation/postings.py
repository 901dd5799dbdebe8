r"""Postings: money that is not a project's, such as credits, in one list that budgets and the objective share.

$$ \text{credits}_y = \sum_t \text{price}_{t,y}\,\text{credits}_{t,y} $$

A family that spends or earns adds its postings here, once; each budget takes those that it covers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyomo.environ as pyo
from scipy import sparse

from optimiser.formulation.matrix import LinearForm, sum_of
from optimiser.instance.data import BudgetData, Instance, NeutralityData
from optimiser.instance.funding import RAISED


@dataclass(frozen=True, eq=False)
class Posting:
    """Money spent (negative: earned) by year, in `form` (Y rows), and after the last year in `after` (one row).

    `kind` is capex, opex, fuel, credits, ...; only capex weighs on budgets that cover capex. `owner` is an id of the
    scenario; `entities` are those whose money it is, `tags` its own. `budgets` names those on which it weighs where
    that does not follow from them. What is RAISED adds to what a budget has, and is no spending.
    """

    kind: str
    owner: str
    entities: frozenset[int]
    form: LinearForm
    tags: tuple[str, ...] = ()
    after: LinearForm | None = None
    budgets: frozenset[str] | None = None


def add_credit_postings(model: pyo.ConcreteModel) -> None:
    """Adds what credits cost, by target."""
    instance: Instance = model.instance
    n = len(instance.years)
    if not len(model.credits):
        return
    columns = model.matrix.of_pyomo(model.credits)
    for target in (t for t in instance.targets if isinstance(t, NeutralityData)):
        bought = [(i, instance.year_index(y)) for i, (t, y) in enumerate(model.credits) if t == target.id]
        if bought:
            at, years = zip(*bought, strict=True)
            prices = [float(target.credit_price[y]) for y in years]
            matrix = sparse.csr_array((prices, (years, at)), shape=(n, columns.size))
            form = LinearForm(n, {columns: matrix})
            model.postings.append(Posting("credits", target.id, target.entities, form))


def postings_of(model: pyo.ConcreteModel, budget: BudgetData) -> LinearForm:
    """What postings weigh on a budget, one row per year."""
    spent = [p for p in model.postings if p.kind not in RAISED]
    seen = [p.form for p in spent if budget.sees(p.kind, p.entities, p.tags, p.budgets)]
    return sum_of(len(model.instance.years), seen)


def raised_for(model: pyo.ConcreteModel, budget: BudgetData) -> LinearForm:
    """What finance adds to a budget, one row per year."""
    seen = [p.form for p in model.postings if p.kind in RAISED and budget.id in (p.budgets or ())]
    return sum_of(len(model.instance.years), seen).scaled(-1.0)


def worth_of_postings(model: pyo.ConcreteModel) -> LinearForm:
    """Present value of all postings, one row."""
    instance: Instance = model.instance
    total = sum_of(len(instance.years), [p.form for p in model.postings]).summed(instance.discount)
    last = [p.after for p in model.postings if p.after is not None]
    return total + sum_of(1, last).summed(np.array([instance.salvage_discount]))
