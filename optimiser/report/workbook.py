"""plan.xlsx: the workbook finance can use: one sheet a table, frozen headers, number formats, texts that stay texts."""

from __future__ import annotations

from math import isfinite
from pathlib import Path

import numpy as np
import pandas as pd

from optimiser.report import carbon, fleets, funding, prices, tables
from optimiser.report.book import Column, Contents, Line, Sheets, write_book
from optimiser.report.charts import charts_of, yearly
from optimiser.report.result import Result


def write_workbook(result: Result, path: Path) -> None:
    """Writes the workbook. Cells that begin like a formula are written as text."""
    write_book(contents(result), str(path))


def write_tables(frames: dict[str, pd.DataFrame], title: str, path: Path) -> None:
    """Writes a workbook of tables, one sheet each, without a summary."""
    write_book((title, [], _plain(frames), []), str(path))


def contents(result: Result) -> Contents:
    """What the workbook holds, as plain values."""
    found = sheets(result)
    return result.title, _summary(result), _plain(found), charts_of(found)


def sheets(result: Result) -> dict[str, pd.DataFrame]:
    """Sheet name to table."""
    optional = {name: table(result) for name, table in fleets.SHEETS.items()}
    optional |= {"Carbon": carbon.positions(result), "Credits": carbon.credits(result)}
    optional |= {name: table(result) for name, table in funding.SHEETS.items()}
    optional |= {"Prices": prices.prices(result)}
    return {
        "Schedule": tables.schedule(result),
        "Pathway": tables.pathway(result),
        "Targets": tables.targets(result),
        "Money": tables.money_by_year(result),
        "Budgets and resources": tables.limits(result),
        "Emissions": tables.emissions(result),
        **{name: frame for name, frame in optional.items() if frame is not None},
        **{name: frame for name, frame in yearly(result).items() if len(frame.columns) > 1},
    }


def _summary(result: Result) -> list[Line]:
    plan, instance = result.plan, result.instance
    lines: list[Line] = [(result.title, None, "title")]
    if result.missed:
        lines.append(("Targets missed: " + ", ".join(result.missed), None, "warn"))
    if plan.status != "optimal":
        lines.append((f"Stopped by {plan.stopped_by}: not proven within the gap asked for", None, "warn"))
    lines += [
        ("Status", plan.status, ""),
        (f"Least cost, present value [{result.money}]", plan.objective, "number"),
        (f"Proven bound [{result.money}]", plan.bound if isfinite(plan.bound) else "none", "number"),
        ("Gap", plan.gap if isfinite(plan.gap) else "not proven", "share"),
        ("Gap against money spent", gap if isfinite(gap := result.gap_of_spending) else "not proven", "share"),
        ("Discount rate, real", instance.discount_rate, "share"),
        ("Price year", instance.price_year, "whole"),
        ("Base year", instance.base_year, "whole"),
    ]
    lines += [(f"{kind}, present value [{result.money}]", value, "number") for kind, value in tables.cost_parts(result)]
    return lines


def _plain(frames: dict[str, pd.DataFrame]) -> Sheets:
    return {name: [_column(str(title), frame[title]) for title in frame.columns] for name, frame in frames.items()}


def _column(title: str, values: pd.Series) -> Column:
    plain = values.tolist()
    if not isinstance(values.dtype, np.dtype) or values.dtype == object:
        plain = [None if v is pd.NA else v for v in plain]
    return title, _form(title, values), plain


def _form(title: str, values: pd.Series) -> str:
    if title in ("gap", "discount_rate"):
        return "share"
    if title in ("year", "issued_in", "operates_from", "operates_until", "in_service_from", "scope", "category"):
        return "whole"
    return "number" if values.dtype == float else "whole"
