"""Checks that need the whole scenario: ids, units of figures that depend on others, circles, coverage."""

from __future__ import annotations

from optimiser.errors import Problems
from optimiser.scenario.checks.choices import check_choices
from optimiser.scenario.checks.context import Check, Loc
from optimiser.scenario.checks.finance import check_finance
from optimiser.scenario.checks.fleets import check_fleets
from optimiser.scenario.checks.header import check_header
from optimiser.scenario.checks.markets import check_markets
from optimiser.scenario.checks.organisation import check_limits, check_organisation
from optimiser.scenario.checks.projects import check_projects
from optimiser.scenario.checks.targets import check_targets
from optimiser.scenario.model import Scenario
from optimiser.source import Node


def check_scenario(scenario: Scenario, root: Node, problems: Problems, unread: frozenset[Loc] = frozenset()) -> None:
    """Notes every problem between entries; `unread` are paths that stand in the file but could not be read."""
    check = Check(scenario, root, problems, unread)
    check_header(check)
    check_organisation(check)
    check_projects(check)
    check_choices(check)
    check_fleets(check)
    check_limits(check)
    check_markets(check)
    check_targets(check)
    check_finance(check)
