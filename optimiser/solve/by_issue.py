"""Plans step by step and bounds beside them; where debt is issued in tickets, which issues there are is decided first.

Decided together with projects in parts, issues take a search of minutes: there is no plan near the bound before it, and
no bound near the plan. So a tree (`issue_tree.py`) finds issues that cost little more than the lowest bound of any, the
steps find a plan with these, and the tree grows beside them until its bound proves that plan.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from functools import partial

import numpy as np

from optimiser.solve.beside import Beside
from optimiser.solve.grid import Prices, price_of_starts
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.issue_tree import IssueTree, Rounding
from optimiser.solve.outcome import Outcome, relative_gap
from optimiser.solve.relaxation import Bounded
from optimiser.solve.root import Root
from optimiser.solve.splitting import InParts, Leaf
from optimiser.solve.steps import Steps

PARTS = 3
"""Parts in which a plan is looked for at most, while the tree finds better ones."""
ROOM, BETTER = 0.7, 0.1
"""Of the room, what steps may cost where issues are decided, and by how much another part is better."""


class ByIssue(InParts):
    """`steps` are those of the last plan that was looked for; `raised` is a bound told from beside."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.raised, self.root_seconds = -np.inf, 0.0
        self.are_small = False
        self.bounding: Beside[None] | None = None
        self.growing: Beside[None] | None = None
        self.steps: Steps | None = None

    @property
    def workers(self) -> int:
        """How many searches go on at a time."""
        return self.limits.threads or os.cpu_count() or 1

    def has_issues(self, lp: Outcome) -> bool:
        """Whether a relaxation leaves it open which issues there are."""
        assert lp.x is not None
        if not self.grid.size:
            return False
        values = Rounding(self.programme, self.grid.issuing).of(lp.x)
        return bool(np.any(values != np.round(values)))

    def by_issue(self, relaxation: Bounded, root: Root, prices: Prices) -> None:
        """A plan, and a bound that proves it if that can be, by the tree of issues."""
        leaves = self.leaves or [Leaf(self.programme.lower, self.programme.upper, root.outcome)]
        own = Interrupt(within=self.settled)
        asked = (root.every, self.grid, leaves, prices, self.room(), relaxation, self.limits, own)
        tree = IssueTree(*asked, min(self.workers, 2))
        known = np.inf
        for _ in range(PARTS):
            part = tree.near(self.left / 4)
            self._heard(tree)
            if part is None or part.bound > known - BETTER * tree.room or self.is_over:
                break
            known = part.bound
            lower, upper = tree.decided(part)
            found = relaxation.solve(lower, upper, self.left)
            if found.status != "optimal":
                break
            if self.workers > 1:
                tree.workers, self.threads = 1, self.workers - 1
                self.growing = self._beside(tree)
            leaf = Leaf(lower, upper, found)
            room = max(ROOM * self.room(), self.bound + self.room() - leaf.bound)
            has_plan = self._plan(leaf, root, room, partial(self._enough, tree))
            tree.least = self.least
            if has_plan and self.growing is None:
                tree.grow(self.left / 2)
            elif has_plan and self.growing is not None and tree.can_prove:
                self.growing.wait()
            self._ended(tree)
            if self.is_over or not has_plan:
                break
        if self.steps is not None:
            self.steps.elsewhere = lambda: -np.inf  # the tree need not be kept for it
        self.abandoned |= tree.abandoned
        self.log.append(
            f"--- issues: {tree.asked} parts, {tree.slow} of them with all starts: bound {tree.bound:.10g}\n"
        )

    def _beside(self, tree: IssueTree) -> Beside[None]:
        """The tree grows beside what follows, until it proves what is found there."""
        seconds, tree.least = self.left / 2, np.inf
        return Beside(lambda _: tree.grow(seconds), self.interrupt, lambda _: None)

    def _ended(self, tree: IssueTree) -> None:
        """The tree grows no more beside."""
        if self.growing is not None:
            tree.interrupt.event.set()
            self.growing.stop()
            _ = self.growing.outcome
            tree.interrupt.event.clear()
            self.growing, self.threads = None, None
        self._heard(tree)

    def _heard(self, tree: IssueTree) -> None:
        """Takes the bound of the tree."""
        if np.isfinite(tree.bound):  # that there is no plan at all is for others to say
            self.bound = max(self.bound, min(tree.bound, self.closed, self.objective))

    def _enough(self, tree: IssueTree) -> float:
        """What a plan may cost as the tree has proven so far, while it grows."""
        proven = tree.proven
        bound = min(proven, self.closed)
        return bound + self.room(bound) if np.isfinite(proven) else -np.inf

    def _plan(self, leaf: Leaf, root: Root, room: float, enough: Callable[[], float]) -> bool:
        """Whether there is a plan step by step in a part in which issues are decided; it may cost so much above it."""
        found = leaf.outcome
        assert found.x is not None
        assert found.row_dual is not None
        programme = replace(self.programme, lower=leaf.lower, upper=leaf.upper)
        prices = price_of_starts(root.every, self.grid, found.x, found.row_dual)
        steps = Steps(
            programme, self.grid, prices, found.x, leaf.bound, room, self.run, lambda: self.is_over,
            self._step_seconds(), room / max(abs(leaf.bound), 1e-9), self, enough,
        )  # fmt: skip
        x = steps.plan()
        if x is None:
            return False
        self.steps = steps
        self.take(x)
        return True

    def _step_seconds(self) -> float:
        return min(max(3.0, self.root_seconds), self.left / 12)

    def by_steps(self, lp: Outcome, prices: Prices) -> Prices:
        """A plan step by step, unless there is one, and a bound by the steps that cost most.

        Prices among what may be better.
        """
        assert lp.x is not None
        steps = self.steps
        if steps is None:
            room = max(self.room(), 5e-4 * abs(self.bound))
            steps = Steps(
                self.programme, self.grid, prices, lp.x, self.relaxed, room, self.run, lambda: self.is_over,
                self._step_seconds(), self.limits.gap, self,
            )  # fmt: skip
            x = steps.plan()
            if self.settled.event.is_set():  # the plan found beside is the answer; Ctrl-C keeps what the steps have
                return prices
            self.bound = max(self.bound, steps.proven)
            if x is None:
                return prices
            self.take(x)
        if self.is_proven or self.x is None or steps.are_small:
            return prices
        prices = self.better(prices)
        steps.programme, steps.prices, steps.bound = self.programme, prices, self.relaxed
        steps.proven = max(self.relaxed, min(self.bound, self.objective))
        self._bounds(steps, max(4 * steps.seconds, self.left / 5))
        return prices

    def _bounds(self, steps: Steps, seconds: float) -> None:
        """Bounds by the steps that cost most: beside the kernels that come next where there is a second thread."""
        x, objective = self.x, self.objective
        assert x is not None
        least = self.least

        def told(bound: float) -> None:
            self.raised = max(self.raised, bound)
            if relative_gap(self.objective, self.raised) <= self.limits.gap:
                self.settled.event.set()

        def ask(interrupt: Interrupt) -> None:
            others = copy(steps)
            others.run = partial(self.run, beside=interrupt)
            others.over = lambda: interrupt.is_set or self.left <= 0
            others.bounds(x, objective, least, seconds, told)

        if self.workers < 2:
            steps.bounds(x, objective, least, seconds, told)
        else:
            self.bounding = Beside(ask, self.interrupt, lambda _: None)
