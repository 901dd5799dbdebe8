"""Who is covered, what is given and who may earn: markets of a plain scenario before anything is decided."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from tests.reference.profiles import Project
from tests.reference.quantities import quantity
from tests.reference.world import World

EARNED = ("credit_sold", "credit_used", "certified", "credited", "sold_for_output")
YEARLY = ("bought", "sold", "banked", "borrowed", "credits", "own", "received", "given")


@dataclass
class Account:
    """Who answers for what in a market; `free` and `expected` by year."""

    market: str
    name: str
    entities: set[str]
    sources: list[str]
    free: np.ndarray
    expected: np.ndarray
    at: dict[str, list[int]] = field(default_factory=dict)


@dataclass
class Earner:
    """A project that earns credits or certificates in a market: columns by year of the removal or output."""

    market: str
    project: str
    at: dict[str, list[int]] = field(default_factory=dict)


class Carbon:
    """All markets of a scenario. `column` makes a new continuous decision and gives its number."""

    def __init__(self, world: World, projects: dict[str, Project], markets: dict):
        self.world, self.projects, self.markets = world, projects, markets
        self.n = len(world.years)
        self.accounts = [a for name, m in markets.items() for a in self._accounts(name, m)]
        self.earners = [
            Earner(name, project)
            for name, m in markets.items()
            for project in projects
            if self.earns(m, project, "issues") or self.earns(m, project, "certificates")
        ]

    def add_columns(self, column: Callable[[str, int, float], int]) -> None:
        for part in [*self.accounts, *self.earners]:
            names = YEARLY if isinstance(part, Account) else EARNED
            for name in names:
                part.at[name] = [column(f"{part.market} {name}", int(y), np.inf) for y in self.world.years]

    # -- the contract ---------------------------------------------------------------------------------------------

    def inside(self, name: str) -> bool:
        return self.markets[name].get("kind") == "internal"

    def on(self, name: str) -> np.ndarray:
        """1 in the years of a market."""
        market, years = self.markets[name], self.world.years
        first, last = market.get("from_year", self.world.first), market.get("until_year", self.world.last)
        return ((years >= first) & (years <= last)).astype(float)

    def path(self, spec) -> np.ndarray:
        return self.world.path(spec).over(self.world.years)

    def due_share(self, name: str) -> np.ndarray:
        return self.path(self.markets[name].get("phase_in", 1)) * self.on(name)

    def price(self, name: str) -> np.ndarray:
        return self.path(self.markets[name].get("price", "0 CNY/tCO2e"))

    def sells_at(self, name: str) -> np.ndarray:
        market = self.markets[name]
        if "sell_price" in market:
            return self.path(market["sell_price"])
        return self.price(name) * (1 - quantity(market.get("spread", 0))[0])

    def credit_price(self, name: str) -> np.ndarray:
        return self.path(self.markets[name].get("credits", {}).get("price", "0 CNY/tCO2e"))

    def credit_share(self, name: str) -> np.ndarray:
        return self.path(self.markets[name].get("credits", {}).get("share", 0))

    def covered(self, market: dict) -> list[str]:
        if "sources" in market:
            return list(market["sources"])
        scopes = market.get("scopes", [1, 2, 3])
        return [name for name, s in self.world.sources.items() if s.scope in scopes]

    def _accounts(self, name: str, market: dict) -> list[Account]:
        if not self.inside(name) and "price" not in market:
            return []
        named, covered = market.get("entities"), self.covered(market)
        if not named or market.get("pooled"):
            within = set().union(*map(self.world.below, named)) if named else set(self.world.entities)
            split = [("all", within, [s for s in covered if self.world.sources[s].entity in within])]
        else:
            split = [(e, self.world.below(e), [s for s in covered if self._holder(s, named) == e]) for e in named]
        accounts = []
        for entity, within, sources in split:
            account = Account(name, entity, within, sources, np.zeros(self.n), np.zeros(self.n))
            ledger = market.get("basis", "location")
            share = self.on(name) if self.inside(name) else self.due_share(name)
            account.expected = sum((self.world.sources[s].baseline[ledger] for s in sources), np.zeros(self.n)) * share
            accounts.append(account)
        for account, free in zip(accounts, self._given(name, market, accounts), strict=True):
            account.free = free * self.on(name)
        return accounts

    def _holder(self, source: str, named: list[str]) -> str | None:
        entity = self.world.sources[source].entity
        while entity is not None and entity not in named:
            entity = self.world.entities[entity].get("parent")
        return entity

    def base(self, account: Account, against: str) -> np.ndarray:
        ledger = self.markets[account.market].get("basis", "location")
        found = [self.world.sources[s] for s in account.sources]
        if against == "baseline":
            return sum((s.baseline[ledger] for s in found), np.zeros(self.n))
        return np.full(self.n, float(sum(s.base[ledger] for s in found)))

    def _given(self, name: str, market: dict, accounts: list[Account]) -> list[np.ndarray]:
        if self.inside(name):
            return self._given_inside(market, accounts)
        spec = market.get("free_allocation")
        found = []
        for account in accounts:
            own = spec.get(account.name) if isinstance(spec, dict) and account.name in spec else spec
            if own is None or (isinstance(own, dict) and set(own) & set(self.world.entities)):
                found.append(np.zeros(self.n))
            elif isinstance(own, dict) and "benchmark" in own:
                found.append(self.path(own["benchmark"]) * self.path(own["activity"]))
            elif self.world.path(own).dimension == "":
                base = self.base(account, market.get("against", "baseline"))
                found.append(self.path(own) * base * self.due_share(name))
            else:
                found.append(self.path(own))
        return found

    def _given_inside(self, market: dict, accounts: list[Account]) -> list[np.ndarray]:
        given = market.get("allocation", {})
        if given and self.world.path(next(iter(given.values()))).dimension != "":
            return [self.path(given[a.name]) for a in accounts]
        cap = self.path(market["cap"])
        if self.world.path(market["cap"]).dimension == "":
            cap = cap * sum(self.base(a, market.get("against", "base_year")) for a in accounts)
        emitted = [self.base(a, "base_year") for a in accounts]
        total = sum(emitted)
        return [
            cap * (self.path(given[a.name]) if given else e / total) for a, e in zip(accounts, emitted, strict=True)
        ]

    def earns(self, market: dict, project: str, key: str) -> bool:
        rule = market.get(key)
        if rule is None:
            return False
        entry, p = self.world.raw["projects"][project], self.projects[project]
        sells = entry["kind"] == "facility" and p.on_site != 1.0
        able = sells or (key == "issues" and (entry["kind"] == "sink" or "avoids" in entry))
        return able and (project in rule.get("projects", []) or bool(set(rule.get("tags", [])) & p.tags))
