"""Checks of finance: years, rates and eligible spending of instruments, and that every amount has a limit."""

from __future__ import annotations

from optimiser.errors import quoted
from optimiser.scenario.checks.context import Check, Loc, shortlist
from optimiser.scenario.checks.projects import check_shares
from optimiser.scenario.finance import Debt, Deposit, Facility, Funding, Grant, Limit, SustainabilityLinked
from optimiser.units import MONEY, NUMBER

DEAR = 0.1
"""A fee or step-up of a tenth and more is mostly a percentage without its sign."""


def check_finance(check: Check) -> None:
    """Every instrument for itself, then whether something limits it."""
    for name, entry in check.scenario.finance.items():
        loc = ("finance", name)
        check.contradictions(loc, entry)
        check.entity(entry.entity, loc)
        if isinstance(entry, Limit):
            _check_limit(check, loc, entry)
            continue
        _check_years(check, loc, entry)
        if isinstance(entry, Debt | Deposit):
            _check_rate(check, loc, entry)
        if isinstance(entry, Funding) and entry.eligible is not None:
            _check_eligible(check, loc, entry)
        for key in ("fee", "step_up"):
            value = getattr(entry, key, 0.0)
            if value >= DEAR:
                text = f"{value * 100:g} % is dear for a `{key}`"
                check.warn((*loc, key), text, f"write {value:g} % if that is meant")
        if isinstance(entry, SustainabilityLinked):
            _check_step_up(check, loc, entry)
        if isinstance(entry, Funding):
            _check_amount(check, loc, entry)
        _check_bounded(check, name, entry)


def _check_years(check: Check, loc: Loc, entry: Funding | Deposit) -> None:
    horizon = check.horizon
    if horizon is None:
        return
    last = horizon.last
    if isinstance(entry, Facility) and entry.until is not None:
        last = min(last, entry.until)
        if last < horizon.first:
            text = f"{entry.until} is before the horizon begins"
            check.note((*loc, "until"), "V003", text, "move the year, or take the pool out with null")
            return
    if entry.issue is not None and not any(horizon.first <= y <= last for y in entry.issue):
        text = f"no year of {horizon.first} to {last} is among the years of issue"
        help = "debt of before the horizon is `issued: {2023: 800 MCNY}`; else move the years"
        check.note((*loc, "issue"), "V002", text, help)
    for year in entry.issued if isinstance(entry, Debt) else ():
        if year >= horizon.first:
            text = f"{year} is not before the horizon, which begins in {horizon.first}"
            help = "an issue that is decided already is `committed: true` with `issue` and `ticket`"
            check.note((*loc, "issued", year), "V003", text, help)


def _check_rate(check: Check, loc: Loc, entry: Debt | Deposit) -> None:
    if check.expect(entry.rate, (*loc, "rate"), NUMBER) is not None:
        check_shares(check, entry.rate, (*loc, "rate"), low=-0.99)


def _check_eligible(check: Check, loc: Loc, entry: Funding) -> None:
    eligible, at = entry.eligible, (*loc, "eligible")
    assert eligible is not None
    if eligible.entity is not None:
        check.known("entities", eligible.entity, (*at, "entity"), "entity")
    for i, name in enumerate(eligible.projects or ()):
        if name not in check.scenario.fleets:
            check.known("projects", name, (*at, "projects", i), "project")
    if eligible.tags is None or check.incomplete("projects") or check.incomplete("fleets"):
        return
    used = check.tags
    for i, tag in enumerate(eligible.tags):
        if tag not in used:
            help = check.problems.near(tag, used) or f"tags in use: {shortlist(sorted(used))}"
            text = f"no project has the tag {quoted(tag)}"
            check.note((*at, "tags", i), "R001", text, help if used else "no project has tags")


def _check_step_up(check: Check, loc: Loc, entry: SustainabilityLinked) -> None:
    if not check.known("targets", entry.target, (*loc, "target"), "target"):
        return
    target = check.scenario.targets[entry.target]
    soft = target.penalty is not None or target.priority is not None
    if not soft and not check.problems.misses("targets", entry.target):
        help = "give the target a `penalty` (0 CNY/tCO2e will do), or a `priority`"
        check.warn((*loc, "target"), f"{entry.target} must hold, so it is never missed and the rate never rises", help)
    if entry.from_year is not None and check.horizon is not None and entry.from_year > check.horizon.last:
        text = f"{entry.from_year} is after the horizon, which ends in {check.horizon.last}"
        check.note((*loc, "from_year"), "V003", text, "move the year, or lengthen the horizon")


