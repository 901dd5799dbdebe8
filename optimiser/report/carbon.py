"""Carbon positions as tables: accounts of markets by year, and what projects earn in credits and certificates."""

from __future__ import annotations

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from optimiser.instance.market_data import ExternalMarketData, InternalMarketData
from optimiser.report.result import Result, made_once
from optimiser.report.words import amount, clean

TONNES = {
    "covered": "covered",
    "due": "due",
    "free": "free",
    "carried": "carried",
    "bought": "bought",
    "sold": "sold",
    "transferred": "transferred",
    "credits": "credits_bought",
    "own": "own_credits",
    "borrowed": "borrowed",
    "returned": "returned",
    "banked": "banked",
    "lapsed": "lapsed",
}
MOVES = {
    "due": "", "free": "", "bought": "", "sold": "", "credits": "",
    "moved": "moved: transfers in less out", "kept": "kept: the most at any time",
}  # fmt: skip
CAVEAT = (
    "the worth of an allowance at the margin, the whole projects of the plan being as they are (where a cap is met "
    "exactly: between what one more would save and what one fewer would cost)"
)


@made_once
def positions(result: Result) -> pd.DataFrame | None:
    """The position of every account by year, while there is a market; None without accounts."""
    rows = []
    instance, accounts = result.instance, result.accounts
    for m in instance.markets:
        for a in m.accounts:
            found = accounts.carbon[m.id, a.id]
            for y in m.years:
                year = int(instance.years[y])
                row: dict[str, object] = {"year": year, "market": m.id, "entity": a.id}
                row |= {f"{name} [ktCO2e]": clean(found[key][y]) for key, name in TONNES.items()}
                price = clean(m.price[y] * 1e3) if isinstance(m, ExternalMarketData) else None
                inside = result.plan.carbon_prices.get((m.id, year))
                row[f"price [{instance.currency}/tCO2e]"] = price
                row[f"internal_price [{instance.currency}/tCO2e]"] = clean(inside * 1e3) if inside is not None else None
                row[f"cost [{result.money}]"] = clean(found["cost"][y])
                rows.append(row)
    return pd.DataFrame(rows).sort_values(["year", "market"], kind="stable") if rows else None


