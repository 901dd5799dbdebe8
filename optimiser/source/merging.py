"""Extends, overrides and templates: deep merges in which the later file wins and `null` removes."""

from __future__ import annotations

from difflib import get_close_matches

from optimiser.errors import Problems
from optimiser.source.nodes import Node

TEMPLATED = (
    "entities",
    "sources",
    "projects",
    "resources",
    "groups",
    "fleets",
    "budgets",
    "finance",
    "markets",
    "targets",
)


def merge(base: Node, over: Node, problems: Problems, where: str = "", keep_nulls: bool = False) -> Node:
    """`over` laid upon `base`: mappings merge key by key, null removes a key, anything else replaces.

    A mapping of years and a mapping of words do not merge: a path in another form replaces the first. Inside an
    entry that is `like` a template nulls are kept, because they remove what the template says.
    """
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)) or _other_form(base, over):
        return over if keep_nulls else _without_nulls(over)
    keep_nulls = keep_nulls or "like" in base.value or "like" in over.value
    merged = dict(base.value)
    for key, node in over.value.items():
        path = f"{where}.{key}" if where else str(key)
        if node.value is None and keep_nulls:
            merged[key] = node
        elif node.value is None:
            if merged.pop(key, None) is None:
                close = get_close_matches(str(key), [str(k) for k in base.value], n=1)
                hint = f"did you mean {close[0]}?" if close else ""
                problems.warnings.append(node.problem("W001", path, "null removes nothing here", hint))
        elif key in merged:
            merged[key] = merge(merged[key], node, problems, path, keep_nulls)
        else:
            merged[key] = node if keep_nulls else _without_nulls(node)
    return over.replace(merged)


def apply_templates(root: Node, problems: Problems) -> Node:
    """Every entry with `like: id` laid upon the template of that id; `templates` itself is taken out."""
    if not isinstance(root.value, dict):
        return root
    sections = dict(root.value)
    templates = sections.pop("templates", None)
    known = templates.value if templates is not None and isinstance(templates.value, dict) else {}
    if templates is not None and not isinstance(templates.value, dict):
        problems.found.append(templates.problem("K003", "templates", "must be a mapping of ids to partial entries"))
    for name in TEMPLATED:
        section = sections.get(name)
        if section is not None and isinstance(section.value, dict):
            entries = {key: _like(entry, known, problems, f"{name}.{key}", ()) for key, entry in section.value.items()}
            sections[name] = section.replace(entries)
    return root.replace(sections)


def _like(entry: Node, templates: dict, problems: Problems, where: str, seen: tuple[str, ...]) -> Node:
    word = entry.child("like") if isinstance(entry.value, dict) else None
    if word is None:
        return entry
    own = entry.replace({k: v for k, v in entry.value.items() if k != "like"})
    template = templates.get(word.value) if isinstance(word.value, str | int) else None
    if template is None:
        close = get_close_matches(str(word.value), [str(k) for k in templates], n=1)
        hint = f"did you mean {close[0]}?" if close else "templates are partial entries under `templates:`"
        problems.found.append(word.problem("R001", f"{where}.like", f'no template is called "{word.value}"', hint))
        return own
    if word.value in seen:
        circle = " > ".join([*seen, str(word.value)])
        problems.found.append(word.problem("S009", f"{where}.like", f"templates in a circle: {circle}"))
        return own
    below = _like(template, templates, problems, where, (*seen, str(word.value)))
    return _without_nulls(merge(below, own, problems, where))


def _other_form(base: Node, over: Node) -> bool:
    if not base.value or not over.value:
        return False
    return _keyed_by_years(base) != _keyed_by_years(over)


def _keyed_by_years(node: Node) -> bool:
    return all(isinstance(k, int) for k in node.value)


def _without_nulls(node: Node) -> Node:
    if not isinstance(node.value, dict) or "like" in node.value:
        return node
    return node.replace({k: _without_nulls(v) for k, v in node.value.items() if v.value is not None})
