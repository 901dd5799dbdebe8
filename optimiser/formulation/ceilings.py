r"""Ceilings: at the end of no year do the instruments that a limit covers owe more than it allows.

$$ \sum_{i \in \text{limit}} \Bigl(\text{old}_{i,y} + \sum_{v \le y} b_{i,v,y}\,\text{issued}_{i,v}\Bigr)
   \le \text{limit}_{y} $$

with $b_{i,v,y}$ what is owed at the end of year $y$ per unit issued in $v$.
"""

from __future__ import annotations

import pyomo.environ as pyo

from optimiser.formulation.extensions import more_of
from optimiser.formulation.matrix import constant, sum_of
from optimiser.instance.data import Instance


def add_ceilings(model: pyo.ConcreteModel) -> None:
    """Adds the rows of every ceiling that covers some debt."""
    instance: Instance = model.instance
    funding, years = instance.finance.funding, instance.years
    for ceiling in instance.finance.ceilings:
        covered = [funding[i] for i in ceiling.instruments]
        if not covered:
            continue
        owed = [model.issues.effect(f, f.service.outstanding) + constant(f.old.outstanding[0]) for f in covered]
        name = ceiling.id
        total = sum_of(len(years), owed) - more_of(model, name, "ceiling")
        model.matrix.add_rows(
            "owed_within_ceiling", total, upper=ceiling.limit, label=lambda y, name=name: (name, int(years[y]))
        )
