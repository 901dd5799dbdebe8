"""Scenario: what a file may say, one file per section, and whether it hangs together."""

from optimiser.scenario.loading import load_scenario
from optimiser.scenario.model import Scenario

__all__ = ["Scenario", "load_scenario"]
