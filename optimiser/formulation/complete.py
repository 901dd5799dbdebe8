"""The whole programme in Pyomo: the matrix part written out as variables and rows, for solvers that Pyomo knows.

The same matrices that HiGHS is handed, so that the mathematics is stated once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.core.expr import LinearExpression
from scipy import sparse

from optimiser.formulation.matrix import Columns, LinearForm


def complete(model: pyo.ConcreteModel) -> dict[Columns, list[Any]]:
    """Adds every matrix column and row to `model`, and their cost to its objective; gives the variables by family."""
    variables: dict[Columns, list[Any]] = {}
    for i, columns in enumerate(model.matrix.columns):
        variables[columns] = columns.pyomo if columns.pyomo is not None else _variables(model, i, columns)
    model.matrix_rows = pyo.ConstraintList()
    for rows in model.matrix.rows:
        for body, low, high in zip(_bodies(rows.form, variables), rows.lower, rows.upper, strict=True):
            if body is not None:
                bounds = (None if np.isinf(low) else float(low), None if np.isinf(high) else float(high))
                if bounds != (None, None):
                    model.matrix_rows.add((bounds[0], body, bounds[1]))
    objective = next(model.component_data_objects(pyo.Objective, active=True))
    cost = _bodies(model.matrix.cost, variables)[0]
    objective.set_value(objective.expr + (cost if cost is not None else 0.0) + float(model.matrix.cost.constant[0]))
    return variables


def _variables(model: pyo.ConcreteModel, i: int, columns: Columns) -> list[Any]:
    domain = {True: pyo.Integers, False: pyo.Reals}
    family = pyo.Var(range(columns.size))
    model.add_component(f"{columns.name}_{i}", family)
    for j, variable in family.items():
        variable.domain = domain[bool(columns.integer[j])]
        variable.setlb(None if np.isinf(columns.lower[j]) else float(columns.lower[j]))
        variable.setub(None if np.isinf(columns.upper[j]) else float(columns.upper[j]))
    return list(family.values())


def _bodies(form: LinearForm, variables: dict[Columns, list[Any]]) -> list[Any]:
    """One linear expression per row, None where a row has no variable."""
    coefficients: list[list[float]] = [[] for _ in range(form.rows)]
    members: list[list[Any]] = [[] for _ in range(form.rows)]
    for columns, matrix in form.terms.items():
        coo = sparse.coo_array(matrix)
        for row, column, value in zip(coo.row, coo.col, coo.data, strict=True):
            coefficients[row].append(float(value))
            members[row].append(variables[columns][column])
    return [
        LinearExpression(constant=0, linear_coefs=c, linear_vars=v) if v else None
        for c, v in zip(coefficients, members, strict=True)
    ]
