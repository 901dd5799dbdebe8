"""Claims made good: what a model would have to say of decisions whose own claims were not kept."""

from __future__ import annotations

import numpy as np

from optimiser.audit.accounts import Books
from optimiser.audit.debt import all_lines
from optimiser.audit.limits import budget_account
from optimiser.audit.lines import lines_of
from optimiser.audit.promises import gross_of
from optimiser.instance import Instance
from optimiser.instance.data import AvoidedData
from optimiser.plan import Claims, Decisions


def claims_of(instance: Instance, decisions: Decisions, objective: float) -> Claims:
    """Claims (Y,) by id that agree with the books, for the cost in millions that was claimed."""
    books = Books(instance, decisions)
    lines = all_lines(books, lines_of(books))
    return Claims(
        objective=objective,
        gross={t.id: gross_of(books, t) for t in instance.targets if t.sources},
        removed={
            t.id: np.sum([books.counted(instance.projects[i]) for i in t.sinks], axis=0)
            for t in instance.targets
            if t.sinks
        },
        avoided={t.id: books.avoided_counted(t.entities) for t in instance.targets if isinstance(t, AvoidedData)},
        spend={b.id: budget_account(books, b, lines)["spend"] for b in instance.budgets},
        shortfall={},
    )
