r"""Cuts: rows that every whole solution keeps and a relaxation does not.

A base row $\sum_j a_j x_j \le b$ is a row of the programme, or the sum of a few of them in which continuous columns
have been eliminated (a peak's row with what its gross emissions consist of). Continuous columns are replaced by their
distance $t \ge 0$ from a bound, whole ones by choices: of $m_p$ units of a project, $y_{p,v}$ start in year $v$ and the
rest never; one choice is the reference, and the row counts by how much the others differ from it. With $\beta$ what is
left of $b$, divided by some $\delta$, and $f = \beta - \lfloor\beta\rfloor$,

$$ \sum_c \Big(\lfloor\alpha_c\rfloor + \tfrac{\max(\alpha_c - \lfloor\alpha_c\rfloor - f,\, 0)}{1 - f}\Big)\, y_c
   + \tfrac{1}{1 - f}\sum_{t:\,\gamma_t < 0} \gamma_t\, t \;\le\; \lfloor\beta\rfloor $$

Method: mixed-integer rounding with aggregation (Marchand and Wolsey 2001); a choice per project in place of bounds is
what generalised upper bounds are for (Gu, Nemhauser and Savelsbergh 1998). Since rounding is superadditive, a start's
whole effect rounded is never weaker than the sum of its yearly changes rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from optimiser.solve.bases import TIGHT, Base, Bases, Floats, Ints
from optimiser.solve.grid import Flags, Grid
from optimiser.solve.programme import Programme

FRACTION = (0.005, 0.9998)
"""Where the right-hand side must lie between whole numbers."""
RANGE = 1e5
"""Largest over smallest coefficient of a cut."""
DIVISORS, REFERENCES = 24, 16
"""How many divisors, and other references, are tried."""
SHALLOW = 1e-4
"""Depth, relative to a cut's length, below which it is not worth a row."""


@dataclass(frozen=True, eq=False)
class Cut:
    """values @ x[columns] <= most; `depth` is by how much the relaxation's solution lies beyond it."""

    columns: Ints
    values: Floats
    most: float
    depth: float


@dataclass(frozen=True, eq=False)
class _Rests:
    """Distances t = weight @ x[column] + constant >= 0 that count with value < 0 in a row (R,), of two terms (R, 2)."""

    value: Floats
    distance: Floats
    constant: Floats
    column: Ints
    weight: Floats


@dataclass(frozen=True, eq=False)
class _Above:
    """Bounds x <= factor z + constant with z whole, of continuous columns (B,), by `column`; `most` in a solution."""

    column: Ints
    z: Ints
    factor: Floats
    constant: Floats

    def nearest(self, x: Floats) -> tuple[Ints, Floats]:
        """For each column (N,) the bound that is nearest to it at `x`, or -1, and how far that is."""
        room = self.factor * x[self.z] + self.constant - x[self.column]
        which, distance = np.full(len(x), -1), np.full(len(x), np.inf)
        order = np.lexsort((self.constant, self.factor, self.z, room))[::-1]
        which[self.column[order]] = order  # the last one that is written is the nearest
        found = which >= 0
        distance[found] = room[which[found]]
        return which, distance


