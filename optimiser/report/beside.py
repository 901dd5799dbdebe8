"""A large workbook is written by a process of its own, beside everything else that is written.

It takes more than half of the time of writing, on one core. The other process is a fresh interpreter, not a fork: other
threads may be running here (a solver that was left behind, a notebook), which a fork does not survive.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from optimiser.report import book
from optimiser.report.book import Contents, write_book

LARGE = 50_000
"""Cells from which on another process pays: writing so many takes three times as long as to start it."""


@contextmanager
def written_beside(contents: Contents, path: Path) -> Iterator[None]:
    """Afterwards the workbook is written; by another process within, where it is large and a second core is there.

    Where the other process fails, for whatever reason, the workbook is written here, and errors are raised as if there
    had been no other. Where what stands within fails or is interrupted, the other process is ended before that
    goes on.
    """
    child = _started(contents, path) if _pays(contents) else None
    done = False
    if child is not None:
        try:
            yield
            done = child.wait() == 0
        finally:
            child.kill()
            child.wait()
    if not done:
        write_book(contents, str(path))
    if child is None:
        yield


def _pays(contents: Contents) -> bool:
    cells = sum(len(values) for columns in contents[2].values() for _, _, values in columns)
    return cells >= LARGE and _cores() > 1


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _started(contents: Contents, path: Path) -> subprocess.Popen[bytes] | None:
    """A process that writes the workbook; None where there can be none. What it is to write comes from a file without
    a name, for which nobody has to wait."""
    if getattr(sys, "frozen", False) or "python" not in Path(sys.executable or "").name.lower():
        return None  # packed into an application, which would be started once more
    command = [sys.executable, "-P", book.__file__]
    try:
        with tempfile.TemporaryFile() as said:
            pickle.dump((contents, str(path)), said)
            said.seek(0)
            return subprocess.Popen(command, stdin=said, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return None
