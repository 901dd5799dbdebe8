"""The long format of the IAMC: model, scenario, region, variable, unit, and a column per year, as pyam reads it.

Regions are the entities of the organisation, each with everything below it, so that a region is never added to the one
above. Variables are a tree by `|`: the parts of `Emissions|CO2e` and of every scope add up to it; ledgers that must not
be added to it have names of their own.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from optimiser import __version__
from optimiser.instance.market_data import ExternalMarketData
from optimiser.plan import Floats
from optimiser.report.result import Result
from optimiser.report.words import clean

COLUMNS = ["Model", "Scenario", "Region", "Variable", "Unit"]
TONNES = "Mt CO2-equiv/yr"
SHEET = "data"
"""The sheet that pyam reads in a workbook."""
COSTS = {
    "capex": "Investment",
    "opex": "Operating Cost",
    "energy": "Energy Cost",
    "income": "Sales",
    "fuel": "Fuel Cost",
    "carbon": "Carbon Cost",
    "interest": "Finance|Interest",
    "fees": "Finance|Fees",
    "repayment": "Finance|Repayment",
    "proceeds": "Finance|Proceeds",
    "grants": "Finance|Grants",
}
"""Kinds of money and their variables; costs are positive, what is saved or earned negative."""
Row = tuple[str, str, str, Floats]


def iamc(result: Result) -> pd.DataFrame:
    """The table. Emissions in Mt CO2-equiv/yr, money in millions of the currency of the price year."""
    years = [int(y) for y in result.instance.years]
    model, scenario = f"optimiser {__version__}", result.scenario.strip() or "scenario"
    rows = [
        (model, scenario, region, variable, unit, *(clean(float(v)) for v in values))
        for region, variable, unit, values in _rows(result)
    ]
    return pd.DataFrame(rows, columns=[*COLUMNS, *years])


def _rows(result: Result) -> Iterator[Row]:
    for e, entity in enumerate(result.instance.entities):
        region = part(entity.id)
        for rows in (_emissions, _other_ledgers, _money):
            for variable, unit, values in rows(result, entity.below, e):
                yield region, variable, unit, values
    top = next((e.id for e in result.instance.entities if e.parent is None), "group")
    for variable, unit, values in _of_the_whole(result):
        yield part(top), variable, unit, values


def part(text: str) -> str:
    """A name as one part of a variable: without the bar that parts are told by, and the star of patterns."""
    return " ".join(text.replace("|", "/").replace("*", "×").split()) or "(no name)"


def _emissions(result: Result, below: frozenset[int], entity: int) -> Iterator[tuple[str, str, Floats]]:
    """Gross emissions and baselines; scope 2 by location, and beside it by market."""
    accounts = result.accounts
    sources = [s for s in result.instance.sources if s.entity in below]
    if not sources:
        return
    for name, values in (("Emissions", accounts.gross), ("Baseline Emissions", accounts.baseline)):
        yield f"{name}|CO2e", TONNES, _sum(values[s.id, "location"] for s in sources) / 1e3
        for scope in sorted({s.scope for s in sources}):
            members = [s for s in sources if s.scope == scope]
            yield f"{name}|CO2e|Scope {scope}", TONNES, _sum(values[s.id, "location"] for s in members) / 1e3
            for s in members:
                yield f"{name}|CO2e|Scope {scope}|{part(s.id)}", TONNES, values[s.id, "location"] / 1e3
        two = [s for s in sources if s.scope == 2]
        if any(s.has_market for s in two):
            market = _sum(values[s.id, "market"] for s in two) / 1e3
            yield f"{name} (Market-Based)|CO2e|Scope 2", TONNES, market


def _other_ledgers(result: Result, below: frozenset[int], entity: int) -> Iterator[tuple[str, str, Floats]]:
    """Removals with those sold, avoided emissions, net emissions: in trees of their own."""
    accounts, instance = result.accounts, result.instance
    inside = {p.id for p in instance.projects if p.entity in below}
    none = np.zeros(len(accounts.years))
    removed = {p: v for p, v in accounts.removed.items() if p in inside}
    avoided = {p: v for p, v in accounts.avoided.items() if p in inside}
    sold = sum((f.get("removal_given", none) for (_, p), f in accounts.earned.items() if p in removed), none)
    for name, parts in (("Carbon Removal", removed), ("Avoided Emissions", avoided)):
        if parts:
            yield f"{name}|CO2e", TONNES, _sum(parts.values()) / 1e3
            for project, values in parts.items():
                yield f"{name}|CO2e|{part(project)}", TONNES, values / 1e3
    if np.any(sold):
        yield "Carbon Removal Sold|CO2e", TONNES, sold / 1e3
    gross = [accounts.gross[s.id, "location"] for s in instance.sources if s.entity in below]
    if gross:
        net = _sum(gross) - sum(removed.values(), none) + sold
        yield "Net Emissions|CO2e", TONNES, net / 1e3


def _money(result: Result, below: frozenset[int], entity: int) -> Iterator[tuple[str, str, Floats]]:
    """Money of projects, fleets and instruments by kind, and what is owed."""
    instance, accounts = result.instance, result.accounts
    unit = f"million {instance.currency}_{instance.price_year}/yr"
    inside = {p.id for p in instance.projects if p.entity in below}
    inside |= {f.id for f in instance.fleets if f.entity in below}
    inside |= {f.id for f in instance.finance.funding if f.entity in below}
    for kind, variable in COSTS.items():
        parts = {o: v for o, v in accounts.money.get(kind, {}).items() if o in inside and np.any(np.abs(v) > 1e-9)}
        if kind == "carbon":
            parts = _carbon_costs(result, below)
        if parts:
            yield variable, unit, _sum(parts.values())
            for owner, values in parts.items():
                yield f"{variable}|{part(owner)}", unit, values
    debts = {f.id: accounts.debts[f.id].outstanding for f in instance.finance.funding if f.id in inside and f.is_debt}
    if debts:
        owed = f"million {instance.currency}_{instance.price_year}"
        yield "Finance|Debt Outstanding", owed, _sum(debts.values())
        for name, values in debts.items():
            yield f"Finance|Debt Outstanding|{part(name)}", owed, values


def _carbon_costs(result: Result, below: frozenset[int]) -> dict[str, Floats]:
    """By market, what the accounts that lie wholly within these entities pay."""
    found: dict[str, Floats] = {}
    for m in result.instance.markets:
        for a in m.accounts if isinstance(m, ExternalMarketData) else ():
            if a.entities <= below:
                found[m.id] = found.get(m.id, 0.0) + result.accounts.carbon[m.id, a.id]["cost"]
    return found


def _of_the_whole(result: Result) -> Iterator[tuple[str, str, Floats]]:
    """Credits bought for targets, and carbon prices by market: they belong to no one entity."""
    instance, accounts = result.instance, result.accounts
    if accounts.credits:
        yield "Credits|CO2e", TONNES, _sum(accounts.credits.values()) / 1e3
        for target, values in accounts.credits.items():
            yield f"Credits|CO2e|{part(target)}", TONNES, values / 1e3
    price = f"{instance.currency}_{instance.price_year}/t CO2"
    for m in instance.markets:
        if isinstance(m, ExternalMarketData) and m.accounts:
            yield f"Price|Carbon|{part(m.id)}", price, m.price * 1e3
        elif inside := {y: v for (name, y), v in result.plan.carbon_prices.items() if name == m.id}:
            values = np.array([inside.get(int(y), 0.0) for y in instance.years])
            yield f"Price|Carbon|{part(m.id)}", price, values * 1e3


def _sum(values) -> Floats:
    return np.sum(list(values), axis=0)
