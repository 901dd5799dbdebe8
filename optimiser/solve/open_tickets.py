"""Open tickets: the most of an issue that has a least and no greatest amount, where a budget alone bounds it.

That there is an issue or none is a yes or no whose row needs a bound of the issue. A total, eligible capex or a
ceiling are in the data; what a cash budget holds for a deposit follows from the rest of the plan. The relaxation says
how much that is at most: without targets and commitments, and with budgets and ceilings of twice their limits and the
least ticket. A question that extends budgets or ceilings may extend them by all that could ever be paid, and so far off
is its bound. It is no rule of the scenario.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimiser.formulation import Question, build
from optimiser.formulation.matrix import upper_bound
from optimiser.instance import Instance
from optimiser.instance.data import ProjectData
from optimiser.instance.funding import RAISED, FundingData
from optimiser.instance.timing import Floats
from optimiser.solve.highs import run
from optimiser.solve.outcome import Limits
from optimiser.solve.programme import assemble

FINANCE = (*RAISED, "deposits", "repayment", "fees", "interest", "tax")
"""Money that follows from issues, and what is saved of tax."""
BEYOND = 1e-6
"""Share by which a bound goes beyond what the solver finds."""


def with_tickets_closed(instance: Instance, question: Question) -> Instance:
    """The instance in which every issue that is asked for as a yes or no has a bound (`most`, in millions).

    The bound stays infinite where nothing in the instance limits the issue: then no promise rests on it.
    """
    open_ = [f for f in instance.finance.funding if _is_open(instance, question, f)]
    if not open_:
        return instance
    most = {f.id: _most(instance, f) for f in open_}
    if any(kind in ("budget", "ceiling") for kind, _ in question.more):
        ever = _ever_paid(instance)
        most = {i: max(m, ever) for i, m in most.items()}
    funding = tuple(replace(f, most=most.get(f.id, f.most)) for f in instance.finance.funding)
    return replace(instance, finance=replace(instance.finance, funding=funding))


def _is_open(instance: Instance, question: Question, f: FundingData) -> bool:
    if not f.counted or not len(f.years) or f.eligible is not None or f.amount is not None or np.isfinite(f.most):
        return False
    covering = [c for c in instance.finance.ceilings if any(instance.finance.funding[i] is f for i in c.instruments)]
    return all(("ceiling", c.id) in question.more for c in covering)


def _most(instance: Instance, f: FundingData) -> float:
    """All issues of an instrument together at most."""
    wide = _widened(instance, f)
    model = build(wide)
    programme = assemble(model)
    cost = np.zeros_like(programme.cost)
    cost[[programme.pyomo_columns[id(model.issued[f.id, int(v)])] for v in f.years]] = -1.0
    relaxation = replace(programme, cost=cost, offset=0.0, integer=np.zeros_like(programme.integer))
    found = run(relaxation, Limits(threads=1))
    if found.status == "infeasible":  # then there is no plan with the limits as they are, either
        return f.least
    if found.status != "optimal":
        return float("inf")
    return (1 + BEYOND) * max(-found.objective, f.least)


def _widened(instance: Instance, f: FundingData) -> Instance:
    """Without targets and commitments, with twice the money and a ticket more."""

    def wider(limit: Floats) -> Floats:
        return np.maximum(limit, 2 * limit) + f.least

    finance = instance.finance
    return replace(
        instance,
        targets=(),
        projects=tuple(replace(p, committed=False) for p in instance.projects),
        budgets=tuple(replace(b, limit=wider(b.limit)) for b in instance.budgets),
        finance=replace(
            finance,
            funding=tuple(replace(i, least=0.0, issues=None, committed=False) for i in finance.funding),
            ceilings=tuple(replace(c, limit=wider(c.limit)) for c in finance.ceilings),
        ),
    )


def _ever_paid(instance: Instance) -> float:
    """Millions that no issue need exceed, whatever is extended: all that could be paid in all years, with interest.

    Amounts that nothing bounds are tonnes and energy: the trade of accounts, credits, fuels that are blended. As much
    as the baseline emits stands for them.
    """
    model = build(replace(instance, targets=()))
    tonnes = max(sum(float(s.baseline[ledger].sum()) for s in instance.sources for ledger in s.baseline), 1.0)
    others = [p.form for p in model.postings if p.kind not in FINANCE]
    paid = sum(_paid_for(p) for p in instance.projects)
    paid += sum(float(np.maximum(upper_bound(form, tonnes), 0).sum()) for form in others)
    paid += sum(float(np.maximum(-b.limit, 0).sum()) for b in instance.budgets)
    for f in instance.finance.funding:
        paid += f.least + float(np.maximum(f.old.interest + f.old.repayment, 0).sum())
    rate = max(float(np.max(f.rates, initial=0.0)) + f.fee for f in instance.finance.funding)
    return paid * (1 + rate) ** len(instance.years)


def _paid_for(p: ProjectData) -> float:
    """Millions that a project takes in all years at most."""
    paid = np.maximum(p.capex, 0) + np.maximum(p.opex, 0)
    if p.delivery is not None:
        paid = paid + p.effect * p.delivery.output * np.maximum(-np.minimum(p.delivery.price, p.delivery.sells), 0)
    return float(paid.sum(axis=1).max(initial=0.0)) * p.most
