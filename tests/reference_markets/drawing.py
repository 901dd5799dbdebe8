"""Random tiny scenarios with markets: up to three projects, four years, every feature of a market now and then."""

import itertools
import random

from tests.reference.search import Search

from .enumeration import MarketSearch

MOST_PROGRAMMES = 144


def draw(seed: int) -> dict:
    """The scenario of a seed; the same on every machine."""
    for attempt in itertools.count():
        raw = Drawing(random.Random(f"market {seed}, attempt {attempt}")).scenario()
        if 0 < MarketSearch(raw).programmes() <= MOST_PROGRAMMES:
            return raw


def features(raw: dict) -> set[str]:
    """Names of what a scenario uses of markets."""
    found = set()
    for market in raw["markets"].values():
        kind = market.get("kind", "external")
        for key, value in market.items():
            found.add(f"{kind}.{key}")
            if isinstance(value, dict) and key in ("banking", "borrowing", "credits", "issues", "certificates"):
                found |= {f"{kind}.{key}.{inner}" for inner in value}
    chosen = [{*m.get(k, {}).get("projects", [])} for m in raw["markets"].values() for k in ("issues", "certificates")]
    if chosen and any(a & b for a, b in itertools.combinations(chosen, 2)):
        found.add("credits or certificates")
    return found | {f"target.{t['kind']}" for t in raw.get("targets", {}).values()} | set(raw.get("budgets", {}))


