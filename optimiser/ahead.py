"""Ahead: what is needed after the search is loaded while the solver works, which lets go of Python's lock."""

from __future__ import annotations

import contextlib
import importlib
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimiser.solve import Progress
    from optimiser.solve.searching import Watch


def loading(modules: Sequence[str], watch: Watch) -> Watch:
    """`watch`, at whose first call a thread begins to load the modules.

    A search that is over before it has anything to say loads nothing. Whoever imports a module waits until the thread
    is done with it; one that cannot be loaded is left to them, who say what is wrong. The thread ends with its list: a
    process that ends before waits for it, a moment.
    """
    waiting = [threading.Thread(target=_load, args=(modules,), name="ahead")]

    def told(words: str, progress: Progress) -> None:
        with contextlib.suppress(IndexError, RuntimeError):  # it was started, or no thread can be
            waiting.pop().start()
        watch(words, progress)

    return told


def _load(modules: Sequence[str]) -> None:
    with contextlib.suppress(Exception):
        for name in modules:
            importlib.import_module(name)
