"""Which figures of a scenario say neither where they come from nor that they are illustrative."""

from __future__ import annotations

from collections.abc import Iterator

from optimiser.source import Node

FIGURED = ("series", "entities", "sources", "projects", "resources", "fleets", "budgets", "targets")


def uncited(root: Node) -> Iterator[str]:
    """`file:line  section.id` of every entry without `source` or `illustrative`, unless the file as a whole has one."""
    if _cited(root):
        return
    for section in FIGURED:
        entries = root.child(section)
        if entries is None or not isinstance(entries.value, dict):
            continue
        for name, node in entries.value.items():
            figures = isinstance(node.value, dict) and any(k not in ("name", "note", "parent") for k in node.value)
            if (figures or not isinstance(node.value, dict)) and not _cited(node):
                line = node.key[0] if node.key else node.line
                yield f"{node.file}:{line}  {section}.{name}"


def _cited(node: Node) -> bool:
    if not isinstance(node.value, dict):
        return False
    source, illustrative = node.value.get("source"), node.value.get("illustrative")
    return bool(source is not None and source.value) or bool(illustrative is not None and illustrative.value)
