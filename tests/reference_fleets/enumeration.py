"""The best of all combinations of histories, and of the years in which the project starts."""

from __future__ import annotations

import math
from itertools import combinations_with_replacement
from typing import Any

import numpy as np

from tests.reference_fleets.burning import figures, fueleu_limit
from tests.reference_fleets.histories import YARD, History, Yards
from tests.reference_fleets.reading import number, path

MANY = 400_000
TINY = 1e-7


class TooManyError(Exception):
    """More combinations than are worth trying."""


def best(raw: dict[str, Any]) -> float | None:
    """The least cost of a drawn scenario; None where no combination keeps everything. Raises TooManyError."""
    return _Trial(raw).best()


class _Trial:
    def __init__(self, raw: dict[str, Any]):
        self.raw, self.yards = raw, Yards(raw)
        self.fleet, self.years = self.yards.fleet, self.yards.years
        self.n, self.states, self.changes = len(self.years), self.yards.states, self.yards.changes
        rate = number(raw["discount_rate"])
        self.discount = np.array([(1 + rate) ** -i for i in range(self.n)])
        self.after = (1 + rate) ** -self.n
        self.figures = [figures(raw, s, self.years) for s in self.states]
        self.today = self.yards.today()
        self.need, self.most = self._need()

    def _need(self) -> tuple[np.ndarray, int]:
        today = len(self.today)
        if "activity" in self.fleet:
            need = np.array(path(self.fleet["activity"], self.years))
            least = min(number(s["capacity"]) for s in self.fleet["states"].values())
            whole = math.ceil(max(need) / least - 1e-9)
        else:
            need = np.array(path(self.fleet.get("size", today), self.years))
            if "size" not in self.fleet and not self.yards.builds:
                need = np.array([sum(e > y for _, e, _ in self.today) for y in range(self.n)], dtype=float)
            whole = math.ceil(max(need) - 1e-9)
        return need, self.fleet.get("at_most", today + whole)

    # every combination is one row of whole numbers: in service by state and year, in yard by year, begun by change
    # and year, ends of life by state and year

    def _row(self, h: History) -> tuple[int, ...]:
        service = [int(p == s) for s in range(len(self.states)) for p in h.places]
        yard = [int(p == YARD) for p in h.places]
        begun = [h.begun.count((k, y)) for k in range(len(self.changes)) for y in range(self.n)]
        ends = [h.scrapped.count((s, y)) for s in range(len(self.states)) for y in range(self.n)]
        return (*service, *yard, *begun, *ends)

    def _combinations(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows of all combinations, and the worth left after the last year."""
        rows, worth = np.zeros((1, self._width), dtype=np.int16), np.zeros(1)
        groups: dict[Any, int] = {}
        for asset in self.today:
            key = (asset[0], asset[1], asset[2] % self.yards.cycle if self.yards.cycle else 0)
            groups[key] = groups.get(key, 0) + 1
        for (state, ends, rhythm), count in groups.items():
            rows, worth = self._times(rows, worth, self.yards.of_today(state, ends, rhythm), [count])
        new = self.yards.of_new()
        if new:
            rows, worth = self._times(rows, worth, new, range(self._most_built() + 1))
        return rows, worth

    def _most_built(self) -> int:
        """New assets in all: as many as can be there at a time, and again once the first have ended."""
        lives = [c.get("life", self.fleet.get("life")) or self.n for c in self.changes if c["from"] == "new"]
        return self.most * math.ceil(self.n / min(lives))

    @property
    def _width(self) -> int:
        return self.n * (2 * len(self.states) + 1 + len(self.changes))

    def _times(self, rows: np.ndarray, worth: np.ndarray, histories: list[History], counts: Any):
        """Every row with every way in which so many assets can take one of the histories each."""
        each: dict[tuple[int, ...], float] = {}
        for h in histories:
            row = self._row(h)
            each[row] = max(h.worth, each.get(row, -1.0))
        single = [(np.array(row, dtype=np.int16), w) for row, w in each.items()]
        total: dict[bytes, tuple[np.ndarray, float]] = {}
        if sum(math.comb(len(single) + c - 1, c) for c in counts) * len(rows) > MANY:
            raise TooManyError
        for count in counts:
            for chosen in combinations_with_replacement(single, count):
                row = sum((r for r, _ in chosen), np.zeros(self._width, dtype=np.int16))
                value = sum(w for _, w in chosen)
                key = row.tobytes()
                if key not in total or total[key][1] < value:
                    total[key] = (row, value)
        more = np.array([r for r, _ in total.values()])
        gain = np.array([w for _, w in total.values()])
        return (rows[:, None, :] + more[None, :, :]).reshape(-1, self._width), (worth[:, None] + gain[None, :]).ravel()

    def best(self) -> float | None:
        """The least cost, or None."""
        rows, worth = self._combinations()
        n, states, changes = self.n, len(self.states), len(self.changes)
        cuts = np.cumsum([states * n, n, changes * n])
        service, yard, begun, ends = np.split(rows, cuts, axis=1)
        service = service.reshape(-1, states, n).astype(float)
        begun = begun.reshape(-1, changes, n).astype(float)
        ends = ends.reshape(-1, states, n).astype(float)
        keep = self._physical(service, yard, begun)
        service, yard, begun, ends, worth = service[keep], yard[keep], begun[keep], ends[keep], worth[keep]
        green, other, earned = self._capex(begun, ends)
        running = np.einsum("msy,sy->my", service, np.array([f.cost for f in self.figures]))
        direct = np.einsum("msy,sy->my", service, np.array([f.direct for f in self.figures]))
        upstream = np.einsum("msy,sy->my", service, np.array([f.upstream for f in self.figures]))
        blend, ok = self._blend(service, direct)
        direct = direct + 0.0
        ok &= self._targets(direct, upstream)
        running = running + blend
        fixed = (green + other - earned + running) @ self.discount - worth * self.after
        costs = []
        for start in self._starts():
            pier = np.zeros(n)
            if start is not None:
                pier[start] = number(self.raw["projects"]["pier"]["capex"])
            good = ok & self._required(begun, start)
            good &= self._within_yard(begun, start)
            good &= self._budgets(green + pier, green + other + pier, green + other + pier - earned + running)
            if np.any(good):
                costs.append(float(np.min(fixed[good])) + float(pier @ self.discount))
        return min(costs) if costs else None

    def _physical(self, service: np.ndarray, yard: np.ndarray, begun: np.ndarray) -> np.ndarray:
        fleet, n = self.fleet, self.n
        assets = service.sum(axis=1) + yard
        done = assets
        if "activity" in fleet:
            capacity = np.array([number(s["capacity"]) for s in fleet["states"].values()])
            done = np.einsum("msy,s->my", service, capacity)
        keep = np.all(done >= self.need - TINY, axis=1)
        if self.yards.builds:
            keep &= np.all(assets <= self.most, axis=1)
        docks = fleet.get("docking", {}).get("slots_per_year")
        if docks is not None:
            used = np.zeros(yard.shape)
            for k, change in enumerate(self.changes):
                if change["from"] != "new" and change["to"] != "scrap":
                    for y in range(n):
                        for z in range(y, min(y + max(change["lead_time"], 1), n)):
                            used[:, z] += begun[:, k, y]
            keep &= np.all(used <= docks, axis=1)
        for k, change in enumerate(self.changes):
            keep &= np.all(begun[:, k] <= change.get("per_year", math.inf), axis=1)
            keep &= begun[:, k].sum(axis=1) <= change.get("max", math.inf)
        banned = np.array([f.banned for f in self.figures], dtype=float)
        return keep & (np.einsum("msy,sy->m", service, banned) < TINY)

    def _capex(self, begun: np.ndarray, ends: np.ndarray):
        """Capex with the tag green, other capex, and what scrapping brings (M, Y)."""
        size = (len(begun), self.n)
        green, other, earned = np.zeros(size), np.zeros(size), np.zeros(size)
        for k, change in enumerate(self.changes):
            count = begun[:, k].copy()
            if change["to"] == "scrap":
                count += ends[:, self.states.index(change["from"])]
                earned += count * number(change["scrap_value"])
            paid = count @ np.array([self.yards.capex(change, y) for y in range(self.n)])
            if "green" in change.get("tags", ()):
                green += paid
            else:
                other += paid
        return green, other, earned

    def _blend(self, service: np.ndarray, direct: np.ndarray):
        """Cost of the blends that are decided (M, Y); changes `direct`. False where a limit cannot be kept.

        There is one limit a year at most on what blending changes (see drawing), so that the cheapest way to keep it
        is found state by state.
        """
        cost, ok = np.zeros(direct.shape), np.ones(len(direct), dtype=bool)
        over = np.einsum(
            "msy,sy->my", service, np.array([f.well_to_wake - self.limit * f.energy for f in self.figures])
        )
        if self.fleet.get("regulation", {}).get("fueleu", {}).get("banking"):  # never beside a blend that is decided
            over = np.cumsum(over, axis=1)
        cap = self._cap()
        for y in range(self.n):
            room = np.array([f.room[y] for f in self.figures]) * service[:, :, y]
            price = np.array([f.blend_cost[y] for f in self.figures])
            less = -np.array([f.blend_direct[y] for f in self.figures])
            under = -np.array([f.blend_over[y] for f in self.figures])
            must = np.array([f.must[y] for f in self.figures]) * service[:, :, y]
            taken = np.where(price < 0, room, must)
            gain = less if not self.pooled else under
            short = over[:, y] - taken @ under if self.pooled else direct[:, y] - taken @ less - cap[y]
            if self.pooled or np.isfinite(cap[y]):
                order = np.argsort(np.where(gain > 0, price / np.where(gain > 0, gain, 1), np.inf))
                for s in order:
                    if gain[s] <= 0 or price[s] < 0:
                        continue
                    amount = np.clip(short / gain[s], 0, room[:, s] - must[:, s])
                    taken[:, s] += amount
                    short = short - amount * gain[s]
                ok &= short <= 1e-6
            cost[:, y] = taken @ price
            direct[:, y] -= taken @ less
        return cost, ok

    @property
    def limit(self) -> np.ndarray:
        """Limit of FuelEU."""
        return fueleu_limit(self.fleet, self.years)

    @property
    def pooled(self) -> bool:
        """True where FuelEU is a limit on the fleet."""
        rule = self.fleet.get("regulation", {}).get("fueleu")
        return rule is not None and rule.get("as") != "cost"

    def _base(self, key: str) -> float:
        total = 0.0
        for name, f in zip(self.states, self.figures, strict=True):
            state = self.fleet["states"][name]
            total += (state.get("count", 0) or sum(state.get("built", {}).values())) * getattr(f, key)[0]
        return total

    def _cap(self) -> np.ndarray:
        target = self.raw["targets"].get("cap")
        cap = np.full(self.n, np.inf)
        if target is not None:
            cap[target["by"] - self.years[0] :] = self._base("direct") * (1 - number(target["cut"]))
        return cap

    def _targets(self, direct: np.ndarray, upstream: np.ndarray) -> np.ndarray:
        ok = np.all(direct <= self._cap() + 1e-6, axis=1)
        chain, peak = self.raw["targets"].get("chain"), self.raw["targets"].get("peak")
        if chain is not None:
            at = chain["by"] - self.years[0]
            ok &= np.all(upstream[:, at:] <= self._base("upstream") * (1 - number(chain["cut"])) + 1e-6, axis=1)
        if peak is not None:
            at = peak["by"] - self.years[0] + 1
            ok &= np.all(direct[:, at:] <= direct[:, :at].max(axis=1, keepdims=True) + 1e-6, axis=1)
        return ok

    def _starts(self) -> list[int | None]:
        return [None, *range(self.n)] if "projects" in self.raw else [None]

    def _required(self, begun: np.ndarray, start: int | None) -> np.ndarray:
        lag = self.changes[0].get("requires", {}).get("pier")
        if lag is None:
            return np.ones(len(begun), dtype=bool)
        closed = self.n if start is None else min(start + lag, self.n)
        return begun[:, 0, :closed].sum(axis=1) == 0

    def _within_yard(self, begun: np.ndarray, start: int | None) -> np.ndarray:
        """Changes and the project use no more of the resource that they share than there is."""
        if "resources" not in self.raw:
            return np.ones(len(begun), dtype=bool)
        used = np.zeros((len(begun), self.n))
        for k, change in enumerate(self.changes):
            each = change.get("uses", {}).get("yard", 0)
            by_year = each if isinstance(each, list) else [each] * max(change.get("lead_time", 0), 1)
            for y in range(self.n):
                for later, amount in enumerate(by_year):
                    if y + later < self.n:
                        used[:, y + later] += amount * begun[:, k, y]
        if start is not None:
            used[:, start] += 1
        return np.all(used <= self.raw["resources"]["yard"]["limit"] + TINY, axis=1)

    def _budgets(self, green: np.ndarray, capex: np.ndarray, cash: np.ndarray) -> np.ndarray:
        ok = np.ones(len(capex), dtype=bool)
        for budget in self.raw["budgets"].values():
            spend = cash if budget.get("covers") == "cash" else green if "tags" in budget else capex
            ok &= np.all(spend <= number(budget["limit"]) + 1e-6, axis=1)
        return ok
