"""The Instance: a scenario as numbers by project, start year and year. Frozen; knows no variables.

Shapes: Y years of the horizon, V start years of a project. Money in millions, emissions in kt, amounts in units of
the project (one, lots, or its size in the unit the file uses).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from optimiser.instance.fleet_data import FleetData
from optimiser.instance.funding import NO_FINANCE, FinanceData
from optimiser.instance.market_data import AnyMarketData
from optimiser.instance.target_data import (
    AvoidedData,
    CarbonBudgetData,
    HistoricalData,
    IntensityData,
    Ledger,
    NeutralityData,
    PeakData,
    ReductionData,
    TargetData,
)
from optimiser.instance.timing import Floats, Ints, Timing
from optimiser.scenario.fleets import Part
from optimiser.scenario.header import Solve


@dataclass(frozen=True, eq=False)
class EntityData:
    """A node of the organisation; `below` are the indices of itself and everything below."""

    id: str
    label: str
    parent: int | None
    below: frozenset[int]
    revenue: Floats | None
    base_revenue: float
    avoided_baseline: Floats | None
    base_avoided: float
    declares_avoided: bool = False


@dataclass(frozen=True, eq=False)
class SourceData:
    """A stream of emissions: baselines (Y,) by ledger in kt, the value in the base year, activity and factors."""

    id: str
    label: str
    entity: int
    scope: int
    category: int | None
    baseline: dict[Ledger, Floats]
    base: dict[Ledger, float]
    activity: Floats | None
    factor: dict[Ledger, Floats] | None
    has_market: bool
    fleet: tuple[int, Part] | None = None
    """The fleet that makes it and which part of its emissions; None for a source of the file."""


@dataclass(frozen=True, eq=False)
class Abatement:
    """One unit's effect on a source in full operation (Y,): a share, tonnes (kt), or activity."""

    source: int
    form: Literal["share", "tonnes", "activity"]
    amount: Floats
    market_only: bool

    def counts_in(self, ledger: Ledger) -> bool:
        """True if it changes this ledger."""
        return ledger == "market" or not self.market_only


@dataclass(frozen=True, eq=False)
class Delivery:
    """Output of one unit in full operation (Y,), where it goes, and what it earns.

    `split`: share used on site; None where that is decided year by year.
    """

    output: Floats
    supplies: int | None
    price: Floats
    sells: Floats
    displaces: Floats
    split: float | None


@dataclass(frozen=True, eq=False)
class ProjectData:
    """A project. `most`, `least`, `per_year` limit its amount; `cheaper`: (project, share) that lower its capex.

    `stands_for`: how many identical projects it is (`instance.identical`).
    """

    index: int
    id: str
    label: str
    kind: str
    entity: int
    tags: tuple[str, ...]
    unit: str
    integer: bool
    most: float
    least: float
    per_year: float | None
    committed: bool
    lead_time: int
    life: int | None
    timing: Timing
    capex_each: float
    opex_by_age: Floats | None
    opex_by_year: Floats
    ramp: Floats | None
    abatements: tuple[Abatement, ...]
    avoids: Floats | None
    removal_by_age: Floats | None
    durable: bool
    delivery: Delivery | None
    requires: tuple[tuple[tuple[int, int], ...], ...]
    uses: tuple[tuple[int, Floats | None, float], ...]
    cheaper: tuple[tuple[int, float], ...]
    stands_for: int = 1

    @property
    def starts(self) -> Ints:
        """Start years (V,)."""
        return self.timing.starts

    @property
    def is_single(self) -> bool:
        """True for a project that is one, yes or no."""
        return self.integer and self.most == 1

    @property
    def capex(self) -> Floats:
        """Money spent per unit (V, Y)."""
        return self.capex_each * self.timing.spending

    @property
    def opex(self) -> Floats:
        """Money per unit and year (V, Y)."""
        if self.opex_by_age is not None:
            return self.timing.by_age(self.opex_by_age, after=0.0)
        return self.timing.operating * self.opex_by_year

    @property
    def salvage(self) -> Floats:
        """Money returned per unit after the last year (V,), not discounted."""
        return self.capex_each * self.timing.salvage

    @cached_property
    def effect(self) -> Floats:
        """Share of full operation per unit (V, Y)."""
        if self.ramp is None:
            return self.timing.operating
        table = np.concatenate([self.ramp, [0.0]])
        since = self.timing.since
        return table[np.where(since < 0, -1, np.minimum(since, len(self.ramp) - 1))]

    @property
    def removal(self) -> Floats | None:
        """kt removed per unit (V, Y), or None."""
        if self.removal_by_age is None:
            return None
        ramp = self.effect if self.ramp is not None else 1.0
        return self.timing.by_age(self.removal_by_age) * ramp

    def use(self, by_year: Floats | None, each: float, years: Ints) -> Floats:
        """Use of a resource per unit (V, Y): `each` in all years of the lead time, or by year since a cycle's start."""
        values = by_year if by_year is not None else np.full(max(self.lead_time, 1), each)
        return self.timing.by_cycle(values, years)


