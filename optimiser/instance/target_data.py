"""Targets as numbers. Shapes as in the Instance: Y years of the horizon; emissions in kt, money in millions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from optimiser.instance.timing import Floats, Ints

Ledger = Literal["location", "market"]


@dataclass(frozen=True, eq=False)
class TargetData:
    """What all targets have. `years`: indices at which it is tested. `penalty` (Y,) in millions per kt of shortfall."""

    id: str
    label: str
    kind: str
    entity: int | None
    priority: int | None
    penalty: Floats | None
    years: Ints
    sources: tuple[int, ...]
    ledger: Ledger
    entities: frozenset[int]
    sinks: tuple[int, ...]
    base: float


@dataclass(frozen=True, eq=False)
class PeakData(TargetData):
    """`by` is the index of the deadline; `years` those after it. `cap` (kt) holds in `capped` years."""

    shape: Literal["highest", "no_rise", "window"]
    by: int
    width: int
    tolerance: float
    cap: float | None
    capped: Ints


@dataclass(frozen=True, eq=False)
class ReductionData(TargetData):
    """Gross emissions at most `cap` (Y,)."""

    cap: Floats


@dataclass(frozen=True, eq=False)
class NeutralityData(TargetData):
    """Net zero; gross at most `residual` (kt) where given; credits (Y,) count up to `credits` (kt).

    Of them at most `on_sale` (Y,) can be bought for this target, at `credit_price` (Y,): none in a year without a
    seller. `shared`: targets on a part of the same emissions, and the years (indices) whose credits count, too.
    """

    residual: float | None
    credits: Floats
    on_sale: Floats
    credit_price: Floats
    shared: tuple[tuple[str, frozenset[int]], ...] = ()

    @property
    def admits_credits(self) -> bool:
        """True where credits count, bought for this target or for a part of its emissions."""
        return bool((self.credits > 0).any())


@dataclass(frozen=True, eq=False)
class IntensityData(TargetData):
    """Gross emissions per `denominator` (Y,) at most `limit`; `unit` in words."""

    denominator: Floats
    limit: float
    unit: str


@dataclass(frozen=True, eq=False)
class CarbonBudgetData(TargetData):
    """Emissions of `span` years (indices) together at most `limit` (kt); net of sinks with `net`."""

    span: Ints
    limit: float
    net: bool


@dataclass(frozen=True, eq=False)
class AvoidedData(TargetData):
    """Avoided emissions (with the `baseline` path (Y,) of the entity) at least `floor` (Y,)."""

    baseline: Floats
    floor: Floats


@dataclass(frozen=True, eq=False)
class HistoricalData(TargetData):
    """Removals of `sinks` up to and in the year of index `by` at least `stock` (kt)."""

    by: int
    stock: float
