"""Checks of projects: windows, units of every figure, and who needs whom."""

from __future__ import annotations

from optimiser.scenario.checks.context import Check, Loc, amount_dimension, each
from optimiser.scenario.flows import Abates, Avoids, Delivers, Removes
from optimiser.scenario.kinds import Facility, Project
from optimiser.scenario.values import Listing, Path
from optimiser.units import CARBON, MONEY, NUMBER, Dimension, per, times


def check_projects(check: Check) -> None:
    """Every project for itself, then the circle of requirements."""
    for name, project in check.scenario.projects.items():
        loc = ("projects", name)
        check.entity(project.entity, loc)
        _check_window(check, loc, project)
        _check_amount(check, loc, project)
        _check_money(check, loc, name, project)
        _check_flows(check, loc, project)
        _check_uses(check, loc, project)
        _check_others(check, loc, name, project)
    _check_circles(check)


def _check_window(check: Check, loc: Loc, project: Project) -> None:
    horizon = check.scenario.horizon
    if project.start is None:
        return
    first, last = project.start
    if last < horizon.first or first > horizon.last:
        text = f"the window [{first}, {last}] has no year of the horizon {horizon.first} to {horizon.last} in it"
        check.note((*loc, "start"), "V002", text, "move the window, or take the project out with null")


def _check_amount(check: Check, loc: Loc, project: Project) -> None:
    if project.units is not None:
        least = project.units.min or 0
        if least > project.units.max:
            check.note((*loc, "units"), "V001", f"min {least} is more than max {project.units.max}")
    size = project.size
    if size is None:
        return
    for key in ("min", "per_year"):
        part = getattr(size, key)
        if part is not None:
            check.expect_amount(part, (*loc, "size", key), size.max.dimension)
    if size.max.value <= 0:
        check.note((*loc, "size", "max"), "V001", "the largest size must be above zero")
    if size.min is not None and size.min.dimension == size.max.dimension and size.min.value > size.max.value:
        check.note((*loc, "size", "min"), "V001", f"min {size.min.text} is more than max {size.max.text}")


def _check_money(check: Check, loc: Loc, name: str, project: Project) -> None:
    wanted = each(project, MONEY)
    if project.capex is not None:
        check.expect_amount(project.capex, (*loc, "capex"), wanted, help=_per_size(name, project, project.capex.text))
    if project.capex_profile and isinstance(project.capex, Listing):
        check.note((*loc, "capex_profile"), "K004", "the capex is a list by year already", "leave the profile out")
    if isinstance(project.opex, Listing):
        check.expect_amount(project.opex, (*loc, "opex"), wanted, help=_per_size(name, project, project.opex.text))
    elif project.opex is not None:
        check.expect(project.opex, (*loc, "opex"), wanted, help=_per_size(name, project, project.opex.text))


def _per_size(name: str, project: Project, text: str) -> str:
    if project.size is None:
        return "" if "/" not in text else f"{name} has no size: write money per unit"
    unit = project.size.max.text.lstrip("0123456789.eE+- ")
    return f"the size of {name} is in {unit}; write {text.split('/')[0].strip()}/{unit}"


def _check_flows(check: Check, loc: Loc, project: Project) -> None:
    for flow in project.flows():
        if isinstance(flow, Abates):
            _check_abates(check, loc, project, flow)
        elif isinstance(flow, Avoids):
            check.expect(flow.amount, (*loc, "avoids"), each(project, CARBON), CARBON)
        elif isinstance(flow, Removes):
            check.expect(flow.by_age, (*loc, "removal"), each(project, CARBON))
        elif isinstance(flow, Delivers):
            _check_delivers(check, loc, project, flow)


def _check_abates(check: Check, loc: Loc, project: Project, flow: Abates) -> None:
    at = (*loc, "abates_market" if flow.market_only else "abates", flow.source)
    if not check.known("sources", flow.source, at, "source"):
        return
    source = check.scenario.sources[flow.source]
    if flow.market_only and source.market_factor is None:
        check.note(at, "R003", f"{flow.source} has no market-based ledger", "give the source a `market_factor`")
    wanted = [NUMBER, each(project, CARBON), each(project, NUMBER), CARBON]
    if source.activity is not None:
        activity = check.dimension(source.activity, ("sources", flow.source, "activity"))
        if activity is not None:
            wanted += [activity, each(project, activity)]
    dimension = check.expect(flow.amount, at, *dict.fromkeys(wanted))
    if dimension == NUMBER:
        check_shares(check, flow.amount, at, low=-10.0)


