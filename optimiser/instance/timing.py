"""Timing: when a start in year v spends, operates and is renewed. All arrays are (start years, years of the horizon).

A start in v with lead time L spends in v .. v+L-1 (in v if L is 0), operates in v+L .. v+L+life-1, and when renewed
begins its next cycle in v+life. What falls after the horizon does not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Clock:
    """What decides the timing of a project; equal clocks share one Timing.

    `profile`: capex by year since the start of a cycle, in parts of one. `trend`: yearly change of capex from
    `price_year` to the year a cycle begins.
    """

    first_start: int
    last_start: int
    first_year: int
    last_year: int
    lead_time: int
    life: int | None
    renew: bool
    profile: tuple[float, ...]
    trend: float
    price_year: int
    salvage: str
    rate: float


@dataclass(frozen=True, eq=False)
class Timing:
    """Per unit started: `age` and `since` count years of operation from 0, in the cycle and overall; -1: not operating.

    `spending`: multiple of the capex paid in a year. `salvage`: multiple of the capex returned after the last year,
    not discounted. `cycles`: per cycle, the year each start begins it; `payments`: the multiple of the capex that the
    cycle costs in each year of the horizon. `operating`: 1 where a unit operates.
    """

    starts: Ints
    age: Ints
    since: Ints
    spending: Floats
    salvage: Floats
    cycles: tuple[Ints, ...]
    payments: tuple[Floats, ...]
    operating: Floats

    def by_age(self, values: Floats, after: float | None = None) -> Floats:
        """values[age] where operating; beyond its end `after`, or the last value."""
        return _looked_up(self.age, values, after)

    def by_cycle(self, values: Floats, years: Ints) -> Floats:
        """values[y - c] summed over the cycles, c the year a cycle begins: what is repeated by every cycle."""
        total = np.zeros(self.age.shape)
        for begins in self.cycles:
            total += _looked_up(years[None, :] - begins[:, None], values, 0.0)
        return total


def _looked_up(index: Ints, values: Floats, after: float | None) -> Floats:
    tail = values[-1] if after is None else after
    table = np.concatenate([values, [tail, 0.0]])  # [-1] is "not yet"
    return table[np.where(index < 0, -1, np.minimum(index, len(values)))]


@lru_cache(maxsize=4096)
def timing(clock: Clock) -> Timing:
    """The Timing of a clock."""
    low, high = min(clock.first_start, clock.first_year), max(clock.last_start, clock.last_year)
    years = (low, high, clock.first_year, clock.last_year)
    course = _course(years, clock.lead_time, clock.life, clock.renew, clock.profile, clock.salvage, clock.rate)
    rows = slice(clock.first_start - low, clock.last_start - low + 1)
    age, since = course.age[rows], course.since[rows]
    spending, salvage = np.zeros(age.shape), np.zeros(len(age))
    cycles, payments = [], []
    for begins, parts, left in course.cycles:
        if begins[rows].min() > clock.last_year:
            break
        begins = begins[rows]
        paid = parts[rows] * ((1 + clock.trend) ** (begins - clock.price_year))[:, None]
        spending += paid
        cycles.append(begins)
        payments.append(paid)
        salvage += left[rows] * paid.sum(axis=1)
    return Timing(
        course.starts[rows], age, since, spending, salvage, tuple(cycles), tuple(payments), course.operating[rows]
    )


@dataclass(frozen=True, eq=False)
class _Course:
    """What a start does, by start year, whatever its window and the trend of its price: windows are slices of it.

    `cycles`: the year each start begins a cycle, the parts of the capex it pays then by year, and the share that is
    worth something after the last year.
    """

    starts: Ints
    age: Ints
    since: Ints
    operating: Floats
    cycles: tuple[tuple[Ints, Floats, Floats], ...]


@lru_cache(maxsize=1024)
def _course(
    span: tuple[int, int, int, int], lead: int, life: int | None, renew: bool, profile: tuple[float, ...],
    salvage: str, rate: float,
) -> _Course:  # fmt: skip
    """The course of starts in `span`: first and last start, first and last year of the horizon."""
    low, high, first, last = span
    starts, years = np.arange(low, high + 1), np.arange(first, last + 1)
    age = np.full((len(starts), len(years)), -1)
    cycles = []
    for begins in _cycles(starts, last, life if renew else None):
        k = years[None, :] - begins[:, None]
        paid = _looked_up(k, np.array(profile), 0.0)
        k = k - lead
        age = np.where((k >= 0) & (k < (life or len(years) + 1)), k, age)
        cycles.append((begins, paid, _left_share(begins + lead, life, last, salvage, rate)))
    overall = np.where(age >= 0, years[None, :] - starts[:, None] - lead, -1)
    found = _Course(starts, age, overall, (age >= 0).astype(float), tuple(cycles))
    for shared in (starts, age, overall, found.operating, *(part for cycle in cycles for part in cycle)):
        shared.setflags(write=False)
    return found


def _cycles(begins: Ints, last: int, again: int | None) -> Iterator[Ints]:
    """The years in which cycles begin, by start; `again` after so many years, or never."""
    while begins.min() <= last:
        yield begins
        if again is None:
            return
        begins = begins + again


def _left_share(operates: Ints, life: int | None, last: int, salvage: str, rate: float) -> Floats:
    """Share of a cycle's capex that is worth something after the last year (annuity: present worth of years left)."""
    if salvage == "none" or life is None:
        return np.zeros(len(operates))
    left = np.clip(operates + life - 1 - last, 0, life).astype(float)
    if salvage == "linear" or abs(rate) < 1e-12:
        return left / life
    return (1 - (1 + rate) ** -left) / (1 - (1 + rate) ** -float(life))
