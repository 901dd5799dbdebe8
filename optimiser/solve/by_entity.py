"""Bounds by entity where entities are small, and plans from the starts that the entities' own plans have, in turns."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np

from optimiser.solve.blocks import blocks_of
from optimiser.solve.grid import Flags, Floats, restrict
from optimiser.solve.highs import Outcome, Progress, run
from optimiser.solve.multipliers import Multipliers
from optimiser.solve.programme import Programme
from optimiser.solve.steps import MANY_WHOLE
from optimiser.solve.under_way import UnderWay

ROUNDS, POOL = (0.45, 0.2), 0.3
"""What share of the time left goes into bounds by entity, at first and later on, and into the plan of their pool."""


def by_entity(search: UnderWay, lp: Outcome) -> None:
    """Bounds by entity, and plans from the starts that the entities' own plans have, in turns."""
    assert lp.row_dual is not None
    blocks = blocks_of(search.programme, search.grid)
    workers, gap = search.limits.threads or os.cpu_count() or 1, search.limits.gap
    found = Multipliers(
        blocks,
        search.grid,
        lp.row_dual[blocks.coupling],
        lambda *asked: _block(search, *asked),
        lambda: search.is_over,
        workers,
        gap,
        search.limits.seed,
        search.interrupt.set,
    )
    pool = np.zeros(search.grid.size, dtype=bool)
    while not search.is_over:
        first = not pool.any()
        if not found.is_settled:
            found.search(ROUNDS[0 if first else 1] * search.left)
        if not first:
            found.stray(ROUNDS[1] * search.left)
        search.log += found.log
        found.log.clear()
        search.abandoned |= found.abandoned
        if found.bound == np.inf and search.x is not None:
            break  # a plan is known, so that no block is infeasible: the solver erred, and nothing is proven
        search.bound = max(search.bound, min(found.bound, search.objective))
        search.told(Progress(search.seconds, search.objective, search.bound))
        larger = pool | found.pool()
        grows = not np.array_equal(larger, pool)
        if search.bound == np.inf or (not grows and (first or found.is_settled)):
            break
        pool = larger
        if grows and not search.is_over:
            _pool(search, pool, POOL * search.left)


def _pool(search: UnderWay, pool: Flags, seconds: float) -> None:
    """The cheapest plan that has no starts of whole projects but these (n,), and those of the plan known."""
    grid = search.grid
    keep = pool | ~grid.whole[grid.owner]
    if search.x is not None:
        keep |= grid.new(search.x) > 1e-7
    nobody = np.zeros(len(grid.whole), dtype=bool)
    kernel = restrict(search.programme, grid, keep, nobody, np.zeros(len(search.programme.cost)))
    begin = kernel.shrink(search.x) if search.x is not None else None
    words, enough = f"pool of {int(keep.sum())} starts", search.bound + search.room()
    found = search.run(words, kernel.programme, seconds, begin, None, enough, gives_up=False)
    if found.x is not None:
        search.take(kernel.expand(found.x))


def _block(search: UnderWay, programme: Programme, start: Floats | None, seconds: float, room: float) -> Outcome:
    """One block, or the master, on one thread."""
    limits = replace(
        search.limits, gap=0.0, room=room, collects=True, threads=1, seconds=seconds, enough=None, around=MANY_WHOLE
    )
    return run(programme, limits, None, search.interrupt, start)
