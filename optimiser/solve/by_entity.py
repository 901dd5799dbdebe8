"""Bounds by entity where entities are small, and plans from the starts that the entities' own plans have, in turns."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np

from optimiser.solve.blocks import Blocks, blocks_of
from optimiser.solve.entity_questions import IN_PARTS
from optimiser.solve.entity_tree import EntityTree
from optimiser.solve.grid import Flags, Floats, Grid, Kernel, restrict
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.multipliers import Multipliers, Plan, above_cheapest
from optimiser.solve.outcome import Outcome, Progress, relative_gap
from optimiser.solve.programme import Programme
from optimiser.solve.splitting import InParts

FIRST, POOL = 0.45, 0.15
"""What share of the time left the first bound by entity, and the plan of a pool, may take."""
MOST, FEW = 0.2, 100
"""What share of all starts a pool has at most, if that is not few: those of plans that cost least."""
GROWN = 0.03
"""A pool is searched again once this share of its starts is new."""
ROUGH = 1e-3
"""What the first bound by entity may lack of what is attainable, relative: the tree goes on from there."""
ROUNDS, PARTS = 60, 400
"""Rounds of prices in the tree, and its parts, before what is left of the whole is searched."""
TREE, STILL = 0.25, 0.1
"""Once it has had this share of the time that the first prices left, the tree ends between two divisions if there is a
plan and the bound has not come this share of its distance from what proves that plan: the whole is searched instead."""
EXACT = 0.1
"""How exact a pool's plan has to be: a share of the gap so far."""


def by_entity(search: InParts, lp: Outcome) -> None:
    """A bound by entity, then a tree over it; plans from the starts that the entities' own plans have beside that."""
    assert lp.row_dual is not None
    blocks = blocks_of(search.programme, search.grid)
    if not blocks.each:
        return
    workers = search.limits.threads or os.cpu_count() or 1
    found = Multipliers(
        blocks,
        lp.row_dual[blocks.coupling],
        lambda *asked: _block(search, *asked),
        lambda: search.is_over,
        workers,
        search.limits.gap,
        search.interrupt.set,
    )
    found.lack = ROUGH * abs(lp.objective)
    found.search(FIRST * search.left)
    search.log += found.log
    search.abandoned |= found.abandoned
    if found.bound == np.inf and search.x is not None:
        return  # a plan is known, so that no block is infeasible: the solver erred, and nothing is proven
    _told(search, found.bound)
    if not np.isfinite(found.bound) or not found.plans:
        return
    pool = Pool(search, blocks)
    tree = EntityTree(found, search.grid, search.limits, search.interrupt, workers)
    until = search.seconds + TREE * search.left
    while not search.is_over and tree.may_prove(search.least) and tree.rounds < ROUNDS and tree.count < PARTS:
        if search.seconds > until and tree.bound - found.bound < STILL * (search.least - found.bound) < np.inf:
            break
        pool.choose(tree.plans, tree.open[0][-1].y)
        if search.x is not None:
            tree.know(search.x)
        tree.grow(search.least, search.left, pool.search if pool.has_grown else None)
        pool.end()
        _take(search, tree.found)
        _told(search, tree.bound)
        search.log.append(
            f"parts: {len(tree.open)} open, {tree.rounds} rounds, {len(tree.plans)} plans, bound {tree.bound:.10g}\n"
        )
    search.abandoned |= tree.abandoned
    tree.leave_aside(search.least)
    if (tree.open or tree.stuck) and search.x is not None:
        search.closed = min(search.closed, tree.closed)
        search.programme = tree.within(search.programme, search.x)


def _take(search: InParts, plans: list[Floats]) -> None:
    """Takes plans that are whole and keep to all rows."""
    for x in plans:
        whole = np.where(search.programme.integer, np.round(x), x)
        if np.all(abs(whole - x) < IN_PARTS) and search.programme.keeps_rows(whole):
            search.take(whole)
    plans.clear()


def _told(search: InParts, bound: float) -> None:
    search.bound = max(search.bound, min(bound, search.objective))
    search.told(Progress(search.seconds, search.objective, search.bound))


