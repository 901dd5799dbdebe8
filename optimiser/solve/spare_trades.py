"""Spare trades: what costs nothing is bought, borrowed and kept only as far as it is needed, and not sold for nothing.

Plans of one cost differ in it where there is no price, and the solver has no reason to trade less. What lapses is taken
off what was borrowed, then off purchases without a price, of that year and of those from which it was kept; of the rest
nothing is kept that lapses later, but lapses in the first year in which it is left. Money, what is due and every limit
stay as they are; sales that raise a holding limit do, too.
"""

from __future__ import annotations

import pyomo.environ as pyo

from optimiser.formulation.markets import Account

CRUMB = 1e-9
Carbon = dict[tuple[str, str, str, int], float]
"""Decisions in kt: what is done, market, account (or project), year."""


def leave_spare(model: pyo.ConcreteModel, found: Carbon, due: dict[tuple[str, str, int], float]) -> None:
    """Takes off `found` what no account needs; `due` in kt by market, account and year."""
    first = model.instance.first
    for (market, account), a in model.accounts.items():
        owed = {y: due[market, account, first + y] for y in map(int, a.market.years)}
        one = _Position(a, owed, found, market, account, first)
        one.leave_borrowed()
        one.leave_bought()
        while one.leave_kept():
            one.leave_borrowed()
            one.leave_bought()


class _Position:
    """An account by index of the year; `spare` is what lapses in a year, in kt."""

    def __init__(self, a: Account, due: dict[int, float], found: Carbon, market: str, account: str, first: int):
        self.data, self.rules, self.due, self.found = a.data, a.market, due, found
        self.market, self.account, self.first = market, account, first
        self.spare: dict[int, float] = {}

    def of(self, word: str, y: int) -> float:
        """A decision of a year, 0 where there is none."""
        return self.found.get((word, self.market, self.account, self.first + y), 0.0)

    def less(self, word: str, y: int, amount: float) -> None:
        """So much less of it."""
        self.found[word, self.market, self.account, self.first + y] -= amount

    def leave_borrowed(self) -> None:
        """Year by year: what need not be borrowed need not be returned in the next."""
        raises_limit = self.rules.bank is not None and self.rules.bank.multiple > 0
        for y in self.due:
            if self.rules.sells[y] == 0 and not raises_limit and (sold := self.of("sold", y)) > 0:
                self.less("sold", y, sold)
            self.spare[y] = max(self._had(y) - self._given(y), 0.0)
            if (needless := min(self.spare[y], self.of("borrowed", y))) > 0:
                self.less("borrowed", y, needless)
                self.spare[y] -= needless

    def _had(self, y: int) -> float:
        start = self.rules.bank.start if self.rules.bank is not None and self.opens(y) else 0.0
        had = sum(self.of(word, y) for word in ("bought", "borrowed", "credits", "own"))
        return had + float(self.data.free[y]) + start + self.of("banked", y - 1)

    def _given(self, y: int) -> float:
        returned = (1 + self.rules.interest) * self.of("borrowed", y - 1)
        return self.due[y] + self.of("sold", y) + self.of("banked", y) + returned

    def opens(self, y: int) -> bool:
        """True in the first year of the market."""
        return y == self.rules.years[0]

    def leave_bought(self) -> None:
        """Purchases without a price, the last first, as far as what lapses later was kept from them."""
        prices = {"bought": self.rules.price, "credits": self.rules.credit_price}
        for y in self.due:
            free = [(k, w) for k in self.due if k <= y for w, p in prices.items() if p is not None and p[k] == 0]
            for k, word in reversed(free):
                needless = min([self.spare[y], self.of(word, k), *(self.of("banked", j) for j in range(k, y))])
                if needless > 0:
                    self.less(word, k, needless)
                    self.spare[y] -= needless
                    for j in range(k, y):
                        self.less("banked", j, needless)

    def leave_kept(self) -> bool:
        """What is kept only to lapse, the last year first; True where less need be borrowed then."""
        less = False
        for y in sorted(self.due, reverse=True):
            if (needless := min(self.spare[y], self.of("banked", y - 1))) > CRUMB:
                self.less("banked", y - 1, needless)
                self.spare[y] -= needless
                self.spare[y - 1] += needless
                less = less or self.of("borrowed", y - 1) > CRUMB
        return less
