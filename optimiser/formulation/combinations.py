"""Which of a group of yes/no measures can operate together, year by year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimiser.formulation.matrix import Columns, LinearForm
from optimiser.instance.data import Instance, ProjectData, SourceData
from optimiser.instance.timing import Floats

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Measure:
    """A project that takes a share (Y,) of a source per unit in full operation.

    `levels`: the shares of full operation that a unit can have.
    """

    project: ProjectData
    share: Floats
    levels: tuple[float, ...]


@dataclass(eq=False)
class Combinations:
    """What of a group of yes/no measures can operate together in a year: combinations by year.

    `levels` (K, M): the level of each measure in each combination, 0 for none. `year`, `which` (I,): of each column.
    """

    group: list[Measure]
    levels: NDArray[np.int_]
    year: NDArray[np.int_]
    which: NDArray[np.int_]
    years: int

    @property
    def tuples(self) -> list[tuple[int, ...]]:
        """`levels` as plain numbers."""
        return [tuple(int(j) for j in c) for c in self.levels]

    def of(self, columns: Columns, values: Floats) -> LinearForm:
        """Sum over combinations of values (I,) x column, one row per year."""
        matrix = sparse.csr_array((values, (self.year, np.arange(len(values)))), shape=(self.years, len(values)))
        matrix.eliminate_zeros()
        return LinearForm(self.years, {columns: matrix})

    @cached_property
    def together(self) -> Floats:
        """How many measures operate in each (I,)."""
        return np.count_nonzero(self.levels, axis=1).astype(float)[self.which]

    def at_level(self, measure: int, level: int) -> Floats:
        """1 where a measure operates at a level (I,)."""
        return (self.levels[:, measure] == level).astype(float)[self.which]

    def taken(self, measure: int) -> Floats:
        """The share that a measure takes in each (I,)."""
        m = self.group[measure]
        effect = np.array([0.0, *m.levels])[self.levels[:, measure]]
        return effect[self.which] * m.share[self.year]

    def label(self, source: SourceData, years: list[int]) -> Callable[[int], Any]:
        """The name of each column."""
        return lambda i: (source.id, tuple(int(j) for j in self.levels[self.which[i]]), years[self.year[i]])

    @property
    def left(self) -> Floats:
        """What each leaves, as a product (I,)."""
        return np.prod([1 - self.taken(k) for k in range(len(self.group))], axis=0)

    @property
    def saved(self) -> Floats:
        """How much more each leaves than 1 less the shares of its measures (I,)."""
        return self.left - 1 + sum(self.taken(k) for k in range(len(self.group)))


def combinations_of(group: list[Measure], least: int) -> Combinations:
    """All combinations of at least so many measures, in every year."""
    levels = [c for c in product(*(range(len(m.levels) + 1) for m in group)) if np.count_nonzero(c) >= least]
    return _in_years(group, levels, np.ones((len(group[0].share), len(levels)), dtype=bool))


def possible_combinations(instance: Instance, group: list[Measure], least: int) -> Combinations:
    """Those that do not exclude each other, in the years in which they can operate at these levels."""
    place = {m.project.index: k for k, m in enumerate(group)}
    pairs = [(place[a], place[b]) for a, b in instance.exclusions if a in place and b in place]
    every = combinations_of(group, least)
    levels = [c for c in every.tuples if not any(c[a] and c[b] for a, b in pairs)]
    can = np.ones((every.years, len(levels)), dtype=bool)
    for k, m in enumerate(group):
        each = np.array([np.ones(every.years, dtype=bool), *(operates_at(m, j).any(axis=0) for j in m.levels)])
        can &= each[[c[k] for c in levels]].T if levels else True
    return _in_years(group, levels, can)


def _in_years(group: list[Measure], levels: list[tuple[int, ...]], can: Flags) -> Combinations:
    year, which = np.nonzero(can)
    return Combinations(group, np.array(levels, dtype=int).reshape(-1, len(group)), year, which, len(can))


def operates_at(m: Measure, level: float) -> Flags:
    """Whether a unit started in a year operates at a level in a year (V, Y)."""
    return np.isclose(m.project.effect, level)
