"""Checks of projects one by one: windows, and the units of every figure."""

from __future__ import annotations

from optimiser.errors import quoted
from optimiser.scenario.checks.context import Check, Loc, amount_dimension, each
from optimiser.scenario.checks.places import place_of, places_of
from optimiser.scenario.flows import Abates, Avoids, Delivers, Removes
from optimiser.scenario.kinds import Facility, Project
from optimiser.scenario.paths import Listing, Path
from optimiser.units import CARBON, MONEY, NUMBER, Dimension, describe, per, times


def check_projects(check: Check) -> None:
    """Every project for itself."""
    for name, project in check.scenario.projects.items():
        loc = ("projects", name)
        check.contradictions(loc, project)
        check.entity(project.entity, loc)
        _check_window(check, loc, project)
        _check_amount(check, loc, project)
        _check_money(check, loc, name, project)
        _check_flows(check, loc, project)
        _check_uses(check, loc, project)


def _check_window(check: Check, loc: Loc, project: Project) -> None:
    if project.start is None or check.horizon is None:
        return
    (first, last), horizon = project.start, check.horizon
    if last < horizon.first or first > horizon.last:
        text = f"the window [{first}, {last}] has no year of the horizon {horizon.first} to {horizon.last} in it"
        help = "it is decided already: move the window, or lengthen the horizon" if project.committed else ""
        check.note((*loc, "start"), "V002", text, help or "move the window, or take the project out with null")


def _check_amount(check: Check, loc: Loc, project: Project) -> None:
    if project.units is not None:
        least = project.units.min or 0
        if least > project.units.max:
            text = f"min {least} is more than max {project.units.max}"
            check.note((*loc, "units", "min"), "V001", text, "write a min up to the max")
    size = project.size
    if size is None:
        return
    for key in ("min", "per_year"):
        part = getattr(size, key)
        if part is None or not check.expect_amount(part, (*loc, "size", key), size.max.dimension):
            continue
        if part.value < 0 or (key == "per_year" and part.value == 0):
            check.note((*loc, "size", key), "V001", f'"{part.text}" is not above zero', "write a size above zero")
        elif key == "min" and part.value > size.max.value:
            text = f"min {part.text} is more than max {size.max.text}"
            check.note((*loc, "size", "min"), "V001", text, "write a min up to the max")
    if size.max.value <= 0:
        text = f'"{size.max.text}" is not above zero'
        check.note((*loc, "size", "max"), "V001", text, "write the largest size, or take the project out with null")


def _check_money(check: Check, loc: Loc, name: str, project: Project) -> None:
    wanted = each(project, MONEY)
    capex, opex = project.capex, project.opex
    if capex is not None:
        check.expect_amount(capex, (*loc, "capex"), wanted, help=_per_size(name, project, capex.text))
    if isinstance(opex, Listing):
        check.expect_amount(opex, (*loc, "opex"), wanted, help=_per_size(name, project, opex.text))
    elif opex is not None:
        check.expect(opex, (*loc, "opex"), wanted, help=_per_size(name, project, opex.text))


def _per_size(name: str, project: Project, text: str) -> str:
    if project.size is None:
        return f"{name} has no size: write money per unit" if "/" in text else ""
    unit = project.size.max.unit
    if not unit:
        return f"the size of {name} has no unit: give it one, such as max: 30 MW"
    return f"the size of {name} is in {unit}; write {text.split('/')[0].strip()}/{unit}"


def _check_flows(check: Check, loc: Loc, project: Project) -> None:
    for flow in project.flows():
        if isinstance(flow, Abates):
            _check_abates(check, loc, project, flow)
        elif isinstance(flow, Avoids):
            check.expect(flow.amount, place_of(loc, project, "avoids", flow.amount), each(project, CARBON), CARBON)
        elif isinstance(flow, Removes):
            _check_removes(check, loc, project, flow)
        elif isinstance(flow, Delivers):
            _check_delivers(check, loc, project, flow)
    if isinstance(project, Facility) and project.yield_ is None and not check.may_be_elsewhere((*loc, "yield")):
        check.warn(loc, "a facility without `yield` delivers nothing", "write yield: 1100 MWh/MW")


def _check_abates(check: Check, loc: Loc, project: Project, flow: Abates) -> None:
    named, at = places_of(loc, project, flow)
    if not check.known("sources", flow.source, named, "source"):
        check.dimension(flow.amount, at)
        return
    source = check.scenario.sources[flow.source]
    place = ("sources", flow.source)
    if flow.market_only and source.market_factor is None and not check.may_be_elsewhere((*place, "market_factor")):
        check.note(named, "R003", f"{flow.source} has no market-based ledger", "give the source a `market_factor`")
    if check.may_be_elsewhere((*place, "activity")):
        check.dimension(flow.amount, at)
        return
    wanted = [NUMBER, each(project, CARBON), each(project, NUMBER), CARBON]
    if source.activity is not None:
        activity = check.activity(flow.source)
        if activity is None:
            return
        wanted += [activity, each(project, activity)]
    dimension = check.expect(flow.amount, at, *dict.fromkeys(wanted))
    if dimension == NUMBER:
        check_shares(check, flow.amount, at, low=-10.0, help="no share of what is left is more than all of it")


