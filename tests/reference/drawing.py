"""Random tiny scenarios: up to four projects, five years, every feature of the contract now and then.

A scenario is drawn in two steps. First what the world is and what could be done; then a *witness*, one random schedule
of it, whose tonnes and money say where limits and targets are worth putting (`thresholds`).
"""

import itertools
import random

from .features import features
from .thresholds import add_thresholds

__all__ = ["draw", "features"]

MOST_SCHEDULES = 2000  # of whole numbers
MOST_PROGRAMMES = 200  # of whole numbers when each leaves a linear program


def draw(seed: int) -> dict:
    """The scenario of a seed; the same on every machine."""
    for attempt in itertools.count():
        rng = random.Random(f"scenario {seed}, attempt {attempt}")
        raw = Drawing(rng).scenario()
        if within_reference(raw) and add_thresholds(rng, raw, MOST_SCHEDULES, MOST_PROGRAMMES):
            return raw


def within_reference(raw: dict) -> bool:
    """At most one share-measure of open size on a source: two would no longer leave a linear program."""
    measured = [
        name
        for entry in raw["projects"].values()
        if "size" in entry
        for key in ("abates", "abates_market")
        for name, effect in entry.get(key, {}).items()
        if "%" in str(effect)
    ]
    return len(measured) == len(set(measured))


def share(value: float) -> str:
    return f"{100 * value:.3f} %"