class Separator:
    """Finds cuts for solutions of a programme's relaxation."""

    def __init__(self, programme: Programme, grid: Grid):
        self.programme, self.grid, self.bases = programme, grid, Bases(programme)
        size = len(programme.cost)
        whole = grid.whole[grid.owner]
        self.position = np.full(size, -1)
        self.position[grid.at[whole]] = np.flatnonzero(whole)
        self.above = self._variable_bounds()

    def _variable_bounds(self) -> _Above:
        """From rows of two columns, v x + w z within limits; either of them may be x."""
        p, matrix = self.programme, self.bases.rows
        rows = np.flatnonzero(self.bases.lengths == 2)
        at = matrix.indptr[rows]
        pairs = np.stack([at, at + 1, at + 1, at], axis=1).reshape(-1, 2)  # of each row first one way, then the other
        x, z = matrix.indices[pairs].T
        v, w = matrix.data[pairs].T
        row = np.repeat(rows, 2)
        limit = np.where(v > 0, p.row_upper[row], p.row_lower[row])
        kept = ~p.integer[x] & p.integer[z] & np.isfinite(limit) & (v != 0)
        x, z, v, w, limit = x[kept], z[kept], v[kept], w[kept], limit[kept]
        return _Above(x.astype(int), z.astype(int), -w / v, limit / v)

    def cuts(self, x: Floats, dual: Floats, known: Sequence[Cut] = ()) -> list[Cut]:
        """Cuts that `x` (N,) violates, the deepest first; `dual` (M,) says which rows have a price.

        Cuts that are `known` and bind are rows to be rounded again.
        """
        parts, nearest = self._in_parts(x), self.above.nearest(x)
        bound = [
            [Base(c.columns, c.values, c.most, ())] for c in known if float(c.values @ x[c.columns]) > c.most - TIGHT
        ]
        found = []
        for path in chain(bound, self.bases.paths(x, dual)):
            for base in path:
                cut = self._rounded(base, x, nearest) if parts[base.columns].any() else None
                if cut is not None:
                    found.append(cut)
                    break
        return sorted(found, key=lambda c: -c.depth)

    def _in_parts(self, x: Floats) -> Flags:
        """Columns (N,) that are whole but not in `x`, or stand below one: a row without any is kept rounded, too."""
        parts = self.programme.integer & (np.abs(x - np.round(x)) > 1e-6)
        parts[self.above.column[parts[self.above.z]]] = True
        return parts

    def _rounded(self, base: Base, x: Floats, nearest: tuple[Ints, Floats]) -> Cut | None:
        split = self._split(base, x, *nearest)
        if split is None or not len(split[0]):
            return None
        columns, values, most, rests = split
        choices = _Choices(self.programme, self.grid, self.bases, self.position, columns, values, most, rests, x)
        return choices.best() if choices.are_bounded else None

    def _split(self, base: Base, x: Floats, which: Ints, room: Floats) -> tuple[Ints, Floats, float, _Rests] | None:
        """Whole columns, their values, what is left of the right-hand side, and the distances that count against it."""
        p, above = self.programme, self.above
        is_whole = p.integer[base.columns]
        j, value = base.columns[~is_whole], base.values[~is_whole]
        below, over = np.maximum(x[j] - p.lower[j], 0.0), np.maximum(p.upper[j] - x[j], 0.0)
        from_above = over < below
        distance, sign = np.where(from_above, over, below), np.where(from_above, -1.0, 1.0)
        bound = np.where(from_above, p.upper[j], p.lower[j])
        by_whole = (which[j] >= 0) & (room[j] <= distance)
        if not np.isfinite(distance[~by_whole]).all():
            return None
        b = which[j[by_whole]]
        most = base.most - float(value[by_whole] @ above.constant[b])
        most -= float(value[~by_whole] @ bound[~by_whole])
        columns, values = self.bases.gathered(
            [base.columns[is_whole], above.z[b]], [base.values[is_whole], value[by_whole] * above.factor[b]]
        )
        near = np.flatnonzero(by_whole & (value > 0))
        far = np.flatnonzero(~by_whole & (value * sign < 0))
        b, none = which[j[near]], np.zeros(len(far))
        rests = _Rests(
            np.concatenate([-value[near], (value * sign)[far]]),
            np.concatenate([np.maximum(room[j[near]], 0.0), distance[far]]),
            np.concatenate([above.constant[b], -(sign * bound)[far]]),
            np.concatenate([np.stack([above.z[b], j[near]], axis=1), np.stack([j[far], j[far]], axis=1)]),
            np.concatenate(
                [np.stack([above.factor[b], -np.ones(len(b))], axis=1), np.stack([sign[far], none], axis=1)]
            ),
        )
        return columns, values, most, rests


@dataclass(frozen=True, eq=False)
class _Rated:
    """How deep a rounding is, its divisor, and its references (G,)."""

    depth: float
    divisor: float
    reference: Ints


