# SPDX-License-Identifier: Apache-2.0
"""Measures how late the GUI thread is: what an operator would feel as a window that hangs. GUI thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import msgspec
from PySide6.QtCore import QObject, Qt, QTimer

PERIOD_MS = 20
WINDOW_S = 60.0


class LoopDelays(msgspec.Struct, frozen=True):
    """Lateness of the event loop over the last minute, milliseconds."""

    p50_ms: float = 0.0
    p99_ms: float = 0.0
    max_ms: float = 0.0


class LoopDelay(QObject):
    """A timer that compares when it should have run with when it ran."""

    def __init__(self, clock: Callable[[], float], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._due_s: float | None = None
        self._delays_s: deque[float] = deque(maxlen=round(WINDOW_S * 1000 / PERIOD_MS))
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        # armed anew each time: a repeating timer leaves out the turns that it missed, which are what is measured
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.measure)

    def start(self) -> None:
        """Begin."""
        self._arm()

    def stop(self) -> None:
        """End; what was measured stays."""
        self._timer.stop()
        # a pause is no delay
        self._due_s = None

    def measure(self) -> None:
        """Take one measurement and wait for the next."""
        if self._due_s is not None:
            self._delays_s.append(max(0.0, self._clock() - self._due_s))
        self._arm()

    def delays(self) -> LoopDelays:
        """The last minute in three numbers."""
        if not self._delays_s:
            return LoopDelays()
        ordered = sorted(self._delays_s)
        p50_s, p99_s = (ordered[int(len(ordered) * share)] for share in (0.5, 0.99))
        return LoopDelays(p50_s * 1000, p99_s * 1000, ordered[-1] * 1000)

    def _arm(self) -> None:
        self._due_s = self._clock() + PERIOD_MS / 1000
        self._timer.start(PERIOD_MS)
