"""The head of a scenario file: horizon, money, discounting, and how to solve."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, ValidationInfo, WithJsonSchema, model_validator

from optimiser.scenario.base import Strict
from optimiser.scenario.values import SmallShare, misread, read_quantity, units_of
from optimiser.units import NUMBER


class Horizon(Strict):
    """The years that are planned, both ends included."""

    first: int
    """First year: decisions start here, and its money is not discounted."""
    last: int
    """Last year."""

    @model_validator(mode="after")
    def _in_order(self) -> Horizon:
        if self.last < self.first:
            help = f"did you mean {{first: {self.last}, last: {self.first}}}?"
            raise misread("V003", f"the last year {self.last} is before the first {self.first}", help)
        if self.last - self.first >= 200:
            raise misread("V001", f"{self.last - self.first + 1} years is more than the limit of 200")
        return self


def _seconds(raw: Any, info: ValidationInfo) -> float:
    quantity = read_quantity(raw, units_of(info))
    seconds = quantity.value * 3600 if quantity.dimension == (("time", 1),) else quantity.value
    if quantity.dimension not in (NUMBER, (("time", 1),)) or seconds <= 0:
        raise misread("V001", f'"{quantity.text}" is no time limit', "write seconds, such as 300")
    return seconds


class Solve(Strict):
    """When the solver may stop."""

    gap: SmallShare = 0.001
    """Proven distance to the best possible plan at which it stops."""
    time_limit: Annotated[float, PlainValidator(_seconds), WithJsonSchema({"type": ["number", "string"]})] = 300.0
    """Seconds; the best plan so far is given with its gap."""
    threads: Annotated[int, Field(ge=1, le=256)] | None = None
    """Threads of the solver; default: what the machine has."""
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    """Seed of the solver: same seed, same plan."""


Salvage = Literal["annuity", "linear", "none"]
