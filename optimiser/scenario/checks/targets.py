"""Checks of targets: years within the horizon, units, and that each covers something."""

from __future__ import annotations

from collections import defaultdict

from optimiser.scenario.checks.context import Check, Loc, shortlist
from optimiser.scenario.checks.projects import check_shares
from optimiser.scenario.kinds import Sink
from optimiser.scenario.targets import (
    Avoided,
    CarbonBudget,
    Historical,
    Intensity,
    Neutrality,
    OnEmissions,
    Peak,
    Reduction,
    Target,
    Timed,
)
from optimiser.units import CARBON, MONEY, NUMBER, Dimension, per


def check_targets(check: Check) -> None:
    """Every target for itself, then sinks that two targets count."""
    counted: dict[str, list[str]] = defaultdict(list)
    for name, target in check.scenario.targets.items():
        loc = ("targets", name)
        if target.entity is not None:
            check.known("entities", target.entity, (*loc, "entity"), "entity")
        _check_years(check, loc, target)
        _check_coverage(check, loc, target)
        _check_measure(check, loc, target)
        for sink in _sinks(check, loc, target):
            counted[sink].append(name)
    for sink, targets in counted.items():
        if len(targets) > 1:
            text = f"its removals count for {len(targets)} targets: {shortlist(targets)}"
            check.warn(
                ("projects", sink), text, "split the sinks with `removals: [...]` if one tonne shall keep one promise"
            )


def _check_years(check: Check, loc: Loc, target: Target) -> None:
    first, last = check.scenario.horizon.first, check.scenario.horizon.last
    if isinstance(target, Timed):
        years = [("in", y) for y in target.in_ or ()]
        years += [("by", target.by)] if target.by is not None else []
        for key, year in years:
            if year > last or (year < first and (key == "in" or isinstance(target, Peak))):
                text = f"{year} is outside the horizon {first} to {last}"
                check.note((*loc, key), "V003", text, "lengthen the horizon, or move the year")
        if target.until is not None and target.until < first:
            check.note((*loc, "until"), "V003", f"{target.until} is before the horizon begins")
    elif isinstance(target, Historical) and not first <= target.by <= last:
        check.note((*loc, "by"), "V003", f"{target.by} is outside the horizon {first} to {last}")
    elif isinstance(target, CarbonBudget) and not (first <= target.years[0] and target.years[1] <= last):
        text = f"[{target.years[0]}, {target.years[1]}] is not within the horizon {first} to {last}"
        check.note((*loc, "years"), "V003", text, "lengthen the horizon, or move the years")


def _check_coverage(check: Check, loc: Loc, target: Target) -> None:
    if not isinstance(target, OnEmissions | CarbonBudget):
        return
    if target.sources is not None:
        for i, source in enumerate(target.sources):
            check.known("sources", source, (*loc, "sources", i), "source")
        return
    scenario = check.scenario
    below = entities_below(check, target.entity)
    covered = [
        name
        for name, s in scenario.sources.items()
        if (s.entity in below or s.entity is None)
        and (target.scopes is None or s.scope in target.scopes)
        and (target.categories is None or s.scope != 3 or s.category in target.categories)
    ]
    if not covered and not any(section == "sources" for section, _ in check.broken):
        help = "check `entity` and `scopes`: a target that covers nothing is always met"
        check.note(loc, "R003", "covers no source", help, at_key=True)


def entities_below(check: Check, name: str | None) -> set[str]:
    """The entity and everything below it; all entities for None."""
    entities = check.scenario.entities
    if name is None:
        return set(entities)
    below = {name}
    for _ in entities:
        below |= {n for n, e in entities.items() if e.parent in below}
    return below


