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
        check.contradictions(loc, target)
        if target.entity is not None:
            check.known("entities", target.entity, (*loc, "entity"), "entity")
        _check_years(check, loc, target)
        if isinstance(target, OnEmissions | CarbonBudget):
            _check_coverage(check, loc, target)
        _check_measure(check, loc, target)
        for sink in _sinks(check, loc, target):
            counted[sink].append(name)
    last = check.horizon.last if check.horizon is not None else 9999
    years = {name: _years_of(check.scenario.targets[name], last) for names in counted.values() for name in names}
    for sink, names in counted.items():
        twice = [n for n in names if any(not years[n].isdisjoint(years[m]) for m in names if m != n)]
        if twice:
            text = f"its removals of one year count for {len(twice)} targets: {shortlist(twice)}"
            help = "split the sinks with `removals: [...]` if one tonne shall keep one promise"
            check.warn(("projects", sink), text, help)


def _years_of(target: Target, last: int) -> frozenset[int]:
    """The years whose removals count for a target, of those up to the last one of the horizon."""
    if isinstance(target, CarbonBudget):
        return frozenset(range(target.years[0], target.years[1] + 1))
    if isinstance(target, Historical):
        return frozenset(range(target.by + 1))
    if not isinstance(target, Timed):
        return frozenset()
    if target.by is None:
        return frozenset(target.in_ or ())
    return frozenset(range(target.by, (last if target.until is None else min(target.until, last)) + 1))


def _check_years(check: Check, loc: Loc, target: Target) -> None:
    if check.horizon is None:
        return
    first, last = check.horizon.first, check.horizon.last
    help = "lengthen the horizon, or move the year"
    years: list[tuple[Loc, int]] = []
    if isinstance(target, Timed):
        years = [(("in", i), y) for i, y in enumerate(target.in_ or ())]
        if target.by is not None and (target.by > last or isinstance(target, Peak)):
            years.append((("by",), target.by))
        if target.until is not None and target.until < first:
            check.note((*loc, "until"), "V003", f"{target.until} is before the horizon begins", help)
    elif isinstance(target, Historical):
        years = [(("by",), target.by)]
    elif isinstance(target, CarbonBudget):
        years = [(("years", i), y) for i, y in enumerate(target.years)]
    for key, year in years:
        if not first <= year <= last:
            check.note((*loc, *key), "V003", f"{year} is outside the horizon {first} to {last}", help)
    if isinstance(target, Peak) and target.by == last and target.at_most is None:
        check.warn((*loc, "by"), f"no year of the horizon comes after {last}: this peak asks for nothing", help)


def _check_coverage(check: Check, loc: Loc, target: OnEmissions | CarbonBudget) -> None:
    if target.sources is not None:
        for i, source in enumerate(target.sources):
            if source not in check.streams and not check.incomplete("fleets"):
                check.known("sources", source, (*loc, "sources", i), "source")
        return
    entities = check.scenario.entities
    if () in (target.scopes, target.categories) or (target.entity is not None and target.entity not in entities):
        return  # noted already
    below = check.within(target.entity)
    covered = any(
        (entity in below or entity is None)
        and (target.scopes is None or scope in target.scopes)
        and (target.categories is None or scope != 3 or category in target.categories)
        for entity, scope, category in check.streams.values()
    )
    if (
        not covered
        and not any(map(check.incomplete, ("sources", "entities", "fleets")))
        and not check.problems.misses(*loc)
    ):
        help = "check `entity` and `scopes`: a target that covers nothing is always met"
        check.note(loc, "R003", "covers no source", help, at_key=True)


def _check_measure(check: Check, loc: Loc, target: Target) -> None:
    measure: Dimension | None = CARBON
    if isinstance(target, Reduction):
        if check.expect(target.cut, (*loc, "cut"), NUMBER, CARBON) == NUMBER:
            check_shares(check, target.cut, (*loc, "cut"), low=-10.0, tiny=True)
    elif isinstance(target, Peak):
        _check_cap(check, loc, target)
    elif isinstance(target, Neutrality):
        _check_credits(check, loc, target)
    elif isinstance(target, Intensity):
        measure = _check_intensity(check, loc, target)
    elif isinstance(target, Avoided):
        check.expect(target.multiple, (*loc, "multiple"), NUMBER)
        check.not_negative(target.multiple, (*loc, "multiple"), "write how many times the base, such as 4")
        _check_avoided_base(check, loc, target)
    elif isinstance(target, CarbonBudget) and target.at_most.value < 0 and not target.net:
        check.note((*loc, "at_most"), "V001", f'"{target.at_most.text}" is below zero', "gross emissions never are")
    elif isinstance(target, Historical) and target.stock.value < 0:
        check.note((*loc, "stock"), "V001", f'"{target.stock.text}" is below zero', "write what is to be removed")
    if target.penalty is not None and measure is not None:
        wanted = dict.fromkeys([per(MONEY, CARBON), per(MONEY, measure)])
        check.expect_amount(target.penalty, (*loc, "penalty"), *wanted)
    if target.penalty is not None and target.penalty.value < 0:
        text = f'"{target.penalty.text}" would pay for missing the target'
        check.note((*loc, "penalty"), "V001", text, "write a penalty of zero or more")


