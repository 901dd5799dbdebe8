"""Which charts the workbook has, and the yearly tables that two of them are drawn from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimiser.report.book import Chart
from optimiser.report.result import Result
from optimiser.report.tables import entities_of
from optimiser.report.words import clean

CAPEX, DEBT = "Capex by year", "Debt by year"
CHARTS: list[Chart] = [
    ("Pathway", "line", "Pathway, all scopes", "ktCO2e a year"),
    (CAPEX, "column", "Capex by year and entity", "millions, undiscounted"),
    (DEBT, "area", "Debt by instrument", "millions, end of year"),
]


def yearly(result: Result) -> dict[str, pd.DataFrame]:
    """Capex by year and entity, and what is owed by year and instrument, in millions; only what is not nothing."""
    return {CAPEX: capex_by_year(result), DEBT: debt_by_year(result)}


def capex_by_year(result: Result) -> pd.DataFrame:
    """Capex of projects and fleets by year and the entity that pays, undiscounted."""
    owner = entities_of(result)
    total: dict[str, np.ndarray] = {}
    for name, values in result.accounts.money.get("capex", {}).items():
        entity = owner.get(name, "(none)")
        total[entity] = total.get(entity, 0.0) + values
    order = [e.id for e in result.instance.entities if e.id in total] + [e for e in total if e == "(none)"]
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


def charts_of(frames: dict[str, pd.DataFrame]) -> list[Chart]:
    """Pathway, capex and debt, as far as there are sheets of them."""
    return [chart for chart in CHARTS if chart[0] in frames and len(frames[chart[0]].columns) > 1]
