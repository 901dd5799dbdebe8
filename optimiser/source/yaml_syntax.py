"""What libyaml complains of, in a planner's words."""

from __future__ import annotations

import re

import yaml

from optimiser.errors import Problem, quoted

FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_BRACKETS = "check that every { and [ is closed, and that commas stand between"
_COLONS = "put a blank after each colon, quotation marks round a text with a colon, and check the indentation"
_QUOTES = "close the quotation mark; a text that holds one kind of them needs the other kind around it"
_INDENT = "keys of one mapping begin in one column; check the indentation in and above this line"
_WORDS = (
    ("could not find expected ':'", "a key without its colon", _COLONS),
    ("mapping values are not allowed", "a colon where none can stand", _COLONS),
    ("unexpected end of stream", "a quotation mark that is not closed", _QUOTES),
    ("expected ',' or '}'", "a { that is not closed, or a comma missing", _BRACKETS),
    ("expected ',' or ']'", "a [ that is not closed, or a comma missing", _BRACKETS),
    ("expected node content", "a value is missing, or a bracket closes that was not opened", _BRACKETS),
    ("unknown escape", "a backslash that means nothing", "use single quotation marks round texts with backslashes"),
    ("escape code", "a backslash that means nothing", "use single quotation marks round texts with backslashes"),
    ("block sequence entries", "a list where none can stand", "begin the list on a line of its own"),
    ("expected '-'", "a key after the points of a list", _INDENT),
    ("expected key", "something that does not fit in here", _INDENT),
    ("<document start>", "something after the end of the file's contents", "one file holds one scenario"),
    ("alphabetic or numeric", "a & or * without a name after it", "put quotation marks round a text that begins so"),
    ("directive", "a line that begins with %", "put quotation marks round a text that begins so"),
    ("tag", "a text that begins with !", "put quotation marks round a text that begins so"),
)


def forbidden_character(text: str, label: str) -> Problem | None:
    """The first character that may not stand in a YAML file."""
    found = FORBIDDEN.search(text)
    if found is None:
        return None
    lines = _LINE_BREAK.split(text[: found.start()])
    message = f"the character U+{ord(found[0]):04X} may not stand in a scenario file"
    return Problem(label, len(lines), len(lines[-1]) + 1, "S001", "", message, "delete it")


def syntax_problem(error: yaml.MarkedYAMLError, text: str, label: str) -> Problem:
    """A parser's error as a problem."""
    mark = error.problem_mark or error.context_mark
    if "end of stream" in str(error.problem) and error.context_mark:
        mark = error.context_mark  # where the quotation began, not the end of the file
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = _LINE_BREAK.split(text)
    row = lines[line - 1] if 0 < line <= len(lines) else ""
    indent = row[: len(row) - len(row.lstrip())]
    if "\t" in indent or row[column - 1 : column] == "\t":
        return Problem(label, line, row.index("\t") + 1, "S003", "", "a tab", "indent with spaces only")
    if "cannot start any token" in str(error.problem):
        message = f"a text cannot begin with {quoted(row[column - 1 : column])}"
        return Problem(label, line, column, "S001", "", message, "put quotation marks around it")
    message, help = _in_words(error, line)
    return Problem(label, line, column, "S001", "", message, help)


def _in_words(error: yaml.MarkedYAMLError, line: int) -> tuple[str, str]:
    said = f"{error.problem or ''} {error.context or ''}"
    message, help = next(((m, h) for part, m, h in _WORDS if part in said), ("this is not YAML", ""))
    opened = error.context_mark.line + 1 if error.context_mark and help == _BRACKETS and line else line
    return (f"{message} (it opens in line {opened})" if opened != line else message), help
