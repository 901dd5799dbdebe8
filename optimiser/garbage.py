"""Garbage: Python's search for cycles waits while much is made that stays."""

from __future__ import annotations

import gc
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
