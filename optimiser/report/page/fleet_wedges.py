"""Wedges of fleets, by change and by fuel.

A retrofit is given what its assets emitted in the state they left, less what they emit in the state they came to, from
the years of both on; a blended fuel what it saves against the fuel that gives way. What then is left of baseline less
gross is the doing of renewal: it goes to the new assets, each against the same emissions, those that make the sum come
out; with no new asset it is the rest: a fleet that shrinks, or grows less than its baseline.
"""

from __future__ import annotations

import numpy as np

from optimiser.audit.fleets import FleetBooks
from optimiser.instance.data import Ledger
from optimiser.instance.fleet_data import FleetData
from optimiser.plan import Floats
from optimiser.scenario.fleets import Part

Key = tuple[str, int | str]
"""`fleet` and the index of a change, `fuel` and its name, or `rest` and nothing."""


def fleet_wedges(fleet: FleetData, books: FleetBooks, part: Part, ledger: Ledger) -> dict[Key, Floats]:
    """kt (Y,) by change, fuel and rest; they sum to baseline less gross."""
    each = np.array([s.emissions[part, ledger] for s in fleet.states])
    left_over = fleet.baseline[part, ledger] - books.gross(part, ledger)
    retrofits = moved(fleet, books, each)
    found: dict[Key, Floats] = {("fleet", i): retrofits[i] for i, c in enumerate(fleet.changes) if c.kind == "retrofit"}
    for b, amount in zip(fleet.blends, books.blended, strict=True):
        before = found.get(("fuel", b.other), np.zeros(books.n))
        found["fuel", b.other] = before - b.emissions[part, ledger] * amount
    left_over = left_over - np.sum([np.zeros(books.n), *found.values()], axis=0)
    return found | _renewal(fleet, books, each, left_over)


def moved(fleet: FleetData, books: FleetBooks, each: Floats) -> Floats:
    """Change by year (C, Y): what assets no longer do in the state they left, less what they do where they came.

    `each` (S, Y) is what one asset in a state does.
    """
    total = np.zeros((len(fleet.changes), books.n))
    moves = fleet.moves
    for m, amount in books.moves:
        c, begins, ends = moves.change[m], int(moves.begins[m]), int(moves.ends[m])
        if moves.out[m] >= 0:
            total[c, begins:] += amount * each[fleet.cells.state[moves.out[m]], begins:]
        if moves.into[m] >= 0:
            total[c, ends:] -= amount * each[fleet.cells.state[moves.into[m]], ends:]
    return total


def _renewal(fleet: FleetData, books: FleetBooks, each: Floats, left_over: Floats) -> dict[Key, Floats]:
    """What is left over, by new-build in the years in which there are any, else as the rest."""
    built: dict[Key, Floats] = {}
    made: dict[Key, Floats] = {}
    for c, change in enumerate(fleet.changes):
        if change.kind == "new" and change.target is not None:
            there = np.zeros(books.n)
            there[change.lead_time :] = np.cumsum(books.begun[c])[: books.n - change.lead_time]
            built["fleet", c], made["fleet", c] = there, there * each[change.target]
    count = np.sum([np.zeros(books.n), *built.values()], axis=0)
    some = count > 0.5
    instead = np.zeros(books.n)  # emissions that one new asset stands in place of
    np.divide(left_over + np.sum([np.zeros(books.n), *made.values()], axis=0), count, out=instead, where=some)
    found: dict[Key, Floats] = {key: np.where(some, built[key] * instead - made[key], 0.0) for key in built}
    return found | {("rest", ""): np.where(some, 0.0, left_over)}
