r"""Money of fleets: what changes, assets in service and fuels cost, as postings that budgets and the objective see.

$$ \text{capex}_y = \sum_m \text{capex}_{k_m,\,v_m,\,y}\,\text{moved}_m, \qquad
   \text{opex}_y + \text{fuel}_y + \text{rules}_y - \text{scrap value}_y, \qquad
   \text{salvage} = \sum_m \text{worth}_m\,\text{moved}_m $$

`rules` is the price of direct emissions under the EU ETS and the penalty of FuelEU where it is a cost. Capex carries
the tags of its change. `worth` is what the capex of a move is worth after the last year if the asset holds to staying.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyomo.environ as pyo

from optimiser.formulation.fleet_fuels import Fuels
from optimiser.formulation.matrix import LinearForm
from optimiser.formulation.postings import Posting
from optimiser.instance.fleet_data import FleetData


def add_fleet_postings(model: pyo.ConcreteModel) -> None:
    """Adds the postings of every fleet."""
    for fuels in model.fuels:
        model.postings += _changes(fuels) + _service(fuels)


def _changes(fuels: Fuels) -> list[Posting]:
    """Capex by tags, and what scrapped assets bring."""
    fleet, network = fuels.fleet, fuels.network
    spending = np.array([c.spending for c in fleet.changes])
    brings = np.array([np.diag(-c.brings) for c in fleet.changes])
    by_tags: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for move, change in enumerate(fleet.moves.change):
        by_tags[fleet.changes[change].tags].append(move)
    found = []
    for tags, members in by_tags.items():
        moves = np.array(members, dtype=np.int64)
        if np.any(spending[fleet.moves.change[moves]]):
            found.append(_posting(fleet, "capex", network.paid(moves, spending), tags))
    if np.any(brings):
        found.append(_posting(fleet, "income", network.paid(np.arange(len(fleet.moves.change)), brings)))
    if np.any(fleet.moves.salvage):
        form = LinearForm(len(network.years))
        after = network.once(-fleet.moves.salvage)
        found.append(Posting("salvage", fleet.id, frozenset({fleet.entity}), form, fleet.tags, after))
    return found


def _service(fuels: Fuels) -> list[Posting]:
    """What assets in service cost, besides their changes."""
    fleet, network = fuels.fleet, fuels.network
    found = []
    if any(np.any(s.opex) for s in fleet.states):
        found.append(_posting(fleet, "opex", network.service([s.opex for s in fleet.states])))
    if any(np.any(s.fuel_cost) for s in fleet.states) or any(np.any(b.cost) for b in fleet.blends):
        found.append(_posting(fleet, "fuel", fuels.cost()))
    if np.any(fleet.carbon_price) or (fleet.fueleu is not None and fleet.fueleu.penalty is not None):
        priced = fuels.gross("direct", "location")
        slipped = network.service([s.slip * fleet.co2_only for s in fleet.states])
        slipped = slipped + fuels.blended([b.slip * fleet.co2_only for b in fleet.blends])
        form = (priced - slipped).scaled(fleet.carbon_price)
        if fleet.fueleu is not None and fleet.fueleu.penalty is not None:
            form = form + network.service(list(fleet.fueleu.penalty))
        found.append(_posting(fleet, "rules", form))
    return found


def _posting(fleet: FleetData, kind: str, form: LinearForm, tags: tuple[str, ...] | None = None) -> Posting:
    return Posting(kind, fleet.id, frozenset({fleet.entity}), form, fleet.tags if tags is None else tags)
