"""What of a fleet can be negotiated: its duty, its docks, the limits on its changes, and the rules it falls under."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

import numpy as np

from optimiser.instance import Instance
from optimiser.instance.fleet_data import FleetData

KINDS = ("changes", "docks", "rating", "fueleu", "fleet")


def fleet_items(instance: Instance) -> Iterator[tuple[str, str]]:
    """Kind and fleet of everything that may be in conflict, in the order in which it is tried."""
    for fleet in instance.fleets:
        if any(c.per_year is not None or c.most is not None or c.clauses for c in fleet.changes):
            yield "changes", fleet.id
        if np.any(np.isfinite(fleet.slots)):
            yield "docks", fleet.id
        if fleet.cii is not None and fleet.cii.binds:
            yield "rating", fleet.id
        if fleet.fueleu is not None and fleet.fueleu.penalty is None:
            yield "fueleu", fleet.id
        yield "fleet", fleet.id


def relaxed(fleet: FleetData, kept: Collection[tuple[str, str]]) -> FleetData:
    """The fleet with those of its limits only that are kept."""
    gone = [kind for kind in KINDS if (kind, fleet.id) not in kept]
    if "changes" in gone:
        free = (replace(c, per_year=None, most=None, clauses=()) for c in fleet.changes)
        fleet = replace(fleet, changes=tuple(free))
    if "docks" in gone:
        fleet = replace(fleet, slots=np.full(len(fleet.slots), np.inf))
    if "rating" in gone:
        fleet = replace(fleet, cii=None)
    if "fueleu" in gone and fleet.fueleu is not None and fleet.fueleu.penalty is None:
        fleet = replace(fleet, fueleu=None)
    if "fleet" in gone:
        fleet = replace(fleet, need=np.zeros(len(fleet.need)))
    return fleet


def words(instance: Instance, kind: str, name: str) -> str:
    """An item as a sentence names it."""
    fleet = next(f for f in instance.fleets if f.id == name)
    duty = "number of assets" if fleet.by_count else "activity"
    return {
        "changes": f"the limits on the changes of the fleet {name}",
        "docks": f"the docking slots of the fleet {name}",
        "rating": f"the worst rating allowed in the fleet {name}",
        "fueleu": f"the FuelEU limit of the fleet {name}",
        "fleet": f"the {duty} of the fleet {name}",
    }[kind]
