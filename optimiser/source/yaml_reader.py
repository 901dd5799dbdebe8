"""YAML with places: safe, limited, and without YAML 1.1's surprises.

Built on libyaml's events. `no`, `1:30` and dates stay text, `1e6` is a number, a key that stands twice is an error.
"""

from __future__ import annotations

import math
import re
from typing import Any

import yaml

from optimiser.errors import Problem, Problems, quoted
from optimiser.source.nodes import UNREAD, Node, key_of
from optimiser.source.yaml_syntax import forbidden_character, syntax_problem

MAX_DEPTH = 60
MAX_WEIGHT = 2_000_000

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"[-+]?(\.?nan|\.?inf|infinity)\Z", re.IGNORECASE)
_WORDS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


def read_yaml(text: str, label: str, problems: Problems, fixed: tuple[int, int] | None = None) -> Node | None:
    """The root node of a YAML text, or None where it cannot be read; problems are noted either way.

    `fixed` is the place of every node and problem where the text is one cell of a table.
    """
    reader = _Reader(label, problems, fixed)
    found = forbidden_character(text, label)
    if found is None:
        try:
            return reader.read(_LOADER(text))
        except yaml.MarkedYAMLError as error:
            found = syntax_problem(error, text, label)
        except _TooMuchError:
            return None
    if fixed:
        found = Problem(label, *fixed, found.code, "", found.message.split(" (it opens")[0], found.help)
    problems.found.append(found)
    return None


def scalar(text: str) -> Any:
    """A plain YAML scalar as null, boolean, whole number, number or text (YAML 1.2 core)."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "+-.0123456789" and text[-1] in ".0123456789":
        if _INT.match(text) and len(text) < 20:
            return int(text)
        if _FLOAT.match(text) and not (text[:1] == "0" and text[1:2].isdigit()):
            return float(text)
    return text


class _TooMuchError(Exception):
    """A limit is passed; the problem is noted."""


class _Open:
    """A mapping or list that is not closed yet: its parts so far."""

    __slots__ = ("anchor", "is_mapping", "node", "parts", "tagged")

    def __init__(self, node: Node, is_mapping: bool, anchor: str | None, tagged: bool):
        self.node, self.is_mapping, self.anchor, self.tagged = node, is_mapping, anchor, tagged
        self.parts: list[Node] = []


class _Reader:
    """Turns parser events into nodes, one pass, without recursion."""

    def __init__(self, label: str, problems: Problems, fixed: tuple[int, int] | None):
        self.label, self.problems, self.fixed = label, problems, fixed
        self.anchors: dict[str, Node] = {}
        self.stack: list[_Open] = []
        self.root: Node | None = None
        self.weight = 0

    def read(self, parser: Any) -> Node | None:
        documents = 0
        for event in iter(parser.get_event, None):
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._put(self._scalar(event), event.anchor)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self._open(event, kind is yaml.MappingStartEvent)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._close()
            elif kind is yaml.AliasEvent:
                self._put(self._alias(event), None)
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents == 2:
                    self._note(event, "S011", "a second document begins here", "one file holds one scenario")
                    break
        return self.root

    def _place(self, event: Any) -> tuple[int, int]:
        mark = event.start_mark
        return self.fixed or (mark.line + 1, mark.column + 1)

    def _note(self, event: Any, code: str, message: str, help: str = "") -> None:
        self.problems.found.append(Problem(self.label, *self._place(event), code, "", message, help))

    def _open(self, event: Any, is_mapping: bool) -> None:
        if len(self.stack) >= MAX_DEPTH:
            self._note(event, "S005", f"nested more than {MAX_DEPTH} deep", "scenario files need no such depth")
            raise _TooMuchError
        if event.tag is not None:
            self._refuse_tag(event)
        node = Node(None, self.label, *self._place(event))
        self.stack.append(_Open(node, is_mapping, event.anchor, event.tag is not None))

    def _close(self) -> None:
        done = self.stack.pop()
        node = done.node
        node.value = UNREAD if done.tagged else self._mapping(done.parts) if done.is_mapping else done.parts
        node.weight = 1 + sum([p.weight for p in done.parts])
        self.weight -= node.weight - 1  # its parts were counted one by one
        self._put(node, done.anchor)

    def _put(self, node: Node, anchor: str | None) -> None:
        if anchor:
            self.anchors[anchor] = node
        if self.stack:
            self.stack[-1].parts.append(node)
        else:
            self.root = node
        self.weight += node.weight
        if self.weight > MAX_WEIGHT:
            text = f"more than {MAX_WEIGHT:,} values, with all aliases written out"
            self.problems.found.append(Problem(self.label, node.line, node.column, "S005", "", text))
            raise _TooMuchError

    def _alias(self, event: Any) -> Node:
        node = self.anchors.get(event.anchor)
        place = self._place(event)
        if node is None:
            help = "put the anchor & before its first use, and quotation marks round a text that begins with *"
            self._note(event, "S001", f"the alias *{event.anchor} has no anchor before it", help)
            return Node(UNREAD, self.label, *place)
        return node

    def _scalar(self, event: Any) -> Node:
        text: str = event.value
        mark = event.start_mark
        line, column = self.fixed or (mark.line + 1, mark.column + 1)
        if event.tag is not None and event.tag != "!":
            self._refuse_tag(event)
            return Node(UNREAD, self.label, line, column)
        if self.stack and self.stack[-1].is_mapping and not len(self.stack[-1].parts) % 2:
            return Node(key_of(text), self.label, line, column)
        if event.style:  # quoted or block
            return Node(text, self.label, line, column)
        value = scalar(text)
        kind = type(value)
        odd = kind is str and len(text) < 10 and text[-1] in "nfyNFY" and _NOT_FINITE.match(text)
        if odd or (kind is float and math.isinf(value)):
            self._note(event, "S010", f"{quoted(text)} is not a finite number")
            value = UNREAD
        return Node(value, self.label, line, column)

    def _refuse_tag(self, event: Any) -> None:
        tag = str(event.tag).replace("tag:yaml.org,2002:", "!!")
        self._note(event, "S011", f"the tag {quoted(tag)} is not allowed", "write plain values")

    def _mapping(self, parts: list[Node]) -> dict[Any, Node]:
        found: dict[Any, Node] = {}
        merged: list[Node] = []
        for key, value in zip(parts[::2], parts[1::2], strict=True):
            name = key.value
            if not isinstance(name, str | int):
                if not key.is_unread:
                    text = "a list or a mapping cannot be a key"
                    self.problems.found.append(key.problem("K003", "", text, "a key is a word or a year"))
            elif name == "<<":
                help = "use `extends`, or `templates` with `like`"
                self.problems.found.append(key.problem("S011", "", "merge keys (<<) are not used here", help))
                merged += value.value if isinstance(value.value, list) else [value]
            elif name in found:
                first = found[name].key
                place = f" (first in line {first[0]})" if first and not self.fixed else ""
                text = f"{quoted(name)} stands twice in this mapping{place}"
                self.problems.found.append(key.problem("S002", "", text))
            elif self.anchors:  # it may stand elsewhere, too
                found[name] = value.keyed(key.line, key.column)
            else:
                value.key = (key.line, key.column)
                found[name] = value
        for node in merged:  # the mistake is noted; what it brings in is not called missing as well
            found = (node.value | found) if isinstance(node.value, dict) else found
        return found
