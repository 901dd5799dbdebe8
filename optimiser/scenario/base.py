"""What every entry of every section may carry."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """Frozen, and unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, arbitrary_types_allowed=True)


class Entry(Strict):
    """An entry with an id."""

    name: str | None = None
    """What people call it; shown instead of the id."""
    note: str | None = None
    """Anything a reader should know."""
    source: str | None = None
    """Citation of the figures of this entry."""
    illustrative: bool = False
    """True where the figures are assumptions that nobody published."""
