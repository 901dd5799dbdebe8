"""The progress line: incumbent, bound and gap while the solver runs; and Ctrl-C."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from optimiser.solve import Progress


class ProgressLine:
    """One line that is written over on a terminal; a line every five seconds where it is piped."""

    def __init__(self, stream: TextIO, silent: bool = False):
        self.stream, self.silent = stream, silent
        self.live = not silent and stream.isatty()
        self.said, self.width = time.monotonic(), 0

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(self, *_: object) -> None:
        if self.live and self.width:
            self.stream.write("\r" + " " * self.width + "\r")
            self.stream.flush()

    def watch(self, words: str, progress: Progress) -> None:
        """Called by the solver; never raises."""
        now = time.monotonic()
        if self.silent or now - self.said < (0.2 if self.live else 5.0):
            return
        self.said = now
        best = f"best {progress.incumbent:,.4g}" if abs(progress.incumbent) < 1e100 else "no plan yet"
        bound = f"bound {progress.bound:,.4g}" if abs(progress.bound) < 1e100 else "no bound yet"
        gap = f"gap {progress.gap:.2%}" if progress.gap < 10 else "gap -"
        text = f"{_shortened(words)}: {progress.seconds:5.0f} s  {best}  {bound}  {gap}"
        if self.live:
            self.stream.write("\r" + text[:79].ljust(self.width))
            self.width = min(len(text), 79)
        else:
            self.stream.write(text + "\n")
        self.stream.flush()


def _shortened(words: str, most: int = 30) -> str:
    """Words that leave room for the numbers: names are left out whole, and what is cut is seen to be cut."""
    if len(words) <= most:
        return words
    whole, _, _ = words[: most - 4].rpartition(",")
    return f"{whole}, ..." if whole else f"{words[: most - 3]}..."


@contextlib.contextmanager
def listening(stop: Callable[[], None]) -> Iterator[None]:
    """The first Ctrl-C asks for the best plan so far; the second ends the run at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)

    def first(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stop()

    signal.signal(signal.SIGINT, first)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
