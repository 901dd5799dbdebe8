"""A relaxation made whole by rounding: time and again the choices that are nearest to whole are held as they round.

The relaxation is solved after each time, so that what is still in parts makes room for what is held. Where many at once
cost too much, fewer are held. Where one alone does, either way, it is held as it rounds, and what was held of its
entity before is free and decided again after it: it may be the only one that was left to keep a target.

Method: diving (Berthold 2006), several choices at a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from optimiser.solve.grid import Flags, Floats, Grid, Ints, Kernel, restrict
from optimiser.solve.outcome import Outcome
from optimiser.solve.programme import Programme
from optimiser.solve.relaxation import Bounded, Relaxation, Solved

AT_ONCE, CLOSE, GROWTH = 0.25, 0.1, 1.5
"""Of the choices in parts this share is held at a time, the nearest to whole, and all that are as close as that; after
fewer had to do, no more than so many times as many as the last time."""
WHOLE = 1e-6
CONFLICTS = 12
"""How often, at most, what was held before is decided again in a step."""


class _NoTimeError(Exception):
    """A relaxation was not solved in time; HiGHS may still be at work on it."""


class Rounding:
    """A relaxation of a programme (N columns) in which more and more projects (P) are whole.

    `owner` (N,): the project of each column that says what of it is started, elsewhere -1. `entity` (P,): whose it is.
    Other whole columns about one project, such as whether it is chosen, become whole with it.
    """

    def __init__(self, solved: Solved, programme: Programme, owner: Ints, entity: Ints):
        self.within, self.programme, self.owner, self.entity = Bounded(solved, programme), programme, owner, entity
        self.at = np.flatnonzero(owner >= 0)
        self.links = _Links(programme, owner)
        self.begin(np.zeros(len(entity), dtype=bool), np.zeros(len(owner), dtype=bool), np.zeros(len(owner)))

    def begin(self, held: Flags, others: Flags, x: Floats) -> None:
        """Holds these projects (P,) and other columns (N,) as in `x` (N,), and nothing else."""
        p = self.programme
        self.held, self.lower, self.upper = held.copy(), p.lower.copy(), p.upper.copy()
        self.lower[others] = self.upper[others] = np.round(x[others])
        self._put(self.lower, self.upper, held, np.round(x))

    def whole(self, projects: Ints, most: float, seconds: float, over: Callable[[], bool]) -> Outcome | None:
        """A solution in which these projects are whole, as all that are held; where that can be, none costs `most`.

        None where there is none near the relaxation, or time is over.
        """
        try:
            return self._made_whole(projects, most, seconds, over)
        except _NoTimeError:
            return None

    def _made_whole(self, projects: Ints, most: float, seconds: float, over: Callable[[], bool]) -> Outcome | None:
        """The same, but an error where a relaxation is not solved in time."""
        until = time.monotonic() + seconds
        asked, again, firm = self.held.copy(), np.zeros_like(self.held), np.zeros_like(self.held)
        asked[projects] = True
        found, conflicts, many = self._solved(self.lower, self.upper, until), 0, len(asked)
        while found.x is not None:
            x, distance = found.x, self._distance(found.x)
            first = (again if again.any() else asked) & ~self.held
            parts = np.flatnonzero(first & (distance > WHOLE))
            if not len(parts):
                self.lower, self.upper = self.lower.copy(), self.upper.copy()  # the relaxation knows those it has
                self._put(self.lower, self.upper, first, np.round(x))
                self.held |= first
                if not again.any():
                    return replace(found, bound=-np.inf)
                again[:] = False
                continue
            if over() or time.monotonic() > until:
                return None
            nearest = parts[np.argsort(distance[parts], kind="stable")]
            close = int((distance[parts] < CLOSE).sum())
            some = nearest[: min(max(int(np.ceil(AT_ONCE * len(parts))), close), many)]
            tried, enough = self._tried(some, np.round(x), until), found.objective + most
            if not tried.is_within(enough):
                if len(some) > 1:
                    many = len(some) // 2
                    continue
                tried = min([tried, *self._otherwise(some, x, until)], key=lambda t: t.costs)
            free = self.held & ~firm & (self.entity == self.entity[some[0]])
            if not tried.is_within(enough) and conflicts < CONFLICTS and free.any():
                freed = self._tried(some, np.round(x), until, free)
                conflicts += 1
                if freed.is_within(enough) and freed.costs < tried.costs:
                    tried, again = freed, again | free
                    self.held &= ~free
                    firm[some] = True
            found, self.lower, self.upper = tried.outcome, tried.lower, tried.upper
            self.held[some] = True
            many = int(GROWTH * len(some)) + 1
        return None

    def _solved(self, lower: Floats, upper: Floats, until: float) -> Outcome:
        found = self.within.solve(lower, upper, max(until - time.monotonic(), 0.1))
        if found.status == "stopped":
            raise _NoTimeError
        return found

    def _distance(self, x: Floats) -> Floats:
        """How far from whole a project is (P,), where it is furthest."""
        distance, away = np.zeros(len(self.held)), np.abs(x - np.round(x))
        np.maximum.at(distance, self.owner[self.at], away[self.at])
        np.maximum.at(distance, self.owner[self.links.start], away[self.links.other])
        return distance

    def _tried(self, some: Ints, values: Floats, until: float, free: Flags | None = None) -> _Tried:
        """The relaxation in which some projects are as in `values` (N,), and others (P,) are `free` again."""
        lower, upper = self.lower.copy(), self.upper.copy()
        if free is not None:
            self._put(lower, upper, free, None)
        chosen = np.zeros_like(self.held)
        chosen[some] = True
        self._put(lower, upper, chosen, values)
        return _Tried(self._solved(lower, upper, until), lower, upper)

    def _otherwise(self, some: Ints, x: Floats, until: float) -> Iterator[_Tried]:
        """Some projects up, and down, or not at all, where that is not how they round."""
        exact = np.where(np.abs(x - np.round(x)) <= WHOLE, np.round(x), x)
        columns = self.at[np.isin(self.owner[self.at], some)]
        is_whole = bool(np.all(exact[columns] == np.round(exact[columns])))  # but not whether it is chosen
        for values in (np.zeros_like(x),) if is_whole else (np.ceil(exact), np.floor(exact)):
            if np.any(values[columns] != np.round(x)[columns]):
                yield self._tried(some, values, until)

    def _put(self, lower: Floats, upper: Floats, projects: Flags, values: Floats | None) -> None:
        """Gives the columns of projects (P,) values (N,), within their own bounds; or their own bounds alone."""
        p = self.programme
        columns = self.at[projects[self.owner[self.at]]]
        lower[columns], upper[columns] = p.lower[columns], p.upper[columns]
        if values is not None:
            lower[columns] = upper[columns] = np.clip(values[columns], p.lower[columns], p.upper[columns])
        self.links.follow(lower, upper, projects[self.owner[self.links.start]], p)


@dataclass(frozen=True, eq=False)
class _Tried:
    """What is found within bounds (N,)."""

    outcome: Outcome
    lower: Floats
    upper: Floats

    @property
    def costs(self) -> float:
        """Infinitely much where nothing is."""
        return self.outcome.objective if self.outcome.status == "optimal" else np.inf

    def is_within(self, enough: float) -> bool:
        """Whether something is, for no more than `enough`."""
        return self.costs < np.inf and self.costs <= enough


class _Links:
    """Rows about a start (K,) and one other whole column (K,): least <= a * start + b * other <= most."""

    def __init__(self, programme: Programme, owner: Ints):
        matrix = programme.matrix
        two = np.flatnonzero(np.diff(matrix.indptr) == 2)
        at = matrix.indptr[two][:, None] + np.array([0, 1])
        columns, values = matrix.indices[at], matrix.data[at]
        turned = owner[columns[:, 0]] < 0
        columns[turned], values[turned] = columns[turned][:, ::-1], values[turned][:, ::-1]
        fits = (owner[columns[:, 0]] >= 0) & (owner[columns[:, 1]] < 0) & programme.integer[columns[:, 1]]
        self.start, self.other = columns[fits].T
        self.of_start, self.of_other = values[fits].T
        self.least, self.most = programme.row_lower[two][fits], programme.row_upper[two][fits]

    def follow(self, lower: Floats, upper: Floats, some: Flags, programme: Programme) -> None:
        """Gives the other columns of some rows (K,) the whole bounds that follow from those of the starts."""
        touched = np.zeros(len(lower), dtype=bool)
        touched[self.other[some]] = True
        some = touched[self.other]  # all rows about them, since other projects' starts say something of them, too
        other, size = self.other[some], self.of_other[some]
        lower[other], upper[other] = programme.lower[other], programme.upper[other]
        of_start, start = self.of_start[some], self.start[some]
        at_least = np.where(of_start > 0, of_start * lower[start], of_start * upper[start])
        at_most = np.where(of_start > 0, of_start * upper[start], of_start * lower[start])
        low, high = (self.least[some] - at_most) / size, (self.most[some] - at_least) / size
        low, high = np.where(size > 0, low, high), np.where(size > 0, high, low)
        np.maximum.at(lower, other, np.ceil(low - WHOLE))
        np.minimum.at(upper, other, np.floor(high + WHOLE))


class Rounds(Protocol):
    """Where relaxations to be rounded come from, and go back to."""

    def relaxation(self, programme: Programme) -> Relaxation:
        """The relaxation of a programme."""
        ...

    def ended(self, relaxation: Relaxation, words: str) -> None:
        """It is not needed any more."""
        ...


@dataclass(eq=False)
class RoundedSteps:
    """Steps of a programme by rounding: one relaxation for all of them, as long as no other starts come in."""

    programme: Programme
    grid: Grid
    rounds: Rounds | None
    over: Callable[[], bool]
    _kernel: Kernel | None = None
    _relaxation: Relaxation | None = None
    _rounding: Rounding | None = None
    _kept: Flags | None = None
    _said: list[str] = field(default_factory=list)

    def step(
        self, projects: Ints, keep: Flags, held: Flags, others: Flags, x: Floats, most: float, seconds: float
    ) -> tuple[Kernel, Outcome] | None:
        """A solution in which these projects are whole, all others that are `held` (P,), and other columns (N,), too.

        `x` (N,) is what they are held as. Starts that are kept (n,) are those of the first step; see `Rounding.whole`.
        """
        new = self.grid.new(x) > 1e-7
        if self._kept is None or np.any(new & ~self._kept):
            self._make(keep | new, x)
        assert self._kernel is not None
        assert self._rounding is not None
        assert self._relaxation is not None
        if self._relaxation.abandoned:  # HiGHS is still at work on it
            return None
        columns = self._kernel.columns
        self._rounding.begin(held, others[columns], x[columns])
        found = self._rounding.whole(projects, most, seconds, self.over)
        self._said.append(f"{found.objective:.10g}" if found is not None else "nothing")
        return (self._kernel, found) if found is not None else None

    def _make(self, keep: Flags, x: Floats) -> None:
        assert self.rounds is not None
        self.end()
        grid = self.grid
        self._kept, nobody = keep, np.zeros(len(grid.whole), dtype=bool)
        self._kernel = restrict(self.programme, grid, keep, nobody, x)
        programme = self._kernel.programme
        owner = np.full(len(self.programme.cost), -1)
        owner[grid.at] = grid.owner
        owner = np.where(programme.integer, owner[self._kernel.columns], -1)
        self._relaxation = self.rounds.relaxation(programme)
        self._rounding = Rounding(self._relaxation, programme, owner, grid.entity)

    def end(self) -> None:
        """Gives back what it has in memory."""
        if self._relaxation is not None and self.rounds is not None:
            self.rounds.ended(self._relaxation, f"steps by rounding: {', '.join(self._said)}")
        self._kernel = self._relaxation = self._rounding = self._kept = None
        self._said = []
