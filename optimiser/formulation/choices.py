r"""Choices: a project counts once as chosen, however many units of it start.

$$ \ell_p\,\text{chosen}_p \le \text{started}_{p,\text{last}} \le \text{max}_p\,\text{chosen}_p, \qquad
   \text{chosen}_p + \text{chosen}_q \le 1 \;\text{for exclusions}, \qquad
   n_g \le \sum_{p \in g} \text{chosen}_p \le N_g \;\text{for groups} $$

$\ell_p$ is the least amount (one unit, or `min`). A project that is yes or no is its own `chosen`. What is required is
chosen, too. That follows, but no relaxation sees it: it has one unit of seven with a seventh of a choice.

$$ \text{chosen}_j \le \sum_{i \in \text{clause}} \text{chosen}_i \;\text{where}\; j \;\text{requires a clause} $$
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimiser.formulation.matrix import LinearForm, of_columns
from optimiser.instance.data import Instance, ProjectData


def add_choices(model: pyo.ConcreteModel) -> None:
    """Adds `chosen` where a project is not simply yes or no, the least amounts, exclusions and groups."""
    instance: Instance = model.instance
    counted = {p for g in instance.groups for p in g.projects} | {p for pair in instance.exclusions for p in pair}
    several = [
        p for p in instance.projects if not p.is_single and (p.index in counted or (p.least > 0 and not p.committed))
    ]
    columns = model.matrix.add_columns("chosen", len(several), 0.0, 1.0, True, lambda i: several[i].id)
    chosen: dict[int, LinearForm] = {}
    for i, p in enumerate(several):
        flag, amount = of_columns(columns, [i]), model.started.at_end(p)
        least = max(p.least, 1.0 if p.integer else 0.0)
        chosen[p.index] = flag
        model.most_flagged = max(model.most_flagged, p.most)
        model.matrix.add_rows("chosen_at_least", amount - flag.scaled(least), 0.0, label=lambda _, p=p: p.id)
        model.matrix.add_rows("chosen_at_most", amount - flag.scaled(p.most), upper=0.0, label=lambda _, p=p: p.id)
    for index in counted:
        if index not in chosen:
            chosen[index] = model.started.at_end(instance.projects[index])
    _add_required(model, chosen)
    for a, b in instance.exclusions:
        pair = (instance.projects[a].id, instance.projects[b].id)
        model.matrix.add_rows("one_of_two", chosen[a] + chosen[b], upper=1.0, label=lambda _, pair=pair: pair)
    for g in instance.groups:
        total = LinearForm(1)
        for index in g.projects:
            total = total + chosen[index]
        low = g.at_least if g.at_least is not None else -np.inf
        high = g.at_most if g.at_most is not None else np.inf
        model.matrix.add_rows("choice_within_group", total, low, high, lambda _, g=g: g.id)


def _add_required(model: pyo.ConcreteModel, chosen: dict[int, LinearForm]) -> None:
    """Who requires something that is counted by a flag of its own requires the flag."""
    projects = model.instance.projects

    def flag(p: ProjectData, most: float) -> LinearForm:
        return chosen[p.index] if p.index in chosen else model.started.at_end(p).scaled(1.0 / most)

    for j in projects:
        for clause in j.requires:
            others = [projects[i] for i, _ in clause]
            if all(i.is_single or i.index in chosen for i in others) and not all(i.is_single for i in others):
                own, total = flag(j, j.most), sum((flag(i, 1.0) for i in others), LinearForm(1))
                names = (j.id, " or ".join(i.id for i in others))
                model.matrix.add_rows("required_is_chosen", own - total, upper=0.0, label=lambda _, names=names: names)
