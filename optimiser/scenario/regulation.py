"""Rules for ships: FuelEU Maritime, the Carbon Intensity Indicator, the EU ETS. Their tables stand in `rules`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from optimiser.scenario.base import Entry, Strict
from optimiser.scenario.mistakes import Mistake
from optimiser.scenario.rules import ETS_PHASE_IN, FUELEU_REDUCTION
from optimiser.scenario.values import AnyPath, AnyQuantity, Flag, Share, Year

Ship = Literal[
    "bulk carrier", "gas carrier", "tanker", "container ship", "general cargo ship", "refrigerated cargo ship",
    "combination carrier", "LNG carrier", "vehicle carrier", "ro-ro cargo ship", "ro-ro passenger ship", "cruise ship",
]  # fmt: skip


class FuelEU(Entry):
    """FuelEU Maritime: greenhouse gases per energy used on board, well to wake, under a falling limit."""

    as_: Literal["cost", "limit"] = Field(default="limit", alias="as")
    """`limit`: the fleet as one pool keeps it. `cost`: every asset that does not pays the penalty."""
    share: Share = 1.0
    """Share of the energy within its scope: 100 % between ports of the EU, 50 % on voyages in or out."""
    penalty: AnyPath | None = None
    """Money per tonne of VLSFO equivalent (the law says 2,400 EUR); needed for `as: cost`."""
    from_year: Year = min(FUELEU_REDUCTION)
    """First year in which it applies."""
    reduction: dict[Year, Share] | None = None
    """Steps of the reduction against the reference value by year; absent: those of the law."""
    banking: Flag = False
    """A limit: what the pool is below it in a year counts in any later year."""

    def contradictions(self) -> Iterator[Mistake]:
        """A cost has a price."""
        if self.as_ == "cost" and self.penalty is None:
            help = "write what 2,400 EUR per tonne are in the currency of the scenario"
            yield Mistake("K002", "`penalty` is missing", help)
        if self.as_ == "limit" and self.penalty is not None:
            yield Mistake("K004", "a limit has no `penalty`", "write as: cost, or take it out", ("penalty",))
        if self.as_ == "cost" and self.banking:
            help = "write as: limit, or take it out"
            yield Mistake("K004", "`banking` is of a pool that keeps a limit", help, ("banking",))


class CII(Entry):
    """Carbon Intensity Indicator of the IMO: CO2 per capacity and distance, rated A to E year by year."""

    ship: Ship
    """Ship type, which decides the reference line."""
    capacity: AnyQuantity
    """Deadweight of an asset in tonnes, or its gross tonnage as a number."""
    distance: AnyPath
    """Distance that an asset sails in a year."""
    worst: Literal["A", "B", "C", "D"] | None = None
    """Worst rating that may be in service, with what is blended; absent: ratings are reported only."""
    from_year: Year | None = None
    """First year in which `worst` holds; absent: at once."""
    reduction: dict[Year, Share] | None = None
    """Steps of the reduction factor Z against 2019; absent: those of the IMO, which end in 2030."""


class EuEts(Entry):
    """EU ETS for shipping: direct emissions have a price."""

    price: AnyPath
    """Money per tonne."""
    share: Share = 1.0
    """Share of the emissions within its scope: 100 % between ports of the EU, 50 % on voyages in or out."""
    from_year: Year = min(ETS_PHASE_IN)
    """First year in which it applies (offshore ships: 2027)."""
    phase_in: dict[Year, Share] | None = None
    """Share that is surrendered for, by year, in steps; absent: as the law says."""


class Regulation(Strict):
    """Rules that a fleet falls under."""

    fueleu: FuelEU | None = None
    """FuelEU Maritime."""
    cii: CII | None = None
    """Carbon Intensity Indicator."""
    eu_ets: EuEts | None = None
    """EU emission trading."""
