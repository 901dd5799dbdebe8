"""The root: the relaxation of a programme with the cuts that pay, and the programme with these as rows."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from optimiser.solve.covers import Covers
from optimiser.solve.cuts import Cut, Separator
from optimiser.solve.facets import relaxation_of
from optimiser.solve.grid import Grid
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits, Outcome
from optimiser.solve.programme import Programme
from optimiser.solve.relaxation import Solved

ROUNDS, AT_A_TIME = 20, 500
LITTLE = 0.02
"""A round that moves the bound by less than this share of what the gap allows is the last but one."""
CUT = "cut"


@dataclass(frozen=True, eq=False)
class Root:
    """`programme` has the cuts that bind as its last rows; `outcome` is of its relaxation, `first` is without them.

    The log of the outcome is that of the cuts. `every`: the programme with all cuts, as the relaxation has them now.
    """

    programme: Programme
    outcome: Outcome
    first: float
    every: Programme


@dataclass(frozen=True, eq=False)
class Relaxed:
    """A programme whose relaxation is solved, before any cut."""

    programme: Programme
    relaxation: Solved
    outcome: Outcome


def relaxed(programme: Programme, limits: Limits, seconds: float, interrupt: Interrupt) -> Relaxed:
    """Solves the relaxation."""
    relaxation = relaxation_of(programme, limits, interrupt)
    return Relaxed(programme, relaxation, relaxation.solve(seconds))


def root_of(programme: Programme, grid: Grid, limits: Limits, seconds: float, interrupt: Interrupt) -> Root:
    """Solves the relaxation, and again with cuts; see `with_cuts`."""
    began = time.monotonic()
    solved = relaxed(programme, limits, seconds, interrupt)
    return with_cuts(solved, grid, limits, max(seconds - (time.monotonic() - began), 0.0), interrupt)


def with_cuts(solved: Relaxed, grid: Grid, limits: Limits, seconds: float, interrupt: Interrupt) -> Root:
    """Solves a relaxation again with cuts, as long as they move its bound.

    Cuts take about as long as the relaxation itself, three seconds more, and no more than a third of `seconds`.
    """
    began = time.monotonic()
    programme, relaxation, outcome = solved.programme, solved.relaxation, solved.outcome
    took = outcome.seconds
    root = Root(programme, replace(outcome, log=[]), outcome.objective, programme)
    most = min(3.0 + took, seconds / 3)
    if outcome.status != "optimal" or outcome.x is None or outcome.row_dual is None:
        return root
    separator, covers = Separator(programme, grid), Covers(programme, grid)
    size, kept, added, idle = len(programme.row_lower), list[Cut](), list[Cut](), 0
    log = list[str]()
    for _ in range(ROUNDS):
        if interrupt.is_set or time.monotonic() - began > most:
            break
        assert outcome.x is not None
        assert outcome.row_dual is not None
        found = covers.cuts(outcome.x) or separator.cuts(outcome.x, outcome.row_dual[:size], kept)[:AT_A_TIME]
        if not found:
            break
        relaxation.add(*_rows_of(found, len(programme.cost)))
        added += found
        again = relaxation.solve(max(seconds - (time.monotonic() - began), 0.1))
        if again.status != "optimal" or again.x is None or again.row_dual is None:
            break
        kept += found
        moved = again.objective - outcome.objective
        log.append(f"{len(found)} cuts: bound {again.objective:.10g}\n")
        outcome = again
        idle = idle + 1 if moved < LITTLE * limits.gap * abs(again.objective) else 0
        if idle > 1:
            break
    return _with_rows(programme, replace(outcome, log=log), kept, added, root.first)


def _with_rows(programme: Programme, outcome: Outcome, cuts: list[Cut], added: list[Cut], first: float) -> Root:
    """The programme with those cuts that bind, and the duals to match."""
    dual = outcome.row_dual
    assert dual is not None
    size = len(programme.row_lower)
    binds = np.array([i for i in range(len(cuts)) if dual[size + i] != 0.0], dtype=int)
    larger = _with_cuts(programme, [cuts[i] for i in binds])
    rows = np.concatenate([np.arange(size), size + binds])
    return Root(larger, replace(outcome, row_dual=dual[rows]), first, _with_cuts(programme, added))


def _with_cuts(programme: Programme, cuts: list[Cut]) -> Programme:
    """The programme with cuts as its last rows."""
    if not cuts:
        return programme
    matrix, most = _rows_of(cuts, len(programme.cost))
    return replace(
        programme,
        matrix=sparse.csr_array(sparse.vstack([programme.matrix, matrix], format="csr")),
        row_lower=np.append(programme.row_lower, np.full(len(cuts), -np.inf)),
        row_upper=np.append(programme.row_upper, most),
        rows=[*programme.rows, *((CUT, i) for i in range(len(cuts)))],
    )


def _rows_of(cuts: list[Cut], columns: int) -> tuple[sparse.csr_array, np.ndarray]:
    """Cuts as rows (K, N) and what they may be at most (K,)."""
    at = np.repeat(np.arange(len(cuts)), [len(c.columns) for c in cuts])
    data = (np.concatenate([c.values for c in cuts]), (at, np.concatenate([c.columns for c in cuts])))
    return sparse.csr_array(data, shape=(len(cuts), columns)), np.array([c.most for c in cuts])
