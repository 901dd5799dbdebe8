"""What stops a search: Ctrl-C, or another search that has made it needless."""

from __future__ import annotations

import threading


class Interrupt:
    """Set by Ctrl-C; every search asks it. One `within` another is set with that, too, but not the other way round.

    `waits`: whoever sets it waits for the search to end, as one who has pressed Ctrl-C does.
    """

    def __init__(self, within: Interrupt | None = None, *, waits: bool = False) -> None:
        self.event = threading.Event()
        self.within, self.waits = within, waits or within is None

    @property
    def is_set(self) -> bool:
        """True once somebody has asked to stop."""
        return self.event.is_set() or (self.within is not None and self.within.is_set)

    @property
    def somebody_waits(self) -> bool:
        """True where it is set, and not only because one search has made another one needless that goes on later."""
        return (self.waits and self.event.is_set()) or (self.within is not None and self.within.somebody_waits)

    def set(self) -> None:
        """Stops all searches, as Ctrl-C asks."""
        if self.within is not None:
            self.within.set()
        self.event.set()
