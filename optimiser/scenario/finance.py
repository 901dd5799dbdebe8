"""Finance: bonds, loans, facilities, grants and deposits, and the ceilings on debt; taxes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator, ValidationInfo, WithJsonSchema

from optimiser.finance import Repayment
from optimiser.scenario.base import Entry, Strict
from optimiser.scenario.mistakes import Mistake, misread
from optimiser.scenario.paths import read_quantity, units_of
from optimiser.scenario.values import (
    AnyPath,
    Flag,
    Id,
    Ids,
    Money,
    MoneyPath,
    Share,
    SmallShare,
    Trend,
    Whole,
    Year,
    year,
)
from optimiser.units import MONEY


def _issue(raw: Any) -> tuple[int, ...]:
    """Years of issue: one, [first, last], a list of three and more, or {in: [years]}."""
    form = "write one year, [first, last], or {in: [2026, 2030]} for single years"
    if isinstance(raw, dict):
        if set(raw) != {"in"}:
            raise misread(Mistake("K003", "is no list of years", form))
        named = raw["in"] if isinstance(raw["in"], list) else [raw["in"]]
        return tuple(sorted({year(y) for y in named}))
    if not isinstance(raw, list):
        return (year(raw),)
    years = [year(y) for y in raw]
    if len(years) != 2:
        if not years:
            raise misread(Mistake("K003", "names no year", form))
        return tuple(sorted(set(years)))
    first, last = years
    if first > last:
        help = f"did you mean [{last}, {first}]?"
        raise misread(Mistake("V002", f"the window [{first}, {last}] has no year in it", help))
    return tuple(range(first, last + 1))


def _ticket(raw: Any, info: ValidationInfo) -> tuple[float, float | None]:
    """Least and greatest amount of one issue, in millions."""
    form = "write [500 MCNY, 3 bn CNY], or {max: 3 bn CNY}"
    if isinstance(raw, dict):
        unknown = [k for k in raw if k not in ("min", "max")]
        if unknown or not raw:
            raise misread(*(Mistake("K001", f'unknown key "{k}"', form, (k,)) for k in unknown or [""]))
        parts = {k: read_quantity(v, units_of(info), MONEY, (k,)).value for k, v in raw.items()}
        least, most = parts.get("min", 0.0), parts.get("max")
    elif isinstance(raw, list) and len(raw) == 2:
        least, most = (read_quantity(v, units_of(info), MONEY, (i,)).value for i, v in enumerate(raw))
    else:
        raise misread(Mistake("K003", "is not a least and a greatest amount", form))
    if least < 0 or (most is not None and most < least):
        raise misread(Mistake("V001", "no amount lies between the two", form))
    return least, most


class Eligible(Strict):
    """The spending that proceeds may pay for: capex that passes every filter it names."""

    entity: Id | None = None
    """Capex of this entity and below; absent: of the instrument's entity."""
    tags: Ids | None = None
    """Capex with any of these tags."""
    projects: Ids | None = None
    """Capex of these projects (or fleets)."""


class Allocation(Strict):
    """Years around the issue in which the eligible spending must lie."""

    before: Annotated[Whole, Field(ge=0)] = 0
    """So many years before the issue (refinancing)."""
    after: Annotated[Whole, Field(ge=0)] = 0
    """So many years after the issue."""


def _allocation(raw: Any) -> Any:
    """An integer means so many years after the issue."""
    return {"after": raw} if isinstance(raw, int) and not isinstance(raw, bool) else raw


Issue = Annotated[
    tuple[int, ...],
    PlainValidator(_issue),
    WithJsonSchema({"type": ["integer", "array", "object"], "description": "a year, [first, last], or {in: [years]}"}),
]
Ticket = Annotated[
    tuple[float, float | None],
    PlainValidator(_ticket),
    WithJsonSchema({"type": ["array", "object"], "description": "[least, greatest] amount of one issue"}),
]
AllocationYears = Annotated[Allocation, BeforeValidator(_allocation, json_schema_input_type=int | Allocation)]


