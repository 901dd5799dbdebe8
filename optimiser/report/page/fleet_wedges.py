"""Wedges of fleets, by change and by fuel.

A retrofit is given what its assets did in the state they left, less what they do in the state they came to, for as long
as they are there; a blended fuel what it saves against the fuel that gives way. What then is left of baseline less
gross is the doing of renewal: it goes to the new assets that are there, each against the same emissions, those that
make the sum come out; with no new asset it is the rest: a fleet that shrinks, or grows less than its baseline.
"""

from __future__ import annotations

import numpy as np

from optimiser.audit.fleets import FleetBooks
from optimiser.instance.data import Ledger
from optimiser.instance.fleet_data import FleetData
from optimiser.plan import Floats
from optimiser.report.page.fleet_lives import Lives
from optimiser.scenario.fleets import Part

Key = tuple[str, int | str]
"""`fleet` and the index of a change, `fuel` and its name, or `rest` and nothing."""


def fleet_wedges(fleet: FleetData, books: FleetBooks, lives: Lives, part: Part, ledger: Ledger) -> dict[Key, Floats]:
    """kt (Y,) by change, fuel and rest; they sum to baseline less gross."""
    each = np.array([s.emissions[part, ledger] for s in fleet.states])
    left_over = fleet.baseline[part, ledger] - books.gross(part, ledger)
    retrofits = lives.retrofits(fleet, each)
    found: dict[Key, Floats] = {("fleet", c): values for c, values in enumerate(retrofits) if np.any(values)}
    for b, amount in zip(fleet.blends, books.blended, strict=True):
        before = found.get(("fuel", b.other), np.zeros(books.n))
        found["fuel", b.other] = before - b.emissions[part, ledger] * amount
    left_over = left_over - np.sum([np.zeros(books.n), *found.values()], axis=0)
    return found | _renewal(fleet, lives, each, left_over)


def _renewal(fleet: FleetData, lives: Lives, each: Floats, left_over: Floats) -> dict[Key, Floats]:
    """What is left over, by new-build in the years in which there are any, else as the rest."""
    builds = {c: x.target for c, x in enumerate(fleet.changes) if x.kind == "new" and x.target is not None}
    made = {c: lives.built[c] * each[target] for c, target in builds.items()}
    count = np.sum([np.zeros(len(left_over)), *(lives.built[c] for c in builds)], axis=0)
    some = count > 1e-6
    instead = np.zeros(len(left_over))  # emissions that one new asset stands in place of
    np.divide(left_over + np.sum([0 * left_over, *made.values()], axis=0), count, out=instead, where=some)
    found: dict[Key, Floats] = {("fleet", c): np.where(some, lives.built[c] * instead - made[c], 0.0) for c in builds}
    return found | {("rest", ""): np.where(some, 0.0, left_over)}
