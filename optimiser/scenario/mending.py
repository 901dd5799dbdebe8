"""Going on where something could not be read: it is set aside, so that it hides no other problem and causes none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from optimiser.errors import Problems
from optimiser.scenario.paths import UNKNOWN
from optimiser.scenario.shapes import KINDS, Loc, clean, field, kind_of, model_at, names
from optimiser.source import Node, key_of, locate
from optimiser.units import CARBON, MONEY, Quantity

_BY_ID = ("abates", "abates_market", "uses", "lowers_capex")
_NOTHING = Quantity(0.0, CARBON, "")
STAND_INS: dict[str, Any] = {
    "scope": 1, "limit": UNKNOWN, "removal": UNKNOWN, "cut": UNKNOWN, "multiple": UNKNOWN, "years": [0, 0],
    "at_most": _NOTHING, "stock": _NOTHING, "by": 0, "projects": [],
    "rate": UNKNOWN, "tenor": 1, "amount": Quantity(0.0, MONEY, ""), "target": "", "step_up": 0.0,
}  # fmt: skip
"""For values that must be there; what is said about their paths is not noted."""


UNKNOWN_KEY = ("extra_forbidden", "invalid_key")
"""pydantic's errors for a key that it does not know."""

SURE = 0.7
"""How alike a word is to the one that it is read as; what is less alike is a hint to the reader, and no more."""


class Draft:
    """The data of a scenario that is not readable yet.

    `unread` are the paths of what was set aside, `respelt` those of misspelt keys, by what they were taken to mean.
    """

    def __init__(self, data: dict[str, Any], root: Node, problems: Problems):
        self.data, self.root, self.problems = data, root, problems
        self.unread: set[Loc] = set()
        self.respelt: dict[Loc, Loc] = {}

    def find_respellings(self, unknown: Iterable[Loc]) -> None:
        """Finds what misspelt keys were meant to be."""
        for loc in unknown:
            parent, model = self._at(loc[:-1]), model_at(self.root, loc[:-1])
            meant = self.problems.closest(loc[-1], names(model)) if model is not None else ""
            taken = isinstance(parent, dict) and meant in parent
            if meant and not taken and (*loc[:-1], meant) not in self.respelt:
                self.respelt[*loc[:-1], meant] = loc

    def mend(self, errors: list[dict[str, Any]]) -> None:
        """Takes what the errors complain of out of the data, or puts stand-ins there."""
        for loc in [clean(e["loc"]) for e in errors if e["type"] in UNKNOWN_KEY]:
            self._respell(loc)
        for error in errors:
            loc = clean(error["loc"])
            if error["type"] not in UNKNOWN_KEY and not (error["type"] == "missing" and loc in self.respelt):
                self._set_aside(loc, error["type"], error["loc"][-1] == "[key]")

    def _set_aside(self, loc: Loc, kind: str, at_key: bool) -> None:
        if kind in ("union_tag_not_found", "union_tag_invalid"):
            self._guess_kind(loc, kind == "union_tag_invalid")
        elif str(loc[0]) == "horizon":
            self._note(("horizon",))
            self.data["horizon"] = {"first": 0, "last": 9999}
        elif str(loc[0]) in ("solve", "tax") or len(loc) == 1:
            self._note(loc[:1])
            self.problems.partial.add(str(loc[0]))
            self.data.pop(str(loc[0]), None)
        elif str(loc[0]) == "series" and not at_key:
            self._note(loc[:2])
            self.data["series"].update({k: UNKNOWN for k in self.data["series"] if str(k) == str(loc[1])})
        elif len(loc) == 2 or at_key:
            self._note(loc[:2])
            self._drop(self.data.get(str(loc[0])), loc[1])
        else:
            self._set_aside_field(loc)

    def _note(self, loc: Loc) -> None:
        self.unread.add(tuple(map(str, loc)))

    def _respell(self, loc: Loc) -> None:
        """Goes on as if a misspelt key had been spelt right, or without it where it may have meant something else."""
        parent, node = self._at(loc[:-1]), locate(self.root, loc[:-1])
        if not isinstance(parent, dict) or loc[-1] not in parent:
            return
        value = parent.pop(loc[-1])
        meant = next((right[-1] for right, wrong in self.respelt.items() if wrong == loc), None)
        if meant is None:
            return
        model = model_at(self.root, loc[:-1])
        needed = model is not None and (info := field(model, str(meant))) is not None and info.is_required()
        if not needed and self.problems.closest(loc[-1], [meant], SURE) != meant:
            self._note((*loc[:-1], meant))
        else:
            parent[meant] = value
            if isinstance(node.value, dict) and loc[-1] in node.value:
                node.value[meant] = node.value.pop(loc[-1])

    def _guess_kind(self, loc: Loc, invalid: bool) -> None:
        section = str(loc[0])
        entry = self._at(loc)
        if not isinstance(entry, dict):
            return
        written = invalid and isinstance(entry.get("kind"), str)
        close = self.problems.closest(entry["kind"], KINDS[section]) if written else ""
        entry["kind"] = close or kind_of(entry, section)
        if not close:
            self._note((*loc, "kind"))

    def _set_aside_field(self, loc: Loc) -> None:
        entry = self._at(loc[:2])
        if not isinstance(entry, dict):
            return
        key = str(loc[2])
        if key in _BY_ID and len(loc) > 3 and isinstance(entry.get(key), dict):
            self._note(loc[:4])
            self._drop(entry[key], loc[3])
            return
        if len(loc) > 3 and self._set_aside_part(loc):
            return
        info = field(model_at(self.root, loc[:2]), key)
        if info is not None and info.is_required() and key not in STAND_INS:
            self._note(loc[:2])
            self._drop(self.data.get(str(loc[0])), loc[1])
            return
        self._note(loc[:3])
        if info is not None and info.is_required():
            entry[key] = STAND_INS[key]
        else:
            entry.pop(key, None)

    def _set_aside_part(self, loc: Loc) -> bool:
        """Takes out the deepest key that may be missing (of states, changes, fuels); False where there is none."""
        for depth in range(len(loc), 3, -1):
            parent, model = self._at(loc[: depth - 1]), model_at(self.root, loc[: depth - 1])
            info = field(model, str(loc[depth - 1])) if model is not None else None
            known = isinstance(parent, dict) and any(str(k) == str(loc[depth - 1]) for k in parent)
            if known and (info is None or not info.is_required()):
                self._note(loc[:depth])
                self._drop(parent, loc[depth - 1])
                return True
        return False

    def _at(self, path: Loc) -> Any:
        found: Any = self.data
        for key in path:
            if isinstance(found, list) and isinstance(key, int) and key < len(found):
                found = found[key]
                continue
            if not isinstance(found, dict):
                return None
            found = found.get(key, found.get(key_of(str(key))))
        return found

    def _drop(self, mapping: Any, key: Any) -> None:
        if isinstance(mapping, dict):
            for found in [k for k in mapping if str(k) == str(key)]:
                del mapping[found]
