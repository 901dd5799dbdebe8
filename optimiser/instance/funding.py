"""Finance as numbers: instruments, ceilings and taxes. Frozen; knows no variables.

Shapes: Y years of the horizon, V years of issue of an instrument. Money in millions, real; profiles per unit issued.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from optimiser.instance.timing import Floats, Ints

RAISED = ("proceeds", "grants")
"""Kinds of money that add to what a budget has."""


def spender(owner: str, tags: Collection[str]) -> str:
    """Who spends capex that is no project's: a fleet pays for changes of different tags."""
    return f"{owner} ({', '.join(tags)})" if tags else owner


@dataclass(frozen=True, eq=False)
class EligibleData:
    """What proceeds may pay for: capex of `entities` with any of `tags`, or of `owners` (projects and fleets).

    `share` of the eligible capex of a year at most; in the years from `before` the issue to `after` it.
    """

    entities: frozenset[int]
    tags: frozenset[str] | None
    owners: frozenset[str] | None
    share: float
    before: int
    after: int

    def takes(self, owner: str, entities: frozenset[int], tags: Collection[str]) -> bool:
        """True where the capex of an owner passes every filter."""
        tagged = self.tags is None or not self.tags.isdisjoint(tags)
        named = self.owners is None or owner in self.owners
        return tagged and named and entities <= self.entities


@dataclass(frozen=True, eq=False)
class Service:
    """Paid and owed per unit issued, by year of issue and year (V, Y), and what is left to pay after the last (V,)."""

    interest: Floats
    repayment: Floats
    outstanding: Floats
    interest_after: Floats
    repayment_after: Floats

    def of(self, amounts: Floats) -> Service:
        """The service of `amounts` (V,) together: one row, (1, Y) and (1,)."""
        parts = (self.interest, self.repayment, self.outstanding)
        after = (self.interest_after, self.repayment_after)
        return Service(*((amounts @ p)[None, :] for p in parts), *(np.array([amounts @ a]) for a in after))


@dataclass(frozen=True, eq=False)
class StepUpData:
    """What a higher rate adds to the interest per unit issued, (V, Y) and (V,) after, of old debt (Y,) and after.

    It is due where the target (by id) is missed in any of the `observed` years (indices).
    """

    target: str
    observed: Ints
    extra: Floats
    extra_after: Floats
    old: Floats
    old_after: float


@dataclass(frozen=True, eq=False)
class FundingData:
    """An instrument: years of issue (V,), how much and how often, what it costs, which budgets feel it.

    `least` and `most` bound one issue (most may be infinite), `amount` all of them together (or, `revolving`, what is
    owed at a time). `old` is the service of what was issued before the horizon (1, Y). Ids of budgets: `relieves` are
    those that the proceeds add to, `burdens` those that bear the debt service. `rates` (V,) are as stated, with the
    rise of prices that is in them. A deposit has `sign` -1: what is issued is paid out and comes back.
    """

    id: str
    label: str
    kind: str
    entity: int
    sign: int
    years: Ints
    least: float
    most: float
    issues: int | None
    amount: float | None
    revolving: bool
    committed: bool
    fee: float
    rates: Floats
    inflation: float
    service: Service
    old: Service
    eligible: EligibleData | None
    relieves: frozenset[str]
    burdens: frozenset[str]
    step_up: StepUpData | None

    @property
    def counted(self) -> bool:
        """True where it matters whether there is an issue in a year at all."""
        return self.least > 0 or self.issues is not None or self.committed

    @property
    def is_debt(self) -> bool:
        """True for what is owed: not for grants and deposits."""
        return self.sign > 0 and self.kind != "grant"


@dataclass(frozen=True, eq=False)
class CeilingData:
    """A limit (Y,) on what some instruments (indices) owe together at the end of each year."""

    id: str
    label: str
    instruments: tuple[int, ...]
    limit: Floats


@dataclass(frozen=True)
class TaxData:
    """A tax rate, over how many years capex is depreciated (None: the life), and whether opex and income count.

    `inflation` is the yearly rise of prices: what is written off is fixed in the money of the year of payment.
    """

    rate: float
    years: int | None
    operating: bool
    inflation: float


@dataclass(frozen=True, eq=False)
class FinanceData:
    """Everything that `finance` and `tax` say."""

    funding: tuple[FundingData, ...] = ()
    ceilings: tuple[CeilingData, ...] = ()
    tax: TaxData | None = None


NO_FINANCE = FinanceData()
