"""Project kinds: one class in one file each. A kind says what a file may say of it, and what its flows are."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from optimiser.scenario.kinds.base import Project, Size, Units
from optimiser.scenario.kinds.facility import Facility
from optimiser.scenario.kinds.programme import Programme
from optimiser.scenario.kinds.research import Research
from optimiser.scenario.kinds.sink import Sink
from optimiser.scenario.kinds.upgrade import Upgrade

AnyProject = Annotated[Upgrade | Facility | Sink | Research | Programme, Field(discriminator="kind")]

__all__ = ["AnyProject", "Facility", "Programme", "Project", "Research", "Sink", "Size", "Units", "Upgrade"]
