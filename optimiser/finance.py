"""Amortisation: what one unit of money borrowed in year 0 costs in the years after it.

Interest is paid at the end of a year on what is outstanding at its beginning. All figures are per unit borrowed, by
years since the issue, and in the money in which the rate is stated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Repayment = Literal["bullet", "linear", "annuity"]


@dataclass(frozen=True, slots=True)
class Schedule:
    """By years since the issue, 0 to tenor: owed at the end of the year, and interest and principal paid in it."""

    outstanding: tuple[float, ...]
    interest: tuple[float, ...]
    repayment: tuple[float, ...]


def annuity(rate: float, years: int) -> float:
    """The equal yearly payment that repays one unit with its interest; 1 / years where the rate is zero."""
    if abs(rate) < 1e-12:
        return 1.0 / years
    return rate / (1 - (1 + rate) ** -years)


def amortise(
    rate: float, tenor: int, repayment: Repayment = "bullet", interest_only: int = 0, at_maturity: bool = False
) -> Schedule:
    """The schedule of one unit: at once at the end (`bullet`), in equal parts, or in equal payments.

    For `interest_only` years nothing is repaid. `at_maturity`: interest is added to what is owed and paid at the end.
    Raises ValueError where a tenor leaves no year in which to repay.
    """
    if tenor < 1 or not 0 <= interest_only < tenor:
        raise ValueError(f"{tenor} years, {interest_only} of them without repayment")
    if at_maturity:
        owed = [(1 + rate) ** k for k in range(tenor)]
        paid = (1 + rate) ** tenor - 1
        return Schedule((*owed, 0.0), (*([0.0] * tenor), paid), (*([0.0] * tenor), 1.0))
    outstanding, interest, repaid = [1.0], [0.0], [0.0]
    parts = tenor - interest_only
    payment = annuity(rate, parts)
    for year in range(1, tenor + 1):
        due = outstanding[-1] * rate
        if year == tenor:
            part = outstanding[-1]
        elif repayment == "bullet" or year <= interest_only:
            part = 0.0
        else:
            part = 1.0 / parts if repayment == "linear" else payment - due
        interest.append(due)
        repaid.append(part)
        outstanding.append(outstanding[-1] - part if year < tenor else 0.0)
    return Schedule(tuple(outstanding), tuple(interest), tuple(repaid))
