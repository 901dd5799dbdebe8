"""Citations: which values of a file stand under a `source` (or `illustrative: true`), of their entry or their file.

A citation counts for what is written beside it and for what it is laid upon, never for what a later file lays over it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from optimiser.source.nodes import Node

CITING = ("name", "note", "source", "illustrative")
"""Keys that any entry may carry beside its figures."""


def is_citation(node: Node | None) -> bool:
    """True for an entry (or a file, or a table) that says where its figures come from, or that they are assumed."""
    if node is None or not isinstance(node.value, dict):
        return False
    source, illustrative = node.value.get("source"), node.value.get("illustrative")
    said = source is not None and isinstance(source.value, str | int | float) and str(source.value).strip() != ""
    return said or (illustrative is not None and illustrative.value is True)


def mark_cited(root: Node, sections: Iterable[str]) -> None:
    """Marks what stands under a citation in a file, or a table, that has just been read."""
    if is_citation(root):
        mark(root)
        return
    for _, _, entry in _entries(root, sections):
        if is_citation(entry):
            mark(entry)


def cite_below(merged: Node, over: Node, sections: Iterable[str]) -> Node:
    """`merged` in which the citation of an entry of `over` covers also what the entry was laid upon."""
    for section, key, entry in _entries(over, sections):
        found = merged.value[section].child(key) if is_citation(entry) and section in merged.value else None
        if found is not None:
            merged.value[section].value[key] = cited(found)
    return merged


def cited(node: Node, file: str = "") -> Node:
    """A copy of the node in which every value (of one file, if that is named) is marked as cited."""
    value: Any = node.value
    if isinstance(value, dict):
        value = {key: cited(child, file) for key, child in value.items()}
    elif isinstance(value, list):
        value = [cited(child, file) for child in value]
    copy = node.replace(value)
    copy.cited = node.cited or file in ("", node.file)
    return copy


def _entries(root: Node, sections: Iterable[str]) -> Iterator[tuple[str, Any, Node]]:
    for section in sections:
        entries = root.child(section)
        for key, entry in entries.value.items() if entries is not None and isinstance(entries.value, dict) else ():
            yield section, key, entry


def mark(root: Node) -> None:
    """Marks a node that has just been read, and everything in it, as cited."""
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue  # an alias
        seen.add(id(node))
        node.cited = True
        if isinstance(node.value, dict):
            waiting += node.value.values()
        elif isinstance(node.value, list):
            waiting += node.value
