"""A relaxation made whole by rounding: time and again the choices that are nearest to whole are held as they round.

The relaxation is solved after each time, so that what is still in parts makes room for what is held.

Method: diving (Berthold 2006), several choices at a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from optimiser.solve.grid import Floats, Ints
from optimiser.solve.highs import Outcome
from optimiser.solve.programme import Programme
from optimiser.solve.relaxation import Bounded, Solved

AT_ONCE, CLOSE = 0.25, 0.1
"""Of the choices in parts this share is held at a time, the nearest to whole, and all that are as close as that."""
WHOLE = 1e-6


def rounded(
    relaxation: Solved, programme: Programme, owner: Ints, seconds: float, over: Callable[[], bool]
) -> Outcome | None:
    """A solution in which the columns of each `owner` (N,) are whole; -1 are columns that need not be.

    None where holding what is nearest to whole, either way, leaves no solution, or time is over.
    """
    until = time.monotonic() + seconds
    within, at = Bounded(relaxation, programme), np.flatnonzero(owner >= 0)
    lower, upper = programme.lower, programme.upper

    def solved(some: Ints, x: Floats, how: Callable[[Floats], Floats]) -> Outcome:
        nonlocal lower, upper
        columns = at[np.isin(owner[at], some)]
        least, most = lower.copy(), upper.copy()
        least[columns] = most[columns] = how(x[columns])
        found = within.solve(least, most, max(until - time.monotonic(), 0.1))
        if found.status == "optimal":
            lower, upper = least, most
        return found

    found = within.solve(lower, upper, seconds)
    while found.status == "optimal" and found.x is not None:
        x = found.x
        distance = np.zeros(int(owner.max(initial=-1)) + 1)
        np.maximum.at(distance, owner[at], np.abs(x[at] - np.round(x[at])))
        parts = np.flatnonzero(distance > WHOLE)
        if not len(parts):
            return replace(found, bound=-np.inf)
        nearest = parts[np.argsort(distance[parts], kind="stable")]
        count = max(int(np.ceil(AT_ONCE * len(parts))), int((distance[parts] < CLOSE).sum()))
        for some, how in ((nearest[:count], np.round), (nearest[:1], np.ceil), (nearest[:1], np.floor)):
            if over() or time.monotonic() > until:
                return None
            found = solved(some, x, how)
            if found.status != "infeasible":
                break
    return None
