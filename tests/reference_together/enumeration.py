"""Every history of the fleet with every set of years of issue; one linear programme for each."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from tests.linear import least
from tests.reference_finance.world import World
from tests.reference_fleets.enumeration import _Trial
from tests.reference_fleets.reading import number, path


def best(raw: dict[str, Any]) -> float | None:
    """The least cost, or None where nothing keeps everything."""
    fleets = Fleets(raw)
    found: float | None = None
    for one in fleets.ways():
        for pattern in itertools.product(*(Money.patterns(raw, e) for e in instruments(raw).values())):
            cost = Money(raw, one, dict(zip(instruments(raw), pattern, strict=True))).least()
            if cost is not None and (found is None or cost < found):
                found = cost
    return found


def instruments(raw: dict[str, Any]) -> dict[str, Any]:
    """What raises money."""
    return {n: e for n, e in raw["finance"].items() if e["kind"] != "limit"}


class Fleets(_Trial):
    """All that a fleet can do, without money: capex with the tag green and without, running cost, tonnes, worth."""

    def ways(self) -> list[dict[str, Any]]:
        """Every way that keeps duty, docks and target, once for each set of figures."""
        rows, worth = self._combinations()
        n, states, changes = self.n, len(self.states), len(self.changes)
        service, yard, begun, ends = np.split(rows, np.cumsum([states * n, n, changes * n]), axis=1)
        service = service.reshape(-1, states, n).astype(float)
        begun = begun.reshape(-1, changes, n).astype(float)
        ends = ends.reshape(-1, states, n).astype(float)
        keep = self._physical(service, yard, begun)
        service, begun, ends, worth = service[keep], begun[keep], ends[keep], worth[keep]
        green, other, _ = self._capex(begun, ends)
        running = np.einsum("msy,sy->my", service, np.array([f.cost for f in self.figures]))
        direct = np.einsum("msy,sy->my", service, np.array([f.direct for f in self.figures]))
        ok = self._targets(direct, direct * 0)
        figures = np.hstack([green, other, running, direct, worth[:, None]])[ok]
        return [
            {"green": f[:n], "other": f[n : 2 * n], "running": f[2 * n : 3 * n], "direct": f[3 * n : 4 * n],
             "worth": f[-1], "base": self._base("direct")}
            for f in np.unique(np.round(figures, 9), axis=0)
        ]  # fmt: skip


class Money:
    """The linear programme of one way of the fleet and one set of years of issue."""

    def __init__(self, raw: dict[str, Any], way: dict[str, Any], patterns: dict[str, Any]):
        self.raw, self.way, self.patterns = raw, way, patterns
        self.world = World(raw)
        self.years, self.n = self.world.years, self.world.n
        self.at: dict[tuple, int] = {}
        self.bounds: list[tuple[float, float | None]] = []
        self.less: list[tuple[dict, float]] = []
        self.equal: list[tuple[dict, float]] = []
        self.cost: dict[tuple | None, float] = {}
        self.market = raw["markets"]["ets"]

    @staticmethod
    def patterns(raw: dict[str, Any], entry: dict[str, Any]) -> list[Any]:
        """Sets of years in which there is an issue; None where nothing asks for it."""
        if not (number(entry.get("ticket", [0])[0]) > 0 or "issues" in entry):
            return [None]
        years = list(range(entry["issue"][0], entry["issue"][1] + 1))
        sizes = range(min(entry.get("issues", len(years)), len(years)) + 1)
        return [s for k in sizes for s in itertools.combinations(years, k)]

    def _column(self, key: tuple, low: float = 0.0, high: float | None = None) -> dict:
        self.at[key] = len(self.at)
        self.bounds.append((low, high))
        return {key: 1.0}

    def least(self) -> float | None:
        """The least cost, or None."""
        disc, way = self.world.discount, self.way
        fixed = (way["green"] + way["other"] + way["running"]) @ disc - way["worth"] * self.world.later
        carbon = self._carbon()
        raised, service = self._finance()
        self._budgets(carbon, raised, service)
        for y in range(self.n):
            for part, sign in ((carbon[y], 1.0), (raised[y], -1.0), (service[y], 1.0)):
                for key, value in part.items():
                    self.cost[key] = self.cost.get(key, 0.0) + sign * disc[y] * value
        solved = least(
            self._row(self.cost), *self._rows(self.less), *self._rows(self.equal), *zip(*self.bounds, strict=True)
        )
        return None if solved is None else float(solved[0] + fixed)

    def _row(self, form: dict) -> np.ndarray:
        row = np.zeros(len(self.at))
        for key, value in form.items():
            row[self.at[key]] += value
        return row

    def _rows(self, rows: list[tuple[dict, float]]) -> tuple[list[np.ndarray], list[float]]:
        return [self._row(form) for form, _ in rows], [side for _, side in rows]

    def _carbon(self) -> list[dict]:
        """Cost of the market by year; what is due is surrendered."""
        m, years = self.market, self.years
        price, share = path(m["price"], years), path(m["free_allocation"], years)
        credits = m.get("credits", {"share": "0 %", "price": "0 CNY/tCO2e"})
        keep = number(m.get("banking", {}).get("keep", 0))
        found: list[dict] = []
        for i, y in enumerate(years):
            on = y >= m.get("from_year", years[0])
            due = self.way["direct"][i] if on else 0.0
            given = share[i] * self.way["base"] if on else 0.0
            bought = self._column(("bought", y), high=None if on and m.get("buy", True) else 0.0)
            sold = self._column(("sold", y), high=None if on else 0.0)
            credit = self._column(("credit", y), high=number(credits["share"]) * due)
            self._column(("kept", "ets", y), high=keep if on else 0.0)
            # sold + kept + due <= given + kept before + bought + credits
            row = {("sold", y): 1.0, ("kept", "ets", y): 1.0, ("bought", y): -1.0, ("credit", y): -1.0}
            if i:
                row["kept", "ets", y - 1] = -1.0
            self.less.append((row, given - due))
            worth = number(m["spread"])
            found.append(
                scaled(bought, price[i]) | scaled(sold, -price[i] * (1 - worth))
                | scaled(credit, number(credits["price"]))
            )  # fmt: skip
        return found

    def _finance(self) -> tuple[list[dict], list[dict]]:
        """Proceeds and debt service by year; tickets, use of proceeds and ceilings."""
        raised: list[dict] = [{} for _ in range(self.n)]
        service: list[dict] = [{} for _ in range(self.n)]
        owed: list[dict] = [{} for _ in range(self.n)]
        spent: dict[int, dict] = {y: {} for y in self.years}
        for name, e in instruments(self.raw).items():
            pattern, ticket = self.patterns[name], e.get("ticket", ["0 MCNY", None])
            taken: dict[int, dict] = {y: {} for y in self.years}
            total: dict = {}
            for v in self.world.issue_years(e):
                on = pattern is None or v in pattern
                most = number(ticket[1]) if ticket[1] is not None else None
                key = ("issue", name, v)
                self._column(key, number(ticket[0]) if pattern is not None and on else 0.0, most if on else 0.0)
                i = v - self.years[0]
                total[key] = 1.0
                raised[i][key] = 1.0
                flows = self.world.service(e, v)
                for k in range(self.n):
                    paid = float(flows["interest"][k] + flows["repayment"][k])
                    paid += number(e.get("fee", 0)) * (k == i)
                    service[k][key] = paid
                    owed[k][key] = float(flows["owed"][k])
                settled = flows["settled"]["interest"] + flows["settled"]["repayment"]
                self.cost[key] = self.world.later * settled
                if "eligible" in e:
                    self._use(name, v, e, taken)
            for y, uses in taken.items():
                share = number(e.get("share", "100 %"))
                self.less.append((uses, share * self.way["green"][y - self.years[0]]))
                spent[y] |= uses
            if "amount" in e:
                self.less.append((total, number(e["amount"])))
        for y, uses in spent.items():
            self.less.append((uses, self.way["green"][y - self.years[0]]))
        for e in self.raw["finance"].values():
            if e["kind"] == "limit":
                self.less += [(o, number(e["outstanding"])) for o in owed]
        return raised, service

    def _use(self, name: str, v: int, e: dict[str, Any], taken: dict[int, dict]) -> None:
        around, row = e.get("allocation", {}), {("issue", name, v): -1.0}
        for y in self.years:
            if v - around.get("before", 0) <= y <= v + around.get("after", 0):
                self._column(("use", name, v, y))
                row["use", name, v, y] = taken[y]["use", name, v, y] = 1.0
        self.equal.append((row, 0.0))

    def _budgets(self, carbon: list[dict], raised: list[dict], service: list[dict]) -> None:
        """No year spends more than it has; proceeds add where the budget covers all that they may pay for."""
        way = self.way
        for name, b in self.raw["budgets"].items():
            limit, keep, cash = number(b["limit"]), number(b.get("carry_over", "0 %")), b.get("covers") == "cash"
            for i, y in enumerate(self.years):
                spend = way["green"][i] + (0.0 if "tags" in b else way["other"][i]) + (way["running"][i] if cash else 0)
                left: dict = {}
                for key, value in raised[i].items():
                    if "tags" not in b or "eligible" in self.raw["finance"][key[1]]:
                        left[key] = left.get(key, 0.0) + value
                for part in (carbon[i], service[i]) if cash else ():
                    for key, value in part.items():
                        left[key] = left.get(key, 0.0) - value
                if i:
                    left["kept", name, y - 1] = 1.0
                self._column(("kept", name, y))
                self.less.append((scaled(left, -1.0), limit - spend))
                self.less.append((scaled(left, -keep) | {("kept", name, y): 1.0}, keep * (limit - spend)))


def scaled(form: dict, by: float) -> dict:
    """A form times a number."""
    return {key: value * by for key, value in form.items()}
