"""Targets: the seven kinds of promise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from optimiser.scenario.base import Entry
from optimiser.scenario.mistakes import Mistake
from optimiser.scenario.values import (
    AnyPath,
    AnyQuantity,
    Carbon,
    Flag,
    Id,
    Ids,
    Scope,
    Share,
    SmallShare,
    Whole,
    WideShare,
    Window,
    Year,
)


def _one_or_list(raw: Any) -> Any:
    return [raw] if isinstance(raw, int) and not isinstance(raw, bool) else raw


_ONE_OR_LIST = BeforeValidator(_one_or_list, json_schema_input_type=int | list[int])
Scopes = Annotated[tuple[Scope, ...], _ONE_OR_LIST]
Years = Annotated[tuple[Year, ...], _ONE_OR_LIST]
Categories = Annotated[tuple[Annotated[Whole, Field(ge=1, le=15)], ...], _ONE_OR_LIST]


def _coverage(sources: Any, scopes: Any, categories: Any) -> Iterator[Mistake]:
    """What is covered is said once, and is something."""
    if sources is not None and (scopes is not None or categories is not None):
        other = "scopes" if scopes is not None else "categories"
        yield Mistake("K004", f"has `sources` and `{other}`", "name the sources, or the scopes", ("sources",))
    for key, named in (("sources", sources), ("scopes", scopes), ("categories", categories)):
        if named == ():
            yield Mistake("K003", "names nothing", "a target that covers nothing is always met", (key,))


class Target(Entry):
    """A promise. Hard, unless it has a `priority` or a `penalty`."""

    entity: Id | None = None
    """Covers this entity and everything below; absent: all."""
    priority: Annotated[Whole, Field(ge=1)] | None = None
    """Order in which targets give way where a case cannot hold: 1 gives way first."""
    penalty: AnyQuantity | None = None
    """Money per tonne (or per unit of its measure) of shortfall."""

    def contradictions(self) -> Iterator[Mistake]:
        """A target gives way in one way."""
        if self.priority is not None and self.penalty is not None:
            help = "a target gives way in one of the two ways"
            yield Mistake("K004", "has a `priority` and a `penalty`", help, ("penalty",))


class Timed(Target):
    """A target that holds in `by` and every later year."""

    by: Year | None = None
    """First year in which it must hold."""
    until: Year | None = None
    """Last year in which it must hold; absent: the end of the horizon."""
    in_: Years | None = Field(default=None, alias="in")
    """Single years instead of `by`."""

    def contradictions(self) -> Iterator[Mistake]:
        """It says when, in one way."""
        yield from super().contradictions()
        if self.by is None and self.in_ is None:
            yield Mistake("K002", "`by` is missing", "write by: 2030, or in: [2030, 2035]", absent=("by", "in"))
        if self.by is not None and self.in_ is not None:
            yield Mistake("K004", "has `by` and `in`", "keep one of the two", ("in",))
        if self.in_ == ():
            yield Mistake("K003", "names no year", "write in: [2030, 2035], or by: 2030", ("in",))
        if self.until is not None and self.by is not None and self.until < self.by:
            help = f"did you mean by: {self.until} and until: {self.by}?"
            yield Mistake("V003", f"`until` {self.until} is before `by` {self.by}", help, ("until",))
        if self.until is not None and self.in_ is not None:
            yield Mistake("K004", "`until` belongs to `by`", "leave it out beside `in`", ("until",))


class OnEmissions(Timed):
    """A target on gross emissions of scopes or named sources."""

    scopes: Scopes | None = None
    """GHG Protocol scopes covered; absent: all."""
    categories: Categories | None = None
    """Categories of scope 3 covered; absent: all."""
    sources: Ids | None = None
    """These sources instead of entity and scopes."""
    basis: Literal["location", "market"] = "location"
    """Ledger of scope 2."""

    def contradictions(self) -> Iterator[Mistake]:
        """It covers something, said in one way."""
        yield from super().contradictions()
        yield from _coverage(self.sources, self.scopes, self.categories)


class Peak(OnEmissions):
    """Emissions rise no more after a year."""

    kind: Literal["peak"]
    shape: Literal["highest", "no_rise", "window"] = "highest"
    """`highest`: no later year above the highest so far; `no_rise`: no year above the year before; `window`: means."""
    years: Annotated[Whole, Field(ge=1)] | None = None
    """Width of the two windows of shape `window`."""
    tolerance: SmallShare = 0.0
    """Share by which a year may still be higher."""
    at_most: AnyQuantity | None = None
    """Cap on every year: share of the base, or tonnes; guards against climbing before the deadline."""

    def contradictions(self) -> Iterator[Mistake]:
        """A peak has a deadline; a window has a width."""
        only_in = self.by is None and self.in_ is not None
        if only_in:
            yield Mistake("K002", "a peak needs `by`, not `in`", "write by: 2030", ("in",), ("by",))
        yield from (m for m in super().contradictions() if not only_in or m.at != ("in",))
        if self.shape == "window" and self.years is None:
            yield Mistake("K002", "`shape: window` needs `years`", "write years: 5", ("shape",), ("years",))
        if self.shape != "window" and self.years is not None:
            help = "write shape: window, or leave `years` out"
            yield Mistake("K004", "`years` belongs to `shape: window`", help, ("years",), ("shape",))


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
    """Price of a credit; absent: the lowest of the markets that sell credits in the year."""


class Intensity(OnEmissions):
    """Gross emissions per revenue, or per another series, fall."""

    kind: Literal["intensity"]
    per: Id = "revenue"
    """`revenue`, or the name of a series."""
    cut: Share | None = None
    """Share below the intensity of the base year."""
    at_most: AnyQuantity | None = None
    """Highest intensity."""

    def contradictions(self) -> Iterator[Mistake]:
        """One measure of intensity."""
        yield from super().contradictions()
        if self.cut is None and self.at_most is None:
            yield Mistake("K002", "needs `cut` or `at_most`", "write cut: 18 %", absent=("cut", "at_most"))
        if self.cut is not None and self.at_most is not None:
            yield Mistake("K004", "has `cut` and `at_most`", "keep one of the two", ("at_most",))


class CarbonBudget(Target):
    """The sum of emissions over years stays below a quantity."""

    kind: Literal["carbon_budget"]
    years: Window
    """[from, to]."""
    at_most: Carbon
    """Tonnes in all these years together."""
    net: Flag = False
    """Removals count against them."""
    removals: Ids | None = None
    """Only these sinks count, with `net`."""
    scopes: Scopes | None = None
    """GHG Protocol scopes covered; absent: all."""
    categories: Categories | None = None
    """Categories of scope 3 covered; absent: all."""
    sources: Ids | None = None
    """These sources instead of entity and scopes."""
    basis: Literal["location", "market"] = "location"
    """Ledger of scope 2."""

    def contradictions(self) -> Iterator[Mistake]:
        """It covers something, said in one way, and names sinks only where they count."""
        yield from super().contradictions()
        yield from _coverage(self.sources, self.scopes, self.categories)
        if self.removals is not None and not self.net:
            yield Mistake("K004", "`removals` count only with `net: true`", "add it", ("removals",), ("net",))


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
    by: Year
    """Last year that counts."""
    stock: Carbon
    """Historical emissions to be removed."""
    removals: Ids | None = None
    """Only these sinks count; absent: all durable sinks of the entity and below."""


AnyTarget = Annotated[
    Peak | Reduction | Neutrality | Intensity | CarbonBudget | Avoided | Historical, Field(discriminator="kind")
]
