"""The model: Pyomo's, but a family of rows or variables that has none is left out.

Most scenarios ask for few of the families there are, and an empty one costs Pyomo as much as a small one: more than a
third of the time that a small programme takes to build, and explanations build many of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import pyomo.environ as pyo


class Model(pyo.ConcreteModel):
    """A concrete model to which only families with rows are added."""

    def Constraint(self, *index: Any) -> Callable[[Any], Any]:  # noqa: N802 - the name that Pyomo gives it
        """A decorator that adds a family of rows over the product of these lists, unless one of them is empty."""
        if not all(len(keys) for keys in index):
            return lambda rule: rule
        return super().__getattr__("Constraint")(*index)


class NoVariables(dict[Any, Any]):
    """What stands for an indexed Pyomo variable without members: nothing is in it, and the model does not list it."""

    name = "no variables"


def variables(*index: Collection[Any], **options: Any) -> pyo.Var | NoVariables:
    """A Pyomo variable over the product of these lists, unless one of them is empty; `options` are those of pyo.Var."""
    return pyo.Var(*index, **options) if all(len(keys) for keys in index) else NoVariables()
