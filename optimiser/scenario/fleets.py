"""Fleets: identical assets that move between technology states by retrofit, replacement and scrapping."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field

from optimiser.scenario.base import Entry, Strict
from optimiser.scenario.header import Salvage
from optimiser.scenario.kinds.base import Requires, Shares
from optimiser.scenario.mistakes import Mistake
from optimiser.scenario.paths import GROWTH_KEYS, TABLE_KEYS, Listing
from optimiser.scenario.regulation import Regulation
from optimiser.scenario.values import (
    AmountOrList,
    AnyPath,
    Carbon,
    CarbonPath,
    Id,
    MoneyPath,
    Share,
    Tags,
    Trend,
    Whole,
    Year,
)

NEW, SCRAP = "new", "scrap"
Count = Annotated[Whole, Field(ge=0, le=1_000_000)]
Years = Annotated[Whole, Field(ge=1)]
Part = Literal["direct", "power", "upstream"]


def _or(key: str) -> Callable[[Any], Any]:
    """Reads a bare quantity or path as the mapping of one key."""

    def read(raw: Any) -> Any:
        words = {*GROWTH_KEYS, *TABLE_KEYS}
        bare = not isinstance(raw, dict) or any(k in words or isinstance(k, int) for k in raw)
        return {key: raw} if bare else raw

    return read


def _numbered(raw: Any) -> Any:
    """A list is a mapping by place."""
    return dict(enumerate(raw)) if isinstance(raw, list) else raw


class Burn(Strict):
    """Use of one fuel by an asset in a state."""

    use: AnyPath
    """Fuel per asset and year, in mass, energy or volume."""
    slip: Share = 0.0
    """Share of the fuel that leaves unburnt (methane slip)."""


class Blend(Strict):
    """How much of a fuel may be another one, as shares of its energy (of its amount where no `energy` is given)."""

    share: AnyPath | None = None
    """This share, no less and no more."""
    min: AnyPath | None = None
    """Least share; absent: none."""
    max: AnyPath | None = None
    """Largest share; absent: all of it."""

    @property
    def least(self) -> AnyPath | None:
        """The share that must be."""
        return self.share if self.share is not None else self.min

    @property
    def most(self) -> AnyPath | None:
        """The share that may be."""
        return self.share if self.share is not None else self.max


class Fuel(Entry):
    """A fuel (or the electricity) that the fleet uses, per unit of it."""

    scope: Literal[1, 2] = 1
    """1 where it is burnt on board, 2 for electricity that is bought."""
    price: AnyPath | None = None
    """Money per unit."""
    factor: AnyPath | None = None
    """Emissions of its use per unit, tank to wake (scope 2: location-based)."""
    market_factor: AnyPath | None = None
    """Scope 2: emissions per unit, market-based."""
    upstream: AnyPath | None = None
    """Emissions of its making per unit, well to tank: scope 3, category 3."""
    slip_factor: AnyPath | None = None
    """Emissions per unit that leaves unburnt, such as 28 tCO2e/t of methane."""
    energy: AnyPath | None = None
    """Energy per unit (lower heating value): blends and FuelEU count by it."""
    blend: dict[Id, Annotated[Blend, BeforeValidator(_or("share"))]] = Field(default_factory=dict)
    """Other fuels of the list that may take its place: a share or a path, or `{min, max}` for a decision."""

    def contradictions(self) -> Iterator[Mistake]:
        """Keys that belong to one scope."""
        if self.market_factor is not None and (self.scope != 2 or self.factor is None):
            text = "`market_factor` belongs to scope 2, beside a `factor`"
            yield Mistake("K004", text, "write scope: 2 and the location-based factor", ("market_factor",))


class State(Entry):
    """A technology state: what one asset in it does in a year."""

    count: Count | None = None
    """Assets in this state when the horizon begins."""
    built: dict[Year, Count] = Field(default_factory=dict)
    """The same by year built."""
    life: Years | None = None
    """Years of service of the assets in `built`; absent: the `life` of the fleet."""
    emissions: CarbonPath | None = None
    """Direct emissions (scope 1) per asset and year, besides those of `fuels`."""
    opex: MoneyPath | None = None
    """Running cost per asset and year, without `fuels`."""
    fuels: dict[Id, Annotated[Burn, BeforeValidator(_or("use"))]] = Field(default_factory=dict)
    """Use per asset and year of fuels of the fleet's list: a quantity or path, or `{use, slip}`."""
    capacity: AnyPath | None = None
    """What an asset delivers per year, in the unit of the fleet's `activity`."""

    def contradictions(self) -> Iterator[Mistake]:
        """One count."""
        if self.count is not None and self.built and self.count != sum(self.built.values()):
            text = f"`built` makes {sum(self.built.values())} assets, `count` says {self.count}"
            yield Mistake("V004", text, "leave `count` out: `built` says it", ("count",))

    @property
    def initial(self) -> int:
        """Assets in this state when the horizon begins."""
        return sum(self.built.values()) if self.built else self.count or 0


