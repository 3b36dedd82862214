# SPDX-License-Identifier: Apache-2.0
"""A label that gives way: where there is no room its text ends in dots. GUI thread; plain text only."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

LEAST_WIDTH = 80


class ElidingLabel(QLabel):
    """A text from outside may be long; it must not push the window off the screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        """Qt: a few words at least."""
        return QSize(min(LEAST_WIDTH, self.sizeHint().width()), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draws as much as there is room for."""
        del event
        painter = QPainter(self)
        # a style sheet puts its colour there; drawn by hand it has to be asked for
        painter.setPen(self.palette().windowText().color())
        room = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()
