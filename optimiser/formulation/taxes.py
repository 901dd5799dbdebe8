r"""Taxes: what capex and interest take off the profit, and so off the tax, in the year in which they do.

$$ \text{tax}_y = -\text{rate} \Bigl(\sum_{p,v} D_{p,v,y}\,\text{new}_{p,v} + \sum_i \text{interest}_{i,y}\Bigr), \qquad
   \text{tax}_{\text{last}+1} = -\text{rate}\,(\text{book value left} - \text{salvage} + \text{interest settled}) $$

with $D_{p,v,y}$ what is written off in year $y$ per unit started in $v$, in equal parts from the first year of
operation. It is fixed in the money of the years in which the capex $P_{p,v,k}$ is paid: with the `inflation` $\pi$ of
the head and a cycle that operates from $o$ and is written off over $n$ years,

$$ D_{p,v,y} = \frac{1}{n} \sum_k P_{p,v,k}\,(1 + \pi)^{k-y} \qquad \text{for } o \le y < o + n $$

and what is left of the book in the year after the last is worth as much less. Where `operating` is asked for, opex,
energy and sales of projects count as well, and opex, fuels and scrap of fleets, in full as they are in the cost: a
retrofit that saves 4 is taxed as a project that saves 4. The group is taken to have profit enough that a loss lowers
its tax at once. Capex of fleets is written off from the year after it is paid, and what is left of it when the horizon
ends is taken to be worth its book value.
"""

from __future__ import annotations

from collections import defaultdict

import pyomo.environ as pyo
from scipy import sparse

from optimiser.formulation.debt_service import interest_of
from optimiser.formulation.matrix import LinearForm
from optimiser.formulation.postings import Posting
from optimiser.formulation.spending import capex, cash
from optimiser.instance.data import Instance, ProjectData
from optimiser.instance.depreciation import depreciation, spreading
from optimiser.instance.timing import Floats

RUNNING = ("opex", "fuel", "income")
"""Kinds of money of a fleet that are opex, energy and sales; what rules cost is left out, as carbon costs are."""


def add_taxes(model: pyo.ConcreteModel) -> None:
    """Adds the postings of tax: by entity for its projects, by owner for the rest, by instrument for interest."""
    instance: Instance = model.instance
    tax = instance.finance.tax
    if tax is None:
        return
    others = [p for p in model.postings if p.kind == "capex"]
    fleets = {f.id for f in instance.fleets}
    running = [p for p in model.postings if p.owner in fleets and p.kind in RUNNING] if tax.operating else []
    found: dict[int, list[ProjectData]] = defaultdict(list)
    for p in instance.projects:
        found[p.entity].append(p)
    for e, members in found.items():
        form, after = _written_off(model, members)
        if tax.operating:
            form = form + cash(model, members) - capex(model, members)
        owner = instance.entities[e].id
        posting = Posting("tax", owner, frozenset({e}), form.scaled(-tax.rate), after=after.scaled(-tax.rate))
        model.postings.append(posting)
    table = spreading(tax.years, instance.years, tax.inflation)
    for posting in others:
        form = _mixed(posting.form, table).scaled(-tax.rate)
        model.postings.append(
            Posting("tax", posting.owner, posting.entities, form, posting.tags, budgets=posting.budgets)
        )
    for posting in running:
        form = posting.form.scaled(-tax.rate)
        model.postings.append(Posting("tax", posting.owner, posting.entities, form, posting.tags))
    for f in instance.finance.funding:
        if f.kind != "grant":
            interest, due = interest_of(model, f)
            who = frozenset({f.entity})
            model.postings.append(
                Posting("tax", f.id, who, interest.scaled(-tax.rate), (), due.scaled(-tax.rate), f.burdens)
            )


def _written_off(model: pyo.ConcreteModel, members: list[ProjectData]) -> tuple[LinearForm, LinearForm]:
    """Depreciation by year, and the book value left less the salvage."""
    instance: Instance = model.instance
    tax, years = instance.finance.tax, instance.years
    assert tax is not None
    profiles = [(p, *depreciation(p, tax.years, years, tax.inflation)) for p in members if p.capex_each]
    form = model.started.effect((p, table) for p, table, _ in profiles)
    after = model.started.once((p, left - p.salvage) for p, _, left in profiles)
    for p, table, left in profiles:
        if p.index in model.cheaper:
            form = form + model.cheaper[p.index].effect(table)
            after = after + model.cheaper[p.index].effect((left - p.salvage)[:, None])
    return form, after


def _mixed(form: LinearForm, table: Floats) -> LinearForm:
    """Rows of a form (Y,) spread over other rows by a table (Y, R)."""
    spread = sparse.csr_array(table.T)
    terms = {c: sparse.csr_array(spread @ m) for c, m in form.terms.items()}
    return LinearForm(table.shape[1], terms, table.T @ form.constant)
