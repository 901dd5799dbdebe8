"""A large workbook is written by a process of its own, beside everything else that is written.

It takes more than half of the time of writing, on one core. The other process is a fresh interpreter, not a fork: other
threads may be running here (a solver that was left behind, a notebook), which a fork does not survive. It starts while
the tables are made, and is told that they are there by the end of its input.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from optimiser.report import book
from optimiser.report.result import Result
from optimiser.report.workbook import contents, write_workbook

LARGE = 50_000
"""Flows of money by owner, kind and year from which on another process pays: some 350 projects. To start it takes a
tenth of a second of processor time."""


@contextmanager
def workbook_beside(result: Result, path: Path) -> Iterator[None]:
    """Writes the workbook; a large one by another process while what stands within is done, if there is a core for it.

    Where the other process fails, for whatever reason, the workbook is written here, and errors are raised as if there
    had been no other. Where what stands within fails or is interrupted, the other process is ended first.
    """
    said = path.with_name(f"{path.name}.said")
    child = _started(said, path) if _is_large(result) and _cores() > 1 else None
    if child is None:
        write_workbook(result, path)
        yield
        return
    with child:  # on leaving, its input is closed and its end awaited
        try:
            with said.open("wb") as file:
                pickle.dump(contents(result), file)
            assert child.stdin is not None
            child.stdin.close()
            yield
            done = child.wait() == 0
        finally:
            child.kill()
            said.unlink(missing_ok=True)
    if not done:
        write_workbook(result, path)


def _is_large(result: Result) -> bool:
    owners = sum(map(len, result.accounts.money.values()))
    return owners * len(result.accounts.years) >= LARGE


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _started(said: Path, path: Path) -> subprocess.Popen[bytes] | None:
    """A process that writes to `path` what `said` holds, once its input ends; None where there can be none."""
    if getattr(sys, "frozen", False) or "python" not in Path(sys.executable or "").name.lower():
        return None  # packed into an application, which would be started once more
    command = [sys.executable, "-P", book.__file__, str(said), str(path)]
    quiet = subprocess.DEVNULL
    try:
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)
    except OSError:
        return None