def _check_measure(check: Check, loc: Loc, target: Target) -> None:
    measure: Dimension | None = CARBON
    if isinstance(target, Reduction):
        dimension = check.expect(target.cut, (*loc, "cut"), NUMBER, CARBON)
        if dimension == NUMBER:
            check_shares(check, target.cut, (*loc, "cut"), low=-10.0, tiny=True)
    elif isinstance(target, Peak) and target.at_most is not None:
        check.expect_amount(target.at_most, (*loc, "at_most"), CARBON, NUMBER)
        if target.at_most.dimension == NUMBER and "%" not in target.at_most.text and target.at_most.value > 5:
            check.note(
                (*loc, "at_most"), "U006", f'"{target.at_most.text}" is a share above one', "write per cent or tonnes"
            )
    elif isinstance(target, Neutrality):
        _check_credits(check, loc, target)
    elif isinstance(target, Intensity):
        measure = _check_intensity(check, loc, target)
    elif isinstance(target, Avoided):
        check.expect(target.multiple, (*loc, "multiple"), NUMBER)
        _check_avoided_base(check, loc, target)
    if target.penalty is not None and measure is not None:
        wanted = [per(MONEY, CARBON)] + ([per(MONEY, measure)] if measure != CARBON else [])
        check.expect_amount(target.penalty, (*loc, "penalty"), *wanted)
        if target.penalty.value < 0:
            check.note((*loc, "penalty"), "V001", "a penalty below zero would pay for missing the target")


def _check_credits(check: Check, loc: Loc, target: Neutrality) -> None:
    if target.credits > 0 and target.credit_price is None:
        help = "give `credit_price: 80 CNY/tCO2e`, or write credits: 0 %"
        check.note((*loc, "credits"), "K004", "credits are admitted but have no price", help)
    if target.credit_price is not None:
        check.expect(target.credit_price, (*loc, "credit_price"), per(MONEY, CARBON))


def _check_intensity(check: Check, loc: Loc, target: Intensity) -> Dimension | None:
    scenario = check.scenario
    if target.per == "revenue":
        below = entities_below(check, target.entity)
        if not any(scenario.entities[n].revenue is not None for n in below if n in scenario.entities):
            check.note(
                (*loc, "per"),
                "R003",
                "no entity it covers has a revenue",
                "give `revenue` to the entity or those below",
            )
        denominator: Dimension | None = MONEY
    else:
        if target.per not in scenario.series:
            check.known("series", target.per, (*loc, "per"), "series")
            return None
        denominator = check.dimension(scenario.series[target.per], (*loc, "per"))
    if denominator is None:
        return None
    measure = per(CARBON, denominator)
    if target.at_most is not None:
        check.expect_amount(target.at_most, (*loc, "at_most"), measure)
    return measure


def _check_avoided_base(check: Check, loc: Loc, target: Avoided) -> None:
    if target.base is not None:
        return
    below = entities_below(check, target.entity)
    if not any(check.scenario.entities[n].avoided_baseline is not None for n in below if n in check.scenario.entities):
        check.note(
            loc, "K002", "`base` is missing", "write base: 12 MtCO2e, or give the entity an avoided_baseline", True
        )


def _sinks(check: Check, loc: Loc, target: Target) -> list[str]:
    """The sinks that count for a target; notes names that are no sinks."""
    counts = isinstance(target, Neutrality | Historical) or (isinstance(target, CarbonBudget) and target.net)
    if not counts:
        return []
    projects = check.scenario.projects
    named = getattr(target, "removals", None)
    if named is None:
        below = entities_below(check, target.entity)
        sinks = [n for n, p in projects.items() if isinstance(p, Sink) and (p.entity in below or p.entity is None)]
        return [n for n in sinks if not isinstance(target, Historical) or projects[n].durable]  # type: ignore[union-attr]
    found = []
    for i, name in enumerate(named):
        at = (*loc, "removals", i)
        if not check.known("projects", name, at, "sink"):
            continue
        project = projects[name]
        if not isinstance(project, Sink):
            check.note(at, "R003", f"{name} is no sink", "only sinks remove carbon")
        elif isinstance(target, Historical) and not project.durable:
            check.note(
                at, "R003", f"{name} is not durable", "historical emissions are removed for good: `durable: true`"
            )
        else:
            found.append(name)
    return found