class _Choices:
    """A base row over choices: starts of projects and never, and other whole columns from one of their bounds.

    Each choice belongs to a group (a project, or a column of its own) whose choices add up to `size`; `gain` is its
    coefficient, `weight` what the relaxation has of it.
    """

    def __init__(
        self,
        programme: Programme,
        grid: Grid,
        bases: Bases,
        position: Ints,
        columns: Ints,
        values: Floats,
        most: float,
        rests: _Rests,
        x: Floats,
    ):
        self.programme, self.grid, self.bases, self.rests, self.x = programme, grid, bases, rests, x
        at = position[columns]
        is_start = at >= 0
        self.projects = np.flatnonzero(np.bincount(grid.owner[at[is_start]]))
        gain, new, never = self._starts(at[is_start], values[is_start])
        self.others, other = columns[~is_start], values[~is_start]
        low, high = programme.lower[self.others], programme.upper[self.others]
        m, k = len(self.projects), len(self.others)
        self.group = np.concatenate([self.owner, np.arange(m), m + np.arange(k), m + np.arange(k)]).astype(int)
        self.gain = np.concatenate([gain, np.zeros(m), other, np.zeros(k)])
        self.size = np.concatenate([grid.most[self.projects], high - low])
        self.are_bounded = bool(np.isfinite(low).all() and np.isfinite(self.size).all())
        if self.are_bounded:
            self.weight = np.concatenate([new, never, x[self.others] - low, high - x[self.others]])
            self.rhs = most - float(other @ low)
        self.against = -float(rests.value @ rests.distance)
        self.length = float(np.sqrt(rests.value @ rests.value))

    def _starts(self, at: Ints, values: Floats) -> tuple[Floats, Floats, Floats]:
        """What a start in each year adds to the row, and what the relaxation has of it and of never."""
        grid = self.grid
        lengths = np.diff(grid.begin)[self.projects]
        opened = np.concatenate([[0], np.cumsum(lengths)])[:-1]
        self.at = np.repeat(grid.begin[self.projects] - opened, lengths) + np.arange(lengths.sum())
        self.owner = np.repeat(np.arange(len(self.projects)), lengths)
        self.ends = opened + lengths - 1
        slope = np.zeros(len(self.at))
        slope[np.searchsorted(self.at, at)] = values
        total = np.append(np.cumsum(slope[::-1])[::-1], 0.0)
        gain = total[:-1] - total[self.ends + 1][self.owner]
        started = self.x[grid.at[self.at]]
        new = started - np.where(grid.first[self.at], 0.0, np.roll(started, 1))
        return gain, new, grid.most[self.projects] - started[self.ends]

    def best(self) -> Cut | None:
        """The deepest rounding over divisors and references, as a cut; None where none is deep enough."""
        most = np.full(len(self.size), -np.inf)
        np.maximum.at(most, self.group, self.weight)
        heaviest = np.flatnonzero(self.weight == most[self.group])[::-1]
        reference = np.zeros(len(self.size), dtype=int)
        reference[self.group[heaviest]] = heaviest  # the first of those that are written last
        support = np.flatnonzero(self.weight > 1e-6)
        undecided = support[reference[self.group[support]] != support]
        if not len(undecided):
            return None
        rated = self._rated(support, *self._each(reference, self._divisors(undecided, reference)))
        if rated is not None:
            finer = self._rated(support, *self._each(reference, rated.divisor / np.array([2.0, 4.0, 8.0])))
            rated = rated if finer is None or finer.depth <= rated.depth else finer
        left = undecided[np.argsort(-self.weight[undecided], kind="stable")][:REFERENCES]
        while len(left):
            others = np.tile(reference, (len(left), 1))
            others[np.arange(len(left)), self.group[left]] = left
            if rated is not None:
                deeper = self._rated(support, others, np.full(len(left), rated.divisor))
            else:
                tried = [self._each(other, self._divisors(undecided, other)) for other in others]
                deeper = self._rated(support, *(np.concatenate(parts) for parts in zip(*tried, strict=True)))
            if deeper is None or (rated is not None and deeper.depth <= rated.depth + 1e-9):
                break
            rated, reference = deeper, deeper.reference
            left = left[reference[self.group[left]] != left]
        return self._cut(reference, rated.divisor) if rated is not None and rated.depth >= SHALLOW else None

    @staticmethod
    def _each(reference: Ints, divisors: Floats) -> tuple[Ints, Floats]:
        """The same reference for each of some divisors."""
        return np.tile(reference, (len(divisors), 1)), divisors

    def _divisors(self, undecided: Ints, reference: Ints) -> Floats:
        """Differences from the reference among choices that the relaxation has in part."""
        own = np.abs(self.gain[undecided] - self.gain[reference][self.group[undecided]])
        own = np.unique(own[own > 1e-7].round(12))
        return own[np.linspace(0, len(own) - 1, DIVISORS).astype(int)] if len(own) > DIVISORS else own

    def _rated(self, support: Ints, references: Ints, divisors: Floats) -> _Rated | None:
        """The deepest rounding of some (K,), each with references (K, G) and a divisor of its own; None: none fits."""
        base = self.gain[references]
        beta = (self.rhs - base @ self.size) / divisors
        f = beta - np.floor(beta)
        fits = (f >= FRACTION[0]) & (f <= FRACTION[1])
        if not fits.any():
            return None
        references, base, divisors, beta, f = references[fits], base[fits], divisors[fits], beta[fits], f[fits]
        alpha = (self.gain[support] - base[:, self.group[support]]) / divisors[:, None]
        value = rounded(alpha, f[:, None])
        factor = 1.0 / ((1.0 - f) * divisors)
        beyond = value @ self.weight[support] - self.against * factor - np.floor(beta)
        depth = beyond / np.maximum(np.sqrt((value**2).sum(axis=1) + (self.length * factor) ** 2), 1e-9)
        k = int(np.argmax(depth))
        return _Rated(float(depth[k]), float(divisors[k]), references[k])

    def _cut(self, reference: Ints, divisor: float) -> Cut | None:
        """The rounded row in the programme's own columns."""
        base = self.gain[reference]
        beta = (self.rhs - float(base @ self.size)) / divisor
        f = float(beta - np.floor(beta))
        value = rounded((self.gain - base[self.group]) / divisor, f)
        n, m, k = len(self.at), len(self.projects), len(self.others)
        starts, never, up, down = np.split(value, [n, n + m, n + m + k])
        by_start = starts - never[self.owner]
        following = np.append(by_start, 0.0)[1:]
        following[self.ends] = 0.0
        p, factor = self.programme, 1.0 / ((1.0 - f) * divisor)
        most = float(np.floor(beta)) - float(never @ self.size[:m])
        most += float(up @ p.lower[self.others]) - float(down @ p.upper[self.others])
        rests = self.rests
        most -= float(rests.value @ rests.constant) * factor
        columns, values = self.bases.gathered(
            [self.grid.at[self.at], self.others, rests.column.ravel()],
            [by_start - following, up - down, (rests.value[:, None] * factor * rests.weight).ravel()],
        )
        return _clean(columns, values, most, p, self.x)


def rounded(alpha: Floats, f: Floats | float) -> Floats:
    """Rounded down, with the share of 1 - f by which the fraction exceeds f; superadditive."""
    floor = np.floor(alpha + 1e-9)
    return floor + np.maximum(alpha - floor - f, 0.0) / (1.0 - f)


def _clean(columns: Ints, values: Floats, most: float, p: Programme, x: Floats) -> Cut | None:
    """Without coefficients that are next to nothing, which weakens it; None where one of them has no bound."""
    largest = float(np.max(np.abs(values), initial=0.0))
    if largest <= 0:
        return None
    tiny = np.abs(values) < largest / RANGE
    bound = np.where(values > 0, p.lower[columns], p.upper[columns])
    if not np.isfinite(bound[tiny]).all():
        return None
    most -= float((values[tiny] * bound[tiny]).sum())
    columns, values, most = columns[~tiny], values[~tiny] / largest, most / largest
    most += 1e-9 * max(1.0, abs(most))
    depth = (float(values @ x[columns]) - most) / float(np.sqrt(values @ values))
    return Cut(columns, values, most, depth) if depth > 1e-6 else None
