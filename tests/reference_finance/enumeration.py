"""Every schedule, every set of years of issue, and a linear programme for the amounts."""

import itertools
from dataclasses import dataclass

import numpy as np

from tests.linear import least

from .world import World, number


@dataclass(frozen=True)
class Answer:
    """The least present value in MCNY; `tries`: linear programmes that it took."""

    feasible: bool
    objective: float = float("nan")
    tries: int = 0


def best(raw: dict) -> Answer:
    """The cheapest of everything."""
    world, answer, tries = World(raw), Answer(False), 0
    for taken in itertools.product(*(world.starts(p) for p in raw["projects"])):
        effects = {p: world.effect(p, start) for p, start in zip(raw["projects"], taken, strict=True)}
        cut = sum((e["cut"] for e in effects.values()), np.zeros(world.n))
        gross = number(raw["sources"]["site"]["baseline"]) - cut
        if gross.min() < -1e-9:
            continue
        short = shortfalls(world, gross)
        if short is None:
            continue
        for pattern in itertools.product(*(world.patterns(e) for e in funding(raw).values())):
            tries += 1
            found = Programme(world, effects, short, dict(zip(funding(raw), pattern, strict=True))).least()
            if found is not None and not (answer.feasible and found >= answer.objective):
                answer = Answer(True, found)
    return Answer(answer.feasible, answer.objective, tries)


def count(raw: dict) -> int:
    """How many tries there are at most."""
    world = World(raw)
    schedules = np.prod([len(world.starts(p)) for p in raw["projects"]])
    return int(schedules * np.prod([len(world.patterns(e)) for e in funding(raw).values()]))


def funding(raw: dict) -> dict:
    return {name: entry for name, entry in raw["finance"].items() if entry["kind"] != "limit"}


def shortfalls(world: World, gross: np.ndarray) -> dict[str, np.ndarray] | None:
    """Shortfall of every target by year; None where a hard one is missed."""
    found = {}
    base = number(world.raw["sources"]["site"]["baseline"])
    for name, target in world.raw["targets"].items():
        cap = base - number(target["cut"])
        short = np.array(
            [max(g - cap, 0) if y >= target["by"] else 0.0 for y, g in zip(world.years, gross, strict=True)]
        )
        if short.max() > 1e-9 and "penalty" not in target:
            return None
        found[name] = short
    return found


