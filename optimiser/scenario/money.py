"""Budgets, and yearly limits other than money."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from optimiser.scenario.base import Entry
from optimiser.scenario.mistakes import Mistake
from optimiser.scenario.values import AnyPath, Id, Ids, MoneyPath, Share, Tags, Whole


class Resource(Entry):
    """A yearly limit other than money: crews, dry-dock slots, grid connection."""

    limit: AnyPath
    """What there is in a year."""


class Budget(Entry):
    """A limit on money for the projects that pass every filter it names; none means all."""

    entity: Id | None = None
    """Projects of this entity and below."""
    tags: Tags | None = None
    """Projects with any of these tags."""
    projects: Ids | None = None
    """These projects."""
    covers: Literal["capex", "cash"] = "capex"
    """`capex`, or `cash`: capex + opex + energy - income."""
    limit: MoneyPath
    """Money per year, or per window of years."""
    carry_over: Share | None = None
    """Share of what is left that may be spent in the next year."""
    window: Annotated[Whole, Field(ge=1)] | None = None
    """The limit holds for any so many years in a row."""

    def contradictions(self) -> Iterator[Mistake]:
        """Unspent money moves on in one of two ways."""
        if self.carry_over and self.window:
            help = "a window carries over by itself: keep one of the two"
            yield Mistake("K004", "`carry_over` and `window` exclude each other", help, ("window",))


class Group(Entry):
    """A choice among projects."""

    projects: Ids
    """The projects to choose from."""
    at_most: Annotated[Whole, Field(ge=0)] | None = None
    """So many of them at most."""
    at_least: Annotated[Whole, Field(ge=0)] | None = None
    """So many of them at least."""

    def contradictions(self) -> Iterator[Mistake]:
        """It says how many, and no more than there are."""
        if self.at_most is None and self.at_least is None:
            absent = ("at_most", "at_least")
            yield Mistake("K002", "says neither `at_most` nor `at_least`", "write at_most: 1", absent=absent)
        if self.at_most is not None and self.at_least is not None and self.at_most < self.at_least:
            text = f"at least {self.at_least} but at most {self.at_most}"
            yield Mistake("V001", text, "no number of projects is both", ("at_least",))
        members = len(set(self.projects))
        if self.at_least is not None and self.at_least > members:
            text = f"at least {self.at_least} of {members} project{'s' if members != 1 else ''} can never be"
            yield Mistake("V001", text, "name more projects, or ask for fewer", ("at_least",), ("projects",))