def _check_limit(check: Check, loc: Loc, entry: Limit) -> None:
    if entry.outstanding is not None:
        check.expect(entry.outstanding, (*loc, "outstanding"), MONEY)
        check.not_negative(entry.outstanding, (*loc, "outstanding"), "write what may be owed, zero or more")
    if entry.share is not None and check.expect(entry.share, (*loc, "share"), NUMBER) is not None:
        check_shares(check, entry.share, (*loc, "share"), high=10.0)
    if entry.share is not None:
        _check_of(check, loc, entry)
    for i, name in enumerate(entry.instruments or ()):
        at = (*loc, "instruments", i)
        if check.known("finance", name, at, "instrument") and not isinstance(check.scenario.finance[name], Debt):
            check.note(at, "R003", f"{name} is no debt", "name bonds, loans and facilities")
    if not check.incomplete("finance") and not any(limits(check, entry, n) for n in check.scenario.finance):
        check.warn(loc, "no debt of this entity or below stands in the file: it limits nothing")


def _check_of(check: Check, loc: Loc, entry: Limit) -> None:
    if entry.of in (None, "revenue"):
        below, entities = check.within(entry.entity), check.scenario.entities
        named = entry.entity is None or entry.entity in entities
        earns = any(entities[n].revenue is not None for n in below if n in entities)
        if named and not earns and not check.incomplete("entities"):
            help = "give `revenue` to the entity or those below, or name a series of money"
            check.note((*loc, "of" if entry.of else "share"), "R003", "no entity it covers has a revenue", help)
    elif check.known("series", str(entry.of), (*loc, "of"), "series"):
        check.expect(check.scenario.series[str(entry.of)], (*loc, "of"), MONEY)


def limits(check: Check, limit: Limit, name: str) -> bool:
    """True where a ceiling covers the debt called `name`."""
    debt = check.scenario.finance[name]
    if not isinstance(debt, Debt) or (limit.instruments is not None and name not in limit.instruments):
        return False
    return not check.scenario.entities or _entity(check, debt.entity) in check.within(_entity(check, limit.entity))


def _entity(check: Check, name: str | None) -> str | None:
    return name if name is not None or not check.top else check.top[0]


def _check_amount(check: Check, loc: Loc, entry: Funding) -> None:
    """Where all issues together may be less than the least of one there is never any."""
    if entry.ticket is None or entry.amount is None or not 0 < entry.amount.value < entry.ticket[0]:
        return
    text = f"{entry.amount.text} in all is less than the least of one issue: there can be none"
    check.warn((*loc, "amount"), text, "raise the amount or lower the least `ticket`")


def _check_bounded(check: Check, name: str, entry: Funding | Deposit) -> None:
    """Something must say how much at most, or the cheapest money would be without end."""
    loc = ("finance", name)
    if (entry.ticket is not None and entry.ticket[1] is not None) or check.incomplete("finance"):
        return
    if isinstance(entry, Deposit):
        held = any(_holds(check, b, entry.entity) for b in check.scenario.budgets.values())
        if not held and not check.incomplete("budgets"):
            help = "write ticket: [0 MCNY, 500 MCNY], or give the entity a budget with covers: cash"
            check.note(loc, "K002", "nothing says how much may be put away", help, at_key=True)
        return
    ceiling = any(isinstance(e, Limit) and limits(check, e, name) for e in check.scenario.finance.values())
    used = entry.eligible is not None or isinstance(entry, Grant)
    if entry.amount is None and not used and not ceiling:
        help = "write ticket: [0 MCNY, 3 bn CNY], amount, eligible, or a ceiling of kind limit"
        check.note(loc, "K002", "nothing says how much may be issued", help, at_key=True)


def _holds(check: Check, budget, entity: str | None) -> bool:
    narrowed = budget.tags is not None or budget.projects is not None
    covered = budget.entity is None or _entity(check, entity) in check.within(budget.entity)
    return budget.covers == "cash" and not narrowed and covered
