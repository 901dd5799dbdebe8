"""Entities and sources: who emits what without any project of ours."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from optimiser.scenario.base import Entry
from optimiser.scenario.values import AnyPath, CarbonPath, Id, MoneyPath, misread


class Entity(Entry):
    """A node of the organisation: group, division, site, client portfolio."""

    parent: Id | None = None
    """The entity above; absent for the top."""
    revenue: MoneyPath | None = None
    """Yearly revenue; without it, the sum of the entities below."""
    avoided_baseline: CarbonPath | None = None
    """Emissions avoided at customers each year without any project of ours."""


class Source(Entry):
    """A stream of emissions of one entity and one scope."""

    entity: Id | None = None
    """The entity that emits; may be left out where there is one top entity."""
    scope: Literal[1, 2, 3]
    """GHG Protocol scope."""
    category: Annotated[int, Field(ge=1, le=15)] | None = None
    """Category of scope 3."""
    baseline: CarbonPath | None = None
    """Yearly emissions without projects; or give `activity` and `factor`."""
    activity: AnyPath | None = None
    """Yearly activity, such as electricity bought."""
    factor: AnyPath | None = None
    """Emissions per activity (scope 2: location-based)."""
    market_factor: AnyPath | None = None
    """Scope 2: emissions per activity, market-based."""

    @model_validator(mode="after")
    def _one_form(self) -> Source:
        if self.baseline is None and self.activity is None:
            raise misread("K002", "has neither `baseline` nor `activity` with `factor`", "give one of the two")
        if self.baseline is not None and (self.activity is not None or self.factor is not None):
            raise misread("K004", "has both a `baseline` and an `activity`", "give one of the two")
        if self.activity is not None and self.factor is None:
            raise misread("K002", "has an `activity` but no `factor`", "give tonnes per unit of activity")
        if self.market_factor is not None and (self.scope != 2 or self.activity is None):
            raise misread("K004", "`market_factor` belongs to scope 2 with an `activity`", "", ("market_factor",))
        if self.category is not None and self.scope != 3:
            raise misread("K004", "`category` belongs to scope 3", "", ("category",))
        return self
