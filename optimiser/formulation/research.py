r"""Research that lowers the capex of another project, for starts from the year in which it operates.

With $S$ running through the sets of research projects that lower $p$, and $z_{p,v,S}$ the units of $p$ started in $v$
when exactly $S$ operates:

$$ \sum_S z_{p,v,S} = \text{new}_{p,v}, \qquad
   \sum_{S \ni r} z_{p,v,S} \le n_p\,\text{begun}_{r,v-L_r}, \qquad
   \sum_{S \not\ni r} z_{p,v,S} \le n_p\,(1 - \text{begun}_{r,v-L_r}) $$

Units under $S$ cost $\prod_{r \in S} (1 - \text{share}_r)$ of the full capex, in every cycle. The rows force the right
$S$: the lower price is a fact, not a choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pyomo.environ as pyo
from scipy import sparse

from optimiser.formulation.matrix import Columns, LinearForm, of_columns
from optimiser.formulation.requirements import begun
from optimiser.instance.data import Instance, ProjectData
from optimiser.instance.timing import Floats


@dataclass(eq=False)
class Cheaper:
    """Columns of the units of one project that start at each lower price: (set of research) x (start year)."""

    project: ProjectData
    columns: Columns
    factors: Floats

    def effect(self, profile: Floats) -> LinearForm:
        """The change of an effect (V, Y) that is proportional to capex; one row per year."""
        blocks = [(profile * (f - 1)).T for f in self.factors]
        return LinearForm(profile.shape[1], {self.columns: sparse.csr_array(np.hstack(blocks))})


def add_cheaper_starts(model: pyo.ConcreteModel) -> None:
    """Adds the columns and rows for every project whose capex research may lower."""
    instance: Instance = model.instance
    model.cheaper = {p.index: _cheaper(model, p) for p in instance.projects if p.cheaper}


def _cheaper(model: pyo.ConcreteModel, p: ProjectData) -> Cheaper:
    instance: Instance = model.instance
    k, n = len(p.cheaper), len(p.starts)
    sets = [s for size in range(1, k + 1) for s in combinations(range(k), size)]
    most = min(p.most, p.per_year) if p.per_year is not None else p.most
    columns = model.matrix.add_columns("cheaper", n * len(sets), 0.0, most)
    new = model.started.new(p)

    def units(chosen: list[int]) -> LinearForm:
        total = LinearForm(n)
        for i in chosen:
            total = total + of_columns(columns, np.arange(i * n, (i + 1) * n))
        return total

    model.matrix.add_rows("cheaper_starts_are_starts", new - units(list(range(len(sets)))), 0.0)
    for j, (r, _) in enumerate(p.cheaper):
        research = instance.projects[r]
        operates = begun(model, research, p.starts - research.lead_time).scaled(most)
        with_r = units([i for i, s in enumerate(sets) if j in s])
        model.matrix.add_rows("cheaper_only_with_research", with_r - operates, upper=0.0)
        model.matrix.add_rows("research_makes_cheaper", new - with_r + operates, upper=most)
    factors = np.array([np.prod([1 - p.cheaper[j][1] for j in s]) for s in sets])
    return Cheaper(p, columns, factors)
