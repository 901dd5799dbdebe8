"""Every history of one asset: where it is in each year, and what is begun with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.reference_fleets.reading import fraction, money, money_list, path

GONE, YARD = -1, -2


@dataclass(frozen=True)
class History:
    """Place of an asset by year (index of a state, YARD or GONE), changes begun (change, year), and its worth."""

    places: tuple[int, ...]
    begun: tuple[tuple[int, int], ...]
    scrapped: tuple[tuple[int, int], ...] = ()  # (state, year) of the end of life
    worth: float = 0.0


@dataclass
class Yards:
    """What an asset may do, read from the scenario tree."""

    raw: dict[str, Any]
    years: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.fleet = self.raw["fleets"]["ships"]
        self.years = list(range(self.raw["horizon"]["first"], self.raw["horizon"]["last"] + 1))
        self.states = list(self.fleet["states"])
        self.changes = self.fleet["changes"]
        self.cycle = self.fleet.get("docking", {}).get("cycle")
        self.builds = any(c["from"] == "new" for c in self.changes)
        self.may_leave = self.builds or "size" in self.fleet or "activity" in self.fleet

    def window(self, change: dict[str, Any]) -> range:
        """Indices of the years in which a change may begin."""
        last = min(self.years[-1] - change.get("lead_time", 0), change.get("until_year", self.years[-1]))
        return range(max(change.get("from_year", self.years[0]) - self.years[0], 0), last - self.years[0] + 1)

    def capex(self, change: dict[str, Any], y: int) -> list[float]:
        """What an asset pays in each year for a change begun in y."""
        lead = max(change.get("lead_time", 0), 1)
        given = change.get("capex", "0 MCNY")
        if isinstance(given, list):
            parts = money_list(given)
        else:
            profile = [fraction(p) for p in change["capex_profile"]] if "capex_profile" in change else [1 / lead] * lead
            parts = [money(given) * p for p in profile]
        trend = (1 + fraction(change.get("cost_trend", 0))) ** (self.years[y] - self.raw["price_year"])
        paid = [0.0] * len(self.years)
        for i, part in enumerate(parts):
            if y + i < len(paid):
                paid[y + i] += part * trend
        return paid

    def worth(self, change: dict[str, Any], y: int, life: int | None) -> float:
        """What is left of the capex of a change after the last year."""
        rule = change.get("salvage", self.raw["salvage"])
        if life is None or rule == "none":
            return 0.0
        left = min(max(y + change.get("lead_time", 0) + life - len(self.years), 0), life)
        rate = fraction(self.raw["discount_rate"])
        share = left / life
        if rule == "annuity" and rate > 0:
            share = (1 - (1 + rate) ** -left) / (1 - (1 + rate) ** -life)
        return share * sum(self.capex(change, y))

    def today(self) -> list[tuple[int, int, int | None]]:
        """Today's assets: state, index of the year they must be gone, year in whose rhythm they dock."""
        found: list[tuple[int, int, int | None]] = []
        n = len(self.years)
        for s, name in enumerate(self.states):
            state = self.fleet["states"][name]
            assets: list[tuple[int, int | None]] = []
            life = state.get("life", self.fleet.get("life"))
            for built, count in sorted(state.get("built", {}).items()):
                assets += [(min(built + life - self.years[0], n) if life else n, built)] * count
            if "built" not in state:
                for year in self.years:
                    gone = max(
                        (c for y, c in self.fleet.get("retire", {}).get(name, {}).items() if y <= year), default=0
                    )
                    assets += [(year - self.years[0], None)] * (gone - len(assets))
                assets += [(n, None)] * (state.get("count", 0) - len(assets))
            found += [(s, e, b if b is not None else self.years[0] + i) for i, (e, b) in enumerate(assets)]
        return found

    def of_today(self, state: int, ends: int, rhythm: int | None) -> list[History]:
        """All histories of one of today's assets."""
        return list(self._go(0, state, ends, rhythm, True, (), (), 0.0, 0.0))

    def of_new(self) -> list[History]:
        """All histories of assets that may be built."""
        found = []
        for k, change in enumerate(self.changes):
            if change["from"] != "new":
                continue
            for y in self.window(change):
                arrives = y + change.get("lead_time", 0)
                life = change.get("life", self.fleet.get("life"))
                ends = min(arrives + life, len(self.years)) if life else len(self.years)
                before = (GONE,) * arrives
                state = self.states.index(change["to"])
                worth = self.worth(change, y, life)
                for h in self._go(arrives, state, ends, self.years[arrives], False, before, ((k, y),), worth, 0.0):
                    found.append(h)
        return found

    def _go(
        self, y: int, state: int, ends: int, rhythm: int | None, was_there: bool,
        places: tuple[int, ...], begun: tuple[tuple[int, int], ...], hull: float, gear: float,
    ) -> Iterator[History]:  # fmt: skip
        """What can happen from year y on to an asset that is in `state`; `was_there` the year before as well."""
        n = len(self.years)
        if y == n:
            yield History(places, begun, (), hull + gear)
            return
        gone = places + (GONE,) * (n - y)
        if y == ends:
            yield History(gone, begun, ((state, y),))
            return
        yield from self._go(y + 1, state, ends, rhythm, True, (*places, state), begun, hull, gear)
        if not was_there:
            return
        scraps = [c for c in self.changes if c["from"] == self.states[state] and c["to"] == "scrap"]
        if not scraps and self.may_leave:
            yield History(gone, begun)
        for k, change in enumerate(self.changes):
            if change["from"] != self.states[state] or y not in self.window(change):
                continue
            if change["to"] == "scrap":
                yield History(gone, (*begun, (k, y)))
                continue
            over = y + change.get("lead_time", 0)
            if over >= ends or (self.cycle and (self.years[y] - (rhythm or 0)) % self.cycle):
                continue
            target, worth = self.states.index(change["to"]), self.worth(change, y, change.get("life"))
            yield from self._go(
                over, target, ends, rhythm, False, places + (YARD,) * (over - y), (*begun, (k, y)), hull, worth
            )


__all__ = ["GONE", "YARD", "History", "Yards", "path"]
