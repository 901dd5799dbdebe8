"""Nodes: what stands in a file, with the place where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from optimiser.errors import Problem, visible

Key = str | int
_DIGITS = frozenset("-0123456789")
_WHOLE = re.compile(r"(0|-?[1-9][0-9]{0,17})\Z")


class _Unread:
    """The type of UNREAD."""

    def __repr__(self) -> str:
        return "UNREAD"


UNREAD = _Unread()
"""Stands where a value could not be read and the problem is noted: nothing more is said of it."""


@dataclass(slots=True)
class Node:
    """A value of a file. `value` is a scalar, a list of nodes, or a mapping of keys to nodes; never changed once read.

    `line` and `column` are the value's own place, `key` the place of the key before it; all count from 1.
    `weight` is the number of nodes in it with every alias written out; `cited` says that where it is written its file,
    table or entry names a source.
    """

    value: Any
    file: str
    line: int
    column: int
    key: tuple[int, int] | None = None
    weight: int = 1
    cited: bool = False

    @property
    def is_mapping(self) -> bool:
        """True for a mapping."""
        return isinstance(self.value, dict)

    @property
    def is_unread(self) -> bool:
        """True where the value could not be read."""
        return self.value is UNREAD

    def child(self, key: Any) -> Node | None:
        """The node under `key`, or None."""
        if isinstance(self.value, dict):
            return self.value.get(key)
        if isinstance(self.value, list) and isinstance(key, int) and 0 <= key < len(self.value):
            return self.value[key]
        return None

    def replace(self, value: Any) -> Node:
        """The same place with another value."""
        return Node(value, self.file, self.line, self.column, self.key, _weight(value), self.cited)

    def keyed(self, line: int, column: int) -> Node:
        """The same value under a key at another place (an alias stands elsewhere than its anchor)."""
        return Node(self.value, self.file, self.line, self.column, (line, column), self.weight, self.cited)

    def problem(self, code: str, where: str, message: str, help: str = "", at_key: bool = False) -> Problem:
        """A problem at this node's place."""
        line, column = self.key if at_key and self.key else (self.line, self.column)
        return Problem(self.file, line, column, code, where, message, help)


def key_of(text: str) -> Key:
    """A key is a text, or a whole number, quoted (as in JSON) or not."""
    return int(text) if text[:1] in _DIGITS and _WHOLE.match(text) else text


def plain(node: Node) -> Any:
    """The node's value without places: dicts, lists and scalars."""
    value = node.value
    if isinstance(value, dict):
        return {key: plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [plain(child) for child in value]
    return value


def spot(root: Node, path: tuple[Any, ...]) -> tuple[Node, str]:
    """The deepest node on `path` that exists, and the path in words: keys with dots, without places in lists."""
    node: Node | None = root
    deepest, words = root, []
    for key in path:
        if not isinstance(key, int) or node is None or isinstance(node.value, dict):
            words.append(visible(str(key)[:60]))
        node = _below(node, key) if node is not None else None
        deepest = node or deepest
    return deepest, ".".join(words)


def locate(root: Node, path: tuple[Any, ...]) -> Node:
    """The deepest node on `path` that exists."""
    node = root
    for key in path:
        child = _below(node, key)
        if child is None:
            break
        node = child
    return node


def _below(node: Node, key: Any) -> Node | None:
    child = node.child(key)
    if child is None and isinstance(key, str) and isinstance(node.value, dict):
        return node.value.get(key_of(key))  # ids are texts even where YAML read a number
    return child


def _weight(value: Any) -> int:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(c.weight for c in children)
