"""Research: unlocks projects (by `requires`) and makes them cheaper."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from optimiser.scenario.kinds.base import Project
from optimiser.scenario.values import Id, Share


class Research(Project):
    """Work that unlocks later projects or makes them cheaper."""

    kind: Literal["research"]
    lowers_capex: dict[Id, Share] = Field(default_factory=dict)
    """By project: the share by which its capex falls for starts from the year this operates."""
