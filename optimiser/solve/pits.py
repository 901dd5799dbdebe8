"""Pits: packings in which projects wait for others, from a few hundred possible starts on.

The relaxation is weak there, and branching moves its bound slowly; but a good plan is found in a second, and with it
most starts can be decided beforehand. So: the relaxation with cuts, a first plan, the bounds within which all plans are
that are better than the gap allows, and then the search among those.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from optimiser.solve.first_plan import first_plan, improved
from optimiser.solve.grid import Flags, Floats, Ints
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits, Outcome, Progress, relative_gap
from optimiser.solve.packing import AROUND, WAITS, Packing, possible
from optimiser.solve.probing import narrowed
from optimiser.solve.programme import Programme
from optimiser.solve.root import root_of

FROM, TO = 240, 20_000
"""Possible starts between which it pays; more were not tried."""
PLAN, PROBE = 0.2, 0.25
"""Shares of the time that is left for the first plan and for probing."""


def may_be_pit(programme: Programme, large: bool) -> bool:
    """False where it is known without a closer look that kernels answer, since the programme is large."""
    waits = any(name == WAITS for name, _ in programme.rows)
    return not large or (waits and int(programme.integer.sum()) <= TO)


def is_pit(packing: Packing, allowed: Flags) -> bool:
    """True where the steps of this page pay."""
    return packing.waits and FROM <= int(allowed.sum()) <= TO


def solve_pit(
    packing: Packing,
    allowed: Flags,
    years: Ints,
    limits: Limits,
    watch: Callable[[Progress], None] | None,
    interrupt: Interrupt,
    start: Floats | None = None,
) -> Outcome:
    """The outcome for the packing's programme.

    `allowed` (n,) are the starts that some plan can have, `years` (n,) when they are, counted from the first year.
    """
    began = time.monotonic()

    def left() -> float:
        return max(limits.seconds - (time.monotonic() - began), 0.1)

    limits = replace(limits, around=AROUND)
    programme, grid = possible(packing, allowed), packing.grid
    root = root_of(programme, grid, limits, left(), interrupt)
    relaxed = root.outcome
    if relaxed.status != "optimal" or relaxed.x is None:
        return run(programme, replace(limits, seconds=left()), watch, interrupt, start)
    log = ["--- relaxation with cuts\n", *relaxed.log]
    cost = np.inf
    plan = _better(packing, first_plan(packing, allowed, years, relaxed.x), start)
    if plan is not None:
        plan = improved(packing, root.programme, years, plan, limits, PLAN * left(), interrupt)
        cost = programme.cost_of(plan)
        log.append(f"--- first plan: {cost:.10g}, {time.monotonic() - began:.1f} s\n")
        if watch is not None:
            watch(Progress(time.monotonic() - began, cost, relaxed.objective))
        if relative_gap(cost, relaxed.objective) <= limits.gap:
            seconds = time.monotonic() - began
            return Outcome("optimal", plan, cost, relaxed.objective, seconds, "gap reached", log=log)
        least = cost - limits.gap * abs(cost)  # the bound that proves the plan
        cutoff = least - programme.offset
        within = narrowed(root.programme, grid.at, plan, cutoff, limits, PROBE * left(), interrupt)
        open_ = int((within.lower < within.upper)[grid.at].sum())
        log.append(f"--- probing: {within.asked} relaxations, {open_} of {int(allowed.sum())} starts left\n")
        narrow = replace(root.programme, lower=within.lower, upper=within.upper)
        found = run(narrow, replace(limits, seconds=left()), watch, interrupt, plan)
        if found.status in ("optimal", "stopped"):
            return _whole(found, plan, cost, (relaxed.objective, least), time.monotonic() - began, log)
        # the plan is within these bounds: whoever calls them infeasible is wrong
    found = run(programme, replace(limits, seconds=left()), watch, interrupt, plan)
    seconds = time.monotonic() - began
    if plan is None:
        return replace(found, seconds=seconds, log=[*log, *found.log])
    if found.status not in ("optimal", "stopped"):  # with a plan at hand that is no answer
        found = replace(found, status="stopped", x=None, bound=-np.inf)
    return _whole(found, plan, cost, (relaxed.objective, np.inf), seconds, log)


def _better(packing: Packing, new: Floats | None, start: Floats | None) -> Floats | None:
    """The cheaper of two plans, starts (n,) and a solution (N,), as a solution."""
    cost = packing.programme.cost
    plan = packing.expand(new) if new is not None else None
    if plan is None or (start is not None and cost @ start < cost @ plan):
        return start
    return plan


def _whole(
    found: Outcome, plan: Floats, cost: float, bounds: tuple[float, float], seconds: float, log: list[str]
) -> Outcome:
    """What was found within the bounds of probing as the outcome of the whole.

    `bounds`: that of the root, and up to where what is found holds for the whole.
    """
    if found.x is None or found.objective > cost:
        found = replace(found, x=plan, objective=cost)
    root, most = bounds
    lower = min(max(found.bound, root), max(most, root), found.objective)
    return replace(found, bound=lower, seconds=seconds, log=[*log, *found.log])
