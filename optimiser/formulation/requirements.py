r"""Requirements: a project starts only after another has, year by year (disaggregated, never one summed row).

$$ \text{started}_{j,v} \le \text{max}_j \sum_{i \in \text{clause}} \text{begun}_{i,\,v - \text{lag}_i}
   \qquad \text{begun}_{i,v} \le \text{started}_{i,v} \le \text{max}_i\,\text{begun}_{i,v} $$

`begun` is a variable only where $i$ has several units; a project that is yes or no is its own `begun`, and so is one
of several units where $j$ is a single one.
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimiser.formulation.matrix import LinearForm, of_columns
from optimiser.instance.data import Instance, ProjectData


def begun(model: pyo.ConcreteModel, project: ProjectData, years: np.ndarray) -> LinearForm:
    """1 from the year in which at least one unit of the project has started; one row per year asked for."""
    if project.is_single:
        return model.started.by(project, years)
    known = model.begun
    if project.index not in known:
        columns = model.matrix.add_columns(
            "begun", len(project.starts), 0.0, 1.0, True, lambda i: (project.id, int(project.starts[i]))
        )
        known[project.index] = columns
        model.most_flagged = max(model.most_flagged, project.most)
        flag, amount = of_columns(columns, range(columns.size)), model.started.by(project, project.starts)
        model.matrix.add_rows("begun_needs_a_start", amount - flag, 0.0)
        model.matrix.add_rows("start_has_begun", amount - flag.scaled(project.most), upper=0.0)
    position = np.minimum(years - project.starts[0], len(project.starts) - 1)
    parts = of_columns(known[project.index], np.maximum(position, 0))
    return parts.scaled((position >= 0).astype(float))


def add_requirements(model: pyo.ConcreteModel) -> None:
    """Adds one row per requirement and start year."""
    instance: Instance = model.instance
    for j in instance.projects:
        if j.requires:
            model.most_flagged = max(model.most_flagged, j.most)
        for clause in j.requires:
            before = LinearForm(len(j.starts))
            for i, lag in clause:
                other, years = instance.projects[i], j.starts - lag
                single = j.is_single and other.integer
                before = before + (model.started.by(other, years) if single else begun(model, other, years))
            names = " or ".join(instance.projects[i].id for i, _ in clause)
            model.matrix.add_rows(
                "requires_earlier_start",
                model.started.by(j, j.starts) - before.scaled(j.most),
                upper=0.0,
                label=lambda v, j=j, names=names: (j.id, names, int(j.starts[v])),
            )
