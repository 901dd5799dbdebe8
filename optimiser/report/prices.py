"""Prices at the margin as a table: what one more unit of room in each promise and limit is worth."""

from __future__ import annotations

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from optimiser.plan import Price
from optimiser.report.result import Result, made_once
from optimiser.report.words import amount, clean

CAVEAT = (
    "at the margin, whole numbers staying as they are: what one more unit of room would save (in a corner: between "
    "that and what one unit less would cost)"
)
SHORT = 6
"""Lines on the terminal."""


@made_once
def prices(result: Result) -> pd.DataFrame | None:
    """Every price that is not zero, by kind, id, rule and year; None where there is none.

    `value` is present value, `value_then` money of the year; for tonnes of emissions `carbon_price` is that per tonne.
    """
    rows = []
    for p in result.plan.prices:
        then = value_then(result, p)
        tonnes = p.unit == "ktCO2e" and p.is_main
        rows.append(
            {
                "kind": p.kind,
                "id": p.id,
                "rule": p.rule,
                "year": p.year,
                "unit": p.unit,
                f"value [{result.money} per unit]": clean(p.value),
                f"value_then [{result.money} per unit]": clean(then),
                f"carbon_price [{result.instance.currency}/tCO2e]": clean(then * 1e3) if tonnes else None,
            }
        )
    return pd.DataFrame(rows) if rows else None


def value_then(result: Result, price: Price) -> float:
    """A price in money of its year."""
    return price.value / float(result.instance.discount[result.instance.year_index(price.year)])


def worth(result: Result, price: Price) -> str:
    """A price as people say it, in money of its year."""
    then, currency = value_then(result, price), result.instance.currency
    if price.unit == "ktCO2e":
        return f"{amount(then * 1e3)} {currency}/tCO2e"
    if price.unit == result.money:
        return f"{amount(then)} {currency} for one more {currency}"
    return f"{amount(then)} {result.money} for one more"


def show_prices(result: Result, console: Console, most: int = SHORT) -> None:
    """The highest price of each promise and limit, largest first (by present value per unit); at most so many lines.

    What a market may keep, borrow or take in credits is no price of its allowances, and has lines of its own.
    """
    highest: dict[tuple[str, str, str], Price] = {}
    for p in result.plan.prices:
        key = p.kind, p.id, "" if p.is_main else p.rule
        known = highest.get(key)
        if known is None or p.value > known.value:
            highest[key] = p
    if not highest:
        return
    shown = sorted(highest.values(), key=lambda p: (-p.value, p.kind, p.id, p.rule))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("Worth at the margin", overflow="fold", max_width=30)
    table.add_column("most in", no_wrap=True)
    table.add_column("one more unit of room, money of that year", overflow="fold")
    for p in shown[:most]:
        name = f"{p.kind} {p.id}" if p.is_main else f"{p.kind} {p.id}, {p.rule}"
        table.add_row(Text(name), str(p.year), Text(worth(result, p)))
    console.print()
    console.print(table)
    rest = len(shown) - most
    more = f"{rest} more in prices.csv. " if rest > 0 else ""
    console.print(Text(f"{more}Whole numbers staying as they are; in full: optimise explain --full-costs."))
