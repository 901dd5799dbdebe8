r"""Fuels of fleets: what assets in service burn is fuel or a blend of it, and their emissions follow exactly.

$$ 0 \le \text{blended}_{b,y} \le \text{room}_{b,y}\,\text{in service}_{s_b,y}, \qquad
   \sum_{b \in g} \text{blended}_{b,y} \le \text{use}_{g,y}\,\text{in service}_{s_g,y} $$
$$ \text{gross}_{f,y} = \sum_s \text{emissions}_{s,y}\,\text{in service}_{s,y}
   + \sum_b \Delta_{b,y}\,\text{blended}_{b,y} $$

`blended` is fuel of a state that gives way to another, beyond the least share that must; $\Delta$ is what a unit of
it changes, by energy. Emissions are direct ones (tank to wake, with slip), those of bought power, and those of making
the fuels (well to tank): each a source of its own scope.
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo
from scipy import sparse

from optimiser.formulation.fleets import Network
from optimiser.formulation.matrix import Columns, LinearForm
from optimiser.instance.data import Instance, Ledger, SourceData
from optimiser.instance.fleet_data import FleetData
from optimiser.instance.timing import Floats, Ints
from optimiser.scenario.fleets import Part


class Fuels:
    """The columns `blended[b, y]` of one fleet, and what its assets burn, cost and emit."""

    def __init__(self, network: Network, columns: Columns):
        self.network, self.columns = network, columns
        self.fleet: FleetData = network.fleet

    def blended(self, values: list[Floats]) -> LinearForm:
        """Sum over blends of a value (Y,) per unit blended; one row per year."""
        n = len(self.network.years)
        matrices = [sparse.diags_array(v) for v in values]
        matrix = sparse.csr_array(sparse.hstack(matrices)) if matrices else sparse.csr_array((n, 0))
        return LinearForm(n, {self.columns: matrix})

    def gross(self, part: Part, ledger: Ledger) -> LinearForm:
        """Gross emissions of a part of the fleet's sources in kt, one row per year."""
        key = (part, ledger)
        form = self.network.service([s.emissions[key] for s in self.fleet.states])
        return form + self.blended([b.emissions[key] for b in self.fleet.blends])

    def cost(self) -> LinearForm:
        """Cost of fuels, one row per year."""
        form = self.network.service([s.fuel_cost for s in self.fleet.states])
        return form + self.blended([b.cost for b in self.fleet.blends])

    def well_to_wake_over(self, limit: Floats) -> LinearForm:
        """Well-to-wake emissions above a limit (Y,) per energy, in kt; one row per year."""
        form = self.network.service([s.well_to_wake - limit * s.energy for s in self.fleet.states])
        return form + self.blended([b.well_to_wake - limit * b.energy for b in self.fleet.blends])


def add_fleet_fuels(model: pyo.ConcreteModel) -> None:
    """Adds `blended`, and the rows that keep it within what is burnt."""
    model.fuels = []
    for network in model.fleets:
        fleet, n = network.fleet, len(network.years)

        def label(i: int, fleet: FleetData = fleet, n: int = n, years: Ints = network.years):
            b = fleet.blends[i // n]
            return fleet.id, fleet.states[b.state].id, b.fuel, b.other, int(years[i % n])

        columns = model.matrix.add_columns("blended", n * len(fleet.blends), label=label)
        fuels = Fuels(network, columns)
        model.fuels.append(fuels)
        _within_room(model, fuels)


def _within_room(model: pyo.ConcreteModel, fuels: Fuels) -> None:
    fleet, n, network = fuels.fleet, len(fuels.network.years), fuels.network
    none, one = np.zeros(n), np.ones(n)
    for i, b in enumerate(fleet.blends):
        service = network.one_state(b.state)
        this = fuels.blended([one if j == i else none for j in range(len(fleet.blends))])
        name = (fleet.id, fleet.states[b.state].id, b.fuel, b.other)
        model.matrix.add_rows(
            "blend_within_limit", this - service.scaled(b.room), upper=0.0,
            label=lambda y, name=name: (*name, int(network.years[y])),
        )  # fmt: skip
    for group in {b.group for b in fleet.blends}:
        members = [b for b in fleet.blends if b.group == group]
        if len(members) > 1:
            total = fuels.blended([one if b.group == group else none for b in fleet.blends])
            burnt = network.one_state(members[0].state).scaled(members[0].all_room)
            burns = (fleet.id, fleet.states[members[0].state].id, members[0].fuel)
            model.matrix.add_rows(
                "blends_within_use", total - burnt, upper=0.0,
                label=lambda y, burns=burns: (*burns, int(network.years[y])),
            )  # fmt: skip


def fleet_gross(model: pyo.ConcreteModel, source: SourceData, ledger: Ledger) -> LinearForm:
    """Gross emissions of a source that a fleet makes."""
    assert source.fleet is not None
    index, part = source.fleet
    return model.fuels[index].gross(part, ledger)


def fleet_bounds(instance: Instance, source: SourceData, ledger: Ledger) -> tuple[Floats, Floats]:
    """Bounds (Y,) on gross emissions of a source that a fleet makes, from the data alone."""
    assert source.fleet is not None
    index, part = source.fleet
    return instance.fleets[index].bounds(part, ledger)
