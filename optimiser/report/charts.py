"""Native charts of the workbook, and the yearly tables that two of them are drawn from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from optimiser.report.result import Result
from optimiser.report.words import clean

CAPEX, DEBT = "Capex by year", "Debt by year"
COLOURS = ("#1F4E5F", "#D1733A", "#5B8C5A", "#8A6FA8", "#C2A33E", "#4F81BD", "#9B4F4F", "#7F7F7F")
WIDTH, HEIGHT, COLUMN = 720, 300, 3


def yearly(result: Result) -> dict[str, pd.DataFrame]:
    """Capex by year and entity, and what is owed by year and instrument, in millions; only what is not nothing."""
    return {CAPEX: capex_by_year(result), DEBT: debt_by_year(result)}


def capex_by_year(result: Result) -> pd.DataFrame:
    """Capex of projects and fleets by year and the entity that pays, undiscounted."""
    instance = result.instance
    owner = {f.id: instance.entities[f.entity].id for f in instance.fleets}
    owner |= {p.id: instance.entities[p.entity].id for p in instance.projects}
    total: dict[str, np.ndarray] = {}
    for name, values in result.accounts.money.get("capex", {}).items():
        entity = owner.get(name, "(none)")
        total[entity] = total.get(entity, 0.0) + values
    order = [e.id for e in instance.entities if e.id in total] + [e for e in total if e == "(none)"]
    return _by_year(result, {e: total[e] for e in order})


def debt_by_year(result: Result) -> pd.DataFrame:
    """What is owed at the end of each year by instrument; deposits and grants are no debt."""
    return _by_year(
        result, {f.id: result.accounts.debts[f.id].outstanding for f in result.instance.finance.funding if f.is_debt}
    )


def _by_year(result: Result, parts: dict[str, np.ndarray]) -> pd.DataFrame:
    found = {
        f"{name} [{result.money}]": [clean(float(v)) for v in values]
        for name, values in parts.items()
        if np.any(np.abs(values) > 1e-9)
    }
    return pd.DataFrame({"year": [int(y) for y in result.accounts.years], **found})


def add_charts(book: Any, sheet: Any, frames: dict[str, pd.DataFrame]) -> None:
    """Draws pathway, capex and debt beside the summary, from the cells of their sheets."""
    row = 0
    for name, kind, title, axis in (
        ("Pathway", "line", "Pathway, all scopes", "ktCO2e a year"),
        (CAPEX, "column", "Capex by year and entity", "millions, undiscounted"),
        (DEBT, "area", "Debt by instrument", "millions, end of year"),
    ):
        if name in frames and len(frames[name].columns) > 1:
            sheet.insert_chart(row, COLUMN, _chart(book, name, kind, title, axis, frames[name]))
            row += HEIGHT // 20 + 2


def _chart(book: Any, name: str, kind: str, title: str, axis: str, frame: pd.DataFrame) -> Any:
    stacked = {} if kind == "line" else {"subtype": "stacked"}
    chart = book.add_chart({"type": kind, **stacked})
    last = len(frame)
    for place in range(1, len(frame.columns)):
        colour = COLOURS[(place - 1) % len(COLOURS)]
        look = {"line": {"color": colour, "width": 2}} if kind == "line" else {"fill": {"color": colour}}
        chart.add_series(
            {
                "name": [name, 0, place],
                "categories": [name, 1, 0, last, 0],
                "values": [name, 1, place, last, place],
                **look,
            }
        )
    chart.set_title({"name": title, "name_font": {"size": 12}, "overlay": False})
    chart.set_x_axis({"num_font": {"size": 9}, "interval_unit": max(1, last // 12)})
    grid = {"visible": True, "line": {"color": "#D9D9D9", "width": 0.75}}
    chart.set_y_axis({"name": axis, "num_format": "#,##0", "num_font": {"size": 9}, "major_gridlines": grid})
    chart.set_legend({"position": "bottom", "font": {"size": 9}})
    chart.set_size({"width": WIDTH, "height": HEIGHT})
    return chart
