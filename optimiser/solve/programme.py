"""The model as one linear programme in matrices: what HiGHS is handed, and how its answer is read back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from scipy import sparse

from optimiser.formulation.matrix import Columns, LinearForm, rows_of
from optimiser.garbage import uncollected

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(eq=False)
class Programme:
    """min cost @ x + offset, row_lower <= matrix @ x <= row_upper, lower <= x <= upper, some of x whole.

    `place` gives the indices of a family of columns; `rows` the family and position of each row, for reports;
    `switches` the whole columns that say what follows from the rest of a plan (a target is missed).
    """

    cost: Floats
    offset: float
    matrix: sparse.csr_array
    row_lower: Floats
    row_upper: Floats
    lower: Floats
    upper: Floats
    integer: NDArray[np.bool_]
    place: dict[Columns, Ints]
    pyomo_columns: dict[int, int]
    rows: list[tuple[str, Any]]
    switches: Ints = field(default_factory=lambda: np.zeros(0, dtype=int))

    def values(self, columns: Columns, x: Floats) -> Floats:
        """The values of a family in a solution."""
        return x[self.place[columns]]

    def evaluate(self, form: LinearForm, x: Floats) -> Floats:
        """The values of a form in a solution."""
        total = np.array(form.constant, dtype=float)
        for columns, matrix in form.terms.items():
            total += matrix @ self.values(columns, x)
        return total

    def cost_of(self, x: Floats) -> float:
        """What a solution (N,) costs."""
        return float(self.cost @ x) + self.offset

    def keeps_rows(self, x: Floats) -> bool:
        """Whether a solution keeps all rows, up to rounding."""
        total, size = self.matrix @ x, abs(self.matrix) @ abs(x)
        slack = 1e-6 * (1 + size)
        return bool(np.all(total >= self.row_lower - slack) and np.all(total <= self.row_upper + slack))

    def of_variable(self, variable: Any, x: Floats) -> dict[Any, float]:
        """The values of an indexed Pyomo variable; fixed ones as fixed."""
        found = {}
        for key, data in variable.items():
            column = self.pyomo_columns.get(id(data))
            found[key] = float(x[column]) if column is not None else float(data.value or 0.0)
        return found


@uncollected()
def assemble(model: pyo.ConcreteModel) -> Programme:
    """Puts the matrix part and Pyomo's rows of a model together."""
    part = model.matrix
    repn = LinearStandardFormCompiler().write(model, mixed_form=True)
    place, n = {}, 0
    for columns in part.columns:
        if columns.pyomo is None:
            place[columns] = np.arange(n, n + columns.size)
            n += columns.size
    pyomo_columns: dict[int, int] = {}
    data = list(repn.columns)
    for variable in data:
        pyomo_columns[id(variable)] = n + len(pyomo_columns)
    for columns in part.columns:  # totals that no Pyomo row asks for still have their defining row
        for variable in columns.pyomo or ():
            if id(variable) not in pyomo_columns:
                pyomo_columns[id(variable)] = n + len(pyomo_columns)
                data.append(variable)
        if columns.pyomo is not None:
            place[columns] = np.array([pyomo_columns[id(v)] for v in columns.pyomo], dtype=int)
    size = n + len(data)
    lower, upper, integer = _bounds(part.columns, data, place, n, size)
    rows, row_lower, row_upper, names = _rows(part, repn, place, n, size)
    cost, offset = np.zeros(size), float(part.cost.constant[0]) + float(repn.c_offset[0])
    for columns, matrix in part.cost.terms.items():
        cost[place[columns]] += matrix.toarray()[0]
    cost[n : n + len(repn.columns)] += repn.c.toarray()[0]
    flags = [id(v) for v in getattr(model, "missed", {}).values()]
    switches = np.array([pyomo_columns[v] for v in flags if v in pyomo_columns], dtype=int)
    return Programme(
        cost, offset, rows, row_lower, row_upper, lower, upper, integer, place, pyomo_columns, names, switches
    )


def _bounds(families: list[Columns], data: list[Any], place: dict, n: int, size: int):
    lower, upper = np.zeros(size), np.full(size, np.inf)
    integer = np.zeros(size, dtype=bool)
    for columns in families:
        if columns.pyomo is None:
            at = place[columns]
            lower[at], upper[at], integer[at] = columns.lower, columns.upper, columns.integer
    for i, variable in enumerate(data, start=n):
        low, high = variable.bounds
        lower[i] = -np.inf if low is None else low
        upper[i] = np.inf if high is None else high
        integer[i] = variable.is_integer()
        if variable.fixed:
            lower[i] = upper[i] = variable.value
    return lower, upper, integer


def _rows(part: Any, repn: Any, place: dict[Columns, Ints], n: int, size: int):
    row: list[Any] = []
    col: list[Any] = []
    value: list[Any] = []
    lower: list[Any] = []
    upper: list[Any] = []
    names: list[tuple[str, Any]] = []
    count = 0
    for family in part.rows:
        for columns, matrix in family.form.terms.items():
            row.append(rows_of(matrix) + count)
            col.append(place[columns][matrix.indices])
            value.append(matrix.data)
        lower.append(family.lower)
        upper.append(family.upper)
        names.extend((family.name, family.label(i)) for i in range(family.form.rows))
        count += family.form.rows
    coo = sparse.coo_array(repn.A)
    row.append(coo.row + count)
    col.append(coo.col + n)
    value.append(coo.data)
    low, high = np.full(len(repn.rows), -np.inf), np.full(len(repn.rows), np.inf)
    for i, (constraint, sense) in enumerate(repn.rows):
        names.append((constraint.parent_component().name, constraint.index()))
        if sense >= 0:  # mixed form: 1 is <=, -1 is >=, 0 is =
            high[i] = repn.rhs[i]
        if sense <= 0:
            low[i] = repn.rhs[i]
    lower.append(low)
    upper.append(high)
    shape = (count + len(repn.rows), size)
    data = (np.concatenate(value), (np.concatenate(row), np.concatenate(col)))
    matrix = sparse.csr_array(data, shape=shape)
    matrix.eliminate_zeros()
    return matrix, np.concatenate(lower), np.concatenate(upper), names
