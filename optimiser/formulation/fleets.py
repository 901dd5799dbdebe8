r"""Fleets: a network in which assets are conserved, year by year.

$$ \text{there}_{c,y} = \text{there}_{c,y-1} + \sum_{m \in \text{into}(c,y)} \text{moved}_m
   - \sum_{m \in \text{out}(c,y)} \text{moved}_m, \qquad
   \sum_{m \in \text{out}(c,y)} \text{moved}_m \le \text{there}_{c,y-1}, \qquad
   \text{moved}_m,\,\text{there}_{c,y} \in \{0, 1, \dots\} $$

A cell $c$ is a state with what tells its assets apart: the year in which they must be gone, the years in which they
dock, and whether they hold to staying until the end (only such assets have a worth after the last year, so that none is
counted for what is scrapped before). `into` are the moves that are over in a year and end in a cell, `out` those that
begin in a year and leave it. A move $m$ is a change begun in a year from one cell and over in a later year in
another; between the two the asset is in the yard. What arrives in a year moves on from the next year at the earliest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray
from scipy import sparse

from optimiser.formulation.matrix import Columns, LinearForm
from optimiser.instance.data import Instance
from optimiser.instance.fleet_data import FleetData
from optimiser.instance.timing import Floats, Ints


@dataclass(eq=False)
class Network:
    """The columns of one fleet: `moved[m]`, and `there[c, y]` at `offsets[c] + y - begins[c]`."""

    fleet: FleetData
    years: Ints
    moved: Columns
    there: Columns
    offsets: Ints

    def service(self, weights: Sequence[Floats]) -> LinearForm:
        """Sum over states of weight (Y,) x assets in service; one row per year."""
        cells, n = self.fleet.cells, len(self.years)
        cell, year = _spans(cells.begins, cells.ends)
        values = np.array(weights)[cells.state[cell], year]
        at = self.offsets[cell] + year - cells.begins[cell]
        return LinearForm(n, {self.there: _matrix(values, year, at, (n, self.there.size))})

    def one_state(self, state: int) -> LinearForm:
        """Assets in service in a state; one row per year."""
        n = len(self.years)
        return self.service([np.full(n, float(i == state)) for i in range(len(self.fleet.states))])

    def all_states(self) -> LinearForm:
        """Assets in service; one row per year."""
        return self.service([np.ones(len(self.years))] * len(self.fleet.states))

    def begun(self, moves: Ints) -> LinearForm:
        """Assets that begin one of these moves; one row per year."""
        n = len(self.years)
        begins = self.fleet.moves.begins[moves]
        return LinearForm(n, {self.moved: _matrix(np.ones(len(moves)), begins, moves, (n, self.moved.size))})

    def in_yard(self, at_least_a_year: bool = False) -> LinearForm:
        """Assets in the yard for a retrofit; one row per year. `at_least_a_year`: in the year it begins, anyhow."""
        moves, n = self.fleet.moves, len(self.years)
        index = self.fleet.of_kind("retrofit")
        ends = moves.ends[index]
        if at_least_a_year:
            ends = np.maximum(ends, moves.begins[index] + 1)
        which, year = _spans(moves.begins[index], ends)
        matrix = _matrix(np.ones(len(which)), year, index[which], (n, self.moved.size))
        return LinearForm(n, {self.moved: matrix})

    def paid(self, moves: Ints, table: Floats) -> LinearForm:
        """Sum over moves of table[change, year begun, year]; one row per year."""
        n = len(self.years)
        values = table[self.fleet.moves.change[moves], self.fleet.moves.begins[moves]]
        which, year = np.nonzero(values)
        matrix = _matrix(values[which, year], year, moves[which], (n, self.moved.size))
        return LinearForm(n, {self.moved: matrix})

    def used(self, resource: int) -> LinearForm:
        """Use of a resource (index) by changes; one row per year."""
        n = len(self.years)
        table = np.zeros((len(self.fleet.changes), n, n))
        for c, change in enumerate(self.fleet.changes):
            for r, by_year in change.uses:
                table[c] += by_year * (r == resource)
        return self.paid(np.arange(len(self.fleet.moves.change)), table)

    def once(self, values: Floats) -> LinearForm:
        """Sum over moves of a value; one row."""
        return LinearForm(1, {self.moved: sparse.csr_array(values[None, :])})


def add_fleets(model: pyo.ConcreteModel) -> None:
    """Adds `moved` and `there` of every fleet, and the rows of its network."""
    instance: Instance = model.instance
    model.fleets = [_network(model, fleet, instance.years) for fleet in instance.fleets]


def _network(model: pyo.ConcreteModel, fleet: FleetData, years: Ints) -> Network:
    cells, moves = fleet.cells, fleet.moves
    owner, owner_year = _spans(cells.begins, cells.ends)
    sizes = cells.ends - cells.begins
    offsets = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64) if len(sizes) else np.zeros(0, np.int64)
    limits = [fleet.changes[c].per_year for c in moves.change]
    upper = np.array([fleet.most if p is None else min(p, fleet.most) for p in limits])

    def move(i: int) -> tuple[str, str, int]:
        return fleet.id, fleet.changes[moves.change[i]].label, int(years[moves.begins[i]])

    def asset(i: int) -> tuple[str, str, int]:
        return fleet.id, fleet.states[cells.state[owner[i]]].id, int(years[owner_year[i]])

    part = model.matrix
    moved = part.add_columns("moved", len(moves.change), 0.0, upper, True, move)
    # whole by itself; said all the same, so that no presolve has to find it out
    there = part.add_columns("there", len(owner), integer=True, label=asset)
    network = Network(fleet, years, moved, there, offsets)
    _conserve(part, network)
    _leave(part, network)
    return network


def _conserve(part: Any, network: Network) -> None:
    """One row per cell and year, the year of the end included: what was there, came and went is what is there."""
    fleet, n = network.fleet, len(network.years)
    cells, moves = fleet.cells, fleet.moves
    ends = np.minimum(cells.ends + 1, n)
    cell, year = _spans(cells.begins, ends)
    first = np.concatenate([[0], np.cumsum(ends - cells.begins)[:-1]]).astype(np.int64)
    rows = len(cell)
    here, before = year < cells.ends[cell], year > cells.begins[cell]
    at = network.offsets[cell] + year - cells.begins[cell]
    there = _matrix(np.ones(int(here.sum())), np.flatnonzero(here), at[here], (rows, network.there.size))
    there = there - _matrix(np.ones(int(before.sum())), np.flatnonzero(before), at[before] - 1, there.shape)
    into, out = np.flatnonzero(moves.into >= 0), np.flatnonzero(moves.out >= 0)
    shape = (rows, network.moved.size)
    to, left = moves.into[into], moves.out[out]
    went = _matrix(np.ones(len(out)), first[left] + moves.begins[out] - cells.begins[left], out, shape)
    came = _matrix(np.ones(len(into)), first[to] + moves.ends[into] - cells.begins[to], into, shape)
    today = np.where(year == 0, cells.initial[cell], 0.0)
    form = LinearForm(rows, {network.there: sparse.csr_array(there), network.moved: sparse.csr_array(went - came)})
    part.add_rows(
        "assets_are_conserved", form, today, today,
        lambda i: (fleet.id, fleet.states[cells.state[cell[i]]].id, int(network.years[year[i]])),
    )  # fmt: skip


def _leave(part: Any, network: Network) -> None:
    """One row per cell and year that moves begin in: no more leave than were there the year before."""
    fleet = network.fleet
    cells, moves = fleet.cells, fleet.moves
    out = np.setdiff1d(np.flatnonzero(moves.out >= 0), fleet.of_kind("end of life"))
    pairs = list(dict.fromkeys(zip(moves.out[out].tolist(), moves.begins[out].tolist(), strict=True)))
    place = {pair: i for i, pair in enumerate(pairs)}
    row = np.array([place[int(moves.out[m]), int(moves.begins[m])] for m in out], dtype=np.int64)
    cell, year = (np.array([p[k] for p in pairs], dtype=np.int64) for k in (0, 1))
    later = np.flatnonzero(year > cells.begins[cell]) if len(pairs) else np.zeros(0, np.int64)
    at = network.offsets[cell[later]] + year[later] - 1 - cells.begins[cell[later]]
    went = _matrix(np.ones(len(out)), row, out, (len(pairs), network.moved.size))
    was = _matrix(np.ones(len(later)), later, at, (len(pairs), network.there.size))
    today = np.where(year == 0, cells.initial[cell], 0.0) if len(pairs) else np.zeros(0)
    part.add_rows(
        "leaves_what_was_there", LinearForm(len(pairs), {network.moved: went, network.there: was * -1.0}), upper=today,
        label=lambda i: (fleet.id, fleet.states[cells.state[cell[i]]].id, int(network.years[year[i]])),
    )  # fmt: skip


def _spans(begins: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """For every span [begin, end): its index and its years, one after the other."""
    sizes = np.maximum(ends - begins, 0)
    which = np.repeat(np.arange(len(sizes)), sizes)
    start = np.repeat(begins - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes) if len(sizes) else which
    return which.astype(np.int64), (np.arange(len(which)) + start).astype(np.int64)


def _matrix(values: Floats, rows: NDArray[Any], columns: NDArray[Any], shape: tuple[int, int]) -> sparse.csr_array:
    return sparse.csr_array((values, (rows, columns)), shape=shape)
