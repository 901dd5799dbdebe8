"""One schedule of a scenario, and every condition that the contract puts on it, cheapest to check first."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .effects import Effects, times
from .promises import base_of, promise, shared_with
from .quantities import quantity
from .world import World


@dataclass
class Condition:
    """Rows that must not be negative, one for each of `years` (positions in the horizon).

    `alternatives` holds several sets of rows where any one of them will do (which year is the peak).
    With a `penalty` (MCNY per unit) the rows may be negative at that price.
    """

    name: str
    years: np.ndarray
    alternatives: list[np.ndarray]
    penalty: np.ndarray | None = None


class Case:
    """Totals of one schedule. `credits` holds affine amounts by target, None where they follow from the need."""

    def __init__(self, world: World, effects: dict[str, Effects], width: int, credits: dict, held: dict):
        self.world, self.effects, self.width, self.credits = world, effects, width, credits
        self.held_credits = held
        self._gross: dict[tuple[str, str], np.ndarray] = {}
        self._left: dict[tuple[str, str], np.ndarray] = {}

    def constant(self, values) -> np.ndarray:
        """A yearly path as an affine amount."""
        amount = np.zeros((len(self.world.years), self.width))
        amount[:, 0] = values
        return amount

    def cost(self) -> np.ndarray:
        return sum((e.cost for e in self.effects.values()), np.zeros(self.width))

    def share_left(self, name: str, ledger: str) -> np.ndarray:
        """What the share-measures of a source leave: the product of (1 - share x units operating)."""
        if (name, ledger) not in self._left:
            left = self.constant(1.0)
            for effects in self.effects.values():
                if name in effects.shares[ledger]:
                    left = times(left, self.constant(1.0) - effects.shares[ledger][name])
            self._left[name, ledger] = left
        return self._left[name, ledger]

    def gross_of(self, name: str, ledger: str) -> np.ndarray:
        source = self.world.sources[name]
        ledger = ledger if source.two_ledgers else "location"
        if (name, ledger) not in self._gross:
            gross = source.baseline[ledger][:, None] * self.share_left(name, ledger)
            for effects in self.effects.values():
                if name in effects.tonnes[ledger]:
                    gross = gross - effects.tonnes[ledger][name]
            self._gross[name, ledger] = gross
        return self._gross[name, ledger]

    def gross(self, names, ledger: str) -> np.ndarray:
        return sum((self.gross_of(name, ledger) for name in names), self.constant(0.0))

    def need_left(self, name: str) -> np.ndarray:
        """Activity that a source still needs after shares, activity abated and supplies (GWh)."""
        need = self.world.sources[name].activity[:, None] * self.share_left(name, "location")
        for effects in self.effects.values():
            if name in effects.activity:
                need = need - effects.activity[name]
        return need

    def removed(self, projects) -> np.ndarray:
        return sum((self.effects[p].removed for p in projects if p in self.effects), self.constant(0.0))

    def avoided(self, project: str) -> np.ndarray:
        return self.effects[project].avoided

    def counted(self, name: str) -> np.ndarray:
        """Credits that count for a target: its own, and those for a part of its emissions at its price or more."""
        return self.held_credits[name] if name in self.held_credits else self.credits[name]

    def _credits_within(self, name: str) -> Iterator[Condition]:
        """What counts is bought, for the target itself or within it, and admitted."""
        target = self.world.raw["targets"][name]
        most = self.constant(quantity(target["credits"])[0] * base_of(self.world, target))
        on_sale = most * (0.0 if target.get("nobody_sells") else 1.0)
        yield self._hard(f"credits of {name}", on_sale - self.credits[name])
        if name in self.held_credits:
            yield self._hard(f"credits counted for {name}", most - self.held_credits[name])
            bought = self.credits[name].copy()
            for other, years in shared_with(self.world, name):
                bought[years] += self.credits[other][years]
            yield self._hard(f"credits held for {name}", bought - self.held_credits[name])

    def conditions(self) -> Iterator[Condition]:
        """Everything but the logic among projects: resources, money, physics, promises, money for credits."""
        late = []
        yield from self._resources()
        for name, budget in self.world.raw.get("budgets", {}).items():
            if self._credits_in(budget):
                late.append((name, budget))
            else:
                yield self._budget(name, budget)
        yield from self._physics()
        for name, target in self.world.raw.get("targets", {}).items():
            for years, alternatives, penalty in promise(self, name, target):
                yield Condition(name, years, alternatives, penalty)
        for name in self.credits:
            yield from self._credits_within(name)
        for name, budget in late:
            yield self._budget(name, budget)

    def _hard(self, name: str, rows: np.ndarray) -> Condition:
        return Condition(name, np.arange(len(rows)), [rows])

    def _resources(self) -> Iterator[Condition]:
        for name, resource in self.world.raw.get("resources", {}).items():
            rows = self.constant(self.world.path(resource["limit"]).over(self.world.years))
            for effects in self.effects.values():
                if name in effects.uses:
                    rows = rows - effects.uses[name]
            yield self._hard(name, rows)

    def _physics(self) -> Iterator[Condition]:
        """Shares never above the whole, emissions and activity never below zero, nothing sold that is not made."""
        for name, source in self.world.sources.items():
            for ledger in ("location", "market") if source.two_ledgers else ("location",):
                for project, effects in self.effects.items():
                    if name in effects.shares[ledger]:
                        yield self._hard(f"{project} on {name}", self.constant(1) - effects.shares[ledger][name])
                yield self._hard(f"gross of {name}", self.gross_of(name, ledger))
            if source.activity is not None:
                yield self._hard(f"need of {name}", self.need_left(name))
        for name, effects in self.effects.items():
            yield self._hard(f"sold by {name}", effects.sold)

    def spent(self, budget: dict) -> np.ndarray:
        """Capex or cash by year of the projects that pass every filter, and of credits in a cash budget."""
        cash = budget.get("covers", "capex") == "cash"
        spent = self.constant(0.0)
        for name in covered(self.world, budget):
            spent = spent + (self.effects[name].cash if cash else self.effects[name].capex)
        for name in self._credits_in(budget):
            price = self.world.path(self.world.raw["targets"][name]["credit_price"]).over(self.world.years)
            spent = spent + self.credits[name] * price[:, None]
        return spent

    def _credits_in(self, budget: dict) -> list[str]:
        """Targets whose credits weigh on a budget: cash, not narrowed to projects, of the entity or above."""
        if budget.get("covers", "capex") != "cash" or "tags" in budget or "projects" in budget:
            return []
        within = self.world.below(budget.get("entity"))
        return [
            name for name in self.credits if self.world.below(self.world.raw["targets"][name].get("entity")) <= within
        ]

    def _budget(self, name: str, budget: dict) -> Condition:
        """What is left of the money in every year.

        How much unspent money moves on is a choice of the planner, but more money is never worse in a later
        year: keeping the most that `carry_over` allows is feasible whenever any choice is.
        """
        spent = self.spent(budget)
        limit = self.world.path(budget["limit"]).over(self.world.years)
        rows, keep = self.constant(limit), quantity(budget.get("carry_over", 0))[0]
        kept = np.zeros(self.width)
        for y in range(len(rows)):
            first = max(0, y + 1 - budget.get("window", 1))
            rows[y] += kept - spent[first : y + 1].sum(axis=0)
            kept = keep * rows[y]
        return self._hard(name, rows)


def covered(world: World, budget: dict) -> list[str]:
    """Projects that pass every filter a budget names."""
    within = world.below(budget.get("entity"))
    passed = []
    for name, entry in world.raw.get("projects", {}).items():
        tagged = "tags" not in budget or set(budget["tags"]) & set(entry.get("tags", []))
        named = "projects" not in budget or name in budget["projects"]
        if tagged and named and world.entity_of(entry) in within:
            passed.append(name)
    return passed
