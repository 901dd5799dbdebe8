"""A large programme under way: the best plan and the best bound so far, and what time is left.

What is solved on the way is always a part of the whole, or bounds it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from optimiser.solve.grid import Floats, Grid
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import AROUND, Limits, Outcome, Progress, Status, relative_gap
from optimiser.solve.programme import Programme
from optimiser.solve.relaxation import Relaxation

PATIENCE = 4.0
"""A search for a plan near its bound has as many times its seconds until it has one: how much is done in a second
depends on who else uses the machine, and what is built on a bad plan stays bad."""


class Run(Protocol):
    """What runs a programme."""

    def __call__(
        self,
        words: str,
        programme: Programme,
        seconds: float,
        start: Floats | None,
        gap: float,
        enough: float | Callable[[], float] | None,
        around: tuple[str, ...],
        gives_up: bool,
        *,
        near: float | None = None,
    ) -> Outcome:
        """Runs it for `seconds`, and longer until a plan is `near` its bound; for all else see `outcome.Limits`."""
        ...


@dataclass(eq=False)
class UnderWay:
    """`x` (N,) is the best plan, `objective` its cost and `bound` what is proven of the whole.

    `around`: HiGHS's searches where no others are asked for. `settled` is set by `interrupt`, and by whoever knows that
    what is being solved is not needed any more. `threads`: how many a search may use, while another is beside it.
    """

    programme: Programme
    grid: Grid
    limits: Limits
    watch: Callable[[Progress], None] | None
    interrupt: Interrupt
    log: list[str] = field(default_factory=list)
    abandoned: bool = False

    def __post_init__(self) -> None:
        self.began = time.monotonic()
        self.bound, self.objective = -np.inf, np.inf
        self.x: Floats | None = None
        self.around: tuple[str, ...] = AROUND
        self.threads: int | None = None
        self.settled = Interrupt(within=self.interrupt, waits=True)

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self.began

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return max(self.limits.seconds - self.seconds, 0.0)

    @property
    def is_over(self) -> bool:
        """True where no more is to be solved."""
        return self.interrupt.is_set or self.left <= 0 or self.is_proven

    @property
    def is_proven(self) -> bool:
        """True where plan and bound are within the gap."""
        return relative_gap(self.objective, self.bound) <= self.limits.gap

    @property
    def least(self) -> float:
        """The bound that proves the best plan; without one infinite."""
        return self.objective - self.limits.gap * abs(self.objective) if self.x is not None else np.inf

    def room(self, bound: float | None = None) -> float:
        """How far above the bound, or another one, a plan may cost for the gap to be proven."""
        gap, bound = self.limits.gap, self.bound if bound is None else bound
        return abs(bound) * gap / (1 + gap if bound < 0 else 1 - gap)

    def run(
        self,
        words: str,
        programme: Programme,
        seconds: float,
        start: Floats | None = None,
        gap: float | None = None,
        enough: float | Callable[[], float] | None = None,
        around: tuple[str, ...] | None = None,
        gives_up: bool = True,
        beside: Interrupt | None = None,
        near: float | None = None,
        only_better: bool = False,
    ) -> Outcome:
        """What is found of a part; steps say what HiGHS searches around.

        A search `beside` another heeds that interrupt, takes one thread, and tells nobody how far it is. A search for a
        plan `near` its bound has `PATIENCE` times the seconds until it has one.
        """
        gap = self.limits.gap if gap is None else gap
        seconds = max(min(seconds, self.left), 0.1)
        limits = replace(self.limits, seconds=seconds, gap=gap, enough=enough, gives_up=gives_up)
        limits = replace(limits, around=self.around if around is None else around)
        limits = replace(limits, threads=self.threads or limits.threads, only_better=only_better)
        if near is not None:
            limits = replace(limits, seconds=min(PATIENCE * seconds, self.left), settles=(seconds, near))
        if beside is not None:
            found = run(programme, replace(limits, threads=1), None, beside, start)
        else:
            found = run(programme, limits, self.told if around is None else self._moved, self.settled, start)
        self.log += [f"--- {words}\n", *found.log]
        self.abandoned |= found.abandoned
        return found

    def relaxation(self, programme: Programme) -> Relaxation:
        """The relaxation of a part, to be rounded (`rounding.py`)."""
        return Relaxation(programme, self.limits, self.settled)

    def ended(self, relaxation: Relaxation, words: str) -> None:
        """A relaxation is not needed any more."""
        self.log.append(f"--- {words}\n")
        self.abandoned |= relaxation.abandoned
        relaxation.release()

    def told(self, progress: Progress) -> None:
        """Progress of a part, as progress of the whole."""
        if self.watch is not None:
            best = min(self.objective, progress.incumbent)
            self.watch(Progress(self.seconds, best, self.bound))

    def _moved(self, progress: Progress) -> None:
        """Progress of a step: what it has found is no plan of the whole."""
        self.told(replace(progress, incumbent=np.inf))

    def take(self, x: Floats) -> None:
        """Keeps a plan that is better than the best so far."""
        objective = self.programme.cost_of(x)
        if objective < self.objective:
            self.x, self.objective = x, objective

    def reason(self) -> str:
        """Why a search ends that has proven nothing."""
        return "interrupt" if self.interrupt.is_set else "time limit"

    def done(self, status: Status, reason: str) -> Outcome:
        """The outcome for the whole."""
        return Outcome(status, self.x, self.objective, self.bound, self.seconds, reason, None, self.log, self.abandoned)
