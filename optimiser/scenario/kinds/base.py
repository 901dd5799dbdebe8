"""What all project kinds have in common."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema, model_validator

from optimiser.scenario.base import Entry, Strict
from optimiser.scenario.flows import Abates, Avoids, Flow
from optimiser.scenario.header import Salvage
from optimiser.scenario.values import (
    AmountOrList,
    AnyPath,
    AnyQuantity,
    Id,
    Ids,
    PathOrList,
    Share,
    Trend,
    Window,
    misread,
)


class Units(Strict):
    """Identical lots."""

    max: Annotated[int, Field(ge=1, le=1_000_000)]
    """So many at most."""
    min: Annotated[int, Field(ge=0)] | None = None
    """So many at least, if the project is chosen at all."""
    per_year: Annotated[int, Field(ge=1)] | None = None
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


def _alternatives(raw: Any, at: tuple[Any, ...] = ()) -> Alternatives:
    if isinstance(raw, str | int) and not isinstance(raw, bool):
        return ((str(raw), 0),)
    if isinstance(raw, list) and all(isinstance(r, str | int) for r in raw):
        return tuple((str(r), 0) for r in raw)
    if isinstance(raw, dict):
        for key, lag in raw.items():
            if not isinstance(lag, int) or isinstance(lag, bool) or lag < 0:
                raise misread("K003", f"{lag!r} is not a number of years", "write {project: 1}", (*at, key))
        return tuple((str(k), lag) for k, lag in raw.items())
    raise misread("K003", "is not a list of projects", "write {grid-connection: 1}, with the lag in years", at)


def _requires(raw: Any) -> tuple[Alternatives, ...]:
    """Clauses that all must hold, each a choice of (project, lag)."""
    if isinstance(raw, tuple):
        return raw
    if isinstance(raw, dict) and "any_of" in raw:
        one = _alternatives(raw["any_of"], ("any_of",))
        rest = {k: v for k, v in raw.items() if k != "any_of"}
        return (one, *((a,) for a in _alternatives(rest)))
    return tuple((a,) for a in _alternatives(raw))


Requires = Annotated[
    tuple[Alternatives, ...],
    PlainValidator(_requires),
    WithJsonSchema(
        {"type": ["object", "array", "string"], "description": "{project: lag} or {any_of: {project: lag}}"}
    ),
]


def _one_share_or_list(raw: Any) -> Any:
    return raw if isinstance(raw, list | tuple) else [raw]


Shares = Annotated[tuple[Share, ...], BeforeValidator(_one_share_or_list)]


class Project(Entry):
    """A candidate decision that may start in a window of years."""

    entity: Id | None = None
    """Who pays for it; may be left out where there is one top entity."""
    start: Window | None = None
    """Years in which money may begin to flow: one year or [first, last]; absent: any."""
    lead_time: Annotated[int, Field(ge=0)] = 0
    """Years from the start to the first effect."""
    life: Annotated[int, Field(ge=1)] | None = None
    """Years of operation; absent: until the horizon ends."""
    renew: bool = False
    """Reinvest at the end of life, so that operation goes on."""
    units: Units | None = None
    """Identical lots; without `units` and `size` the project is one, yes or no."""
    size: Size | None = None
    """Any size up to a largest."""
    committed: bool = False
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
    tags: Ids = ()
    """Words by which budgets and finance find it."""

    @model_validator(mode="after")
    def _consistent(self) -> Project:
        if self.units is not None and self.size is not None:
            raise misread(
                "K004", "has `units` and `size`", "identical lots or any size: give one of the two", ("size",)
            )
        if isinstance(self.capex, tuple | list) and self.capex_profile:
            raise misread("K004", "has a list of capex and a `capex_profile`", "", ("capex_profile",))
        if self.capex_profile and abs(sum(self.capex_profile) - 1) > 1e-6:
            total = sum(self.capex_profile)
            raise misread("V004", f"the shares sum to {total:.1%}, not to 100 %", "", ("capex_profile",))
        if self.renew and self.life is None:
            raise misread("K004", "is renewed but has no `life`", "say after how many years", ("renew",))
        return self

    def flows(self) -> list[Flow]:
        """What one unit does in a year of full operation. Kinds add their own."""
        flows: list[Flow] = [Abates(s, amount) for s, amount in self.abates.items()]
        flows += [Abates(s, amount, market_only=True) for s, amount in self.abates_market.items()]
        if self.avoids is not None:
            flows.append(Avoids(self.avoids))
        return flows