def check_shares(check: Check, path: Path, loc: Loc, low: float = 0.0, high: float = 1.0, tiny: bool = False) -> None:
    """Notes shares above one (a percentage without its sign?) and, with `tiny`, fractions with a percent sign."""
    for value in path.values:
        if value > high and "%" not in path.text:
            check.note(loc, "U006", f'"{path.text}" is a share above one', f"did you mean {path.text} %?")
        elif not low <= value <= high:
            check.note(loc, "V001", f'"{path.text}" is outside {low:.0%} to {high:.0%}')
        elif tiny and "%" in path.text and 0 < value < 0.01:
            text = f'"{path.text}" looks like a fraction with a percent sign'
            check.note(loc, "U006", text, f"write {value * 1e4:g} %, or {value:g} without the sign if it is meant")
        else:
            continue
        return


def _check_delivers(check: Check, loc: Loc, project: Project, flow: Delivers) -> None:
    output = check.dimension(flow.output, (*loc, "yield"))
    if output is None:
        return
    made = times(output, amount_dimension(project))
    if flow.supplies is not None and check.known("sources", flow.supplies, (*loc, "supplies"), "source"):
        source = check.scenario.sources[flow.supplies]
        if source.activity is None:
            help = "give the source an activity and a factor, so that it is known how much it can use"
            check.note((*loc, "supplies"), "R003", f"{flow.supplies} has only a baseline", help)
        else:
            activity = check.dimension(source.activity, ("sources", flow.supplies, "activity"))
            if activity is not None and activity != made:
                check.expect(flow.output, (*loc, "yield"), each(project, activity))
                return
    _check_prices(check, loc, flow, made)


def _check_prices(check: Check, loc: Loc, flow: Delivers, made: Dimension) -> None:
    for key, path, of in (
        ("price", flow.price, MONEY),
        ("sells", flow.sells, MONEY),
        ("displaces", flow.displaces, CARBON),
    ):
        if path is not None:
            check.expect(path, (*loc, key), per(of, made))


def _check_uses(check: Check, loc: Loc, project: Project) -> None:
    for name, amount in project.uses.items():
        at = (*loc, "uses", name)
        if not check.known("resources", name, at, "resource"):
            continue
        limit = check.dimension(check.scenario.resources[name].limit, ("resources", name, "limit"))
        if limit is not None:
            check.expect_amount(amount, at, *dict.fromkeys([each(project, limit), limit]))


def _check_others(check: Check, loc: Loc, name: str, project: Project) -> None:
    projects = check.scenario.projects
    for clause in project.requires:
        for other, _ in clause:
            at = (*loc, "requires", other)
            if other == name:
                check.note(at, "R002", f"{name} requires itself")
            elif check.known("projects", other, at, "project") and projects[other].size is not None:
                help = "require a project of units, or one that is yes or no"
                check.note(at, "R003", f"{other} has any size and cannot be required", help)
    for i, other in enumerate(project.excludes):
        at = (*loc, "excludes", i)
        if other == name:
            check.note(at, "R002", f"{name} excludes itself")
        else:
            check.known("projects", other, at, "project")
    for other in getattr(project, "lowers_capex", {}):
        at = (*loc, "lowers_capex", other)
        if other == name:
            check.note(at, "R002", f"{name} lowers its own capex", "write the lower capex")
        else:
            check.known("projects", other, at, "project")
    if isinstance(project, Facility) and project.yield_ is None and project.supplies is None:
        check.warn(loc, "a facility without `yield` delivers nothing")


def _check_circles(check: Check) -> None:
    projects = check.scenario.projects
    graph = {n: [c[0][0] for c in p.requires if len(c) == 1 and c[0][0] in projects] for n, p in projects.items()}
    done: set[str] = set()
    for start in graph:
        trail: list[str] = []
        stack = [(start, iter(graph[start]))]
        trail.append(start)
        while stack and start not in done:
            node, children = stack[-1]
            for child in children:
                if child in trail:
                    circle = trail[trail.index(child) :]
                    if len(circle) > 1:
                        text = f"projects require each other in a circle: {' > '.join([*circle, child])}"
                        check.note(("projects", circle[-1], "requires"), "R002", text, "none of them could ever start")
                    done.update(circle)
                elif child not in done:
                    trail.append(child)
                    stack.append((child, iter(graph[child])))
                    break
            else:
                done.add(node)
                stack.pop()
                trail.pop()
        done.update(trail)
