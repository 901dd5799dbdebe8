"""Entities and sources: who emits what without any project of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from optimiser.scenario.base import Entry
from optimiser.scenario.mistakes import Mistake
from optimiser.scenario.values import AnyPath, CarbonPath, Id, MoneyPath, Scope, Whole


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
    scope: Scope
    """GHG Protocol scope."""
    category: Annotated[Whole, Field(ge=1, le=15)] | None = None
    """Category of scope 3."""
    baseline: CarbonPath | None = None
    """Yearly emissions without projects; or give `activity` and `factor`."""
    activity: AnyPath | None = None
    """Yearly activity, such as electricity bought."""
    factor: AnyPath | None = None
    """Emissions per activity (scope 2: location-based)."""
    market_factor: AnyPath | None = None
    """Scope 2: emissions per activity, market-based."""

    def contradictions(self) -> Iterator[Mistake]:
        """One form of emissions, and keys of a scope only with that scope."""
        forms = "give `baseline`, or `activity` and `factor`"
        if self.baseline is None and self.activity is None and self.factor is None:
            text = "has neither a `baseline` nor an `activity`"
            yield Mistake("K002", text, forms, absent=("baseline", "activity"))
        if self.baseline is not None and (self.activity is not None or self.factor is not None):
            both = "an `activity`" if self.activity is not None else "a `factor`"
            yield Mistake("K004", f"has both a `baseline` and {both}", forms, ("baseline",))
        if self.activity is not None and self.factor is None:
            help = "give tonnes per unit of activity, such as 0.55 tCO2e/MWh"
            yield Mistake("K002", "has an `activity` but no `factor`", help, absent=("factor",))
        if self.factor is not None and self.activity is None and self.baseline is None:
            yield Mistake("K002", "has a `factor` but no `activity`", forms, ("factor",), ("activity", "baseline"))
        if self.market_factor is not None and (self.scope != 2 or self.activity is None):
            text = "`market_factor` belongs to scope 2 with an `activity`"
            yield Mistake("K004", text, "take it out", ("market_factor",), ("scope", "activity"))
        if self.category is not None and self.scope != 3:
            help = "take it out, or write scope: 3"
            yield Mistake("K004", "`category` belongs to scope 3", help, ("category",), ("scope",))
