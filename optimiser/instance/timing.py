"""Timing: when a start in year v spends, operates and is renewed. All arrays are (start years, years of the horizon).

A start in v with lead time L spends in v .. v+L-1 (in v if L is 0), operates in v+L .. v+L+life-1, and when renewed
begins its next cycle in v+life. What falls after the horizon does not count.
"""

from __future__ import annotations

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
    not discounted. `cycles`: per cycle, the year each start begins it; `paid`: the multiple of the capex that the cycle
    costs within the horizon.
    """

    starts: Ints
    age: Ints
    since: Ints
    spending: Floats
    salvage: Floats
    cycles: tuple[Ints, ...]
    paid: tuple[Floats, ...] = ()

    @property
    def operating(self) -> Floats:
        """1 where a unit operates."""
        return (self.age >= 0).astype(float)

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
    starts = np.arange(clock.first_start, clock.last_start + 1)
    years = np.arange(clock.first_year, clock.last_year + 1)
    age = np.full((len(starts), len(years)), -1)
    spending = np.zeros(age.shape)
    salvage = np.zeros(len(starts))
    profile = np.array(clock.profile)
    cycles, costs = [], []
    for begins in _cycles(clock, starts):
        cycles.append(begins)
        trend = (1 + clock.trend) ** (begins - clock.price_year)
        paid = _looked_up(years[None, :] - begins[:, None], profile, 0.0) * trend[:, None]
        spending += paid
        k = years[None, :] - begins[:, None] - clock.lead_time
        runs = (k >= 0) & (k < (clock.life or len(years) + 1))
        age = np.where(runs, k, age)
        costs.append(paid.sum(axis=1))
        salvage += _left_share(clock, begins) * costs[-1]
    overall = years[None, :] - starts[:, None] - clock.lead_time
    return Timing(starts, age, np.where(age >= 0, overall, -1), spending, salvage, tuple(cycles), tuple(costs))


def _cycles(clock: Clock, starts: Ints):
    begins = starts
    while begins.min() <= clock.last_year:
        yield begins
        if not clock.renew or clock.life is None:
            return
        begins = begins + clock.life


def _left_share(clock: Clock, begins: Ints) -> Floats:
    """Share of a cycle's capex that is worth something after the last year (annuity: present worth of years left)."""
    if clock.salvage == "none" or clock.life is None:
        return np.zeros(len(begins))
    left = np.clip(begins + clock.lead_time + clock.life - 1 - clock.last_year, 0, clock.life).astype(float)
    if clock.salvage == "linear" or abs(clock.rate) < 1e-12:
        return left / clock.life
    return (1 - (1 + clock.rate) ** -left) / (1 - (1 + clock.rate) ** -float(clock.life))
