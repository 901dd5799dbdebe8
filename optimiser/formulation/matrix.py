"""The part of the programme that is kept as matrices: many columns, one statement of each family.

A `LinearForm` is a vector of affine expressions, one per row, over families of columns. Pyomo variables are columns
too, so that a Pyomo row and a matrix row speak of the same thing. `formulation.complete` turns all of it into Pyomo
rows for other solvers; `solve` hands it to HiGHS as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray
from scipy import sparse

from optimiser.formulation.model import variables

Floats = NDArray[np.float64]
INFINITY = float("inf")


@dataclass(eq=False)
class Columns:
    """A family of variables. `label(i)` names the i-th; `pyomo` holds the variables where Pyomo owns them."""

    name: str
    lower: Floats
    upper: Floats
    integer: NDArray[np.bool_]
    label: Callable[[int], Any] = field(default=lambda i: i)
    pyomo: list[Any] | None = None

    @property
    def size(self) -> int:
        """How many variables."""
        return len(self.lower)


class LinearForm:
    """`rows` affine expressions: constant + sum over families of matrix @ columns."""

    def __init__(self, rows: int, terms: dict[Columns, sparse.csr_array] | None = None, constant: Any = 0.0):
        self.rows = rows
        self.terms = terms or {}
        each = np.asarray(constant, dtype=float)
        self.constant = each if each.shape == (rows,) else np.full(rows, each)

    def __add__(self, other: LinearForm) -> LinearForm:
        terms = dict(self.terms)
        for columns, matrix in other.terms.items():
            terms[columns] = terms[columns] + matrix if columns in terms else matrix
        return LinearForm(self.rows, terms, self.constant + other.constant)

    def __sub__(self, other: LinearForm) -> LinearForm:
        return self + other.scaled(-1.0)

    def scaled(self, factor: float | Floats) -> LinearForm:
        """Every row times its factor (a number, or one per row)."""
        if np.ndim(factor) == 0:
            terms = {c: m * float(factor) for c, m in self.terms.items()}
        else:
            scale = np.asarray(factor, dtype=float)
            terms = {c: _rows_times(m, scale) for c, m in self.terms.items()}
        return LinearForm(self.rows, terms, self.constant * factor)

    def summed(self, weights: Floats) -> LinearForm:
        """One row: the weighted sum of all."""
        row = sparse.csr_array(np.asarray(weights, dtype=float)[None, :])
        terms = {c: sparse.csr_array(row @ m) for c, m in self.terms.items()}
        return LinearForm(1, terms, float(weights @ self.constant))

    def taken(self, index: Sequence[int] | NDArray[Any]) -> LinearForm:
        """Some of the rows."""
        return LinearForm(len(index), {c: m[index, :] for c, m in self.terms.items()}, self.constant[index])

    def accumulated(self) -> LinearForm:
        """Each row with all before it."""
        n = len(self.constant)
        until = sparse.csr_array(np.tril(np.ones((n, n))))
        return LinearForm(n, {c: sparse.csr_array(until @ m) for c, m in self.terms.items()}, np.cumsum(self.constant))

    @property
    def is_constant(self) -> bool:
        """True where no variable has a coefficient."""
        return all(m.nnz == 0 for m in self.terms.values())


def _rows_times(matrix: sparse.csr_array, scale: Floats) -> sparse.csr_array:
    """Every row of a matrix times its factor."""
    data = matrix.data * np.repeat(scale, np.diff(matrix.indptr))
    return sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def sum_of(rows: int, forms: Sequence[LinearForm]) -> LinearForm:
    """The sum of many forms at once."""
    parts: dict[Columns, list[sparse.csr_array]] = {}
    total = np.zeros(rows)
    for form in forms:
        total = total + form.constant
        for columns, matrix in form.terms.items():
            parts.setdefault(columns, []).append(matrix)
    terms = {}
    for columns, pieces in parts.items():
        if len(pieces) == 1:
            terms[columns] = pieces[0]
            continue
        row = np.concatenate([rows_of(m) for m in pieces])
        col = np.concatenate([m.indices for m in pieces])
        data = np.concatenate([m.data for m in pieces])
        terms[columns] = sparse.csr_array((data, (row, col)), shape=(rows, columns.size))
    return LinearForm(rows, terms, total)


def rows_of(matrix: sparse.csr_array) -> NDArray[Any]:
    """The row of each entry, in the order of `indices` and `data`."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def of_columns(columns: Columns, index: Sequence[int] | NDArray[Any]) -> LinearForm:
    """The variables with these indices, one per row."""
    n = len(index)
    matrix = sparse.csr_array((np.ones(n), np.asarray(index, dtype=int), np.arange(n + 1)), shape=(n, columns.size))
    return LinearForm(n, {columns: matrix})


