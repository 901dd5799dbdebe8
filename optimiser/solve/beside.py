"""A search beside another one, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from optimiser.solve.interrupt import Interrupt

Found = TypeVar("Found")


class Beside(Generic[Found]):
    """A search that is under way until its `outcome` is there; `ended` is called once it is.

    `ask` is given the interrupt that it has to heed: `interrupt`, and what `stop` sets.
    """

    def __init__(self, ask: Callable[[Interrupt], Found], interrupt: Interrupt, ended: Callable[[Found], None]):
        self._ask, self._ended, self._interrupt = ask, ended, Interrupt(within=interrupt)
        self._outcome: Found | None = None
        self._error: BaseException | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    @property
    def outcome(self) -> Found | None:
        """None while it is under way. Raises what the search raised."""
        if self._error is not None:
            raise self._error
        return self._outcome

    def stop(self) -> None:
        """Ends it, and waits until it has ended, or is left behind."""
        self._interrupt.waits = True
        self._interrupt.event.set()
        self._thread.join()

    def wait(self) -> None:
        """Waits until it has ended; Ctrl-C ends it, and all else."""
        while not self._done.is_set():  # a thread whose join is interrupted says that it has ended when it has not
            try:
                self._done.wait(0.05)
            except KeyboardInterrupt:
                self._interrupt.set()

    def _work(self) -> None:
        try:
            self._outcome = self._ask(self._interrupt)
            self._ended(self._outcome)
        except BaseException as error:
            self._error = error
        finally:
            self._done.set()
