"""Markets: where emissions cost allowances, and where credits and certificates are sold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator, ValidationInfo, WithJsonSchema

from optimiser.scenario.allocation import AnyAllocation
from optimiser.scenario.base import Entry, Strict
from optimiser.scenario.mistakes import Mistake, misread
from optimiser.scenario.paths import read_quantity, units_of
from optimiser.scenario.targets import Categories, Scopes
from optimiser.scenario.values import AnyPath, Carbon, Flag, Ids, Share, SmallShare, Whole, Year
from optimiser.units import NUMBER

Against = Literal["base_year", "baseline"]


def _multiple(raw: Any, info: ValidationInfo) -> float:
    quantity = read_quantity(raw, units_of(info), NUMBER)
    if quantity.value < 0:
        raise misread(Mistake("V001", f'"{quantity.text}" is below zero', "write how many times, such as 1.5"))
    return quantity.value


Multiple = Annotated[float, PlainValidator(_multiple), WithJsonSchema({"type": ["number", "string"]})]


def _yes_is_unlimited(raw: Any) -> Any:
    return {} if raw is True else None if raw is False else raw


class InternalBanking(Strict):
    """Allowances that are left may be used in a later year."""

    keep: Carbon | None = None
    """Holding limit of an account at the end of a year; absent: what its baseline has still to surrender later."""
    start: Carbon | None = None
    """Held by each account at the start."""


class Banking(InternalBanking):
    """Allowances that are left may be used, or sold, in a later year."""

    multiple: Multiple = 0.0
    """The holding limit (0 without `keep`) rises by so many times the net sales since the market began."""


class Borrowing(Strict):
    """Allowances of the next year may be surrendered now."""

    share: Share
    """Share of what is due in a year that may be borrowed."""
    interest: SmallShare = 0.0
    """Allowances to be given back on top, as a share of those borrowed."""


class Credits(Strict):
    """Credits from outside the market, such as CCER."""

    share: AnyPath | None = None
    """Share of what is due that may be surrendered in credits; absent: none."""
    price: AnyPath
    """Money per tonne, to buy a credit and to sell one of our own."""


class Chosen(Strict):
    """Projects by name or by tag."""

    projects: Ids | None = None
    """These projects."""
    tags: Ids | None = None
    """Sinks and facilities with any of these tags."""


class Issues(Chosen):
    """Credits that our own sinks and facilities earn."""

    factor: AnyPath | None = None
    """Share of the tonnes removed (or avoided by what is sold) that is credited, or tonnes per output sold."""
    period: Annotated[Whole, Field(ge=1)] | None = None
    """Crediting period: years of operation that earn credits; absent: all."""
    lag: Annotated[Whole, Field(ge=0)] = 0
    """Years from the removal to the issue of its credit."""
    buffer: Share = 0.0
    """Share held back against loss; for what is sold it goes with the sale and keeps no promise of ours."""


class Certificates(Chosen):
    """Green certificates of what our facilities sell."""

    price: AnyPath
    """Money per unit of output."""


class Market(Entry):
    """Emissions that need allowances. Everything is covered that passes every filter it names."""

    entities: Ids | None = None
    """Covered entities, each with everything below; each keeps an account. Absent: one account for all."""
    scopes: Scopes | None = None
    """GHG Protocol scopes covered; absent: all."""
    categories: Categories | None = None
    """Categories of scope 3 covered; absent: all."""
    sources: Ids | None = None
    """These sources instead of scopes."""
    basis: Literal["location", "market"] = "location"
    """Ledger of scope 2."""
    from_year: Year | None = None
    """First year; absent: the first of the horizon."""
    until_year: Year | None = None
    """Last year; absent: the last of the horizon."""

    def contradictions(self) -> Iterator[Mistake]:
        """What is covered is said in one way, and the years are in order."""
        if self.sources is not None and (self.scopes is not None or self.categories is not None):
            other = "scopes" if self.scopes is not None else "categories"
            yield Mistake("K004", f"has `sources` and `{other}`", "name the sources, or the scopes", ("sources",))
        for key in ("entities", "sources", "scopes", "categories"):
            if getattr(self, key) == ():
                yield Mistake("K003", "names nothing", "name what is covered, or leave the key out", (key,))
        if self.from_year is not None and self.until_year is not None and self.until_year < self.from_year:
            help = f"did you mean from_year: {self.until_year} and until_year: {self.from_year}?"
            text = f"`until_year` {self.until_year} is before `from_year` {self.from_year}"
            yield Mistake("V003", text, help, ("until_year",))


class ExternalMarket(Market):
    """A market outside the organisation: an emission trading system, or one that only buys credits or certificates."""

    kind: Literal["external"]
    price: AnyPath | None = None
    """Money per tonne to buy an allowance; absent: nothing is covered, and only credits or certificates are sold."""
    phase_in: AnyPath | None = None
    """Share of covered emissions to be surrendered; absent: all."""
    free_allocation: AnyAllocation | None = None
    """Allowances for nothing: a share (see `against`), tonnes, or `{benchmark, activity}`; or these by entity."""
    against: Against = "baseline"
    """A share of free allocation is one of what the baseline surrenders, or of the base year; never of the plan."""
    buy: Flag = True
    """Allowances can be bought."""
    sell: Flag = True
    """Allowances can be sold."""
    spread: SmallShare = 0.0
    """A sale brings so much less than a purchase costs."""
    sell_price: AnyPath | None = None
    """Money per tonne sold, instead of a spread."""
    pooled: Flag = False
    """One account for all entities, instead of one for each."""
    banking: Annotated[Banking | None, BeforeValidator(_yes_is_unlimited)] = None
    """Allowances may be kept; absent: what is left at the end of a year lapses."""
    borrowing: Borrowing | None = None
    """Allowances of the next year may be used; absent: they may not."""
    credits: Credits | None = None
    """Credits may be surrendered."""
    issues: Issues | None = None
    """Credits of our own, to be sold at the credit price or surrendered."""
    certificates: Certificates | None = None
    """Green certificates of our own, to be sold."""
    final_value: Literal["zero", "price"] = "zero"
    """What allowances left at the end are worth; `price`: as a sale in the last year, also with `sell: false`."""

    def contradictions(self) -> Iterator[Mistake]:
        """Allowances have a price, sales one price, and credits a market."""
        yield from super().contradictions()
        covering = (
            "entities",
            "scopes",
            "categories",
            "sources",
            "phase_in",
            "free_allocation",
            "banking",
            "borrowing",
        )
        named = [key for key in covering if getattr(self, key) is not None]
        if self.price is None and (named or (self.credits is None and self.certificates is None)):
            help = "write price: 85 CNY/tCO2e"
            yield Mistake("K002", "`price` is missing", help, absent=("price", "credits", "certificates"))
        if self.spread and self.sell_price is not None:
            yield Mistake("K004", "has a `spread` and a `sell_price`", "keep one of the two", ("sell_price",))
        if not self.sell and (self.spread or self.sell_price is not None):
            key = "spread" if self.spread else "sell_price"
            yield Mistake("K004", f"`{key}` belongs to sales, and nothing can be sold", "take it out", (key,))
        if self.issues is not None and self.credits is None:
            help = "write credits: {price: 60 CNY/tCO2e}"
            yield Mistake("K004", "`issues` need a price of credits", help, ("issues",), ("credits",))
        if self.final_value == "price":
            held = self.banking
            if held is None or (held.keep is None and not held.multiple):
                help = "write banking: {keep: 10 ktCO2e}: without a limit there is no end to what is worth keeping"
                yield Mistake(
                    "K004", "`final_value: price` needs a holding limit", help, ("final_value",), ("banking",)
                )


class InternalMarket(Market):
    """A market inside the organisation: its entities share a cap and may transfer allowances among each other."""

    kind: Literal["internal"]
    cap: AnyPath | None = None
    """Tonnes of all its entities together, or a share of the base (see `against`)."""
    against: Against = "base_year"
    """What a share is a share of: emissions of the base year, or the baseline of the same year."""
    allocation: AnyAllocation | None = None
    """By entity: its share of the cap, or tonnes (their sum is the cap). Absent: as it emits in the base year."""
    banking: Annotated[InternalBanking | None, BeforeValidator(_yes_is_unlimited)] = None
    """Allowances may be kept; absent: what is left at the end of a year lapses."""

    def contradictions(self) -> Iterator[Mistake]:
        """There is a cap."""
        yield from super().contradictions()
        if self.cap is None and self.allocation is None:
            help = "write cap: {2026: 100 %, 2035: 70 %}, or an `allocation` by entity"
            yield Mistake("K002", "`cap` is missing", help, absent=("cap", "allocation"))
        if self.entities is None:
            help = "name the entities that trade, such as entities: [works, yard]"
            yield Mistake("K002", "`entities` is missing", help, absent=("entities",))


def _external_unless_said(raw: Any) -> Any:
    return {"kind": "external", **raw} if isinstance(raw, dict) and "kind" not in raw else raw


AnyMarket = Annotated[
    ExternalMarket | InternalMarket, Field(discriminator="kind"), BeforeValidator(_external_unless_said)
]
