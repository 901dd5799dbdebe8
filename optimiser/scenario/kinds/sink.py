"""Sinks: carbon taken out of the air, growing with age, less what may be lost again."""

from __future__ import annotations

from typing import Literal

from optimiser.scenario.flows import Flow, Removes
from optimiser.scenario.kinds.base import Project
from optimiser.scenario.values import AnyPath, Flag, Share


class Sink(Project):
    """Carbon taken out of the air."""

    kind: Literal["sink"]
    removal: AnyPath
    """Tonnes per year and unit, by year of operation (0 is the first): linear between, flat after."""
    buffer: Share = 0.0
    """Share of what is removed that is held back against losses that the file does not tell."""
    durable: Flag = False
    """True where the carbon stays out for good: counts for `historical` targets."""

    def flows(self) -> list[Flow]:
        """Removals by age; the buffer comes off what is removed, not off what is given back."""
        return [*super().flows(), Removes(self.removal, 1 - self.buffer, self.durable)]
