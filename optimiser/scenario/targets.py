"""Targets: the seven kinds of promise."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from optimiser.scenario.base import Entry
from optimiser.scenario.values import (
    AnyPath,
    AnyQuantity,
    Carbon,
    Id,
    Ids,
    Share,
    SmallShare,
    WideShare,
    Window,
    misread,
)


def _one_or_list(raw: Any) -> Any:
    return [raw] if isinstance(raw, int) and not isinstance(raw, bool) else raw


Scopes = Annotated[tuple[Literal[1, 2, 3], ...], BeforeValidator(_one_or_list)]
Years = Annotated[tuple[int, ...], BeforeValidator(_one_or_list)]


class Target(Entry):
    """A promise. Hard, unless it has a `priority` or a `penalty`."""

    entity: Id | None = None
    """Covers this entity and everything below; absent: all."""
    priority: Annotated[int, Field(ge=1)] | None = None
    """Order in which targets give way where a case cannot hold: 1 gives way first."""
    penalty: AnyQuantity | None = None
    """Money per tonne (or per unit of its measure) of shortfall."""

    @model_validator(mode="after")
    def _one_softness(self) -> Target:
        if self.priority is not None and self.penalty is not None:
            raise misread("K004", "has a `priority` and a `penalty`", "a target gives way in one of the two ways")
        return self


class Timed(Target):
    """A target that holds in `by` and every later year."""

    by: int | None = None
    """First year in which it must hold."""
    until: int | None = None
    """Last year in which it must hold; absent: the end of the horizon."""
    in_: Years | None = Field(default=None, alias="in")
    """Single years instead of `by`."""

    @model_validator(mode="after")
    def _when(self) -> Timed:
        if (self.by is None) == (self.in_ is None):
            raise misread("K002" if self.by is None else "K004", "needs `by` or `in`, one of the two", "write by: 2030")
        if self.until is not None and (self.by is None or self.until < self.by):
            raise misread("V003", f"`until` {self.until} is before `by`", "", ("until",))
        return self


class OnEmissions(Timed):
    """A target on gross emissions of scopes or named sources."""

    scopes: Scopes | None = None
    """GHG Protocol scopes covered; absent: all."""
    categories: tuple[Annotated[int, Field(ge=1, le=15)], ...] | None = None
    """Categories of scope 3 covered; absent: all."""
    sources: Ids | None = None
    """These sources instead of entity and scopes."""
    basis: Literal["location", "market"] = "location"
    """Ledger of scope 2."""

    @model_validator(mode="after")
    def _coverage(self) -> OnEmissions:
        if self.sources is not None and (self.scopes is not None or self.categories is not None):
            raise misread("K004", "has `sources` and `scopes`", "name the sources, or the scopes", ("sources",))
        return self


class Peak(OnEmissions):
    """Emissions rise no more after a year."""

    kind: Literal["peak"]
    shape: Literal["highest", "no_rise", "window"] = "highest"
    """`highest`: no later year above the highest so far; `no_rise`: no year above the year before; `window`: means."""
    years: Annotated[int, Field(ge=1)] | None = None
    """Width of the two windows of shape `window`."""
    tolerance: SmallShare = 0.0
    """Share by which a year may still be higher."""
    at_most: AnyQuantity | None = None
    """Cap on every year: share of the base, or tonnes; guards against climbing before the deadline."""

    @model_validator(mode="after")
    def _shape(self) -> Peak:
        if self.by is None:
            raise misread("K002", "a peak needs `by`", "write by: 2030")
        if (self.shape == "window") != (self.years is not None):
            raise misread("K004", "`years` and `shape: window` need each other", "write shape: window and years: 5")
        return self


class Reduction(OnEmissions):
    """Gross emissions fall by a share or a quantity."""

    kind: Literal["reduction"]
    cut: AnyPath
    """Share of the base, or tonnes."""
    against: Literal["base_year", "baseline"] = "base_year"
    """The base: emissions of the base year, or the baseline of the same year."""


class Neutrality(OnEmissions):
    """Gross emissions less removals and admitted credits are zero."""

    kind: Literal["neutrality"]
    residual: WideShare | None = None
    """Gross emissions are at most this share of the base."""
    removals: Ids | None = None
    """Only these sinks count; absent: all sinks of the entity and below."""
    credits: SmallShare = 0.0
    """Credits from outside at most this share of the base."""
    credit_price: AnyPath | None = None
    """Price of a credit where no market sells them."""


class Intensity(OnEmissions):
    """Gross emissions per revenue, or per another series, fall."""

    kind: Literal["intensity"]
    per: str = "revenue"
    """`revenue`, or the name of a series."""
    cut: Share | None = None
    """Share below the intensity of the base year."""
    at_most: AnyQuantity | None = None
    """Highest intensity."""

    @model_validator(mode="after")
    def _one_measure(self) -> Intensity:
        if (self.cut is None) == (self.at_most is None):
            raise misread("K004", "needs `cut` or `at_most`, one of the two", "write cut: 18 %")
        return self


class CarbonBudget(Target):
    """The sum of emissions over years stays below a quantity."""

    kind: Literal["carbon_budget"]
    years: Window
    """[from, to]."""
    at_most: Carbon
    """Tonnes in all these years together."""
    net: bool = False
    """Removals count against them."""
    removals: Ids | None = None
    """Only these sinks count, with `net`."""
    scopes: Scopes | None = None
    """GHG Protocol scopes covered; absent: all."""
    categories: tuple[Annotated[int, Field(ge=1, le=15)], ...] | None = None
    """Categories of scope 3 covered; absent: all."""
    sources: Ids | None = None
    """These sources instead of entity and scopes."""
    basis: Literal["location", "market"] = "location"
    """Ledger of scope 2."""


class Avoided(Timed):
    """Emissions avoided at customers reach a multiple of a base."""

    kind: Literal["avoided"]
    multiple: AnyPath
    """How many times the base."""
    base: Carbon | None = None
    """Tonnes avoided a year, to which the multiple refers; absent: the entity's `avoided_baseline` in the base year."""


class Historical(Target):
    """Durable removals add up to what was emitted in the past."""

    kind: Literal["historical"]
    by: int
    """Last year that counts."""
    stock: Carbon
    """Historical emissions to be removed."""
    removals: Ids | None = None
    """Only these sinks count; absent: all durable sinks of the entity and below."""


AnyTarget = Annotated[
    Peak | Reduction | Neutrality | Intensity | CarbonBudget | Avoided | Historical, Field(discriminator="kind")
]
