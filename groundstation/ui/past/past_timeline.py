# SPDX-License-Identifier: Apache-2.0
"""A moment of a recording that is shown, and how it moves. GUI thread."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QObject

from groundstation.ui.timeline import Timeline

RATES = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
"""How fast a recording is played, in both directions."""
AGE_S = 0.3
FIRST_DAY = datetime(1970, 1, 2)  # noqa: DTZ001 - its midnight in this computer's zone


class PastTimeline(Timeline):
    """The clock of a recording: it stands where it was set, or is being played."""

    is_live = False

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._at_s = 0.0
        self._rate = 0.0
        self._told_s = 0.0
        self.has_date = True
        """Whether the recording tells dates; else its clock counts from a start."""

    def now_s(self) -> float:
        """The moment that is shown, on the recording's clock."""
        return self._at_s

    def unix_s(self, at_s: float) -> float:
        """The same: recordings tell times since 1970.

        Where no date is known, the moment whose time of day is how long ago the start was: shown anywhere, it reads so.
        """
        return at_s if self.has_date else at_s + FIRST_DAY.timestamp()

    @property
    def rate(self) -> float:
        """Seconds of the recording that pass in a second."""
        return self._rate

    def set_rate(self, rate: float) -> None:
        """Play at so many seconds a second; 0 stands."""
        self._rate = rate

    def set(self, at_s: float) -> None:
        """Another moment is shown now; `tell` tells of it, once what is known of it is there."""
        self._at_s = at_s

    def tell(self, *, is_rewound: bool, is_playing: bool) -> None:
        """Tell those who show ages and those who gather.

        Args:
            is_rewound: whether what was gathered up to now is of another time.
            is_playing: whether the next moment comes at once: ages need not be shown at each.
        """
        if is_rewound:
            self.rewound.emit()
        if is_rewound or not is_playing or abs(self._at_s - self._told_s) >= AGE_S * max(1.0, abs(self._rate)):
            self._told_s = self._at_s
            self.passed.emit(self._at_s)
