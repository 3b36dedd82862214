# SPDX-License-Identifier: Apache-2.0
"""What time it is for whoever shows something: now, or a moment of the past. GUI thread.

Nothing in this room but this file asks the computer what time it is: who shows the fleet asks its timeline, so that the
same panel shows what is live and what is over.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal


class Timeline(QObject):
    """A clock; it may stand, run at any rate, and be set back."""

    passed = Signal(float)
    """Time passed, about three times a second: ages are to be shown again. Carries `now_s`."""
    rewound = Signal()
    """The moment was set to another one: what was shown or gathered up to now is of another time."""

    def now_s(self) -> float:
        """The moment that is shown, seconds on the clock that the states and events of its view have."""
        raise NotImplementedError

    def unix_s(self, at_s: float) -> float:
        """A moment of that clock as seconds since 1970, by the computer's clock as it is set now."""
        raise NotImplementedError

    @property
    def now_unix_s(self) -> float:
        """The moment that is shown, seconds since 1970."""
        return self.unix_s(self.now_s())

    @property
    def is_live(self) -> bool:
        """Whether the moment is now; the past can't be commanded."""
        raise NotImplementedError

    @property
    def rate(self) -> float:
        """Seconds of the shown time that pass in a second; 0 while it stands, below 0 backwards."""
        raise NotImplementedError


class LiveTimeline(Timeline):
    """Now."""

    is_live = True
    rate = 1.0

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        parent: QObject | None = None,
    ) -> None:
        """Begin.

        Args:
            clock: monotonic seconds.
            wall_clock: seconds since 1970.
            parent: Qt's.
        """
        super().__init__(parent)
        self._clock, self._wall_clock = clock, wall_clock

    def now_s(self) -> float:
        """Seconds on this station's monotonic clock."""
        return self._clock()

    def unix_s(self, at_s: float) -> float:
        """A moment of that clock as seconds since 1970."""
        # by the clock as it is now: one that was set meanwhile moves all moments, so that they fit what is told today
        return at_s + self._wall_clock() - self._clock()


monotonic_s, wall_s = time.monotonic, time.time
"""For who has no fleet to show: what is commanded, and threads that give up."""
DATE = "%Y-%m-%d %H:%M:%S"
"""Layout of a moment with its day."""


def local_time(unix_s: float, layout: str = "%H:%M:%S") -> str:
    """A moment in this computer's zone.

    Args:
        unix_s: seconds since 1970.
        layout: as of `strftime`.

    Returns:
        The text; empty for a moment that no calendar has, since messages and logs may tell any number.
    """
    try:
        return time.strftime(layout, time.localtime(unix_s))
    except (OverflowError, ValueError, OSError):
        return ""