class Change(Entry):
    """A way from one state to another: a retrofit, a new asset (`from: new`), or scrapping (`to: scrap`)."""

    from_: Id = Field(alias="from")
    """State that is left, or `new`."""
    to: Id
    """State that is reached, or `scrap`."""
    capex: AmountOrList | None = None
    """Money per asset; a list is by year since the change began."""
    capex_profile: Shares | None = None
    """Shares of the capex by year since the change began; absent: even over the lead time."""
    cost_trend: Trend = 0.0
    """Real change of the capex per year since the price year."""
    lead_time: Annotated[Whole, Field(ge=0)] = 0
    """Years in the yard (new: until delivery), without delivering, emitting or costing anything but capex."""
    from_year: Year | None = None
    """First year in which it may begin."""
    until_year: Year | None = None
    """Last year in which it may begin."""
    per_year: Count | None = None
    """So many may begin in a year."""
    max: Count | None = None
    """So many may begin in all."""
    life: Years | None = None
    """New: years of service, absent: the `life` of the fleet. Retrofit: years over which it keeps a worth."""
    salvage: Salvage | None = None
    """How unused life at the end of the horizon is valued; absent: as the scenario says."""
    scrap_value: MoneyPath | None = None
    """What a scrapped asset brings."""
    requires: Requires = ()
    """Projects that must have started before, with the years between."""
    uses: dict[Id, AmountOrList] = Field(default_factory=dict)
    """Use of resources per asset in each year of the lead time (in its year if that is 0); a list is by year."""
    tags: Tags = ()
    """Words by which budgets and finance find its capex, with those of the fleet."""

    def contradictions(self) -> Iterator[Mistake]:
        """Leads somewhere; one form of capex; keys of scrapping only there."""
        if self.from_ == self.to or (self.from_ == NEW and self.to == SCRAP):
            yield Mistake("R002", f"leads from {self.from_} to {self.to}", "name two states", ("to",))
        if isinstance(self.capex, Listing) and self.capex_profile:
            help = "the list says already what is paid when: leave the profile out"
            yield Mistake("K004", "has a list of capex and a `capex_profile`", help, ("capex_profile",))
        if self.capex_profile and abs(sum(self.capex_profile) - 1) > 1e-6:
            text = f"the shares sum to {sum(self.capex_profile):.4g}, not to 1 (100 %)"
            yield Mistake("V004", text, "write shares that sum to 100 %", ("capex_profile",))
        if self.scrap_value is not None and self.to != SCRAP:
            yield Mistake("K004", "`scrap_value` belongs to a change `to: scrap`", "take it out", ("scrap_value",))
        if self.to == SCRAP and (self.lead_time or self.life):
            key = "lead_time" if self.lead_time else "life"
            yield Mistake("K004", f"`{key}` means nothing for a change `to: scrap`", "take it out", (key,))
        if self.from_year is not None and self.until_year is not None and self.from_year > self.until_year:
            text = f"from {self.from_year} until {self.until_year} there is no year"
            yield Mistake("V002", text, "exchange the two", ("until_year",))


class Docking(Strict):
    """When assets can be retrofitted. New assets and scrapping need no dock."""

    slots_per_year: AnyPath | None = None
    """Assets in dock at the same time: a retrofit holds a slot in every year of its lead time (0: in its year)."""
    cycle: Years | None = None
    """A retrofit begins only every so many years after the year built (without it: spread evenly over the assets)."""


class Stream(NamedTuple):
    """A source of emissions that a fleet makes: which part of it, the id of the source, scope and category."""

    part: Part
    source: str
    scope: int
    category: int | None


class Fleet(Entry):
    """Identical assets of one entity, their technology states, and the changes between them."""

    entity: Id | None = None
    """Who owns it; may be left out where there is one top entity."""
    tags: Tags = ()
    """Words by which budgets find its money."""
    states: dict[Id, State] = Field(default_factory=dict)
    """Technology states by id."""
    changes: Annotated[dict[Id, Change], BeforeValidator(_numbered, json_schema_input_type=list | dict)] = Field(
        default_factory=dict
    )
    """Changes between states: a list, or a mapping by id."""
    fuels: dict[Id, Fuel] = Field(default_factory=dict)
    """Fuels that its states use, by id."""
    activity: AnyPath | None = None
    """What the fleet must deliver per year; absent: it must keep its number of assets."""
    size: AnyPath | None = None
    """Assets that the fleet must have (in the yard or not), where there is no `activity`; absent: today's number."""
    at_most: Count | None = None
    """Most assets at a time; absent: today's fleet beside a whole new one."""
    life: Years | None = None
    """Years of service of an asset, where its state or change says none."""
    retire: dict[Id, dict[Year, Count]] = Field(default_factory=dict)
    """By state: today's assets that have reached the end of their life by a year, cumulative."""
    docking: Docking | None = None
    """When assets can be retrofitted; absent: at any time."""
    base: Carbon | None = None
    """Direct emissions in the base year; absent: those of today's assets."""
    regulation: Regulation | None = None
    """Rules for ships that it falls under."""

    def contradictions(self) -> Iterator[Mistake]:
        """States, one form of duty, one form of age."""
        if not self.states:
            yield Mistake("K002", "`states` is missing", "write states: {diesel: {count: 18}}", absent=("states",))
        for name in (NEW, SCRAP):
            if name in self.states:
                help = f"call it something else: `{name}` stands for the world outside the fleet"
                yield Mistake("R003", f"a state cannot be called {name}", help, ("states", name))
        if self.activity is not None and self.size is not None:
            help = "an activity says already how many assets are needed: keep one of the two"
            yield Mistake("K004", "has an `activity` and a `size`", help, ("size",))
        for name in self.retire:
            if name in self.states and self.states[name].built:
                text = f"{name} has years built and a list to retire"
                yield Mistake("K004", text, "keep `built` with a `life`, or `retire`", ("retire", name))

    def streams(self, name: str) -> list[Stream]:
        """Its sources of emissions: direct ones under its own id, bought power and the making of fuels beside it."""
        fuels = self.fuels.values()
        found = [Stream("direct", name, 1, None)]
        if any(f.scope == 2 for f in fuels):
            found.append(Stream("power", f"{name}-power", 2, None))
        if any(f.upstream is not None for f in fuels):
            found.append(Stream("upstream", f"{name}-upstream", 3, 3))
        return found
