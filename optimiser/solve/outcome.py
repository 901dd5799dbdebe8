"""What a solver is asked and what it says: limits, progress, outcome, whichever solver it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Strategy = Literal["auto", "whole", "kernels"]
Status = Literal["optimal", "stopped", "infeasible", "failed"]
AROUND = ("rens", "rins", "root_reduced_cost")
"""HiGHS's searches around its relaxations and plans, each a smaller MIP of its own."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a search stands: seconds, best objective so far (infinite: none), bound, relative gap."""

    seconds: float
    incumbent: float
    bound: float

    @property
    def gap(self) -> float:
        """Distance of bound and incumbent relative to the incumbent."""
        return relative_gap(self.incumbent, self.bound)


@dataclass(frozen=True)
class Limits:
    """When to stop: relative gap, seconds, threads (None: all), seed; and which solver (None: HiGHS).

    `tolerance`: how far from whole a whole variable may be. `enough`: an objective at which a plan is good enough, or
    who knows it (others may raise it meanwhile); a search that is proven not to reach it ends with the first plan it
    has, if it `gives_up`. `strategy`: whether a programme is solved as a whole or by kernels; its size decides by
    itself. `around`: HiGHS's searches around its relaxations and plans. `room`: an absolute gap that is enough, too.
    `collects`: all plans on the way are kept, not only the best. `settles`: seconds, and how far above the bound so
    far a plan may cost to be good enough from then on. `looks`: how often it is tried out what a branch costs before
    that is guessed. `presolves`: whether HiGHS makes the programme smaller first.
    `only_better`: beside the plan to start from only such are looked for as are better by more than the gap.
    """

    gap: float = 1e-4
    seconds: float = 300.0
    threads: int | None = None
    seed: int = 0
    solver: str | None = None
    tolerance: float = 1e-6
    enough: float | Callable[[], float] | None = None
    gives_up: bool = True
    strategy: Strategy = "auto"
    around: tuple[str, ...] = AROUND
    room: float = 1e-9
    collects: bool = False
    settles: tuple[float, float] | None = None
    looks: int = 8
    presolves: bool = True
    only_better: bool = False


@dataclass(eq=False)
class Outcome:
    """What the solver says. `x` is None where it found no plan; `bound` is proven; `plans` where they are collected."""

    status: Status
    x: Floats | None
    objective: float
    bound: float
    seconds: float
    reason: str
    row_dual: Floats | None = None
    log: list[str] = field(default_factory=list)
    abandoned: bool = False
    plans: list[Floats] = field(default_factory=list)


def relative_gap(objective: float, bound: float) -> float:
    """(objective - bound) / |objective|; zero where they meet."""
    difference = objective - bound
    if not np.isfinite(difference):
        return float("inf")
    if difference <= 1e-9 * max(1.0, abs(objective)):
        return 0.0
    return difference / max(abs(objective), 1e-9)
