"""Fleets: assets counted year by year from the moves that were decided, and everything that follows from the counts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimiser.instance.data import Instance, Ledger
from optimiser.instance.fleet_data import FleetData
from optimiser.plan import Decisions, FleetAccount, Floats
from optimiser.scenario.fleets import Part

RATED = 1e-5
"""By this share a plan may be above a border of the CII and counts as on it: solvers keep limits no better."""


class FleetBooks:
    """One fleet worked through asset by asset. `faults` says where the moves do not add up."""

    def __init__(self, instance: Instance, fleet: FleetData, decisions: Decisions):
        self.fleet, self.n = fleet, len(instance.years)
        self.years = [int(y) for y in instance.years]
        self.moves = [(m.move, m.amount) for m in decisions.moves if m.fleet == fleet.id]
        self.faults: list[str] = []
        cells, count = fleet.cells, len(fleet.cells.state)
        self.service = np.zeros((len(fleet.states), self.n))
        self.yard, self.ordered = np.zeros(self.n), np.zeros(self.n)
        self.docked = np.zeros(self.n)
        self.begun = np.zeros((len(fleet.changes), self.n))
        comes, goes = np.zeros((count, self.n)), np.zeros((count, self.n))
        for m, amount in self.moves:
            self._enter(m, amount, comes, goes)
        there = cells.initial.copy()
        for y in range(self.n):
            if np.any(goes[:, y] > there + 1e-6):
                self.faults.append(f"{fleet.id} in {self.years[y]}: more assets leave a state than are in it")
            there = there + comes[:, y] - goes[:, y]
            if np.any(there[cells.ends <= y] > 1e-6):
                self.faults.append(f"{fleet.id} in {self.years[y]}: assets are in service after the end of their life")
            for s in range(len(fleet.states)):
                self.service[s, y] = there[cells.state == s].sum()
        given = decisions.blended
        keys = [(fleet.id, fleet.states[b.state].id, b.fuel, b.other) for b in fleet.blends]
        self.blended = [np.array([given.get((*key, y), 0.0) for y in self.years]) for key in keys]

    def _enter(self, m: int, amount: float, comes: Floats, goes: Floats) -> None:
        """Books one move: out of its cell in the year it begins, into the other in the year it ends."""
        moves, change = self.fleet.moves, self.fleet.changes[self.fleet.moves.change[m]]
        begins, ends = int(moves.begins[m]), int(moves.ends[m])
        self.begun[moves.change[m], begins] += amount
        if moves.out[m] >= 0:
            goes[moves.out[m], begins] += amount
        if moves.into[m] >= 0:
            comes[moves.into[m], ends] += amount
        if change.kind == "retrofit":
            self.yard[begins:ends] += amount
            self.docked[begins : max(ends, begins + 1)] += amount
        if change.kind == "new":
            self.ordered[begins:ends] += amount

    def _total(self, of_state: list[Floats], of_blend: list[Floats]) -> Floats:
        """Sum over assets in service and fuel that gives way of a value (Y,) each (Y,)."""
        total = np.zeros(self.n)
        for value, number in [*zip(of_state, self.service, strict=True), *zip(of_blend, self.blended, strict=True)]:
            total = total + value * number
        return total

    def gross(self, part: Part, ledger: Ledger) -> Floats:
        """Gross emissions of a part of the fleet's sources (Y,)."""
        states, blends = self.fleet.states, self.fleet.blends
        return self._total([s.emissions[part, ledger] for s in states], [b.emissions[part, ledger] for b in blends])

    def use(self, resource: int) -> Floats:
        """Use of a resource (index) by what is begun (Y,)."""
        total = np.zeros(self.n)
        for change, begun in zip(self.fleet.changes, self.begun, strict=True):
            for r, by_year in change.uses:
                total = total + begun @ by_year * (r == resource)
        return total

    def money(self) -> Iterator[tuple[str, tuple[str, ...], Floats]]:
        """Kind, tags and amount (Y,) of everything the fleet spends or earns."""
        fleet, moves = self.fleet, self.fleet.moves
        by_tags: dict[tuple[str, ...], Floats] = {}
        brought = np.zeros(self.n)
        for m, amount in self.moves:
            change, begins = fleet.changes[moves.change[m]], moves.begins[m]
            by_tags[change.tags] = by_tags.get(change.tags, np.zeros(self.n)) + amount * change.spending[begins]
            brought[begins] -= amount * change.brings[begins]
        for tags, paid in by_tags.items():
            yield "capex", tags, paid
        yield "income", fleet.tags, brought
        yield "opex", fleet.tags, self._total([s.opex for s in fleet.states], [np.zeros(self.n)] * len(fleet.blends))
        yield "fuel", fleet.tags, self._total([s.fuel_cost for s in fleet.states], [b.cost for b in fleet.blends])
        yield "rules", fleet.tags, self._rules()

    def _rules(self) -> Floats:
        """EU ETS and FuelEU where they are costs (Y,)."""
        fleet = self.fleet
        slipped = self._total([s.slip for s in fleet.states], [b.slip for b in fleet.blends])
        total = (self.gross("direct", "location") - slipped * fleet.co2_only) * fleet.carbon_price
        if fleet.fueleu is not None and fleet.fueleu.penalty is not None:
            total = total + (fleet.fueleu.penalty * self.service).sum(axis=0)
        return total

    @property
    def salvage(self) -> float:
        """Worth of unused life after the last year, not discounted."""
        return float(sum(amount * self.fleet.moves.salvage[m] for m, amount in self.moves))

    def account(self) -> FleetAccount:
        """The fleet by year. Today's assets and those built are in service, in the yard or gone, to the last one."""
        fleet = self.fleet
        kinds = [c.kind for c in fleet.changes]
        built, gone = np.zeros(self.n), np.zeros(self.n)
        for c, kind in enumerate(kinds):
            if kind == "new":
                lead = fleet.changes[c].lead_time
                built[lead:] += self.begun[c, : self.n - lead]
            elif kind != "retrofit":
                gone += self.begun[c]
        delivered = self._total([s.capacity for s in fleet.states], [np.zeros(self.n)] * len(fleet.blends))
        uses: dict[str, Floats] = {}
        for s, state in enumerate(fleet.states):
            for fuel, each in state.uses.items():
                uses[fuel] = uses.get(fuel, np.zeros(self.n)) + each * self.service[s]
        for b, amount in zip(fleet.blends, self.blended, strict=True):
            uses[b.fuel] = uses[b.fuel] - amount
            uses[b.other] = uses.get(b.other, np.zeros(self.n)) + amount * b.ratio
        return FleetAccount(
            initial=float(fleet.cells.initial.sum()), service=self.service, yard=self.yard, ordered=self.ordered,
            built=built, gone=gone, docked=self.docked, begun=self.begun,
            delivered=self.service.sum(axis=0) + self.yard if fleet.by_count else delivered, uses=uses,
            carbon=self._carbon(),
            well_to_wake=self._of_one([s.well_to_wake for s in fleet.states], [b.well_to_wake for b in fleet.blends]),
            energy=self._of_one([s.energy for s in fleet.states], [b.energy for b in fleet.blends]),
        )  # fmt: skip

    def _of_one(self, of_state: list[Floats], of_blend: list[Floats]) -> Floats:
        """A value (Y,) of one asset in each state (S, Y): what is blended is spread evenly over those in service."""
        each = np.array(of_state)
        for b, value, amount in zip(self.fleet.blends, of_blend, self.blended, strict=True):
            number = self.service[b.state]
            each[b.state] += np.where(number > 0.5, value * amount / np.maximum(number, 1.0), 0.0)
        return each

    def _carbon(self) -> Floats:
        """CO2 that the CII counts of one asset in each state, in kt (S, Y)."""
        key: tuple[Part, Ledger] = ("direct", "location")
        states, blends = self.fleet.states, self.fleet.blends
        return self._of_one([s.emissions[key] - s.slip for s in states], [b.emissions[key] - b.slip for b in blends])

    def broken(self, started: dict[int, tuple[list[int], Floats]]) -> Iterator[str]:
        """Everything that must hold of the fleet and does not. `started`: start years and amounts by project."""
        yield from self.faults
        yield from self._miscounted()
        fleet, account = self.fleet, self.account()
        everyone = self.service.sum(axis=0) + self.yard
        if _over(fleet.need, account.delivered):
            yield f"{fleet.id} does not do its duty"
        if len(fleet.of_kind("new")) and _over(everyone, fleet.most):
            yield f"{fleet.id} has {everyone.max():g} assets, at most {fleet.most:g}"
        if _over(self.docked, fleet.slots):
            yield f"{fleet.id} uses more docks than there are"
        for c, change in enumerate(fleet.changes):
            if change.per_year is not None and _over(self.begun[c], change.per_year):
                yield f"{fleet.id}: {change.label} {self.begun[c].max():g} times in a year, at most {change.per_year:g}"
            if change.most is not None and _over(np.array([self.begun[c].sum()]), change.most):
                yield f"{fleet.id}: {change.label} {self.begun[c].sum():g} times, at most {change.most:g}"
            for clause in change.clauses:
                for y in np.flatnonzero(self.begun[c] > 0.5):
                    if not any(
                        np.any(started[i][1][[v <= self.years[y] - lag for v in started[i][0]]] > 0)
                        for i, lag in clause
                    ):
                        yield f"{fleet.id}: {change.label} in {self.years[y]} before what it requires"
        yield from self._blends()
        yield from self._limits()

    def _miscounted(self) -> Iterator[str]:
        """Moves in parts of an asset, at times they may not be, and counts that do not add up to the last unit."""
        fleet, moves = self.fleet, self.fleet.moves
        for m, amount in self.moves:
            if amount < 0 or abs(amount - round(amount)) > 1e-9:
                yield f"{fleet.id} moves {amount:g} assets"
            cycle, out = fleet.cycle, moves.out[m]
            change = fleet.changes[moves.change[m]]
            if cycle and change.kind == "retrofit" and self.years[moves.begins[m]] % cycle != fleet.cells.phase[out]:
                yield f"{fleet.id}: {change.label} in {self.years[moves.begins[m]]}, when the asset does not dock"
            held = fleet.cells.hold[out] if out >= 0 else 0
            if held and (change.kind != "retrofit" or held == 2):
                yield f"{fleet.id}: an asset whose worth is counted leaves by {change.label}"
        account = self.account()
        left = account.initial + np.cumsum(account.built) - np.cumsum(account.gone)
        if np.any(np.abs(left - self.service.sum(axis=0) - self.yard) > 1e-6):
            yield f"{fleet.id}: assets are lost or made up"

    def _blends(self) -> Iterator[str]:
        fleet = self.fleet
        groups: dict[int, Floats] = {}
        for b, amount in zip(fleet.blends, self.blended, strict=True):
            groups[b.group] = groups.get(b.group, np.zeros(self.n)) + amount
            if np.any(amount < -1e-6) or _over(amount, b.room * self.service[b.state]):
                yield f"{fleet.id}: more {b.other} is blended than may be"
            if _over(groups[b.group], b.all_room * self.service[b.state]):
                yield f"{fleet.id}: more than all of {b.fuel} is replaced"

    def _limits(self) -> Iterator[str]:
        fleet = self.fleet
        if fleet.fueleu is not None and fleet.fueleu.penalty is None:
            limit = np.where(np.isfinite(fleet.fueleu.limit), fleet.fueleu.limit, 0.0)
            made = self._total([x.well_to_wake for x in fleet.states], [x.well_to_wake for x in fleet.blends])
            allowed = limit * self._total([x.energy for x in fleet.states], [x.energy for x in fleet.blends])
            made = np.where(np.isfinite(fleet.fueleu.limit), made, 0.0)
            if fleet.fueleu.banking:
                made, allowed = np.cumsum(made), np.cumsum(allowed)
            if _over(made, allowed):
                yield f"{fleet.id} is above the limit of FuelEU"
        if fleet.cii is not None:
            attained = np.where(self.service > 1e-6, self._carbon() / fleet.cii.work, 0.0)
            if np.any(attained > fleet.cii.limit * (1 + RATED)):
                yield f"{fleet.id} has assets in service whose rating is too bad"


def _over(value: Floats, limit: Floats | float) -> bool:
    return not bool(np.all(value <= limit + 1e-5 * np.maximum(1.0, np.abs(np.where(np.isfinite(limit), limit, 0.0)))))
