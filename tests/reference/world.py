"""A plain scenario read into numbers by year: horizon, organisation, sources."""

from dataclasses import dataclass

import numpy as np

from .quantities import Path, quantity, read_path

LEDGERS = ("location", "market")
LEFT_OUT = ("fleets", "finance", "markets", "extends", "tables", "templates")


@dataclass(frozen=True)
class Source:
    """One stream of emissions. Arrays are by year of the horizon, in ktCO2e, GWh and ktCO2e/GWh."""

    entity: str
    scope: int
    category: int | None
    activity: np.ndarray | None
    factor: dict[str, np.ndarray]
    baseline: dict[str, np.ndarray]
    base: dict[str, float]
    two_ledgers: bool


class World:
    """What the scenario says before anything is decided. ValueError for what the reference leaves out."""

    def __init__(self, raw: dict):
        refused = [key for key in LEFT_OUT if raw.get(key)]
        refused += [name for name, target in raw.get("targets", {}).items() if "priority" in target]
        if refused:
            raise ValueError(f"outside the reference: {', '.join(refused)}")
        self.raw = raw
        self.first, self.last = raw["horizon"]["first"], raw["horizon"]["last"]
        self.years = np.arange(self.first, self.last + 1)
        self.base_year = raw.get("base_year", self.first)
        self.price_year = raw.get("price_year", self.first)
        self.rate = quantity(raw.get("discount_rate", 0))[0]
        self.discount = (1 + self.rate) ** -(self.years - self.first).astype(float)
        self.discount_after = (1 + self.rate) ** -float(self.last + 1 - self.first)
        self.entities = {name: (entry or {}) for name, entry in raw.get("entities", {}).items()}
        self.sources = {name: self._source(name, entry) for name, entry in raw.get("sources", {}).items()}

    def path(self, spec) -> Path:
        return read_path(spec, self.raw.get("series", {}), self.first)

    def entity_of(self, entry: dict) -> str:
        """The entity named, else the single top entity."""
        return entry.get("entity") or self.tops()[0]

    def tops(self) -> list[str]:
        return [name for name, entry in self.entities.items() if not entry.get("parent")]

    def children(self, entity: str) -> list[str]:
        return [name for name, entry in self.entities.items() if entry.get("parent") == entity]

    def below(self, entity: str | None) -> set[str]:
        """The entity and everything below it; all entities when none is named."""
        if entity is None:
            return set(self.entities)
        return {entity}.union(*(self.below(child) for child in self.children(entity)))

    def summed_up(self, key: str, entity: str | None, year: int) -> float:
        """An entity's own path called `key` (revenue, avoided_baseline), else the sum of those below it."""
        own = self.entities[entity].get(key) if entity else None
        if own is not None:
            return self.path(own).at(year)
        parts = self.children(entity) if entity else self.tops()
        return sum(self.summed_up(key, part, year) for part in parts)

    def _source(self, name: str, entry: dict) -> Source:
        certified = any(name in p.get("abates_market", {}) for p in self.raw.get("projects", {}).values())
        if "baseline" in entry:
            path = self.path(entry["baseline"])
            baseline = {ledger: path.over(self.years) for ledger in LEDGERS}
            base = {ledger: path.at(self.base_year) for ledger in LEDGERS}
            activity, factor = None, {}
        else:
            activities = self.path(entry["activity"])
            paths = {
                "location": self.path(entry["factor"]),
                "market": self.path(entry.get("market_factor", entry["factor"])),
            }
            activity = activities.over(self.years)
            factor = {ledger: path.over(self.years) for ledger, path in paths.items()}
            baseline = {ledger: activity * factor[ledger] for ledger in LEDGERS}
            base = {led: activities.at(self.base_year) * p.at(self.base_year) for led, p in paths.items()}
        return Source(
            self.entity_of(entry),
            int(entry.get("scope", 1)),
            entry.get("category"),
            activity,
            factor,
            baseline,
            base,
            "market_factor" in entry or certified,
        )
