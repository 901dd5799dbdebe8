"""Plans that a search starts from or finds, and whether what HiGHS says can be true beside them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimiser.solve.outcome import Limits, Outcome
from optimiser.solve.programme import Programme

BEYOND = 1e-5
"""By how much costs have to differ, relative, to contradict each other."""


def contradiction(programme: Programme, start: NDArray[np.float64] | None, outcome: Outcome) -> str | None:
    """What cannot be true of an outcome, in words: a plan, its own or the start (N,), costs less than its bound.

    HiGHS 1.16.0 said of a start of 304.09, which it gave back unchanged, that it costs 311.59, and that nothing is
    cheaper: one rule of its presolve had given the programme another cost.
    """
    known = [] if outcome.x is None else [programme.cost_of(outcome.x)]
    if start is not None and _is_plan(programme, start):
        known.append(programme.cost_of(start))
    least = min(known, default=np.inf)
    if np.isfinite(least) and outcome.bound > least + BEYOND * max(1.0, abs(least)):
        return f"a bound of {outcome.bound:.10g}, and a plan of {least:.10g}"
    return None


def cutoff(programme: Programme, start: NDArray[np.float64] | None, limits: Limits) -> float:
    """The cost from which on plans are not looked for, as the gap proves the start (N,) against them; else infinite.

    A search that ends without a cheaper plan has this for a bound. Infinite where there is no such start, or any plan
    is asked for that is better.
    """
    if start is None or not limits.only_better or not programme.integer.any() or not _is_plan(programme, start):
        return np.inf
    cost = programme.cost_of(start)
    return cost - (1 - 1e-6) * max(limits.gap * abs(cost), limits.room)


def cut_back(bound: float, cutoff: float, known: float) -> float:
    """What a bound says where plans from `cutoff` on were not looked for; one above what is `known` is false."""
    return bound if bound > known + BEYOND * max(1.0, abs(known)) else min(bound, cutoff)


def _is_plan(programme: Programme, x: NDArray[np.float64]) -> bool:
    """Whether a start (N,) keeps bounds and rows, and is whole where it has to be, up to rounding."""
    size = 1e-6 * np.maximum(1.0, abs(x))
    inside = np.all(x >= programme.lower - size) and np.all(x <= programme.upper + size)
    whole = np.all(abs(x - np.round(x))[programme.integer] <= 1e-6)
    return bool(inside and whole) and programme.keeps_rows(x)


def is_doubtful(programme: Programme, start: NDArray[np.float64], outcome: Outcome, limits: Limits) -> bool:
    """Whether a start (N,) may have hidden better plans from a search that ended with this `outcome`.

    Where presolve leaves out what a start has and does not need, HiGHS 1.16 may give back the start as it was, and
    call it optimal by what it would cost without: the gap of the `limits` is not reached then. And where HiGHS 1.15.1
    finds that costs come in whole steps once its presolve is done, it asks for plans a whole step below the start,
    whose own cost need not be made of such steps: better ones by less than half a step are never looked for. What it
    says of its presolve tells whether that may be so.
    """
    if not programme.integer.any() or outcome.x is None:
        return False
    cost, own = programme.cost_of(start), programme.cost_of(outcome.x)
    near = max(limits.gap * abs(own), limits.room) + BEYOND * max(1.0, abs(own))
    if outcome.status == "optimal" and own - outcome.bound > near:
        return True
    text = "".join(outcome.log)
    was_searched = "Solving MIP model" in text and "Objective function is integral" not in text
    return not was_searched and outcome.objective >= cost - 1e-9 * max(1.0, abs(cost))