@made_once
def credits(result: Result) -> pd.DataFrame | None:
    """What projects earn, by the year of the removal or the output; None where none can."""
    rows = []
    instance, accounts = result.instance, result.accounts
    index = {p.id: p for p in instance.projects}
    none = np.zeros(len(instance.years))
    for m in instance.markets:
        if not isinstance(m, ExternalMarketData):
            continue
        for (market, project), found in accounts.earned.items():
            for y in range(len(none)) if market == m.id else ():
                issued = y + m.issue_lag
                income = found.get("credit_income", none)
                row = {
                    "year": int(instance.years[y]),
                    "market": market,
                    "project": project,
                    "entity": instance.entities[index[project].entity].id,
                    "issued_in": int(instance.years[y]) + m.issue_lag,
                    "issuable [ktCO2e]": clean(found.get("issuable", none)[y]),
                    "sold [ktCO2e]": clean(found.get("credit_sold", none)[y]),
                    "used [ktCO2e]": clean(found.get("credit_used", none)[y]),
                    f"income [{result.money}]": clean(income[issued]) if issued < len(none) else 0.0,
                    "certified": clean(found.get("certified", none)[y]),
                    f"certificate_income [{result.money}]": clean(found.get("certificate_income", none)[y]),
                }
                if any(isinstance(v, float) and v for v in row.values()):
                    rows.append(row)
    earning = any(isinstance(m, ExternalMarketData) and (m.issues or m.certificates) for m in instance.markets)
    names = ["year", "market", "project", "entity", "issued_in", "issuable [ktCO2e]", "sold [ktCO2e]", "used [ktCO2e]"]
    names += [f"income [{result.money}]", "certified", f"certificate_income [{result.money}]"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.sort_values(["year", "market"], kind="stable") if earning else None


def sold_removals(result: Result) -> np.ndarray:
    """Removals of sinks that are sold as credits, with what is held back for them, kt by year (Y,)."""
    total = np.zeros(len(result.accounts.years))
    for (_, project), found in result.accounts.earned.items():
        if project in result.accounts.removed:
            total = total + found.get("removal_given", 0.0)
    return total


def show_carbon(result: Result, console: Console) -> None:
    """Prints what every account had to surrender, and where the allowances came from."""
    instance, accounts = result.instance, result.accounts
    if not instance.markets:
        return
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("Carbon, ktCO2e", overflow="fold", max_width=22)
    table.add_column("entity", overflow="fold", max_width=14)
    rows: list[tuple[str, str, dict[str, float]]] = []
    for m in instance.markets:
        for a in m.accounts:
            found = accounts.carbon[m.id, a.id]
            values = {name: float(found[name].sum()) for name in ("due", "free", "bought", "sold")}
            values["credits"] = float((found["credits"] + found["own"]).sum())
            values["moved"] = float(found["transferred"].sum())
            values["kept"] = float(found["banked"].max())
            rows.append((m.label, a.label, values))
    shown = [n for n in MOVES if n in ("due", "free") or any(abs(v[n]) > 1e-9 for _, _, v in rows)]
    for name in shown:
        table.add_column(name, justify="right", no_wrap=True)
    for market, account, values in rows:
        table.add_row(Text(market), Text(account), *(amount(clean(values[name])) for name in shown))
    if rows:
        console.print()
        console.print(table)
        said = [words for name, words in MOVES.items() if words and name in shown]
        console.print(Text("; ".join(["All years together", *said]) + "."))
    _show_money(result, console)
    _show_earned(result, console)
    for m in instance.markets:
        if isinstance(m, InternalMarketData):
            console.print(Text(_inside(result, m)))


def _show_money(result: Result, console: Console) -> None:
    accounts = result.accounts
    for m in result.instance.markets:
        if isinstance(m, ExternalMarketData) and m.accounts:
            found = [accounts.carbon[m.id, a.id] for a in m.accounts]
            paid = sum(float((f["bought"] * m.price).sum()) for f in found)
            earned = sum(float((f["sold"] * m.sells).sum()) for f in found)
            credits = sum(float((f["cost"] - f["bought"] * m.price + f["sold"] * m.sells).sum()) for f in found)
            parts = [("bought", "bought for", paid), ("sold", "sold for", earned), ("credits", "credits for", credits)]
            traded = {key: sum(float(f[key].sum()) for f in found) > 1e-9 for key, _, _ in parts}
            said = [f"{words} {amount(clean(v))}" for key, words, v in parts if traded[key]]
            words = f"{', '.join(said)} {result.money}" if said else "nothing bought or sold"
            console.print(Text(f"{m.label}: {words}".rstrip()))


def _show_earned(result: Result, console: Console) -> None:
    index = {p.id: p for p in result.instance.projects}
    for (market, project), found in result.accounts.earned.items():
        said = []
        for key, words in (("credit_sold", "kt of credits sold"), ("credit_used", "kt of credits used")):
            if key in found and found[key].sum() > 1e-9:
                said.append(f"{amount(float(found[key].sum()))} {words}")
        if found.get("certificate_income", np.zeros(1)).sum() > 1e-9:
            said.append(f"certificates sold for {amount(float(found['certificate_income'].sum()))} {result.money}")
        if said:
            console.print(Text(f"{index[project].label} in {market}: {', '.join(said)}"))


def _inside(result: Result, market: InternalMarketData) -> str:
    prices = {y: v * 1e3 for (m, y), v in sorted(result.plan.carbon_prices.items()) if m == market.id}
    if not prices:
        return f"{market.label}: no internal carbon price (the solver gave none)"
    unit = f"{result.instance.currency}/tCO2e"
    if max(prices.values()) < 1e-6:
        return f"{market.label}: internal carbon price 0: the cap binds nowhere, or a whole project has met it"
    first, last, top = min(prices), max(prices), max(prices, key=lambda y: prices[y])
    said = (
        f"{amount(prices[first])} in {first}, {amount(prices[last])} in {last}, at most {amount(prices[top])} in {top}"
    )
    return f"{market.label}: internal carbon price {said} {unit}: {CAVEAT}"