def upper_bound(form: LinearForm, beyond: float = INFINITY) -> Floats:
    """The most that each row can be, by the bounds of its columns; infinite where one of them is.

    `beyond` stands for bounds that are farther from zero.
    """
    total = np.array(form.constant, dtype=float)
    for columns, matrix in form.terms.items():
        lower, upper = columns.lower, columns.upper
        if columns.pyomo is not None:
            bounds = [v.bounds for v in columns.pyomo]
            lower = np.array([-INFINITY if low is None else low for low, _ in bounds])
            upper = np.array([INFINITY if high is None else high for _, high in bounds])
        lower, upper = np.maximum(lower, -beyond), np.minimum(upper, beyond)
        some = matrix.data != 0
        row, col, value = rows_of(matrix)[some], matrix.indices[some], matrix.data[some]
        np.add.at(total, row, value * np.where(value > 0, upper[col], lower[col]))
    return total


def constant(values: Floats) -> LinearForm:
    """Rows without variables."""
    return LinearForm(len(values), {}, values)


@dataclass(eq=False)
class Rows:
    """A family of constraints: lower <= form <= upper. `label(i)` names the i-th."""

    name: str
    form: LinearForm
    lower: Floats
    upper: Floats
    label: Callable[[int], Any]


class MatrixPart:
    """Columns, rows and cost of a model that are kept as matrices."""

    def __init__(self) -> None:
        self.columns: list[Columns] = []
        self.rows: list[Rows] = []
        self.cost = LinearForm(1)

    def add_columns(
        self,
        name: str,
        size: int,
        lower: Any = 0.0,
        upper: Any = INFINITY,
        integer: Any = False,
        label: Callable[[int], Any] = lambda i: i,
    ) -> Columns:
        """New variables."""

        def spread(value: Any, kind: Any) -> NDArray[Any]:
            return np.broadcast_to(np.asarray(value, dtype=kind), (size,)).copy()

        columns = Columns(name, spread(lower, float), spread(upper, float), spread(integer, bool), label)
        self.columns.append(columns)
        return columns

    def of_pyomo(self, variable: Any) -> Columns:
        """The columns of an indexed Pyomo variable, in its order."""
        data = list(variable.values())
        none = np.zeros(len(data))
        columns = Columns(variable.name, none, none, none.astype(bool), pyomo=data)
        self.columns.append(columns)
        return columns

    def add_rows(
        self,
        name: str,
        form: LinearForm,
        lower: Any = -INFINITY,
        upper: Any = INFINITY,
        label: Callable[[int], Any] = lambda i: i,
    ) -> None:
        """lower <= form <= upper, row by row."""
        if form.rows == 0:
            return
        low, high = (np.broadcast_to(np.asarray(b, dtype=float), (form.rows,)) for b in (lower, upper))
        self.rows.append(Rows(name, form, low - form.constant, high - form.constant, label))


def add_total(
    model: pyo.ConcreteModel, name: str, keys: Sequence[Any], forms: Sequence[LinearForm], years: Sequence[int]
):
    """A Pyomo variable `name[key, year]` that equals its form: what readable rows may ask for.

    `forms` gives one LinearForm over all years per key.
    """
    index = [(k, int(y)) for k in keys for y in years]
    total = variables(index, domain=pyo.Reals)
    setattr(model, name, total)
    if not index:
        return total
    columns = model.matrix.of_pyomo(total)
    for i, form in enumerate(forms):
        at = np.arange(i * len(years), (i + 1) * len(years))
        key = keys[i]
        model.matrix.add_rows(
            f"{name}_is_total",
            of_columns(columns, at) - form,
            0.0,
            0.0,
            lambda y, key=key: (key, int(years[y])),
        )
    return total
