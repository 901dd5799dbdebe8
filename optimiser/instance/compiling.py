"""Scenario to Instance: organisation, limits, and the order of things. Projects and targets have files of their own."""

from __future__ import annotations

import numpy as np

from optimiser.garbage import uncollected
from optimiser.instance.data import BudgetData, EntityData, GroupData, Instance, Ledger, ResourceData, SourceData
from optimiser.instance.finance import World, compile_finance
from optimiser.instance.fleets import compile_fleets, fleet_sources
from optimiser.instance.markets import compile_markets
from optimiser.instance.paths import Paths
from optimiser.instance.projects import compile_projects
from optimiser.instance.targets import compile_targets
from optimiser.scenario.model import Scenario
from optimiser.scenario.money import Budget


@uncollected()
def compile_instance(scenario: Scenario) -> Instance:
    """Turns a checked scenario into numbers. No errors: a scenario that passed its checks compiles."""
    paths = Paths(scenario)
    years = paths.years
    rate = scenario.discount_rate
    entities = _entities(scenario, paths)
    entity_index = {e.id: i for i, e in enumerate(entities)}
    sources = tuple(_source(scenario, paths, name, entity_index) for name in scenario.sources)
    fleets = compile_fleets(scenario, paths, entity_index, top_entity(scenario, entity_index))
    sources += fleet_sources(scenario, fleets)
    projects = compile_projects(scenario, paths, entity_index)
    index = {p.id: p.index for p in projects}
    pairs = {tuple(sorted((index[n], index[o]))) for n, p in scenario.projects.items() for o in p.excludes}
    groups = tuple(
        GroupData(n, g.name or n, tuple(index[p] for p in dict.fromkeys(g.projects)), g.at_most, g.at_least)
        for n, g in scenario.groups.items()
    )
    resources = tuple(
        ResourceData(n, r.name or n, paths.over_horizon(r.limit), "") for n, r in scenario.resources.items()
    )
    budgets = tuple(_budget(scenario, paths, n, b, entities) for n, b in scenario.budgets.items())
    targets = compile_targets(scenario, paths, entities, sources, projects)
    return Instance(
        name=scenario.name or "",
        note=scenario.note or "",
        currency=scenario.currency,
        price_year=scenario.prices,
        base_year=scenario.base,
        discount_rate=rate,
        years=years,
        discount=(1 + rate) ** -(years - years[0]).astype(float),
        salvage_discount=(1 + rate) ** -float(len(years)),
        entities=entities,
        sources=sources,
        projects=projects,
        resources=resources,
        groups=groups,
        exclusions=tuple(sorted((a, b) for a, b in pairs)),
        budgets=budgets,
        targets=targets,
        solve=scenario.solve,
        fleets=fleets,
        markets=compile_markets(scenario, paths, entities, sources, projects),
        finance=compile_finance(World(scenario, paths, entities, projects, fleets, budgets, targets)),
    )


def _entities(scenario: Scenario, paths: Paths) -> tuple[EntityData, ...]:
    """The tree; a scenario without entities gets one, called group."""
    declared = scenario.entities
    if not declared:
        return (EntityData("group", "group", None, frozenset({0}), None, 0.0, None, 0.0),)
    index = {name: i for i, name in enumerate(declared)}
    children: dict[str, list[str]] = {name: [] for name in declared}
    for name, entity in declared.items():
        if entity.parent is not None:
            children[entity.parent].append(name)

    def below(name: str) -> frozenset[int]:
        return frozenset({index[name]}.union(*(below(c) for c in children[name])))

    def own_or_below(name: str, key: str) -> tuple[np.ndarray | None, float]:
        """The entity's own path, else the sum of those below; over the horizon and in the base year."""
        path = getattr(declared[name], key)
        if path is not None:
            return paths.over_horizon(path), paths.at_year(path, scenario.base)
        found = (own_or_below(child, key) for child in children[name])
        parts = [(values, start) for values, start in found if values is not None]
        total = np.sum([values for values, _ in parts], axis=0) if parts else None
        return total, float(sum(start for _, start in parts))

    def data(name: str) -> EntityData:
        entity = declared[name]
        parent = index[entity.parent] if entity.parent is not None else None
        revenue, avoided = own_or_below(name, "revenue"), own_or_below(name, "avoided_baseline")
        declares = entity.avoided_baseline is not None
        return EntityData(name, entity.name or name, parent, below(name), *revenue, *avoided, declares)

    return tuple(data(name) for name in declared)


def _source(scenario: Scenario, paths: Paths, name: str, entity_index: dict[str, int]) -> SourceData:
    source = scenario.sources[name]
    baseline: dict[Ledger, np.ndarray]
    base: dict[Ledger, float]
    activity: np.ndarray | None = None
    factor: dict[Ledger, np.ndarray] | None = None
    if source.baseline is not None:
        values = paths.over_horizon(source.baseline)
        start = paths.at_year(source.baseline, scenario.base)
        baseline, base = {"location": values, "market": values}, {"location": start, "market": start}
    else:
        assert source.activity is not None
        assert source.factor is not None
        market = source.market_factor or source.factor
        activity = paths.over_horizon(source.activity)
        factor = {"location": paths.over_horizon(source.factor), "market": paths.over_horizon(market)}
        baseline = {ledger: activity * f for ledger, f in factor.items()}
        start = paths.at_year(source.activity, scenario.base)
        base = {
            "location": start * paths.at_year(source.factor, scenario.base),
            "market": start * paths.at_year(market, scenario.base),
        }
    entity = entity_index[source.entity] if source.entity is not None else top_entity(scenario, entity_index)
    has_market = source.market_factor is not None
    label = source.name or name
    return SourceData(name, label, entity, source.scope, source.category, baseline, base, activity, factor, has_market)


def top_entity(scenario: Scenario, entity_index: dict[str, int]) -> int:
    """The index of the single top entity, for entries that name none."""
    return next((entity_index[n] for n, e in scenario.entities.items() if e.parent is None), 0)


def _budget(
    scenario: Scenario, paths: Paths, name: str, budget: Budget, entities: tuple[EntityData, ...]
) -> BudgetData:
    entity_index = {e.id: i for i, e in enumerate(entities)}
    below = entities[entity_index[budget.entity]].below if budget.entity is not None else None
    top = top_entity(scenario, entity_index)
    members = []
    for i, (project_name, project) in enumerate(scenario.projects.items()):
        entity = entity_index[project.entity] if project.entity is not None else top
        covered = below is None or entity in below
        covered &= budget.tags is None or bool(set(budget.tags) & set(project.tags))
        covered &= budget.projects is None or project_name in budget.projects
        if covered:
            members.append(i)
    limit = paths.over_horizon(budget.limit)
    carry = budget.carry_over or 0.0
    covered_entities = below if below is not None else frozenset(range(len(entities)))
    tags = frozenset(budget.tags) if budget.tags is not None else None
    return BudgetData(
        name, budget.name or name, tuple(members), covered_entities, budget.covers, limit, carry, budget.window,
        tags, budget.projects is not None,
    )  # fmt: skip
