"""Depreciation: what capex takes off the profit, per unit started, in equal parts from the first year of operation.

Each cycle of a project is written off by itself: what it costs within the horizon, over its life or the years that the
tax office gives. What is not written off when the horizon ends goes with the sale of what is left: it is set against
the salvage. The tax office writes off what was paid, in the money of the year in which it was paid: where prices rise
by `inflation` a year, its real worth falls by as much every year from then on.
"""

from __future__ import annotations

import numpy as np

from optimiser.instance.data import ProjectData
from optimiser.instance.timing import Floats, Ints


def depreciation(p: ProjectData, over: int | None, years: Ints, inflation: float = 0.0) -> tuple[Floats, Floats]:
    """Written off per unit in each year (V, Y), and the book value left after the last year (V,), in real money."""
    table, left = np.zeros(p.timing.age.shape), np.zeros(len(p.starts))
    level = _level(np.arange(len(years) + 1), inflation)
    for begins, payments in zip(p.timing.cycles, p.timing.payments, strict=True):
        first = begins + p.lead_time
        span = np.full(len(first), over or p.life or 0)
        span = np.where(span > 0, span, np.maximum(years[-1] - first + 1, 1))
        age = years[None, :] - first[:, None]
        book = p.capex_each * (payments @ level[:-1])  # in the money of the years of payment, at prices of the first
        part = (book / span)[:, None] * ((age >= 0) & (age < span[:, None]))
        table += part / level[:-1]
        left += (book - part.sum(axis=1)) / level[-1]
    return table, left


def spreading(over: int | None, years: Ints, inflation: float = 0.0) -> Floats:
    """What is written off of money paid in a year by something that has no life (Y paid, Y written off), real.

    From the year after it is paid; what is left when the horizon ends is taken to be worth its book value.
    """
    n = len(years)
    table = np.zeros((n, n))
    for y in range(n):
        span = over or max(n - 1 - y, 1)
        table[y, y + 1 : y + 1 + span] = 1.0 / span
    since = np.arange(n)[None, :] - np.arange(n)[:, None]
    return table / _level(np.maximum(since, 0), inflation)


def _level(since: Ints, inflation: float) -> Floats:
    """Prices after so many years, of those at the beginning."""
    return (1 + inflation) ** since.astype(float)
