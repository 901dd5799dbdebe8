"""The network of a fleet: every cell that an asset can come to be in, and every move that may bring it there.

Assets of one cell are alike for everything that can still happen to them. Where nothing tells two assets apart (no
life that ends, no docking cycle) they share a cell, whatever year they came in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from optimiser.instance.fleet_data import Cells, ChangeData, Moves
from optimiser.instance.timing import Ints

FREE, STAYS, STAYS_AS_IT_IS = 0, 1, 2


@dataclass(frozen=True)
class Cell:
    """What an asset is: state, year it must be gone (Y: none), docking phase (-1: none), what it holds to."""

    state: int
    ends: int
    phase: int
    hold: int


@dataclass(frozen=True)
class Life:
    """What is known of a change's life: years, and the share of its capex that is left after the last year by start."""

    years: int | None
    worth: tuple[float, ...]


class Network:
    """Builds cells and moves year by year, so that only what can be reached is there."""

    def __init__(
        self, years: Ints, changes: tuple[ChangeData, ...], lives: list[Life], open_: list[set[int]], cycle: int
    ):
        self.years, self.changes, self.lives, self.open, self.cycle = years, changes, lives, open_, cycle
        self.n = len(years)
        self.place: dict[Cell, int] = {}
        self.begins: list[int] = []
        self.moves: list[tuple[int, int, int, int, int, float]] = []

    def build(self, initial: dict[Cell, int]) -> tuple[Cells, Moves]:
        """The network from what there is when the horizon begins."""
        for cell in initial:
            self._reach(cell, 0)
        ways_out: dict[int, list[int]] = defaultdict(list)
        for c, change in enumerate(self.changes):
            if change.origin is not None:
                ways_out[change.origin].append(c)
        for y in range(self.n):
            # what arrives in a year may move from the next year on
            present = [
                x for x, i in self.place.items() if y <= x.ends and (self.begins[i] < y or (y == 0 and x in initial))
            ]
            for c, change in enumerate(self.changes):
                if change.kind == "new" and y in self.open[c]:
                    self._order(c, y)
            for cell in present:
                for c in ways_out[cell.state]:
                    self._leave(cell, c, y)
        cells = list(self.place)

        def whole(values: Iterable[int]) -> Ints:
            return np.array(list(values), dtype=np.int64)

        def column(k: int) -> Ints:
            return whole(int(m[k]) for m in self.moves)

        return (
            Cells(
                state=whole(x.state for x in cells),
                begins=whole(self.begins),
                ends=whole(x.ends for x in cells),
                hold=whole(x.hold for x in cells),
                phase=whole(x.phase for x in cells),
                initial=np.array([float(initial.get(x, 0)) for x in cells]),
            ),
            Moves(column(0), column(1), column(2), column(3), column(4), np.array([m[5] for m in self.moves])),
        )

    def _reach(self, cell: Cell, year: int) -> int:
        """The place of a cell, which can hold assets from `year` on."""
        if cell not in self.place:
            self.place[cell] = len(self.begins)
            self.begins.append(year)
        at = self.place[cell]
        self.begins[at] = min(self.begins[at], year)
        return at

    def _add(self, c: int, y: int, out: int, into: Cell | None, worth: float = 0.0) -> None:
        ends = y + self.changes[c].lead_time
        self.moves.append((c, y, ends, out, self._reach(into, ends) if into is not None else -1, worth))

    def _order(self, c: int, y: int) -> None:
        change, life = self.changes[c], self.lives[c]
        assert change.target is not None
        arrives = y + change.lead_time
        ends = min(arrives + life.years, self.n) if life.years is not None else self.n
        phase = int(self.years[arrives]) % self.cycle if self.cycle else -1
        self._add(c, y, -1, Cell(change.target, ends, phase, FREE))
        if ends == self.n and life.worth[y] > 0:
            self._add(c, y, -1, Cell(change.target, ends, phase, STAYS), life.worth[y])

    def _leave(self, cell: Cell, c: int, y: int) -> None:
        """What a change does to an asset of a cell in a year, if it may."""
        change, at = self.changes[c], self.place[cell]
        if change.kind == "end of life":
            if y == cell.ends:
                self._add(c, y, at, None)
        elif y == cell.ends or y not in self.open[c]:
            return
        elif change.kind in ("scrap", "withdrawal"):
            if cell.hold == FREE:
                self._add(c, y, at, None)
        elif cell.hold != STAYS_AS_IT_IS and y + change.lead_time < cell.ends:
            if self.cycle and int(self.years[y]) % self.cycle != cell.phase:
                return
            assert change.target is not None
            self._add(c, y, at, Cell(change.target, cell.ends, cell.phase, cell.hold))
            if cell.ends == self.n and self.lives[c].worth[y] > 0:
                held = Cell(change.target, cell.ends, cell.phase, STAYS_AS_IT_IS)
                self._add(c, y, at, held, self.lives[c].worth[y])
