# SPDX-License-Identifier: Apache-2.0
"""Tells when recording gets into trouble, and when it is well again. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject

from groundstation.fleet.conditions import Level
from groundstation.fleet.recorder import recording_now
from groundstation.transport.bus import BusState
from groundstation.ui.commanding.desk import OperatorDesk


class RecordingWatch(QObject):
    """Looks at what recorders say a few times a second."""

    def __init__(self, desk: OperatorDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._words, self._was_heard = desk, "", False
        desk.feed.timeline.passed.connect(self._on_aged)

    def _on_aged(self, now_s: float) -> None:
        feed = self._desk.feed
        # without a broker no recorder is heard: that is said elsewhere, and is no fault of recording
        if feed.bus.state is not BusState.CONNECTED:
            return
        now = recording_now(feed.fleet.recorders.values(), now_s)
        words = now.problem or now.warning
        if not now.is_heard and self._was_heard:
            words = self.tr("the recorder is gone; it is started again, or start one: groundstation record")
        # a window that never had a recorder misses none
        self._was_heard = self._was_heard or now.is_heard
        if words and not _is_same(words, self._words):
            self._desk.noticed.emit(self.tr("Recording: {words}").format(words=words), Level.CAUTION)
        elif self._words and not words:
            self._desk.noticed.emit(self.tr("Recording goes on."), Level.NORMAL)
        self._words = words


def _is_same(words: str, others: str) -> bool:
    """Whether two lines differ only in their numbers, which count on."""
    return "".join(filter(_is_no_digit, words)) == "".join(filter(_is_no_digit, others))


def _is_no_digit(letter: str) -> bool:
    return not letter.isdigit()