class Drawing:
    """What the world is, and what could be done: all but limits and targets."""

    def __init__(self, rng: random.Random):
        self.rng = rng
        self.first = 1 if self.chance(0.08) else 2026
        self.last = self.first + rng.choice([2, 3, 3, 4, 4])
        self.years = list(range(self.first, self.last + 1))
        self.continuous = self.chance(0.3)
        # Measures that pay and together claim more than there is, or crews that renewals keep busy.
        self.greedy = self.chance(0.2)
        self.busy = not self.greedy and self.chance(0.2)
        self.base_year = self.first

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def between(self, low: float, high: float) -> float:
        return float(f"{self.rng.uniform(low, high):.3g}")

    def scenario(self) -> dict:
        raw = self.header()
        raw["series"] = {
            "grid": {
                self.first: f"{self.between(0.5, 0.6)} tCO2e/MWh",
                self.last + 2: f"{self.between(0.3, 0.45)} tCO2e/MWh",
            },
            "power_price": f"{self.between(0.3, 0.7)} CNY/kWh",
            "tonnage": {"start": f"{self.between(80, 120)} GWh", "growth": share(self.between(-0.02, 0.06))},
        }
        self.entities = self.draw_entities()
        self.sources = self.draw_sources()
        raw |= {"entities": self.entities, "sources": self.sources}
        self.projects = {}
        overlap = not self.greedy and self.chance(0.5)
        kinds = self.kinds(overlap)
        for name, kind in zip("abcd", kinds, strict=False):
            self.projects[name] = self.project(kind, overlap)
        raw["projects"] = self.projects
        self.add_research()
        self.add_logic(raw)
        self.add_uses(raw)
        return raw

    def header(self) -> dict:
        raw = {"version": 1, "horizon": {"first": self.first, "last": self.last}}
        if self.chance(0.7):
            self.base_year = self.first - self.rng.choice([0, 1, 1] if self.first == 1 else [0, 1, 2])
            raw["base_year"] = self.base_year
        if self.chance(0.6):
            raw["price_year"] = self.first - self.rng.choice([0, 1, -1] if self.first == 1 else [0, 1, 2, -1])
        if self.chance(0.8):
            raw["discount_rate"] = self.rng.choice(["3 %", "6 %", "8 %", "0 %"])
        if self.chance(0.4):
            raw["salvage"] = self.rng.choice(["annuity", "linear", "none"])
        return raw

    def draw_entities(self) -> dict:
        tree = self.rng.choice(
            [{}, {"works": "group"}, {"works": "group", "yard": "group"}, {"works": "group", "yard": "works"}]
        )
        entities = {"group": {}} | {name: {"parent": parent} for name, parent in tree.items()}
        # Revenue of the group itself, or only of what has nothing below it: then it is summed.
        leaves = [name for name in entities if name not in tree.values()]
        for name in ["group"] if self.chance(0.4) else leaves:
            entities[name]["revenue"] = self.money_path(2000, 6000, 0.05)
        if self.chance(0.2):
            name = self.rng.choice(leaves)
            entities[name]["avoided_baseline"] = f"{self.between(3, 10)} ktCO2e"
        return entities

    def money_path(self, low, high, growth):
        start = self.between(low, high)
        if self.chance(0.5):
            return {"start": f"{start} MCNY", "growth": share(self.between(0, growth))}
        return {self.base_year: f"{start} MCNY", self.last: f"{start * self.between(1, 1 + 3 * growth):.5g} MCNY"}

    def draw_sources(self) -> dict:
        sources = {"site": {"entity": self.entity(), "scope": 1, "baseline": self.baseline(60, 120)}}
        if self.chance(0.75):
            sources["power"] = {
                "entity": self.entity(),
                "scope": 2,
                "activity": self.activity(),
                "factor": "grid" if self.chance(0.7) else f"{self.between(0.4, 0.6)} ktCO2e/GWh",
            }
            if self.chance(0.5):
                sources["power"]["market_factor"] = f"{self.between(0.3, 0.7)} ktCO2e/GWh"
        if self.chance(0.35):
            sources["bought"] = {"entity": self.entity(), "scope": 3, "baseline": self.baseline(30, 80)}
            if self.chance(0.7):
                sources["bought"]["category"] = self.rng.choice([1, 4])
        return sources

    def entity(self) -> str:
        return self.rng.choice(list(self.entities))

    def baseline(self, low, high):
        level = self.between(low, high)
        form = self.rng.choice(["flat", "knots", "growth", "anchor"])
        if form == "flat":
            return f"{level} ktCO2e"
        if form == "knots":
            knots = {
                self.base_year: level,
                self.first + 1: level * self.between(0.95, 1.12),
                self.last: level * self.between(0.85, 1.15),
            }
            return {year: f"{1000 * value:.0f} tCO2e" for year, value in knots.items()}
        path = {"start": f"{level} ktCO2e", "growth": share(self.between(-0.03, 0.05))}
        return path | ({"from": self.base_year} if form == "anchor" else {})

    def activity(self):
        level = self.between(80, 160)
        if self.chance(0.4):
            return f"{level} GWh"
        return {self.base_year: f"{level} GWh", self.last: f"{level * self.between(0.9, 1.25):.5g} GWh"}

    # -- projects -------------------------------------------------------------------------------------------------

    def kinds(self, overlap: bool) -> list[str]:
        count = self.rng.choice([1, 2, 3, 3, 4, 4])
        weights = {"upgrade": 6, "programme": 1.5, "sink": 2.8, "facility": 3.5 if "power" in self.sources else 0}
        kinds = self.rng.choices(list(weights), list(weights.values()), k=count)
        if not overlap and self.chance(0.15):
            kinds[:2] = ["sink"] * len(kinds[:2])
        if overlap:
            most = self.rng.choice([2, 2, 3, 4])
            kinds[:most] = ["upgrade"] * len(kinds[:most])
        return kinds

    def project(self, kind: str, overlap: bool) -> dict:
        entry = {"kind": kind}
        if len([e for e in self.entities.values() if "parent" not in e]) > 1 or self.chance(0.8):
            entry["entity"] = self.entity()
        per = self.amount(entry)
        self.add_time(entry)
        self.add_money(entry, per)
        {"sink": self.add_sink, "facility": self.add_facility}.get(kind, self.add_abatement)(entry, per, overlap)
        if self.chance(0.3):
            entry["ramp"] = self.rng.choice([["40 %", "100 %"], ["30 %", "60 %", "100 %"], [0.5, 0.8]])
        if self.chance(0.35):
            entry["tags"] = self.rng.choice([["green"], ["green", "digital"], ["digital"]])
        if self.chance(0.15):
            entry["committed"] = True
        return entry

    def amount(self, entry: dict) -> str:
        """Units, a size, or nothing (yes or no); returns what amounts are per: '', '/MW' or '/ha'."""
        if self.continuous and self.chance(0.45):
            unit = "ha" if entry["kind"] == "sink" else "MW"
            most = self.rng.choice([4, 8, 12])
            entry["size"] = {"max": f"{most} {unit}"}
            if self.chance(0.6):
                entry["size"]["per_year"] = f"{most / 2:g} {unit}"
            if self.chance(0.3):
                entry["size"]["min"] = f"{most / 4:g} {unit}"
            return f"/{unit}"
        if self.chance(0.4):
            entry["units"] = {"max": self.rng.choice([2, 2, 3])}
            if self.chance(0.6):
                entry["units"]["per_year"] = self.rng.choice([1, 2])
            if self.chance(0.3):
                entry["units"]["min"] = 2
        return ""

    def lots(self, entry: dict) -> float:
        return float(entry["size"]["max"].split()[0]) if "size" in entry else entry.get("units", {}).get("max", 1)

    def add_time(self, entry: dict) -> None:
        begin = self.rng.choice(self.years[:3])
        form = self.rng.random()
        if form < 0.15:
            entry["start"] = begin
        elif form < 0.9:
            entry["start"] = [begin, min(self.last, begin + self.rng.choice([1, 2]))]
            if self.chance(0.12):
                entry["start"] = [self.first - 1, self.first + 1]
        if self.chance(0.7):
            entry["lead_time"] = self.rng.choice([0, 1, 1, 2])
        if self.chance(0.55):
            entry["life"] = self.rng.choice([1, 2] if self.busy else [1, 2, 2, 3, 4, 8])
            if self.chance(0.8):
                entry["renew"] = self.busy or self.chance(0.6)
            if self.chance(0.2):
                entry["salvage"] = self.rng.choice(["annuity", "linear", "none"])

    def add_money(self, entry: dict, per: str) -> None:
        unit_cost = self.between(15, 90) / self.lots(entry) ** (1.0 if per else 0.7)
        lead = entry.get("lead_time", 0)
        form = self.rng.random()
        entry["capex"] = f"{unit_cost:.4g} MCNY{per}"
        if form < 0.2:
            entry["capex"] = [f"{unit_cost * part:.4g} MCNY{per}" for part in (0.5, 0.3, 0.2)[: lead + 1]]
        elif form < 0.35:
            entry["capex_profile"] = self.rng.choice([["60 %", "40 %"], ["20 %", "50 %", "30 %"]])
        if self.chance(0.35):
            entry["cost_trend"] = share(self.between(-0.08, 0.04))
        yearly = unit_cost * self.between(0.02, 0.08) * (-1 if self.chance(0.3) else 1)
        # Some pay for themselves, so that limits must hold plans back as well as targets drive them.
        if self.chance(0.75 if self.greedy else 0.25):
            yearly = -unit_cost * self.between(0.25, 0.7)
        form = self.rng.random()
        if form < 0.3 or (yearly < -0.1 * unit_cost and form > 0.6):
            entry["opex"] = f"{1000 * yearly:.4g} kCNY{per}"
        elif form < 0.45:
            entry["opex"] = [f"{yearly * part:.4g} MCNY{per}" for part in (1, 1.5, 2)[: self.rng.choice([2, 3])]]
        elif form < 0.6:
            entry["opex"] = {self.first: f"{yearly:.4g} MCNY{per}", self.last: f"{1.6 * yearly:.4g} MCNY{per}"}

    def add_abatement(self, entry: dict, per: str, overlap: bool) -> None:
        name = "site" if overlap and self.chance(0.85) else self.rng.choice(list(self.sources))
        fraction = self.between(0.12, 0.5) if self.lots(entry) == 1 else self.between(0.25, 0.98)
        size = self.level(name) * fraction / self.lots(entry)
        form = "share" if overlap else self.rng.choice(["share", "share", "tonnes", "activity"])
        if self.greedy:
            name, form = list(self.sources)[min(1, len(self.sources) - 1)], self.rng.choice(["tonnes", "activity"])
            fraction = self.between(0.4, 0.7) if self.lots(entry) == 1 else self.between(0.6, 1.3)
            size = self.level(name) * fraction / self.lots(entry)
        entry["abates"] = {name: self.abated(form, name, fraction / self.lots(entry), size, per)}
        others = [other for other in self.sources if other != name]
        if others and self.chance(0.2):
            other = self.rng.choice(others)
            form = "activity" if other == "power" and self.chance(0.5) else self.rng.choice(["tonnes", "share"])
            entry["abates"][other] = self.abated(
                form, other, -0.08 / self.lots(entry), -0.08 * self.level(other) / self.lots(entry), per
            )
        if "market_factor" in self.sources.get("power", {}) and self.chance(0.45):
            self.add_market(entry, per)
        if self.chance(0.2):
            entry["avoids"] = f"{self.between(2, 12) / self.lots(entry):.4g} ktCO2e{per}"

    def add_market(self, entry: dict, per: str) -> None:
        """A contract for green power; sometimes it is all that the project is."""
        if self.chance(0.5):
            entry["abates"] = {}
        if "power" not in entry["abates"]:
            form = self.rng.choice(["share", "share", "tonnes", "activity"])
            fraction = self.between(0.2, 0.9) / self.lots(entry)
            entry["abates_market"] = {"power": self.abated(form, "power", fraction, 40 * fraction, per)}
        if not entry["abates"]:
            del entry["abates"]
            entry.setdefault("avoids", f"{self.between(2, 6) / self.lots(entry):.4g} ktCO2e{per}")

    def abated(self, form: str, name: str, fraction: float, tonnes: float, per: str):
        """An effect on a source: a share, tonnes or activity; sometimes a path by calendar year."""
        value, unit = 100 * fraction, "%"
        if form == "activity" and name == "power":
            value, unit = 2 * tonnes, "GWh"
        elif form != "share":
            value, unit = tonnes, "ktCO2e"
        if self.chance(0.2):
            return {self.first: f"{0.8 * value:.4g} {unit}{per}", self.last: f"{value:.4g} {unit}{per}"}
        return f"{value:.4g} {unit}{per}"

    def level(self, name: str) -> float:
        """Roughly what a source emits (ktCO2e)."""
        return {"site": 85.0, "power": 50.0, "bought": 50.0}[name]

    def add_facility(self, entry: dict, per: str, overlap: bool) -> None:
        total = self.between(25, 90)
        entry["yield"] = f"{total / self.lots(entry):.4g} GWh{per}"
        if self.chance(0.15):
            entry["yield"] = {self.first: entry["yield"], self.last: f"{0.9 * total / self.lots(entry):.4g} GWh{per}"}
        ways = self.rng.choice(["supplies", "supplies", "sells", "both", "both", "both"])
        if ways != "sells":
            entry["supplies"] = "power"
            if self.chance(0.85):
                entry["price"] = "power_price"
        if ways != "supplies":
            entry["sells"] = f"{self.between(0.1, 0.4)} MCNY/GWh"
            if self.chance(0.8):
                entry["displaces"] = "grid" if self.chance(0.6) else f"{self.between(0.3, 0.6)} ktCO2e/GWh"
        if ways == "both" and not self.chance(0.7 if self.continuous else 0.2):
            entry["self_use"] = share(self.between(0.4, 0.9))

    def add_sink(self, entry: dict, per: str, overlap: bool) -> None:
        full = self.between(8, 30) / self.lots(entry)
        unit = f"ktCO2e{per}"
        entry["removal"] = self.rng.choice(
            [
                f"{full:.4g} {unit}",
                {0: f"{0.2 * full:.4g} {unit}", 2: f"{full:.4g} {unit}"},
                {0: f"0 {unit}", 1: f"{0.6 * full:.4g} {unit}", 3: f"{full:.4g} {unit}"},
            ]
        )
        if self.chance(0.6):
            entry["buffer"] = self.rng.choice(["10 %", "20 %"])
        if self.chance(0.6):
            entry["durable"] = True

    # -- logic and resources --------------------------------------------------------------------------------------

    def add_research(self) -> None:
        """One or two projects become research that lowers the capex of another."""
        names = [name for name, entry in self.projects.items() if "size" not in entry]
        if len(self.projects) < 2 or not names or not self.chance(0.35):
            return
        for name in names[: 2 if len(self.projects) > 2 and self.chance(0.4) else 1]:
            target = self.rng.choice([other for other in self.projects if other > name] or [None])
            if target is None:
                continue
            old = self.projects[name]
            research = {key: old[key] for key in ("entity", "start", "lead_time", "life", "tags") if key in old}
            self.projects[name] = research | {
                "kind": "research",
                "capex": f"{self.between(2, 9)} MCNY",
                "lowers_capex": {target: share(self.between(0.15, 0.5))},
            }
            if self.chance(0.3):
                self.projects[name]["avoids"] = f"{self.between(1, 4)} ktCO2e"

    def add_logic(self, raw: dict) -> None:
        names = list(self.projects)
        whole = [name for name in names if "size" not in self.projects[name]]
        for place, name in enumerate(names):
            before = [other for other in names[:place] if other in whole]
            if before and self.chance(0.3):
                self.projects[name]["requires"] = self.requirement(before)
            elif place and self.chance(0.18):
                self.projects[name]["excludes"] = [self.rng.choice(names[:place])]
        if len(names) > 1 and self.chance(0.3):
            some = self.rng.sample(names, self.rng.choice([2, len(names)]))
            raw["groups"] = {"choice": {"projects": some, "at_most": self.rng.choice([1, 1, 2])}}
            countable = [n for n in some if n in whole or "min" in self.projects[n]["size"]]
            if countable and self.chance(0.5):
                raw["groups"]["choice"] = {"projects": countable, "at_least": 1}

    def requirement(self, before: list[str]):
        lags = {name: self.rng.choice([0, 1, 1, 2]) for name in before}
        form = self.rng.random()
        if form < 0.35:
            return {before[-1]: lags[before[-1]]}
        if form < 0.5:
            return self.rng.choice([before[-1:], before[0]])
        if form < 0.8 and len(before) > 1:
            either = lags if self.chance(0.6) else before
            return {"any_of": either} | ({before[0]: 0} if self.chance(0.3) else {})
        return lags

    def add_uses(self, raw: dict) -> None:
        if not self.busy and not self.chance(0.4):
            return
        raw["resources"] = {"crews": {}}
        for entry in self.projects.values():
            if "size" not in entry and self.chance(0.95 if self.busy else 0.75):
                entry["uses"] = {"crews": self.rng.choice([1, 2, [2, 1], [1, 2, 1]])}
