r"""Duties of fleets: they deliver what is asked, or keep their number, within docks, limits and requirements.

$$ \sum_s \text{capacity}_{s,y}\,\text{in service}_{s,y} \ge \text{activity}_y \quad\text{or}\quad
   \text{in service}_y + \text{in yard}_y \ge \text{size}_y, \qquad
   \text{in service}_y + \text{in yard}_y \le \text{most} $$
$$ \text{in dock}_y \le \text{slots}_y, \qquad \sum_m \text{begun}_{k,m,y} \le \text{per year}_k, \qquad
   \sum_y \text{begun}_{k,y} \le \text{max}_k, \qquad
   \text{begun}_{k,y} \le \text{most} \sum_{i \in \text{clause}} \text{begun}_{i,\,y-\text{lag}_i} $$

A fleet without an activity keeps today's number of assets where it can build new ones, and what does not retire where
it cannot; where the question is by how much a duty is too great, `more` excuses from it.
`most` follows from the data: today's fleet beside a whole new one. A retrofit holds a dock in every year of
its lead time, and in the year it begins.
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimiser.formulation.extensions import more_of
from optimiser.formulation.fleets import Network
from optimiser.formulation.matrix import LinearForm
from optimiser.formulation.requirements import begun
from optimiser.instance.data import Instance


def add_fleet_duties(model: pyo.ConcreteModel) -> None:
    """Adds what every fleet owes, and the limits on its changes."""
    for network in model.fleets:
        _deliver(model, network)
        _dock(model, network)
        _limit(model, network)
        _require(model, network)


def _deliver(model: pyo.ConcreteModel, network: Network) -> None:
    fleet = network.fleet
    assets = network.all_states() + network.in_yard()
    delivered = assets if fleet.by_count else network.service([s.capacity for s in fleet.states])
    wanted = fleet.need > 0
    excused = delivered + more_of(model, fleet.id, "fleet")
    model.matrix.add_rows("fleet_does_its_duty", excused, np.where(wanted, fleet.need, -np.inf), label=_years(network))
    if len(fleet.of_kind("new")):
        model.matrix.add_rows("fleet_within_its_size", assets, upper=fleet.most, label=_years(network))


def _dock(model: pyo.ConcreteModel, network: Network) -> None:
    slots = network.fleet.slots
    if np.any(np.isfinite(slots)):
        docked = network.in_yard(at_least_a_year=True)
        model.matrix.add_rows("docks_have_room", docked, upper=slots, label=_years(network))


def _limit(model: pyo.ConcreteModel, network: Network) -> None:
    fleet, n = network.fleet, len(network.years)
    for c, change in enumerate(fleet.changes):
        moves = np.flatnonzero(fleet.moves.change == c)
        if not len(moves):
            continue
        name = (fleet.id, change.label)
        if change.per_year is not None:
            model.matrix.add_rows(
                "changes_within_a_year",
                network.begun(moves),
                upper=change.per_year,
                label=_years(network, change.label),
            )
        if change.most is not None:
            total = network.begun(moves).summed(np.ones(n))
            model.matrix.add_rows("changes_within_max", total, upper=change.most, label=lambda _, name=name: name)


def _require(model: pyo.ConcreteModel, network: Network) -> None:
    instance: Instance = model.instance
    fleet = network.fleet
    for c, change in enumerate(fleet.changes):
        moves = np.flatnonzero(fleet.moves.change == c)
        for clause in change.clauses if len(moves) else ():
            before = LinearForm(len(network.years))
            for i, lag in clause:
                before = before + begun(model, instance.projects[i], network.years - lag)
            model.matrix.add_rows(
                "change_requires_earlier_start",
                network.begun(moves) - before.scaled(fleet.most),
                upper=0.0,
                label=_years(network, change.label),
            )


def _years(network: Network, *more: str):
    return lambda y: (network.fleet.id, *more, int(network.years[y]))
