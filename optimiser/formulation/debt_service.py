r"""Debt service: what is issued comes in at once, and goes out again with interest, fees and repayments.

With $g_{i,v,y}$ the interest and $h_{i,v,y}$ the repayment per unit issued in $v$, and $\text{fee}_i$ a share:

$$ \text{proceeds}_{i,y} = \text{issued}_{i,y}, \quad \text{fees}_{i,y} = \text{fee}_i\,\text{issued}_{i,y}, \quad
   \text{interest}_{i,y} = \sum_v g_{i,v,y}\,\text{issued}_{i,v}, \quad
   \text{repayment}_{i,y} = \sum_v h_{i,v,y}\,\text{issued}_{i,v} $$

Interest is paid at the end of a year on what was owed at its beginning. What is owed when the horizon ends is settled
in the year after it, with the interest of that year: money borrowed at the discount rate is then worth nothing,
whatever the horizon. Cash is counted once: proceeds come in, service goes out, and capex stays what it is. Grants have
no service; deposits are the same with the sign turned.
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimiser.formulation.issues import at_issue
from optimiser.formulation.matrix import LinearForm, constant
from optimiser.formulation.postings import Posting
from optimiser.instance.data import Instance
from optimiser.instance.funding import FundingData


def add_debt_service(model: pyo.ConcreteModel) -> None:
    """Adds the postings of every instrument: proceeds, fees, interest and repayment."""
    instance: Instance = model.instance
    for f in instance.finance.funding:
        model.postings.extend(_postings(model, f))


def _postings(model: pyo.ConcreteModel, f: FundingData):
    instance: Instance = model.instance
    who, issues = frozenset({f.entity}), model.issues
    issued = issues.effect(f, at_issue(instance, f))
    if f.kind == "grant":
        yield Posting("grants", f.id, who, issued.scaled(-1.0), budgets=f.relieves)
        return
    interest, interest_after = interest_of(model, f)
    principal = issues.effect(f, f.service.repayment) + constant(f.old.repayment[0])
    principal_after = issues.once(f, f.service.repayment_after) + constant(f.old.repayment_after)
    if f.sign < 0:
        placed, back = issued - principal, principal_after.scaled(-1.0)
        yield Posting("deposits", f.id, who, placed, budgets=f.burdens, after=back)
    else:
        yield Posting("proceeds", f.id, who, issued.scaled(-1.0), budgets=f.relieves)
        yield Posting("repayment", f.id, who, principal, budgets=f.burdens, after=principal_after)
    if f.fee:
        yield Posting("fees", f.id, who, issued.scaled(f.fee), budgets=f.burdens)
    yield Posting("interest", f.id, who, interest, budgets=f.burdens, after=interest_after)


def interest_of(model: pyo.ConcreteModel, f: FundingData) -> tuple[LinearForm, LinearForm]:
    """Interest paid (negative: earned) by year, and what is due after the last year; with the higher rate if any."""
    issues, step = model.issues, f.step_up
    interest = issues.effect(f, f.service.interest) + constant(f.old.interest[0])
    after = issues.once(f, f.service.interest_after) + constant(f.old.interest_after)
    if step is not None and f.id in model.switched:
        interest = interest + model.stepped.effect(f, step.extra)
        after = after + model.stepped.once(f, step.extra_after)
        flag = model.switched[f.id]
        interest = interest + flag.taken([0] * len(step.old)).scaled(step.old)
        after = after + flag.scaled(np.array([step.old_after]))
    return interest.scaled(float(f.sign)), after.scaled(float(f.sign))
