"""Going on where something could not be read: it is set aside, so that it hides no other problem and causes none."""

from __future__ import annotations

from typing import Any

from optimiser.errors import Problems
from optimiser.scenario.paths import UNKNOWN
from optimiser.scenario.shapes import KINDS, Loc, clean, field, kind_of, model_at, names
from optimiser.source import Node, locate
from optimiser.units import CARBON, Quantity

_BY_ID = ("abates", "abates_market", "uses", "lowers_capex")
_NOTHING = Quantity(0.0, CARBON, "")
STAND_INS: dict[str, Any] = {
    "scope": 1, "limit": UNKNOWN, "removal": UNKNOWN, "cut": UNKNOWN, "multiple": UNKNOWN, "years": [0, 0],
    "at_most": _NOTHING, "stock": _NOTHING, "by": 0, "projects": [],
}  # fmt: skip
"""For values that must be there; what is said about their paths is not noted."""


class Draft:
    """The data of a scenario that is not readable yet; `unread` are the paths of what was set aside."""

    def __init__(self, data: dict[str, Any], root: Node, problems: Problems):
        self.data, self.root, self.problems = data, root, problems
        self.unread: set[Loc] = set()

    def _note(self, loc: Loc) -> None:
        self.unread.add(tuple(map(str, loc)))

    def mend(self, error: dict[str, Any]) -> None:
        """Takes what an error complains of out of the data, or puts a stand-in there."""
        loc, kind = clean(error["loc"]), error["type"]
        if kind in ("extra_forbidden", "invalid_key"):
            self._respell(loc)
        elif kind in ("union_tag_not_found", "union_tag_invalid"):
            self._guess_kind(loc, kind == "union_tag_invalid")
        elif str(loc[0]) == "horizon":
            self._note(("horizon",))
            self.data["horizon"] = {"first": 0, "last": 9999}
        elif str(loc[0]) == "solve" or len(loc) == 1:
            self._set_aside_top(loc)
        elif str(loc[0]) == "series":
            self._note(loc[:2])
            self._swap(self.data["series"], loc[1], UNKNOWN)
        elif len(loc) == 2 or error["loc"][-1] == "[key]":
            self._note(loc[:2])
            self._drop(self.data.get(str(loc[0])), loc[1])
        else:
            self._set_aside_field(loc)

    def _respell(self, loc: Loc) -> None:
        """Goes on as if a misspelt key had been spelt right."""
        parent, node = self._at(loc[:-1]), locate(self.root, loc[:-1])
        if not isinstance(parent, dict) or loc[-1] not in parent:
            return
        model = model_at(self.root, loc[:-1])
        known = names(model) if model is not None else []
        meant = self.problems.closest(loc[-1], known)
        value = parent.pop(loc[-1])
        if meant and meant not in parent:
            parent[meant] = value
            if isinstance(node.value, dict) and loc[-1] in node.value:
                node.value[meant] = node.value.pop(loc[-1])

    def _guess_kind(self, loc: Loc, invalid: bool) -> None:
        section = str(loc[0])
        entry = self._at(loc)
        if not isinstance(entry, dict):
            return
        close = self.problems.closest(entry.get("kind"), KINDS[section]) if invalid else ""
        entry["kind"] = close or kind_of(entry, section)
        if not close:
            self._note((*loc, "kind"))

    def _set_aside_top(self, loc: Loc) -> None:
        self._note(loc[:1])
        self.problems.partial.add(str(loc[0]))
        self.data.pop(str(loc[0]), None)

    def _set_aside_field(self, loc: Loc) -> None:
        entry = self._at(loc[:2])
        if not isinstance(entry, dict):
            return
        key = str(loc[2])
        if key in _BY_ID and len(loc) > 3 and isinstance(entry.get(key), dict):
            self._note(loc[:4])
            self._drop(entry[key], loc[3])
            return
        self._note(loc[:3])
        info = field(model_at(self.root, loc[:2]), key)
        if info is not None and info.is_required():
            entry[key] = STAND_INS[key]
        else:
            entry.pop(key, None)

    def _at(self, path: Loc) -> Any:
        found: Any = self.data
        for key in path:
            if not isinstance(found, dict):
                return None
            found = found.get(key, found.get(int(key)) if isinstance(key, str) and key.isdecimal() else None)
        return found

    def _drop(self, mapping: Any, key: Any) -> None:
        if isinstance(mapping, dict):
            for found in [k for k in mapping if str(k) == str(key)]:
                del mapping[found]

    def _swap(self, mapping: dict, key: Any, value: Any) -> None:
        for found in [k for k in mapping if str(k) == str(key)]:
            mapping[found] = value
