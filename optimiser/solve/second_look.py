"""A second look at what HiGHS says of a small programme: it is asked once more, in another way.

HiGHS 1.15.1 called worse plans optimal once in some thousand small programmes with fleets and markets, with whatever
rules of presolve, since cuts of its search were not valid; that is mended in 1.16.0, which is rarer wrong, not never
(tests/solve/test_second_look.py has one of each). Such an error hangs on the way a search takes, and was only seen
where whole columns count beyond one (assets of a fleet, units of a project). So a small programme of that kind is
searched again without presolve and with other random numbers, from the plan that was found, for a share of the time.
Where that finds a plan below what was "proven", or any where there was to be none, what was said is false, and the
second way has the word.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from optimiser.solve.grid import Floats
from optimiser.solve.highs import SMALL, run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits, Outcome, Progress
from optimiser.solve.programme import Programme

SHARE, LEAST, MOST = 0.25, 0.5, 5.0
"""The time of a second look: a share of what the first took, and seconds at least and at most."""
BETTER = 1e-5
"""By how much less than what was proven a plan has to cost, relative, for that to be false."""
OTHER = 7919
"""What is added to the seed."""


def looked_at_twice(
    programme: Programme,
    limits: Limits,
    watch: Callable[[Progress], None] | None,
    interrupt: Interrupt,
    found: Outcome,
) -> Outcome:
    """The outcome that was `found`, unless a second look refutes it: then what is found the second way."""
    if found.status not in ("optimal", "infeasible") or not _counts(programme) or len(programme.cost) > SMALL:
        return found
    began = time.monotonic()
    left = limits.seconds - found.seconds
    seconds = min(max(LEAST, SHARE * found.seconds), MOST, left)
    if seconds <= 0 or interrupt.is_set:
        return found
    other = replace(limits, presolves=False, seed=limits.seed + OTHER)
    looked = run(programme, replace(other, seconds=seconds), None, interrupt, found.x)
    better = _as_whole(programme, looked, interrupt)
    if better is None or not _refutes(better, found):
        return replace(found, log=[*found.log, "second look: nothing else\n"])
    words = f"second look: a plan of {better.objective:.10g}, where {found.bound:.10g} was proven\n"
    again = looked
    if looked.status != "optimal":
        left -= time.monotonic() - began
        again = run(programme, replace(other, seconds=max(left, seconds)), watch, interrupt, better.x)
    if again.x is None or again.objective > better.objective:
        again = replace(again, x=better.x, objective=better.objective)
    if again.status not in ("optimal", "stopped"):
        again = replace(again, status="stopped", bound=-np.inf, reason="no bound")
    took = found.seconds + time.monotonic() - began
    return replace(again, seconds=took, log=[*found.log, words, *again.log])


def any_plan(programme: Programme, limits: Limits, interrupt: Interrupt, seconds: float) -> Outcome:
    """A plan of a whole that was called infeasible by a part of it: all of it at no cost, without presolve.

    Without one, `x` is None; that is no proof of its own where the time was over.
    """
    free = replace(programme, cost=np.zeros_like(programme.cost), offset=0.0)
    other = replace(limits, presolves=False, seed=limits.seed + OTHER, seconds=max(LEAST, seconds))
    looked = run(free, other, None, interrupt)
    return replace(looked, x=found.x if (found := _as_whole(programme, looked, interrupt)) is not None else None)


def _counts(programme: Programme) -> bool:
    """Whether whole columns may be other than yes or no."""
    return bool((programme.upper - programme.lower > 1)[programme.integer].any())


def _refutes(better: Outcome, found: Outcome) -> bool:
    """Whether a plan cannot be if what was found is true."""
    if found.status == "infeasible":
        return True
    return better.objective < found.bound - BETTER * max(1.0, abs(found.bound))


def _as_whole(programme: Programme, looked: Outcome, interrupt: Interrupt) -> Outcome | None:
    """The plan of a second look with whole columns exactly whole; None where there is none."""
    if looked.x is None:
        return None
    whole: Floats = np.where(programme.integer, np.round(looked.x), 0.0)
    fixed = replace(
        programme,
        lower=np.where(programme.integer, np.maximum(programme.lower, whole), programme.lower),
        upper=np.where(programme.integer, np.minimum(programme.upper, whole), programme.upper),
        integer=np.zeros_like(programme.integer),
    )
    found = run(fixed, Limits(threads=1), None, interrupt)
    return found if found.status == "optimal" else None