class Instrument(Entry):
    """A source of finance, or a limit on debt."""

    entity: Id | None = None
    """Who borrows, receives or places the money; may be left out where there is one top entity."""


class Funding(Instrument):
    """Money that comes in once, in a year of issue."""

    issue: Issue | None = None
    """Years of issue: one, [first, last], a longer list, or {in: [years]}; absent: any."""
    ticket: Ticket | None = None
    """Least and greatest amount of one issue, if there is one in a year."""
    issues: Annotated[Whole, Field(ge=1)] | None = None
    """Number of issues in all; in one year there is one at most."""
    amount: Money | None = None
    """Total of all issues at most."""
    eligible: Eligible | None = None
    """Use of proceeds: capex that they may pay for; absent: general purposes."""
    share: Share | None = None
    """Share of the eligible capex of a year that it may pay for at most."""
    allocation: AllocationYears | None = None
    """Years around the issue in which the eligible capex lies: a number of years after it, or before and after."""
    committed: Flag = False
    """It is decided already: there is at least one issue."""

    def contradictions(self) -> Iterator[Mistake]:
        """Keys of the use of proceeds belong to it, and a commitment is to an amount."""
        for key in ("share", "allocation"):
            if getattr(self, key) is not None and self.eligible is None and not isinstance(self, Grant):
                text = f"`{key}` needs `eligible`"
                yield Mistake("K004", text, "say what the proceeds pay for", (key,), ("eligible",))
        if self.committed and not (self.ticket and self.ticket[0] > 0):
            help = "say how much at least: ticket: [500 MCNY, 3 bn CNY]"
            yield Mistake("K002", "is committed but has no least `ticket`", help, ("committed",), ("ticket",))
        if self.amount is not None and self.amount.value < 0:
            yield Mistake("V001", f'"{self.amount.text}" is below zero', "write what may be issued in all", ("amount",))


class Debt(Funding):
    """Money that is paid back with interest."""

    rate: AnyPath
    """Interest per year, by the year of issue, fixed for the life; real, unless there is `inflation`."""
    tenor: Annotated[Whole, Field(ge=1, le=200)]
    """Years from issue to the last repayment."""
    fee: SmallShare = 0.0
    """Cost of the issue, as a share of what is issued, paid in the year of issue."""
    inflation: Trend | None = None
    """The rate is nominal, and prices rise by so much a year; absent: as the scenario says."""
    issued: dict[Year, Money] = Field(default_factory=dict)
    """Debt of before the horizon, by year of issue: its service goes on. With `amount: 0 MCNY` nothing is added."""

    def contradictions(self) -> Iterator[Mistake]:
        """What was issued is not below zero."""
        yield from super().contradictions()
        for issued, amount in self.issued.items():
            if amount.value < 0:
                yield Mistake("V001", f'"{amount.text}" is below zero', "write what was issued", ("issued", issued))


class Amortising(Debt):
    """Debt that may be paid back in parts."""

    repayment: Repayment = "annuity"
    """`linear`: equal parts; `annuity`: equal payments with their interest; `bullet`: all at the end."""
    interest_only: Annotated[Whole, Field(ge=0)] = 0
    """Years after the issue in which only interest is paid."""

    def contradictions(self) -> Iterator[Mistake]:
        """Years without repayment leave at least one with."""
        yield from super().contradictions()
        if self.interest_only >= self.tenor:
            text = f"{self.interest_only} of {self.tenor} years without repayment leave none to repay"
            yield Mistake("V001", text, f"write at most {self.tenor - 1}", ("interest_only",))


class Bond(Debt):
    """Debt that is paid back at once at the end, with interest every year."""

    kind: Literal["bond"]
    coupon: Literal["yearly", "at_maturity"] = "yearly"
    """Interest every year, or added to what is owed and paid at the end."""


