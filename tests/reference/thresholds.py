"""Limits and targets put around what one random schedule, the witness, achieves.

Every threshold stands clear of the witness by a visible margin, mostly on the side that lets it pass, so that no
answer hangs on a solver's tolerance.
"""

import random

import numpy as np

from .case import covered
from .promises import base_of, gross_of, held, scope, sinks
from .search import Search


def add_thresholds(rng: random.Random, raw: dict, most_schedules: int, most_programmes: int) -> bool:
    """Complete `raw` in place; False if there is no witness, no target or too much to enumerate."""
    for resource in raw.get("resources", {}).values():
        resource["limit"] = 10**6
    witness = find_witness(rng, raw)
    if witness is None or Search(raw).count() > most_schedules:
        return False
    thresholds = Thresholds(rng, raw, *witness)
    thresholds.add_resources()
    if not thresholds.add_targets():
        return False
    thresholds.add_budgets()
    search = Search(raw)
    return search.width == 1 or search.count() <= most_programmes


def find_witness(rng: random.Random, raw: dict):
    """A random schedule that physics and logic allow, mostly one that does something, with its split of output."""
    open_sizes = Search(raw)
    for _ in range(40):
        schedule = []
        for project in open_sizes.projects.values():
            options = open_sizes.options(project)
            if not options:
                return None
            if project.whole:
                busy = [o for o in options if o.chosen]
                option = rng.choice(busy if busy and rng.random() < 0.75 else options)
                schedule += [(project.name, y, a) for y, a in zip(project.window, option.amounts, strict=True) if a]
            else:
                schedule += some_size(rng, project)
        splits = some_split(rng, open_sizes, schedule)
        search = Search(raw, splits, {}, sizes_open=False, read=open_sizes)
        options = search.options_of(schedule)
        if options and search.logical(options) and search.solve(options):
            return schedule, splits
    return None


def some_size(rng: random.Random, project) -> list:
    if not project.committed and rng.random() < 0.15:
        return []
    left, rows = project.most, []
    for year in project.window:
        amount = round(min(left, project.per_year * rng.uniform(0.3, 1)), 3)
        left -= amount
        rows.append((project.name, year, amount))
    return rows


def some_split(rng: random.Random, search: Search, schedule) -> dict:
    """Part of each free output used on site."""
    splits = {}
    for name, project in search.projects.items():
        if project.splits_freely:
            started = dict.fromkeys(project.window, 0.0) | {y: a for n, y, a in schedule if n == name}
            output = project.output.T @ np.array(list(started.values()))
            need = search.world.sources[project.supplies].activity * 0.3
            part = rng.uniform(0, 1)
            splits |= {
                (name, int(y)): float(u)
                for y, u in zip(search.world.years, np.minimum(output, need) * part, strict=True)
            }
    return splits


