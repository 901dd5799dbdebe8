"""Files: a path to its text, or the reason why not. Nothing of a file is believed before its size is known."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from optimiser.errors import Problem, Problems

MAX_BYTES = 32 * 2**20


def label(path: Path) -> str:
    """A path as the user would type it: relative where it lies below the working folder."""
    try:
        text = os.path.relpath(path)
    except (OSError, ValueError):  # another drive, or a working folder that is gone
        return str(path)
    return str(path) if text.startswith(os.pardir + os.sep + os.pardir) else text


def trouble(path: Path) -> tuple[str, str, str] | None:
    """Code, message and help where `path` is no file that could be read whole; None where it is one."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return "S007", "does not exist", ""
    except (OSError, ValueError, RuntimeError) as error:  # permissions, names too long, circles of links, NUL
        return "S007", f"cannot be read: {getattr(error, 'strerror', None) or error}", ""
    if stat.S_ISDIR(found.st_mode):
        return "S007", "is a folder, not a file", ""
    if not stat.S_ISREG(found.st_mode):
        return "S007", "is no ordinary file (a pipe or a device)", "save it as a file first"
    if found.st_size > MAX_BYTES:
        size = f"{found.st_size / 2**20:.0f} MiB, more than the limit of {MAX_BYTES // 2**20} MiB"
        return "S004", f"has {size}", "keep long lists in several CSV tables (`tables:`)"
    return None


def read_text(path: Path, problems: Problems) -> str | None:
    """The text of a file, or None with the problem noted at the file."""
    name = label(path)
    found = trouble(path)
    if found is not None:
        code, message, help = found
        problems.found.append(Problem(name, 0 if code == "S007" else 1, 1, code, "", f"the file {message}", help))
        return None
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"the file cannot be read: {error.strerror or error}"
        problems.found.append(Problem(name, 0, 0, "S007", "", message))
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.found.append(_not_text(name, data, error.start))
        return None


def _not_text(name: str, data: bytes, at: int) -> Problem:
    line = data.count(b"\n", 0, at) + 1
    column = len(data[data.rfind(b"\n", 0, at) + 1 : at].decode("utf-8", "replace")) + 1
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Problem(name, 1, 1, "S006", "", "the file is UTF-16, not UTF-8", "save it again as UTF-8")
    if data[:2] == b"PK":
        text = "this is a zip archive or a workbook, not a text"
        return Problem(name, 1, 1, "S006", "", text, "name workbooks .xlsx under `tables:`")
    if b"\0" in data[:1000]:
        return Problem(name, line, column, "S006", "", "this is a binary file, not a text", "check the path")
    help = 'save the file as UTF-8; in Excel: "CSV UTF-8"'
    return Problem(name, line, column, "S006", "", "a byte that is not UTF-8 text", help)
