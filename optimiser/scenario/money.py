"""Budgets, and yearly limits other than money."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from optimiser.scenario.base import Entry
from optimiser.scenario.values import AnyPath, Id, Ids, MoneyPath, Share, misread


class Resource(Entry):
    """A yearly limit other than money: crews, dry-dock slots, grid connection."""

    limit: AnyPath
    """What there is in a year."""


class Budget(Entry):
    """A limit on money for the projects that pass every filter it names; none means all."""

    entity: Id | None = None
    """Projects of this entity and below."""
    tags: Ids | None = None
    """Projects with any of these tags."""
    projects: Ids | None = None
    """These projects."""
    covers: Literal["capex", "cash"] = "capex"
    """`capex`, or `cash`: capex + opex + energy - income."""
    limit: MoneyPath
    """Money per year, or per window of years."""
    carry_over: Share | None = None
    """Share of what is left that may be spent in the next year."""
    window: Annotated[int, Field(ge=1)] | None = None
    """The limit holds for any so many years in a row."""

    @model_validator(mode="after")
    def _one_way(self) -> Budget:
        if self.carry_over and self.window:
            raise misread("K004", "`carry_over` and `window` exclude each other", "a window carries over by itself")
        return self


class Group(Entry):
    """A choice among projects."""

    projects: Ids
    """The projects to choose from."""
    at_most: Annotated[int, Field(ge=0)] | None = None
    """So many of them at most."""
    at_least: Annotated[int, Field(ge=0)] | None = None
    """So many of them at least."""

    @model_validator(mode="after")
    def _says_something(self) -> Group:
        if self.at_most is None and self.at_least is None:
            raise misread("K002", "says neither `at_most` nor `at_least`", "write at_most: 1")
        if self.at_most is not None and self.at_least is not None and self.at_most < self.at_least:
            raise misread("V001", f"at least {self.at_least} but at most {self.at_most}")
        return self
