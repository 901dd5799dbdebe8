"""Ways to decide a project in whole numbers, and the logic among projects."""

from dataclasses import dataclass

from .profiles import Project
from .quantities import quantity

TOLERANCE = 1e-7  # MCNY, ktCO2e, GWh: what floating point may lose on an equality


@dataclass(frozen=True)
class Option:
    """One way to decide a project: amounts by start year, or (`amounts` None) any size within its limits."""

    amounts: tuple[float, ...] | None
    first_start: int | None  # None when nothing starts; of no meaning when the size is open
    chosen: bool


def as_option(project: Project, amounts) -> Option:
    begun = [year for year, amount in zip(project.window, amounts, strict=True) if amount > TOLERANCE]
    return Option(tuple(amounts), begun[0] if begun else None, bool(begun))


def within_limits(project: Project, amounts: list[float]) -> bool:
    slack = 0 if project.whole else 1e-6
    if max(amounts) > project.per_year + slack or sum(amounts) > project.most + slack:
        return False
    if sum(amounts) <= TOLERANCE:
        return not project.committed
    return sum(amounts) >= project.least - slack


def logical(raw: dict, projects: dict[str, Project], options: dict[str, Option]) -> bool:
    """Whether requirements, exclusions and groups hold (open sizes: as far as whole numbers say)."""
    chosen = {name for name, option in options.items() if option.chosen}
    for name in chosen:
        if any(other in chosen for other in raw["projects"][name].get("excludes", [])):
            return False
        amounts, ready = options[name].amounts, allowed(raw, projects, name, options)
        if amounts is not None and any(a > TOLERANCE and not may for a, may in zip(amounts, ready, strict=True)):
            return False
    for group in raw.get("groups", {}).values():
        count = len(chosen.intersection(group["projects"]))
        if not group.get("at_least", 0) <= count <= group.get("at_most", count):
            return False
    return True


def allowed(raw: dict, projects: dict[str, Project], name: str, options: dict[str, Option]) -> list[bool]:
    """By start year: whether what the project requires was started early enough."""
    requires = raw["projects"][name].get("requires", {})
    every = _lags(
        {key: lag for key, lag in requires.items() if key != "any_of"} if isinstance(requires, dict) else requires
    )
    either = _lags(requires.get("any_of", {})) if isinstance(requires, dict) else {}

    def ready(other: str, lag: int, year: int) -> bool:
        start = options[other].first_start
        return start is not None and start + lag <= year

    return [
        all(ready(other, lag, year) for other, lag in every.items())
        and (not either or any(ready(other, lag, year) for other, lag in either.items()))
        for year in projects[name].window
    ]


def price_level(raw: dict, projects: dict[str, Project], name: str, options: dict[str, Option]) -> tuple[float, ...]:
    """What research leaves of the capex of a start, by start year; it acts from the year it operates."""
    levels = [1.0] * len(projects[name].window)
    for research, entry in raw["projects"].items():
        start = options[research].first_start
        if name not in entry.get("lowers_capex", {}) or start is None:
            continue
        lowered = 1 - quantity(entry["lowers_capex"][name])[0]
        operates = start + projects[research].first_effect
        levels = [
            level * lowered if year >= operates else level
            for level, year in zip(levels, projects[name].window, strict=True)
        ]
    return tuple(levels)


def _lags(requires) -> dict[str, int]:
    """What is required and how many years before: a mapping, a list or a single name."""
    if isinstance(requires, str):
        return {requires: 0}
    return dict(requires) if isinstance(requires, dict) else dict.fromkeys(requires, 0)
