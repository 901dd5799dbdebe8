"""Markets declared plainly: allowances given, bought, sold and kept against what is due; transfers inside a cap.

Only what `extras.py` draws: purchases and sales at a price, a bank with a holding limit, credits for a share of what is
due, and markets inside.
"""

from __future__ import annotations

from typing import Any

import pyomo.environ as pyo

from optimiser.instance.data import Instance
from optimiser.instance.market_data import AccountData, ExternalMarketData, InternalMarketData
from tests.benchmarks.plain_rows import add_row

Gross = dict[tuple[int, int], Any]
"""kt by source and year (index)."""


def odd_markets(instance: Instance) -> list[str]:
    """What markets have that is not declared here."""
    return [f"{words} of market {m.id}" for m in instance.markets for words in _odd(m)]


def _odd(market: ExternalMarketData | InternalMarketData) -> list[str]:
    found = {
        "the ledger": market.ledger != "location",
        "banking without a limit": market.bank is not None and market.bank.keep is None,
        "a limit that grows with sales": market.bank is not None and market.bank.multiple,
    }
    if isinstance(market, ExternalMarketData):
        found |= {
            "no purchases": not market.may_buy,
            "no sales": not market.may_sell,
            "borrowing": market.borrowing,
            "our own credits": market.issues,
            "certificates": market.certificates,
            "the final value": market.keeps_value,
        }
    return [words for words, there in found.items() if there]


def declare_markets(m: pyo.ConcreteModel, instance: Instance, gross: Gross) -> Any:
    """Adds every market; gives the present value of what they cost."""
    m.markets = pyo.Block(range(len(instance.markets)))
    cost = 0.0
    for block, market in zip(m.markets.values(), instance.markets, strict=True):
        block.rows = pyo.ConstraintList()
        if isinstance(market, ExternalMarketData):
            cost += _outside(block, market, instance, gross)
        else:
            _inside(block, market, gross)
    return cost


def _outside(b: pyo.Block, market: ExternalMarketData, instance: Instance, gross: Gross) -> Any:
    index = [(a.id, int(y)) for a in market.accounts for y in market.years]
    b.bought, b.sold, b.credits = (pyo.Var(index, domain=pyo.NonNegativeReals) for _ in range(3))
    _bank(b, market, index)
    cost = 0.0
    for a in market.accounts:
        for y in (int(y) for y in market.years):
            due = float(market.phase_in[y]) * sum(gross[s, y] for s in a.sources)
            had = _had(b, market, a, y) + b.bought[a.id, y] + b.credits[a.id, y]
            add_row(b.rows, due + b.sold[a.id, y] + b.kept[a.id, y] <= had)
            add_row(b.rows, b.credits[a.id, y] <= float(market.credit_share[y]) * due)
            paid = float(market.price[y]) * b.bought[a.id, y] - float(market.sells[y]) * b.sold[a.id, y]
            if market.credit_price is not None:
                paid += float(market.credit_price[y]) * b.credits[a.id, y]
            cost += float(instance.discount[y]) * paid
    return cost


def _inside(b: pyo.Block, market: InternalMarketData, gross: Gross) -> None:
    index = [(a.id, int(y)) for a in market.accounts for y in market.years]
    b.transferred = pyo.Var(index, domain=pyo.Reals)
    _bank(b, market, index)
    for y in (int(y) for y in market.years):
        for a in market.accounts:
            had = _had(b, market, a, y) + b.transferred[a.id, y]
            add_row(b.rows, sum(gross[s, y] for s in a.sources) + b.kept[a.id, y] <= had)
        add_row(b.rows, sum(b.transferred[a.id, y] for a in market.accounts) == 0)


def _bank(b: pyo.Block, market: ExternalMarketData | InternalMarketData, index: list[tuple[str, int]]) -> None:
    """What an account keeps at the end of a year: nothing without a bank, and nothing in the market's last year."""
    keep = market.bank.keep if market.bank is not None else 0.0
    last = market.years[-1]
    b.kept = pyo.Var(index, bounds=lambda _, a, y: (0, keep if y != last else 0.0))


def _had(b: pyo.Block, market: ExternalMarketData | InternalMarketData, a: AccountData, y: int) -> Any:
    """What an account is given in a year, and what it kept in the year before or holds at the start."""
    if y > market.years[0]:
        return float(a.free[y]) + b.kept[a.id, y - 1]
    return float(a.free[y]) + (market.bank.start if market.bank is not None else 0.0)
