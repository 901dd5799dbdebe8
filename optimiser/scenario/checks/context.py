"""What every check needs: look ids up, compare dimensions, and note problems at their place."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from optimiser.errors import Problems, quoted
from optimiser.scenario.base import Entry
from optimiser.scenario.header import Horizon
from optimiser.scenario.kinds import Project
from optimiser.scenario.model import Scenario
from optimiser.scenario.paths import Listing, Path, dimension_mistake
from optimiser.source import Node, spot
from optimiser.units import LARGEST, NUMBER, Dimension, Quantity, describe, per

Loc = tuple[Any, ...]


@dataclass(slots=True)
class Check:
    """A scenario being checked. `unread` are the paths of what stands in the file but could not be read.

    Nothing is noted about what was not read, nor about what only seems missing because of it.
    """

    scenario: Scenario
    root: Node
    problems: Problems
    unread: frozenset[Loc] = frozenset()
    horizon: Horizon | None = None
    top: list[str] = field(default_factory=list)
    resolved: dict[str, Path | None] = field(default_factory=dict)
    children: dict[str | None, list[str]] = field(default_factory=dict)
    below: dict[str, set[str]] = field(default_factory=dict)
    patchy: frozenset[str] = frozenset()
    doubtful: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.patchy = frozenset(loc[0] for loc in self.unread)
        for name, entity in self.scenario.entities.items():
            self.children.setdefault(entity.parent, []).append(name)

    def note(self, loc: Loc, code: str, message: str, help: str = "", at_key: bool = False) -> None:
        """Notes an error at `loc`."""
        if not self.is_unread(loc):
            node, where = spot(self.root, loc)
            self.problems.found.append(node.problem(code, where, message, help, at_key))

    def warn(self, loc: Loc, message: str, help: str = "") -> None:
        """Notes a warning at `loc`."""
        node, where = spot(self.root, loc)
        self.problems.warnings.append(node.problem("W001", where, message, help, at_key=True))

    def is_unread(self, loc: Loc) -> bool:
        """True where a value on the way to `loc` could not be read."""
        words = tuple(map(str, loc)) if self.unread else ()
        return any(words[: i + 1] in self.unread for i in range(len(words)))

    def may_be_elsewhere(self, loc: Loc) -> bool:
        """True where the section, entry or key that is missing at `loc` may stand in what could not be read."""
        return self.is_unread(loc) or self.problems.misses(str(loc[0]), str(loc[1]) if len(loc) > 2 else "")

    def incomplete(self, section: str) -> bool:
        """True where entries of a section, or parts of them, could not be read."""
        return self.problems.misses(section) or section in self.patchy

    def contradictions(self, loc: Loc, entry: Entry) -> None:
        """Notes what does not go together among the keys of an entry."""
        guessed = self.is_unread((*loc, "kind"))
        for mistake in entry.contradictions():
            if mistake.absent and guessed:
                continue  # another kind may not need it
            if not any(self.may_be_elsewhere((*loc, key)) for key in mistake.absent):
                at = (*loc, *mistake.at)
                self.note(at, mistake.code, mistake.message, mistake.help, at_key=not mistake.at)

    def known(self, section: str, name: str, loc: Loc, what: str) -> bool:
        """True if `section` has `name`; notes R001 otherwise."""
        ids = getattr(self.scenario, section)
        if name in ids or self.may_be_elsewhere((section, name)):
            return name in ids
        if section == "sources" and name in self.scenario.fleets:
            help = "a fleet's emissions change by its `changes` and fuels"
            self.note(loc, "R003", f"{quoted(name)} is a fleet and cannot stand here", help)
            return False
        close = self.problems.near(name, ids, cutoff=0.5)
        help = close or (f"known: {shortlist(ids)}" if ids else f"there are no {section}")
        self.note(loc, "R001", f"no {what} is called {quoted(name)}", help)
        return False

    def resolve(self, path: Path, loc: Loc) -> Path | None:
        """The path itself, or the series it names; None where there is none, or a circle."""
        trail: dict[str, None] = {}
        found: Path | None = path
        while found is not None and found.reference is not None:
            name = found.reference
            if name in self.resolved or name in trail:
                found = self.resolved.get(name)
                break
            if name not in self.scenario.series:
                self._no_series(name, ("series", next(reversed(trail))) if trail else loc)
                found = None
                break
            trail[name] = None
            found = self.scenario.series[name]
        found = found if found is not None and found.dimension is not None else None
        self.resolved.update(dict.fromkeys(trail, found))
        return found

    def _no_series(self, name: str, loc: Loc) -> None:
        if self.may_be_elsewhere(("series", name)):
            return
        if name.strip("+-.").casefold() in ("nan", "inf", "infinity"):
            self.note(loc, "S010", f"{quoted(name)} is not a finite number")
        elif name.casefold() in ("n/a", "#n/a", "na", "-", "?", "tbd", "none"):
            self.note(loc, "U001", f"{quoted(name)} is not a quantity", "leave it out where there is no figure")
        else:
            close = self.problems.near(name, self.scenario.series, cutoff=0.5)
            help = close or "write a number with its unit, or the name of a series"
            self.note(loc, "R001", f"{quoted(name)} is neither a quantity nor the name of a series", help)

    def dimension(self, path: Path, loc: Loc) -> Dimension | None:
        """The dimension of a path; None where it cannot be known."""
        if path.reference is None:
            self._growth(path, loc)
            return path.dimension
        found = self.resolve(path, loc)
        return found.dimension if found is not None else None

    def _growth(self, path: Path, loc: Loc) -> None:
        """Notes V001 where a path grows out of all bounds within the horizon."""
        if path.growth is None or self.horizon is None:
            return
        start, growth, anchor = path.growth
        first, last = self.horizon.first, self.horizon.last
        since = max((y - (first if anchor is None else anchor)) * (1 if growth > 0 else -1) for y in (first, last))
        steepness = abs(math.log10(1 + growth))
        if start and math.log10(abs(start)) + since * steepness > math.log10(LARGEST):
            help = "check the growth, and the year that `from` names"
            self.note(loc, "V001", "grows to more than can be computed with", help)

    def expect(self, path: Path, loc: Loc, *expected: Dimension, help: str = "") -> Dimension | None:
        """The dimension of the path if it is one of those expected; notes U003 or U004 otherwise."""
        dimension = self.dimension(path, loc)
        if dimension is None or dimension in expected:
            return dimension
        self._wrong(Quantity(0.0, dimension, path.text), loc, expected, help)
        return None

    def expect_amount(self, amount: Quantity | Listing, loc: Loc, *expected: Dimension, help: str = "") -> bool:
        """The same for a quantity or a list."""
        if amount.dimension in expected:
            return True
        self._wrong(Quantity(0.0, amount.dimension, amount.text), loc, expected, help)
        return False

    def _wrong(self, quantity: Quantity, loc: Loc, expected: tuple[Dimension, ...], help: str) -> None:
        if loc[0] == "projects" and self._size_unknown(str(loc[1])):
            return
        code, message, own_help = dimension_mistake(quantity, expected[0], self.scenario.currency)
        others = list(dict.fromkeys(describe(d) for d in expected[1:] if d != expected[0]))
        if others:
            message += f" (or {', '.join(others)})"
        self.note(loc, code, message, own_help if code == "U004" or "per year" in own_help else help or own_help)

    def _size_unknown(self, name: str) -> bool:
        """True where figures per unit of size cannot be judged, because the size could not be read."""
        project = self.scenario.projects[name]
        if project.size is not None and project.units is not None:
            return True
        missing = project.size is None and self.problems.misses("projects", name)
        return missing or ("projects", name, "size") in self.unread

    def not_negative(self, path: Path, loc: Loc, help: str) -> None:
        """Notes V001 where a figure of the path, or of the series that it names, is below zero."""
        found = path if path.reference is None else self.resolve(path, loc)
        if found is None or all(v >= 0 for v in found.values):
            return
        if path.reference is None:
            self.note(loc, "V001", "has a figure below zero", help)
        else:
            text = f"has a figure below zero, where {'.'.join(map(str, loc))} takes none"
            self.note(("series", path.reference), "V001", text, help)

    def activity(self, name: str) -> Dimension | None:
        """The dimension of a source's activity; None where it has none, or none that could be trusted."""
        activity = self.scenario.sources[name].activity
        if activity is None or name in self.doubtful:
            return None
        return self.dimension(activity, ("sources", name, "activity"))

    def entity(self, name: str | None, loc: Loc) -> None:
        """Checks the entity of a source or project; absent is fine where there is one top entity."""
        if name is not None:
            self.known("entities", name, (*loc, "entity"), "entity")
        elif len(self.top) > 1 and not self.incomplete("entities") and not self.may_be_elsewhere((*loc, "entity")):
            help = f"write `entity:`, one of {shortlist(self.scenario.entities)}"
            self.note(loc, "K002", "`entity` is missing, and there are several top entities", help, at_key=True)

    @property
    def streams(self) -> dict[str, tuple[str | None, int, int | None]]:
        """Entity, scope and category of every source, those that fleets make among them."""
        found = {name: (s.entity, int(s.scope), s.category) for name, s in self.scenario.sources.items()}
        for name, fleet in self.scenario.fleets.items():
            found |= {x.source: (fleet.entity, x.scope, x.category) for x in fleet.streams(name)}
        return found

    @property
    def tags(self) -> set[str]:
        """Every tag of a project, a fleet, or a change of one."""
        found = {tag for p in self.scenario.projects.values() for tag in p.tags}
        for fleet in self.scenario.fleets.values():
            found.update(fleet.tags, *(c.tags for c in fleet.changes.values()))
        return found

    def within(self, name: str | None) -> set[str]:
        """The entity and everything below it; all entities for None."""
        if name is None:
            return set(self.scenario.entities)
        if name not in self.below:
            found, open_ = {name}, [name]
            while open_:
                new = [c for c in self.children.get(open_.pop(), ()) if c not in found]
                found.update(new)
                open_ += new
            self.below[name] = found
        return self.below[name]


def amount_dimension(project: Project) -> Dimension:
    """The dimension of a project's amount: of its size, or none for units."""
    return project.size.max.dimension if project.size is not None else NUMBER


def each(project: Project, dimension: Dimension) -> Dimension:
    """The dimension of something per unit (of size) of a project."""
    return per(dimension, amount_dimension(project)) if project.size is not None else dimension


def shortlist(names: Iterable[str]) -> str:
    """The first few ids in a sentence."""
    listed = [str(n)[:60] for n in islice(names, 9)]
    return ", ".join(listed[:8]) + (", ..." if len(listed) > 8 else "")
