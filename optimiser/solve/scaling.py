"""Scaling: the solver's tolerances are absolute, so figures must be of ordinary size in whatever units a file is.

Powers of two, so that nothing is rounded. Whole variables keep their scale. A programme whose figures are of ordinary
size already is left as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimiser.solve.programme import Programme

Floats = NDArray[np.float64]
SMALL_ROW, SMALL_COST, LARGE_COST = 1e-4, 1.0, 1e7


@dataclass(frozen=True, eq=False)
class Scaling:
    """x = columns * x', row duals = rows * duals' / objective, objective = objective' / objective."""

    rows: Floats
    columns: Floats
    objective: float

    def unscaled_objective(self, value: float) -> float:
        """An objective or bound in the programme's own units."""
        return value / self.objective


def scale(programme: Programme) -> tuple[Programme, Scaling]:
    """The programme as the solver shall see it, and the way back."""
    rows, columns = np.ones(len(programme.row_lower)), np.ones(len(programme.cost))
    matrix = sparse.csr_array(programme.matrix)
    if _has_small_rows(matrix, programme.integer):
        rows, columns = _equilibrated(programme)
        matrix = _scaled(matrix, rows, columns)
    cost = programme.cost * columns
    largest = float(np.max(np.abs(cost), initial=0.0))
    factor = 1.0
    if largest > 0 and not SMALL_COST <= largest <= LARGE_COST:
        factor = float(2.0 ** np.round(np.log2(1e3 / largest)))
    scaled = replace(
        programme,
        cost=cost * factor,
        offset=programme.offset * factor,
        matrix=matrix,
        row_lower=programme.row_lower * rows,
        row_upper=programme.row_upper * rows,
        lower=programme.lower / columns,
        upper=programme.upper / columns,
    )
    return scaled, Scaling(rows, columns, factor)


def _scaled(matrix: sparse.csr_array, rows: Floats, columns: Floats) -> sparse.csr_array:
    """Each row and each column times its factor."""
    data = matrix.data * np.repeat(rows, np.diff(matrix.indptr)) * columns[matrix.indices]
    return sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def _has_small_rows(matrix: sparse.csr_array, integer: NDArray[np.bool_]) -> bool:
    """True where a row is made of figures that the tolerance would swallow (the unit columns of totals aside)."""
    whole = integer if integer.any() else ~integer
    sizes = np.where(whole[matrix.indices], np.abs(matrix.data), 0.0)
    filled = np.diff(matrix.indptr) > 0
    largest = np.maximum.reduceat(sizes, matrix.indptr[:-1][filled]) if len(sizes) else sizes
    return bool(np.any((largest > 0) & (largest < SMALL_ROW)))


def _equilibrated(programme: Programme) -> tuple[Floats, Floats]:
    """Rows by their whole variables, totals by the rows that define them, then the rest by each other."""
    size = sparse.csr_array(np.abs(programme.matrix))
    whole = programme.integer.astype(float)
    defining = _largest(size @ sparse.diags_array(whole), 1, absent=0.0)
    rows = np.divide(1.0, defining, out=np.zeros_like(defining), where=defining > 0)
    columns = np.where(programme.integer, 1.0, 1.0 / _largest(sparse.diags_array(rows) @ size, 0))
    rows = np.where(rows > 0, rows, 1.0)
    now = sparse.diags_array(rows) @ size @ sparse.diags_array(columns)
    rows /= np.where(defining > 0, 1.0, _largest(now, 1))
    columns = np.where(programme.integer, 1.0, _power(columns))
    return _power(rows), columns


def _largest(matrix: sparse.csr_array, axis: int, absent: float = 1.0) -> Floats:
    found = sparse.csr_array(matrix).max(axis=axis).toarray().ravel()
    return np.where(found > 0, found, absent)


def _power(values: Floats) -> Floats:
    return np.exp2(np.round(np.log2(values)))