def check_shares(
    check: Check, path: Path, loc: Loc, low: float = 0.0, high: float = 1.0, tiny: bool = False, help: str = ""
) -> None:
    """Notes shares above one (a percentage without its sign?) and, with `tiny`, fractions with a percent sign.

    `help` is for a share that is too large or too small; without it the limits are said.
    """
    within = help or f"write a share from {low * 100:g} % to {high * 100:g} %"
    found = path if path.reference is None else check.resolve(path, loc)
    for value in found.values if found is not None else ():
        if high < value <= 1000 and "%" not in path.text:
            check.note(loc, "U006", f'"{value:g}" is a share above one', f"did you mean {value:g} %?")
        elif not low <= value <= high:
            limit = f"more than {high * 100:g} %" if value > high else f"less than {low * 100:g} %"
            check.note(loc, "V001", f'"{value * 100:g} %" is {limit}', within)
        elif tiny and "%" in path.text and 0 < value < 0.01:
            text = f'"{value * 100:g} %" looks like a fraction with a percent sign'
            check.note(loc, "U006", text, f"write {value * 1e4:g} %, or {value:g} without the sign if it is meant")
        else:
            continue
        return


def _check_removes(check: Check, loc: Loc, project: Project, flow: Removes) -> None:
    at = place_of(loc, project, "removal", flow.by_age)
    check.expect(flow.by_age, at, each(project, CARBON))
    found = flow.by_age if flow.by_age.reference is None else check.resolve(flow.by_age, at)
    if found is None:
        return
    form = "write {0: 0 tCO2e/ha, 20: 7.5 tCO2e/ha}, where 0 is the first year of operation"
    if found.growth is not None:
        check.note(at, "K003", "`removal` goes by year of operation, not by growth from a calendar year", form)
    elif any(age > 1000 for age, _ in found.points):
        check.note(at, "V003", "`removal` goes by year of operation, not by calendar year", form)


def _check_delivers(check: Check, loc: Loc, project: Project, flow: Delivers) -> None:
    output = check.dimension(flow.output, (*loc, "yield"))
    check.not_negative(flow.output, (*loc, "yield"), "write the output, zero or more")
    made = times(output, amount_dimension(project)) if output is not None else None
    taken = None
    if flow.supplies is not None and check.known("sources", flow.supplies, (*loc, "supplies"), "source"):
        taken = _taken(check, loc, flow.supplies)
    if taken is not None and made is not None and taken != made:
        check.expect(flow.output, (*loc, "yield"), each(project, taken))
    elif made is not None and any(n != "time" and e < 0 for n, e in made):
        unit = describe(amount_dimension(project))
        text = f"{quoted(flow.output.text)} is {describe(output or NUMBER)}, expected an output per {unit}"
        check.note((*loc, "yield"), "U003", text, f"the size is {unit}: write what a unit of it makes in a year")
        made = None
    made = taken or made
    size = amount_dimension(project)
    if taken is None and output == NUMBER != size and _price_says_otherwise(check, flow, made):
        text = f"{quoted(flow.output.text)} has no unit, expected an output per {describe(size)}"
        check.note((*loc, "yield"), "U004", text, "write what a unit of the size makes in a year, such as 1100 MWh/MW")
        made = None
    for key, path, of in (
        ("price", flow.price, MONEY),
        ("sells", flow.sells, MONEY),
        ("displaces", flow.displaces, CARBON),
    ):
        if path is not None and made is None:
            check.dimension(path, (*loc, key))
        elif path is not None:
            check.expect(path, (*loc, key), per(of, made or NUMBER))


def _price_says_otherwise(check: Check, flow: Delivers, made: Dimension | None) -> bool:
    """True where a price is per another unit than what is made."""
    found = [(check.dimension(p, ()), MONEY) for p in (flow.price, flow.sells) if p is not None and p.reference is None]
    return any(dimension != per(of, made or NUMBER) for dimension, of in found)


def _taken(check: Check, loc: Loc, name: str) -> Dimension | None:
    """The dimension of what a source takes, by which output and prices are judged; None where it is not known."""
    source = check.scenario.sources[name]
    unread = check.may_be_elsewhere(("sources", name, "activity"))
    if source.activity is None and source.baseline is not None and not unread:
        help = "give the source an activity and a factor, so that it is known how much it can use"
        check.note((*loc, "supplies"), "R003", f"{name} has only a baseline", help)
    return check.activity(name)


def _check_uses(check: Check, loc: Loc, project: Project) -> None:
    for name, amount in project.uses.items():
        at = (*loc, "uses", name)
        if not check.known("resources", name, at, "resource"):
            continue
        limit = check.dimension(check.scenario.resources[name].limit, ("resources", name, "limit"))
        if limit is not None:
            check.expect_amount(amount, at, *dict.fromkeys([each(project, limit), limit]))
