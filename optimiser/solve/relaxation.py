"""Relaxations that are solved again from where they stood."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from scipy import sparse

from optimiser.solve.highs import Floats, Run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits, Outcome
from optimiser.solve.programme import Programme


class Solved(Protocol):
    """A relaxation that is solved, and again with more rows."""

    @property
    def abandoned(self) -> bool:
        """Whether HiGHS did not stop when it was asked to, and was left behind."""
        ...

    def solve(self, seconds: float) -> Outcome:
        """Its optimum; duals of added rows follow those of the programme's."""
        ...

    def add(self, matrix: sparse.csr_array, upper: Floats) -> None:
        """Adds rows matrix @ x <= upper, (K, N) and (K,)."""
        ...

    def hold(self, column: int, lower: float, upper: float) -> None:
        """Gives a column of a start bounds."""
        ...


class Relaxation:
    """The relaxation of a programme, solved again from where it stood when rows have been added or have moved.

    Where each time `is_short`, from a basis that is nearly the last one, HiGHS does not shift costs against cycling,
    since undoing that would take longer than all else, and neither tells nor asks anything on the way: threads would
    wait for each other at every iteration.
    """

    def __init__(
        self, programme: Programme, limits: Limits, interrupt: Interrupt | None = None, *, is_short: bool = False
    ):
        relaxed = replace(programme, integer=np.zeros_like(programme.integer))
        self._run = Run(relaxed, limits, None, interrupt or Interrupt(), None)
        if is_short:
            self._run.highs.setOptionValue("dual_simplex_cost_perturbation_multiplier", 0.0)
            self._run.highs.setOptionValue("output_flag", False)
            self._run.highs.cbSimplexInterrupt.clear()
        self.abandoned = False

    def solve(self, seconds: float) -> Outcome:
        """Its optimum; duals of added rows follow those of the programme's. None where HiGHS was left behind at it."""
        run = self._run
        if self.abandoned:
            return Outcome("stopped", None, np.inf, -np.inf, 0.0, "left behind", abandoned=True)
        run.started, run.log, run.limits = time.monotonic(), [], replace(run.limits, seconds=seconds)
        run.highs.setOptionValue("time_limit", run.highs.getRunTime() + max(seconds, 0.01))
        found = run.outcome()
        self.abandoned |= found.abandoned
        return found

    def add(self, matrix: sparse.csr_array, upper: Floats) -> None:
        """Adds rows matrix @ x <= upper, (K, N) and (K,)."""
        self._run.add_rows(matrix, upper)

    def hold(self, column: int, lower: float, upper: float) -> None:
        """Gives a column bounds."""
        if self.abandoned:  # HiGHS is still at work on it
            return
        size = self._run.scaling.columns[column]
        highs: Any = self._run.highs
        highs.changeColBounds(column, lower / size, upper / size)

    def move(self, lower: Floats, upper: Floats) -> None:
        """Gives all rows other bounds, (M,) and (M,)."""
        size, every = self._run.scaling.rows, np.arange(len(lower), dtype=np.int32)
        highs: Any = self._run.highs  # highspy's stub does not know this one
        highs.changeRowsBounds(len(lower), every, lower * size, upper * size)

    @property
    def programme(self) -> Programme:
        """What it is the relaxation of, with the columns that have been added."""
        return self._run.programme

    def widen(self, matrix: sparse.csc_array, cost: Floats, upper: Floats) -> None:
        """Adds columns that are no less than nothing and no more than `upper`: (M, K), (K,) and (K,)."""
        self._run.add_columns(matrix, cost, upper)

    def shorten(self, size: int) -> None:
        """Leaves out all columns but the first so many."""
        run, p = self._run, self.programme
        left_out = np.arange(size, len(p.cost), dtype=np.int32)
        run.highs.deleteCols(len(left_out), left_out)
        run.scaling = replace(run.scaling, columns=run.scaling.columns[:size])
        run.programme = replace(
            p,
            cost=p.cost[:size],
            matrix=sparse.csr_array(p.matrix[:, :size]),
            lower=p.lower[:size],
            upper=p.upper[:size],
            integer=p.integer[:size],
        )

    def release(self) -> None:
        """Gives back what it has in memory; it cannot be solved again."""
        self._run.release()

    @property
    def iterations(self) -> int:
        """Simplex iterations of the last time."""
        return int(self._run.highs.getInfo().simplex_iteration_count)

    @property
    def ray(self) -> Floats | None:
        """Where it has no solution, multipliers (M,) of rows that say so; None where HiGHS has none."""
        highs: Any = self._run.highs  # highspy's stub does not know this one
        _, has, ray = highs.getDualRay()
        return np.asarray(ray) * self._run.scaling.rows if has else None

    @property
    def basis(self) -> Any:
        """Where it stands."""
        return self._run.highs.getBasis()

    def begin(self, basis: Any) -> None:
        """Goes on from where it once stood; rows must be the same."""
        self._run.highs.setBasis(basis)


class Bounded:
    """A relaxation of a programme that is solved again within other bounds of its columns."""

    def __init__(self, relaxation: Solved, programme: Programme):
        self.relaxation = relaxation
        self.lower, self.upper = programme.lower.copy(), programme.upper.copy()

    def solve(self, lower: Floats, upper: Floats, seconds: float) -> Outcome:
        """Its optimum within bounds (N,) and (N,)."""
        for k in np.flatnonzero((lower != self.lower) | (upper != self.upper)):
            self.relaxation.hold(int(k), float(lower[k]), float(upper[k]))
        self.lower, self.upper = lower, upper
        return self.relaxation.solve(seconds)

    def widen(self, upper: Floats) -> None:
        """The relaxation has more columns, that are no less than nothing and no more than `upper` (K,)."""
        self.lower, self.upper = np.append(self.lower, np.zeros(len(upper))), np.append(self.upper, upper)

    def shorten(self, size: int) -> None:
        """The relaxation has no more than its first so many columns."""
        self.lower, self.upper = self.lower[:size], self.upper[:size]
