# SPDX-License-Identifier: Apache-2.0
"""Plays a recording: forwards, backwards, at any speed. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from groundstation.ui.past.past_timeline import RATES, PastTimeline
from groundstation.ui.past.transport_bar import TransportBar
from groundstation.ui.timeline import monotonic_s

FRAME_MS = 33
LEAST_TURN_S = 0.02
"""Sooner than this after a moment the next one is not asked for."""


class Playing(QObject):
    """Asks for one moment after the other for as long as it plays."""

    changed = Signal()
    """It plays, stands, or goes the other way by now."""

    def __init__(
        self, timeline: PastTimeline, bar: TransportBar, go_on: Callable[[float], bool], parent: QObject | None = None
    ) -> None:
        """It stands, and is not on.

        Args:
            timeline: the clock of the past; its speed is the one that is played.
            bar: of the buttons.
            go_on: goes on by so many seconds of the recording, backwards where they are below zero; returns whether it
                did, and not where the moment before is still awaited.
            parent: Qt's.
        """
        super().__init__(parent)
        self._timeline, self._bar, self._go_on = timeline, bar, go_on
        self.rate = 1.0
        """How fast it is played, when it is."""
        self._is_on = False
        self._turn_s = 0.0
        """When the last moment was asked for, on the monotonic clock."""
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.timeout.connect(self._on_frame)
        bar.play_wanted.connect(self.play_or_pause)
        bar.reverse_wanted.connect(self.reverse)
        bar.rate_wanted.connect(self.set_rate)
        bar.show_rate(self.rate)

    def switch(self, *, is_on: bool) -> None:
        """Whether there is a past to be played; without one it stands."""
        if not is_on:
            self.pause()
        self._is_on = is_on

    def play_or_pause(self) -> None:
        """Play forwards, or stand."""
        self._run(0.0 if self._timeline.rate > 0 else abs(self.rate))

    def reverse(self) -> None:
        """Play backwards, or stand."""
        self._run(0.0 if self._timeline.rate < 0 else -abs(self.rate))

    def pause(self) -> None:
        """Stand."""
        self._run(0.0)

    def set_rate(self, rate: float) -> None:
        """How fast it is played, in either direction."""
        self.rate = rate
        self._bar.show_rate(rate)
        running = self._timeline.rate
        if running:
            self._run(rate if running > 0 else -rate)

    def change_rate(self, by: int) -> None:
        """The next faster (1) or slower (-1) speed."""
        place = min(range(len(RATES)), key=lambda number: abs(RATES[number] - self.rate))
        self.set_rate(RATES[min(max(place + by, 0), len(RATES) - 1)])

    def _run(self, rate: float) -> None:
        if not self._is_on:
            return
        self._timeline.set_rate(rate)
        self._turn_s = monotonic_s()
        if rate:
            self._timer.start()
        else:
            self._timer.stop()
        self.changed.emit()

    def _on_frame(self) -> None:
        now_s = monotonic_s()
        passed_s = now_s - self._turn_s
        # one that is late is not asked for twice: the time goes on meanwhile
        if passed_s >= LEAST_TURN_S and self._go_on(self._timeline.rate * passed_s):
            self._turn_s = now_s
