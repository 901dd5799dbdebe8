"""Fleets declared plainly: `there[s, k, y]` assets in a state, `change[c, k, y]` of them begin a change.

Assets are told apart by state and by the year `k` in which they must be gone (the number of years: never). Only what
`extras.py` draws: a count to be kept, retrofits and new assets, docks, today's assets that retire, withdrawal at will.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pyomo.environ as pyo

from optimiser.instance.data import Instance
from optimiser.instance.fleet_data import ChangeData, FleetData
from tests.benchmarks.plain_rows import add_row

DECLARED = ("new", "retrofit", "withdrawal", "end of life")


def odd_fleets(instance: Instance) -> list[str]:
    """What fleets have that is not declared here."""
    return [f"{words} of fleet {f.id}" for f in instance.fleets for words in _odd(f)]


def _odd(f: FleetData) -> list[str]:
    never = len(f.need)
    built = f.moves.into[[k == "new" for k in f.kinds]]
    found = {
        "the activity": not f.by_count,
        "the cycle of docking": f.cycle is not None,
        "blends": f.blends,
        "fuels": any(s.uses or np.any(s.fuel_cost) for s in f.states),
        "the carbon price": np.any(f.carbon_price),
        "FuelEU": f.fueleu,
        "the rating": f.cii,
        "the life of new assets": np.any(f.cells.ends[built] < never),
        "the salvage": np.any(f.moves.salvage),
    }
    for c in f.changes:
        found |= {
            f"{c.kind} ({c.label})": c.kind not in DECLARED,
            f"the income of {c.label}": np.any(c.brings),
            f"the limits of {c.label}": c.per_year is not None or c.most is not None,
            f"what {c.label} requires": c.clauses,
            f"the resources of {c.label}": c.uses,
        }
    return [words for words, there in found.items() if there]


class PlainFleet:
    """One fleet as a block of the model, and what its assets emit and cost by year."""

    def __init__(self, m: pyo.ConcreteModel, fleet: FleetData):
        self.fleet = fleet
        self.never = len(fleet.need)
        self.years = range(self.never)
        self.ends = sorted({int(k) for k in fleet.cells.ends} | {self.never})
        self.block = b = pyo.Block()
        m.add_component(f"fleet_{fleet.index}", b)
        b.rows = pyo.ConstraintList()
        states = range(len(fleet.states))
        b.there = pyo.Var(
            [(s, k, y) for s in states for k in self.ends for y in self.years if y < k], domain=pyo.NonNegativeIntegers
        )
        b.change = pyo.Var(
            [(c, k, y) for c in range(len(fleet.changes)) for k in self.ends for y in self.years if self._may(c, k, y)],
            domain=pyo.NonNegativeIntegers,
        )
        for s in states:
            for k in self.ends:
                self._flow(s, k)
        for y in self.years:
            self._duty(y)

    def _may(self, c: int, k: int, y: int) -> bool:
        """True where assets that must be gone in year `k` may begin a change in year `y`: it is over before."""
        change, moves = self.fleet.changes[c], self.fleet.moves
        if change.kind == "end of life" or y not in moves.begins[moves.change == c]:
            return False
        return k == self.never if change.kind == "new" else y + change.lead_time < k

    def _begun(self, k: int, y: int, wanted: Any) -> Any:
        """Assets that begin one of the changes `wanted` in a year."""
        return sum(self.block.change[c, k, y] for c in self._changes(wanted) if (c, k, y) in self.block.change)

    def _changes(self, wanted: Any) -> list[int]:
        return [c for c, change in enumerate(self.fleet.changes) if wanted(change)]

    def _flow(self, s: int, k: int) -> None:
        """What was there, came and left is there; only what was there the year before may leave."""
        b, cells = self.block, self.fleet.cells
        today = float(cells.initial[(cells.state == s) & (cells.ends == k)].sum())
        for y in range(k):
            before = b.there[s, k, y - 1] if y else today
            left = self._begun(k, y, lambda c: c.origin == s)
            came = sum(
                b.change[c, k, y - self.fleet.changes[c].lead_time]
                for c in self._changes(lambda c: c.target == s)
                if (c, k, y - self.fleet.changes[c].lead_time) in b.change
            )
            add_row(b.rows, b.there[s, k, y] == before + came - left)
            add_row(b.rows, left <= before)

    def _duty(self, y: int) -> None:
        """The number of assets, in service or in the yard, and the room in the docks."""
        f, rows = self.fleet, self.block.rows
        assets = self._in_service([1.0] * len(f.states), y) + self._in_yard(y, 0)
        if f.need[y] > 0:
            add_row(rows, assets >= float(f.need[y]))
        if any(c.kind == "new" for c in f.changes):
            add_row(rows, assets <= float(f.most))
        if np.isfinite(f.slots[y]):
            add_row(rows, self._in_yard(y, 1) <= float(f.slots[y]))

    def _in_service(self, weights: Collection[float], y: int) -> Any:
        there = self.block.there
        return sum(float(w) * there[s, k, y] for s, w in enumerate(weights) for k in self.ends if (s, k, y) in there)

    def _in_yard(self, y: int, least: int) -> Any:
        """Assets on a retrofit, which takes its lead time, but at least so many years."""

        def lasts(c: ChangeData, v: int) -> bool:
            return c.kind == "retrofit" and v <= y < v + max(c.lead_time, least)

        return sum(self._begun(k, v, lambda c, v=v: lasts(c, v)) for k in self.ends for v in self.years)

    def emissions(self, y: int) -> Any:
        """kt emitted in a year."""
        return self._in_service([s.emissions["direct", "location"][y] for s in self.fleet.states], y)

    def opex(self, y: int) -> Any:
        """Money for assets in service in a year."""
        return self._in_service([s.opex[y] for s in self.fleet.states], y)

    def capex(self, y: int, tags: frozenset[str] | None = None) -> Any:
        """Money for changes in a year, all of them or those with one of the tags."""
        changes = self.fleet.changes
        counted = set(self._changes(lambda c: tags is None or not tags.isdisjoint(c.tags)))
        return sum(
            float(changes[c].spending[v, y]) * change
            for (c, _, v), change in self.block.change.items()
            if c in counted and changes[c].spending[v, y]
        )
