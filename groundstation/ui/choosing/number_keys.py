# SPDX-License-Identifier: Apache-2.0
"""Vehicles are selected by typing their numbers: `3`, `12`, `3-7`, `1,4,8-10`. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QWidget

from groundstation.fleet.fleet_filter import keys_of_numbers
from groundstation.fleet.summary import VehicleSummary
from groundstation.ui.choosing.group_desk import tr
from groundstation.ui.commanding.words import vehicle_count
from groundstation.ui.selection import Selection

PAUSE_MS = 1500
"""What is typed after a longer pause is another number."""
MOST_LETTERS = 60
SIGNS = "0123456789-,"
_HELD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class NumberKeys(QObject):
    """Selects with each letter what is written so far; says in a corner of the panel what that is."""

    def __init__(
        self,
        panel: QWidget,
        selection: Selection,
        summaries: Callable[[], Iterable[VehicleSummary]],
        watched: QWidget,
    ) -> None:
        """Listen.

        Args:
            panel: over whose lower edge it says what was typed.
            selection: shared by the window.
            summaries: gives the fleet as it is shown.
            watched: a list that would take the letters for itself.
        """
        super().__init__(panel)
        self._panel, self._selection, self._summaries = panel, selection, summaries
        self.text = ""
        """What was typed so far."""
        self.label = QLabel(panel)
        self.label.setProperty("role", "key")
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.hide()
        self._pause = QTimer(self, interval=PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(self.end)
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: before the list takes it."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self.take(event)
        return super().eventFilter(watched, event)

    def take(self, event: QKeyEvent) -> bool:
        """A key was pressed; True when it belongs to a number."""
        if event.modifiers() & _HELD:
            return False
        letter = event.text()
        if event.key() == Qt.Key.Key_Escape and self.text:
            self.end()
            return True
        if event.key() == Qt.Key.Key_Backspace and self.text:
            self._type(self.text[:-1])
            return True
        # a number begins with a digit: a minus sign alone means nothing
        is_ours = len(letter) == 1 and letter in SIGNS and (bool(self.text) or letter.isdecimal())
        if is_ours and len(self.text) < MOST_LETTERS:
            self._type(self.text + letter)
        return is_ours

    def end(self) -> None:
        """What is typed next is another number."""
        self.text = ""
        self._pause.stop()
        self.label.hide()

    def _type(self, text: str) -> None:
        self.text = text
        if not text:
            self.end()
            return
        keys = keys_of_numbers(text, self._summaries())
        # nobody of that number: who was selected stays so
        if keys:
            self._selection.select(tuple(keys))
        self.label.setText(f"{text}  {vehicle_count(len(keys)) if keys else tr('no such vehicle')}")
        self.label.adjustSize()
        self.label.move(12, self._panel.height() - self.label.height() - 12)
        self.label.show()
        self.label.raise_()
        self._pause.start()
