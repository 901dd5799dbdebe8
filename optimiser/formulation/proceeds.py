r"""Use of proceeds: they pay for eligible capex near the year of issue, and no money of it is paid for twice.

Projects (and fleets) that the same instruments may pay for form a class $c$ with capex $s_{c,y}$:

$$ \sum_{c,y} \text{used}_{i,v,c,y} = \text{issued}_{i,v}, \qquad
   \sum_{i,v} \text{used}_{i,v,c,y} \le s_{c,y}, \qquad
   \sum_{v} \text{used}_{i,v,c,y} \le \text{share}_i\,s_{c,y} $$

with $y$ in the years of allocation around $v$. Within a class proceeds can be shared out in proportion to what each
project spends, so that nothing is lost by adding its projects up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pyomo.environ as pyo

from optimiser.formulation.matrix import LinearForm, add_total, sum_of
from optimiser.formulation.model import variables
from optimiser.formulation.postings import Posting
from optimiser.instance.data import Instance, ProjectData


class Spenders:
    """Projects and postings that the same instruments (indices) may pay for."""

    def __init__(self, instruments: tuple[int, ...]):
        self.instruments = instruments
        self.projects: list[ProjectData] = []
        self.postings: list[Posting] = []


def spenders_of(model: pyo.ConcreteModel) -> list[Spenders]:
    """Everyone whose capex some instrument may pay for, by class."""
    instance: Instance = model.instance
    takers = [(i, f.eligible) for i, f in enumerate(instance.finance.funding) if f.eligible is not None]
    found: dict[tuple[int, ...], Spenders] = {}

    def home(owner: str, entities: frozenset[int], tags) -> Spenders | None:
        key = tuple(i for i, e in takers if e.takes(owner, entities, tags))
        return found.setdefault(key, Spenders(key)) if key else None

    for p in instance.projects if takers else ():
        place = home(p.id, frozenset({p.entity}), p.tags) if p.capex_each else None
        if place is not None:
            place.projects.append(p)
    for posting in model.postings if takers else ():
        place = home(posting.owner, posting.entities, posting.tags) if posting.kind == "capex" else None
        if place is not None:
            place.postings.append(posting)
    return list(found.values())


def spent_by(model: pyo.ConcreteModel, projects: Sequence[ProjectData]) -> LinearForm:
    """What projects pay, one row per year; income that is written as negative capex is no spending."""
    total = model.started.effect((p, np.maximum(p.capex, 0)) for p in projects)
    for p in projects:
        if p.index in model.cheaper:
            total = total + model.cheaper[p.index].effect(np.maximum(p.capex, 0))
    return total


def add_use_of_proceeds(model: pyo.ConcreteModel) -> None:
    """Adds `used[i, v, c, y]` in millions, and the rows that make it the use of what is issued."""
    instance: Instance = model.instance
    funding, years = instance.finance.funding, [int(y) for y in instance.years]
    model.spenders = spenders_of(model)
    index = [
        (funding[i].id, int(v), c, y)
        for c, s in enumerate(model.spenders)
        for i in s.instruments
        for v in funding[i].years
        for y in years
        if v - funding[i].eligible.before <= y <= v + funding[i].eligible.after
    ]
    model.used = variables(index, domain=pyo.NonNegativeReals)
    forms = [
        sum_of(len(years), [spent_by(model, s.projects), *(posting.form for posting in s.postings)])
        for s in model.spenders
    ]
    spent = add_total(model, "eligible_spending", list(range(len(forms))), forms, years)
    by_issue, by_year, by_taker = defaultdict(list), defaultdict(list), defaultdict(list)
    for key in index:
        by_issue[key[:2]].append(model.used[key])
        by_year[key[2:]].append(model.used[key])
        by_taker[key[0], *key[2:]].append(model.used[key])
    takers = {f.id: f for f in funding if f.eligible is not None}
    shares = {f.id: f.eligible.share for f in funding if f.eligible is not None}

    @model.Constraint([(f.id, int(v)) for f in takers.values() for v in f.years])
    def proceeds_have_a_use(m, i, v):
        return sum(by_issue[i, v]) == m.issued[i, v] if by_issue[i, v] else m.issued[i, v] == 0

    @model.Constraint(list(by_year))
    def capex_is_paid_for_once(m, c, y):
        return sum(by_year[c, y]) <= spent[c, y]

    @model.Constraint([k for k in by_taker if shares[k[0]] < 1])
    def share_of_capex(m, i, c, y):
        return sum(by_taker[i, c, y]) <= shares[i] * spent[c, y]
