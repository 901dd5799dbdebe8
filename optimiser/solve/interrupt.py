"""What stops a search: Ctrl-C, or another search that has made it needless."""

from __future__ import annotations

import threading


class Interrupt:
    """Set by Ctrl-C; every search asks it. One `within` another is set with that, too, but not the other way round."""

    def __init__(self, within: Interrupt | None = None) -> None:
        self.event = threading.Event()
        self.within = within

    @property
    def is_set(self) -> bool:
        """True once somebody has asked to stop."""
        return self.event.is_set() or (self.within is not None and self.within.is_set)

    @property
    def is_from_outside(self) -> bool:
        """True where somebody waits who has asked to stop; else one search has made another one needless."""
        return self.event.is_set() if self.within is None else self.within.is_from_outside

    def set(self) -> None:
        """Stops all searches, as Ctrl-C asks."""
        if self.within is not None:
            self.within.set()
        self.event.set()
