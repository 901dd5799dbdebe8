"""The least cost of a tiny scenario with markets, by trying every schedule and every way to use its markets."""

import copy

import numpy as np

from tests.reference.enumeration import Answer
from tests.reference.options import Option
from tests.reference.quantities import read_path
from tests.reference.search import Search

from .carbon import CarbonCase
from .coverage import Carbon


class MarketSearch(Search):
    """A search in which every schedule leaves a linear program of its markets."""

    def __init__(self, raw: dict):
        self.markets = raw.get("markets", {})
        super().__init__(_priced({key: value for key, value in raw.items() if key != "markets"}, self.markets))

    def _add_columns(self) -> None:
        self.carbon = Carbon(self.world, self.projects, self.markets)
        self.carbon.add_columns(self._column)
        super()._add_columns()

    def case(self, options: dict[str, Option]) -> CarbonCase:
        new = {name: self._starts(name, option) for name, option in options.items()}
        effects = self._all_effects(options)
        return CarbonCase(self.world, effects, self.width, (self._credits(), self._held_credits()), self.carbon, new)

    def _credit_cost(self, case: CarbonCase) -> np.ndarray:
        return super()._credit_cost(case) + case.carbon_cost()

    def programmes(self) -> int:
        """How many linear programs there are in all."""
        options = next(iter(self.schedules()), None)
        if options is None:
            return 0
        ways = [len(c.alternatives) for c in self.case(options[1]).conditions()]
        return self.count() * int(np.prod(ways))


def _priced(raw: dict, markets: dict) -> dict:
    """A neutrality target without a price buys credits at the lowest price of the markets of its year, or none."""
    raw = copy.deepcopy(raw)
    sold = [m for m in markets.values() if "credits" in m]
    first, last = raw["horizon"]["first"], raw["horizon"]["last"]
    for target in raw.get("targets", {}).values():
        if "credits" in target and "credit_price" not in target and sold:
            assert target["by"] == last, "one year is tested"
            left = [m for m in sold if m.get("from_year", first) <= last <= m.get("until_year", last)]
            prices = [read_path(m["credits"]["price"], raw.get("series", {}), first).at(last) for m in left]
            target["credit_price"] = f"{min(prices, default=0.0) * 1000:.12f} CNY/tCO2e"
            target["nobody_sells"] = not left
    return raw


def best(raw: dict) -> Answer:
    """The cheapest schedule that keeps every condition, with the best use of its markets."""
    search, answer = MarketSearch(raw), Answer(False)
    for _, options in search.schedules():
        solved = search.solve(options)
        if solved and not (answer.feasible and solved[0] >= answer.objective):
            answer = Answer(True, solved[0], search.starts(options, solved[1]))
    return answer


def cost_of(raw: dict, schedule) -> float | None:
    """What a schedule of somebody else's costs with the best use of its markets; None where it keeps not all."""
    search = MarketSearch(raw)
    options = search.options_of(schedule)
    if options is None or not search.logical(options):
        return None
    solved = search.solve(options)
    return solved[0] if solved else None
