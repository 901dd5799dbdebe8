"""Earliest starts: a project that waits for others waits for the room that they need, too.

$$ \\sum_{i \\in \\text{closure}(j)} \\min_{v \\le y - \\text{lag}_{ij}} \\sum_{t \\le y} P^{\\text{use}}_{i,v,t}
   > \\sum_{t \\le y} \\text{limit}_t \\;\\Rightarrow\\; j \\text{ has not started by } y $$

The closure of $j$ is $j$ and all that it requires, directly or not, each with the lag that lies between at least. The
rows of one resource or budget up to a year, summed up, follow from those of the years; a year of its own does not see
that a deep block in a pit needs years of digging first.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from optimiser.instance import Instance
from optimiser.solve.grid import Flags, Floats, Ints
from optimiser.solve.packing import Packing

YEARLY = ("use_within_limit", "spend_within_budget")
"""Rows by (what, year) that limit what starts use."""
SLACK = 1e-6


def possible_starts(instance: Instance, packing: Packing) -> Flags:
    """The starts (n,) that some plan can have; those left out are in none."""
    grid, years = packing.grid, years_of(instance)
    allowed = np.ones(grid.size, dtype=bool)
    if not packing.waits:
        return allowed
    owner, other, lag = _closure(instance)
    for limit, rows in _limits(instance, packing):
        use = np.zeros(grid.size)
        for y in range(len(instance.years)):
            use = use + rows[y]
            least = _least(use, grid.owner, years, (len(grid.whole), len(instance.years)))
            before = y - lag
            each = np.where(before >= 0, least[other, np.maximum(before, 0)], np.inf)
            needed = np.bincount(owner, weights=each, minlength=len(grid.whole))
            most = float(limit[: y + 1].sum())
            allowed &= ~((years <= y) & (needed > most + SLACK * max(1.0, abs(most)))[grid.owner])
    return allowed


def years_of(instance: Instance) -> Ints:
    """The years (n,) of all possible starts, counted from the first of the horizon."""
    return np.concatenate([p.starts for p in instance.projects]) - instance.first


def _limits(instance: Instance, packing: Packing) -> list[tuple[Floats, Floats]]:
    """What each resource or budget has (Y,), and what the starts use of it (Y, n); only where no start gives any."""
    found: dict[tuple[str, str], dict[int, int]] = {}
    for i, (name, label) in enumerate(packing.names):
        if name in YEARLY:
            found.setdefault((name, label[0]), {})[instance.year_index(label[1])] = i
    limits = []
    for rows in found.values():
        if len(rows) != len(instance.years):
            continue
        order = [rows[y] for y in range(len(instance.years))]
        use, limit = packing.rows[order].toarray(), packing.upper[order]
        if np.isfinite(limit).all() and (use >= 0).all():
            limits.append((limit, use))
    return limits


def _least(use: Floats, owner: Ints, years: Ints, shape: tuple[int, int]) -> Floats:
    """The least that a project uses which has started by a year (P, Y); infinite where it cannot have."""
    table = np.full(shape, np.inf)
    table[owner, years] = use
    return np.minimum.accumulate(table, axis=1)


def _closure(instance: Instance) -> tuple[Ints, Ints, Ints]:
    """Pairs of a project and another that must have started so many years earlier (itself: none), as three arrays.

    Only what is required without a choice. Projects that wait for each other in a circle know only themselves.
    """
    needs = [[clause[0] for clause in p.requires if len(clause) == 1] for p in instance.projects]
    followers: list[list[int]] = [[] for _ in needs]
    for j, before in enumerate(needs):
        for i, _ in before:
            followers[i].append(j)
    left = [len(before) for before in needs]
    known: list[dict[int, int]] = [{j: 0} for j in range(len(needs))]
    ready = deque(j for j, count in enumerate(left) if not count)
    while ready:
        j = ready.popleft()
        for i, lag in needs[j]:
            for k, more in known[i].items():
                known[j][k] = max(known[j].get(k, 0), int(lag) + more)
        for k in followers[j]:
            left[k] -= 1
            if not left[k]:
                ready.append(k)
    owner = np.repeat(np.arange(len(known)), [len(k) for k in known])
    other = np.array([i for k in known for i in k], dtype=int)
    return owner, other, np.array([lag for k in known for lag in k.values()], dtype=int)
