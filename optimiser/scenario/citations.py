"""Which figures of a scenario say neither where they come from nor that they are illustrative."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from optimiser.source import CITING, Node

FIGURED = (
    "series",
    "entities",
    "sources",
    "projects",
    "resources",
    "fleets",
    "budgets",
    "finance",
    "markets",
    "targets",
)
_NO_FIGURES = {
    *CITING, "kind", "entity", "parent", "scope", "scopes", "category", "categories", "sources", "projects", "supplies",
    "requires", "excludes", "tags", "removals", "per", "priority",
}  # fmt: skip
"""Keys under which names and choices stand."""
_FIGURE = re.compile(r"\s*[-+.]?\d")


def uncited(root: Node) -> Iterator[str]:
    """`file:line  section.id` of every entry with figures for which nothing is cited, in the order of the sections.

    A citation is a `source` or `illustrative: true` of the entry, of the file in which the figure is written, or of the
    table. Where only some figures of an entry lack one, which a file laid over a cited entry, they are named by key.
    """
    for section in FIGURED:
        entries = root.child(section)
        if entries is None or not isinstance(entries.value, dict):
            continue
        for name, node in entries.value.items():
            yield from _uncited_in(node, f"{section}.{name}")


def _uncited_in(entry: Node, where: str) -> Iterator[str]:
    parts = entry.value if isinstance(entry.value, dict) else {}
    keyed = {key: part for key, part in parts.items() if key not in _NO_FIGURES}
    if not keyed or all(isinstance(key, int) for key in keyed):
        keyed = {"": entry}
    bare = {key: list(_bare_figures(part)) for key, part in keyed.items()}
    figures = {key: any(True for _ in _figures(part)) for key, part in keyed.items()}
    if all(bool(bare[key]) == figures[key] for key in keyed):
        first = entry if any(figures.values()) else None
        if first is not None:
            yield f"{_place(first)}  {where}"
        return
    for key, found in bare.items():
        if found:
            yield f"{_place(found[0])}  {where}.{key}"


def _place(node: Node) -> str:
    return f"{node.file}:{node.key[0] if node.key else node.line}"


def _bare_figures(node: Node) -> Iterator[Node]:
    return (figure for figure in _figures(node) if not figure.cited)


def _figures(node: Node) -> Iterator[Node]:
    value: Any = node.value
    if isinstance(value, dict):
        for key, part in value.items():
            if key not in CITING:
                yield from _figures(part)
    elif isinstance(value, list):
        for part in value:
            yield from _figures(part)
    elif not isinstance(value, bool | None) and _FIGURE.match(str(value)):
        yield node
