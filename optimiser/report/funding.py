"""Finance in reports: what was issued, what it costs, what is owed, and what the proceeds pay for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from optimiser.instance.funding import FundingData
from optimiser.plan import Debt
from optimiser.report.result import Result, made_once
from optimiser.report.tables import clean


def has_finance(result: Result) -> bool:
    """True where the scenario has instruments: only then there is anything to show."""
    return bool(result.instance.finance.funding)


@made_once
def finance(result: Result) -> pd.DataFrame | None:
    """Every instrument by year: issued, fees, interest, repayment, and what is owed at the end of the year.

    The year after the horizon holds the settlement. For a deposit, what is put away, earned and returned. None without
    instruments.
    """
    if not has_finance(result):
        return None
    instance = result.instance
    rows: list[tuple[Any, ...]] = []
    for f in instance.finance.funding:
        debt = result.accounts.debts[f.id]
        head = (f.id, f.kind, instance.entities[f.entity].id)
        table = np.array([debt.issued, debt.fees, debt.interest, debt.repayment, debt.outstanding])
        for y in np.flatnonzero(np.abs(table).max(axis=0) > 1e-9):
            rows.append((int(instance.years[y]), *head, *(clean(float(v)) for v in table[:, y])))
        if abs(debt.settled) + abs(debt.interest_settled) > 1e-9:
            settled = (0.0, 0.0, clean(debt.interest_settled), clean(debt.settled), 0.0)
            rows.append((instance.last + 1, *head, *settled))
    money = [f"{name} [{result.money}]" for name in ("issued", "fees", "interest", "repayment", "outstanding")]
    return pd.DataFrame(rows, columns=["year", "instrument", "kind", "entity", *money])


@made_once
def proceeds(result: Result) -> pd.DataFrame | None:
    """What each issue pays for: instrument, year of issue, project (or fleet) and year of its capex.

    None without instruments.
    """
    if not has_finance(result):
        return None
    rows = [(i, v, owner, y, clean(part)) for (i, v, owner, y), part in sorted(result.plan.decisions.used.items())]
    return pd.DataFrame(rows, columns=["instrument", "issued_in", "project", "year", f"amount [{result.money}]"])


TABLES = {"finance.csv": finance, "proceeds.csv": proceeds}
SHEETS = {"Finance": finance, "Use of proceeds": proceeds}


def lines(result: Result) -> list[tuple[str, str, str]]:
    """For reading: instrument, what was issued when, and what is owed at the end of the horizon."""
    found = []
    for f in result.instance.finance.funding:
        debt = result.accounts.debts[f.id]
        years = np.flatnonzero(debt.issued > 1e-9)
        issued = ", ".join(f"{result.instance.years[y]}: {debt.issued[y]:,.4g}" for y in years) or "nothing"
        found.append((f.label, issued + (" (rate stepped up)" if debt.stepped_up else ""), _owed(f, debt)))
    return found


def _owed(f: FundingData, debt: Debt) -> str:
    if f.kind == "grant":
        return "given"
    left = float(debt.outstanding[-1])
    words = f"{left:,.4g}" if left > 1e-9 else "0"
    return f"{words} put away" if f.sign < 0 else words


def settlement(result: Result) -> str:
    """What is owed when the horizon ends, in one sentence; empty where nothing is."""
    owed = [result.accounts.debts[f.id] for f in result.instance.finance.funding if f.is_debt]
    total, interest = sum(d.settled for d in owed), sum(d.interest_settled for d in owed)
    if total < 1e-9:
        return ""
    after = result.instance.last + 1
    return (
        f"Owed when the horizon ends: {total:,.4g} {result.money}, settled in {after} with {interest:,.4g} of interest."
    )
