"""Source: files on disk to one tree of values that know where they stand.

Reads YAML and tables, follows `extends`, applies `templates`. Knows nothing of what a scenario means.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimiser.errors import Problem, Problems, quoted
from optimiser.source.citing import CITING, cite_below, is_citation, mark, mark_cited
from optimiser.source.files import label, read_text, trouble
from optimiser.source.merging import ENTRIES, apply_templates, merge
from optimiser.source.nodes import UNREAD, Node, key_of, locate, plain, spot
from optimiser.source.tables import TABLE_SECTIONS, fill_from_tables
from optimiser.source.writing import as_yaml, scenario_text
from optimiser.source.yaml_reader import MAX_WEIGHT, read_yaml

__all__ = [
    "CITING",
    "ENTRIES",
    "TABLE_SECTIONS",
    "UNREAD",
    "Document",
    "Node",
    "as_yaml",
    "key_of",
    "locate",
    "merge",
    "overlaid",
    "overlay",
    "plain",
    "read_document",
    "read_values",
    "scenario_text",
    "spot",
]

MAX_EXTENDS = 50
NOWHERE = (0, 0)
"""The place of values that stand in no file."""
_OF_A_FILE = ("extends", "tables")
_OF_ITSELF = ("source", "illustrative", "note")
"""What a file says of itself, and of no file that extends it."""


@dataclass(frozen=True, slots=True)
class Document:
    """A scenario as files say it: the merged tree, and every file it came from."""

    root: Node
    path: Path
    files: tuple[Path, ...]

    def hashes(self) -> dict[str, str]:
        """SHA-256 of every input file by its path as shown to the user."""
        return {label(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in self.files}


def read_document(path: Path, problems: Problems) -> Document | None:
    """Reads a scenario file with all it extends. Problems are collected; None where there is no tree to go on with."""
    return _document(path, _Reading(problems, {}))


def read_values(values: Any, path: Path, problems: Problems) -> Document | None:
    """A scenario given as plain values, as if it stood in a file at `path`; its problems name no lines.

    Raises TypeError where something is no mapping, list, text, number, truth value or None.
    """
    return _document(path, _Reading(problems, {path: scenario_text(values)}))


def overlay(document: Document, values: Any, problems: Problems) -> Document:
    """A document with `values` laid upon it: mappings merge, None removes, anything else replaces.

    Raises TypeError where something is no mapping, list, text, number, truth value or None.
    """
    return Document(overlaid(document.root, values, problems), document.path, ())


def overlaid(root: Node, values: Any, problems: Problems) -> Node:
    """The tree of a document with `values` laid upon it, as a file would be that extends it.

    Raises TypeError where something is no mapping, list, text, number, truth value or None.
    """
    over = read_yaml(scenario_text(values), root.file, problems, NOWHERE)
    return merge(root, over, problems) if over is not None else root


def _document(path: Path, reading: _Reading) -> Document | None:
    root = reading.file(path, ())
    if root is None:
        return None
    root = apply_templates(root, reading.problems)
    if root.weight > MAX_WEIGHT:
        text = f"more than {MAX_WEIGHT:,} values, with all templates written out"
        reading.problems.found.append(Problem(label(path), 1, 1, "S005", "", text))
        return None
    return Document(root, path, tuple(dict.fromkeys(reading.files)))


class _Reading:
    """One run over a file and all it extends; a file that is extended twice is read once."""

    def __init__(self, problems: Problems, given: dict[Path, str]):
        self.problems, self.given = problems, given
        self.files: list[Path] = []
        self.known: dict[Path, Node | None] = {}

    def file(self, path: Path, chain: tuple[Path, ...]) -> Node | None:
        """The tree of a file laid over what it extends and what its tables say."""
        root = self._root(path)
        if root is None:
            return None
        mark_cited(root, TABLE_SECTIONS)
        own = root.replace({k: v for k, v in root.value.items() if k not in _OF_A_FILE})
        merged: Node | None = None
        for found in self._bases(root, path, (*chain, path.resolve())):
            base = found.replace({k: v for k, v in found.value.items() if k not in _OF_ITSELF})
            merged = base if merged is None else merge(merged, base, self.problems)
        for section, node in fill_from_tables(root, path.parent, self.files, self.problems).items():
            table = root.replace({section: node})
            mark_cited(table, TABLE_SECTIONS)
            if is_citation(root):
                mark(table)
            merged = table if merged is None else self._lay(merged, table)
        # without a base there is nothing to override, but nulls still mean "absent"
        return self._lay(merged if merged is not None else root.replace({}), own)

    def _lay(self, base: Node, over: Node) -> Node:
        return cite_below(merge(base, over, self.problems), over, TABLE_SECTIONS)

    def _root(self, path: Path) -> Node | None:
        text = self.given[path] if path in self.given else read_text(path, self.problems)
        if text is None:
            return None
        if path not in self.given:
            self.files.append(path)
        name, before = label(path), len(self.problems.found)
        root = read_yaml(text, name, self.problems, NOWHERE if path in self.given else None)
        if root is None or root.value is None:
            if len(self.problems.found) == before:
                self.problems.found.append(Problem(name, 1, 1, "S008", "", "the file is empty"))
        elif not root.is_mapping and not root.is_unread:
            text = "the file is not a mapping of sections, such as `horizon:` and `projects:`"
            self.problems.found.append(root.problem("S008", "", text))
        return root if root is not None and root.is_mapping else None

    def _bases(self, root: Node, path: Path, chain: tuple[Path, ...]) -> list[Node]:
        extends = root.child("extends")
        if extends is None or extends.value is None:
            return []
        bases = []
        for node in extends.value if isinstance(extends.value, list) else [extends]:
            found = self._base(node, path, chain)
            if found is None:
                self.problems.partial.add("*")  # nothing that is missing now is a mistake of its own
            else:
                bases.append(found)
        return bases

    def _base(self, node: Node, path: Path, chain: tuple[Path, ...]) -> Node | None:
        if not isinstance(node.value, str):
            if not node.is_unread:
                text = "is not the name of a file"
                self._note(node, "K003", text, "write extends: model.yaml, or a list of files")
            return None
        base = path.parent / node.value
        found = trouble(base)
        if found is not None and found[0] == "S007":
            text = f"{quoted(node.value)} {found[1]}"
            self._note(node, found[0], text, found[2] or "the path counts from the file it stands in")
            return None
        key = base.resolve()
        if key in chain:
            self._note(node, "S009", f"{quoted(node.value)} extends this file in a circle")
            return None
        if len(chain) >= MAX_EXTENDS:
            self._note(node, "S005", f"more than {MAX_EXTENDS} files, each extending the next")
            return None
        if key not in self.known:
            self.known[key] = self.file(base, chain)
        return self.known[key]

    def _note(self, node: Node, code: str, message: str, help: str = "") -> None:
        self.problems.found.append(node.problem(code, "extends", message, help))
