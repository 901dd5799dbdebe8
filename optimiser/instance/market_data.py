"""Markets as numbers. Shapes as in the Instance: Y years, V start years; emissions in kt, money in millions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from optimiser.instance.timing import Floats, Ints


@dataclass(frozen=True, eq=False)
class AccountData:
    """An account of one entity and all below it, or of several together.

    `sources` are covered, in the market's ledger. `free` (Y,) are the allowances given, `expected` (Y,) what the
    baseline has to surrender; neither depends on the plan.
    """

    id: str
    label: str
    entities: frozenset[int]
    sources: tuple[int, ...]
    free: Floats
    expected: Floats

    @property
    def expected_later(self) -> Floats:
        """What the baseline has still to surrender after each year (Y,)."""
        return np.append(np.cumsum(self.expected[::-1])[::-1][1:], 0.0)


@dataclass(frozen=True)
class BankData:
    """Allowances kept from year to year: at most `keep` (None: what is expected later) + `multiple` x net sales."""

    keep: float | None
    multiple: float
    start: float


@dataclass(frozen=True, eq=False)
class MarketData:
    """What all markets have. `years` are the indices in which there is a market."""

    id: str
    label: str
    ledger: Literal["location", "market"]
    years: Ints
    accounts: tuple[AccountData, ...]
    bank: BankData | None

    @property
    def can_refuse(self) -> bool:
        """True where a plan may emit more than there are allowances for."""
        return bool(self.accounts)

    def keeps_at_most(self, account: AccountData, y: int) -> float:
        """The holding limit at the end of year y, before net sales raise it; none is kept when the market ends."""
        if self.bank is None or y == self.years[-1]:
            return 0.0
        return self.bank.keep if self.bank.keep is not None else float(account.expected_later[y])


@dataclass(frozen=True, eq=False)
class IssueData:
    """Credits of one project, by the year of the removal (vintage); they are issued `lag` years later.

    `direct` (V, Y) are kt per unit started, none where a start gives carbon back. Of what a facility sells,
    `per_output` (Y,) is credited; `within` (V, Y) is 1 in the crediting period. A kt of credits sold takes
    `takes_removed` (Y,) kt from our removals or `takes_avoided` (Y,) kt from what we avoid, with what is held back for
    it: the buyer claims them. A credit for output takes `takes_displaced` (Y,) only, where `uncounted` (Y,) kt more are
    credited per output than it displaces.
    """

    project: int
    direct: Floats
    per_output: Floats | None
    within: Floats
    limited: bool
    takes_removed: Floats
    takes_avoided: Floats
    takes_displaced: Floats
    uncounted: Floats

    @property
    def takes_differ(self) -> bool:
        """True where some of its credits may take more from what is avoided than others."""
        return bool(np.any(self.direct) and np.any(self.uncounted) and np.any(self.takes_avoided))


@dataclass(frozen=True, eq=False)
class ExternalMarketData(MarketData):
    """A market outside. (Y,): `phase_in`, `price`, `sells`, `credit_share`; `credit_price` is None without credits.

    `issues` by project, `issue_lag` in years; `certificates` are projects and the price of one of their output (Y,).
    """

    phase_in: Floats
    price: Floats
    sells: Floats
    may_buy: bool
    may_sell: bool
    borrowing: float
    interest: float
    credit_share: Floats
    credit_price: Floats | None
    issues: tuple[IssueData, ...]
    issue_lag: int
    certificates: tuple[tuple[int, Floats], ...]
    keeps_value: bool

    @property
    def can_refuse(self) -> bool:
        """Only where allowances cannot be bought."""
        return bool(self.accounts) and not self.may_buy

    def keeps_at_most(self, account: AccountData, y: int) -> float:
        """The same; where what is left has a value, it may be kept at the end of the horizon, too."""
        if self.keeps_value and self.bank is not None and y == self.years[-1]:
            return self.bank.keep or 0.0
        return super().keeps_at_most(account, y)

    def vintages(self) -> list[int]:
        """Indices of the years whose credits are issued while there is a market."""
        return [int(y) - self.issue_lag for y in self.years if y >= self.issue_lag]


@dataclass(frozen=True, eq=False)
class InternalMarketData(MarketData):
    """A market inside: `cap` (Y,) for all accounts together is the sum of what they are given."""

    cap: Floats


AnyMarketData = ExternalMarketData | InternalMarketData
