# SPDX-License-Identifier: Apache-2.0
"""A panel that looks again and again at what is known. GUI thread."""

from __future__ import annotations

from abc import abstractmethod

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget


class LivePanel(QWidget):
    """Works only while it is seen: a panel behind another one costs nothing."""

    def __init__(self, period_ms: int, parent: QWidget | None = None) -> None:
        """Nothing is shown yet.

        Args:
            period_ms: between two looks.
            parent: Qt's.
        """
        super().__init__(parent)
        self.setObjectName("panel")
        self._timer = QTimer(self, interval=period_ms)
        self._timer.timeout.connect(self.on_time)

    @abstractmethod
    def refresh(self) -> None:
        """Show everything as it is now."""

    def on_time(self) -> None:
        """It is time for the next look."""
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: begins to work."""
        super().showEvent(event)
        self.refresh()
        # behind the first look: a panel must not show what was true when it was hidden
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Qt: stops working."""
        self._timer.stop()
        super().hideEvent(event)
