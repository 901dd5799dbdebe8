"""The head of a scenario file: horizon, money, discounting, and how to solve."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, ValidationInfo, WithJsonSchema

from optimiser.scenario.base import Strict
from optimiser.scenario.mistakes import Mistake, misread
from optimiser.scenario.paths import read_quantity, units_of
from optimiser.scenario.values import SmallShare, Whole, Year
from optimiser.units import NAMED, NUMBER

TIME = NAMED["time"]


class Horizon(Strict):
    """The years that are planned, both ends included."""

    first: Year
    """First year: decisions start here, and its money is not discounted."""
    last: Year
    """Last year."""


def _seconds(raw: Any, info: ValidationInfo) -> float:
    quantity = read_quantity(raw, units_of(info))
    seconds = quantity.value * 3600 if quantity.dimension == TIME else quantity.value
    if quantity.dimension not in (NUMBER, TIME) or seconds <= 0 or "%" in quantity.text:
        raise misread(Mistake("V001", f'"{quantity.text}" is no time limit', "write seconds, such as 300"))
    return seconds


class Solve(Strict):
    """When the solver may stop."""

    gap: SmallShare = 0.001
    """Proven distance to the best possible plan at which it stops."""
    time_limit: Annotated[float, PlainValidator(_seconds), WithJsonSchema({"type": ["number", "string"]})] = 300.0
    """Seconds; the best plan so far is given with its gap."""
    threads: Annotated[Whole, Field(ge=1, le=256)] | None = None
    """Threads of the solver; default: what the machine has."""
    seed: Annotated[Whole, Field(ge=0, le=2**31 - 1)] = 0
    """Seed of the solver: same seed, same plan, on the same machine and unless time ends a search."""


Salvage = Literal["annuity", "linear", "none"]