class Thresholds:
    """Draws the numbers of limits and targets for one witness."""

    def __init__(self, rng: random.Random, raw: dict, schedule, splits: dict):
        self.rng, self.raw, self.schedule, self.splits = rng, raw, schedule, splits
        self.tighten = 0.24
        self.credits: dict = {}
        self.case = self.look()
        self.world = self.case.world
        self.first, self.last = self.world.first, self.world.last

    def look(self):
        """Totals of the witness."""
        search = Search(self.raw, self.splits, self.credits, sizes_open=False)
        return search.case(search.options_of(self.schedule))

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def margin(self, tighten: float | None = None) -> float:
        """How far a threshold stands from the witness; negative: the witness breaks it."""
        if self.chance(self.tighten if tighten is None else tighten):
            return -self.rng.uniform(0.03, 0.25)
        return self.rng.choice([self.rng.uniform(0.003, 0.02), self.rng.uniform(0.01, 0.08)])

    # -- resources and budgets ------------------------------------------------------------------------------------

    def add_resources(self) -> None:
        for name, resource in self.raw.get("resources", {}).items():
            used = sum((e.uses[name][:, 0] for e in self.case.effects.values() if name in e.uses), np.zeros(1))
            most = int(max(used.max(), 1)) - int(self.chance(0.35) and used.max() > 1)
            resource["limit"] = most if self.chance(0.6) else {self.first: most, self.last: most + 2}

    def add_budgets(self) -> None:
        self.case = self.look()
        budgets = {}
        has_credits = any("credits" in target for target in self.raw["targets"].values())
        for name in ["purse", "fund"][: self.rng.choice([0, 1, 1, 1, 1, 2])]:
            budget = {}
            if self.chance(0.4):
                budget["entity"] = self.rng.choice(list(self.world.entities))
            if self.chance(0.2):
                budget["tags"] = ["green"]
            if self.chance(0.2):
                names = list(self.raw["projects"])
                budget["projects"] = self.rng.sample(names, min(2, len(names)))
            if self.chance(0.8 if has_credits else 0.4):
                budget["covers"] = self.rng.choice(["cash", "cash", "capex"])
            if covered(self.world, budget) and self.limit(budget):
                budgets[name] = budget
        if budgets:
            self.raw["budgets"] = budgets

    def limit(self, budget: dict) -> bool:
        spent = self.case.spent(budget)[:, 0]
        form = self.rng.choice(["plain", "path", "carry", "carry", "window", "window"])
        least, window = spent.max(), 1
        if form == "carry":
            keep = self.rng.choice([0.5, 0.8, 1.0])
            budget["carry_over"] = f"{100 * keep:g} %"
            least = least_with_carry(spent, keep)
        elif form == "window":
            window = budget["window"] = self.rng.choice([2, 3])
            least = max(spent[max(0, y + 1 - window) : y + 1].sum() for y in range(len(spent)))
        if least < 1:
            return False
        limit = least * (1 + self.margin())
        budget["limit"] = f"{limit:.6g} MCNY"
        if form == "path":
            budget["limit"] = {self.first: f"{limit:.6g} MCNY", self.last: f"{1.3 * limit:.6g} MCNY"}
        return True

    # -- targets --------------------------------------------------------------------------------------------------

    def add_targets(self) -> bool:
        kinds = {
            "peak": self.peak,
            "reduction": self.reduction,
            "neutrality": self.neutrality,
            "intensity": self.intensity,
            "carbon_budget": self.carbon_budget,
            "avoided": self.avoided,
            "historical": self.historical,
        }
        weights = {
            "peak": 3,
            "reduction": 3,
            "neutrality": 3,
            "intensity": 2,
            "carbon_budget": 1.5,
            "avoided": 3,
            "historical": 8,
        }
        permanence = {entry.get("durable", False) for entry in self.raw["projects"].values() if "removal" in entry}
        if len(permanence) > 1:
            weights["historical"] = 25  # the one case in which `durable` decides
        targets, wanted = {}, self.rng.choice([1, 1, 2, 2, 3])
        for number in range(12):
            if len(targets) == wanted:
                break
            kind = self.rng.choices(list(weights), list(weights.values()))[0]
            target = {"kind": kind}
            soft = self.chance(0.35 if kind in ("historical", "neutrality") else 0.2)
            if not kinds[kind](target, 0.5 if soft else self.tighten):
                continue
            if soft and "residual" not in target and not (kind == "peak" and "at_most" in target):
                target["penalty"] = f"{self.rng.uniform(0.5, 8):.4g} MCNY/ktCO2e"
            targets[f"t{number}"] = target
            self.credits |= {(f"t{number}", int(y)): float(c) for y, c in target.pop("bought", [])}
        if targets:
            self.raw["targets"] = targets
        return bool(targets)

    def cover(self, target: dict) -> np.ndarray | None:
        """Draw what a target covers; its gross emissions, or None if that is nothing."""
        form = self.rng.random()
        if form < 0.25:
            names = list(self.world.sources)
            target["sources"] = self.rng.sample(names, self.rng.choice([1, len(names)]))
        elif form < 0.65:
            target["entity"] = self.rng.choice(list(self.world.entities))
        if "sources" not in target and self.chance(0.5):
            target["scopes"] = self.rng.choice([[1], [2], [1, 2], [1, 2], [1, 2, 3]])
        if "bought" in self.world.sources and "sources" not in target and self.chance(0.3):
            target["categories"] = [1]
        if any(s.two_ledgers for s in self.world.sources.values()) and self.chance(0.6):
            target["basis"] = self.rng.choice(["market", "market", "location"])
        gross = gross_of(self.case, target)[:, 0]
        return gross if base_of(self.world, target) > 1 and gross.max() > 1 else None

    def when(self, target: dict, late: bool = False) -> np.ndarray:
        """Draw the years in which a target holds; their positions."""
        years = [int(y) for y in self.world.years]
        if self.chance(0.2):
            target["in"] = sorted(self.rng.sample(years[1:], min(2, len(years) - 1)))
        else:
            target["by"] = self.rng.choice(years[-2:] if late else years[1:])
            if target["by"] < self.last and self.chance(0.3):
                target["until"] = self.rng.choice([y for y in years if y >= target["by"]])
        return held(self.world, target)

    def tonnes(self, value: float) -> str:
        return f"{value:.7g} ktCO2e" if self.chance(0.7) else f"{1000 * value:.7g} tCO2e"

    def peak(self, target: dict, tighten: float) -> bool:
        gross = self.cover(target)
        if gross is None:
            return False
        shape = self.rng.choice(["highest", "highest", "no_rise", "window"])
        # The highest year is worth most where it is not `by` itself.
        later = [y for y in range(len(gross) - 1) if gross[: y + 1].max() > 1.01 * gross[y]]
        by = self.rng.choice(later if later and shape == "highest" else range(len(gross) - 1))
        target["by"] = self.first + by
        if shape != "highest" or self.chance(0.3):
            target["shape"] = shape
        before, after = gross[: by + 1], gross[by + 1 :]
        if shape == "window":
            target["years"] = w = self.rng.choice([1, 2, 3])
            ratio = after[:w].mean() / before[-w:].mean()
        elif shape == "no_rise":
            ratio = (after / gross[by:-1]).max() if gross.min() > 1 else 2
        else:
            ratio = after.max() / before.max()
        needed = ratio * (1 + self.margin(tighten)) - 1
        if needed > 0.3:
            return False
        if needed > 0:
            target["tolerance"] = f"{100 * needed:.5g} %"
        if shape != "window" and self.chance(0.2):
            target["until"] = self.rng.randint(target["by"] + 1, self.last)
        if self.chance(0.35):
            most = gross.max() * (1 + self.margin(tighten))
            base = base_of(self.world, target)
            target["at_most"] = self.tonnes(most) if self.chance(0.5) else f"{100 * most / base:.6g} %"
        return True

    def reduction(self, target: dict, tighten: float) -> bool:
        gross = self.cover(target)
        if gross is None:
            return False
        years, base = self.when(target), np.full(len(gross), base_of(self.world, target))
        if self.chance(0.35):
            target["against"] = self.rng.choice(["baseline", "baseline", "base_year"])
        if target.get("against") == "baseline":
            ledger = target.get("basis", "location")
            base = sum(self.world.sources[name].baseline[ledger] for name in scope(self.world, target))
        cut = base - gross * (1 + self.margin(tighten))
        if min((cut / base)[years]) < 0.011:
            return False
        form = self.rng.choice(["path", "share", "share", "quantity"])
        if form == "path":
            target["cut"] = {int(self.world.years[y]): f"{100 * cut[y] / base[y]:.6g} %" for y in years}
        elif form == "share":
            target["cut"] = f"{100 * min((cut / base)[years]):.6g} %"
        else:
            target["cut"] = self.tonnes(min(cut[years]))
        return True

    def neutrality(self, target: dict, tighten: float) -> bool:
        gross = self.cover(target)
        if gross is None:
            return False
        years, base = self.when(target, late=True), base_of(self.world, target)
        named = list(sinks(self.world, target))
        if named and self.chance(0.4):
            target["removals"] = named[:1]
        need = gross - self.case.removed(sinks(self.world, target))[:, 0]
        most = need[years].max() / base
        if most > 0:
            allowed = most * (1 + self.margin(tighten))
            if allowed > 1:
                return False
            target |= {
                "credits": f"{100 * allowed:.6g} %",
                "credit_price": f"{self.rng.uniform(0.2, 3):.4g} MCNY/ktCO2e",
            }
            if self.chance(0.3):
                target["credit_price"] = {self.first: target["credit_price"], self.last: "2.5 MCNY/ktCO2e"}
            target["bought"] = [(self.world.years[y], max(0.0, min(need[y], allowed * base))) for y in years]
        residual = gross[years].max() / base * (1 + self.margin(tighten))
        if residual < 0.99 and self.chance(0.75):
            target["residual"] = f"{100 * residual:.6g} %"
        return True

    def intensity(self, target: dict, tighten: float) -> bool:
        gross = self.cover(target)
        if gross is None:
            return False
        years = self.when(target)
        if self.chance(0.4):
            target["per"] = "tonnage"
            path, unit = self.world.path("tonnage"), "ktCO2e/GWh"
            per, base = path.over(self.world.years), path.at(self.world.base_year)
        else:
            target |= {"per": "revenue"} if self.chance(0.7) else {}
            entity, unit = target.get("entity"), "ktCO2e/MCNY"
            per = np.array([self.world.summed_up("revenue", entity, int(y)) for y in self.world.years])
            base = self.world.summed_up("revenue", entity, self.world.base_year)
        if base <= 0:
            return False
        allowed = (gross / per)[years].max() * (1 + self.margin(tighten))
        cut = 1 - allowed / (base_of(self.world, target) / base)
        if cut > 0.011 and self.chance(0.7):
            target["cut"] = f"{100 * cut:.6g} %"
        else:
            target["at_most"] = f"{allowed:.7g} {unit}"
        return True

    def carbon_budget(self, target: dict, tighten: float) -> bool:
        gross = self.cover(target)
        if gross is None:
            return False
        from_year = self.rng.choice([self.first, self.first + 1])
        target["years"] = [from_year, self.rng.randint(from_year + 1, self.last)]
        years = slice(from_year - self.first, target["years"][1] - self.first + 1)
        if self.chance(0.5):
            target["net"] = True
            if list(sinks(self.world, target)) and self.chance(0.4):
                target["removals"] = sinks(self.world, target)[:1]
            gross = gross - self.case.removed(sinks(self.world, target))[:, 0]
        total = gross[years].sum()
        target["at_most"] = self.tonnes(total * (1 + self.margin(tighten)))
        return total > 1

    def avoided(self, target: dict, tighten: float) -> bool:
        if self.chance(0.5):
            target["entity"] = self.rng.choice(list(self.world.entities))
        entity, years = target.get("entity"), self.when(target)
        within = self.world.below(entity)
        total = np.array([self.world.summed_up("avoided_baseline", entity, int(y)) for y in self.world.years])
        for name, effects in self.case.effects.items():
            if self.world.entity_of(self.raw["projects"][name]) in within:
                total = total + effects.avoided[:, 0]
        least = total[years].min()
        if least < 0.5:
            return False
        base, reached = least / self.rng.choice([1, 2, 4]), least * (1 - self.margin(tighten))
        target |= {"base": f"{base:.6g} ktCO2e", "multiple": float(f"{reached / base:.5g}")}
        if self.chance(0.3):
            target["multiple"] = {self.first: 0, int(self.world.years[years[-1]]): target["multiple"]}
        return True

    def historical(self, target: dict, tighten: float) -> bool:
        if self.chance(0.6):
            target["entity"] = self.rng.choice(list(self.world.entities))
        target["by"] = self.rng.choice([self.last, self.last - 1])
        counted = sinks(self.world, target, durable=True)
        removed = self.case.removed(counted)[: target["by"] - self.first + 1, 0].sum()
        if removed < 0.5:
            return False
        target["stock"] = self.tonnes(removed * (1 - self.margin(tighten)))
        return True


def least_with_carry(spent: np.ndarray, keep: float) -> float:
    """The least constant limit that pays for `spent` when unspent money moves on, by bisection."""

    def enough(limit: float) -> bool:
        kept = 0.0
        for amount in spent:
            left = limit + kept - amount
            if left < 0:
                return False
            kept = keep * left
        return True

    low, high = 0.0, max(spent.max(), 0.0)
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
