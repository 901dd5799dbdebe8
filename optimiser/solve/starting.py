"""Plans that a search starts from, and what HiGHS makes of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimiser.solve.programme import Programme


def is_doubtful(programme: Programme, start: NDArray[np.float64], objective: float, log: list[str]) -> bool:
    """Whether a start (N,) may have hidden better plans from a search that ended with one of that `objective`.

    Where HiGHS 1.15.1 finds that costs come in whole steps once its presolve is done, it asks for plans a whole step
    below the start, whose own cost need not be made of such steps, since presolve leaves out plans like it: better ones
    by less than half a step are never looked for. What it says of its presolve tells whether that may be so.
    """
    if not programme.integer.any():
        return False
    cost = float(programme.cost @ start) + programme.offset
    text = "".join(log)
    was_searched = "Solving MIP model" in text and "Objective function is integral" not in text
    return not was_searched and objective >= cost - 1e-9 * max(1.0, abs(cost))
