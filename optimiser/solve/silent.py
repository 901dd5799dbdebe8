"""HiGHS without its name on the terminal: 1.16.0 prints it as soon as it can be called back, before any option."""

from __future__ import annotations

import highspy


class Silent(highspy.Highs):
    """HiGHS that says nothing on the terminal."""

    def enableCallbacks(self) -> None:  # noqa: N802
        """Callbacks, once the terminal is left alone."""
        self.setOptionValue("log_to_console", False)
        super().enableCallbacks()
