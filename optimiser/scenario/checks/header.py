"""Checks of the head of a file: years in order, and none that is a slip of the pen."""

from __future__ import annotations

from optimiser.scenario.checks.context import Check

LONGEST = 200
FAR = 150


def check_header(check: Check) -> None:
    """Sets the horizon that other checks use, unless it could not be read or makes no sense."""
    scenario = check.scenario
    horizon = scenario.horizon
    first, last = horizon.first, horizon.last
    if last < first:
        help = f"did you mean {{first: {last}, last: {first}}}?"
        check.note(("horizon", "last"), "V003", f"the last year {last} is before the first {first}", help)
    elif last - first >= LONGEST:
        text = f"{last - first + 1} years are more than the limit of {LONGEST}"
        check.note(("horizon", "last"), "V001", text, "check both years")
    elif not check.is_unread(("horizon",)):
        check.horizon = horizon
        for key in ("base_year", "price_year"):
            year = getattr(scenario, key)
            if year is not None and not first - FAR <= year <= last:
                when = f"after the horizon {first} to {last}"
                if year < first:
                    when = f"{first - year} years before the horizon"
                check.note((key,), "V003", f"{year} is {when}", "check the year, and the horizon")
    if "discount_rate" not in scenario.model_fields_set and not check.may_be_elsewhere(("discount_rate",)):
        check.warn(("discount_rate",), "no discount_rate: money of all years counts alike", "write discount_rate: 6 %")
    deciding = ("projects", "fleets", "finance")
    if not any(getattr(scenario, section) or check.incomplete(section) for section in deciding):
        check.warn(("projects",), "there are no projects: nothing to decide")
