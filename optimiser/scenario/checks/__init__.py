"""Checks that need the whole scenario: ids, units of figures that depend on others, circles, coverage."""

from __future__ import annotations

from optimiser.errors import Problems
from optimiser.scenario.checks.context import Check
from optimiser.scenario.checks.organisation import check_limits, check_organisation
from optimiser.scenario.checks.projects import check_projects
from optimiser.scenario.checks.targets import check_targets
from optimiser.scenario.model import Scenario
from optimiser.source import Node
from optimiser.units import Units


def check_scenario(
    scenario: Scenario, root: Node, problems: Problems, units: Units, broken: frozenset[tuple[str, str]] = frozenset()
) -> None:
    """Notes every problem between entries; `broken` are ids that stand in the file but could not be read."""
    check = Check(scenario, root, problems, units, broken)
    check_organisation(check)
    check_projects(check)
    check_limits(check)
    check_targets(check)
    if "discount_rate" not in scenario.model_fields_set and ("", "discount_rate") not in broken:
        check.warn(("discount_rate",), "no discount_rate: money of all years counts alike")
    if not scenario.projects:
        check.warn(("projects",), "there are no projects: nothing to decide")
