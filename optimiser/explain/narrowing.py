"""Narrowing: how little of a change will do, between what the relaxation needs at least and what a plan was found with.

Each question is whether there is a plan with at most so much of it, and any plan answers: the search for it is led by
costs. The first questions are just above the bound, where the least is most often; then the distance is halved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse

from optimiser.instance.timing import Floats
from optimiser.solve.outcome import Outcome
from optimiser.solve.programme import Programme

ABOVE = (1e-4, 0.1)
"""Shares above the bound at which it is tried first."""
CLOSE, CLOSER = 1e-2, 1e-3
"""Share of the least within which an amount is taken for the least, and to which it is narrowed in time."""
DUST = 1e-6


@dataclass(eq=False)
class Narrowing:
    """A programme whose cost is the measure to be made small; `money` (N,) leads the search; nothing is below `low`.

    `x` is the best plan so far, `high` its measure. `sure`: every question had an answer.
    """

    programme: Programme
    money: Floats
    low: float
    high: float = float("inf")
    x: Floats | None = None
    sure: bool = True
    most: float = field(default=0.0, init=False)

    @property
    def is_proven(self) -> bool:
        """True where what was found is the least, within what a file would say."""
        return self._is_within(CLOSE)

    def _is_within(self, share: float) -> bool:
        return self.high - self.low <= share * abs(self.high) + DUST

    @property
    def none_at_all(self) -> bool:
        """True where there is no plan however much is changed."""
        return self.low == float("inf")

    def questions(self) -> Iterator[Programme]:
        """One after the other; each wants its answer before the next."""
        bound = self.low
        for above in (*(a for a in ABOVE if bound > DUST), float("inf")):
            yield self._within(bound + above * abs(bound) if bound > DUST else above)
            if self.x is not None or self.none_at_all:
                break
        while self.x is not None and not self._is_within(CLOSER) and self.sure:
            yield self._within((max(self.low, 0.0) + self.high) / 2)

    def answered(self, outcome: Outcome) -> None:
        """Takes the answer to the last question."""
        if outcome.status == "infeasible":
            self.low = max(self.low, self.most)
        elif outcome.x is None:
            # halving stops at the first question that is too hard; before there is a plan, looser ones are easier
            self.sure = self.x is None
        else:
            self.x = outcome.x
            self.high = min(self.high, self.programme.cost_of(outcome.x))

    def _within(self, most: float) -> Programme:
        self.most = most
        p = replace(self.programme, cost=self.money, offset=0.0)
        if np.isinf(most):
            return p
        row = sparse.csr_array(self.programme.cost[None, :])
        return replace(
            p,
            matrix=sparse.csr_array(sparse.vstack([p.matrix, row])),
            row_lower=np.append(p.row_lower, -np.inf),
            row_upper=np.append(p.row_upper, most - self.programme.offset),
            rows=[*p.rows, ("within", None)],
        )
