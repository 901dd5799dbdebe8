"""Carbon decisions of a solution, without what cancels out, and the prices inside from its duals."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray

from optimiser.instance import Instance
from optimiser.instance.market_data import InternalMarketData
from optimiser.solve.programme import Programme
from optimiser.solve.spare_trades import Carbon, leave_spare

Floats = NDArray[np.float64]
CRUMB = 1e-7
WORDS = {
    "bought": "bought",
    "sold": "sold",
    "banked": "banked",
    "borrowed": "borrowed",
    "market_credits": "credits",
    "own_used": "own",
    "kept_inside": "banked",
}


def read_carbon(model: pyo.ConcreteModel, programme: Programme, x: Floats) -> Carbon:
    """Every carbon decision in kt (certified: output)."""
    found: Carbon = {}
    for name, word in WORDS.items():
        values = programme.of_variable(getattr(model, name), x)
        found |= {(word, *key): max(v, 0.0) for key, v in values.items()}
    _cancel_trades(found)
    leave_spare(model, found, programme.of_variable(model.due, x))
    years = model.instance.years
    for own in model.own_credits:
        project = model.instance.projects[own.issue.project].id
        for word, columns in (("credit_sold", own.sold), ("credit_used", own.used)):
            for v, amount in zip(own.vintages, programme.values(columns, x), strict=True):
                found[word, own.market.id, project, int(years[v])] = float(amount)
    for c in model.certified:
        for y, amount in zip(years, programme.values(c.columns, x), strict=True):
            found["certified", c.market.id, c.project.id, int(y)] = float(amount)
    for market in (m for m in model.instance.markets if isinstance(m, InternalMarketData)):
        found |= _transfers(model, market, programme, x, found)
    return {key: value for key, value in found.items() if abs(value) > CRUMB}


def _cancel_trades(found: Carbon) -> None:
    """What is bought and sold in one year at one price is no trade."""
    for word, market, account, year in list(found):
        if word == "sold":
            bought, sold = ("bought", market, account, year), ("sold", market, account, year)
            both = min(found.get(bought, 0.0), found[sold])
            if both > 0:
                found[bought] -= both
                found[sold] -= both


def _transfers(
    model: pyo.ConcreteModel, market: InternalMarketData, programme: Programme, x: Floats, found: Carbon
) -> Carbon:
    """Transfers that are needed, and no more: those who lack allowances get them from those with some left, in
    proportion to what they have left. Any transfers that suffice cost the same."""
    instance: Instance = model.instance
    covered = programme.of_variable(model.covered, x)
    transfers: Carbon = {}
    for y in market.years:
        year = int(instance.years[y])
        left = {}
        for a in market.accounts:
            start = market.bank.start if market.bank is not None and y == market.years[0] else 0.0
            before = found.get(("banked", market.id, a.id, year - 1), 0.0) + start
            kept = found.get(("banked", market.id, a.id, year), 0.0)
            left[a.id] = float(a.free[y]) + before - kept - covered[market.id, a.id, year]
        lacking = -sum(v for v in left.values() if v < 0)
        over = sum(v for v in left.values() if v > 0)
        for account, v in left.items():
            share = min(lacking / over, 1.0) if over > 0 else 0.0
            transfers["transferred", market.id, account, year] = -v if v < 0 else -v * share
    return transfers


def read_carbon_prices(
    model: pyo.ConcreteModel, programme: Programme, row_dual: Floats | None
) -> dict[tuple[str, int], float]:
    """The worth of an allowance of an internal market in a year, in money of that year (millions per kt)."""
    if row_dual is None:
        return {}
    instance: Instance = model.instance
    prices: dict[tuple[str, int], float] = {}
    for (name, index), dual in zip(programme.rows, row_dual, strict=True):
        if name == "covered_within_allowances":
            market, _, year = index
            price = max(float(-dual) / float(instance.discount[instance.year_index(year)]), 0.0)
            prices[market, year] = max(prices.get((market, year), 0.0), price)
    return {key: value if value > 1e-9 else 0.0 for key, value in prices.items()}