def _check_cap(check: Check, loc: Loc, target: Peak) -> None:
    cap, at = target.at_most, (*loc, "at_most")
    if cap is None or not check.expect_amount(cap, at, CARBON, NUMBER):
        return
    if cap.dimension == NUMBER and "%" not in cap.text and cap.value > 5:
        check.note(at, "U006", f'"{cap.text}" is a share above one', f"did you mean {cap.text} %?")
    elif cap.value < 0:
        check.note(at, "V001", f'"{cap.text}" is below zero', "gross emissions never are")


def _check_credits(check: Check, loc: Loc, target: Neutrality) -> None:
    price = target.credit_price
    if price is not None:
        check.expect(price, (*loc, "credit_price"), per(MONEY, CARBON))
    elif (
        target.credits > 0
        and not check.may_be_elsewhere((*loc, "credit_price"))
        and not check.incomplete("markets")
        and check.horizon is not None
    ):
        first, last = check.horizon.first, check.horizon.last
        sellers = [m for m in check.scenario.markets.values() if getattr(m, "credits", None) is not None]
        if not sellers:
            help = "give `credit_price: 80 CNY/tCO2e`, or write credits: 0 %"
            check.warn((*loc, "credits"), "credits are admitted and cost nothing", help)
            return
        sold = {y for m in sellers for y in range(m.from_year or first, (m.until_year or last) + 1)}
        without = sorted(y for y in _years_of(target, last) if first <= y <= last and y not in sold)
        if without:
            text = f"no market sells credits in {shortlist(map(str, without))}: none can be bought then"
            check.warn((*loc, "credits"), text, "give `credit_price: 80 CNY/tCO2e`, or let a market go on")


def _check_intensity(check: Check, loc: Loc, target: Intensity) -> Dimension | None:
    scenario = check.scenario
    denominator: Dimension | None = MONEY
    if target.per == "revenue":
        below = check.within(target.entity)
        named = target.entity is None or target.entity in scenario.entities
        earns = any(scenario.entities[n].revenue is not None for n in below if n in scenario.entities)
        if named and not earns and not check.incomplete("entities"):
            help = "give `revenue` to the entity or those below, or name a series"
            check.note((*loc, "per"), "R003", "no entity it covers has a revenue", help)
    elif target.per not in scenario.series:
        check.known("series", target.per, (*loc, "per"), "series")
        return None
    else:
        denominator = check.dimension(scenario.series[target.per], (*loc, "per"))
        check.not_negative(scenario.series[target.per], (*loc, "per"), "emissions are divided by it")
    if denominator is None:
        return None
    measure = per(CARBON, denominator)
    if target.at_most is not None:
        check.expect_amount(target.at_most, (*loc, "at_most"), measure)
    return measure


def _check_avoided_base(check: Check, loc: Loc, target: Avoided) -> None:
    entities = check.scenario.entities
    if target.base is not None or (target.entity is not None and target.entity not in entities):
        return
    if check.incomplete("entities") or check.may_be_elsewhere((*loc, "base")):
        return
    if not any(entities[n].avoided_baseline is not None for n in check.within(target.entity)):
        help = "write base: 12 MtCO2e, or give the entity an avoided_baseline"
        check.note(loc, "K002", "`base` is missing", help, at_key=True)


def _sinks(check: Check, loc: Loc, target: Target) -> list[str]:
    """The sinks that count for a target; notes names that are no sinks."""
    if not isinstance(target, Neutrality | Historical | CarbonBudget):
        return []
    projects = check.scenario.projects
    durable_only = isinstance(target, Historical)
    if target.removals is None:
        if isinstance(target, CarbonBudget) and not target.net:
            return []
        below = check.within(target.entity)
        sinks = {n: p for n, p in projects.items() if isinstance(p, Sink) and (p.entity in below or p.entity is None)}
        return [n for n, sink in sinks.items() if sink.durable or not durable_only]
    found = []
    for i, name in enumerate(target.removals):
        at = (*loc, "removals", i)
        if not check.known("projects", name, at, "sink"):
            continue
        project = projects[name]
        if not isinstance(project, Sink):
            if not check.is_unread(("projects", name, "kind")):
                check.note(at, "R003", f"{name} is no sink", "only sinks remove carbon")
        elif durable_only and not project.durable and not check.may_be_elsewhere(("projects", name, "durable")):
            help = "historical emissions are removed for good: write durable: true if that is so"
            check.note(at, "R003", f"{name} is not durable", help)
        else:
            found.append(name)
    return found
