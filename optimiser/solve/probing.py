r"""Probing: what no cheaper plan has, by what the relaxation costs with it.

With $U$ the cost of a plan, or any other, and $z(x_k = a)$ the optimum of the relaxation in which one yes or no is $a$,

$$ z(x_k = a) > U \;\Rightarrow\; x_k = 1 - a \text{ in every plan that costs no more than } U $$

Reduced costs say little where many bases have the same solution, as where projects wait for each other; an optimum
does. Rows $x_a \le x_b$ carry on what is found: a project that cannot have started by a year has not started before,
nor has what waits for it. The plan itself has one of the two values, so the other is asked; and what a solution on the
way has is not asked any more.

Method: bounds tightened by an objective's cutoff (Savelsbergh 1994; Gleixner, Berthold, Müller and Weltge 2017).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from optimiser.solve.grid import Flags, Floats, Ints
from optimiser.solve.highs import Run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits, Outcome
from optimiser.solve.programme import Programme

ITERATIONS = 200
"""Of the simplex for one question; what is not answered by then stays open."""
NEAR = 1e-6
TRIED, SHARE = 100, 0.25
"""After so many relaxations it ends where they have decided fewer columns than this share of them."""


@dataclass(frozen=True, eq=False)
class Narrowed:
    """Bounds (N,) within which all plans are that cost no more than was said. `asked`: relaxations solved."""

    lower: Floats
    upper: Floats
    asked: int


def narrowed(
    programme: Programme,
    columns: Ints,
    plan: Floats,
    cutoff: float,
    limits: Limits,
    seconds: float,
    interrupt: Interrupt,
) -> Narrowed:
    """Bounds of `columns`, each of them yes or no, by probing for so many seconds at most.

    All plans that cost no more than `cutoff`, without the programme's offset, are within, and so is the `plan` (N,).
    """
    until = time.monotonic() + seconds
    probe = _Probe(programme, cutoff + NEAR * max(1.0, abs(cutoff)), limits, interrupt)
    lower, upper = programme.lower.copy(), programme.upper.copy()
    has = np.round(plan)
    first = probe.solve(seconds)
    if first.status != "optimal" or first.x is None:
        return Narrowed(lower, upper, 1)
    seen = _has(first.x)
    follows, leads = _implications(programme, columns)
    asked, decided = 1, 0
    for k in columns[np.argsort(-abs(first.x + has - 1.0)[columns], kind="stable")]:
        left = until - time.monotonic()
        if left < 0.1 or interrupt.is_set or (asked > TRIED and decided < SHARE * asked):
            break
        other = 1 - int(has[k])
        if lower[k] == upper[k] or seen[other, k]:
            continue
        probe.hold(k, other, other)
        found = probe.solve(left)
        asked += 1
        changed = np.array([k])
        if found.status == "infeasible":
            changed = _reached(leads if other else follows, k, lower == upper)
            (upper if other else lower)[changed] = 1.0 - other
            decided += len(changed)
        elif found.status == "optimal" and found.x is not None:
            seen |= _has(found.x)
        for c in changed:
            probe.hold(c, lower[c], upper[c])
    return Narrowed(lower, upper, asked)


def _has(x: Floats) -> Flags:
    """Whether a solution has nought (first row) or one (second) in each column (2, N)."""
    return np.array([x < NEAR, x > 1.0 - NEAR])


def _implications(programme: Programme, columns: Ints) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Which column is one where another is, and which is nought where another is (N, N), by rows x_a - x_b <= 0."""
    matrix, size = programme.matrix, len(programme.cost)
    among = np.zeros(size, dtype=bool)
    among[columns] = True
    pairs = np.flatnonzero(np.diff(matrix.indptr) == 2)
    at = matrix.indptr[pairs][:, None] + np.arange(2)
    column, value = matrix.indices[at], matrix.data[at]
    both = among[column].all(axis=1) & (value.sum(axis=1) == 0)
    smaller: list[Ints] = []
    larger: list[Ints] = []
    for limit, sign in ((programme.row_upper[pairs], 1.0), (-programme.row_lower[pairs], -1.0)):
        holds = np.flatnonzero(both & (limit == 0.0))
        first = (sign * value[holds] > 0).argmax(axis=1)
        smaller.append(column[holds, first])
        larger.append(column[holds, 1 - first])
    a, b = np.concatenate(smaller), np.concatenate(larger)
    up = sparse.csr_array((np.ones(len(a)), (a, b)), shape=(size, size))
    return up, sparse.csr_array(up.T)


def _reached(graph: sparse.csr_array, start: int, fixed: Flags) -> Ints:
    """A column and all that follow from it, without those that are fixed."""
    found, left = {int(start)}, [int(start)]
    while left:
        k = left.pop()
        for other in graph.indices[graph.indptr[k] : graph.indptr[k + 1]]:
            if int(other) not in found and not fixed[other]:
                found.add(int(other))
                left.append(int(other))
    return np.array(sorted(found))


class _Probe:
    """The relaxation with a limit on what it may cost; "infeasible" where it must cost more."""

    def __init__(self, programme: Programme, most: float, limits: Limits, interrupt: Interrupt):
        relaxed = replace(programme, integer=np.zeros_like(programme.integer), offset=0.0)
        self.most = most
        self._run = Run(relaxed, limits, None, interrupt, None)
        self._highs: Any = self._run.highs
        self._highs.setOptionValue("presolve", "off")

    def hold(self, column: int, lower: float, upper: float) -> None:
        """Gives a column bounds."""
        size = self._run.scaling.columns[column]
        self._highs.changeColBounds(int(column), lower / size, upper / size)

    def solve(self, seconds: float) -> Outcome:
        """Its optimum from where it stood; after the first time with limits on cost and iterations."""
        run = self._run
        run.started, run.log, run.limits = time.monotonic(), [], replace(run.limits, seconds=seconds)
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + max(seconds, 0.01))
        found = run.outcome()
        self._highs.setOptionValue("objective_bound", self.most * run.scaling.objective)
        self._highs.setOptionValue("simplex_iteration_limit", ITERATIONS)
        if found.status == "optimal" and found.objective > self.most:
            return replace(found, status="infeasible", x=None)
        return found
