r"""Supply: what a facility makes is used on site or sold, and no source is supplied with more than it needs.

$$ 0 \le \text{supplied}_{p,y} \le \text{output}_{p,y} \quad\text{where the split is open}, \qquad
   \text{supplied}_{p,y} = \sigma_p\,\text{output}_{p,y} \quad\text{where it is given} $$

That it fits within the source is said with the emissions of the source.
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimiser.formulation.matrix import LinearForm, of_columns
from optimiser.formulation.model import variables
from optimiser.instance.data import Instance, ProjectData


def add_supply(model: pyo.ConcreteModel) -> None:
    """Adds `supplied[p, y]` for open splits, and the forms `output` and `on_site` of every facility."""
    instance: Instance = model.instance
    years = [int(y) for y in instance.years]
    makers = [p for p in instance.projects if p.delivery is not None]
    open_ = [p for p in makers if p.delivery is not None and p.delivery.split is None]
    model.supplied = variables([p.id for p in open_], years, domain=pyo.NonNegativeReals)
    model.output, model.on_site = {}, {}
    supplied = model.matrix.of_pyomo(model.supplied)
    for p in makers:
        model.output[p.index] = output = _output(model, p)
        split = p.delivery.split if p.delivery is not None else 0.0
        if split is not None:
            model.on_site[p.index] = output.scaled(split)
            continue
        at = open_.index(p) * len(years)
        model.on_site[p.index] = used = of_columns(supplied, np.arange(at, at + len(years)))
        model.matrix.add_rows("supplied_within_output", output - used, 0.0, label=lambda y, p=p: (p.id, years[y]))


def _output(model: pyo.ConcreteModel, p: ProjectData) -> LinearForm:
    assert p.delivery is not None
    return model.started.effect([(p, p.effect * p.delivery.output)])
