"""Base rows of cuts: rows of a programme that bind, and their sums, in which continuous columns are eliminated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimiser.solve.programme import Programme

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

TIGHT = 1e-6
"""Slack, relative to a row's size, up to which it binds."""
ABOUT_THEMSELVES = ("starts_never_fall", "weight")
"""How the names of rows begin that say what starts, or weights of combinations, are: no sum begins with one."""
LONGEST = 6
"""Rows in one sum."""


@dataclass(frozen=True, eq=False)
class Base:
    """values @ x[columns] <= most, and the rows it is a sum of."""

    columns: Ints
    values: Floats
    most: float
    used: tuple[int, ...]


class Bases:
    """The base rows of a programme (M rows, N columns) at a solution of its relaxation."""

    def __init__(self, programme: Programme):
        self.programme = programme
        self.rows = programme.matrix
        self.columns = sparse.csc_array(programme.matrix)
        self.lengths = np.diff(self.rows.indptr)
        self.is_equality = programme.row_lower == programme.row_upper
        own = np.array([name.startswith(ABOUT_THEMSELVES) for name, _ in programme.rows], dtype=bool)
        self.is_useless = own | self._is_sharp()
        self._total = np.zeros(len(programme.cost))

    def _is_sharp(self) -> NDArray[np.bool_]:
        """Rows of whole columns that rounding leaves as they are: every coefficient is the same but for its sign."""
        filled = self.lengths > 0
        starts = self.rows.indptr[:-1][filled]
        largest, smallest, whole = np.zeros(len(filled)), np.zeros(len(filled)), np.zeros(len(filled))
        if filled.any():
            size = np.abs(self.rows.data)
            largest[filled] = np.maximum.reduceat(size, starts)
            smallest[filled] = np.minimum.reduceat(size, starts)
            whole[filled] = np.minimum.reduceat(self.programme.integer[self.rows.indices].astype(float), starts)
        return ~filled | ((whole > 0) & (largest == smallest))

    def row(self, i: int) -> tuple[Ints, Floats]:
        """Columns and values of a row."""
        here = slice(self.rows.indptr[i], self.rows.indptr[i + 1])
        return self.rows.indices[here], self.rows.data[here]

    def paths(self, x: Floats, dual: Floats) -> Iterator[Iterator[Base]]:
        """For every row that binds at `x` (N,) and has a price in `dual` (M,): it, then its sums with others."""
        p, activity = self.programme, self.rows @ x
        room = np.where(p.integer, 0.0, np.minimum(x - p.lower, p.upper - x))
        sides = {sign: self._tight(limit, activity) for sign, limit in ((1.0, p.row_upper), (-1.0, p.row_lower))}
        for sign, limit in ((1.0, p.row_upper), (-1.0, p.row_lower)):
            binds = sides[sign] & (np.abs(dual) > 1e-9) & ~self.is_useless
            for i in np.flatnonzero(binds):
                columns, values = self.row(int(i))
                yield self._path(Base(columns, sign * values, float(sign * limit[i]), (int(i),)), room, sides)

    def _tight(self, limit: Floats, activity: Floats) -> Flags:
        with np.errstate(invalid="ignore"):
            return np.isfinite(limit) & (np.abs(activity - limit) <= TIGHT * np.maximum(1.0, np.abs(activity)))

    def _path(self, base: Base, room: Floats, tight: dict[float, Flags]) -> Iterator[Base]:
        yield base
        for _ in range(LONGEST - 1):
            longer = self._eliminated(base, room, tight)
            if longer is None:
                return
            base = longer
            yield base

    def _eliminated(self, base: Base, room: Floats, tight: dict[float, Flags]) -> Base | None:
        """The sum with a row that eliminates the continuous column furthest from its bounds; None where none does."""
        p, own = self.programme, room[base.columns]
        far = np.flatnonzero(own > 1e-6)
        for k in far[np.argsort(-own[far], kind="stable")]:
            j = base.columns[k]
            here = slice(self.columns.indptr[j], self.columns.indptr[j + 1])
            rows, values = self.columns.indices[here], self.columns.data[here]
            factor = -base.values[k] / values
            fits = np.where(factor > 0, tight[1.0][rows], tight[-1.0][rows])
            fits &= ~(rows[:, None] == np.array(base.used)).any(axis=1)
            if fits.any():
                order = np.lexsort((rows, self.lengths[rows], ~self.is_equality[rows]))
                best = order[fits[order]][0]
                limit = (p.row_upper if factor[best] > 0 else p.row_lower)[rows[best]]
                return self._sum(base, int(rows[best]), float(factor[best]), float(limit))
        return None

    def _sum(self, base: Base, row: int, factor: float, limit: float) -> Base:
        columns, values = self.row(row)
        columns, values = self.gathered([base.columns, columns], [base.values, factor * values])
        return Base(columns, values, base.most + factor * limit, (*base.used, row))

    def gathered(self, columns: list[Ints], values: list[Floats]) -> tuple[Ints, Floats]:
        """Columns once each, with the sums of their values; those that cancel out are left out.

        They come in the order in which they are met. Summed up in an array of all columns (N,), which is all zeros
        before and after: to sort the few hundred columns of each sum took a third of the time of a round.
        """
        every, total = np.concatenate(columns), self._total
        np.add.at(total, every, np.concatenate(values))
        sums = total[every]
        total[every] = 0.0
        kept = np.flatnonzero(np.abs(sums) > 1e-9)
        total[every[kept[::-1]]] = kept[::-1]  # where each is met first
        first = kept[total[every[kept]] == kept]
        total[every] = 0.0
        return every[first], sums[first]
