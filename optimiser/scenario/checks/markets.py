"""Checks of markets: coverage, prices, allocations, and what may earn credits or certificates."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from optimiser.errors import quoted
from optimiser.scenario.allocation import Allocation, Benchmark
from optimiser.scenario.checks.context import Check, Loc, shortlist
from optimiser.scenario.checks.projects import check_shares
from optimiser.scenario.kinds import Facility, Project, Sink
from optimiser.scenario.markets import Chosen, ExternalMarket, InternalMarket, Market
from optimiser.scenario.paths import Path
from optimiser.units import CARBON, MONEY, NUMBER, per, times

PRICE = per(MONEY, CARBON)
_OVER = 10.0


def check_markets(check: Check) -> None:
    """Every market for itself, then projects that would be credited twice."""
    seen: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, market in check.scenario.markets.items():
        loc = ("markets", name)
        check.contradictions(loc, market)
        _check_years(check, loc, market)
        _check_coverage(check, loc, market)
        if isinstance(market, InternalMarket):
            _check_internal(check, loc, market)
            continue
        _check_prices(check, loc, market)
        if market.free_allocation is not None:
            _check_allocation(check, loc, "free_allocation", market.free_allocation, market)
        for key in ("issues", "certificates"):
            chosen = getattr(market, key)
            for project in _check_chosen(check, (*loc, key), key, chosen) if chosen is not None else ():
                seen[key, project].append(name)
    for (key, project), names in seen.items():
        if len(names) > 1:
            what = "credits" if key == "issues" else "certificates"
            text = f"{project} would earn {what} in {shortlist(names)}"
            check.note(("markets", names[-1], key), "K004", text, "one tonne earns once: name it in one market")


def _check_years(check: Check, loc: Loc, market: Market) -> None:
    if check.horizon is None:
        return
    first, last = check.horizon.first, check.horizon.last
    if market.from_year is not None and market.from_year > last:
        text = f"{market.from_year} is after the horizon ends in {last}"
        check.note((*loc, "from_year"), "V003", text, "lengthen the horizon, or take the market out")
    if market.until_year is not None and market.until_year < first:
        text = f"{market.until_year} is before the horizon begins in {first}"
        check.note((*loc, "until_year"), "V003", text, "take the market out, or move the year")


def covers(market: Market) -> bool:
    """True where emissions need allowances."""
    return isinstance(market, InternalMarket) or (isinstance(market, ExternalMarket) and market.price is not None)


def _check_coverage(check: Check, loc: Loc, market: Market) -> None:
    entities = [e for i, e in enumerate(market.entities or ()) if _known(check, "entities", e, (*loc, "entities", i))]
    named = [s for i, s in enumerate(market.sources or ()) if _emits(check, s, (*loc, "sources", i))]
    if len(entities) < len(market.entities or ()) or len(named) < len(market.sources or ()) or not covers(market):
        return
    within = set().union(*(check.within(e) for e in entities)) if entities else check.within(None)
    if market.sources is not None:
        for i, name in enumerate(named):
            owner = check.streams[name][0]
            if entities and owner not in within and not (owner is None and set(check.top) & within):
                text = f"{name} belongs to none of the covered entities"
                check.note((*loc, "sources", i), "R003", text, "name its entity in `entities`, or leave them out")
        _warn_of_two_prices(check, loc, market, named)
        return
    found = [
        name
        for name, (entity, scope, category) in check.streams.items()
        if (entity in within or (entity is None and (not entities or set(check.top) & within)))
        and (market.scopes is None or scope in market.scopes)
        and (market.categories is None or scope != 3 or category in market.categories)
    ]
    _warn_of_two_prices(check, loc, market, found)
    doubtful = () in (market.scopes, market.categories, market.entities) or check.problems.misses(*loc)
    if not found and not doubtful and not any(map(check.incomplete, ("sources", "entities", "fleets"))):
        check.note(loc, "R003", "covers no source", "check `entities` and `scopes`", at_key=True)


def _warn_of_two_prices(check: Check, loc: Loc, market: Market, covered: list[str]) -> None:
    """Fleets that pay for their emissions by `eu_ets` already: the same tonnes would be paid for twice."""
    for name in covered:
        fleet = check.scenario.fleets.get(name)
        if fleet is None or fleet.regulation is None or fleet.regulation.eu_ets is None:
            continue
        if isinstance(market, ExternalMarket):
            help = "keep one of the two, or name what is covered in `entities` or `sources`"
            check.warn(loc, f"covers {name}, whose emissions `eu_ets` prices already: both are paid", help)


def _emits(check: Check, name: str, loc: Loc) -> bool:
    """True for a source of the file or of a fleet; notes the rest, where it can be told."""
    if name in check.streams or check.incomplete("fleets"):
        return name in check.streams
    return _known(check, "sources", name, loc)


def _known(check: Check, section: str, name: str, loc: Loc) -> bool:
    return check.known(section, name, loc, {"entities": "entity", "sources": "source", "projects": "project"}[section])


def _share(check: Check, path: Path, loc: Loc, high: float = 1.0) -> None:
    if check.expect(path, loc, NUMBER) is not None:
        check_shares(check, path, loc, high=high)


def _check_prices(check: Check, loc: Loc, market: ExternalMarket) -> None:
    credits = market.credits
    priced: list[tuple[Loc, Path | None]] = [(("price",), market.price), (("sell_price",), market.sell_price)]
    priced += [(("credits", "price"), credits.price)] if credits is not None else []
    for key, path in priced:
        if path is not None and check.expect(path, (*loc, *key), PRICE) is not None:
            check.not_negative(path, (*loc, *key), "write what a tonne costs, zero or more")
    if market.price is not None and market.sell_price is not None:
        _check_spread(check, loc, market.price, market.sell_price)
    if market.phase_in is not None:
        _share(check, market.phase_in, (*loc, "phase_in"))
    if credits is not None and credits.share is not None:
        _share(check, credits.share, (*loc, "credits", "share"))
        if market.price is None and not check.may_be_elsewhere((*loc, "price")):
            help = "write the price of an allowance, or leave the share out"
            check.note((*loc, "credits", "share"), "K004", "nothing is due here that credits could cover", help)


def _check_spread(check: Check, loc: Loc, buys: Path, sells: Path) -> None:
    """A sale never brings more than a purchase costs: that would be money for nothing, without an end."""
    bought, sold = check.resolve(buys, (*loc, "price")), check.resolve(sells, (*loc, "sell_price"))
    if bought is None or sold is None or check.horizon is None:
        return
    first, last = check.horizon.first, check.horizon.last
    for year in range(first, last + 1):
        if value_at(sold, year, first) > value_at(bought, year, first) * (1 + 1e-9):
            text = f"in {year} a sale would bring more than a purchase costs"
            check.note((*loc, "sell_price"), "V001", text, "write a sell_price up to the price, or a spread")
            return


def value_at(path: Path, year: int, first: int) -> float:
    """A resolved path in a year: linear between its points, flat outside, or growing from its anchor."""
    if path.growth is not None:
        start, growth, anchor = path.growth
        return start * (1 + growth) ** (year - (first if anchor is None else anchor))
    points = sorted(path.points)
    if year <= points[0][0]:
        return points[0][1]
    for (a, x), (b, y) in pairwise(points):
        if year <= b:
            return x + (y - x) * (year - a) / (b - a)
    return points[-1][1]


def _check_allocation(check: Check, loc: Loc, key: str, given: Allocation, market: Market) -> None:
    at = (*loc, key)
    for place, part in given.parts():
        here = (*at, *place)
        if isinstance(part, Benchmark):
            activity = check.dimension(part.activity, (*here, "activity"))
            if activity is not None:
                check.expect(part.benchmark, (*here, "benchmark"), per(CARBON, activity))
            check.not_negative(part.benchmark, (*here, "benchmark"), "write tonnes, zero or more")
            check.not_negative(part.activity, (*here, "activity"), "write an activity, zero or more")
            continue
        if check.expect(part, here, NUMBER, CARBON) == NUMBER:
            check_shares(check, part, here, high=_OVER)
        elif check.dimension(part, here) == CARBON:
            check.not_negative(part, here, "write tonnes, zero or more")
    names = [name for name, _ in given.by_entity]
    for name in names:
        if name not in (market.entities or ()) and not check.is_unread((*loc, "entities")):
            help = check.problems.near(name, market.entities or ()) or f"covered: {shortlist(market.entities or ())}"
            check.note((*at, name), "R001", f"{quoted(name)} is none of the covered entities", help)
    if isinstance(market, ExternalMarket) and not market.pooled and len(market.entities or ()) > 1:
        whole = given.whole
        if isinstance(whole, Benchmark) or (whole is not None and check.dimension(whole, at) == CARBON):
            help = "write it by entity, such as {works: 40 ktCO2e, yard: 60 ktCO2e}, or pooled: true"
            check.note(at, "K004", "tonnes for several entities together, each with an account", help)
    if isinstance(market, ExternalMarket) and market.pooled and names:
        check.note(at, "K004", "an allocation by entity where there is one account", "leave `pooled` out")


def _check_internal(check: Check, loc: Loc, market: InternalMarket) -> None:
    if market.cap is not None and check.expect(market.cap, (*loc, "cap"), NUMBER, CARBON) == NUMBER:
        check_shares(check, market.cap, (*loc, "cap"), high=_OVER)
    elif market.cap is not None:
        check.not_negative(market.cap, (*loc, "cap"), "write tonnes, zero or more")
    entities, given = market.entities or (), market.allocation
    if len(entities) == 1:
        help = "name another one: transfers need two"
        check.warn((*loc, "entities"), "one entity has nobody to trade with", help)
    if given is None:
        return
    _check_allocation(check, loc, "allocation", given, market)
    at = (*loc, "allocation")
    if given.whole is not None:
        check.note(at, "K003", "is not by entity", "write {works: 40 %, yard: 60 %}, or leave it out")
        return
    missing = [e for e in entities if e not in dict(given.by_entity)]
    if missing:
        check.note(at, "K002", f"{shortlist(missing)} is given nothing", "write an allocation for every entity")
        return
    kinds = {check.dimension(g, (*at, n)) if not isinstance(g, Benchmark) else CARBON for n, g in given.by_entity}
    if None in kinds:
        return
    if len(kinds) > 1:
        check.note(at, "K004", "shares and tonnes beside each other", "write one or the other for all entities")
    elif kinds == {CARBON} and market.cap is not None:
        check.note(at, "K004", "tonnes beside a `cap`", "write shares of the cap, or leave the cap out", at_key=True)
    elif kinds == {NUMBER}:
        _check_sum(check, loc, market)


def _check_sum(check: Check, loc: Loc, market: InternalMarket) -> None:
    """Shares of a cap are all of it, in every year."""
    at = (*loc, "allocation")
    if market.cap is None:
        if not check.may_be_elsewhere((*loc, "cap")):
            check.note(at, "K004", "shares of a cap that is missing", "write cap: 300 ktCO2e")
        return
    assert market.allocation is not None
    parts = [check.resolve(g, (*at, n)) for n, g in market.allocation.by_entity if isinstance(g, Path)]
    if check.horizon is None or any(p is None for p in parts):
        return
    first = check.horizon.first
    for year in range(first, check.horizon.last + 1):
        total = sum(value_at(p, year, first) for p in parts if p is not None)
        if abs(total - 1) > 1e-6:
            text = f"the shares of {year} sum to {total * 100:.6g} %"
            check.note(at, "V004", text, "write shares that sum to 100 % in every year")
            return


def _check_chosen(check: Check, loc: Loc, key: str, chosen: Chosen) -> list[str]:
    """The projects that issue credits, or earn certificates; notes those that cannot."""
    can = _earns if key == "issues" else _exports
    projects = check.scenario.projects
    used = {tag for p in projects.values() for tag in p.tags}
    if not chosen.projects and not chosen.tags:
        check.note(loc, "K002", "names no project", "write projects: [a, b], or tags: [...]")
    for i, tag in enumerate(chosen.tags or ()):
        if tag not in used and not check.incomplete("projects"):
            help = check.problems.near(tag, used) or f"tags in use: {shortlist(sorted(used))}"
            check.note((*loc, "tags", i), "R001", f"no project has the tag {quoted(tag)}", help)
    found = [n for n, p in projects.items() if set(p.tags) & set(chosen.tags or ()) and can(p)]
    for i, name in enumerate(chosen.projects or ()):
        at = (*loc, "projects", i)
        if not _known(check, "projects", name, at):
            continue
        if can(projects[name]):
            found.append(name)
        elif not check.may_be_elsewhere(("projects", name, "kind")):
            text = f"{name} sells no output" if key == "certificates" else f"{name} removes nothing and sells nothing"
            help = "name a facility that sells" if key == "certificates" else "name sinks, or facilities that sell"
            check.note(at, "R003", text, help)
    found = list(dict.fromkeys(found))
    _check_measures(check, loc, chosen, [projects[n] for n in found])
    return found


def _check_measures(check: Check, loc: Loc, chosen: Chosen, projects: list[Project]) -> None:
    """Figures per output fit every project that they are for."""
    certificate, factor = getattr(chosen, "price", None), getattr(chosen, "factor", None)
    made = {d for p in projects if isinstance(p, Facility) and (d := _output(check, p)) is not None}
    for key, path, of in (("price", certificate, MONEY), ("factor", factor, CARBON)):
        if path is None:
            continue
        wanted = [per(of, d) for d in made] if key == "price" else [NUMBER, *(per(of, d) for d in made)]
        if wanted and check.expect(path, (*loc, key), *wanted) == NUMBER:
            check_shares(check, path, (*loc, key))
        check.not_negative(path, (*loc, key), "write zero or more")


def _output(check: Check, project: Facility):
    """The dimension of what a facility makes in all, or None."""
    found = check.dimension(project.yield_, ("projects",)) if project.yield_ is not None else None
    return times(found, project.size.max.dimension) if found is not None and project.size is not None else found


def _earns(project: Project) -> bool:
    return isinstance(project, Sink) or project.avoids is not None or _exports(project)


def _exports(project: Project) -> bool:
    if not isinstance(project, Facility) or project.yield_ is None:
        return False
    return project.sells is not None or project.displaces is not None or project.supplies is None
