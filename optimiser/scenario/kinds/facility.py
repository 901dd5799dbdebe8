"""Facilities: new energy plants that supply a source of ours, sell to others, or both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from optimiser.scenario.flows import Delivers, Flow
from optimiser.scenario.kinds.base import Project
from optimiser.scenario.mistakes import Mistake
from optimiser.scenario.values import AnyPath, Id, Share


class Facility(Project):
    """A plant that makes energy (or another good) for a source of ours, for others, or for both."""

    kind: Literal["facility"]
    yield_: AnyPath | None = Field(default=None, alias="yield")
    """Output per unit (or per unit of size) and year."""
    supplies: Id | None = None
    """The source that uses the output on site; never more than it still needs."""
    price: AnyPath | None = None
    """Money saved per unit of output used on site."""
    sells: AnyPath | None = None
    """Money earned per unit of output sold."""
    displaces: AnyPath | None = None
    """Tonnes avoided at customers per unit of output sold."""
    self_use: Share | None = None
    """Share of the output used on site; absent with both: the plan decides year by year."""

    def contradictions(self) -> Iterator[Mistake]:
        """Output has a yield and an outlet."""
        yield from super().contradictions()
        uses = [k for k in ("supplies", "price", "sells", "displaces", "self_use") if getattr(self, k) is not None]
        if uses and self.yield_ is None:
            help = "give the output per unit and year, such as 1100 MWh/MW"
            yield Mistake("K002", f"has `{uses[0]}` but no `yield`", help, absent=("yield",))
        if self.price is not None and self.supplies is None:
            text = "`price` is saved by `supplies`, which is missing"
            yield Mistake("K004", text, "name the source, or write `sells` to sell", ("price",), ("supplies",))
        if self.self_use is not None and self.supplies is None:
            text = "`self_use` needs `supplies`"
            yield Mistake("K004", text, "name the source that uses the output", ("self_use",), ("supplies",))

    def flows(self) -> list[Flow]:
        """Its output, and where it goes."""
        if self.yield_ is None:
            return super().flows()
        sold = self.sells is not None or self.displaces is not None
        split = self.self_use
        if split is None and not (self.supplies and sold):
            split = 1.0 if self.supplies else 0.0
        delivery = Delivers(self.yield_, self.supplies, self.price, self.sells, self.displaces, split)
        return [*super().flows(), delivery]
