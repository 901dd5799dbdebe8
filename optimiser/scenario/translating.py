"""pydantic's errors in a planner's words, at the place in the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from optimiser.errors import Problem, Problems, quoted, visible
from optimiser.scenario.mending import UNKNOWN_KEY, Draft
from optimiser.scenario.shapes import KINDS, OUTSIDE, Loc, clean, common_keys, homes, likeliest, model_at, names
from optimiser.scenario.values import shown
from optimiser.source import Node, locate, spot

_WANTED = {
    "bool_type": "true or false", "dict_type": "a mapping", "model_type": "a mapping",
    "model_attributes_type": "a mapping", "tuple_type": "a list", "list_type": "a list", "int_type": "a whole number",
    "string_type": "a text",
}  # fmt: skip
_LIMITS = {"greater_than_equal": "at least", "less_than_equal": "at most"}
_FORMS = {
    "horizon": "write horizon: {first: 2026, last: 2060}",
    "limit": "write limit: 300 MCNY",
    "resources.limit": "write limit: 10",
    "size.max": "write max: 300 MW",
    "scope": "write scope: 1, 2 or 3",
    "baseline": "write baseline: 120 ktCO2e",
    "removal": "write removal: {0: 0 tCO2e/ha, 20: 7.5 tCO2e/ha}",
    "cut": "write cut: 50 %",
    "multiple": "write multiple: 4",
    "years": "write years: [2026, 2030]",
    "at_most": "write at_most: 40 MtCO2e",
    "stock": "write stock: 12 MtCO2e",
    "by": "write by: 2060",
    "projects": "write projects: [a, b]",
    "max": "write max: 40",
    "first": "write first: 2026",
    "last": "write last: 2060",
    "rate": "write rate: 3.1 %",
    "tax.rate": "write rate: 25 %",
    "tenor": "write tenor: 5",
    "amount": "write amount: 2 bn CNY",
    "target": "write target: the id of a target",
    "step_up": "write step_up: 0.25 %",
}


def _partly_unread(node: Node) -> bool:
    return node.is_unread or (isinstance(node.value, list) and any(part.is_unread for part in node.value))


class Translator:
    """Translates the errors of one validation of a draft."""

    def __init__(self, root: Node, problems: Problems, draft: Draft):
        self.root, self.problems, self.draft = root, problems, draft

    def problems_of(self, error: dict[str, Any]) -> Iterator[Problem]:
        """The problems that one error stands for; none where they are noted already."""
        kind, loc, ctx = error["type"], clean(error["loc"]), error.get("ctx") or {}
        of_a_kind = len(loc) > 2 and kind not in UNKNOWN_KEY and self._kind_unknown(loc)
        if of_a_kind and str(loc[2]) not in common_keys(str(loc[0])):
            return  # another kind may read it, or not need it
        if kind == "misread":
            at_key = error["loc"][-1] == "[key]"
            guessed = any(loc[: i + 1] in self.draft.respelt for i in range(len(loc)))
            for mistake in ctx["mistakes"]:
                node, where = spot(self.root, (*loc, *mistake.at))
                if not _partly_unread(node) and not (guessed and mistake.code == "K003"):
                    yield node.problem(mistake.code, where, mistake.message, mistake.help, at_key)
            return
        node, where = spot(self.root, loc)
        if _partly_unread(node):
            return
        if kind in UNKNOWN_KEY:
            yield from self._unknown_key(loc)
        elif kind in ("missing", "union_tag_not_found"):
            yield from self._missing(loc if kind == "missing" else (*loc, "kind"))
        elif kind == "union_tag_invalid":
            node, where = spot(self.root, (*loc, "kind"))
            if not node.is_unread:
                known = list(KINDS[str(loc[0])])
                help = self.problems.near(node.value, known) or f"kinds are {', '.join(known)}"
                yield node.problem("K003", where, f"{shown(node.value)} is not a kind", help)
        else:
            yield node.problem(*self._shape(node, where, error))

    def _missing(self, path: Loc) -> Iterator[Problem]:
        if len(path) > 1 and self.problems.misses(str(path[0]), str(path[1])):
            return
        if len(path) == 1 and self.problems.misses(str(path[0])):
            return
        parent, where = spot(self.root, path[:-1])
        if parent.is_unread or path in self.draft.respelt:
            return
        name = str(path[-1])
        help = _FORMS.get(f"{path[-2] if path[-2:-1] == ('size',) else path[0]}.{name}", _FORMS.get(name, ""))
        if name == "kind":
            known = KINDS[str(path[0])]
            like = likeliest(parent.value, str(path[0]))
            help = f"one of {', '.join(known)}" + (f"; this looks like {like}" if like else "")
        yield parent.problem("K002", where, f"`{name}` is missing", help, at_key=True)

    def _unknown_key(self, loc: Loc) -> Iterator[Problem]:
        node, key = locate(self.root, loc), str(loc[-1])
        homes = []
        if loc[0] in KINDS and len(loc) == 3:
            homes = [kind for kind, model in KINDS[str(loc[0])].items() if key in names(model)]
            if homes and self._kind_unknown(loc):
                return
        help = f"`{key}` belongs to kind {' or '.join(homes)}" if homes else self._suggest(loc, key)
        yield node.problem("K001", spot(self.root, loc[:-1])[1], f"unknown key {quoted(key)}", help, at_key=True)

    def _kind_unknown(self, loc: Loc) -> bool:
        """True where the kind of an entry is only guessed."""
        return (*map(str, loc[:2]), "kind") in self.draft.unread

    def _suggest(self, loc: Loc, key: str) -> str:
        model = model_at(self.root, loc[:-1])
        known = names(model) if model is not None else []
        if len(loc) == 1:
            known += OUTSIDE
        elif len(loc) == 3 and str(loc[0]) in KINDS:
            known.append("like")
        listed = f"known here: {', '.join(known)}" if known else ""
        others = self._other_homes(loc, key, known)
        if others:
            entry = visible(str(loc[1])[:60])
            return f"`{key}` is a key of {', '.join(others)}: does {entry} stand under the right heading?"
        return self.problems.near(key, known) or listed

    def _other_homes(self, loc: Loc, key: str, known: list[str]) -> list[str]:
        """The sections that know a key of an entry, where it is no slip for a key of its own section."""
        if len(loc) != 3 or self.problems.near(key, known, cutoff=0.8):
            return []
        return [section for section in homes().get(key, ()) if section != loc[0]]

    def doubt_headings(self, unknown: Iterable[Loc]) -> None:
        """What is missing in an entry that seems to stand under the wrong heading is no mistake of its own."""
        for loc in unknown:
            model = model_at(self.root, loc[:-1])
            if model is not None and self._other_homes(loc, str(loc[-1]), names(model)):
                self.problems.partial.add(f"{loc[0]}.{loc[1]}")

    def _shape(self, node: Node, where: str, error: dict[str, Any]) -> tuple[str, str, str, str]:
        kind, ctx = error["type"], error.get("ctx") or {}
        said = shown(node.value)
        if kind == "literal_error":
            known = re.findall(r"'([^']*)'", ctx["expected"])
            close = self.problems.near(node.value, known)
            return "K003", where, f"{said} is not one of {', '.join(known)}", close or f"write {' or '.join(known)}"
        if kind in _LIMITS:
            limit = f"{_LIMITS[kind]} {ctx.get('ge', ctx.get('le'))}"
            return "V001", where, f"{said} is out of range", f"write {limit}"
        wanted = _WANTED.get(kind)
        if wanted is None:
            return "K003", where, f"{said}: {error['msg']}", ""
        help = {"a mapping": "write keys and values, such as {a: 1, b: 2}", "a list": "write [a, b]"}.get(wanted, "")
        if wanted == "true or false":
            help = "write true or false, without quotation marks"
        return "K003", where, f"{said} is not {wanted}", help
