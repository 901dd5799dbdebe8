"""From a document to a Scenario: pydantic's errors become problems at the right line."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from optimiser.errors import Problem, Problems
from optimiser.scenario.checks import check_scenario
from optimiser.scenario.kinds import AnyProject
from optimiser.scenario.model import Scenario
from optimiser.scenario.targets import AnyTarget
from optimiser.source import Node, locate, plain
from optimiser.units import CURRENCIES, Units

LATER = {"fleets": "fleets", "finance": "instruments of finance", "markets": "carbon markets"}


def _classes(union: Any) -> dict[str, type[BaseModel]]:
    members = get_args(get_args(union)[0])
    return {str(get_args(m.model_fields["kind"].annotation)[0]): m for m in members}


KINDS = {"projects": _classes(AnyProject), "targets": _classes(AnyTarget)}
_TAGS = {tag for classes in KINDS.values() for tag in classes}


def load_scenario(root: Node, problems: Problems) -> Scenario | None:
    """Validates the tree; collects every problem; None where there are any.

    Entries that cannot be read are set aside and the rest is checked all the same, so that one run shows all.
    """
    before = len(problems.found)
    sections = dict(root.value)
    for section, words in LATER.items():
        node = sections.pop(section, None)
        if node is not None and node.value:
            text = f"this version cannot compute {words} yet"
            problems.found.append(node.problem("K005", section, text, "take the section out", at_key=True))
    currency = sections["currency"].value if "currency" in sections else "CNY"
    units = Units(currency if currency in CURRENCIES else "CNY")
    data = {k: plain(v) for k, v in sections.items()}
    broken: set[tuple[str, str]] = set()
    scenario = _validate(data, root, units, problems, broken)
    for _ in range(2):  # once more without what could not be read, and without what that uncovered
        scenario = scenario or _validate(data, root, units, Problems(), broken)
    if scenario is not None:
        check_scenario(scenario, root, problems, units, frozenset(broken))
    return scenario if len(problems.found) == before else None


def _validate(
    data: dict[str, Any], root: Node, units: Units, problems: Problems, broken: set[tuple[str, str]]
) -> Scenario | None:
    """The scenario, or None after noting problems and taking what could not be read out of `data`."""
    try:
        return Scenario.model_validate(data, context={"units": units})
    except ValidationError as error:
        errors = error.errors(include_url=False)
    problems.found.extend(_problem(root, dict(e)) for e in errors)
    for error_ in errors:
        loc = error_["loc"]
        if error_["type"] == "extra_forbidden" and _mend_key(data, root, _clean(root, loc)):
            continue
        section = data.get(str(loc[0])) if loc else None
        if len(loc) > 1 and isinstance(section, dict) and str(loc[0]) not in ("horizon", "solve"):
            for key in [k for k in section if str(k) == str(loc[1])]:
                del section[key]
            broken.add((str(loc[0]), str(loc[1])))
        elif loc:
            data.pop(str(loc[0]), None)
            broken.add(("", str(loc[0])))
    return None


def _mend_key(data: dict[str, Any], root: Node, loc: tuple[Any, ...]) -> bool:
    """Goes on as if a misspelt key (already noted) had been spelt right, so that it hides no other problem."""
    parent: Any = data
    for key in loc[:-1]:
        parent = parent.get(key) if isinstance(parent, dict) else None
    if not isinstance(parent, dict) or loc[-1] not in parent:
        return False
    close = get_close_matches(str(loc[-1]), _known_keys(root, loc), n=1, cutoff=0.6)
    value = parent.pop(loc[-1])
    if close and close[0] not in parent:
        parent[close[0]] = value
    return True


def _problem(root: Node, error: dict[str, Any]) -> Problem:
    kind, ctx = error["type"], error.get("ctx") or {}
    loc = _clean(root, error["loc"])
    if kind == "misread":
        path = (*loc, *ctx["at"])
        return locate(root, path).problem(ctx["code"], _where(path), ctx["message"], ctx["help"])
    node = locate(root, loc)
    where = _where(loc)
    if kind == "extra_forbidden":
        return _unknown_key(root, loc)
    if kind in ("missing", "union_tag_not_found"):
        name = loc[-1] if kind == "missing" else "kind"
        path = loc if kind == "missing" else (*loc, "kind")
        parent = locate(root, path[:-1])
        help = f"one of {', '.join(KINDS[str(loc[0])])}" if name == "kind" and loc[0] in KINDS else ""
        return parent.problem("K002", _where(path[:-1]), f"`{name}` is missing", help, at_key=True)
    if kind == "union_tag_invalid":
        tag = str(ctx.get("tag", ""))
        known = list(KINDS[str(loc[0])])
        node = locate(root, (*loc, "kind"))
        return node.problem("K003", f"{where}.kind", f'"{tag}" is not a kind', _suggest(tag, known))
    return node.problem(*_shape(kind, node, where, error, ctx))


def _shape(kind: str, node: Node, where: str, error: dict[str, Any], ctx: dict[str, Any]) -> tuple[str, str, str, str]:
    shown = _shown(node.value)
    if kind == "literal_error":
        return "K003", where, f"{shown} is not one of {ctx['expected']}", ""
    if kind in ("greater_than_equal", "less_than_equal", "greater_than", "less_than"):
        words = {"greater_than_equal": "at least", "less_than_equal": "at most"}
        limit = next(iter(ctx.values()))
        return "V001", where, f"{shown} is out of range: {words.get(kind, kind)} {limit}", ""
    wanted = {
        "int_type": "a whole number", "int_from_float": "a whole number", "int_parsing": "a whole number",
        "bool_type": "true or false", "bool_parsing": "true or false", "string_type": "a text",
        "dict_type": "a mapping", "list_type": "a list", "tuple_type": "a list", "model_type": "a mapping",
        "model_attributes_type": "a mapping",
    }.get(kind)  # fmt: skip
    if wanted is None:
        return "K003", where, f"{shown}: {error['msg']}", ""
    help = "write it without quotation marks" if isinstance(node.value, str) and wanted != "a text" else ""
    if wanted == "true or false" and str(node.value).lower() in ("yes", "no", "on", "off"):
        help = "write true or false"
    return "K003", where, f"{shown} is not {wanted}", help


def _unknown_key(root: Node, loc: tuple[Any, ...]) -> Problem:
    node, key = locate(root, loc), str(loc[-1])
    known = _known_keys(root, loc)
    elsewhere = ""
    if loc[0] in KINDS and len(loc) == 3:
        homes = [kind for kind, model in KINDS[str(loc[0])].items() if key in _names(model)]
        elsewhere = f"`{key}` belongs to kind {' or '.join(homes)}" if homes else ""
    where = _where(loc[:-1])
    return node.problem("K001", where, f'unknown key "{key}"', elsewhere or _suggest(key, known), at_key=True)


def _known_keys(root: Node, loc: tuple[Any, ...]) -> list[str]:
    model: Any = Scenario
    for depth, key in enumerate(loc[:-1]):
        if depth == 1 and loc[0] in KINDS:
            tag = locate(root, (*loc[:2], "kind")).value
            model = KINDS[str(loc[0])].get(str(tag))
        elif depth == 1:
            continue
        elif model is not None:
            model = _field_model(model, str(key))
        if model is None:
            return []
    return _names(model)


def _field_model(model: Any, key: str) -> Any:
    for name, info in model.model_fields.items():
        if key in (name, info.alias):
            candidates = [info.annotation, *get_args(info.annotation)]
            candidates += [a for c in candidates for a in get_args(c)]
            found = [c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)]
            return found[0] if found else model if key in KINDS else None
    return None


def _names(model: Any) -> list[str]:
    return [info.alias or name for name, info in model.model_fields.items()]


def _suggest(word: str, known: list[str]) -> str:
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else f"known here: {', '.join(known)}" if known else ""


def _clean(root: Node, loc: tuple[Any, ...]) -> tuple[Any, ...]:
    """The path in the file: without the union tags and markers that pydantic puts between."""
    path: list[Any] = []
    for depth, key in enumerate(loc):
        if key == "[key]" or (depth == 2 and loc[0] in KINDS and key in _TAGS):
            continue
        path.append(key)
    return tuple(path)


def _where(path: tuple[Any, ...]) -> str:
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) and key < 1000 else f".{key}" if text else str(key)
    return text


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = "nothing" if value is None else f'"{value}"'
    return text if len(text) < 60 else text[:56] + '..."'
