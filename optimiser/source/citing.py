"""Citations: which values of a file stand under a `source` (or `illustrative: true`), of their entry or their file.

A citation counts for what is written beside it and for what it is laid upon, never for what a later file lays over it.
"""

from __future__ import annotations

from optimiser.source.merging import ENTRIES
from optimiser.source.nodes import Node

SECTIONS = ("series", "templates", *ENTRIES)
"""Sections whose entries may carry a citation."""


def is_citation(node: Node | None) -> bool:
    """True for an entry (or a file, or a table) that says where its figures come from, or that they are assumed."""
    if node is None or not isinstance(node.value, dict):
        return False
    source, illustrative = node.value.get("source"), node.value.get("illustrative")
    said = source is not None and isinstance(source.value, str | int | float) and str(source.value).strip() != ""
    return said or (illustrative is not None and illustrative.value is True)


def mark_cited(root: Node) -> None:
    """Marks what stands under a citation in a file that has just been read."""
    if is_citation(root):
        _mark(root)
        return
    for section in SECTIONS:
        entries = root.child(section)
        for entry in entries.value.values() if entries is not None and isinstance(entries.value, dict) else ():
            if is_citation(entry):
                _mark(entry)


def cited(node: Node) -> Node:
    """A copy of the node in which every value is marked as cited."""
    if isinstance(node.value, dict):
        value = {key: cited(child) for key, child in node.value.items()}
    elif isinstance(node.value, list):
        value = [cited(child) for child in node.value]
    else:
        value = node.value
    copy = node.replace(value)
    copy.cited = True
    return copy


def _mark(root: Node) -> None:
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
