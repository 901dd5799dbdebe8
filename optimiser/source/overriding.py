"""Overrides that are in no file yet: laid over a document as one that extends it would be, and written as YAML."""

from __future__ import annotations

from typing import Any

import yaml

from optimiser.errors import Problems
from optimiser.source.merging import merge
from optimiser.source.nodes import Node


def overridden(root: Node, changes: dict[str, Any]) -> Node:
    """The document with changes laid over it: mappings merge, `None` removes, anything else replaces."""
    return merge(root, _planted(changes, root), Problems())


def _planted(value: Any, place: Node) -> Node:
    if isinstance(value, dict):
        value = {key: _planted(part, place) for key, part in value.items()}
    elif isinstance(value, list | tuple):
        value = [_planted(part, place) for part in value]
    return place.replace(value)


def as_yaml(changes: dict[str, Any]) -> list[str]:
    """Changes as they would stand in a scenario file: one line per section."""

    def flow(value: Any) -> str:
        return yaml.safe_dump(value, default_flow_style=True, width=10**6, allow_unicode=True, sort_keys=False).strip()

    return [f"{section}: {flow(entries)}" for section, entries in changes.items()]
