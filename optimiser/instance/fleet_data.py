"""Fleets as numbers: a network of cells (what an asset is) and moves (what may be done to it, and when).

Shapes: Y years, S states, C cells, A moves, all of one fleet. Money in millions, emissions in kt, energy in GWh; years
are indices into the horizon, and index Y is "after the last year".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from optimiser.instance.timing import Floats, Ints
from optimiser.scenario.fleets import Part

Kind = Literal["new", "retrofit", "scrap", "withdrawal", "end of life"]
Bools = NDArray[np.bool_]
Parts = dict[tuple[Part, str], Floats]
"""Emissions (Y,) by part of the fleet's sources and ledger."""


@dataclass(frozen=True, eq=False)
class StateData:
    """A technology state: what one asset in service does in a year (Y,).

    `slip` is the part of direct emissions that is unburnt fuel. `energy` and `well_to_wake` are what FuelEU counts.
    `uses` gives the amount of each fuel before any blend that is decided.
    """

    id: str
    label: str
    capacity: Floats
    opex: Floats
    fuel_cost: Floats
    emissions: Parts
    slip: Floats
    energy: Floats
    well_to_wake: Floats
    uses: dict[str, Floats]


@dataclass(frozen=True, eq=False)
class BlendData:
    """A blend that is decided: at most `room` (Y,) of `fuel` per asset in `state` gives way to `other`.

    Per unit of `fuel` that gives way: `ratio` (Y,) units of `other`, and the change of cost and emissions (Y,).
    `group` numbers the pairs of state and fuel; in a group at most `all_room` (Y,) per asset gives way in all.
    """

    state: int
    fuel: str
    other: str
    group: int
    room: Floats
    all_room: Floats
    ratio: Floats
    cost: Floats
    emissions: Parts
    slip: Floats
    energy: Floats
    well_to_wake: Floats


@dataclass(frozen=True, eq=False)
class ChangeData:
    """A way in, through or out of the fleet, per asset. `spending` (Y, Y) is capex by year begun and year.

    `brings` (Y,) is income in the year begun. `clauses` are requirements: (project, lag) of which one must hold.
    `uses` are resources (index) with what is used by year begun and year (Y, Y).
    """

    id: str
    label: str
    kind: Kind
    origin: int | None
    target: int | None
    lead_time: int
    spending: Floats
    brings: Floats
    per_year: float | None
    most: float | None
    tags: tuple[str, ...]
    clauses: tuple[tuple[tuple[int, int], ...], ...]
    uses: tuple[tuple[int, Floats], ...] = ()


@dataclass(frozen=True, eq=False)
class Cells:
    """What assets can be. `begins`, `ends`: years from and up to which (not in which) there can be any.

    `hold`: 0 free, 1 stays in the fleet to the end, 2 stays in its state to the end (so that its worth is counted).
    `phase`: the year modulo the docking cycle in which it docks, -1 without a cycle.
    """

    state: Ints
    begins: Ints
    ends: Ints
    hold: Ints
    phase: Ints
    initial: Floats


@dataclass(frozen=True, eq=False)
class Moves:
    """What may be done: `change` begun in year `begins`, from cell `out` to cell `into` (-1: outside), there in `ends`.

    `salvage`: worth per asset after the last year, not discounted.
    """

    change: Ints
    begins: Ints
    ends: Ints
    out: Ints
    into: Ints
    salvage: Floats


@dataclass(frozen=True, eq=False)
class FuelRule:
    """FuelEU: `limit` (Y,) in kt/GWh, infinite where it does not apply; `penalty` (S, Y) per asset, or None.

    `banking`: what the fleet is below the limit in a year counts in later ones.
    """

    limit: Floats
    share: float
    penalty: Floats | None
    banking: bool = False


@dataclass(frozen=True, eq=False)
class RatingRule:
    """CII in grams of CO2 per capacity and nautical mile; `ship` and `capacity` (t or GT) decide the line.

    `work` (Y,) is what an asset sails, in 1e9 times capacity and nautical miles: kt of CO2 / work is what is attained.
    `attained` (S, Y) is that before any blend that is decided, `required` (Y,) the line, `limit` (Y,) the most that
    may be attained, infinite where nothing is asked. `banned` (S, Y): no blend keeps the limit, so that no asset may be
    in service. `blended` (S, Y): some blends keep it and some do not.
    """

    ship: str
    capacity: float
    work: Floats
    attained: Floats
    required: Floats
    limit: Floats
    banned: Bools
    blended: Bools

    @property
    def binds(self) -> bool:
        """True where it is a limit on some state in some year."""
        return bool(np.any(self.banned) or np.any(self.blended))


@dataclass(frozen=True, eq=False)
class FleetData:
    """A fleet. `need` (Y,): what must be delivered, or assets that must be there (`by_count`).

    `most`: assets at a time. `unit` is that of the need in the file, `unit_scale` its size in canonical units.
    `slots` (Y,) are docks, infinite without a limit. `carbon_price` (Y,) is what a tonne of direct emissions costs;
    `fuel_units`: unit of each fuel as in the file, and its size in canonical units.
    `co2_only` (Y,) is 1 in years in which unburnt fuel does not count.
    """

    index: int
    id: str
    label: str
    entity: int
    tags: tuple[str, ...]
    states: tuple[StateData, ...]
    changes: tuple[ChangeData, ...]
    cells: Cells
    moves: Moves
    need: Floats
    by_count: bool
    unit: str
    unit_scale: float
    most: float
    slots: Floats
    cycle: int | None
    blends: tuple[BlendData, ...]
    fuel_units: dict[str, tuple[str, float]]
    carbon_price: Floats
    co2_only: Floats
    fueleu: FuelRule | None
    cii: RatingRule | None
    baseline: Parts
    base: dict[tuple[Part, str], float]

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """Kind of change of every move (A,)."""
        return tuple(self.changes[c].kind for c in self.moves.change)

    def of_kind(self, *kinds: Kind) -> Ints:
        """Moves of these kinds."""
        return np.flatnonzero([k in kinds for k in self.kinds])

    def bounds(self, part: Part, ledger: str) -> tuple[Floats, Floats]:
        """Least and most emissions (Y,) that any plan can make: no asset in service, or all there can be."""
        worst = np.max([s.emissions[part, ledger] for s in self.states], axis=0)
        for b in self.blends:
            worst = worst + np.maximum(b.emissions[part, ledger] * b.room, 0.0)
        return np.zeros(len(worst)), worst * self.most
