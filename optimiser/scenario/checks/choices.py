"""Checks of who needs whom, who excludes whom, and of groups."""

from __future__ import annotations

from collections import defaultdict

from optimiser.scenario.checks.context import Check, Loc
from optimiser.scenario.checks.organisation import circles
from optimiser.scenario.kinds import Project
from optimiser.scenario.money import Group
from optimiser.source import key_of, locate

NEVER = "it could never start"


def check_choices(check: Check) -> None:
    """Projects name others that exist and can be counted, and not in circles."""
    for name, project in check.scenario.projects.items():
        loc = ("projects", name)
        if project.requires:
            _check_requires(check, loc, name, project)
        if project.excludes:
            _check_excludes(check, loc, name, project)
        lowered = getattr(project, "lowers_capex", {})
        if lowered and project.size is not None:
            text = f"{name} has any size: it is not clear when it operates"
            check.note((*loc, "lowers_capex"), "R003", text, "give it `units`, or neither: then it is yes or no")
        for other in lowered:
            at = (*loc, "lowers_capex", other)
            if other == name:
                check.note(at, "R002", "lowers its own capex", "write the lower capex")
            else:
                check.known("projects", other, at, "project")
    _check_circles(check)
    for name, group in check.scenario.groups.items():
        check.contradictions(("groups", name), group)
        _check_group(check, ("groups", name, "projects"), group)


def _check_requires(check: Check, loc: Loc, name: str, project: Project) -> None:
    projects = check.scenario.projects
    for clause in project.requires:
        for other, _ in clause:
            at = _place(check, (*loc, "requires"), other)
            if other == name:
                if len(clause) == 1:
                    check.note(at, "R002", "requires itself", NEVER)
            elif check.known("projects", other, at, "project") and projects[other].size is not None:
                help = "require a project of units, or one that is yes or no"
                check.note(at, "R003", f"{other} has any size and cannot be required", help)
        barred = [o for o, _ in clause if o != name and _exclude_each_other(check, name, o)]
        if barred and len(barred) == len(clause):
            text = f"requires {' or '.join(barred)} and excludes {'it' if len(barred) == 1 else 'them'} as well"
            check.note(_place(check, (*loc, "requires"), barred[0]), "K004", text, f"{NEVER}: keep one of the two")


def _exclude_each_other(check: Check, one: str, other: str) -> bool:
    projects = check.scenario.projects
    return other in projects and (other in projects[one].excludes or one in projects[other].excludes)


def _place(check: Check, loc: Loc, other: str) -> Loc:
    """Where in `requires` a project is named: as a key, below any_of, or as a point of a list."""
    for inner in (loc, (*loc, "any_of")):
        node = locate(check.root, inner)
        if isinstance(node.value, dict) and (other in node.value or key_of(other) in node.value):
            return (*inner, other)
        if isinstance(node.value, list):
            place = next((i for i, part in enumerate(node.value) if str(part.value) == other), None)
            if place is not None:
                return (*inner, place)
        if str(node.value) == other:
            return inner
    return loc


def _check_excludes(check: Check, loc: Loc, name: str, project: Project) -> None:
    for i, other in enumerate(project.excludes):
        if other == name:
            check.note((*loc, "excludes", i), "R002", "excludes itself", NEVER)
        else:
            check.known("projects", other, (*loc, "excludes", i), "project")


def _check_circles(check: Check) -> None:
    """A project that can never start, because each of its alternatives waits for it, stands in a circle.

    A circle through `any_of` is none as long as one alternative leads out of it. Each circle that is found is opened
    at one place, and the search goes on: circles that share projects are all shown.
    """
    projects = check.scenario.projects
    waiting = {
        # what is unknown, and what requires itself, is noted already
        name: [c for c in ({o for o, _ in clause} for clause in p.requires) if c <= projects.keys() and c != {name}]
        for name, p in projects.items()
        if p.requires
    }
    while stuck := _stuck(waiting):
        for circle in circles(stuck):
            last = circle[-1]
            text = f"projects require each other in a circle: {' > '.join([*circle, circle[0]])}"
            at = _place(check, ("projects", last, "requires"), circle[0])
            check.note(at, "R002", text, "none of them could ever start")
            waiting[last] = [c for c in waiting[last] if circle[0] not in c]


def _stuck(waiting: dict[str, list[set[str]]]) -> dict[str, str]:
    """Projects that can never start, each with one that it waits for and that can never start either."""
    waiters: dict[str, list[str]] = defaultdict(list)
    for name, clauses in waiting.items():
        for other in set().union(*clauses):
            waiters[other].append(name)
    left = {name: list(clauses) for name, clauses in waiting.items() if clauses}
    free = [other for other in waiters if other not in left]
    while free:
        done = free.pop()
        for name in waiters[done]:
            if name in left:
                left[name] = [c for c in left[name] if done not in c]
                if not left[name]:
                    del left[name]
                    free.append(name)
    return {name: min(clauses[0]) for name, clauses in left.items()}


def _check_group(check: Check, loc: Loc, group: Group) -> None:
    members = [p for i, p in enumerate(group.projects) if check.known("projects", p, (*loc, i), "project")]
    if not group.projects:
        check.note(loc, "K003", "names no project", "write projects: [a, b]")
    for project in members if group.at_least is not None else ():
        size = check.scenario.projects[project].size
        if size is not None and size.min is None:
            help = f"give {project} a size.min: without it any crumb of it would count"
            place = (*loc, group.projects.index(project))
            check.note(place, "R003", f"{project} has any size and cannot be counted in at_least", help)
