"""Where what a flow carries is written: a kind may hand on a key of its own, by any name."""

from __future__ import annotations

from typing import Any

from optimiser.scenario.checks.context import Loc
from optimiser.scenario.flows import Abates
from optimiser.scenario.kinds import Project


def place_of(loc: Loc, project: Project, key: str, value: Any) -> Loc:
    """The place of a flow's value in the file: under `key`, or under the key of the kind that holds it."""
    if key in _keys(project):
        return (*loc, key)
    return (*loc, *_holder(project, value))


def places_of(loc: Loc, project: Project, flow: Abates) -> tuple[Loc, Loc]:
    """The places of the source that is abated, and of the amount."""
    key = "abates_market" if flow.market_only else "abates"
    if getattr(project, key).get(flow.source) is flow.amount:
        return ((*loc, key, flow.source),) * 2
    source = (*loc, *_holder(project, flow.source))
    amount = _holder(project, flow.amount)
    return source, (*loc, *amount) if amount else source


def _keys(project: Project) -> dict[str, str]:
    return {info.alias or name: name for name, info in type(project).model_fields.items()}


def _holder(project: Project, value: Any) -> Loc:
    """The key of the kind's own under which a value stands, or under which it is named; empty where it is computed."""
    own = {key: getattr(project, name) for key, name in _keys(project).items() if name not in Project.model_fields}
    for key, held in own.items():
        if held is value or (isinstance(value, str) and held == value):
            return (key,)
        if isinstance(held, dict):
            inner = next((k for k, v in held.items() if v is value or k == value), None)
            if inner is not None:
                return (key, inner)
    return ()
