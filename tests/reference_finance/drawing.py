"""Random tiny scenarios with finance: up to three projects, five years, every key of every kind now and then."""

import itertools
import random

from .enumeration import count
from .world import World

MOST_TRIES = 90


def draw(seed: int) -> dict:
    """The scenario of a seed; the same on every machine."""
    for attempt in itertools.count():
        raw = Drawing(random.Random(f"finance {seed}, attempt {attempt}")).scenario()
        if count(raw) <= MOST_TRIES:
            return raw


class Drawing:
    """One scenario."""

    def __init__(self, rng: random.Random):
        self.rng, self.later = rng, random.Random(f"later {rng.getstate()[1][1:4]}")
        self.first = rng.choice([1, 2026])
        self.last = self.first + rng.choice([2, 3, 4])

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def money(self, low: float, high: float) -> str:
        return f"{self.rng.uniform(low, high):.3g} MCNY"

    def percent(self, low: float, high: float) -> str:
        return f"{self.rng.uniform(low, high):.3g} %"

    def years(self, most: int = 3):
        begin = self.rng.randint(self.first, self.last)
        return [begin, min(self.last, begin + self.rng.randint(0, most - 1))]

    def scenario(self) -> dict:
        raw = {"version": 1, "horizon": {"first": self.first, "last": self.last}}
        raw["discount_rate"] = self.rng.choice(["0 %", "3 %", "5 %", "8 %"])
        if self.chance(0.5):
            raw["salvage"] = self.rng.choice(["annuity", "linear", "none"])
        if self.chance(0.25):
            raw["inflation"] = self.percent(0.5, 4)
        if self.chance(0.3):
            raw["tax"] = {"rate": self.percent(15, 30)}
            if self.chance(0.4):
                raw["tax"]["years"] = self.rng.choice([1, 3, 10])
            if self.chance(0.4):
                raw["tax"]["operating"] = True
        raw["entities"] = {"group": {"revenue": {self.first: self.money(200, 400), self.last: self.money(200, 500)}}}
        for name in ("works", "yard")[: self.rng.choice([0, 1, 2])]:
            raw["entities"][name] = {"parent": "group", "revenue": self.money(100, 200)}
        raw["sources"] = {"site": {"entity": "group", "scope": 1, "baseline": "100 ktCO2e"}}
        raw["projects"] = {name: self.project(raw) for name in "abc"[: self.rng.choice([1, 2, 2, 3])]}
        self.add_targets(raw)
        self.add_budgets(raw)
        self.add_finance(raw)
        if self.later.random() < 0.3:
            entity = self.later.choice(list(raw["entities"]))
            raw["projects"]["z"] = {"kind": "programme", "entity": entity, "start": [self.first] * 2, "opex": "1 MCNY"}
            raw["projects"]["z"] |= {"committed": True, "tags": ["green"]}
        return raw

    def entity(self, raw: dict) -> str:
        return self.rng.choice(list(raw["entities"]))

    def project(self, raw: dict) -> dict:
        entry = {"kind": "upgrade", "entity": self.entity(raw), "capex": self.money(20, 90)}
        entry["start"] = self.years()
        entry["abates"] = {"site": f"{self.rng.uniform(10, 30):.3g} ktCO2e"}
        if self.chance(0.5):
            entry["lead_time"] = self.rng.choice([0, 1, 2])
        if self.chance(0.6):
            entry["life"] = self.rng.choice([1, 2, 4, 10])
            entry["renew"] = self.chance(0.4)
        if self.chance(0.6):
            entry["opex"] = self.money(-25, 5)
        if self.chance(0.7):
            entry["tags"] = self.rng.choice([["green"], ["green", "new"], ["new"]])
        if self.chance(0.2):
            entry["committed"] = True
        return entry

    def add_targets(self, raw: dict) -> None:
        raw["targets"] = {}
        if self.chance(0.7):
            cut = sum(float(p["abates"]["site"].split()[0]) for p in raw["projects"].values())
            cut *= self.rng.choice([0.3, 0.6, 0.95])
            raw["targets"]["cap"] = {"kind": "reduction", "by": self.last, "cut": f"{cut:.4g} ktCO2e"}
        for name in ("hope", "wish")[: self.rng.choice([1, 1, 2])]:
            raw["targets"][name] = {
                "kind": "reduction",
                "by": self.rng.randint(self.first, self.last),
                "cut": f"{self.rng.uniform(10, 50):.4g} ktCO2e",
                "penalty": self.rng.choice(["0 CNY/tCO2e", "20 CNY/tCO2e", "200 CNY/tCO2e"]),
            }

    def add_budgets(self, raw: dict) -> None:
        raw["budgets"] = {}
        for name in ("all", "part")[: self.rng.choice([1, 1, 2])]:
            budget = {"limit": {self.first: self.money(10, 70), self.last: self.money(15, 80)}}
            budget["covers"] = self.rng.choice(["capex", "cash", "cash"])
            if self.chance(0.15):
                budget["limit"] = {self.first: self.money(-20, 20), self.last: self.money(20, 90)}
                budget["covers"] = "cash"
            form = self.rng.random()
            if form < 0.4:
                budget["carry_over"] = self.percent(10, 100)
            elif form < 0.55:
                budget["window"] = 2
            if name == "part" or self.chance(0.2):
                self.narrow(raw, budget)
            raw["budgets"][name] = budget

    def narrow(self, raw: dict, filters: dict) -> None:
        tags = sorted({t for p in raw["projects"].values() for t in p.get("tags", [])})
        form = self.rng.choice(["entity", "tags", "projects"])
        if form == "tags" and tags:
            filters["tags"] = [self.rng.choice(tags)]
        elif form == "projects":
            filters["projects"] = [self.rng.choice(list(raw["projects"]))]
        else:
            filters["entity"] = self.entity(raw)

    # -- instruments ----------------------------------------------------------------------------------------------

    def add_finance(self, raw: dict) -> None:
        raw["finance"] = {}
        kinds = ["bond", "loan", "facility", "sustainability_linked", "grant", "deposit"]
        for i in range(self.rng.choice([1, 2, 2, 3])):
            kind = self.rng.choices(kinds, [4, 3, 2, 3, 2, 1.5])[0]
            entry = self.instrument(raw, kind)
            if entry is not None:
                raw["finance"][f"{kind}-{i}"] = entry
        debts = [n for n, e in raw["finance"].items() if e["kind"] not in ("grant", "deposit")]
        if debts and self.chance(0.4):
            raw["finance"]["roof"] = self.limit(raw, debts)

    def instrument(self, raw: dict, kind: str) -> dict | None:
        entry = {"kind": kind, "entity": self.entity(raw) if self.chance(0.3) else "group"}
        if self.chance(0.7):
            entry["issue"] = self.years(4)
            if self.chance(0.2):
                entry["issue"] = {"in": sorted(set(entry["issue"]))}
        if kind == "deposit":
            return self.deposit(entry)
        if kind == "grant" or self.chance(0.5):
            self.add_use(raw, entry, kind)
        eligible = World(raw).eligible(entry)
        if eligible == []:
            return None
        if eligible is None or self.chance(0.5):
            least = self.rng.choice([0, 0, 5, 12])
            entry["ticket"] = [f"{least} MCNY", self.money(15, 60)]
        least = float(entry.get("ticket", ["0"])[0].split()[0])
        if self.chance(0.25):
            entry["issues"] = self.rng.choice([1, 2])
        if least and self.chance(0.35):
            entry["committed"] = True
        if kind == "facility" or self.chance(0.25):
            entry["amount"] = self.money(20, 80)
        if kind == "grant":
            return entry
        return self.add_debt(raw, entry, kind)

    def add_debt(self, raw: dict, entry: dict, kind: str) -> dict:
        entry["rate"] = self.percent(-1, 9)
        if self.chance(0.2):
            entry["rate"] = {self.first: self.percent(1, 5), self.last: self.percent(1, 9)}
        entry["tenor"] = self.rng.choice([1, 2, 3, 5])
        if self.chance(0.4):
            entry["fee"] = self.percent(0.1, 2)
        if self.chance(0.15):
            entry["inflation"] = self.percent(0, 3)
        if self.chance(0.2):
            entry["issued"] = {self.first - self.rng.choice([1, 2]): self.money(5, 25)}
        if kind == "bond":
            if self.chance(0.25):
                entry["coupon"] = "at_maturity"
            return entry
        if self.chance(0.7):
            entry["repayment"] = self.rng.choice(["linear", "annuity", "bullet"])
        if self.chance(0.3) and entry["tenor"] > 1:
            entry["interest_only"] = self.rng.randint(1, entry["tenor"] - 1)
        if kind == "facility":
            if self.chance(0.5):
                entry["until"] = (
                    self.rng.randint(entry.get("issue", [self.first])[0], self.last)
                    if isinstance(entry.get("issue", []), list)
                    else self.last
                )
            if self.chance(0.4):
                entry["revolving"] = True
        if kind == "sustainability_linked":
            entry["target"] = self.rng.choice([n for n, t in raw["targets"].items() if "penalty" in t])
            entry["step_up"] = self.percent(0.25, 5)
            if self.chance(0.5):
                entry["from_year"] = self.rng.randint(self.first, self.last)
            if "ticket" not in entry and self.chance(0.7):
                entry["ticket"] = ["0 MCNY", self.money(15, 60)]
        return entry

    def add_use(self, raw: dict, entry: dict, kind: str) -> None:
        entry["eligible"] = {}
        if self.chance(0.75):
            self.narrow(raw, entry["eligible"])
        elif kind == "grant":
            del entry["eligible"]
        if kind == "grant" or self.chance(0.3):
            entry["share"] = self.percent(20, 90)
        if self.chance(0.35):
            entry["allocation"] = self.rng.choice([1, 2, {"before": 1}, {"before": 1, "after": 1}])

    def deposit(self, entry: dict) -> dict:
        entry["rate"], entry["tenor"] = self.percent(0, 8), self.rng.choice([1, 1, 2])
        entry["ticket"] = ["0 MCNY", self.money(10, 40)]
        if self.chance(0.3):
            entry["coupon"] = "at_maturity"
        if self.chance(0.2):
            entry["ticket"][0] = "5 MCNY"
        return entry

    def limit(self, raw: dict, debts: list[str]) -> dict:
        entry = {"kind": "limit", "entity": self.entity(raw)}
        if self.chance(0.6):
            entry["outstanding"] = {self.first: self.money(15, 60), self.last: self.money(10, 60)}
        if "outstanding" not in entry or self.chance(0.2):
            entry["share"] = self.percent(4, 30)
            entry["of"] = "revenue"
        if self.chance(0.3):
            entry["instruments"] = self.rng.sample(debts, 1)
        return entry
