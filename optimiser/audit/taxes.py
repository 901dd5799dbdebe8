"""Taxes: what capex and interest take off them, recomputed in the money of the books.

The books of a tax office know no prices of the first year: what was paid is entered as it was paid, and written off in
the same money. Only what comes off the tax is then turned into real money of its year.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from optimiser.audit.accounts import Books
from optimiser.audit.lines import Line
from optimiser.instance.data import ProjectData
from optimiser.instance.funding import TaxData
from optimiser.plan import Floats


def tax_lines(books: Books, lines: Sequence[Line]) -> Iterator[Line]:
    """What capex and interest take off the tax: of each entity's projects, of other capex, of each instrument."""
    instance, tax = books.instance, books.instance.finance.tax
    if tax is None:
        return
    for e in sorted({p.entity for p in instance.projects}):
        profit, left = np.zeros(books.n), 0.0
        for p in instance.projects:
            if p.entity != e:
                continue
            written, book = _written_off(books, tax, p)
            profit = profit - written
            left += book - books.salvage(p)
            if tax.operating:
                profit = profit - books.opex(p) - books.energy(p) - books.income(p)
        yield Line("tax", instance.entities[e].id, frozenset({e}), tax.rate * profit, after=-tax.rate * left)
    fleets = {f.id for f in instance.fleets}
    for line in lines:
        if tax.operating and line.owner in fleets and line.kind in {"opex", "fuel", "income"}:
            yield Line("tax", line.owner, line.entities, -tax.rate * line.values, line.tags)
        if line.kind == "capex":
            spread = _spread(tax, line.values)
            yield Line("tax", line.owner, line.entities, -tax.rate * spread, line.tags, budgets=line.budgets)
        elif line.kind == "interest":
            off = -tax.rate
            yield Line("tax", line.owner, line.entities, off * line.values, (), off * line.after, line.budgets)


def _prices(tax: TaxData, years: int) -> Floats:
    """The level of prices in each year and in the one after the last, of that in the first (Y + 1,)."""
    return np.array([(1 + tax.inflation) ** y for y in range(years + 1)])


def _written_off(books: Books, tax: TaxData, p: ProjectData) -> tuple[Floats, float]:
    """Of all that is started of a project, in real money: written off by year (Y,), and the book value left."""
    n, begun = books.n, books.priced(p)
    prices, written, book = _prices(tax, n), np.zeros(n), 0.0
    for j in np.flatnonzero(begun):
        for begins, payments in zip(p.timing.cycles, p.timing.payments, strict=True):
            entered = sum(begun[j] * p.capex_each * payments[j, y] * prices[y] for y in range(n))
            opened = int(begins[j]) + p.lead_time - books.instance.first
            years = tax.years or p.life or max(n - opened, 1)
            still = entered
            for y in range(max(opened, 0), min(opened + years, n)):
                written[y] += entered / years / prices[y]
                still -= entered / years
            book += still / prices[n]
    return written, float(book)


def _spread(tax: TaxData, paid: Floats) -> Floats:
    """What is written off (Y,) of money that was paid (Y,) for something without a life, from the year after."""
    n = len(paid)
    prices, written = _prices(tax, n), np.zeros(n)
    for y in np.flatnonzero(paid):
        years = tax.years or max(n - 1 - int(y), 1)
        for k in range(int(y) + 1, min(int(y) + 1 + years, n)):
            written[k] += paid[y] * prices[y] / years / prices[k]
    return written