class Loan(Amortising):
    """Debt that is paid back in parts."""

    kind: Literal["loan"]


class Facility(Amortising):
    """A pool of cheap loans with a limit: draws are loans of its terms."""

    kind: Literal["facility"]
    amount: Money
    """The pool: total of all draws at most, or what may be owed at a time with `revolving`."""
    until: Year | None = None
    """Last year in which it may be drawn."""
    revolving: Flag = False
    """What is repaid may be drawn again."""


class SustainabilityLinked(Amortising):
    """A bond or loan for general purposes whose rate steps up where a target is missed."""

    kind: Literal["sustainability_linked"]
    repayment: Repayment = "bullet"
    """`bullet`: a bond; `linear` or `annuity`: a loan."""
    target: Id
    """The target on which the rate depends; one with a `penalty` or a `priority`, or it is never missed."""
    step_up: SmallShare
    """What is added to the rate, such as 0.25 %."""
    from_year: Year | None = None
    """First year of the higher rate, where the target is missed by then; absent: the target's first year."""


class Grant(Funding):
    """Money that is given: a share of eligible capex, with no debt service."""

    kind: Literal["grant"]


class Deposit(Instrument):
    """Spare cash that is put away, and comes back with interest."""

    kind: Literal["deposit"]
    issue: Issue | None = None
    """Years in which money may be put away; absent: any."""
    ticket: Ticket | None = None
    """Least and greatest amount put away in a year."""
    rate: AnyPath
    """Interest per year, by the year in which the money is put away; real, unless there is `inflation`."""
    tenor: Annotated[Whole, Field(ge=1, le=200)] = 1
    """Years after which the money comes back."""
    coupon: Literal["yearly", "at_maturity"] = "yearly"
    """Interest every year, or with the money at the end."""
    inflation: Trend | None = None
    """The rate is nominal, and prices rise by so much a year; absent: as the scenario says."""


class Limit(Instrument):
    """A ceiling on the debt of an entity and everything below it, at the end of every year."""

    kind: Literal["limit"]
    outstanding: MoneyPath | None = None
    """Debt at most."""
    share: AnyPath | None = None
    """Debt at most as a share of the path in `of`."""
    of: Id | None = None
    """What the share is of: `revenue` of the entity (the default), or a series."""
    instruments: Ids | None = None
    """The debt of these instruments only; absent: of all."""

    def contradictions(self) -> Iterator[Mistake]:
        """It limits something."""
        if self.outstanding is None and self.share is None:
            help = "write outstanding: 12 bn CNY, or share: 30 % and of: revenue"
            yield Mistake("K002", "says neither `outstanding` nor `share`", help, absent=("outstanding", "share"))
        if self.of is not None and self.share is None:
            yield Mistake("K002", "has `of` but no `share`", "write share: 30 %", ("of",), ("share",))


AnyInstrument = Annotated[
    Bond | Loan | SustainabilityLinked | Grant | Facility | Deposit | Limit, Field(discriminator="kind")
]


class Tax(Strict):
    """Tax on profits: what capex and interest take off it, in the year in which they do."""

    rate: Share
    """Tax rate."""
    depreciation: Literal["straight line"] = "straight line"
    """Capex lowers the profit in equal parts over the life, from the first year of operation; fixed in the money of the
    year in which it is paid, where the scenario has `inflation`."""
    years: Annotated[Whole, Field(ge=1)] | None = None
    """Years of depreciation; absent: the life of each project."""
    operating: Flag = False
    """Opex, energy and sales of projects and fleets count as well: a saving is taxed."""


__all__ = [
    "Allocation", "Amortising", "AnyInstrument", "Bond", "Debt", "Deposit", "Eligible", "Facility", "Funding", "Grant",
    "Instrument", "Limit", "Loan", "SustainabilityLinked", "Tax",
]  # fmt: skip
