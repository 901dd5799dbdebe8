"""YAML with places: safe, limited, and without YAML 1.1's surprises.

Built on libyaml's events. `no`, `1:30` and dates stay text, `1e6` is a number, a key that stands twice is an error.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from optimiser.errors import Problem, Problems
from optimiser.source.nodes import Node

MAX_BYTES = 32 * 2**20
MAX_DEPTH = 60
MAX_WEIGHT = 3_000_000

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"[-+]?(\.?nan|\.?inf|infinity)\Z", re.IGNORECASE)


def read_text(path: Path, label: str, problems: Problems) -> str | None:
    """The text of a file, or None with the problem noted."""
    try:
        if not path.is_file():
            message = "is a folder, not a file" if path.is_dir() else "does not exist"
            problems.found.append(Problem(label, 0, 0, "S007", "", f"the file {message}", "check the path"))
            return None
        size = path.stat().st_size
        if size > MAX_BYTES:
            text = f"the file has {size / 2**20:.0f} MiB, more than the limit of {MAX_BYTES // 2**20} MiB"
            problems.found.append(Problem(label, 0, 0, "S004", "", text, "keep long lists in CSV tables (`tables:`)"))
            return None
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = f"byte {error.start} is not UTF-8 text"
        problems.found.append(Problem(label, 0, 0, "S006", "", text, "save the file as UTF-8"))
    except OSError as error:
        reason = error.strerror or str(error)
        problems.found.append(Problem(label, 0, 0, "S007", "", f"the file cannot be read: {reason}"))
    return None


def read_yaml(text: str, label: str, problems: Problems, origin: tuple[int, int] = (1, 1)) -> Node | None:
    """The root node of a YAML text, or None where it cannot be read; problems are noted either way."""
    reader = _Reader(label, problems, origin)
    try:
        return reader.read(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        problems.found.append(_syntax_problem(error, text, label))
    except yaml.reader.ReaderError as error:
        message = f"the character {error.character!r} may not stand in YAML"
        line = text.count("\n", 0, error.position) + 1
        problems.found.append(Problem(label, line, 1, "S001", "", message))
    except _TooMuchError:
        pass
    return None


def scalar(text: str) -> Any:
    """A plain YAML scalar as null, boolean, whole number, number or text (YAML 1.2 core)."""
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    if _INT.match(text) and len(text) < 20:
        return int(text)
    if _FLOAT.match(text) and not (text[:1] == "0" and text[1:2].isdigit()):
        return float(text)
    return text


class _TooMuchError(Exception):
    """A limit is passed; the problem is noted."""


class _Reader:
    """Turns parser events into nodes, one pass, without recursion."""

    def __init__(self, label: str, problems: Problems, origin: tuple[int, int]):
        self.label, self.problems = label, problems
        self.line0, self.column0 = origin
        self.anchors: dict[str, Node] = {}
        self.stack: list[tuple[Node, list[Any], str | None]] = []
        self.root: Node | None = None
        self.documents = 0

    def read(self, events: Iterable[yaml.Event]) -> Node | None:
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.documents += 1
                if self.documents == 2:
                    self._note(event, "S011", "a second document begins here", "one file holds one scenario")
                    break
            elif isinstance(event, yaml.ScalarEvent):
                self._add(self._scalar(event), event.anchor)
            elif isinstance(event, yaml.AliasEvent):
                self._add(self._alias(event), None)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                self._open(event)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                node, parts, anchor = self.stack.pop()
                node.value = parts if isinstance(event, yaml.SequenceEndEvent) else self._mapping(parts)
                node.weight = 1 + sum(p.weight for p in parts)
                if node.weight > MAX_WEIGHT:
                    self._note(event, "S005", f"more than {MAX_WEIGHT:,} values with all aliases written out", "")
                    raise _TooMuchError
                self._add(node, anchor)
        return self.root

    def _place(self, event: yaml.Event) -> tuple[int, int]:
        mark = event.start_mark
        return mark.line + self.line0, mark.column + (self.column0 if mark.line == 0 else 1)

    def _note(self, event: yaml.Event, code: str, message: str, help: str) -> None:
        self.problems.found.append(Problem(self.label, *self._place(event), code, "", message, help))

    def _open(self, event: Any) -> None:
        if len(self.stack) >= MAX_DEPTH:
            self._note(event, "S005", f"nested more than {MAX_DEPTH} deep", "")
            raise _TooMuchError
        if event.tag is not None:
            self._note(event, "S011", f"the tag {event.tag} is not allowed", "write plain values")
        self.stack.append((Node(None, self.label, *self._place(event)), [], event.anchor))

    def _add(self, node: Node, anchor: str | None) -> None:
        if anchor:
            self.anchors[anchor] = node
        if self.stack:
            self.stack[-1][1].append(node)
        else:
            self.root = node

    def _alias(self, event: yaml.AliasEvent) -> Node:
        node = self.anchors.get(event.anchor)
        if node is None:
            self._note(event, "S001", f"the alias *{event.anchor} has no anchor before it", "")
            return Node(None, self.label, *self._place(event))
        return node

    def _scalar(self, event: yaml.ScalarEvent) -> Node:
        place = self._place(event)
        text: str = event.value
        if event.tag not in (None, "!"):
            self._note(event, "S011", f"the tag {event.tag} is not allowed", "write plain values")
        if event.style:  # quoted or block
            return Node(text, self.label, *place)
        value = scalar(text)
        if (isinstance(value, str) and _NOT_FINITE.match(text)) or (
            isinstance(value, float) and not math.isfinite(value)
        ):
            self._note(event, "S010", f"{text} is not a finite number", "leave the key out where there is no figure")
            value = 0
        return Node(value, self.label, *place)

    def _mapping(self, parts: list[Node]) -> dict[Any, Node]:
        found: dict[Any, Node] = {}
        for key, value in zip(parts[::2], parts[1::2], strict=True):
            if isinstance(key.value, dict | list):
                self.problems.found.append(key.problem("K003", "", "a key must be a word or a year"))
                continue
            if key.value == "<<":
                help = "use `extends`, or `templates` with `like`"
                self.problems.found.append(key.problem("S011", "", "merge keys (<<) are not used here", help))
                continue
            if key.value in found:
                first = found[key.value].key
                place = f" (first in line {first[0]})" if first else ""
                text = f'"{key.value}" stands twice in this mapping{place}'
                self.problems.found.append(key.problem("S002", "", text, "keep one of the two"))
                continue
            found[key.value] = value.keyed(key.line, key.column)
        return found


def _syntax_problem(error: yaml.MarkedYAMLError, text: str, label: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    lines = text.splitlines()
    row = lines[line - 1] if 0 < line <= len(lines) else ""
    indent = row[: len(row) - len(row.lstrip())]
    if "\t" in indent or row[column - 1 : column] == "\t":
        return Problem(label, line, row.index("\t") + 1, "S003", "", "a tab", "indent with spaces only")
    message = " ".join(part for part in (error.problem, error.context) if part)
    return Problem(label, line, column, "S001", "", message or "this is not YAML", _syntax_help(row))


def _syntax_help(row: str) -> str:
    if row.count('"') % 2 or row.count("'") % 2:
        return "a quotation mark is not closed"
    if row.count("{") != row.count("}") or row.count("[") != row.count("]"):
        return "check that every { and [ is closed"
    return "check the indentation and the colons in and above this line"
