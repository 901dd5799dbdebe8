r"""Issues: how much of each instrument is issued in each year, within its tickets, its number and its total.

$$ \text{issuing}_{i,v}\,\text{least}_i \le \text{issued}_{i,v} \le \text{issuing}_{i,v}\,\text{most}_{i,v}, \qquad
   \sum_v \text{issuing}_{i,v} \le n_i, \qquad \sum_v \text{issued}_{i,v} \le \text{amount}_i $$

$\text{issuing}$ is a yes or no, and is there only where something asks whether there is an issue at all: a least
ticket, a number of issues, a commitment. $\text{most}$ is the least of what the data allow: the ticket, the total, the
ceilings, and all that could be spent on what is eligible. Where only a cash budget bounds a deposit with a least
ticket, it is what the relaxation says that the budget can hold at most, with room to spare, and where a budget or a
ceiling is extended, all that could ever be paid. A revolving pool limits what is owed at the end of each year instead
of what is drawn in all.
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo
from scipy import sparse

from optimiser.formulation.matrix import Columns, LinearForm, upper_bound
from optimiser.formulation.model import variables
from optimiser.instance.data import Instance
from optimiser.instance.funding import FundingData
from optimiser.instance.timing import Floats


class Amounts:
    """Columns by instrument and year of issue, and what depends on them linearly."""

    def __init__(self, instance: Instance, columns: Columns | None, offsets: dict[str, int]):
        self.columns, self.offsets = columns, offsets
        self.n = len(instance.years)

    def effect(self, f: FundingData, profile: Floats) -> LinearForm:
        """An effect (V, Y) per unit issued: one row per year."""
        if self.columns is None or f.id not in self.offsets:
            return LinearForm(profile.shape[1])
        v, y = np.nonzero(profile)
        data = (profile[v, y], (y, v + self.offsets[f.id]))
        shape = (profile.shape[1], self.columns.size)
        return LinearForm(profile.shape[1], {self.columns: sparse.csr_array(data, shape=shape)})

    def once(self, f: FundingData, profile: Floats) -> LinearForm:
        """The same for an effect (V,) that has no year: one row."""
        return self.effect(f, profile[:, None])


def at_issue(instance: Instance, f: FundingData) -> Floats:
    """1 in the year of issue (V, Y)."""
    return (instance.years[None, :] == f.years[:, None]).astype(float)


def amounts_of(model: pyo.ConcreteModel, variable, funding) -> Amounts:
    """The columns of a variable that is indexed by instrument and year of issue, in this order."""
    offsets, at = {}, 0
    for f in funding:
        offsets[f.id] = at
        at += len(f.years)
    return Amounts(model.instance, model.matrix.of_pyomo(variable) if at else None, offsets)


def largest_issue(model: pyo.ConcreteModel, f: FundingData) -> Floats:
    """The most that one issue can be (V,), from the data alone; infinite where nothing says."""
    instance: Instance = model.instance
    most = np.full(len(f.years), f.most if f.amount is None else min(f.most, f.amount))
    at = f.years - instance.first
    for ceiling in instance.finance.ceilings:
        if ("ceiling", ceiling.id) in model.question.more:
            continue
        if any(instance.finance.funding[i] is f for i in ceiling.instruments):
            most = np.minimum(most, ceiling.limit[at])
    if f.eligible is None:
        return most
    spent = np.zeros(len(instance.years))
    for posting in model.postings:
        if posting.kind == "capex" and f.eligible.takes(posting.owner, posting.entities, posting.tags):
            spent = spent + np.maximum(upper_bound(posting.form), 0)
    for p in instance.projects:
        if f.eligible.takes(p.id, frozenset({p.entity}), p.tags):
            spent = spent + np.maximum(p.capex, 0).max(axis=0) * p.most
    around = [spent[max(y - f.eligible.before, 0) : y + f.eligible.after + 1].sum() for y in at]
    return np.minimum(most, f.eligible.share * np.array(around))


def add_issues(model: pyo.ConcreteModel) -> None:
    """Adds `issued[i, v]` in millions, `issuing[i, v]` where it is asked for, and their limits."""
    instance: Instance = model.instance
    funding = {f.id: f for f in instance.finance.funding}
    index = [(f.id, int(v)) for f in funding.values() for v in f.years]
    largest = {f.id: dict(zip(f.years, largest_issue(model, f), strict=True)) for f in funding.values()}
    most = {(i, v): float(largest[i][v]) for i, v in index}
    linked = [k for k in index if funding[k[0]].counted and np.isfinite(most[k])]
    model.most_flagged = max([model.most_flagged, *(most[k] for k in linked)])
    top = {k: funding[k[0]].most for k in index}
    model.issued = variables(
        index, domain=pyo.NonNegativeReals, bounds=lambda m, i, v: (0, None if np.isinf(top[i, v]) else top[i, v])
    )
    model.issuing = variables(linked, domain=pyo.Binary)
    model.issues = amounts_of(model, model.issued, funding.values())
    model.largest_issue = most

    @model.Constraint(linked)
    def issue_within_most(m, i, v):
        return m.issued[i, v] <= max(most[i, v], 0.0) * m.issuing[i, v]

    @model.Constraint([k for k in linked if funding[k[0]].least > 0])
    def issue_at_least_ticket(m, i, v):
        return m.issued[i, v] >= funding[i].least * m.issuing[i, v]

    counted = [i for i in funding if funding[i].issues is not None and any(k[0] == i for k in linked)]

    @model.Constraint(counted)
    def no_more_issues(m, i):
        return sum(m.issuing[k] for k in linked if k[0] == i) <= funding[i].issues

    committed = [i for i in funding if funding[i].committed and any(k[0] == i for k in linked)]

    @model.Constraint(committed)
    def committed_is_issued(m, i):
        return sum(m.issuing[k] for k in linked if k[0] == i) >= 1

    _add_totals(model)


def _add_totals(model: pyo.ConcreteModel) -> None:
    instance: Instance = model.instance
    limited = {f.id: f for f in instance.finance.funding if f.amount is not None and len(f.years)}
    once = [i for i, f in limited.items() if not f.revolving]

    @model.Constraint(once)
    def issued_within_total(m, i):
        return sum(m.issued[i, int(v)] for v in limited[i].years) <= limited[i].amount

    years = instance.years
    for i in [i for i in limited if i not in once]:
        f = limited[i]
        owed = model.issues.effect(f, f.service.outstanding)
        most = np.maximum(f.amount - f.old.outstanding[0], 0.0)
        model.matrix.add_rows("owed_within_pool", owed, upper=most, label=lambda y, i=i: (i, int(years[y])))
