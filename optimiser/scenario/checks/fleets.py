"""Checks of fleets: states and changes fit together, and every figure has the unit of what it counts."""

from __future__ import annotations

import math
from typing import Any

from optimiser.errors import quoted
from optimiser.scenario.checks.context import Check, Loc, shortlist
from optimiser.scenario.checks.fuels import check_fuels
from optimiser.scenario.checks.regulation import check_regulation
from optimiser.scenario.fleets import NEW, SCRAP, Change, Fleet, State
from optimiser.scenario.paths import Listing, Path
from optimiser.source import locate
from optimiser.units import CARBON, MONEY, NUMBER, describe

_NONE_BELOW = "write a figure of zero or more"


def check_fleets(check: Check) -> None:
    """Every fleet for itself, and that its sources of emissions have names of their own."""
    for name, fleet in check.scenario.fleets.items():
        loc = ("fleets", name)
        check.contradictions(loc, fleet)
        check.entity(fleet.entity, loc)
        _check_names(check, loc, name, fleet)
        _check_duty(check, loc, fleet)
        for state_name, state in fleet.states.items():
            _check_state(check, (*loc, "states", state_name), fleet, state)
        _check_retire(check, loc, fleet)
        _check_changes(check, loc, fleet)
        check_fuels(check, loc, fleet)
        check_regulation(check, loc, fleet)


def place(check: Check, loc: Loc, name: str) -> Loc:
    """Where an entry of a mapping or a list stands."""
    return (*loc, int(name)) if isinstance(locate(check.root, loc).value, list) else (*loc, name)


def money_or_tonnes(check: Check, path: Path | None, loc: Loc, wanted: Any, negative: bool = False) -> None:
    """A path of a given dimension; without `negative` none of its figures is below zero."""
    if path is not None:
        check.expect(path, loc, wanted)
        if not negative:
            check.not_negative(path, loc, _NONE_BELOW)


def _check_names(check: Check, loc: Loc, name: str, fleet: Fleet) -> None:
    taken = [s for s in (x.source for x in fleet.streams(name)) if s in check.scenario.sources]
    taken += [f"{n}" for n in (name,) if n in check.scenario.projects]
    for other in taken:
        what = "source" if other in check.scenario.sources else "project"
        help = "rename one of the two: the emissions of a fleet are a source under its id"
        check.note(loc, "R003", f"there is a {what} called {quoted(other)} already", help, at_key=True)


def _check_duty(check: Check, loc: Loc, fleet: Fleet) -> None:
    money_or_tonnes(check, fleet.size, (*loc, "size"), NUMBER)
    docking = fleet.docking
    if docking is not None:
        money_or_tonnes(check, docking.slots_per_year, (*loc, "docking", "slots_per_year"), NUMBER)
    if fleet.base is not None and fleet.base.value < 0:
        check.note((*loc, "base"), "V001", f'"{fleet.base.text}" is below zero', "gross emissions never are")
    unread = check.is_unread((*loc, "states")) or check.may_be_elsewhere((*loc, "activity"))
    if fleet.activity is None:
        for name, state in fleet.states.items():
            if state.capacity is not None and not unread:
                text = "has a `capacity`, but the fleet no `activity`"
                check.note((*loc, "states", name, "capacity"), "K004", text, "say what it must deliver")
        return
    check.dimension(fleet.activity, (*loc, "activity"))
    check.not_negative(fleet.activity, (*loc, "activity"), _NONE_BELOW)
    if not any(s.capacity is not None for s in fleet.states.values()) and not unread:
        text = "has an `activity`, but none of its states a `capacity`"
        check.note((*loc, "activity"), "K002", text, "say what an asset delivers in a year")
    elif not unread:
        for name, state in fleet.states.items():
            at = (*loc, "states", name)
            if state.capacity is None and not check.is_unread((*at, "capacity")):
                help = "say what an asset in it delivers in a year: capacity, 0 if that is meant"
                check.warn(at, "has no `capacity`: its assets do nothing for the `activity` of the fleet", help)


def _check_state(check: Check, loc: Loc, fleet: Fleet, state: State) -> None:
    check.contradictions(loc, state)
    money_or_tonnes(check, state.emissions, (*loc, "emissions"), CARBON)
    money_or_tonnes(check, state.opex, (*loc, "opex"), MONEY, negative=True)
    if state.capacity is not None:
        at = (*loc, "capacity")
        wanted = check.dimension(fleet.activity, (*loc[:2], "activity")) if fleet.activity is not None else None
        if wanted is not None:
            check.expect(state.capacity, at, wanted, help=f"the activity is {describe(wanted)}: make the two fit")
        else:
            check.dimension(state.capacity, at)
        check.not_negative(state.capacity, at, _NONE_BELOW)
    life = state.life or fleet.life
    if check.horizon is None:
        return
    for year in state.built:
        at = (*loc, "built", year)
        if year > check.horizon.first:
            help = "assets to come are a change `from: new`"
            check.note(at, "V003", f"{year} is after the horizon begins in {check.horizon.first}", help)
        elif life is not None and year + life <= check.horizon.first:
            text = f"built in {year} with a life of {life} years: it ended before {check.horizon.first}"
            check.note(at, "V003", text, "give them a longer `life`, or leave them out")


