"""Finance declared plainly: an issue is yes or no with an amount within its ticket, served until it is repaid.

Only what `extras.py` draws: bonds and loans in tickets, a number of issues, the use of proceeds of one instrument,
ceilings. What is owed after the last year is settled in the year after it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyomo.environ as pyo

from optimiser.instance.data import Instance
from optimiser.instance.funding import EligibleData, FundingData
from tests.benchmarks.plain_rows import add_row

Spending = Callable[[EligibleData, int], Any]
"""What is spent in a year (index) on what is eligible."""


def odd_finance(instance: Instance) -> list[str]:
    """What finance has that is not declared here."""
    finance = instance.finance
    found = ["a tax"] if finance.tax is not None else []
    found += [f"{words} of {f.id}" for f in finance.funding for words in _odd(f)]
    if sum(f.eligible is not None for f in finance.funding) > 1:
        found.append("the use of proceeds of several instruments")
    return found


def _odd(f: FundingData) -> list[str]:
    found = {
        f"the kind {f.kind}": f.kind not in ("bond", "loan"),
        "a higher rate": f.step_up,
        "a total": f.amount is not None,
        "tickets without end": not np.isfinite(f.most),
        "a commitment": f.committed,
        "earlier issues": any(np.any(p) for p in (f.old.interest, f.old.repayment, f.old.outstanding)),
    }
    if f.eligible is not None:
        found |= {"a share of capex": f.eligible.share < 1, "named projects": f.eligible.owners is not None}
    return [words for words, there in found.items() if there]


class PlainDebt:
    """All instruments, and what they bring and cost."""

    def __init__(self, m: pyo.ConcreteModel, instance: Instance, spending: Spending):
        self.m, self.instance, self.funding = m, instance, instance.finance.funding
        self.years = range(len(instance.years))
        index = [(f.id, int(v)) for f in self.funding for v in f.years]
        m.issued = pyo.Var(index, domain=pyo.NonNegativeReals)
        m.issuing = pyo.Var(index, domain=pyo.Binary)
        for f in self.funding:
            self._tickets(f)
            if f.eligible is not None:
                self._uses(f, f.eligible, spending)
        for ceiling in instance.finance.ceilings:
            members = [self.funding[i] for i in ceiling.instruments]
            for y in self.years:
                if np.isfinite(ceiling.limit[y]):
                    owed = sum(self._by_issue(f, f.service.outstanding[:, y]) for f in members)
                    add_row(m.rows, owed <= float(ceiling.limit[y]))

    def _tickets(self, f: FundingData) -> None:
        m = self.m
        for v in f.years:
            add_row(m.rows, m.issued[f.id, v] <= f.most * m.issuing[f.id, v])
            add_row(m.rows, m.issued[f.id, v] >= f.least * m.issuing[f.id, v])
        if f.issues is not None:
            add_row(m.rows, sum(m.issuing[f.id, v] for v in f.years) <= f.issues)

    def _uses(self, f: FundingData, e: EligibleData, spending: Spending) -> None:
        """Every issue is spent on what is eligible in the years around it, and no spending is paid for twice."""
        m, first = self.m, self.instance.first
        around = {int(v): range(max(v - first - e.before, 0), v - first + e.after + 1) for v in f.years}
        m.used = pyo.Var(
            [(v, y) for v, span in around.items() for y in span if y in self.years], domain=pyo.NonNegativeReals
        )
        for v in around:
            add_row(m.rows, sum(m.used[k] for k in m.used if k[0] == v) == m.issued[f.id, v])
        for y in self.years:
            add_row(m.rows, sum(m.used[k] for k in m.used if k[1] == y) <= spending(e, y))

    def _by_issue(self, f: FundingData, each: np.ndarray) -> Any:
        """Sum over issues of `each` (V,) times what is issued."""
        return sum(float(each[i]) * self.m.issued[f.id, v] for i, v in enumerate(f.years) if each[i])

    def raised(self, budget: str, y: int) -> Any:
        """What is issued in a year for a budget."""
        year = self.instance.first + y
        return sum(self.m.issued[f.id, year] for f in self.funding if budget in f.relieves and year in f.years)

    def cost(self) -> Any:
        """Present value of fees, interest and repayment less proceeds."""
        i, total = self.instance, 0.0
        for f in self.funding:
            at = f.years - i.first
            total += self._by_issue(f, (f.fee - 1.0) * i.discount[at])
            total += self._by_issue(f, (f.service.interest + f.service.repayment) @ i.discount)
            total += self._by_issue(f, (f.service.interest_after + f.service.repayment_after) * i.salvage_discount)
        return total
