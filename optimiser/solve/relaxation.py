"""Relaxations that are solved again from where they stood."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from scipy import sparse

from optimiser.solve.highs import Floats, Interrupt, Limits, Outcome, Run
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
    """The relaxation of a programme, solved again from where it stood when rows have been added or have moved."""

    def __init__(self, programme: Programme, limits: Limits, interrupt: Interrupt | None = None):
        relaxed = replace(programme, integer=np.zeros_like(programme.integer))
        self._run = Run(relaxed, limits, None, interrupt or Interrupt(), None, careful=True)
        self.abandoned = False

    def solve(self, seconds: float) -> Outcome:
        """Its optimum; duals of added rows follow those of the programme's."""
        run = self._run
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
        size = self._run.scaling.columns[column]
        highs: Any = self._run.highs
        highs.changeColBounds(column, lower / size, upper / size)

    def move(self, lower: Floats, upper: Floats) -> None:
        """Gives all rows other bounds, (M,) and (M,)."""
        size, every = self._run.scaling.rows, np.arange(len(lower), dtype=np.int32)
        highs: Any = self._run.highs  # highspy's stub does not know this one
        highs.changeRowsBounds(len(lower), every, lower * size, upper * size)
