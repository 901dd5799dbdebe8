"""Upgrades: equipment that emits less than what it replaces."""

from __future__ import annotations

from typing import Literal

from optimiser.scenario.kinds.base import Project


class Upgrade(Project):
    """Equipment that emits less than what it replaces."""

    kind: Literal["upgrade"]
