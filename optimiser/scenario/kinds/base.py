"""What all project kinds have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from optimiser.scenario.base import Entry, Strict
from optimiser.scenario.flows import Abates, Avoids, Flow
from optimiser.scenario.header import Salvage
from optimiser.scenario.mistakes import Mistake, misread
from optimiser.scenario.paths import Listing
from optimiser.scenario.values import (
    AmountOrList,
    AnyPath,
    AnyQuantity,
    Flag,
    Id,
    Ids,
    PathOrList,
    Share,
    Tags,
    Trend,
    Whole,
    Window,
    shown,
)


class Units(Strict):
    """Identical lots."""

    max: Annotated[Whole, Field(ge=1, le=1_000_000)]
    """So many at most."""
    min: Annotated[Whole, Field(ge=0)] | None = None
    """So many at least, if the project is chosen at all."""
    per_year: Annotated[Whole, Field(ge=1)] | None = None
    """So many starts in a year at most."""


class Size(Strict):
    """A size that may be any number."""

    max: AnyQuantity
    """Largest total size; its unit is the unit of the project."""
    min: AnyQuantity | None = None
    """Least total size, if the project is chosen at all."""
    per_year: AnyQuantity | None = None
    """Largest start in a year."""


Alternatives = tuple[tuple[str, int], ...]


_FORM = "write {grid-connection: 1}, with the years between the two starts"


def _alternatives(raw: Any, at: tuple[Any, ...] = ()) -> Alternatives:
    if isinstance(raw, str | int) and not isinstance(raw, bool):
        return ((str(raw), 0),)
    if isinstance(raw, list) and all(isinstance(r, str | int) and not isinstance(r, bool) for r in raw):
        return tuple((str(r), 0) for r in raw)
    if isinstance(raw, list) and all(isinstance(r, dict | str | int) and not isinstance(r, bool) for r in raw):
        return tuple(pair for i, r in enumerate(raw) for pair in _alternatives(r, (*at, i)))
    if not isinstance(raw, dict):
        raise misread(Mistake("K003", "is not a list of projects", _FORM, at))
    mistakes = []
    for key, lag in raw.items():
        if isinstance(lag, bool) or not isinstance(lag, int) or lag < 0:
            mistakes.append(Mistake("K003", f"{shown(lag)} is not a number of years", _FORM, (*at, key)))
    if mistakes:
        raise misread(*mistakes)
    return tuple((str(k), lag) for k, lag in raw.items())


def _requires(raw: Any) -> tuple[Alternatives, ...]:
    """Clauses that all must hold, each a choice of (project, lag)."""
    if not isinstance(raw, dict) or "any_of" not in raw:
        return tuple((a,) for a in _alternatives(raw))
    one = _alternatives(raw["any_of"], ("any_of",))
    if not one:
        raise misread(Mistake("K003", "names no project", "write any_of: [a, b]", ("any_of",)))
    return (one, *((a,) for a in _alternatives({k: v for k, v in raw.items() if k != "any_of"})))


Requires = Annotated[
    tuple[Alternatives, ...],
    PlainValidator(_requires),
    WithJsonSchema(
        {"type": ["object", "array", "string", "integer"], "description": "{project: lag} or {any_of: {project: lag}}"}
    ),
]


def _one_share_or_list(raw: Any) -> Any:
    return raw if isinstance(raw, list | tuple) else [raw]


Shares = Annotated[
    tuple[Share, ...],
    BeforeValidator(_one_share_or_list, json_schema_input_type=str | float | list[str | float]),
]


class Project(Entry):
    """A candidate decision that may start in a window of years."""

    entity: Id | None = None
    """Who pays for it; may be left out where there is one top entity."""
    start: Window | None = None
    """Years in which money may begin to flow: one year or [first, last]; absent: any."""
    lead_time: Annotated[Whole, Field(ge=0)] = 0
    """Years from the start to the first effect."""
    life: Annotated[Whole, Field(ge=1)] | None = None
    """Years of operation; absent: until the horizon ends."""
    renew: Flag = False
    """Reinvest at the end of life, so that operation goes on."""
    units: Units | None = None
    """Identical lots; without `units` and `size` the project is one, yes or no."""
    size: Size | None = None
    """Any size up to a largest."""
    committed: Flag = False
    """It is decided already: at least one unit starts in the window."""
    capex: AmountOrList | None = None
    """Money per unit (or per unit of size); a list is by year since the start."""
    capex_profile: Shares | None = None
    """Shares of the capex by year since the start; absent: even over the lead time."""
    cost_trend: Trend = 0.0
    """Real change of the capex per year since the price year."""
    opex: PathOrList | None = None
    """Money per unit and year of operation, negative for a saving; a list is by year of operation."""
    salvage: Salvage | None = None
    """How unused life at the end of the horizon is valued; absent: as the scenario says."""
    ramp: Shares | None = None
    """Share of the full effect by year of operation; the last one stays."""
    abates: dict[Id, AnyPath] = Field(default_factory=dict)
    """By source: a share of what is left, tonnes per year, or activity per year; negative adds."""
    abates_market: dict[Id, AnyPath] = Field(default_factory=dict)
    """The same in the market-based ledger of scope 2 only (power purchase, certificates)."""
    avoids: AnyPath | None = None
    """Tonnes avoided at customers per year."""
    requires: Requires = ()
    """Projects that must have started before, with the years between."""
    excludes: Ids = ()
    """Projects that cannot be chosen together with this one."""
    uses: dict[Id, AmountOrList] = Field(default_factory=dict)
    """Use of resources in each year of the lead time; a list is by year since the start."""
    tags: Tags = ()
    """Words by which budgets and finance find it."""

    def contradictions(self) -> Iterator[Mistake]:
        """One form of amount and of capex, and a life where it is renewed."""
        if self.units is not None and self.size is not None:
            help = "identical lots or any size: keep one of the two"
            yield Mistake("K004", "has `units` and `size`", help, ("size",))
        if isinstance(self.capex, Listing) and self.capex_profile:
            help = "the list says already what is paid when: leave the profile out"
            yield Mistake("K004", "has a list of capex and a `capex_profile`", help, ("capex_profile",))
        if self.capex_profile and abs(sum(self.capex_profile) - 1) > 1e-6:
            text = f"the shares sum to {sum(self.capex_profile):.4g}, not to 1 (100 %)"
            yield Mistake("V004", text, "write shares that sum to 100 %", ("capex_profile",))
        if self.renew and self.life is None:
            help = "say after how many years with `life`"
            yield Mistake("K002", "is renewed but has no `life`", help, ("renew",), ("life",))

    def flows(self) -> list[Flow]:
        """What one unit does in a year of full operation. Kinds add their own."""
        flows: list[Flow] = [Abates(s, amount) for s, amount in self.abates.items()]
        flows += [Abates(s, amount, market_only=True) for s, amount in self.abates_market.items()]
        if self.avoids is not None:
            flows.append(Avoids(self.avoids))
        return flows