def _check_retire(check: Check, loc: Loc, fleet: Fleet) -> None:
    for name, by_year in fleet.retire.items():
        at = (*loc, "retire", name)
        if name not in fleet.states:
            _unknown_state(check, at, name, fleet)
            continue
        before = 0
        for year, count in sorted(by_year.items()):
            if check.horizon is not None and year < check.horizon.first:
                help = f"today's assets are those of {check.horizon.first}: leave out those that went before"
                check.note((*at, year), "V003", f"{year} is before the horizon begins", help)
            if count < before:
                text = f"{count} by {year} are fewer than the {before} before: the list is cumulative"
                check.note((*at, year), "V001", text, "write how many have gone in all by each year")
            before = max(before, count)
        if before > fleet.states[name].initial and not check.may_be_elsewhere((*loc, "states", name, "count")):
            text = f"{before} of {fleet.states[name].initial} assets cannot retire"
            check.note(at, "V001", text, f"give {name} a larger count, or retire fewer")

    ends = check.horizon is None or _first_end(fleet) <= check.horizon.last
    kept = fleet.activity is not None or fleet.size is not None
    if ends and not kept and not any(c.from_ == NEW for c in fleet.changes.values()) and not check.is_unread(loc):
        help = "offer a change `from: new` that replaces them, or say the `size` or `activity` that is to be kept"
        check.warn(
            (*loc, "retire" if fleet.retire else "states"), "assets retire and none can be built: it shrinks", help
        )


def _first_end(fleet: Fleet) -> float:
    """The first year in which one of today's assets has retired; infinite where none ever does."""
    ends = [float(year) for by_year in fleet.retire.values() for year, count in by_year.items() if count]
    for state in fleet.states.values():
        life = state.life or fleet.life
        ends += [float(year + life) for year, count in state.built.items() if count and life is not None]
    return min(ends, default=math.inf)


def _unknown_state(check: Check, loc: Loc, name: str, fleet: Fleet, more: tuple[str, ...] = ()) -> None:
    if check.is_unread((*loc[:2], "states")):
        return
    known = [*fleet.states, *more]
    help = check.problems.near(name, known, cutoff=0.5) or f"known: {shortlist(known)}"
    check.note(loc, "R001", f"no state is called {quoted(name)}", help)


def _check_changes(check: Check, loc: Loc, fleet: Fleet) -> None:
    for name, change in fleet.changes.items():
        at = place(check, (*loc, "changes"), name)
        check.contradictions(at, change)
        if change.from_ not in fleet.states and change.from_ != NEW:
            _unknown_state(check, (*at, "from"), change.from_, fleet, (NEW,))
        if change.to not in fleet.states and change.to != SCRAP:
            _unknown_state(check, (*at, "to"), change.to, fleet, (SCRAP,))
        _check_change(check, at, change)
        unread = check.is_unread(loc) or check.may_be_elsewhere((*loc, "activity"))
        if fleet.activity is None and change.lead_time and change.from_ != NEW and not unread:
            text = "assets in the yard emit nothing, and none does their work: targets of these years count that"
            check.warn((*at, "lead_time"), text, "say the `activity` that the fleet must keep delivering")


def _check_change(check: Check, at: Loc, change: Change) -> None:
    if change.capex is not None:
        check.expect_amount(change.capex, (*at, "capex"), MONEY)
        figures = change.capex.values if isinstance(change.capex, Listing) else (change.capex.value,)
        if min(figures) < 0:
            help = "what an asset brings at its end is a `scrap_value`, what a state saves an `opex`"
            check.note((*at, "capex"), "V001", "has a figure below zero", help)
    money_or_tonnes(check, change.scrap_value, (*at, "scrap_value"), MONEY, negative=True)
    for clause in change.requires:
        for other, _ in clause:
            where = (*at, "requires")
            if check.known("projects", other, where, "project") and check.scenario.projects[other].size is not None:
                help = "require a project of units, or one that is yes or no"
                check.note(where, "R003", f"{other} has any size and cannot be required", help)
    for name, amount in change.uses.items():
        where = (*at, "uses", name)
        if check.known("resources", name, where, "resource"):
            limit = check.dimension(check.scenario.resources[name].limit, ("resources", name, "limit"))
            if limit is not None:
                check.expect_amount(amount, where, limit)
    if check.horizon is None:
        return
    first, last = check.horizon.first, check.horizon.last - change.lead_time
    if (change.from_year or first) > last or (change.until_year or last) < first:
        key = "from_year" if (change.from_year or first) > last else "until_year"
        text = "cannot end within the horizon" if change.lead_time else "has no year of the horizon"
        help = "move its years, or take it out"
        check.note((*at, key), "V002", f"the change from {change.from_} to {change.to} {text}", help)