class Pool:
    """The starts that plans of blocks have, and the whole programme with only these: its plans are plans of the whole.

    Source: the blocks' plans as columns of a restricted master programme, over starts instead of whole plans.
    """

    def __init__(self, search: InParts, blocks: Blocks):
        self.looking, self.blocks = search, blocks
        self.starts = np.zeros(search.grid.size, dtype=bool)
        self.searched = self.starts.copy()
        is_start = np.isin(np.arange(len(search.programme.cost)), search.grid.at)
        self.others = [np.flatnonzero(b.programme.integer & ~is_start[b.columns]) for b in blocks.each]
        self.lower, self.upper = search.programme.lower, search.programme.upper
        self.found: tuple[Kernel, Outcome] | None = None

    @property
    def has_grown(self) -> bool:
        """Whether there are so many starts that no search has looked at that it is worth another one."""
        new = int((self.starts & ~self.searched).sum())
        return new > GROWN * int(self.searched.sum())

    def choose(self, plans: list[Plan], y: Floats) -> None:
        """Chooses starts of `plans` that cost little more than the cheapest of their block at prices `y` (C,)."""
        most = max(MOST * self.looking.grid.size, FEW)
        self.starts = np.zeros(self.looking.grid.size, dtype=bool)
        chosen: list[Plan] = []
        for k in np.argsort(above_cheapest(plans, y), kind="stable"):
            larger = self.starts | starts_of(plans[k], self.blocks, self.looking.grid)
            if int(larger.sum()) > most and self.starts.any():
                break
            self.starts = larger
            chosen.append(plans[k])
        self._reach(chosen)

    def _reach(self, plans: list[Plan]) -> None:
        """How far whole columns that are no starts (of fleets) may go: as in one of `plans`, or in the plan known."""
        programme, x = self.looking.programme, self.looking.x
        self.lower, self.upper = programme.lower, programme.upper
        if x is None:
            return  # what no plan is known to reach might leave none
        self.lower, self.upper = self.lower.copy(), self.upper.copy()
        for i, (block, other) in enumerate(zip(self.blocks.each, self.others, strict=True)):
            at = block.columns[other]
            found = np.round([x[at], *(plan.x[other] for plan in plans if plan.block == i)])
            self.lower[at] = np.maximum(self.lower[at], found.min(axis=0))
            self.upper[at] = np.minimum(self.upper[at], found.max(axis=0))

    def search(self) -> None:
        """Looks for the cheapest plan that has no starts of whole projects but these, and those of the plan known.

        Whole columns that are no starts stay within reach of the same plans.
        """
        search, grid = self.looking, self.looking.grid
        self.searched = self.starts
        keep = self.starts | ~grid.whole[grid.owner]
        if search.x is not None:
            keep |= grid.new(search.x) > 1e-7
        nobody = np.zeros(len(grid.whole), dtype=bool)
        within = replace(search.programme, lower=self.lower, upper=self.upper)
        kernel = restrict(within, grid, keep, nobody, np.zeros(len(search.programme.cost)))
        begin = kernel.shrink(search.x) if search.x is not None else None
        words, enough = f"pool of {int(keep.sum())} starts", search.bound + search.room()
        gap = max(search.limits.gap / 2, EXACT * relative_gap(search.objective, search.bound))
        gap = gap if np.isfinite(gap) else search.limits.gap
        beside = Interrupt(within=search.interrupt)
        found = search.run(
            words, kernel.programme, POOL * search.left, begin, gap, enough, gives_up=False, beside=beside
        )
        self.found = kernel, found

    def end(self) -> None:
        """Takes what the last search has found."""
        if self.found is not None:
            (kernel, found), self.found = self.found, None
            if found.x is not None:
                self.looking.take(kernel.expand(found.x))


def starts_of(plan: Plan, blocks: Blocks, grid: Grid) -> Flags:
    """The starts (n,) that a plan of a block has."""
    x = np.zeros(len(blocks.programme.cost))
    x[blocks.each[plan.block].columns] = plan.x
    return grid.new(x) > 1e-6


def _block(search: InParts, programme: Programme, start: Floats | None, seconds: float, room: float) -> Outcome:
    """One block, or the master, on one thread."""
    limits = replace(search.limits, gap=0.0, room=room, collects=True, threads=1, seconds=seconds, enough=None)
    limits = replace(limits, around=(), looks=1)
    return run(programme, limits, None, search.interrupt, start)