class Drawing:
    """A world, its projects and its markets."""

    def __init__(self, rng: random.Random):
        self.rng, self.later = rng, random.Random(f"later {rng.getstate()[1][1:4]}")
        self.first, self.last = 1, rng.choice([2, 3, 3, 4])
        self.years = list(range(1, self.last + 1))
        self.sources = self.draw_sources()
        self.projects = self.draw_projects()

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def between(self, low: float, high: float) -> float:
        return float(f"{self.rng.uniform(low, high):.3g}")

    def percent(self, low: float, high: float) -> str:
        return f"{self.between(low, high)} %"

    def path(self, unit: str, low: float, high: float) -> object:
        if self.chance(0.4):
            return f"{self.between(low, high)} {unit}"
        return {1: f"{self.between(low, high)} {unit}", self.last: f"{self.between(low, high)} {unit}"}

    def scenario(self) -> dict:
        raw = {
            "horizon": {"first": self.first, "last": self.last},
            "discount_rate": self.rng.choice(["0 %", "6 %", "10 %"]),
            "salvage": "none",
            "entities": {
                "group": {},
                "works": {"parent": "group"},
                "yard": {"parent": "group"},
                "dock": {"parent": "yard"},
            },
            "sources": self.sources,
            "projects": self.projects,
        }
        gross = self.witnessed(raw)
        markets = {}
        if self.chance(0.85):
            markets["ets"] = self.seller() if self.chance(0.15) else self.external()
        if not markets or self.chance(0.35):
            markets["inside"] = self.internal(gross)
        if self.chance(0.25):
            markets["other"] = self.other()
        raw["markets"] = self.once_each(markets)
        raw["targets"] = self.targets(raw, gross)
        if self.chance(0.3):
            raw["budgets"] = self.budgets()
        return raw

    def draw_sources(self) -> dict:
        sources = {
            "kiln": {"entity": "works", "scope": 1, "baseline": self.path("ktCO2e", 60, 120)},
            "crane": {"entity": self.rng.choice(["yard", "dock"]), "scope": 1, "baseline": self.path("ktCO2e", 20, 80)},
        }
        if self.chance(0.4):
            grid, mix = self.path("tCO2e/MWh", 0.3, 0.6), self.path("tCO2e/MWh", 0.5, 0.8)
            power = {"entity": "yard", "scope": 2, "activity": self.path("GWh", 40, 80), "factor": grid}
            sources["power"] = power | ({"market_factor": mix} if self.chance(0.5) else {})
        return sources

    def start(self) -> object:
        first = self.rng.choice(self.years)
        return first if self.chance(0.5) else [first, min(first + 1, self.last)]

    def draw_projects(self) -> dict:
        projects = {}
        for name, source in (("burner", "kiln"), ("motor", self.rng.choice(list(self.sources)))):
            if self.chance(0.75):
                abates = self.percent(20, 70) if self.chance(0.6) else f"{self.between(5, 15)} ktCO2e"
                projects[name] = {
                    "kind": "upgrade",
                    "entity": self.sources[source]["entity"],
                    "start": self.start(),
                    "capex": f"{self.between(0.5, 6)} MCNY",
                    "abates": {source: abates},
                }
        if self.chance(0.55):
            projects["wood"] = {
                "kind": "sink",
                "entity": self.rng.choice(["group", "yard"]),
                "start": self.start(),
                "capex": f"{self.between(0.2, 2)} MCNY",
                "removal": {0: f"{self.between(2, 9)} ktCO2e", 2: f"{self.between(5, 12)} ktCO2e"},
                "durable": True,
                "tags": ["green"],
            }
            if self.later.random() < 0.25:
                projects["wood"]["removal"] |= {1: "-3 ktCO2e"}
                projects["wood"]["buffer"] = "20 %"
        if self.chance(0.5) or not projects:
            projects["solar"] = self.facility()
            projects["solar"] |= {"avoids": f"{self.later.randint(2, 9)} ktCO2e"} if self.later.random() < 0.5 else {}
        for entry in projects.values():
            if self.chance(0.3):
                entry["lead_time"] = 1
            if self.chance(0.3):
                entry["life"] = self.rng.choice([1, 2])
        return projects

    def facility(self) -> dict:
        entry = {
            "kind": "facility", "entity": self.rng.choice(["works", "yard"]), "start": self.start(),
            "capex": f"{self.between(1, 8)} MCNY",
            "yield": f"{self.between(8, 20)} GWh",
            "sells": f"{self.between(0.1, 0.4)} CNY/kWh",
            "displaces": self.path("tCO2e/MWh", 0.3, 0.6),
            "tags": ["green"],
        }  # fmt: skip
        if "power" in self.sources and self.chance(0.6):
            entry |= {"supplies": "power", "price": f"{self.between(0.1, 0.4)} CNY/kWh"}
            if self.chance(0.4):
                entry["self_use"] = self.percent(20, 90)
        return entry

    def witnessed(self, raw: dict) -> dict[str, list[float]]:
        """Gross emissions by source of one random schedule: where a cap is worth putting."""
        search = Search(raw | {"projects": {n: p for n, p in self.projects.items() if p["kind"] != "facility"}})
        options = self.rng.choice([options for _, options in search.schedules()])
        case = search.case(options)
        return {name: [float(v) for v in case.gross_of(name, "location")[:, 0]] for name in self.sources}

    def coverage(self, several: bool = False) -> dict:
        entities = self.rng.choice([["works", "yard"], ["works", "yard"], ["works"], ["group"], ["group", "works"]])
        found: dict = {"entities": ["works", "yard"] if several else entities}
        if not several and self.chance(0.15):
            del found["entities"]
        if self.chance(0.3):
            found["scopes"] = self.rng.choice([[1], [1, 2]])
        elif self.chance(0.2):
            found["sources"] = ["kiln"]
            found["entities"] = ["works"]
        if "power" in self.sources and self.chance(0.3):
            found["basis"] = "market"
        if self.chance(0.25):
            found["from_year"] = self.rng.choice(self.years)
        if self.chance(0.2):
            found["until_year"] = self.rng.randint(found.get("from_year", 1), self.last)
        return found

    def external(self) -> dict:
        market = self.coverage() | {"price": self.path("CNY/tCO2e", 20, 140)}
        if self.chance(0.3):
            market["phase_in"] = {1: self.percent(20, 90), self.last: "100 %"}
        if len(market.get("entities", [])) > 1 and self.chance(0.25):
            market["pooled"] = True
        if self.chance(0.75):
            self.add_free(market)
        self.add_trade(market)
        if self.chance(0.6):
            self.add_banking(market)
        if self.chance(0.25):
            market["borrowing"] = {"share": self.percent(5, 40)}
            if self.chance(0.5):
                market["borrowing"]["interest"] = self.percent(2, 20)
        if self.chance(0.55):
            market["credits"] = {"price": self.path("CNY/tCO2e", 10, 120)}
            if self.chance(0.7):
                market["credits"]["share"] = self.rng.choice([self.percent(2, 20), {1: "2 %", self.last: "15 %"}])
            if self.chance(0.8):
                self.add_issues(market)
        if "solar" in self.projects and self.chance(0.4):
            market["certificates"] = {"projects": ["solar"], "price": self.path("CNY/MWh", 5, 60)}
        return market

    def seller(self) -> dict:
        """Who is given more than it needs, while prices rise: how much may be kept, and what raises that limit?"""
        low = self.between(20, 60)
        market: dict = {
            "entities": ["works"],
            "price": {1: f"{low} CNY/tCO2e", self.last: f"{low * self.between(1.5, 4):.3f} CNY/tCO2e"},
            "free_allocation": {1: self.percent(110, 180), self.last: self.percent(60, 150)},
            "banking": {"multiple": self.rng.choice([0.5, 1, 1.5, 3])},
        }
        if self.chance(0.6):
            market["banking"]["keep"] = f"{self.between(1, 12)} ktCO2e"
        if self.chance(0.3):
            market["final_value"] = "price"
        return market

    def add_free(self, market: dict) -> None:
        form = self.rng.choice(["share", "share", "tonnes", "benchmark", "by entity"])
        many = len(market.get("entities", [])) > 1 and not market.get("pooled")
        if form == "share":
            market["free_allocation"] = {1: self.percent(60, 120), self.last: self.percent(20, 100)}
            if self.chance(0.4):
                market["against"] = self.rng.choice(["base_year", "baseline"])
        elif form == "tonnes" and not many:
            market["free_allocation"] = self.path("ktCO2e", 10, 120)
        elif form == "benchmark" and not many:
            market["free_allocation"] = {"benchmark": "0.7 tCO2e/MWh", "activity": self.path("GWh", 40, 150)}
        elif market.get("entities") and not market.get("pooled"):
            forms = [self.percent(30, 110), self.path("ktCO2e", 10, 90)]
            market["free_allocation"] = {e: self.rng.choice(forms) for e in market["entities"]}

    def add_trade(self, market: dict) -> None:
        way = self.rng.choice(["plain", "plain", "spread", "sell_price", "no sales", "no purchases"])
        if way == "spread":
            market["spread"] = self.percent(1, 20)
        elif way == "sell_price":
            market["sell_price"] = f"{self.between(2, 19)} CNY/tCO2e"
        elif way == "no sales":
            market["sell"] = False
        elif way == "no purchases":
            market["buy"] = False
            market["free_allocation"] = {1: self.percent(85, 110), self.last: self.percent(60, 110)}

    def add_banking(self, market: dict) -> None:
        form = self.rng.choice(["keep", "keep", "unlimited", "multiple", "both"])
        banking: dict = {}
        if form in ("keep", "both"):
            banking["keep"] = f"{self.between(2, 30)} ktCO2e"
        if form in ("multiple", "both"):
            banking["multiple"] = self.rng.choice([1, 1.5, 0.5])
        if self.chance(0.3):
            banking["start"] = f"{self.between(1, 20)} ktCO2e"
        market["banking"] = banking or True
        if form != "unlimited" and self.chance(0.3):
            market["final_value"] = "price"

    def add_issues(self, market: dict) -> None:
        earners = [n for n in ("wood", "solar") if n in self.projects]
        if not earners:
            return
        issues: dict = {"projects": earners} if self.chance(0.7) else {"tags": ["green"]}
        if self.chance(0.3):
            issues["factor"] = self.percent(40, 100)
        elif "solar" in earners and self.chance(0.3):
            issues["factor"] = f"{self.between(0.2, 0.9)} tCO2e/MWh"
        if self.chance(0.5):
            issues["period"] = self.rng.choice([1, 2])
        if self.chance(0.5):
            issues["lag"] = 1
        if self.chance(0.4):
            issues["buffer"] = self.percent(5, 30)
        market["issues"] = issues

    def internal(self, gross: dict[str, list[float]]) -> dict:
        market = self.coverage(several=True) | {"kind": "internal"}
        market.pop("sources", None)
        market["entities"] = ["works", "yard"]
        scopes = market.get("scopes", [1, 2, 3])
        covered = [s for s, entry in self.sources.items() if entry["scope"] in scopes]
        slack = self.rng.choice([0.98, 1.0001, 1.02, 1.1, 1.3])
        total = [sum(gross[s][y] for s in covered) * slack for y in range(len(self.years))]
        form = self.rng.choice(["cap", "cap", "share", "tonnes", "shares of the cap"])
        if form == "share":
            market["cap"] = {1: self.percent(80, 110), self.last: self.percent(40, 100)}
            market |= {"against": "baseline"} if self.chance(0.4) else {}
        elif form == "tonnes":
            part = self.between(0.2, 0.8)
            market["allocation"] = {
                "works": {y: f"{t * part:.4f} ktCO2e" for y, t in zip(self.years, total, strict=True)},
                "yard": {y: f"{t * (1 - part):.4f} ktCO2e" for y, t in zip(self.years, total, strict=True)},
            }
        else:
            market["cap"] = {y: f"{t:.4f} ktCO2e" for y, t in zip(self.years, total, strict=True)}
        if form == "shares of the cap":
            part = self.rng.randint(10, 90)
            market["allocation"] = {"works": f"{part} %", "yard": f"{100 - part} %"}
        if self.chance(0.5):
            market["banking"] = self.rng.choice([True, {"keep": f"{self.between(2, 20)} ktCO2e"}])
            if market["banking"] is not True and self.chance(0.4):
                market["banking"]["start"] = f"{self.between(1, 9)} ktCO2e"
        return market

    def other(self) -> dict:
        """A market that buys credits or certificates only."""
        market: dict = {"credits": {"price": self.path("CNY/tCO2e", 10, 120)}}
        self.add_issues(market)
        if "solar" in self.projects and self.chance(0.6):
            market["certificates"] = {"projects": ["solar"], "price": self.path("CNY/MWh", 5, 60)}
        return market

    def once_each(self, markets: dict) -> dict:
        """A project earns credits in one market only, and certificates in one."""
        for key in ("issues", "certificates"):
            having = [name for name, m in markets.items() if key in m]
            for name in having[1:]:
                del markets[name][key]
        return markets

    def targets(self, raw: dict, gross: dict[str, list[float]]) -> dict:
        targets = {}
        total = [sum(values) for values in zip(*gross.values(), strict=True)]
        removed = 8.0 if "wood" in self.projects else 0.0
        if self.chance(0.3):
            by = self.rng.choice(self.years)
            base = sum(gross[s][0] for s in gross)
            targets["cut"] = {"kind": "reduction", "by": by, "cut": f"{max(base - total[-1], 0) * 0.5:.3f} ktCO2e"}
        if removed and self.chance(0.5):
            stock = self.between(1, 5)
            targets["past"] = {"kind": "historical", "by": self.last, "stock": f"{stock} ktCO2e"}
        if self.chance(0.3):
            target = {"kind": "neutrality", "sources": ["crane"], "by": self.last, "credits": "100 %"}
            if not any("credits" in m for m in raw["markets"].values()) or self.chance(0.3):
                target["credit_price"] = f"{self.between(20, 90)} CNY/tCO2e"
            targets["neutral"] = target
        if self.chance(0.2):
            most = sum(total) * self.between(0.97, 1.3) - removed * 0.5
            targets["tonnes"] = {
                "kind": "carbon_budget", "net": True, "years": [1, self.last], "at_most": f"{most:.3f} ktCO2e",
            }  # fmt: skip
        if "solar" in self.projects and self.later.random() < 0.4:
            missed = f"{self.later.randint(5, 80)} CNY/tCO2e"
            targets["customers"] = {"kind": "avoided", "by": 1, "base": "3 ktCO2e", "multiple": 1, "penalty": missed}
        if "neutral" in targets and self.later.random() < 0.6:
            above = {"kind": "neutrality", "sources": list(self.sources), "by": self.last, "credits": "100 %"}
            above |= {"basis": "market"} if self.later.random() < 0.4 else {}
            if "credit_price" in targets["neutral"]:
                above["credit_price"] = f"{self.later.randint(20, 60)} CNY/tCO2e"
            elif self.later.random() < 0.5:
                targets["neutral"]["credit_price"] = f"{self.later.randint(20, 90)} CNY/tCO2e"
            targets["above"] = above | {"penalty": f"{self.later.randint(20, 90)} CNY/tCO2e"}
        return targets

    def budgets(self) -> dict:
        found: dict = {"covers": "cash", "limit": f"{self.between(4, 25)} MCNY"}
        narrowed = self.rng.choice([{}, {"entity": "works"}, {"entity": "yard"}, {"tags": ["green"]}])
        if narrowed.get("tags") and not any("tags" in p for p in self.projects.values()):
            narrowed = {}
        if self.chance(0.3):
            found["carry_over"] = "50 %"
        return {"cash": found | narrowed}