class Programme:
    """The linear programme of one schedule and one set of years of issue."""

    def __init__(self, world: World, effects: dict, short: dict, patterns: dict):
        self.world, self.effects, self.short, self.patterns = world, effects, short, patterns
        self.raw, self.n = world.raw, world.n
        self.names: dict[tuple, int] = {}
        self.low: list[float] = []
        self.high: list[float | None] = []
        self.rows: list[np.ndarray] = []
        self.sides: list[float] = []
        self.equal: list[tuple[dict, float]] = []
        self._add_columns()
        self.missed = {n: self._is_missed(e) for n, e in funding(self.raw).items()}
        self.flows = {n: self._flows(n, e) for n, e in funding(self.raw).items()}

    def _column(self, key: tuple, low: float = 0.0, high: float | None = None) -> None:
        self.names[key] = len(self.names)
        self.low.append(low)
        self.high.append(high)

    def _add_columns(self) -> None:
        world = self.world
        for name, entry in funding(self.raw).items():
            least, most = entry.get("ticket", [0, None])
            pattern = self.patterns[name]
            for v in world.issue_years(entry):
                on = pattern is None or v in pattern
                low = number(least) if pattern is not None and on else 0.0
                self._column(("issue", name, v), low, (None if most is None else number(most)) if on else 0.0)
                for p in world.eligible(entry) or ():
                    for y in self.window(entry, v):
                        self._column(("use", name, v, p, y))
        for b in self.raw.get("budgets", {}):
            for y in world.years:
                self._column(("kept", b, y))

    def window(self, entry: dict, v: int) -> list[int]:
        around = entry.get("allocation", {})
        around = {"after": around} if isinstance(around, int) else around
        return [y for y in self.world.years if v - around.get("before", 0) <= y <= v + around.get("after", 0)]

    def _is_missed(self, entry: dict) -> bool:
        if entry["kind"] != "sustainability_linked":
            return False
        years = self.world.looked_at(entry)
        return any(self.short[entry["target"]][y - self.world.first] > 1e-9 for y in years)

    # -- expressions: dicts of column to coefficient, None for the constant -----------------------------------------

    def _flows(self, name: str, entry: dict) -> dict:
        """By kind of money: an expression per year and one for the settlement."""
        world = self.world
        kinds = {k: [{} for _ in range(self.n + 1)] for k in ("in", "fees", "interest", "repayment", "owed")}
        issues = [(v, None) for v in world.issue_years(entry)]
        issues += [(v, number(a)) for v, a in entry.get("issued", {}).items()]
        for v, amount in issues:
            service = world.service(entry, v)
            key = ("issue", name, v) if amount is None else None
            scale = 1.0 if amount is None else amount

            def put(kind, at, value, key=key, scale=scale):
                kinds[kind][at][key] = kinds[kind][at].get(key, 0.0) + scale * value

            if amount is None:
                put("in", v - world.first, 1.0)
                put("fees", v - world.first, number(entry.get("fee")))
            for y in range(self.n):
                extra = service["extra"][y] if self.missed[name] else 0.0
                put("interest", y, service["interest"][y] + extra)
                put("repayment", y, service["repayment"][y])
                put("owed", y, service["owed"][y])
            extra = service["settled"].get("extra", 0.0) if self.missed[name] else 0.0
            put("interest", self.n, service["settled"]["interest"] + extra)
            put("repayment", self.n, service["settled"]["repayment"])
        return kinds

    def _out(self, name: str, kinds: tuple[str, ...], y: int) -> dict:
        """Money out by debt service (a deposit turns the sign), of some kinds, in a year."""
        sign = -1.0 if self.raw["finance"][name]["kind"] == "deposit" else 1.0
        return combine(*((self.flows[name][k][y], 1.0 if k == "fees" else sign) for k in kinds))

    def _tax(self, projects, y: int) -> float:
        tax = self.raw.get("tax")
        if not tax:
            return 0.0
        off = sum(self.effects[p]["written"][y] for p in projects)
        if tax.get("operating"):
            off += sum(self.effects[p]["opex"][y] for p in projects)
        return -number(tax["rate"]) * off

    def least(self) -> float | None:
        self._use()
        self._limits()
        self._budgets()
        cost = self._cost()
        vector, constant = self._vector(cost)
        equal = [self._vector(e) for e, _ in self.equal]
        sides = [side - c for (_, c), (_, side) in zip(equal, self.equal, strict=True)]
        solved = least(vector, self.rows, self.sides, [e for e, _ in equal], sides, self.low, self.high)
        return None if solved is None else float(solved[0] + constant)

    def _vector(self, expression: dict) -> tuple[np.ndarray, float]:
        vector = np.zeros(len(self.names))
        for key, value in expression.items():
            if key is not None:
                vector[self.names[key]] += value
        return vector, expression.get(None, 0.0)

    def _at_most(self, expression: dict, side: float) -> None:
        vector, constant = self._vector(expression)
        self.rows.append(vector)
        self.sides.append(side - constant)

    def _cost(self) -> dict:
        world, parts = self.world, []
        projects = list(self.effects)
        constant = 0.0
        for y in range(self.n):
            own = sum(self.effects[p]["capex"][y] + self.effects[p]["opex"][y] for p in projects)
            for name, target in self.raw["targets"].items():
                own += number(target.get("penalty")) * 1e-3 * self.short[name][y]
            constant += world.discount[y] * (own + self._tax(projects, y))
        rate = number((self.raw.get("tax") or {}).get("rate"))
        salvage = sum(self.effects[p]["salvage"] for p in projects)
        book = sum(self.effects[p]["book"] for p in projects)
        constant += world.later * (-salvage - rate * (book - salvage))
        for name in funding(self.raw):
            sign = -1.0 if self.raw["finance"][name]["kind"] == "deposit" else 1.0
            for y in range(self.n + 1):
                worth = world.discount[y] if y < self.n else world.later
                parts.append((self.flows[name]["in"][y], -sign * worth))
                parts.append((self._out(name, ("fees", "interest", "repayment"), y), worth))
                parts.append((self._out(name, ("interest",), y), -rate * worth))
        return combine(({None: constant}, 1.0), *parts)

    def _use(self) -> None:
        """Proceeds have a use, within their share, and no capex is paid for twice."""
        by_capex: dict[tuple, dict] = {}
        for name, entry in funding(self.raw).items():
            if self.world.eligible(entry) is None:
                continue
            by_taker: dict[tuple, dict] = {}
            for v in self.world.issue_years(entry):
                use = {("issue", name, v): -1.0}
                for p in self.world.eligible(entry):
                    for y in self.window(entry, v):
                        key = ("use", name, v, p, y)
                        use[key] = 1.0
                        by_taker.setdefault((p, y), {})[key] = 1.0
                        by_capex.setdefault((p, y), {})[key] = 1.0
                self.equal.append((use, 0.0))
            for (p, y), row in by_taker.items():
                share = number(entry.get("share"), 1.0)
                self._at_most(row, share * self.effects[p]["capex"][y - self.world.first])
        for (p, y), row in by_capex.items():
            self._at_most(row, self.effects[p]["capex"][y - self.world.first])

    def _limits(self) -> None:
        world = self.world
        for name, entry in funding(self.raw).items():
            if "amount" in entry and entry.get("revolving"):
                most = number(entry["amount"])
                for y in range(self.n):
                    new = {k: c for k, c in self.flows[name]["owed"][y].items() if k is not None}
                    self._at_most(new, max(most - self.flows[name]["owed"][y].get(None, 0.0), 0.0))
            elif "amount" in entry:
                self._at_most({("issue", name, v): 1.0 for v in world.issue_years(entry)}, number(entry["amount"]))
        for entry in self.raw["finance"].values():
            if entry["kind"] != "limit":
                continue
            limit = np.full(self.n, np.inf)
            if "outstanding" in entry:
                limit = np.minimum(limit, world.path(entry["outstanding"]))
            if "share" in entry:
                revenue = self.raw["entities"][entry.get("entity", world.top)]["revenue"]
                limit = np.minimum(limit, number(entry["share"]) * world.path(revenue))
            for y in range(self.n):
                owed = combine(*((self.flows[i]["owed"][y], 1.0) for i in self._owing(entry)))
                if any(k is not None for k in owed) or owed.get(None):
                    self._at_most(owed, limit[y])

    def _owing(self, limit: dict) -> list[str]:
        within = self.world.below(limit.get("entity", self.world.top))
        return [
            n
            for n, e in funding(self.raw).items()
            if e["kind"] not in ("grant", "deposit")
            and self.world.entity(e) in within
            and ("instruments" not in limit or n in limit["instruments"])
        ]

    def _budgets(self) -> None:
        for name, budget in self.raw.get("budgets", {}).items():
            net = [self._net(budget, y) for y in range(self.n)]
            limit = self.world.path(budget["limit"])
            keep, width = number(budget.get("carry_over")), budget.get("window", 1)
            for y, year in enumerate(self.world.years):
                left = combine(*((net[k], -1.0) for k in range(max(0, y - width + 1), y + 1)), ({None: limit[y]}, 1.0))
                if y and keep:
                    left = combine((left, 1.0), ({("kept", name, year - 1): 1.0}, 1.0))
                self._at_most(combine((left, -1.0)), 0.0)
                self._at_most(combine(({("kept", name, year): 1.0}, 1.0), (left, -keep)), 0.0)

    def _net(self, budget: dict, y: int) -> dict:
        """What weighs on a budget in a year, less what finance adds to it."""
        world, cash = self.world, budget.get("covers") == "cash"
        members = world.covered(budget)
        own = sum(self.effects[p]["capex"][y] for p in members)
        if cash:
            own += sum(self.effects[p]["opex"][y] for p in members)
            own += 0.0 if world.narrowed(budget) else self._tax(members, y)
        parts = [({None: own}, 1.0)]
        rate = number((self.raw.get("tax") or {}).get("rate"))
        for name, entry in funding(self.raw).items():
            gets, owns = world.gets(entry, budget), world.owns(entry, budget)
            if gets:
                parts.append((self.flows[name]["in"][y], -1.0))
            if cash and (gets or owns) and entry["kind"] != "grant":
                if entry["kind"] == "deposit":
                    parts.append((self.flows[name]["in"][y], 1.0))
                parts.append((self._out(name, ("fees", "interest", "repayment"), y), 1.0))
                parts.append((self._out(name, ("interest",), y), -rate))
        return combine(*parts)


def combine(*parts: tuple[dict, float]) -> dict:
    """The sum of expressions, each times its factor."""
    total: dict = {}
    for expression, factor in parts:
        for key, value in expression.items():
            total[key] = total.get(key, 0.0) + factor * value
    return total
