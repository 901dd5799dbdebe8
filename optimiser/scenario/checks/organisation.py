"""Checks of series, entities, sources, resources and budgets."""

from __future__ import annotations

from optimiser.errors import quoted
from optimiser.scenario.checks.context import Check, shortlist
from optimiser.scenario.money import Budget
from optimiser.scenario.organisation import Source
from optimiser.units import CARBON, MONEY, describe, per

_REMOVALS = "removals are `sink` projects, never negative emissions"


def check_organisation(check: Check) -> None:
    """Series and entities hang together; sources multiply to tonnes."""
    _check_series(check)
    _check_tree(check)
    for name, source in check.scenario.sources.items():
        check.entity(source.entity, ("sources", name))
        check.contradictions(("sources", name), source)
        _check_source(check, name, source)


def _check_series(check: Check) -> None:
    series = check.scenario.series
    above = {name: path.reference for name, path in series.items() if path.reference is not None}
    for circle in circles(above):
        text = f"series in a circle: {' > '.join([*circle, circle[0]])}"
        check.note(("series", circle[-1]), "R002", text, "give one of them figures")
    for name, path in series.items():
        check.dimension(path, ("series", name))


def _check_tree(check: Check) -> None:
    entities = check.scenario.entities
    check.top = [name for name, entity in entities.items() if entity.parent is None]
    parents = {n: e.parent for n, e in entities.items() if e.parent is not None}
    for circle in circles(parents):
        text = f"entities in a circle: {' > '.join([*circle, circle[0]])}"
        check.note(("entities", circle[-1], "parent"), "R002", text, "the top entity has no parent")
    for name, entity in entities.items():
        loc = ("entities", name)
        if entity.parent is not None:
            check.known("entities", entity.parent, (*loc, "parent"), "entity")
        for key in ("revenue", "avoided_baseline"):
            path = getattr(entity, key)
            if path is not None:
                check.expect(path, (*loc, key), MONEY if key == "revenue" else CARBON)
                check.not_negative(path, (*loc, key), "write what is earned or avoided, zero or more")


def circles(next_of: dict[str, str]) -> list[list[str]]:
    """The circles of a graph in which each node leads to one other at most, each in the order of its steps."""
    found: list[list[str]] = []
    done: set[str] = set()
    for start in next_of:
        trail: dict[str, None] = {}
        node: str | None = start
        while node in next_of and node not in done and node not in trail:
            trail[node] = None
            node = next_of[node]
        if node in trail:
            steps = list(trail)
            found.append(steps[steps.index(str(node)) :])
        done.update(trail)
    return found


def _check_source(check: Check, name: str, source: Source) -> None:
    loc = ("sources", name)
    if source.baseline is not None:
        check.expect(source.baseline, (*loc, "baseline"), CARBON)
        check.not_negative(source.baseline, (*loc, "baseline"), _REMOVALS)
    activity = None
    if source.activity is not None:
        activity = check.dimension(source.activity, (*loc, "activity"))
        check.not_negative(source.activity, (*loc, "activity"), _REMOVALS)
    for key in ("factor", "market_factor"):
        path = getattr(source, key)
        if path is None:
            continue
        if activity is not None:
            help = f"the activity of {name} is {describe(activity)}: make the two fit"
            if check.expect(path, (*loc, key), per(CARBON, activity), help=help) is None:
                check.doubtful.add(name)
        else:
            check.dimension(path, (*loc, key))
        check.not_negative(path, (*loc, key), _REMOVALS)


def check_limits(check: Check) -> None:
    """Resources and budgets name what exists, and limit it to something."""
    for name, resource in check.scenario.resources.items():
        loc = ("resources", name)
        check.contradictions(loc, resource)
        check.dimension(resource.limit, (*loc, "limit"))
    for name, budget in check.scenario.budgets.items():
        _check_budget(check, name, budget, check.tags)


def _check_budget(check: Check, name: str, budget: Budget, used: set[str]) -> None:
    loc = ("budgets", name)
    check.contradictions(loc, budget)
    check.expect(budget.limit, (*loc, "limit"), MONEY)
    if any(v < 0 for v in budget.limit.values):
        check.warn((*loc, "limit"), "a limit below zero: the projects must earn so much", "write what may be spent")
    if budget.entity is not None:
        check.known("entities", budget.entity, (*loc, "entity"), "entity")
    for i, project in enumerate(budget.projects or ()):
        check.known("projects", project, (*loc, "projects", i), "project")
    if check.incomplete("projects") or check.incomplete("fleets"):
        return
    for i, tag in enumerate(budget.tags or ()):
        if tag not in used:
            help = check.problems.near(tag, used) or f"tags in use: {shortlist(sorted(used))}"
            text = f"no project has the tag {quoted(tag)}"
            check.note((*loc, "tags", i), "R001", text, help if used else "no project has tags")
