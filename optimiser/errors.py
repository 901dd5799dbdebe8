"""What can go wrong and how it is said: place, code, what is wrong, and what would help."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One mistake in a user's file. `line` and `column` count from 1; 0 means the file as a whole."""

    file: str
    line: int
    column: int
    code: str
    where: str
    message: str
    help: str = ""

    def __str__(self) -> str:
        place = self.file if not self.line else f"{self.file}:{self.line}:{self.column}"
        where = f"{self.where}: " if self.where else ""
        text = f"{place}  {where}{self.message}  [{self.code}]"
        return f"{text}\n  help: {self.help}" if self.help else text


class OptimiserError(Exception):
    """Anything that ends a run on purpose; never shown with a traceback."""


class ScenarioError(OptimiserError):
    """The file is wrong: every problem found, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(p) for p in self.problems))


class UsageError(OptimiserError):
    """The command line asks for something that is not there."""


class NoPlanError(OptimiserError):
    """The solver stopped without a plan and without a proof that none exists."""


class InternalError(Exception):
    """Our own bug: the audit contradicts the model. No plan is shown."""


@dataclass(slots=True)
class Problems:
    """Collects problems so that a run reports all of them at once."""

    found: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def raise_if_any(self) -> None:
        """Raises ScenarioError with everything found so far."""
        if self.found:
            raise ScenarioError(self.found)


CODES: dict[str, str] = {
    "S001": "the file is not valid YAML",
    "S002": "a key stands twice in one mapping",
    "S003": "a tab where YAML wants spaces",
    "S004": "the file is larger than the limit",
    "S005": "too many aliases or too deep a nesting",
    "S006": "the file is not text in UTF-8",
    "S007": "the file cannot be found or read",
    "S008": "the file is not a mapping of sections",
    "S009": "files extend, or templates are like, each other in a circle",
    "S010": "not a finite number",
    "S011": "a YAML feature that scenario files do not use (tags, merge keys, several documents)",
    "K001": "an unknown key",
    "K002": "a key is missing",
    "K003": "the value has the wrong shape",
    "K004": "keys that exclude or need each other",
    "K005": "a section that this version cannot compute yet",
    "U001": "not a quantity",
    "U002": "an unknown unit",
    "U003": "a unit of the wrong dimension",
    "U004": "a number without its unit",
    "U005": "another currency than the scenario's",
    "U006": "a percentage and a fraction mixed up",
    "R001": "an id that nothing has",
    "R002": "a circle",
    "R003": "an id of something that cannot stand here",
    "V001": "a value out of its range",
    "V002": "a window with no year in it",
    "V003": "years in the wrong order or outside the horizon",
    "V004": "parts that do not add up",
    "T001": "a table file or sheet that cannot be found or read",
    "T002": "a header of a table that cannot be read",
    "T003": "an id or a year that stands twice in a table",
    "W001": "worth a look: not wrong, but often not meant",
}
