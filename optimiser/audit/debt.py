"""Debt: what every instrument of finance brings in and costs, recomputed; and what must hold of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from optimiser.audit.accounts import Books
from optimiser.audit.lines import Line
from optimiser.audit.promises import target_rows
from optimiser.audit.taxes import tax_lines
from optimiser.instance.funding import FundingData, StepUpData, spender
from optimiser.plan import Debt, Floats

TOLERANCE = 1e-5
NOT_SPENT = ("repayment", "deposits")
"""Kinds of money that only move it through time: no spending that a gap could be set against."""


def debts_of(books: Books) -> dict[str, Debt]:
    """Every instrument, by id."""
    return {f.id: _debt(books, f) for f in books.instance.finance.funding}


def _amounts(books: Books, f: FundingData) -> Floats:
    return np.array([books.decisions.issued.get((f.id, int(v)), 0.0) for v in f.years])


def _debt(books: Books, f: FundingData) -> Debt:
    amounts, service, old = _amounts(books, f), f.service, f.old
    issued = np.zeros(books.n)
    issued[f.years - books.instance.first] = amounts
    interest = amounts @ service.interest + old.interest[0]
    due = float(amounts @ service.interest_after + old.interest_after[0])
    higher = f.step_up is not None and _is_missed(books, f.step_up)
    if f.step_up is not None and higher:
        interest = interest + amounts @ f.step_up.extra + f.step_up.old
        due += float(amounts @ f.step_up.extra_after) + f.step_up.old_after
    return Debt(
        issued=issued,
        outstanding=amounts @ service.outstanding + old.outstanding[0],
        fees=f.fee * issued,
        interest=interest,
        repayment=amounts @ service.repayment + old.repayment[0],
        settled=float(amounts @ service.repayment_after + old.repayment_after[0]),
        interest_settled=due,
        stepped_up=higher,
    )


def _is_missed(books: Books, step: StepUpData) -> bool:
    looked_at = {int(books.instance.years[y]) for y in step.observed}
    target = next(t for t in books.instance.targets if t.id == step.target)
    rows = target_rows(books, target)
    return any(not row.met for row in rows if row.year in looked_at)


def debt_lines(books: Books) -> Iterator[Line]:
    """Proceeds, grants, deposits, fees, interest, repayment."""
    for f in books.instance.finance.funding:
        debt, who = _debt(books, f), frozenset({f.entity})
        if f.kind == "grant":
            yield Line("grants", f.id, who, -debt.issued, budgets=f.relieves)
            continue
        if f.sign < 0:
            yield Line("deposits", f.id, who, debt.issued - debt.repayment, after=-debt.settled, budgets=f.burdens)
        else:
            yield Line("proceeds", f.id, who, -debt.issued, budgets=f.relieves)
            yield Line("repayment", f.id, who, debt.repayment, after=debt.settled, budgets=f.burdens)
        if f.fee:
            yield Line("fees", f.id, who, debt.fees, budgets=f.burdens)
        after = f.sign * debt.interest_settled
        yield Line("interest", f.id, who, f.sign * debt.interest, after=after, budgets=f.burdens)


# what must hold


def broken_finance(books: Books, lines: Sequence[Line]) -> Iterator[str]:
    """Tickets, totals, ceilings and the use of proceeds that the decisions break."""
    instance = books.instance
    known = {f.id: f for f in instance.finance.funding}
    for name, year in books.decisions.issued:
        if name not in known or year not in known[name].years:
            yield f"{name} is issued in {year}, outside its years"
    debts = {f.id: _debt(books, f) for f in known.values()}
    for f in known.values():
        yield from _issues(f, _amounts(books, f), debts[f.id])
        yield from _conserved(books, f)
    for c in instance.finance.ceilings:
        owed = sum((debts[instance.finance.funding[i].id].outstanding for i in c.instruments), np.zeros(books.n))
        if c.instruments and _over(owed, c.limit):
            yield f"more is owed than {c.id} allows"
    yield from _use(books, lines, known)


def _over(value: Floats, limit: Floats | float) -> bool:
    return not bool(np.all(value <= limit + TOLERANCE * np.maximum(1.0, np.abs(limit))))


def _issues(f: FundingData, amounts: Floats, debt: Debt) -> Iterator[str]:
    some = amounts[amounts > 0]
    if np.any(amounts < 0) or _over(some, f.most) or _over(-some, -f.least):
        yield f"an issue of {f.id} is outside its ticket"
    if f.issues is not None and len(some) > f.issues:
        yield f"{f.id} is issued {len(some)} times, at most {f.issues}"
    if f.committed and not len(some):
        yield f"{f.id} is committed but not issued"
    old = f.old.outstanding[0]
    if f.amount is not None and f.revolving and _over(debt.outstanding - old, np.maximum(f.amount - old, 0)):
        yield f"more is owed than the pool {f.id} holds"
    if f.amount is not None and not f.revolving and _over(np.array(amounts.sum()), f.amount):
        yield f"{f.id} is issued {amounts.sum():g} in all, at most {f.amount:g}"


def _conserved(books: Books, f: FundingData) -> Iterator[str]:
    """Every unit of debt is paid for: at the rate of its issue, all payments are worth what was issued."""
    if f.kind == "grant":
        return
    paid = f.service.interest + f.service.repayment
    for j, v in enumerate(f.years):
        owed, growth = 1.0, (1 + f.rates[j]) / (1 + f.inflation)
        for y in range(int(v - books.instance.first) + 1, books.n):
            owed = owed * growth - paid[j, y]
        left = owed * growth - f.service.interest_after[j] - f.service.repayment_after[j]
        if abs(left) > 1e-9:
            yield f"{left:.6g} of every unit of {f.id} issued in {v} is never repaid"


def _use(books: Books, lines: Sequence[Line], known: dict[str, FundingData]) -> Iterator[str]:
    instance, used = books.instance, books.decisions.used
    named = {owner for _, _, owner, _ in used}
    spent = {
        p.id: (p.id, frozenset({p.entity}), p.tags, books.priced(p) @ np.maximum(p.capex, 0))
        for p in instance.projects
        if p.id in named
    }
    for line in lines:
        if line.kind == "capex":
            spent[spender(line.owner, line.tags)] = (line.owner, line.entities, line.tags, line.values)
    by_issue: dict[tuple[str, int], float] = {}
    by_capex: dict[tuple[str, int], float] = {}
    by_taker: dict[tuple[str, str, int], float] = {}
    for (name, v, owner, y), amount in used.items():
        eligible = known[name].eligible if name in known else None
        if eligible is None or owner not in spent or not eligible.takes(*spent[owner][:3]):
            yield f"{name} pays for {owner}, which is not eligible"
            continue
        if not v - eligible.before <= y <= v + eligible.after:
            yield f"{name} of {v} pays for {owner} in {y}, outside its years of allocation"
        by_issue[name, v] = by_issue.get((name, v), 0.0) + amount
        by_capex[owner, y] = by_capex.get((owner, y), 0.0) + amount
        by_taker[name, owner, y] = by_taker.get((name, owner, y), 0.0) + amount
    for (owner, y), amount in by_capex.items():
        if _over(np.array(amount), float(spent[owner][3][instance.year_index(y)])):
            yield f"more is paid for than {owner} spends in {y}"
    for (name, owner, y), amount in by_taker.items():
        eligible = known[name].eligible
        share = eligible.share if eligible is not None else 1.0
        if _over(np.array(amount), share * float(spent[owner][3][instance.year_index(y)])):
            yield f"{name} pays for more than its share of {owner} in {y}"
    for (name, v), amount in books.decisions.issued.items():
        if name in known and known[name].eligible is not None:
            here = by_issue.get((name, v), 0.0)
            if abs(amount - here) > TOLERANCE * max(1.0, amount):
                yield f"{amount - here:g} of {name} of {v} pay for nothing that is eligible"


def all_lines(books: Books, lines: Sequence[Line]) -> list[Line]:
    """Lines of others with those of finance and taxes."""
    both = [*lines, *debt_lines(books)]
    return [*both, *tax_lines(books, both)]
