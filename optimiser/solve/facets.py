r"""Facets: what combinations of measures leave, without a column for each of them.

In a source and year the weights $w$ of combinations (`formulation.overlap`) have rows of their own,
$l \le A x + W w \le u$, and count elsewhere only by one sum $e = \sum_c v_c w_c$, what combinations save less than
their measures alone. All that the others need to know is between what bounds $e$ may be at $x$. Those are programmes
of a dozen columns; with their multipliers $\lambda$

$$ e \;\ge\; \sum_r \lambda_r \big(b_r - (A x)_r\big), \qquad \lambda^\top W \le v $$

is a facet of the convex hull of the group's plans ($b_r$ is $l_r$ where $\lambda_r > 0$, else $u_r$), and likewise
from above. The relaxation has $e$ in place of $w$ and, of the facets, those that its solutions have violated: a few
thousand rows, where weights would be tens of thousands of columns and most of the work. At the end both have the same
optimum. The answer is one of the whole programme: weights are those of the small programmes, and the price of a row
of weights is what the facets' prices make of its multipliers, $-\sum_k \mu_k \lambda^k_r$. These price no weight below
nothing, so that bounds and prices are those of the whole programme even where not all facets have been found.

Method: Benders 1962, with all small programmes in one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from optimiser.solve.grid import Flags, Floats
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits, Outcome
from optimiser.solve.programme import Programme
from optimiser.solve.relaxation import Relaxation, Solved
from optimiser.solve.weights import Groups, groups_of

SHIFT = 1e-3
"""How far from a solution facets are compared that it violates alike."""
BEYOND = 1e-6
"""Violation, as a share of the largest weight's value, from which a facet is worth a row; and of its multipliers where
these are larger, since HiGHS does not see less."""
ROUNDS = 100
"""How often facets are looked for before the programme is solved with all its weights."""
MISSES = 100.0
"""What it costs where no weights fit a solution, which rows elsewhere rule out."""


@dataclass(frozen=True, eq=False)
class Seen:
    """Weights (W,), multipliers (R,), and what they prove of each group (G,): `least`, `constant` less starts' share.

    `missed`: by how much no weights fit.
    """

    weights: Floats
    dual: Floats
    constant: Floats
    least: Floats
    missed: float


class _Side:
    """The small programmes from one side: the least of sign x sum v w at a solution, and what multipliers say of it."""

    def __init__(self, programme: Programme, groups: Groups, sign: float, limits: Limits, interrupt: Interrupt):
        p, g = programme, groups
        own = sparse.csr_array(p.matrix)[g.rows]
        self.weights = sparse.csr_array(sparse.csc_array(own)[:, g.columns])
        self.starts = sparse.csr_array(sparse.csc_array(own)[:, g.others])
        self.groups, self.sign = g, sign
        self.lower, self.upper = p.row_lower[g.rows], p.row_upper[g.rows]
        m, size = self.weights.shape
        misses = sparse.hstack([sparse.eye_array(m), -sparse.eye_array(m)], format="csr")
        self.size = size
        small = replace(
            p,
            cost=np.concatenate([sign * g.value, np.full(2 * m, MISSES)]),
            offset=0.0,
            matrix=sparse.csr_array(sparse.hstack([self.weights, misses], format="csr")),
            row_lower=self.lower,
            row_upper=self.upper,
            lower=np.zeros(size + 2 * m),
            upper=np.full(size + 2 * m, np.inf),
            integer=np.zeros(size + 2 * m, dtype=bool),
            rows=[p.rows[i] for i in g.rows],
        )
        self.relaxation = Relaxation(small, limits, interrupt)

    def at(self, x: Floats, shift: float, seconds: float) -> Seen | None:
        """What the small programmes are at `x` (N',), or nearby; None where they are not solved in time.

        Of several facets that a solution violates alike, that is the one which is deeper a `shift` towards where every
        measure operates by half.
        """
        taken, g = self.starts @ x, self.groups
        towards = np.where(g.of_one, 0.5 - taken, 0.0)
        towards = np.where(g.of_one, towards, -np.bincount(g.within, towards, minlength=g.size)[g.within])
        near = taken + shift * towards
        self.relaxation.move(self.lower - near, self.upper - near)
        found = self.relaxation.solve(seconds)
        if found.status != "optimal" or found.x is None or found.row_dual is None:
            return None
        dual = found.row_dual
        bound = np.where(dual > 0, self.lower, self.upper)
        dual = np.where(np.isfinite(bound), dual, 0.0)
        bound = np.where(dual != 0, bound, 0.0)
        excess = np.zeros(g.size)  # what rounding leaves of dual @ weights <= cost; weights add up to one at most
        np.maximum.at(excess, g.of, self.weights.T @ dual - self.sign * g.value)
        constant = np.bincount(g.within, dual * bound, minlength=g.size) - excess
        reach = np.bincount(g.within, dual * taken, minlength=g.size)
        missed = float(found.x[self.size :].sum())
        return Seen(found.x[: self.size], dual, constant, constant - reach, missed)


class ByFacets:
    """The relaxation of a programme with groups of weights; answers are of the programme, as those of `Relaxation`."""

    def __init__(self, programme: Programme, groups: Groups, limits: Limits, interrupt: Interrupt):
        self.programme, self.groups, self.limits, self.interrupt = programme, groups, limits, interrupt
        self.relaxation = Relaxation(_without_weights(programme, groups), limits, interrupt)
        self.sides: dict[float, _Side] = {}
        self.added: list[tuple[sparse.csr_array, Floats]] = []
        self.rows: list[tuple[int, sparse.csr_array | None]] = []  # how many, and of facets their multipliers
        self.held: dict[int, tuple[float, float]] = {}
        self.whole: Relaxation | None = None

    @property
    def abandoned(self) -> bool:
        """Whether HiGHS did not stop when it was asked to, and was left behind."""
        every = [self.relaxation, self.whole, *(side.relaxation for side in self.sides.values())]
        return any(one.abandoned for one in every if one is not None)

    def hold(self, column: int, lower: float, upper: float) -> None:
        """Gives a column of a start bounds."""
        self.held[column] = lower, upper
        if self.whole is not None:
            self.whole.hold(column, lower, upper)
            return
        self.relaxation.hold(int(np.searchsorted(self.groups.others, column)), lower, upper)

    def add(self, matrix: sparse.csr_array, upper: Floats) -> None:
        """Adds rows matrix @ x <= upper, (K, N) and (K,)."""
        self.added.append((matrix, upper))
        if self.whole is not None:
            self.whole.add(matrix, upper)
            return
        own, holds = _in_sums(matrix, self.groups)
        self.relaxation.add(own, np.where(holds, upper, np.inf))
        self.rows.append((len(upper), None))

    def solve(self, seconds: float) -> Outcome:
        """Its optimum; duals of added rows follow those of the programme's."""
        began, log = time.monotonic(), list[str]()

        def left() -> float:
            return max(seconds - (time.monotonic() - began), 0.01)

        for _ in range(ROUNDS):
            if self.whole is not None:
                break
            found = self.relaxation.solve(left())
            log += found.log
            if found.status in ("infeasible", "stopped"):
                return replace(found, x=None, row_dual=None, log=log)
            if found.status == "failed" or found.x is None or found.row_dual is None:
                break
            if self.interrupt.is_set or time.monotonic() - began > seconds:
                reason = "interrupt" if self.interrupt.is_set else "time limit"
                return replace(found, status="stopped", x=None, row_dual=None, reason=reason, log=log)
            weights = self._weights(found.x, left)
            if weights is not None:
                x = np.zeros(len(self.programme.cost))
                x[self.groups.others], x[self.groups.columns] = found.x[: len(self.groups.others)], weights
                spent = time.monotonic() - began
                return replace(found, x=x, row_dual=self._duals(found.row_dual), seconds=spent, log=log)
        return self._as_a_whole(left(), log)

    def _weights(self, x: Floats, left: Callable[[], float]) -> Floats | None:
        """The weights (W,) at a solution `x`; none where there are facets beyond which it lies: these are rows then.

        Where no weights fit, or they are not found in time, the programme is to be solved as a whole.
        """
        total, below = x[len(self.groups.others) :], None
        for shift in (SHIFT, 0.0):
            below = self._seen(1.0, x, shift, left())
            if below is None or self._added(1.0, below, total):
                return None
        assert below is not None
        share, above = np.zeros(self.groups.size), below
        if self._is_above(below, total).any():
            beyond = self._seen(-1.0, x, 0.0, left())
            if beyond is None or self._added(-1.0, beyond, total):
                return None
            above = beyond
            share = np.clip((total - below.least) / np.maximum(-above.least - below.least, BEYOND), 0.0, 1.0)
        if max(below.missed, above.missed) > BEYOND:
            self._give_up()
            return None
        each = share[self.groups.of]
        return (1.0 - each) * below.weights + each * above.weights

    @staticmethod
    def _is_above(below: Seen, total: Floats) -> Flags:
        """Where a sum (G,) is more than it must be."""
        return total > below.least + BEYOND

    def _seen(self, sign: float, x: Floats, shift: float, seconds: float) -> Seen | None:
        if sign not in self.sides:
            self.sides[sign] = _Side(self.programme, self.groups, sign, self.limits, self.interrupt)
        seen = self.sides[sign].at(x[: len(self.groups.others)], shift, seconds)
        if seen is None:
            self._give_up()
        return seen

    def _added(self, sign: float, seen: Seen, total: Floats) -> bool:
        """Whether there are facets beyond which a solution with these sums (G,) lies; they are rows from now on."""
        largest = np.ones(self.groups.size)
        np.maximum.at(largest, self.groups.within, np.abs(seen.dual))
        beyond = np.flatnonzero(seen.least - sign * total > BEYOND * largest)
        if not len(beyond):
            return False
        g, side = self.groups, self.sides[sign]
        kept = np.flatnonzero(np.isin(g.within, beyond) & (seen.dual != 0))
        at = np.searchsorted(beyond, g.within[kept])
        multipliers = sparse.csr_array((seen.dual[kept], (at, kept)), shape=(len(beyond), len(g.rows)))
        sums = sparse.csr_array((np.full(len(beyond), -sign), (np.arange(len(beyond)), beyond)), (len(beyond), g.size))
        rows = sparse.hstack([-(multipliers @ side.starts), sums], format="csr")
        self.relaxation.add(sparse.csr_array(rows), -seen.constant[beyond])
        self.rows.append((len(beyond), multipliers))
        return True

    def _duals(self, dual: Floats) -> Floats:
        """Duals of the programme's rows and of what was added to it, by those of the relaxation."""
        at = len(self.groups.outside)
        own, cuts = np.zeros(len(self.programme.row_lower)), [np.zeros(0)]
        own[self.groups.outside] = dual[:at]
        for count, multipliers in self.rows:
            mine = dual[at : at + count]
            at += count
            if multipliers is None:
                cuts.append(mine)
            else:
                own[self.groups.rows] -= multipliers.T @ mine
        return np.concatenate([own, *cuts])

    def _give_up(self) -> None:
        """From now on the programme is solved with all its weights."""
        self.whole = Relaxation(self.programme, self.limits, self.interrupt)
        for matrix, upper in self.added:
            self.whole.add(matrix, upper)
        for column, (low, high) in self.held.items():
            self.whole.hold(column, low, high)

    def _as_a_whole(self, seconds: float, log: list[str]) -> Outcome:
        if self.whole is None:
            self._give_up()
        assert self.whole is not None
        found = self.whole.solve(seconds)
        return replace(found, log=[*log, *found.log])


def _without_weights(programme: Programme, g: Groups) -> Programme:
    """The programme with a sum for each group, its last columns, in place of weights and their rows."""
    p, more = programme, np.zeros(g.size)
    matrix = sparse.csc_array(sparse.csr_array(p.matrix)[g.outside])[:, g.others]
    return replace(
        p,
        cost=np.append(p.cost[g.others], more),
        matrix=sparse.csr_array(sparse.hstack([matrix, g.counts[g.outside]], format="csr")),
        row_lower=p.row_lower[g.outside],
        row_upper=p.row_upper[g.outside],
        lower=np.append(p.lower[g.others], more),
        upper=np.append(p.upper[g.others], np.full(g.size, np.inf)),
        integer=np.append(p.integer[g.others], more > 0),
        rows=[p.rows[i] for i in g.outside],
    )


def _in_sums(matrix: sparse.csr_array, g: Groups) -> tuple[sparse.csr_array, Flags]:
    """Rows matrix @ x <= upper, (K, N), with sums in place of weights, and which of them still say anything (K,).

    What weights add is left out, what they take is never more than a multiple of their sum takes.
    """
    taken = sparse.coo_array(sparse.csc_array(matrix)[:, g.columns])
    less = taken.data < 0
    row, col, data = taken.row[less], taken.col[less], -taken.data[less]
    holds = np.bincount(row[g.value[col] <= 0], minlength=matrix.shape[0]) == 0
    ratio = data / np.where(g.value[col] > 0, g.value[col], 1.0)
    pairs, pair = np.unique(row * g.size + g.of[col], return_inverse=True)
    most = np.zeros(len(pairs))
    np.maximum.at(most, pair, ratio)
    sums = sparse.csr_array((-most, (pairs // g.size, pairs % g.size)), shape=(matrix.shape[0], g.size))
    rows = sparse.hstack([sparse.csc_array(matrix)[:, g.others], sums], format="csr")
    return sparse.csr_array(sparse.diags_array(holds.astype(float)) @ rows), holds


def relaxation_of(programme: Programme, limits: Limits, interrupt: Interrupt) -> Solved:
    """The relaxation of a programme, by facets where weights can be left out."""
    groups = groups_of(programme)
    return (
        Relaxation(programme, limits, interrupt) if groups is None else ByFacets(programme, groups, limits, interrupt)
    )
