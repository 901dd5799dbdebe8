"""Wider limits: more money, more of a resource, a higher ceiling, another number of choices, an earlier start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from optimiser.explain.bench import Bench, Remedy
from optimiser.explain.figures import KT, Scale, money, path_over, scale_of, up
from optimiser.explain.items import Item
from optimiser.formulation import Question
from optimiser.instance.timing import Floats

DUST = 1e-6
TIDY = 6
"""Years in which a limit lacks, up to which a list of them is all that is offered."""


def money_ways(bench: Bench, item: Item) -> Iterator[Remedy]:
    """More money in the years in which it lacks, or all that is left carried over."""
    budget = next(b for b in bench.case.instance.budgets if b.id == item.id)
    scale = money(bench.case)
    more = least_more(bench, item)
    if more is not None:
        width = budget.window or 1
        room = np.array([more[max(y - width + 1, 0) : y + 1].sum() for y in range(len(more))])
        path = bench.case.entry("budgets", item.id).limit
        words = f"the budget {item.id}" if budget.window is None else f"windows of the budget {item.id} that end"
        with bench.oracle.share(0.5):
            yield from list(_raised(bench, "budgets", item.id, "limit", path, budget.limit, room, scale, words))
        with bench.oracle.share(0.6):
            yield from list(
                _evenly(bench, "budgets", item.id, path, budget.limit, room, scale, f"the budget {item.id}")
            )
    if budget.window is None and budget.carry < 1:
        override = {"budgets": {item.id: {"carry_over": "100 %"}}}
        if bench.works(override):
            yield Remedy(f"all that is left of the budget {item.id} carried over", override)


def resource_ways(bench: Bench, item: Item) -> Iterator[Remedy]:
    """More of a resource in the years in which it lacks."""
    path = bench.case.entry("resources", item.id).limit
    limit = next(r for r in bench.case.instance.resources if r.id == item.id).limit
    scale, more = scale_of(bench.case, path), least_more(bench, item)
    if scale is not None and more is not None:
        with bench.oracle.share(0.5):
            yield from list(_raised(bench, "resources", item.id, "limit", path, limit, more, scale, item.id))
        yield from _evenly(bench, "resources", item.id, path, limit, more, scale, item.id)


def ceiling_ways(bench: Bench, item: Item) -> Iterator[Remedy]:
    """A higher ceiling in the years in which it is too low."""
    entry = bench.case.entry("finance", item.id)
    limit = next(c for c in bench.case.instance.finance.ceilings if c.id == item.id).limit
    more = least_more(bench, item)
    if more is not None:
        gone = {key: None for key in ("share", "of") if getattr(entry, key) is not None}
        path = entry.outstanding if entry.outstanding is not None else entry.share
        words = f"the debt ceiling {item.id}"
        yield from _raised(bench, "finance", item.id, "outstanding", path, limit, more, money(bench.case), words, gone)


def least_more(bench: Bench, item: Item) -> Floats | None:
    """How much more of a limit (or less of a duty) it takes at least, by year (Y,), if nothing else changes."""
    with bench.oracle.share(0.5):
        answer = bench.least(Question(more=frozenset([(item.kind, item.id)])))
    if answer is None:
        return None
    values = answer.programme.of_variable(answer.model.more, answer.x)
    more = np.array([max(v, 0.0) for v in values.values()])
    if more.max() <= DUST:
        return None
    first = bench.case.instance.first
    bench.more[item] = {first + int(y): float(more[y]) for y in np.flatnonzero(more > DUST)}
    return np.where(more > DUST, more, 0.0)


def _raised(
    bench: Bench, section: str, name: str, key: str, path: Any, limit: Floats, more: Floats, scale: Scale,
    words: str, gone: dict[str, Any] | None = None,
) -> Iterator[Remedy]:  # fmt: skip
    """The limit with what it lacks, rounded up in the years in which it does; in whole numbers where it is in such."""
    whole = not scale.unit and bool(np.all(limit == np.round(limit)))
    raised = limit.astype(float).copy()
    for y in np.flatnonzero(more > 0):
        value = (limit[y] + more[y]) / scale.factor
        raised[y] = (np.ceil(value - 1e-6) if whole else up(value)) * scale.factor
    if section == "finance":
        raised = np.where(np.isfinite(raised), raised, 0.0)
    override = {section: {name: {key: path_over(bench.case, path, raised, scale), **(gone or {})}}}
    if not bench.works(override):
        return
    extra = raised - limit
    years = [bench.case.instance.first + int(y) for y in np.flatnonzero(extra > 0)]
    each = sorted({scale.written(up(float(extra[y]), 6)) for y in np.flatnonzero(extra > 0)}, key=str)
    several = len(years) > 1 and not words.endswith(" end")
    if len(each) == 1:
        amount = f"{each[0]} more{' a year' if several else ''} for {words} in {span(years)}"
    else:
        amount = f"{scale.written(up(float(extra.sum()), 6))} more for {words} in {span(years)} together"
    yield bench.remedy(amount, override)


def _evenly(
    bench: Bench, section: str, name: str, path: Any, limit: Floats, more: Floats, scale: Scale, words: str
) -> Iterator[Remedy]:
    """The limit higher by one share in all years, where raising it by year makes a long list."""
    lacks = more > 0
    if np.count_nonzero(lacks) <= TIDY or np.any(limit[lacks] <= 0):
        return
    whole = not scale.unit and bool(np.all(limit == np.round(limit)))

    def higher(percent: int) -> dict[str, Any]:
        values = limit * (1 + percent / 100) / scale.factor
        raised = np.array([np.ceil(v - 1e-6) if whole else up(v) for v in values]) * scale.factor
        return {section: {name: {"limit": path_over(bench.case, path, raised, scale)}}}

    # a share that is enough in the worst year is enough
    most = int(np.ceil(float(np.max(more[lacks] / limit[lacks])) * 100))
    percent = bench.least_between(higher, most)
    if percent is not None:
        yield bench.remedy(f"{percent} % more in every year for {words}", higher(percent))


def span(years: list[int]) -> str:
    """2028; 2028 to 2030; 2028 and 2031."""
    if len(years) == 1:
        return str(years[0])
    if years[-1] - years[0] == len(years) - 1:
        return f"{years[0]} to {years[-1]}" if len(years) > 2 else f"{years[0]} and {years[1]}"
    if len(years) <= 4:
        return ", ".join(map(str, years[:-1])) + f" and {years[-1]}"
    return f"years from {years[0]} to {years[-1]}"


def group_ways(bench: Bench, item: Item) -> Iterator[Remedy]:
    """More choices, or fewer."""
    group = bench.case.entry("groups", item.id)
    members = len(set(group.projects))
    if group.at_most is not None:
        at_most = group.at_most
        k = bench.least_step(lambda k: {"groups": {item.id: {"at_most": at_most + k}}}, members - at_most)
        if k is not None:
            words = f"at most {at_most + k} of the choice {item.id} instead of {at_most}"
            yield bench.remedy(words, {"groups": {item.id: {"at_most": at_most + k}}})
            return
    if group.at_least is not None:
        at_least = group.at_least
        k = bench.least_step(lambda k: {"groups": {item.id: {"at_least": at_least - k}}}, at_least)
        if k is not None:
            words = f"at least {at_least - k} of the choice {item.id} instead of {at_least}"
            yield bench.remedy(words, {"groups": {item.id: {"at_least": at_least - k}}})


def terms_ways(bench: Bench, item: Item) -> Iterator[Remedy]:
    """A larger total of an instrument, or the instrument without one of its other limits."""
    entry = bench.case.entry("finance", item.id)
    amount = getattr(entry, "amount", None)
    if amount is not None:

        def larger(percent: int) -> dict[str, Any]:
            return {"finance": {item.id: {"amount": money(bench.case).written(up(amount.value * (1 + percent / 100)))}}}

        percent = bench.least_step(larger, 1000)
        if percent is not None:
            total = larger(percent)["finance"][item.id]["amount"]
            yield bench.remedy(f"{item.id} up to {total} in all instead of {amount.text}", larger(percent))
    said = {"ticket": "a least and greatest ticket", "issues": "a number of issues"}
    for key, limit in said.items():
        override: dict[str, Any] = {"finance": {item.id: {key: None}}}
        if getattr(entry, key, None) is not None and bench.works(override):
            yield Remedy(f"{item.id} without {limit}", override)


def dock_ways(bench: Bench, item: Item) -> Iterator[Remedy]:
    """More docks."""
    docking = bench.case.entry("fleets", item.id).docking
    fleet = next(f for f in bench.case.instance.fleets if f.id == item.id)
    if docking is None or docking.slots_per_year is None:
        return

    def override(k: int) -> dict[str, Any]:
        slots = path_over(bench.case, docking.slots_per_year, fleet.slots + k, Scale(1.0, ""))
        return {"fleets": {item.id: {"docking": {"slots_per_year": slots}}}}

    k = bench.least_step(override, int(fleet.most))
    if k is not None:
        yield bench.remedy(f"{k} more docking slot{'s' if k > 1 else ''} a year for the fleet {item.id}", override(k))


def market_ways(bench: Bench, item: Item) -> Iterator[Remedy]:
    """A higher cap inside, or leave to buy outside."""
    entry = bench.case.entry("markets", item.id)
    if entry.kind == "external":
        override: dict[str, Any] = {"markets": {item.id: {"buy": True}}}
        if bench.works(override):
            yield Remedy(f"leave to buy in the market {item.id}{_lacking(bench, item)}", override)
        return
    scale = scale_of(bench.case, entry.cap) if entry.cap is not None else None
    if scale is None:
        return
    values = bench.case.paths.over_horizon(entry.cap)

    def higher(percent: int) -> dict[str, Any]:
        raised = np.array([up(v * (1 + percent / 100) / scale.factor) * scale.factor for v in values])
        return {"markets": {item.id: {"cap": path_over(bench.case, entry.cap, raised, scale)}}}

    percent = bench.least_step(higher, 200)
    if percent is not None:
        yield bench.remedy(f"a cap of the internal market {item.id} that is {percent} % higher", higher(percent))


def _lacking(bench: Bench, item: Item) -> str:
    """How much it takes at least, in words; nothing where that was not found."""
    more = least_more(bench, item)
    if more is None:
        return ""
    at = np.flatnonzero(more > 0)
    when = span([bench.case.instance.first + int(y) for y in at])
    return f": {KT.written(up(float(more.sum())))} at least in {when}{' together' if len(at) > 1 else ''}"


def window_ways(bench: Bench, item: Item) -> Iterator[Remedy]:
    """A project that may start earlier, or later."""
    horizon = bench.case.scenario.horizon
    first, last = bench.case.entry("projects", item.id).start or (horizon.first, horizon.last)
    k = bench.least_step(lambda k: {"projects": {item.id: {"start": [first - k, last]}}}, first - horizon.first)
    if k is not None:
        words = f"a start of {item.id} from {first - k} on instead of {first}"
        yield bench.remedy(words, {"projects": {item.id: {"start": [first - k, last]}}})
        return
    k = bench.least_step(lambda k: {"projects": {item.id: {"start": [first, last + k]}}}, horizon.last - last)
    if k is not None:
        words = f"a start of {item.id} up to {last + k} instead of {last}"
        yield bench.remedy(words, {"projects": {item.id: {"start": [first, last + k]}}})


def requirement_ways(bench: Bench, item: Item) -> Iterator[Remedy]:
    """A project that waits fewer years for another, or not at all."""
    requires = bench.case.entry("projects", item.id).requires
    for clause in requires:
        for other, lag in clause:
            if len(clause) > 1 or lag == 0:
                continue

            def shorter(k: int, other: str = other, lag: int = lag) -> dict[str, Any]:
                return {"projects": {item.id: {"requires": {other: lag - k}}}}

            k = bench.least_step(shorter, lag)
            if k is not None:
                after = f"{lag - k} instead of {lag} years after {other}"
                yield bench.remedy(f"{item.id} {after}", shorter(k))
                return
    override: dict[str, Any] = {"projects": {item.id: {"requires": None}}}
    if bench.works(override):
        yield Remedy(f"{item.id} without what it requires", override)


def exclusion_ways(bench: Bench, item: Item) -> Iterator[Remedy]:
    """A project that may be chosen with those it excludes."""
    override = {"projects": {item.id: {"excludes": None}}}
    if bench.works(override):
        yield Remedy(f"{item.id} without what it excludes", override)
