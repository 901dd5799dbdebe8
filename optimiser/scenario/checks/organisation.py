"""Checks of series, entities, sources, resources, groups and budgets."""

from __future__ import annotations

from optimiser.scenario.checks.context import Check, shortlist
from optimiser.scenario.organisation import Source
from optimiser.units import CARBON, MONEY, per


def check_organisation(check: Check) -> None:
    """Series and entities hang together; sources multiply to tonnes."""
    scenario = check.scenario
    for name, path in scenario.series.items():
        if path.reference is not None:
            check.dimension(path, ("series", name))
    _check_tree(check)
    for name, source in scenario.sources.items():
        check.entity(source.entity, ("sources", name))
        _check_source(check, name, source)


def _check_tree(check: Check) -> None:
    entities = check.scenario.entities
    check.top = [name for name, entity in entities.items() if entity.parent is None]
    for name, entity in entities.items():
        loc = ("entities", name, "parent")
        if entity.parent is not None and not check.known("entities", entity.parent, loc, "entity"):
            continue
        above, seen = entity.parent, [name]
        while above is not None and above in entities:
            if above in seen:
                if above == name:
                    check.note(loc, "R002", f"entities in a circle: {' > '.join([*seen, above])}")
                break
            seen.append(above)
            above = entities[above].parent
        for key in ("revenue", "avoided_baseline"):
            path = getattr(entity, key)
            if path is not None:
                check.expect(path, ("entities", name, key), MONEY if key == "revenue" else CARBON)


def _check_source(check: Check, name: str, source: Source) -> None:
    loc = ("sources", name)
    if source.baseline is not None:
        check.expect(source.baseline, (*loc, "baseline"), CARBON)
        _not_negative(check, source.baseline.values, (*loc, "baseline"))
    if source.activity is None:
        return
    _not_negative(check, source.activity.values, (*loc, "activity"))
    activity = check.dimension(source.activity, (*loc, "activity"))
    for key in ("factor", "market_factor"):
        path = getattr(source, key)
        if path is not None and activity is not None:
            check.expect(path, (*loc, key), per(CARBON, activity))
            _not_negative(check, path.values, (*loc, key))


def _not_negative(check: Check, values: tuple[float, ...], loc: tuple) -> None:
    if any(v < 0 for v in values):
        check.note(loc, "V001", "has a negative figure", "removals are `sink` projects, never negative emissions")


def check_limits(check: Check) -> None:
    """Resources, groups and budgets name what exists."""
    scenario = check.scenario
    for name, resource in scenario.resources.items():
        check.dimension(resource.limit, ("resources", name, "limit"))
    for name, group in scenario.groups.items():
        loc = ("groups", name, "projects")
        members = [p for i, p in enumerate(group.projects) if check.known("projects", p, (*loc, i), "project")]
        if group.at_least is not None:
            if group.at_least > len(group.projects):
                text = f"at least {group.at_least} of {len(group.projects)} projects can never be"
                check.note(("groups", name, "at_least"), "V001", text)
            for project in members:
                size = scenario.projects[project].size
                if size is not None and size.min is None:
                    help = f"give {project} a size.min: without it any crumb of it would count"
                    check.note(loc, "R003", f"{project} has any size and cannot be counted in at_least", help)
    for name, budget in scenario.budgets.items():
        _check_budget(check, name, budget)


def _check_budget(check: Check, name: str, budget) -> None:
    loc = ("budgets", name)
    check.expect(budget.limit, (*loc, "limit"), MONEY)
    if budget.entity is not None:
        check.known("entities", budget.entity, (*loc, "entity"), "entity")
    for i, project in enumerate(budget.projects or ()):
        check.known("projects", project, (*loc, "projects", i), "project")
    tags = {tag for p in check.scenario.projects.values() for tag in p.tags}
    for i, tag in enumerate(budget.tags or ()):
        if tag not in tags and not any(section == "projects" for section, _ in check.broken):
            help = f"tags in use: {shortlist(sorted(tags))}" if tags else "no project has tags"
            check.note((*loc, "tags", i), "R001", f'no project has the tag "{tag}"', help)
