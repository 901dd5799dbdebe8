"""Fleets to numbers: states, changes, the network between them, and the duties and rules that hold."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np

from optimiser.instance.burning import Kitchen
from optimiser.instance.data import Ledger, SourceData
from optimiser.instance.fleet_data import ChangeData, FleetData, Parts, StateData
from optimiser.instance.networks import FREE, Cell, Life, Network
from optimiser.instance.paths import Paths
from optimiser.instance.ship_rules import carbon_price, co2_only, fuel_rule, rating_rule
from optimiser.instance.timing import Floats
from optimiser.scenario.fleets import NEW, SCRAP, Change, Fleet
from optimiser.scenario.model import Scenario
from optimiser.scenario.values import Listing, Path
from optimiser.units import Quantity


def compile_fleets(scenario: Scenario, paths: Paths, entity_index: dict[str, int], top: int) -> tuple[FleetData, ...]:
    """All fleets in the order of the file."""
    project_index = {name: i for i, name in enumerate(scenario.projects)}
    found = []
    for i, (name, fleet) in enumerate(scenario.fleets.items()):
        entity = entity_index[fleet.entity] if fleet.entity is not None else top
        found.append(_Compiler(scenario, paths, fleet, project_index).fleet(i, name, entity))
    return tuple(found)


def fleet_sources(scenario: Scenario, fleets: tuple[FleetData, ...]) -> tuple[SourceData, ...]:
    """The sources of emissions that fleets make."""
    found = []
    ledgers: tuple[Ledger, ...] = ("location", "market")
    for data, (name, fleet) in zip(fleets, scenario.fleets.items(), strict=True):
        for part, source, scope, category in fleet.streams(name):
            words = {"direct": "", "power": ", power", "upstream": ", making of fuels"}[part]
            baseline = {ledger: data.baseline[part, ledger] for ledger in ledgers}
            base = {ledger: data.base[part, ledger] for ledger in ledgers}
            market = part == "power" and any(f.market_factor is not None for f in fleet.fuels.values())
            found.append(
                SourceData(
                    source,
                    data.label + words,
                    data.entity,
                    scope,
                    category,
                    baseline,
                    base,
                    None,
                    None,
                    market,
                    (data.index, part),
                )
            )
    return tuple(found)


class _Compiler:
    """Compiles one fleet."""

    def __init__(self, scenario: Scenario, paths: Paths, fleet: Fleet, project_index: dict[str, int]):
        self.scenario, self.paths, self.fleet_, self.project_index = scenario, paths, fleet, project_index
        self.first, self.n = scenario.horizon.first, len(paths.years)
        self.state_index = {name: i for i, name in enumerate(fleet.states)}
        self.docking = fleet.docking

    def fleet(self, index: int, name: str, entity: int) -> FleetData:
        """The fleet as numbers."""
        fleet = self.fleet_
        kitchen = Kitchen(fleet, self.paths, self.paths.years)
        states = tuple(kitchen.state(n, s) for n, s in fleet.states.items())
        blends = kitchen.blends()
        changes, lives, opened = self._changes()
        cycle = self.docking.cycle if self.docking is not None else None
        cells, moves = Network(self.paths.years, changes, lives, opened, cycle or 0).build(self._initial())
        need, unit, scale = self._need(any(c.kind == "new" for c in changes))
        baseline, base = self._baseline(states)
        slots = self.docking.slots_per_year if self.docking is not None else None
        rules = fleet.regulation
        return FleetData(
            index=index, id=name, label=fleet.name or name, entity=entity, tags=fleet.tags, states=states,
            changes=changes, cells=cells, moves=moves, need=need, by_count=fleet.activity is None, unit=unit,
            unit_scale=scale, most=self._most(states, need, any(c.kind == "new" for c in changes)),
            slots=self.paths.over_horizon(slots) if slots is not None else np.full(self.n, np.inf), cycle=cycle,
            blends=blends,
            fuel_units=self._fuel_units(),
            carbon_price=carbon_price(rules, self.paths), co2_only=co2_only(self.paths.years),
            fueleu=fuel_rule(rules, self.paths, states), cii=rating_rule(rules, self.paths, states, blends),
            baseline=baseline, base=base,
        )  # fmt: skip

    def _changes(self) -> tuple[tuple[ChangeData, ...], list[Life], list[set[int]]]:
        """Changes of the file, then those that go without saying: the end of life, and leaving when not needed."""
        fleet = self.fleet_
        found = [self._change(name, change) for name, change in fleet.changes.items()]
        lives = [self._life(c, d) for c, d in zip(fleet.changes.values(), found, strict=True)]
        opened = [self._open(c) for c in fleet.changes.values()]
        everywhen = set(range(self.n))
        leaving = any(c.kind == "new" for c in found) or fleet.size is not None or fleet.activity is not None
        for i, (name, state) in enumerate(fleet.states.items()):
            scraps = [c for c in found if c.kind == "scrap" and c.origin == i]
            nothing, none = np.zeros(self.n), np.zeros((self.n, self.n))
            spending, brings = (scraps[0].spending, scraps[0].brings) if scraps else (none, nothing)
            tags = scraps[0].tags if scraps else fleet.tags
            common: dict[str, Any] = {
                "origin": i, "target": None, "lead_time": 0, "per_year": None, "most": None, "clauses": (),
            }  # fmt: skip
            label = f"{state.name or name} at the end of life"
            found.append(ChangeData("", label, "end of life", spending=spending, brings=brings, tags=tags, **common))
            if leaving and not scraps:
                label = f"{state.name or name} withdrawn"
                found.append(
                    ChangeData("", label, "withdrawal", spending=none, brings=nothing, tags=fleet.tags, **common)
                )
        more = len(found) - len(lives)
        lives += [Life(None, (0.0,) * self.n)] * more
        return tuple(found), lives, opened + [everywhen] * more

    def _change(self, name: str, change: Change) -> ChangeData:
        fleet = self.fleet_
        origin, target = self.state_index.get(change.from_), self.state_index.get(change.to)
        kind = "new" if change.from_ == NEW else "scrap" if change.to == SCRAP else "retrofit"
        words = {n: s.name or n for n, s in fleet.states.items()}
        label = change.name or f"{words.get(change.from_, change.from_)} to {words.get(change.to, change.to)}"
        return ChangeData(
            id=name, label=label, kind=kind,  # type: ignore[arg-type]
            origin=origin, target=target, lead_time=change.lead_time, spending=self._spending(change),
            brings=self.paths.over_horizon(change.scrap_value) if change.scrap_value is not None else np.zeros(self.n),
            per_year=change.per_year, most=change.max, tags=tuple(dict.fromkeys((*fleet.tags, *change.tags))),
            clauses=tuple(tuple((self.project_index[o], lag) for o, lag in clause) for clause in change.requires),
            uses=self._uses(change),
        )  # fmt: skip

    def _spending(self, change: Change) -> Floats:
        """Capex per asset by year begun and year (Y, Y)."""
        if change.capex is None:
            return np.zeros((self.n, self.n))
        if isinstance(change.capex, Listing):
            each = np.array(change.capex.values)
        else:
            spread = max(change.lead_time, 1)
            each = change.capex.value * np.array(change.capex_profile or (1 / spread,) * spread)
        trend = (1 + change.cost_trend) ** (self.paths.years - self.scenario.prices).astype(float)
        return self._since(each) * trend[:, None]

    def _uses(self, change: Change) -> tuple[tuple[int, Floats], ...]:
        """Resources and their use per asset by year begun and year (Y, Y)."""
        index = {name: i for i, name in enumerate(self.scenario.resources)}
        years = max(change.lead_time, 1)
        return tuple(
            (index[name], self._since(np.array(a.values if isinstance(a, Listing) else (a.value,) * years)))
            for name, a in change.uses.items()
        )

    def _since(self, each: Floats) -> Floats:
        """What happens each year since the year begun, by year begun and year (Y, Y)."""
        since = np.arange(self.n)[None, :] - np.arange(self.n)[:, None]
        return np.where((since >= 0) & (since < len(each)), each[np.clip(since, 0, len(each) - 1)], 0.0)

    def _life(self, change: Change, data: ChangeData) -> Life:
        """Years of life, and what is left of the capex after the last year by year begun."""
        years = change.life if change.life is not None or data.kind != "new" else self.fleet_.life
        salvage = change.salvage or self.scenario.salvage
        if years is None or salvage == "none":
            return Life(years, (0.0,) * self.n)
        left = np.clip(np.arange(self.n) + change.lead_time + years - self.n, 0, years).astype(float)
        rate = self.scenario.discount_rate
        share = left / years
        if salvage == "annuity" and abs(rate) >= 1e-12:
            share = (1 - (1 + rate) ** -left) / (1 - (1 + rate) ** -float(years))
        return Life(years, tuple(float(v) for v in share * data.spending.sum(axis=1)))

    def _open(self, change: Change) -> set[int]:
        """Years in which a change may begin: it must be over by the last year."""
        first = max((change.from_year or self.first) - self.first, 0)
        last = self.n - 1 - change.lead_time
        if change.until_year is not None:
            last = min(last, change.until_year - self.first)
        return set(range(first, last + 1))

    def _initial(self) -> dict[Cell, int]:
        """Today's assets by what can happen to them."""
        fleet, cycle = self.fleet_, self.docking.cycle if self.docking is not None else None
        found: Counter[Cell] = Counter()
        for i, (name, state) in enumerate(fleet.states.items()):
            assets: list[tuple[int, int | None]] = []  # year of the end, year built
            life = state.life or fleet.life
            for built, count in sorted(state.built.items()):
                ends = min(max(built + life - self.first, 0), self.n) if life is not None else self.n
                assets += [(ends, built)] * count
            if not state.built:
                before = 0
                for year, count in sorted(fleet.retire.get(name, {}).items()):
                    assets += [(min(max(year - self.first, 0), self.n), None)] * max(count - before, 0)
                    before = max(before, count)
                assets += [(self.n, None)] * (state.initial - len(assets))
            for nth, (gone, made) in enumerate(assets):
                phase = (made if made is not None else self.first + nth) % cycle if cycle else -1
                found[Cell(i, gone, phase, FREE)] += 1
        return dict(found)

    def _fuel_units(self) -> dict[str, tuple[str, float]]:
        """The unit of each fuel as the first state that uses it writes it; of others, that of the fuel they replace."""
        found: dict[str, tuple[str, float]] = {}
        for state in self.fleet_.states.values():
            for fuel, burn in state.fuels.items():
                found.setdefault(fuel, _unit(self.paths.resolve(burn.use)))
        for fuel in list(found):
            for other in self.fleet_.fuels[fuel].blend:
                found.setdefault(other, found[fuel])
        return found

    def _need(self, builds: bool) -> tuple[Floats, str, float]:
        """What must be delivered, or assets that must be there (Y,); its unit in words, and how large that is."""
        fleet = self.fleet_
        path = fleet.activity if fleet.activity is not None else fleet.size
        if path is not None:
            return self.paths.over_horizon(path), *_unit(self.paths.resolve(path))
        count = np.full(self.n, float(sum(self._initial().values())))
        if not builds:  # nothing can take the place of what retires
            for cell, number in self._initial().items():
                count[cell.ends :] -= number
        return count, "assets", 1.0

    def _most(self, states: tuple[StateData, ...], need: Floats, builds: bool) -> float:
        """Assets at a time: today's beside a whole new fleet, all of them of the least capacity."""
        if self.fleet_.at_most is not None:
            return float(self.fleet_.at_most)
        today = float(sum(self._initial().values()))
        if not builds:
            return today
        if self.fleet_.activity is None:
            return today + math.ceil(float(need.max()) - 1e-9)
        capacity = np.array([s.capacity for s in states])
        least = np.min(np.where(capacity > 0, capacity, np.inf), axis=0)
        return today + math.ceil(float(np.max(need / least)) - 1e-9)

    def _baseline(self, states: tuple[StateData, ...]) -> tuple[Parts, dict[tuple[Any, str], float]]:
        """Emissions if today's assets are replaced by their like and grow with the duty; and those of the base year."""
        fleet = self.fleet_
        path = fleet.activity if fleet.activity is not None else fleet.size
        grown = self.paths.over_horizon(path) if path is not None else np.ones(self.n)
        grown = grown / grown[0] if grown[0] > 0 else np.ones(self.n)
        counts = [s.initial for s in fleet.states.values()]
        kitchen = Kitchen(fleet, self.paths, np.array([self.scenario.base]))
        then = [kitchen.state(n, s) for n, s in fleet.states.items()]
        keys = list(states[0].emissions)
        baseline = {
            k: sum((n * s.emissions[k] for n, s in zip(counts, states, strict=True)), 0.0) * grown for k in keys
        }
        base = {k: float(sum(n * s.emissions[k][0] for n, s in zip(counts, then, strict=True))) for k in keys}
        if fleet.base is not None:
            base["direct", "location"] = base["direct", "market"] = fleet.base.value
        return baseline, base


def _unit(path: Path) -> tuple[str, float]:
    """The unit in which a path is written, and its size in canonical units."""
    written = Quantity(0.0, path.dimension or (), path.text)
    value = path.values[0]
    return written.unit or "assets", value / written.number if written.number and value else 1.0
