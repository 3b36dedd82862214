# SPDX-License-Identifier: Apache-2.0
"""A button that has to be held: by the mouse, or by the space bar or Enter. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import RADIUS, TEXT_PX
from groundstation.ui.timeline import monotonic_s

HOLD_S = 1.0
FRAME_MS = 30
_KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class HoldButton(QPushButton):
    """Fills while it is held; says `held` once it is full, and nothing when it is let go before."""

    held = Signal()
    let_go_after = Signal()
    """It was held long enough, and is let go of now: only from here on may the keyboard go elsewhere."""

    def __init__(self, clock: Callable[[], float] = monotonic_s, parent: QWidget | None = None) -> None:
        """Begin empty.

        Args:
            clock: monotonic seconds.
            parent: Qt's.
        """
        super().__init__(parent)
        self._clock = clock
        self._since_s: float | None = None
        self._is_spent = False
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.timeout.connect(self.look)
        self.setAutoDefault(False)

    @property
    def share(self) -> float:
        """How full it is, 0 to 1."""
        return 0.0 if self._since_s is None else min(1.0, (self._clock() - self._since_s) / HOLD_S)

    def look(self) -> None:
        """See whether it was held long enough."""
        # once for each time it is held: the hand stays on it for longer than a second
        if self.share >= 1.0 and not self._is_spent:
            self._is_spent = True
            self._timer.stop()
            self.held.emit()
        self.update()

    def let_go(self) -> None:
        """Back to empty."""
        # empty again before the signal, whose slot may hide or delete this button
        was_spent, self._is_spent = self._is_spent, False
        self._since_s = None
        self._timer.stop()
        self.update()
        if was_spent:
            self.let_go_after.emit()

    def _begin(self) -> None:
        if self._since_s is None and self.isEnabled():
            self._since_s = self._clock()
            self._timer.start()
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: begins to fill."""
        # without Qt's own press, which would give `clicked` for a short one
        if event.button() is Qt.MouseButton.LeftButton:
            self._begin()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: who leaves the button lets go."""
        if not self.rect().contains(event.position().toPoint()):
            self.let_go()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt: let go."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.let_go()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: space and Enter hold it too; their repetition is no second press."""
        if event.key() not in _KEYS:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            self._begin()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Qt: let go."""
        if event.key() not in _KEYS:
            super().keyReleaseEvent(event)
        elif not event.isAutoRepeat():
            self.let_go()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Qt: without the keyboard nobody holds it."""
        self.let_go()
        super().focusOutEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Qt: a disabled button isn't held, nor one whose window lost the keyboard."""
        is_away = event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow()
        if is_away or (event.type() == QEvent.Type.EnabledChange and not self.isEnabled()):
            self.let_go()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draws the button and how full it is."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        edge = Ink.ACCENT if self.isEnabled() else Ink.LINE
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink(Ink.ACCENT_SURFACE if self.isEnabled() else Ink.RAISED))
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        if self.share > 0.0:
            painter.setClipRect(QRectF(0, 0, self.width() * self.share, self.height()))
            painter.setBrush(ink(Ink.ACCENT))
            painter.drawRoundedRect(box, RADIUS, RADIUS)
            painter.setClipping(False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink(edge), 2.0 if self.hasFocus() else 1.0))
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        painter.setFont(font(TEXT_PX, 600))
        text = metrics(TEXT_PX, 600).elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width() - 16)
        full = self.width() * self.share
        # the text twice, each in its half: dark on what is filled, bright on what is not
        for left, width, role in (
            (0.0, full, Ink.BACKGROUND),
            (full, self.width() - full, Ink.TEXT if self.isEnabled() else Ink.MUTED),
        ):
            painter.setClipRect(QRectF(left, 0, width, self.height()))
            painter.setPen(ink(role))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)
        painter.end()
