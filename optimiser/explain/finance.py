"""Finance in a conflict: ceilings, commitments to issue, and the terms of what can be borrowed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from optimiser.instance import Instance
from optimiser.instance.funding import FinanceData, FundingData

WORDS = {
    "terms": "the terms of {}",
    "ceiling": "the debt ceiling {}",
    "issue": "the commitment to issue {}",
}


def finance_items(instance: Instance) -> Iterator[tuple[str, str]]:
    """Kind and id of everything that a planner can negotiate with a lender."""
    finance = instance.finance
    yield from (("terms", f.id) for f in finance.funding if _loosened(f) is not f)
    yield from (("ceiling", c.id) for c in finance.ceilings)
    yield from (("issue", f.id) for f in finance.funding if f.committed)


def _loosened(f: FundingData) -> FundingData:
    """The instrument without least or largest ticket, number, total and use; itself where it has none of them."""
    limited = f.counted or f.most < float("inf") or f.amount is not None or f.eligible is not None
    if f.sign < 0 or not limited:
        return f
    # a commitment is an item of its own: it keeps its ticket
    if f.committed:
        return replace(f, issues=None, amount=None, eligible=None)
    return replace(f, least=0.0, most=float("inf"), issues=None, amount=None, eligible=None)


def restricted_finance(instance: Instance, kept: dict[str, set[str]]) -> FinanceData:
    """The finance of an instance with the kept items only."""
    finance = instance.finance
    funding = []
    for f in finance.funding:
        left = f if not f.committed or f.id in kept["issue"] else replace(f, committed=False)
        funding.append(left if f.id in kept["terms"] else _loosened(left))
    return replace(
        finance, funding=tuple(funding), ceilings=tuple(c for c in finance.ceilings if c.id in kept["ceiling"])
    )
