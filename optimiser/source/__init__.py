"""Source: files on disk to one tree of values that know where they stand.

Reads YAML and tables, follows `extends`, applies `templates`. Knows nothing of what a scenario means.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from optimiser.errors import Problem, Problems
from optimiser.source.merging import apply_templates, merge
from optimiser.source.nodes import Node, locate, plain
from optimiser.source.tables import fill_from_tables
from optimiser.source.yaml_reader import read_text, read_yaml

__all__ = ["Document", "Node", "locate", "merge", "plain", "read_document"]


@dataclass(frozen=True, slots=True)
class Document:
    """A scenario as files say it: the merged tree, and every file it came from."""

    root: Node
    path: Path
    files: tuple[Path, ...]

    def hashes(self) -> dict[str, str]:
        """SHA-256 of every input file by its path as shown to the user."""
        return {label(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in self.files}


def label(path: Path) -> str:
    """A path as the user would type it: relative where it lies below the working folder."""
    text = os.path.relpath(path)
    return str(path) if text.startswith(os.pardir + os.sep + os.pardir) else text


def read_document(path: Path, problems: Problems) -> Document | None:
    """Reads a scenario file with all it extends. Problems are collected; None where there is no tree to go on with."""
    files: list[Path] = []
    root = _read(path, problems, files, ())
    if root is None:
        return None
    return Document(apply_templates(root, problems), path, tuple(dict.fromkeys(files)))


def _read(path: Path, problems: Problems, files: list[Path], chain: tuple[Path, ...]) -> Node | None:
    name = label(path)
    text = read_text(path, name, problems)
    if text is None:
        return None
    files.append(path)
    root = read_yaml(text, name, problems)
    if root is None:
        if not any(p.file == name for p in problems.found):
            problems.found.append(Problem(name, 0, 0, "S008", "", "the file is empty", "try `optimise new`"))
        return None
    if not root.is_mapping:
        problems.found.append(root.problem("S008", "", "the file is not a mapping of sections", "try `optimise new`"))
        return None
    own = root.replace({k: v for k, v in root.value.items() if k not in ("extends", "tables")})
    merged: Node | None = None
    for base in _bases(root, path, problems, files, (*chain, path.resolve())):
        merged = base if merged is None else merge(merged, base, problems)
    for section, node in fill_from_tables(root, path.parent, _noting(files), problems).items():
        table = root.replace({section: node})
        merged = table if merged is None else merge(merged, table, problems)
    # without a base there is nothing to override, but nulls still mean "absent"
    return merge(merged if merged is not None else root.replace({}), own, problems)


def _noting(files: list[Path]):
    def note(path: Path) -> str:
        if path.is_file() and path not in files:
            files.append(path)
        return label(path)

    return note


def _bases(root: Node, path: Path, problems: Problems, files: list[Path], chain: tuple[Path, ...]) -> list[Node]:
    extends = root.child("extends")
    if extends is None:
        return []
    names = extends.value if isinstance(extends.value, list) else [extends]
    bases = []
    for node in names:
        if not isinstance(node.value, str):
            problems.found.append(node.problem("K003", "extends", "must be a file or a list of files"))
            continue
        base = path.parent / node.value
        if base.resolve() in chain:
            problems.found.append(node.problem("S009", "extends", f"{node.value} extends this file in a circle"))
        elif not base.is_file():
            help = "the path counts from the file it stands in"
            problems.found.append(node.problem("S007", "extends", f"{label(base)} does not exist", help))
        else:
            found = _read(base, problems, files, chain)
            if found is not None:
                bases.append(found)
    return bases
