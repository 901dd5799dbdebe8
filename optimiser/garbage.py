"""Garbage: Python's search for cycles waits while much is made that stays, and what threads free is used again."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Within (or within a function that it decorates), nobody looks for unreachable cycles.

    Reading, building and writing make hundreds of thousands of objects that are all still needed; looking through
    them again and again takes a tenth of a run. What is there afterwards counts as old at once, unlooked at: freezing
    and unfreezing moves it there, unless somebody else has frozen what is theirs.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def given_back() -> None:
    """What was freed goes back to the system, where this is glibc: it keeps what lies between things that stay.

    Many large things that come and go (relaxations, and what they are made of) leave a third of what they took so.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


M_ARENA_MAX = -8
"""Its number in glibc's malloc.h."""


def few_arenas(threads: int) -> None:
    """Each two threads share a place from which they have their memory, where this is glibc and nobody said else.

    It opens up to eight for each core. Every relaxation is solved on a thread of its own, so that what one gives back
    lies where the next may not use it: a group of 10,000 projects with debt took 3.3 GB in place of 2.6.
    """
    if sys.platform == "linux" and "MALLOC_ARENA_MAX" not in os.environ:
        option = getattr(ctypes.CDLL(None), "mallopt", None)
        if option is not None:
            option(M_ARENA_MAX, max(threads // 2, 1))
