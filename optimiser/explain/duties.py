"""Lighter duties of fleets, softer rules for ships, and wider limits on changes: what an owner would ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from optimiser.explain.bench import Bench, Override, Remedy
from optimiser.explain.figures import Scale, down, path_over, share
from optimiser.explain.items import Item
from optimiser.explain.wider import least_more, span
from optimiser.instance.fleet_data import FleetData
from optimiser.instance.timing import Floats
from optimiser.scenario.rules import FUELEU_REDUCTION, RATINGS
from optimiser.source import plain

POINTS = 100
"""Percentage points by which steps of a rule may be lowered at most."""


def _of(name: str, keys: dict[str, Any]) -> Override:
    return {"fleets": {name: keys}}


def _years(count: int) -> str:
    return f"{count} year{'s' if count > 1 else ''}"


def duty_ways(bench: Bench, item: Item) -> Iterator[Remedy]:
    """Less to deliver, or fewer assets, in the years in which it cannot be; or the same some years later."""
    fleet = next(f for f in bench.case.instance.fleets if f.id == item.id)
    with bench.oracle.share(0.6):
        yield from list(_lighter(bench, item, fleet))
    yield from _postponed(bench, item, fleet)


def _lighter(bench: Bench, item: Item, fleet: FleetData) -> Iterator[Remedy]:
    more = least_more(bench, item)
    if more is None:
        return
    need, unit = fleet.need, fleet.unit_scale
    wanted = np.maximum(need - more, 0.0) / unit
    rounded = np.floor(wanted + 1e-6) if fleet.by_count else np.array([down(v) for v in wanted])
    lowered = np.where(more > 0, rounded * unit, need)
    override = _duty(bench, fleet, lowered)
    if not bench.works(override):
        return
    less = (need - lowered) / unit
    at = np.flatnonzero(more > 0)
    when = span([bench.case.instance.first + int(y) for y in at])
    same = len(at) == 1 or bool(np.all(np.isclose(less[at], less[at[0]], rtol=1e-9)))
    each = " a year" if len(at) > 1 and same and not fleet.by_count else ""
    number = float(less[at[0]]) if same else float(np.max(less))
    amount = f"{'' if same else 'up to '}{number:.10g}"
    if fleet.by_count:
        yield bench.remedy(
            f"{amount} asset{'s' if number > 1 else ''} fewer in the fleet {item.id} in {when}", override
        )
    else:
        yield bench.remedy(f"{amount} {fleet.unit} less{each} for the fleet {item.id} to do in {when}", override)


def _duty(bench: Bench, fleet: FleetData, values: Floats) -> Override:
    """A duty (Y,) as the file says it; a fleet that says none keeps a number of assets."""
    entry = bench.case.entry("fleets", fleet.id)
    key = "size" if fleet.by_count else "activity"
    scale = Scale(1.0, "") if fleet.by_count else Scale(fleet.unit_scale, fleet.unit)
    return _of(fleet.id, {key: path_over(bench.case, getattr(entry, key), values, scale)})


def _postponed(bench: Bench, item: Item, fleet: FleetData) -> Iterator[Remedy]:
    need = fleet.need
    if not np.any(np.diff(need) > 0):
        return

    def later(k: int) -> Override:
        return _duty(bench, fleet, np.minimum(need, np.concatenate([np.full(k, need[0]), need[: len(need) - k]])))

    k = bench.least_step(later, len(need) - 1)
    if k is not None:
        yield bench.remedy(f"the growth of the fleet {item.id} {_years(k)} later", later(k))


def rating_ways(bench: Bench, item: Item) -> Iterator[Remedy]:
    """A worse rating that may be in service, or the same limit some years later."""
    rule = bench.case.entry("fleets", item.id).regulation.cii
    at, first = RATINGS.index(rule.worst), bench.case.scenario.horizon.first

    def worse(k: int) -> Override:
        # behind the last letter that can be a limit, ratings are reported only
        letter = RATINGS[at + k] if at + k < len(RATINGS) - 1 else None
        return _rule(item.id, "cii", {"worst": letter})

    k = bench.least_step(worse, len(RATINGS) - 1 - at)
    if k is not None:
        letter = RATINGS[at + k] if at + k < len(RATINGS) - 1 else RATINGS[-1]
        yield bench.remedy(f"ratings down to {letter} instead of {rule.worst} in the fleet {item.id}", worse(k))
    yield from _later_rule(bench, item.id, "cii", max(rule.from_year or first, first), "the worst rating allowed")


def fueleu_ways(bench: Bench, item: Item) -> Iterator[Remedy]:
    """What is below the limit kept for later, smaller steps of it, or the limit some years later."""
    rule = bench.case.entry("fleets", item.id).regulation.fueleu
    banked = _rule(item.id, "fueleu", {"banking": True})
    if not rule.banking and bench.works(banked):
        yield Remedy(f"banking under the FuelEU limit of the fleet {item.id}", banked)
    steps = rule.reduction or FUELEU_REDUCTION

    def smaller(points: int) -> Override:
        lowered = {year: share(max(round(cut - points / 100, 9), 0.0)) for year, cut in steps.items()}
        return _rule(item.id, "fueleu", {"reduction": lowered})

    with bench.oracle.share(0.5):
        points = bench.least_step(smaller, min(POINTS, int(np.ceil(max(steps.values()) * 100))))
    if points is not None:
        words = f"{points} percentage point{'s' if points > 1 else ''} less in every step of the FuelEU limit"
        yield bench.remedy(f"{words} of the fleet {item.id}", smaller(points))
    first = max(rule.from_year, min(steps), bench.case.scenario.horizon.first)
    yield from _later_rule(bench, item.id, "fueleu", first, "the FuelEU limit")


def _rule(name: str, rule: str, keys: dict[str, Any]) -> Override:
    return _of(name, {"regulation": {rule: keys}})


def _later_rule(bench: Bench, name: str, rule: str, first: int, words: str) -> Iterator[Remedy]:
    def later(k: int) -> Override:
        return _rule(name, rule, {"from_year": first + k})

    k = bench.least_step(later, bench.case.scenario.horizon.last - first)
    if k is not None:
        yield bench.remedy(f"{words} of the fleet {name} {_years(k)} later, from {first + k}", later(k))


def change_ways(bench: Bench, item: Item) -> Iterator[Remedy]:
    """More of one change a year or in all, or a change that waits for nothing. A list is written anew as a whole."""
    changes = bench.case.entry("fleets", item.id).changes
    for i, (name, change) in enumerate(changes.items()):
        words = f"from {change.from_} to {change.to} in the fleet {item.id}"
        for key, unit in (("per_year", "a year"), ("max", "in all")):
            limit = getattr(change, key)
            if limit is None:
                continue
            changed = _changing(bench, item.id, i, name, key)
            assets = int(next(f for f in bench.case.instance.fleets if f.id == item.id).most)
            k = bench.least_step(lambda k, changed=changed, limit=limit: changed(limit + k), assets)  # type: ignore[misc]
            if k is not None:
                yield bench.remedy(f"{limit + k} instead of {limit} changes {unit} {words}", changed(limit + k))
        free = _changing(bench, item.id, i, name, "requires")(None)
        if change.requires and bench.works(free):
            yield Remedy(f"the change {words} without what it requires", free)


def _changing(bench: Bench, fleet: str, place: int, name: str, key: str) -> Callable[[Any], Override]:
    """An override that gives one key of a change another value; None takes it out."""
    written = plain(bench.case.root)["fleets"][fleet]["changes"]

    def override(value: Any) -> Override:
        if not isinstance(written, list):
            return _of(fleet, {"changes": {name: {key: value}}})
        kept = {k: v for k, v in written[place].items() if k != key}
        own = kept if value is None else {**kept, key: value}
        return _of(fleet, {"changes": [*written[:place], own, *written[place + 1 :]]})

    return override