@dataclass(frozen=True, eq=False)
class ResourceData:
    """A yearly limit (Y,) other than money."""

    id: str
    label: str
    limit: Floats
    unit: str


@dataclass(frozen=True, eq=False)
class BudgetData:
    """A limit on money (Y,) for `projects`; `carry` is the share of what is left that moves on; `window` in years.

    Other money (credits, fleets, debt, carbon) is found by `entities`, all that it covers, and by `tags`; a budget
    of `named` projects sees none of it.
    """

    id: str
    label: str
    projects: tuple[int, ...]
    entities: frozenset[int]
    covers: Literal["capex", "cash"]
    limit: Floats
    carry: float
    window: int | None
    tags: frozenset[str] | None = None
    named: bool = False

    def sees(self, kind: str, entities: frozenset[int], tags: Collection[str] = (), budgets=None) -> bool:
        """True where money of this kind, entities and tags weighs on the budget, or where `budgets` names it."""
        if budgets is not None:
            return self.id in budgets
        if self.named or (self.covers == "capex" and kind != "capex"):
            return False
        return entities <= self.entities and (self.tags is None or not self.tags.isdisjoint(tags))


@dataclass(frozen=True, eq=False)
class GroupData:
    """A choice among projects."""

    id: str
    label: str
    projects: tuple[int, ...]
    at_most: int | None
    at_least: int | None


@dataclass(frozen=True, eq=False)
class Instance:
    """A scenario as numbers. `discount` (Y,) and `salvage_discount` turn money of a year into present value."""

    name: str
    note: str
    currency: str
    price_year: int
    base_year: int
    discount_rate: float
    years: Ints
    discount: Floats
    salvage_discount: float
    entities: tuple[EntityData, ...]
    sources: tuple[SourceData, ...]
    projects: tuple[ProjectData, ...]
    resources: tuple[ResourceData, ...]
    groups: tuple[GroupData, ...]
    exclusions: tuple[tuple[int, int], ...]
    budgets: tuple[BudgetData, ...]
    targets: tuple[TargetData, ...]
    solve: Solve
    fleets: tuple[FleetData, ...] = ()
    markets: tuple[AnyMarketData, ...] = ()
    finance: FinanceData = NO_FINANCE

    @property
    def first(self) -> int:
        """First year."""
        return int(self.years[0])

    @property
    def last(self) -> int:
        """Last year."""
        return int(self.years[-1])

    @cached_property
    def abatements_on(self) -> dict[int, list[tuple[ProjectData, Abatement]]]:
        """By source: every project that abates it, and how."""
        found: dict[int, list[tuple[ProjectData, Abatement]]] = {}
        for p in self.projects:
            for a in p.abatements:
                found.setdefault(a.source, []).append((p, a))
        return found

    @cached_property
    def suppliers_of(self) -> dict[int, list[ProjectData]]:
        """By source: every facility that supplies it."""
        found: dict[int, list[ProjectData]] = {}
        for p in self.projects:
            if p.delivery is not None and p.delivery.supplies is not None:
                found.setdefault(p.delivery.supplies, []).append(p)
        return found

    def year_index(self, year: int) -> int:
        """Index of a year in the horizon."""
        return year - self.first


__all__ = [
    "Abatement",
    "AvoidedData",
    "BudgetData",
    "CarbonBudgetData",
    "Delivery",
    "EntityData",
    "GroupData",
    "HistoricalData",
    "Instance",
    "IntensityData",
    "Ledger",
    "NeutralityData",
    "PeakData",
    "ProjectData",
    "ReductionData",
    "ResourceData",
    "SourceData",
    "TargetData",
]
