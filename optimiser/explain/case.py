"""The case: a scenario as its file says it, as it was read, and as numbers; and what it would be with a change."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from optimiser.errors import Problems
from optimiser.explain.items import Item
from optimiser.instance import Instance, compile_instance
from optimiser.instance.paths import Paths
from optimiser.scenario import Scenario, load_scenario
from optimiser.source import Node, overlaid

WITHOUT: dict[str, tuple[str, Any]] = {
    "window": ("start", None),
    "requirement": ("requires", ()),
    "exclusion": ("excludes", ()),
}
"""The key of a project that states a fact, and its value where the fact does not hold."""


@dataclass(frozen=True, eq=False)
class Case:
    """A scenario three times: the tree of its file, checked, and compiled."""

    root: Node
    scenario: Scenario
    instance: Instance

    def changed(self, override: dict[str, Any]) -> Case | None:
        """The case that the file would be with an override; None where such a file would be refused."""
        problems = Problems()
        root = overlaid(self.root, override, Problems())
        scenario = load_scenario(root, problems)
        return Case(root, scenario, compile_instance(scenario)) if scenario is not None else None

    @property
    def paths(self) -> Paths:
        """What evaluates the paths of the scenario."""
        return Paths(self.scenario)

    def entry(self, section: str, name: str) -> Any:
        """An entry of the scenario by its section and id."""
        return getattr(self.scenario, section)[name]

    def facts(self) -> list[Item]:
        """What holds of projects: windows narrower than the horizon, what they require and what they exclude."""
        horizon = self.scenario.horizon
        found = []
        for name, project in self.scenario.projects.items():
            first, last = project.start or (horizon.first, horizon.last)
            if first > horizon.first or last < horizon.last:
                found.append(Item("window", name))
            if project.requires:
                found.append(Item("requirement", name))
            if project.excludes:
                found.append(Item("exclusion", name))
        return found

    def without(self, facts: Collection[Item]) -> Instance:
        """The instance with these windows opened over the whole horizon, these requirements and exclusions gone."""
        if not facts:
            return self.instance
        projects = dict(self.scenario.projects)
        for fact in facts:
            update: dict[str, Any] = dict([WITHOUT[fact.kind]])
            projects[fact.id] = projects[fact.id].model_copy(update=update)
        return compile_instance(self.scenario.model_copy(update={"projects": projects}))
