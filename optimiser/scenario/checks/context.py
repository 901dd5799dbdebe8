"""What every check needs: look ids up, compare dimensions, and note problems at their place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from optimiser.errors import Problems
from optimiser.scenario.kinds import Project
from optimiser.scenario.model import Scenario
from optimiser.scenario.values import Listing, Path, dimension_mistake
from optimiser.source import Node, locate
from optimiser.units import NUMBER, Dimension, Quantity, Units, describe, per

Loc = tuple[Any, ...]


@dataclass(slots=True)
class Check:
    """A scenario being checked. `broken` are ids (section, id) that exist but could not be read."""

    scenario: Scenario
    root: Node
    problems: Problems
    units: Units
    broken: frozenset[tuple[str, str]] = frozenset()
    top: list[str] = field(default_factory=list)

    def note(self, loc: Loc, code: str, message: str, help: str = "", at_key: bool = False) -> None:
        """Notes an error at `loc`."""
        self.problems.found.append(locate(self.root, loc).problem(code, ".".join(map(str, loc)), message, help, at_key))

    def warn(self, loc: Loc, message: str, help: str = "") -> None:
        """Notes a warning at `loc`."""
        node = locate(self.root, loc)
        self.problems.warnings.append(node.problem("W001", ".".join(map(str, loc)), message, help, at_key=True))

    def known(self, section: str, name: str, loc: Loc, what: str) -> bool:
        """True if `section` has `name`; notes R001 otherwise."""
        ids = getattr(self.scenario, section)
        if name in ids or (section, name) in self.broken:
            return name in ids
        close = get_close_matches(name, list(ids), n=1, cutoff=0.5)
        help = (
            f"did you mean {close[0]}?" if close else f"known: {shortlist(ids)}" if ids else f"there are no {section}"
        )
        self.note(loc, "R001", f'no {what} is called "{name}"', help)
        return False

    def dimension(self, path: Path, loc: Loc) -> Dimension | None:
        """The dimension of a path; None (and a problem) where it names a series that does not exist."""
        seen: list[str] = []
        while path.reference is not None:
            name = path.reference
            if name in seen:
                self.note(loc, "R002", f"series in a circle: {' > '.join([*seen, name])}")
                return None
            if name not in self.scenario.series:
                if ("series", name) not in self.broken:
                    self._no_series(name, loc)
                return None
            seen.append(name)
            path = self.scenario.series[name]
        return path.dimension

    def _no_series(self, name: str, loc: Loc) -> None:
        series = self.scenario.series
        close = get_close_matches(name, list(series), n=1, cutoff=0.5)
        help = f"did you mean {close[0]}?" if close else "write a number with its unit, or the name of a series"
        self.note(loc, "R001", f'"{name}" is neither a quantity nor the name of a series', help)

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
        code, message, own_help = dimension_mistake(quantity, expected[0])
        others = [describe(d) for d in expected[1:]]
        if others:
            message += f" (or {', or '.join(others)})"
        self.note(loc, code, message, help or own_help)

    def entity(self, name: str | None, loc: Loc) -> None:
        """Checks the entity of a source or project; absent is fine where there is one top entity."""
        if name is not None:
            self.known("entities", name, (*loc, "entity"), "entity")
        elif len(self.top) > 1:
            help = f"write `entity:`, one of {shortlist(self.scenario.entities)}"
            self.note(loc, "K002", "`entity` is missing, and there are several top entities", help, at_key=True)


def amount_dimension(project: Project) -> Dimension:
    """The dimension of a project's amount: of its size, or none for units."""
    return project.size.max.dimension if project.size is not None else NUMBER


def each(project: Project, dimension: Dimension) -> Dimension:
    """The dimension of something per unit (of size) of a project."""
    return per(dimension, amount_dimension(project))


def shortlist(names: Iterable[str]) -> str:
    """The first few ids in a sentence."""
    listed = list(names)
    return ", ".join(listed[:8]) + (", ..." if len(listed) > 8 else "")
