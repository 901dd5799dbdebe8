"""What every entry of every section may carry."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from optimiser.scenario.mistakes import Mistake
from optimiser.scenario.values import Flag, Note, Text


class Strict(BaseModel):
    """Frozen, and unknown keys are errors."""

    # built when first used: as a part of the Scenario, no part is built once more for itself
    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, arbitrary_types_allowed=True, defer_build=True
    )


class Entry(Strict):
    """An entry with an id."""

    name: Text | None = None
    """What people call it; shown instead of the id."""
    note: Note | None = None
    """Anything a reader should know."""
    source: Note | None = None
    """Citation of the figures of this entry."""
    illustrative: Flag = False
    """True where the figures are assumptions that nobody published."""

    def contradictions(self) -> Iterator[Mistake]:
        """What does not go together among the keys of this entry. Kinds add their own."""
        yield from ()
