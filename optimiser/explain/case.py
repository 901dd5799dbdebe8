"""The case: a scenario as its file says it, as it was read, and as numbers; and what it would be with a change."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from optimiser.errors import Problems
from optimiser.explain.items import Item
from optimiser.instance import Instance, compile_instance
from optimiser.instance.paths import Paths
from optimiser.scenario import Scenario, load_scenario
from optimiser.scenario.kinds import Project
from optimiser.source import Node, overlaid

WITHOUT: dict[str, Callable[[Project], dict[str, Any]]] = {
    "window": lambda p: {"start": None},
    "requirement": lambda p: {"requires": ()},
    "exclusion": lambda p: {"excludes": ()},
    "least": lambda p: {
        key: amount.model_copy(update={"min": None}) for key, amount in (("units", p.units), ("size", p.size)) if amount
    },
}
"""What a project says where a fact does not hold of it: keys with their values."""


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
        """What holds of projects: windows narrower than the horizon, what they require and exclude, least amounts."""
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
            if least_amount(project) is not None:
                found.append(Item("least", name))
        return found

    def without(self, facts: Collection[Item]) -> Instance:
        """The instance with these windows opened over the whole horizon, and the other facts gone."""
        if not facts:
            return self.instance
        projects = dict(self.scenario.projects)
        for fact in facts:
            project = projects[fact.id]
            projects[fact.id] = project.model_copy(update=WITHOUT[fact.kind](project))
        return compile_instance(self.scenario.model_copy(update={"projects": projects}))


def least_amount(project: Project) -> tuple[str, float] | None:
    """The key and the number of a least amount that could be smaller; None where there is none.

    A number of units may fall to one; a size, in its own unit, to nothing.
    """
    if project.units is not None and (project.units.min or 0) > 1:
        return "units", float(project.units.min or 0)
    if project.size is not None and project.size.min is not None and project.size.min.number > 0:
        return "size", project.size.min.number
    return None
