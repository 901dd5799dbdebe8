"""Softer targets: a later deadline, a smaller cut, more tolerance, and at last its leave to give way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from optimiser.explain.bench import Bench, Override, Remedy, joined
from optimiser.explain.figures import KT, down, path_over, scale_of, share, up
from optimiser.explain.items import Item
from optimiser.formulation import Question
from optimiser.formulation.peaks import window_years
from optimiser.instance.data import (
    AvoidedData,
    CarbonBudgetData,
    HistoricalData,
    IntensityData,
    NeutralityData,
    PeakData,
    ReductionData,
    TargetData,
)
from optimiser.instance.paths import Paths
from optimiser.instance.timing import Floats
from optimiser.scenario.values import Path
from optimiser.solve.reading import read_claims

DUST = 1e-9
SOME_YEARS = 5
"""By so much a deadline is moved where moving it is only a part of what would do."""


def ways(bench: Bench, item: Item) -> Iterator[Remedy]:
    """Every way to soften a target, least first; each works."""
    with bench.oracle.share(0.4):
        later = list(_later(bench, item.id))
    with bench.oracle.share(0.6):
        softer = list(_softer(bench, item.id))
    with bench.oracle.share(0.8):
        both = list(_later_and_softer(bench, item.id)) if softer and not later else []
    found = [*later, *softer, *(b for b in both if not _covers(b.override, softer[0].override))]
    yield from found
    if not found:
        yield from giving_way(bench, item.id)


def giving_way(bench: Bench, name: str) -> Iterator[Remedy]:
    """Leave for a target to be missed by as little as can be."""
    override = _of(name, {"priority": 1})
    if bench.works(override):
        yield Remedy(f"leave for the target {name} to give way (`priority: 1`)", override)


def _covers(whole: Override, part: Override) -> bool:
    """True where one override says all that another says."""
    return joined(whole, part) == whole


def _of(name: str, keys: dict[str, Any]) -> Override:
    return {"targets": {name: keys}}


def _later(bench: Bench, name: str) -> Iterator[Remedy]:
    """The same promise, the least number of years later."""
    target = bench.case.entry("targets", name)
    by = getattr(target, "by", None)
    if by is None:
        return
    last = min(bench.case.scenario.horizon.last, getattr(target, "until", None) or 10**6)
    years = bench.least_step(lambda k: _of(name, {"by": by + k}), last - by)
    if years is not None:
        yield bench.remedy(f"the target {name} {_years_later(years)}, by {by + years}", _of(name, {"by": by + years}))


def _later_and_softer(bench: Bench, name: str) -> Iterator[Remedy]:
    """Where no later deadline does by itself: some years later, and as much softer as that still takes."""
    target = bench.case.entry("targets", name)
    by = getattr(target, "by", None)
    if by is None:
        return
    last = min(bench.case.scenario.horizon.last, getattr(target, "until", None) or 10**6)
    years = min(SOME_YEARS, last - by)
    later = _of(name, {"by": by + years})
    changed = bench.case.changed(later) if years > 0 and not bench.oracle.is_late else None
    if changed is None:
        return
    after = Bench(changed, bench.oracle, bench.others)
    for softer in _softer(after, name):
        words = f"the target {name} {_years_later(years)}, by {by + years}, and {softer.words}"
        yield Remedy(words, joined(later, softer.override), softer.least)


def _years_later(years: int) -> str:
    return f"{years} year{'s' if years > 1 else ''} later"


def _softer(bench: Bench, name: str) -> Iterator[Remedy]:
    data = next(t for t in bench.case.instance.targets if t.id == name)
    measure: Any = {
        ReductionData: _reduction,
        IntensityData: _intensity,
        NeutralityData: _neutrality,
        CarbonBudgetData: _carbon_budget,
        AvoidedData: _avoided,
        HistoricalData: _historical,
        PeakData: _peak,
    }.get(type(data))
    for words, keys in measure(bench, data) if measure is not None else ():
        override = _of(name, keys)
        if bench.works(override):
            yield bench.remedy(words, override)
            return


Candidates = Iterator[tuple[str, dict[str, Any]]]


def _ease(bench: Bench, target: TargetData, rate: Floats) -> float | None:
    """The least ease that leaves a plan, where one unit gives the target `rate` (Y,) kt; None where none does."""
    answer = bench.least(Question(eased={target.id: rate}))
    if answer is None:
        return None
    ease = answer.programme.of_variable(answer.model.eased, answer.x)[target.id]
    return ease if ease > DUST else None


def _flat(bench: Bench, value: float) -> Floats:
    return np.full(len(bench.case.instance.years), value)


def _lowered(bench: Bench, path: Path, by: float, decimals: int) -> tuple[str, Any] | None:
    """A path less `by` in canonical units in every year, in words and for the file; None where nothing would be left.

    Rounded down to so many decimals of its own unit.
    """
    scale = scale_of(bench.case, path)
    values = Paths(bench.case.scenario).over_horizon(path)
    if scale is None:
        return None
    step = scale.factor * 10.0**-decimals
    lower = np.floor((values - by) / step + 1e-6) * step
    if np.any(lower[values > 0] <= 0):
        return None
    flat = bool(np.all(values == values[0]))
    less = float(np.max(values - lower))
    words = f"{scale.written(float(lower[0]))} instead of {scale.written(float(values[0]))}" if flat else ""
    unit = f"{less / scale.factor:.10g} percentage points" if scale.unit == "%" else scale.written(less)
    return words or f"{unit} less in every year", path_over(bench.case, path, lower, scale)


def _reduction(bench: Bench, target: ReductionData) -> Candidates:
    entry = bench.case.entry("targets", target.id)
    is_share = Paths(bench.case.scenario).resolve(entry.cut).dimension == ()
    rate = _flat(bench, 1.0)
    if is_share:
        rate = _flat(bench, target.base)
        if entry.against == "baseline":
            parts = [bench.case.instance.sources[s].baseline[target.ledger] for s in target.sources]
            rate = np.sum(parts, axis=0) if parts else rate
    ease = _ease(bench, target, rate)
    lowered = _lowered(bench, entry.cut, ease, 1 if is_share else 2) if ease is not None else None
    if lowered is not None:
        yield f"for {target.id} a cut of {lowered[0]}", {"cut": lowered[1]}


def _intensity(bench: Bench, target: IntensityData) -> Candidates:
    entry = bench.case.entry("targets", target.id)
    if entry.cut is not None:
        if entry.cut >= 1:
            return
        ease = _ease(bench, target, target.limit / (1 - entry.cut) * target.denominator)
        if ease is not None and entry.cut - ease > 0:
            cut = np.floor((entry.cut - ease) * 1e3 + 1e-6) / 1e3
            words = f"for {target.id} a cut of {share(cut)} instead of {share(entry.cut)}"
            yield words, {"cut": share(cut)}
        return
    ease = _ease(bench, target, target.denominator)
    if ease is not None and entry.at_most.number and entry.at_most.unit:
        each = entry.at_most.value / entry.at_most.number
        most = up((target.limit + ease) / each)
        text = f"{most:.10g} {entry.at_most.unit}"
        yield f"for {target.id} at most {text} instead of {entry.at_most.text}", {"at_most": text}


def _neutrality(bench: Bench, target: NeutralityData) -> Candidates:
    """More residual emissions, more credits, or both: the net and the gross may each be what is short."""
    entry = bench.case.entry("targets", target.id)
    if target.base <= 0:
        return
    ease = _ease(bench, target, _flat(bench, target.base))
    if ease is None:
        return
    residual = None if entry.residual is None else up((entry.residual + ease) * 100, 3) / 100
    credits = min(up((entry.credits + ease) * 100, 3) / 100, 1.0)
    more = {"credits": share(credits)}
    if residual is not None:
        left = {"residual": share(residual)}
        words = f"for {target.id} residual emissions of {share(residual)} instead of {share(entry.residual)}"
        yield words, left
    if credits > entry.credits:
        words = f"for {target.id} credits of {share(credits)} of the base instead of {share(entry.credits)}"
        yield words, more
        if residual is not None:
            yield f"{words}, and residual emissions of {share(residual)}", {**more, **left}


def _carbon_budget(bench: Bench, target: CarbonBudgetData) -> Candidates:
    ease = _ease(bench, target, _flat(bench, 1.0))
    if ease is not None:
        text = KT.written(up(target.limit + ease))
        yield f"for {target.id} at most {text} instead of {KT.written(target.limit)}", {"at_most": text}


def _avoided(bench: Bench, target: AvoidedData) -> Candidates:
    ease = _ease(bench, target, _flat(bench, target.base)) if target.base > 0 else None
    entry = bench.case.entry("targets", target.id)
    lowered = _lowered(bench, entry.multiple, ease, 3) if ease is not None else None
    if lowered is not None:
        yield f"for {target.id} a multiple of {lowered[0]}", {"multiple": lowered[1]}


def _historical(bench: Bench, target: HistoricalData) -> Candidates:
    ease = _ease(bench, target, _flat(bench, 1.0))
    if ease is not None and target.stock - ease > 0:
        text = KT.written(down(target.stock - ease))
        yield f"for {target.id} a stock of {text} instead of {KT.written(target.stock)}", {"stock": text}


def _peak(bench: Bench, target: PeakData) -> Candidates:
    """As much more tolerance as the plan with the least excess needs, a higher cap, or both."""
    answer = bench.least(Question(eased={target.id: _flat(bench, 1.0)}))
    if answer is None:
        return
    gross = read_claims(answer.model, answer.programme, answer.x).gross[target.id]
    tolerance = up(max(_rise(target, gross), 0.0) * 100, 3) / 100
    wider = {"tolerance": share(tolerance)}
    more = tolerance > target.tolerance and tolerance <= 1
    words = f"for {target.id} a tolerance of {share(tolerance)} instead of {share(target.tolerance)}"
    if more:
        yield words, wider
    if target.cap is not None:
        said = bench.case.entry("targets", target.id).at_most
        top = max(float(np.max(gross[target.capped])), target.cap)
        text = KT.written(up(top)) if said.dimension else share(up(top / target.base * 100) / 100)
        higher = f"for {target.id} at most {text} in a year instead of {said.text}"
        yield higher, {"at_most": text}
        if more:
            yield f"{higher}, and a tolerance of {share(tolerance)}", {"at_most": text, **wider}


def _rise(target: PeakData, gross: Floats) -> float:
    """By how much a pathway rises after the deadline, in the measure of the target's shape."""
    if not len(target.years):
        return 0.0
    if target.shape == "window":
        before, after = window_years(target, len(gross))
        top, later = float(gross[before].mean()), float(gross[after].mean())
    elif target.shape == "highest":
        top, later = float(np.max(gross[: target.by + 1])), float(np.max(gross[target.years]))
    else:
        before_each = np.maximum(gross[target.years - 1], DUST)
        return float(np.max(gross[target.years] / before_each)) - 1
    return later / max(top, DUST) - 1
