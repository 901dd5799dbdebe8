"""Programmes: management, training, supply-chain work, anything without a machine."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from optimiser.scenario.kinds.base import Project
from optimiser.scenario.values import Id, Share


class Programme(Project):
    """Management, training, supply-chain work: anything without a machine."""

    kind: Literal["programme"]
    lowers_capex: dict[Id, Share] = Field(default_factory=dict)
    """By project: the share by which its capex falls for starts from the year this operates."""
