"""The Plan: what was decided, and what the model says of it. The Accounts: the same, recomputed by the audit.

Money in millions of the scenario's currency, emissions in ktCO2e, years as they are written. Frozen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Status = Literal["optimal", "feasible"]


@dataclass(frozen=True, slots=True)
class Start:
    """So many units of a project begin in a year."""

    project: str
    year: int
    amount: float


@dataclass(frozen=True, slots=True)
class Move:
    """So many assets of a fleet make a move (an index into its moves)."""

    fleet: str
    move: int
    amount: float


@dataclass(frozen=True)
class Decisions:
    """Everything a plan decides: starts, output used on site where that is open (source's activity), credits (kt).

    Of fleets: moves of assets, and by (fleet, state, fuel, other fuel, year) the amount of fuel that gives way.
    `carbon` by (what, market, account or project, year): what is bought, sold, banked, borrowed, surrendered in credits
    (`credits` from outside, `own`) and transferred by accounts; credits sold and used and output certified by projects.
    `issued` by instrument and year; `used`: what an issue pays for, by instrument, year of issue, project (or fleet)
    and year of the capex.
    """

    starts: tuple[Start, ...]
    supplied: dict[tuple[str, int], float] = field(default_factory=dict)
    credits: dict[tuple[str, int], float] = field(default_factory=dict)
    moves: tuple[Move, ...] = ()
    blended: dict[tuple[str, str, str, str, int], float] = field(default_factory=dict)
    carbon: dict[tuple[str, str, str, int], float] = field(default_factory=dict)
    issued: dict[tuple[str, int], float] = field(default_factory=dict)
    used: dict[tuple[str, int, str, int], float] = field(default_factory=dict)


@dataclass(frozen=True)
class Claims:
    """What the model says a plan does, for the audit to contradict: (Y,) by id."""

    objective: float
    gross: dict[str, Floats]
    removed: dict[str, Floats]
    avoided: dict[str, Floats]
    spend: dict[str, Floats]
    shortfall: dict[str, Floats]


@dataclass(frozen=True, slots=True)
class Price:
    """What one more unit of room in a limit or a promise is worth in a year, whole numbers staying as they are.

    `value` is present value saved, in millions per unit of room (`unit`: ktCO2e, millions, or a resource's own).
    `kind` is target, budget, resource, ceiling, market and so on; `rule` is which of its rules, where it has several.
    """

    kind: str
    id: str
    rule: str
    year: int
    value: float
    unit: str

    @property
    def is_main(self) -> bool:
        """Whether it is the worth of a promise or limit itself, not of what a market may keep, borrow or take in."""
        return self.kind != "market" or self.rule.startswith("allowances")


@dataclass(frozen=True)
class Plan:
    """An answer: `status` is optimal within the gap asked for, or feasible. `gap` is relative to the objective."""

    status: Status
    objective: float
    bound: float
    gap: float
    gap_asked: float
    decisions: Decisions
    claims: Claims
    gave_way: tuple[str, ...]
    stopped_by: str
    solver: dict[str, Any]
    carbon_prices: dict[tuple[str, int], float] = field(default_factory=dict)
    """By internal market and year, in millions per kt: the worth of an allowance at the margin, the whole numbers being
    as they are; empty where the solver gave no duals."""
    prices: tuple[Price, ...] = ()
    """Marginal prices that are not zero; empty where the solver gave no duals."""


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target in a year: what was required, what is achieved, and the margin (negative: missed)."""

    id: str
    kind: str
    rule: str
    year: int
    required: float
    achieved: float
    margin: float
    met: bool
    unit: str


@dataclass(frozen=True, eq=False)
class Debt:
    """An instrument in the accounts (Y,): issued, owed at the end of the year, fees, interest and repayment paid.

    `settled` is what is repaid in the year after the horizon, with `interest_settled`. `stepped_up`: the target was
    missed, so the higher rate is due.
    """

    issued: Floats
    outstanding: Floats
    fees: Floats
    interest: Floats
    repayment: Floats
    settled: float
    interest_settled: float
    stepped_up: bool


@dataclass(frozen=True, eq=False)
class FleetAccount:
    """A fleet by year: assets in `service` (S, Y), in the `yard`, on order, those `built` and `gone` in a year (Y,).

    `docked` are docks in use, `begun` (changes, Y) assets by change begun, `delivered` what its duty counts, `uses` the
    amount of each fuel (Y,). Of an asset in a state (S, Y), with what the plan blends, or where none is in service
    before any blend that is decided: `carbon` is its direct emissions without unburnt fuel (kt), `well_to_wake` (kt)
    and `energy` (GWh) are what FuelEU counts.
    """

    initial: float
    service: Floats
    yard: Floats
    ordered: Floats
    built: Floats
    gone: Floats
    docked: Floats
    begun: Floats
    delivered: Floats
    uses: dict[str, Floats]
    carbon: Floats
    well_to_wake: Floats
    energy: Floats


@dataclass(frozen=True)
class Accounts:
    """A plan recomputed. (Y,) arrays: money by project and kind, emissions by source and ledger, the other ledgers.

    `money[kind][id]` for capex, opex, energy (saved, counts negative) and income (counts negative) of projects, and
    for credits of targets; `salvage[project]` and what is left to pay `after` are undiscounted, at the year after the
    horizon.
    """

    years: NDArray[np.int64]
    discount: Floats
    salvage_discount: float
    money: dict[str, dict[str, Floats]]
    salvage: dict[str, float]
    after: dict[str, float]
    penalties: Floats
    baseline: dict[tuple[str, str], Floats]
    gross: dict[tuple[str, str], Floats]
    removed: dict[str, Floats]
    avoided: dict[str, Floats]
    credits: dict[str, Floats]
    resources: dict[str, Floats]
    resource_limits: dict[str, Floats]
    budgets: dict[str, dict[str, Floats]]
    targets: tuple[TargetRow, ...]
    objective: float
    spending: float
    """Present value of money spent: what a gap may be set against when savings push the objective towards zero."""
    fleets: dict[str, FleetAccount] = field(default_factory=dict)
    carbon: dict[tuple[str, str], dict[str, Floats]] = field(default_factory=dict)
    """By market and account: what was covered, due, given, traded, kept and lapsed, kt by year, and its cost."""
    earned: dict[tuple[str, str], dict[str, Floats]] = field(default_factory=dict)
    """By market and project: credits issued, sold and used, output certified, and what they brought."""
    debts: dict[str, Debt] = field(default_factory=dict)
    """By instrument of finance."""

    def total(self, kind: str) -> Floats:
        """Money of one kind over all projects (Y,)."""
        found = list(self.money.get(kind, {}).values())
        return np.sum(found, axis=0) if found else np.zeros(len(self.years))
