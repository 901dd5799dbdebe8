"""Carbon: the position of every account and every project that earns credits, recomputed from the books."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimiser.audit.accounts import Books
from optimiser.instance.data import ProjectData
from optimiser.instance.market_data import (
    AccountData,
    AnyMarketData,
    ExternalMarketData,
    InternalMarketData,
    IssueData,
)
from optimiser.plan import Floats

TOLERANCE = 1e-5
Position = dict[str, Floats]


def decided(books: Books, what: str, market: str, owner: str) -> Floats:
    """A carbon decision by year (Y,)."""
    carbon = books.decisions.carbon
    return np.array([carbon.get((what, market, owner, int(y)), 0.0) for y in books.instance.years])


def positions(books: Books) -> dict[tuple[str, str], Position]:
    """By market and account, (Y,): what it had, what it used, and what lapsed."""
    return {(m.id, a.id): position(books, m, a) for m in books.instance.markets for a in m.accounts}


def position(books: Books, market: AnyMarketData, account: AccountData) -> Position:
    """One account. Every allowance that it had is surrendered, sold, given away, returned, kept or lapsed."""
    on = np.isin(np.arange(books.n), market.years).astype(float)
    gross = np.sum([books.gross(s, market.ledger) for s in account.sources] or [np.zeros(books.n)], axis=0)
    held = decided(books, "banked", market.id, account.id)
    start = np.zeros(books.n)
    start[market.years[0]] = market.bank.start if market.bank is not None else 0.0
    names = ("bought", "sold", "credits", "own", "borrowed", "transferred")
    found = {name: decided(books, name, market.id, account.id) for name in names}
    external = isinstance(market, ExternalMarketData)
    interest = market.interest if isinstance(market, ExternalMarketData) else 0.0
    found |= {
        "covered": gross * on,
        "due": gross * (market.phase_in if isinstance(market, ExternalMarketData) else on),
        "free": account.free,
        "carried": start + np.append(0.0, held[:-1]),
        "returned": (1 + interest) * np.append(0.0, found["borrowed"][:-1]),
        "banked": held,
    }
    had = sum(found[k] for k in ("free", "bought", "credits", "own", "borrowed", "carried", "transferred"))
    gone = sum(found[k] for k in ("due", "sold", "returned", "banked"))
    found["lapsed"] = np.asarray(had - gone)
    found["cost"] = _cost(market, found) if external else np.zeros(books.n)
    return found


def _cost(market: AnyMarketData, found: Position) -> Floats:
    assert isinstance(market, ExternalMarketData)
    cost = found["bought"] * market.price - found["sold"] * market.sells
    if market.credit_price is not None:
        cost = cost + found["credits"] * market.credit_price
    return cost


def left_at_end(market: AnyMarketData, found: Position) -> float:
    """What allowances left after the last year are worth."""
    if not isinstance(market, ExternalMarketData) or not market.keeps_value:
        return 0.0
    return float(found["banked"][-1] * market.sells[-1])


def earnings(books: Books) -> dict[tuple[str, str], Position]:
    """By market and project, (Y,): credits by vintage, what they bring in the year of their issue, certificates."""
    found: dict[tuple[str, str], Position] = {}
    for m in books.instance.markets:
        if not isinstance(m, ExternalMarketData):
            continue
        for issue in m.issues:
            p = books.instance.projects[issue.project]
            sold = decided(books, "credit_sold", m.id, p.id)
            assert m.credit_price is not None
            income = np.zeros(books.n)
            income[m.issue_lag :] = sold[: max(books.n - m.issue_lag, 0)] * m.credit_price[m.issue_lag :]
            found[m.id, p.id] = {
                "issuable": issuable(books, p, issue),
                "credit_sold": sold,
                "removal_given": sold * issue.takes_removed,
                "credit_used": decided(books, "credit_used", m.id, p.id),
                "credit_income": income,
            }
        for index, price in m.certificates:
            p = books.instance.projects[index]
            certified = decided(books, "certified", m.id, p.id)
            found.setdefault((m.id, p.id), {})
            found[m.id, p.id] |= {"certified": certified, "certificate_income": certified * price}
    return found


def issuable(books: Books, p: ProjectData, issue: IssueData) -> Floats:
    """Credits that a project could issue by vintage (Y,)."""
    new = books.new[p.id]
    total = new @ issue.direct
    if issue.per_output is not None and p.delivery is not None:
        total = total + books.credited(p, issue) * issue.per_output
    return total


def broken_markets(books: Books) -> Iterator[str]:
    """Every rule of a market that the decisions break beyond tolerance, in words."""
    for m in books.instance.markets:
        found = {a.id: position(books, m, a) for a in m.accounts}
        for a in m.accounts:
            where = f"{m.id} of {a.id}"
            yield from (f"{where}: {w}" for w in _account_faults(m, a, found[a.id]))
        if isinstance(m, InternalMarketData):
            transfers = np.sum([f["transferred"] for f in found.values()], axis=0)
            if _over(np.abs(transfers), TOLERANCE * np.abs(m.cap)):
                yield f"{m.id}: transfers do not cancel"
        else:
            yield from _credit_faults(books, m, found)
    yield from _certificate_faults(books)


def _over(value: Floats, limit: Floats | float) -> bool:
    within = value <= limit + TOLERANCE * np.maximum(1.0, np.abs(limit))
    return not bool(np.all(within))  # so that a NaN is over, too


def _account_faults(m: AnyMarketData, a: AccountData, found: Position) -> Iterator[str]:
    off = ~np.isin(np.arange(len(a.free)), m.years)
    for name, values in found.items():
        if name not in ("transferred", "cost", "lapsed") and _over(-values, 0.0):
            yield f"{name} is below zero"
        if name not in ("cost",) and _over(np.abs(values[off]), 0.0):
            yield f"{name} in a year without a market"
    if _over(-found["lapsed"], TOLERANCE * found["due"]):
        y = int(np.argmin(found["lapsed"]))
        yield f"{-found['lapsed'][y]:.6g} kt too few are surrendered in year {y + 1}"
    keeps = np.array([m.keeps_at_most(a, y) if y in m.years else 0.0 for y in range(len(a.free))])
    may_keep = m.years[-1] if not getattr(m, "keeps_value", False) else len(a.free)
    if m.bank is not None and m.bank.multiple:
        net = np.maximum(np.cumsum(found["sold"] - found["bought"]), 0.0)
        keeps = keeps + m.bank.multiple * np.where(np.arange(len(keeps)) < may_keep, net, 0.0)
    if _over(found["banked"], keeps):
        yield "more is kept than may be held"
    if isinstance(m, ExternalMarketData):
        limits = {
            "bought": np.inf if m.may_buy else 0.0,
            "sold": np.inf if m.may_sell else 0.0,
            "transferred": 0.0,
        }
        yield from (f"{k} where that is not allowed" for k, most in limits.items() if _over(np.abs(found[k]), most))
        if _over(found["credits"] + found["own"], m.credit_share * found["due"]):
            yield "more credits than their share"
        can_return = np.arange(len(a.free)) < m.years[-1]
        if _over(found["borrowed"], m.borrowing * found["due"] * can_return):
            yield "more is borrowed than may be"


def _credit_faults(books: Books, m: ExternalMarketData, found: dict[str, Position]) -> Iterator[str]:
    used = np.zeros(books.n)
    issued_in = np.isin(np.arange(books.n), m.vintages())
    for issue in m.issues:
        p = books.instance.projects[issue.project]
        sold, own = (decided(books, k, m.id, p.id) for k in ("credit_sold", "credit_used"))
        used[m.issue_lag :] += own[: max(books.n - m.issue_lag, 0)]
        if _over(-sold, 0.0) or _over(-own, 0.0) or _over((sold + own)[~issued_in], 0.0):
            yield f"{m.id}: credits of {p.id} that cannot be issued"
        if _over(sold + own, issuable(books, p, issue)):
            yield f"{m.id}: more credits of {p.id} than it earns"
    surrendered = np.sum([f["own"] for f in found.values()] or [np.zeros(books.n)], axis=0)
    if _over(np.abs(surrendered - used), TOLERANCE * used):
        yield f"{m.id}: own credits surrendered are not those issued for it"


def _certificate_faults(books: Books) -> Iterator[str]:
    earned = earnings(books)
    credited: dict[str, Floats] = {}
    for (_, project), values in earned.items():
        total = values.get("credit_sold", 0.0) + values.get("credit_used", np.zeros(books.n))
        credited[project] = credited.get(project, 0.0) + total
    for (market, project), values in earned.items():
        if "certified" not in values:
            continue
        certified = values["certified"]
        if _over(-certified, 0.0) or _over(certified, books.output[project] - books.on_site[project]):
            yield f"{market}: more of {project} is certified than it sells"
        if np.any((certified > TOLERANCE) & (credited[project] > TOLERANCE)):
            yield f"{market}: {project} earns certificates and credits in one year"
