"""Which keys a section knows: for suggestions, and to go on where a key or a value could not be read."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from optimiser.scenario.finance import AnyInstrument
from optimiser.scenario.kinds import AnyProject
from optimiser.scenario.markets import AnyMarket
from optimiser.scenario.model import Scenario
from optimiser.scenario.targets import AnyTarget
from optimiser.source import Node, locate

Loc = tuple[Any, ...]


def _classes(union: Any) -> dict[str, type[BaseModel]]:
    members = get_args(get_args(union)[0])
    return {str(get_args(m.model_fields["kind"].annotation)[0]): m for m in members}


KINDS = {
    "projects": _classes(AnyProject),
    "finance": _classes(AnyInstrument),
    "markets": _classes(AnyMarket),
    "targets": _classes(AnyTarget),
}
TAGS = {tag for classes in KINDS.values() for tag in classes}
OUTSIDE = ("extends", "templates", "tables")
"""Sections that are gone before a scenario is validated."""


def clean(loc: Loc) -> Loc:
    """The path in the file: without the union tags and markers that pydantic puts between."""
    return tuple(
        key for depth, key in enumerate(loc) if key != "[key]" and not (depth == 2 and loc[0] in KINDS and key in TAGS)
    )


def names(model: Any) -> list[str]:
    """The keys of a model as a file writes them."""
    return [info.alias or name for name, info in model.model_fields.items()]


def field(model: Any, key: str) -> Any:
    """The field of a model that a file calls `key`, or None."""
    return next((info for name, info in model.model_fields.items() if key == (info.alias or name)), None)


def kind_of(entry: Any, section: str) -> str:
    """The kind that an entry most looks like, by its keys."""
    keys = {str(k) for k in entry} if isinstance(entry, dict) else set()
    return max(KINDS[section], key=lambda kind: len(keys & set(names(KINDS[section][kind]))))


@lru_cache(maxsize=8)
def common_keys(section: str) -> frozenset[str]:
    """The keys that every kind of a section knows."""
    return frozenset.intersection(*(frozenset(names(model)) for model in KINDS[section].values()))


def likeliest(entry: Any, section: str) -> str:
    """The kind whose own keys an entry has; empty where it has none that not every kind has."""
    common = common_keys(section)
    keys = {str(k) for k in entry} if isinstance(entry, dict) else set()
    kind = kind_of(entry, section)
    return kind if (keys - common) & set(names(KINDS[section][kind])) or (keys and keys <= common) else ""


@lru_cache(maxsize=1)
def homes() -> dict[str, list[str]]:
    """The sections whose entries know a key, by key."""
    found: dict[str, list[str]] = {}
    for section, info in Scenario.model_fields.items():
        inner = _inner(info.annotation) if str(info.annotation).startswith("dict") else None
        for model in KINDS.get(section, {section: inner} if inner else {}).values():
            for key in names(model):
                found.setdefault(key, [])
                found[key] += [section] if section not in found[key] else []
    return found


def model_at(root: Node, path: Loc) -> Any:
    """The model of the mapping at `path`, or None where a file may use any key."""
    if not path:
        return Scenario
    section = field(Scenario, str(path[0]))
    if section is None:
        return None
    if str(path[0]) in ("horizon", "solve", "tax"):
        return (_inner(section.annotation) or section.annotation) if len(path) == 1 else None
    if len(path) == 1:
        return None
    if path[0] in KINDS:
        entry = locate(root, path[:2]).value
        tag = entry["kind"].value if isinstance(entry, dict) and "kind" in entry else None
        classes = KINDS[str(path[0])]
        entry_model: Any = classes.get(str(tag)) or classes[kind_of(entry, str(path[0]))]
    else:
        entry_model = _inner(section.annotation)
    return _nested(entry_model, path[2:])


def _nested(model: Any, path: Loc) -> Any:
    """The model of a mapping within an entry (`size`, or one of several such as `states`), or None."""
    several = False
    for key in path:
        if several:
            several = False
            continue
        info = field(model, str(key)) if model is not None else None
        model, several = _within(info.annotation) if info is not None else (None, False)
    return None if several else model


def _within(annotation: Any) -> tuple[Any, bool]:
    """The model that a field holds, and whether it holds several by id."""
    parts = get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    found = next((m for m, _ in map(_within, parts) if m is not None), None)
    return found, found is not None and get_origin(annotation) is dict


def _inner(annotation: Any) -> Any:
    return next((a for a in get_args(annotation) if isinstance(a, type) and issubclass(a, BaseModel)), None)
