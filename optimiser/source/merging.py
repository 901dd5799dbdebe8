"""Extends, overrides and templates: deep merges in which the later file wins and `null` removes."""

from __future__ import annotations

from optimiser.errors import Problem, Problems, quoted
from optimiser.source.citing import CITING, cited, is_citation
from optimiser.source.nodes import Node, key_of

ENTRIES = (
    "entities", "sources", "projects", "resources", "groups", "fleets", "budgets", "finance", "markets", "targets",
)  # fmt: skip
"""Sections whose entries may be `like` a template."""
MAX_LIKE = 50


def merge(base: Node, over: Node, problems: Problems, where: str = "", keep_nulls: bool = False) -> Node:
    """`over` laid upon `base`: mappings merge key by key, null removes a key, anything else replaces.

    A mapping of years and a mapping of words (`start`, `growth`) do not merge: a path in another form replaces the
    first; names and citations beside them decide nothing. Inside an entry that is `like` a template nulls are kept,
    because they remove what the template says.
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
            if merged.pop(key, None) is None and not problems.partial:
                hint = problems.near(key, base.value)
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
        problems.partial.add("templates")
        if not templates.is_unread:
            help = "write templates: {pump: {kind: upgrade, life: 15}}"
            text = "is not a mapping of ids to partial entries"
            problems.found.append(templates.problem("K003", "templates", text, help))
    for name in ENTRIES:
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
    template = templates.get(key_of(str(word.value))) if isinstance(word.value, str | int) else None
    found = _like_problem(word, template, templates, problems, where, seen)
    if template is None or found is not None:
        problems.partial.add(where)  # what the template would have said is not missing
        problems.found.extend([found] if found is not None else [])
        return _without_nulls(own)
    below = _like(template, templates, problems, where, (*seen, str(word.value)))
    merged = _without_nulls(merge(below, own, problems, where))
    # what is written beside `like` shares the citation of the template; what other files lay over it does not
    return cited(merged, word.file) if is_citation(below) else cited(merged) if is_citation(own) else merged


def _like_problem(
    word: Node, template: Node | None, templates: dict, problems: Problems, where: str, seen: tuple[str, ...]
) -> Problem | None:
    if word.is_unread or (template is None and problems.misses("templates")):
        return None
    if isinstance(word.value, dict | list | None):
        return word.problem("K003", f"{where}.like", "is not the id of a template", "write like: pump")
    if template is None:
        hint = problems.near(str(word.value), templates) or "templates are partial entries under `templates:`"
        return word.problem("R001", f"{where}.like", f"no template is called {quoted(word.value)}", hint)
    if not template.is_mapping and not template.is_unread:
        text = f"the template {quoted(word.value)} is not a mapping"
        return template.problem("K003", f"templates.{word.value}", text, "write keys and values, such as {life: 15}")
    if str(word.value) in seen:
        circle = " > ".join([*seen[seen.index(str(word.value)) :], str(word.value)])
        return word.problem("S009", f"templates.{seen[-1]}.like", f"templates in a circle: {circle}")
    if len(seen) >= MAX_LIKE:
        return word.problem("S005", f"{where}.like", f"more than {MAX_LIKE} templates, each like the next")
    return None


def _other_form(base: Node, over: Node) -> bool:
    forms = {_form(base), _form(over)}
    return len(forms) == 2 and "" not in forms


def _form(node: Node) -> str:
    """The form of a path that a mapping may be; empty for any other mapping."""
    keys = node.value.keys() - set(CITING)
    if not keys:
        return ""
    if all(isinstance(k, int) for k in keys):
        return "years"
    if keys <= {"start", "growth", "from"}:
        return "growth"
    return "table" if keys <= {"table", "column"} else ""


def _without_nulls(node: Node) -> Node:
    if not isinstance(node.value, dict) or "like" in node.value:
        return node
    return node.replace({k: _without_nulls(v) for k, v in node.value.items() if v.value is not None})
