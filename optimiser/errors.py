"""What can go wrong and how it is said: place, code, what is wrong, and what would help."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from typing import Any


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
        help = self.help or HELP.get(self.code, "")
        return f"{visible(text)}\n  help: {visible(help)}" if help else visible(text)


ALIKE = 3
"""Of how many things it is said one by one that the same is the matter with them."""


def briefly(warnings: Iterable[Problem]) -> Iterator[str]:
    """Each warning in words; of many that say the same the first few, and how many more there are."""
    listed = list(warnings)
    alike, said = Counter((w.code, w.message) for w in listed), Counter[tuple[str, str]]()
    for warning in listed:
        kind = warning.code, warning.message
        said[kind] += 1
        if said[kind] <= ALIKE or alike[kind] == ALIKE + 1:
            yield str(warning)
        elif said[kind] == alike[kind]:
            yield f"the same of {alike[kind] - ALIKE:,} others; `optimise check` names them"


def visible(text: str) -> str:
    """The text on one line, with everything that would steer a terminal written out: no file can colour or hide."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or unicodedata.category(c) == "Zs" else _written_out(c) for c in text)


def _written_out(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def quoted(value: object, most: int = 60) -> str:
    """A value of the file in quotation marks, cut where it is long."""
    text = str(value)
    return f'"{text}"' if len(text) <= most else f'"{text[: most - 3]}..."'


class OptimiserError(Exception):
    """Anything that ends a run on purpose; never shown with a traceback."""


def _columns_once(problems: list[Problem]) -> list[Problem]:
    """A mistake in the header of a table is said once, at its first row, not again in each."""
    of_headers: dict[tuple, list[Problem]] = {}
    for problem in problems:
        if problem.code in ("K001", "U002", "U005") and not problem.file.lower().endswith((".yaml", ".yml")):
            column = (problem.file, problem.column, problem.code, problem.message, problem.help)
            of_headers.setdefault(column, []).append(problem)
    again = {p: len(found) - 1 for found in of_headers.values() if len(found) > 2 for p in found}
    firsts = {found[0] for found in of_headers.values()}
    return [
        replace(p, message=f"{p.message}, as in {again[p]} more rows") if p in again else p
        for p in problems
        if p not in again or p in firsts
    ]


class ScenarioError(OptimiserError):
    """The file is wrong: every problem found, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = _columns_once(sorted(set(problems)))
        super().__init__("\n".join(str(p) for p in self.problems))


class UsageError(OptimiserError):
    """The command line asks for something that is not there."""


class NoPlanError(OptimiserError):
    """The solver stopped without a plan and without a proof that none exists."""


class NoPlan(OptimiserError):  # noqa: N818 - said as it reads: `except NoPlan`
    """It is proven that no plan can exist; `conflict` says which promises and limits exclude each other."""

    def __init__(self, scenario: str, conflict: Any):
        self.scenario, self.conflict = scenario, conflict
        sentences = getattr(conflict, "sentences", ())
        super().__init__("\n".join([f"{scenario}: no plan can exist.", *sentences]))


class InternalError(Exception):
    """Our own bug: the audit contradicts the model. No plan is shown."""


MANY = 300
"""Among more names than these only those that begin or end alike are compared."""


@dataclass(slots=True)
class Problems:
    """Collects problems so that a run reports all of them at once.

    `partial` names what could be read only in part: sections that may have more entries ("projects"), entries that
    may have more keys ("projects.pump", "projects.*"), or "*" for all. What is missing there may stand in what was not
    read, so its absence is not a mistake of its own.
    """

    found: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    partial: set[str] = field(default_factory=set)
    patience: int = 300_000

    def raise_if_any(self) -> None:
        """Raises ScenarioError with everything found so far."""
        if self.found:
            raise ScenarioError(self.found)

    def misses(self, section: str, name: str = "") -> bool:
        """True where entries of `section` (or keys of its entry `name`) may stand in what could not be read."""
        return bool(self.partial & {"*", f"{section}.*", f"{section}.{name}" if name else section})

    def closest(self, word: object, known: Iterable[object], cutoff: float = 0.55) -> str:
        """The known word that was probably meant, or nothing.

        Gives up looking after very many comparisons: a file may hold ten thousand mistakes.
        """
        if self.patience < 0:
            return ""
        text, names = str(word)[:100].strip(), [str(k) for k in known]
        same = next((n for n in names if _seen(n) == _seen(text)), "")
        self.patience -= 100 + len(names) // 5
        if len(names) > MANY:
            names = [n for n in names if n[:2] == text[:2] or n[-2:] == text[-2:]]
        return same or next(iter(get_close_matches(text, names, n=1, cutoff=cutoff)), "")

    def near(self, word: object, known: Iterable[object], cutoff: float = 0.55) -> str:
        """'did you mean ...?' or nothing."""
        close = self.closest(word, known, cutoff)
        if close and close != str(word).strip() and _seen(close) == _seen(str(word).strip()) and not close.isascii():
            odd = next(c for c in close if not c.isascii())
            return f"did you mean {close}? it holds U+{ord(odd):04X}, which only looks like a plain letter"
        return f"did you mean {close}?" if close else ""


_ALIKE = str.maketrans("авеёкмнорстухѕіјԁαεικνορτυχ", "abeekmhopctyxsijdaeikvoptux")


@lru_cache(maxsize=50_000)
def _seen(text: str) -> str:
    """A text as a reader sees it: without case, width, invisible characters, and alphabets that look alike."""
    if text.isascii():
        return text.casefold()
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if c.isprintable()).translate(_ALIKE)


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

HELP: dict[str, str] = {
    "S001": "check the indentation, the colons and the brackets in and above this line",
    "S002": "keep one of the two",
    "S003": "indent with spaces only",
    "S004": "keep long lists in CSV tables (`tables:`)",
    "S005": "write the values out, or keep them in CSV tables (`tables:`)",
    "S006": "save the file as UTF-8",
    "S007": "check the path and its permissions",
    "S008": "`optimise new FOLDER` writes a file to start from",
    "S009": "break the circle at one of its members",
    "S010": "leave the key out where there is no figure",
    "S011": "write plain values; to share some, use `extends`, or `templates` with `like`",
    "K001": "take it out, or correct it",
    "K002": "add it",
    "K003": "see the scenario reference for what may stand here",
    "K004": "keep one of the two",
    "U001": "write a number and a unit, such as 320 MCNY, 4.02 MtCO2e, 25 GWh or 35 %",
    "U002": "write a known unit, such as MCNY, ktCO2e, GWh, MW or ha",
    "U003": "write a quantity of that kind",
    "U004": "write the number with its unit",
    "U005": "convert it to the currency of the scenario",
    "U006": "write a percentage, such as 35 %",
    "R001": "check the spelling, or add the entry",
    "R002": "break the circle at one of its members",
    "R003": "name something else here",
    "V001": "correct the figure",
    "V002": "write [first, last] with a year of the horizon in it",
    "V003": "correct the year, or the horizon",
    "V004": "make the parts add up",
    "T001": "paths count from the file that names the table",
    "T002": "write a key and a unit, such as capex [MCNY]; the first row holds the headers",
    "T003": "one row per id (or year), named in the first column",
    "W001": "",
}
"""What is said where a problem brings no help of its own."""
