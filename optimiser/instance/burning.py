"""What the assets of a state burn and emit: fuels, slip, and blends, as numbers by year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimiser.instance.fleet_data import BlendData, Parts, StateData
from optimiser.instance.paths import Paths
from optimiser.instance.timing import Floats
from optimiser.scenario.fleets import Burn, Fleet, Fuel, Part, State
from optimiser.scenario.values import Path
from optimiser.units import CARBON, ENERGY, MONEY, per

PARTS: tuple[tuple[Part, str], ...] = (
    ("direct", "location"),
    ("power", "location"),
    ("power", "market"),
    ("upstream", "location"),
)
Evaluate = Callable[[Path], Floats]


@dataclass
class Smoke:
    """What some fuel costs and emits (Y,)."""

    cost: Floats
    emissions: Parts
    slip: Floats
    energy: Floats
    well_to_wake: Floats

    def __add__(self, other: Smoke) -> Smoke:
        return Smoke(
            self.cost + other.cost,
            {k: self.emissions[k] + other.emissions[k] for k in self.emissions},
            self.slip + other.slip,
            self.energy + other.energy,
            self.well_to_wake + other.well_to_wake,
        )

    def scaled(self, by: float | Floats) -> Smoke:
        """So many times as much."""
        emissions = {k: v * by for k, v in self.emissions.items()}
        return Smoke(self.cost * by, emissions, self.slip * by, self.energy * by, self.well_to_wake * by)


class Kitchen:
    """Works out one fleet's fuels; `at` evaluates a path at the years that are asked for, all of the same shape."""

    def __init__(self, fleet: Fleet, paths: Paths, years: np.ndarray):
        self.fleet, self.paths, self.years = fleet, paths, years
        self.none = np.zeros(len(years))

    def at(self, path: Path | None) -> Floats:
        """A path at the years; zero without one."""
        return self.paths.at(path, self.years) if path is not None else self.none

    def state(self, name: str, state: State) -> StateData:
        """What an asset in a state does, with blends at the least that they may be."""
        total = Smoke(self.none, dict.fromkeys(PARTS, self.none), self.none, self.none, self.none)
        total.emissions["direct", "location"] = self.at(state.emissions)
        uses: dict[str, Floats] = {}
        for fuel, burn in state.fuels.items():
            use = self.at(burn.use)
            left = 1.0 - sum(self._least(fuel).values(), self.none)
            parts = {fuel: use * left}
            for other, share in self._least(fuel).items():
                parts[other] = use * share * self.ratio(fuel, other)
            for name_, amount in parts.items():
                total = total + self._smoke(name_, burn).scaled(amount)
                uses[name_] = uses.get(name_, self.none) + amount
        return StateData(
            name, state.name or name, self.at(state.capacity), self.at(state.opex), total.cost,
            _both_ledgers(total.emissions), total.slip, total.energy, total.well_to_wake, uses,
        )  # fmt: skip

    def blends(self) -> tuple[BlendData, ...]:
        """Blends that are decided: the room between least and most."""
        found: list[BlendData] = []
        group = 0
        for s, state in enumerate(self.fleet.states.values()):
            for fuel, burn in state.fuels.items():
                use, least = self.at(burn.use), self._least(fuel)
                left = use * (1.0 - sum(least.values(), self.none))
                for other, blend in self.fleet.fuels[fuel].blend.items():
                    most = np.minimum(self.at(blend.most), 1.0) if blend.most is not None else self.none + 1.0
                    room = np.minimum(np.maximum(most - least[other], 0.0) * use, left)
                    if not np.any(room > 1e-12):
                        continue
                    ratio = self.ratio(fuel, other)
                    change = self._smoke(other, burn).scaled(ratio) + self._smoke(fuel, burn).scaled(-1.0)
                    found.append(
                        BlendData(
                            s,
                            fuel,
                            other,
                            group,
                            room,
                            left,
                            ratio,
                            change.cost,
                            _both_ledgers(change.emissions),
                            change.slip,
                            change.energy,
                            change.well_to_wake,
                        )
                    )
                group += 1
        return tuple(found)

    def _least(self, fuel: str) -> dict[str, Floats]:
        return {o: self.at(b.least) for o, b in self.fleet.fuels[fuel].blend.items()}

    def _smoke(self, name: str, burn: Burn) -> Smoke:
        """One unit of a fuel, burnt as a state burns it; what has no `slip_factor` does not slip."""
        fuel = self.fleet.fuels[name]
        factor, upstream = self.at(fuel.factor), self.at(fuel.upstream)
        emissions: Parts = dict.fromkeys(PARTS, self.none)
        emissions["upstream", "location"] = upstream
        slip = self.none
        if fuel.scope == 1:
            share = burn.slip if fuel.slip_factor is not None else 0.0
            slip = self.at(fuel.slip_factor) * share
            emissions["direct", "location"] = factor * (1.0 - share) + slip
            well_to_wake = emissions["direct", "location"] + upstream
        else:
            emissions["power", "location"] = factor
            emissions["power", "market"] = self.at(fuel.market_factor) if fuel.market_factor is not None else factor
            well_to_wake = self.none  # FuelEU counts electricity from shore as zero
        energy = self._energy(fuel)
        return Smoke(self.at(fuel.price), emissions, slip, energy if energy is not None else self.none, well_to_wake)

    def _energy(self, fuel: Fuel) -> Floats | None:
        """GWh per unit, where it is known."""
        if fuel.energy is not None:
            return self.at(fuel.energy)
        for path, of in ((fuel.price, MONEY), (fuel.factor, CARBON), (fuel.upstream, CARBON)):
            if path is not None:
                in_energy = self.paths.resolve(path).dimension == per(of, ENERGY)
                return self.none + 1.0 if in_energy else None
        return None

    def ratio(self, fuel: str, other: str) -> Floats:
        """Units of another fuel that take the place of one unit: by energy, or one for one."""
        here, there = self._energy(self.fleet.fuels[fuel]), self._energy(self.fleet.fuels[other])
        return here / there if here is not None and there is not None else self.none + 1.0


def _both_ledgers(emissions: Parts) -> Parts:
    """Location and market for every part: they differ for power only."""
    return {
        ("direct", "location"): emissions["direct", "location"],
        ("direct", "market"): emissions["direct", "location"],
        ("power", "location"): emissions["power", "location"],
        ("power", "market"): emissions["power", "market"],
        ("upstream", "location"): emissions["upstream", "location"],
        ("upstream", "market"): emissions["upstream", "location"],
    }
