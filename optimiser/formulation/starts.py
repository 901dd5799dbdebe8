r"""Starts: the decision is how many units of a project have been started by each year.

$$ 0 \le \text{started}_{p,v} - \text{started}_{p,v-1} \le \text{per year}_p, \qquad
   \text{started}_{p,v} \in \{0, \dots, \text{max}_p\} \;\text{(any number for a size)} $$

Cumulative starts make every yearly effect a sparse row: a start in year $v$ is a difference, and what a start in $v$
does in year $y$ ($P_{v,y}$) enters as $P_{v,y} - P_{v+1,y}$.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import numpy as np
import pyomo.environ as pyo
from scipy import sparse

from optimiser.formulation.matrix import Columns, LinearForm, of_columns
from optimiser.instance.data import Instance, ProjectData
from optimiser.instance.timing import Floats, Ints

BATCH = 256
"""Projects whose profiles are laid out at a time: they stay in the processor's memory."""


class Starts:
    """The columns `started[p, v]`, and what depends on them linearly."""

    def __init__(self, instance: Instance, columns: Columns, offsets: dict[int, int]):
        self.instance, self.columns, self.offsets = instance, columns, offsets

    def effect(self, parts: Iterable[tuple[ProjectData, Floats]]) -> LinearForm:
        """Sum over projects of an effect (V, Y) per unit started: one row per year."""
        n, waiting = len(self.instance.years), iter(parts)
        pieces = []
        while some := [(self.offsets[project.index], profile) for project, profile in islice(waiting, BATCH)]:
            pieces.append(_jumps(some))
        if not pieces:
            return LinearForm(n)
        values, rows, cols = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
        return LinearForm(n, {self.columns: sparse.csr_array((values, (rows, cols)), shape=(n, self.columns.size))})

    def once(self, parts: Iterable[tuple[ProjectData, Floats]]) -> LinearForm:
        """The same for an effect (V,) that has no year, such as salvage: one row."""
        row = np.zeros(self.columns.size)
        for project, profile in parts:
            at = self.offsets[project.index]
            row[at : at + len(profile)] += profile
            row[at : at + len(profile) - 1] -= profile[1:]
        return LinearForm(1, {self.columns: sparse.csr_array(row[None, :])})

    def by(self, project: ProjectData, years: Iterable[int]) -> LinearForm:
        """Units started by the end of each of `years`; one row each, none before the window."""
        years = years if isinstance(years, np.ndarray) else np.asarray(list(years))
        position = np.minimum(years - project.starts[0], len(project.starts) - 1)
        open_ = position >= 0
        until = np.concatenate([[0], np.cumsum(open_)])
        data = (np.ones(until[-1]), position[open_] + self.offsets[project.index], until)
        matrix = sparse.csr_array(data, shape=(len(years), self.columns.size))
        return LinearForm(len(years), {self.columns: matrix})

    def new(self, project: ProjectData) -> LinearForm:
        """Units started in each year of the window; one row each."""
        return self.by(project, project.starts) - self.by(project, project.starts - 1)

    def at_end(self, project: ProjectData) -> LinearForm:
        """Units started in all; one row."""
        return self.by(project, [int(project.starts[-1])])


def _jumps(profiles: list[tuple[int, Floats]]) -> tuple[Floats, Ints, Ints]:
    """What profiles (V, Y) change from one start year to the next, where they do: values, years, columns.

    Profiles come with the column of their first start.
    """
    sizes = np.array([len(profile) for _, profile in profiles])
    ends = np.cumsum(sizes)
    first = np.repeat(np.array([at for at, _ in profiles]) - (ends - sizes), sizes)
    jumps = np.concatenate([profile for _, profile in profiles])
    last = jumps[ends - 1]
    jumps[:-1] -= jumps[1:]
    jumps[ends - 1] = last
    v, y = np.nonzero(jumps)
    return jumps[v, y], y, v + first[v]


def add_starts(model: pyo.ConcreteModel) -> None:
    """Adds `started`, which never falls and rises by no more than a year allows."""
    instance: Instance = model.instance
    offsets, n = {}, 0
    for p in instance.projects:
        offsets[p.index] = n
        n += len(p.starts)
    lower, upper, integer = np.zeros(n), np.zeros(n), np.zeros(n, dtype=bool)
    owner = np.zeros(n, dtype=int)
    for p in instance.projects:
        here = slice(offsets[p.index], offsets[p.index] + len(p.starts))
        owner[here] = p.index
        integer[here] = p.integer
        upper[here] = p.most
        if p.per_year is not None:
            upper[here] = np.minimum(p.most, p.per_year * np.arange(1, len(p.starts) + 1))
        if p.committed:
            lower[here.stop - 1] = p.least
        if p.index in model.question.fixed:
            lower[here] = upper[here] = model.question.fixed[p.index]

    labels = [(p.id, v) for p in instance.projects for v in p.starts.tolist()]
    columns = model.matrix.add_columns("started", n, lower, upper, integer, labels.__getitem__)
    model.started = Starts(instance, columns, offsets)
    later = np.nonzero((np.arange(n) > 0) & (owner == np.roll(owner, 1)))[0]
    rise = of_columns(columns, later) - of_columns(columns, later - 1)
    limit = np.array([p.per_year if p.per_year is not None else np.inf for p in instance.projects])
    model.matrix.add_rows(
        "starts_never_fall", rise, 0.0, limit[owner[later]] if len(later) else 0.0, lambda i: labels[later[i]]
    )
