"""Years: in which of them a limit or a promise takes part in a conflict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from optimiser.explain.items import Item
from optimiser.explain.oracle import Oracle
from optimiser.instance import Instance
from optimiser.instance.data import PeakData
from optimiser.instance.timing import Ints

PLENTY = 1e6
"""Millions, or a thousand times the limit, where money is no limit."""


def years_in_conflict(instance: Instance, items: list[Item], oracle: Oracle) -> dict[Item, tuple[int, int]]:
    """By item, the first and last year in which it is needed for the conflict (indices), where those are not all.

    One after the other: each is cut to the shortest span with which there is still no plan, the others as cut so far.
    """
    found: dict[Item, tuple[int, int]] = {}
    for item in sorted(items, key=lambda i: (i.kind != "target", i.kind, i.id)):
        years = _years(instance, item)
        if len(years) < 2:
            continue
        low, high = int(years[0]), int(years[-1])
        holds = partial(_holds, oracle, instance, item)
        last = _least(low, high, partial(holds, low))
        first = -_least(-last, -low, partial(_mirrored, holds, last))
        if (first, last) != (low, high):
            found[item] = (first, last)
            instance = within(instance, item, first, last)
    return found


def _holds(oracle: Oracle, instance: Instance, item: Item, first: int, last: int) -> bool | None:
    return oracle.has_plan(within(instance, item, first, last))


def _mirrored(holds: Callable[[int, int], bool | None], last: int, y: int) -> bool | None:
    return holds(-y, last)


def _least(low: int, high: int, has_plan: Callable[[int], bool | None]) -> int:
    """The least number for which there is no plan, where there is none for `high`; in doubt a greater one."""
    while low < high:
        middle = (low + high) // 2
        if has_plan(middle) is False:
            high = middle
        else:
            low = middle + 1
    return high


def _years(instance: Instance, item: Item) -> Ints:
    if item.kind in ("budget", "resource", "ceiling"):
        return np.arange(len(instance.years))
    target = next((t for t in instance.targets if item == Item("target", t.id)), None)
    if target is None:
        return np.zeros(0, dtype=int)
    if isinstance(target, PeakData):
        return (
            target.capped if target.cap is not None else target.years if target.shape != "window" else target.years[:0]
        )
    return target.years


def within(instance: Instance, item: Item, first: int, last: int) -> Instance:
    """The instance with an item that holds in these years only (indices, both included)."""
    year = np.arange(len(instance.years))
    inside = (year >= first) & (year <= last)
    if item.kind == "budget":
        budgets = (
            replace(b, limit=np.where(inside, b.limit, max(PLENTY, 1e3 * float(b.limit.max()))))
            if b.id == item.id
            else b
            for b in instance.budgets
        )
        return replace(instance, budgets=tuple(budgets))
    if item.kind == "resource":
        resources = (
            replace(r, limit=np.where(inside, r.limit, np.inf)) if r.id == item.id else r for r in instance.resources
        )
        return replace(instance, resources=tuple(resources))
    if item.kind == "ceiling":
        ceilings = (
            replace(c, limit=np.where(inside, c.limit, np.inf)) if c.id == item.id else c
            for c in instance.finance.ceilings
        )
        return replace(instance, finance=replace(instance.finance, ceilings=tuple(ceilings)))
    targets = []
    for t in instance.targets:
        if t.id == item.id:
            t = replace(t, years=t.years[inside[t.years]])
            if isinstance(t, PeakData):
                t = replace(t, capped=t.capped[inside[t.capped]])
        targets.append(t)
    return replace(instance, targets=tuple(targets))
