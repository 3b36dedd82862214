# SPDX-License-Identifier: Apache-2.0
"""A rectangle that is drawn with Shift held selects who is in it. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen

from groundstation.fleet.identity import VehicleKey
from groundstation.ui.map_panel.map_layer import Frame
from groundstation.ui.theme.inks import ink, veil
from groundstation.ui.theme.roles import Ink

LEAST_PX = 5.0
"""A press that moves less is a click."""


class BoxSelect:
    """The rectangle of one map, from the press to the release."""

    def __init__(self) -> None:
        self._start: QPointF | None = None
        self._end = QPointF()

    @property
    def is_held(self) -> bool:
        """Whether the button is down."""
        return self._start is not None

    @property
    def rect(self) -> QRectF | None:
        """The rectangle in pixels; None while it is no more than a click."""
        start, end = self._start, self._end
        if start is None or max(abs(end.x() - start.x()), abs(end.y() - start.y())) < LEAST_PX:
            return None
        return QRectF(start, end).normalized()

    def begin(self, point: QPointF) -> None:
        """The button was pressed there."""
        self._start, self._end = QPointF(point), QPointF(point)

    def drag(self, point: QPointF) -> None:
        """The mouse has moved there."""
        self._end = QPointF(point)

    def cancel(self) -> None:
        """Nothing is selected."""
        self._start = None

    def end(self, frame: Frame) -> tuple[VehicleKey, ...] | None:
        """The button was let go.

        Returns:
            Who is in the rectangle, in discs too, in the order of drawing; None where it was a click.
        """
        rect, self._start = self.rect, None
        if rect is None:
            return None
        places = zip(frame.marks, frame.pixels().tolist(), strict=True)
        return tuple(mark.key for mark, (x, y) in places if rect.contains(QPointF(x, y)))

    def paint(self, painter: QPainter) -> None:
        """Draw it."""
        rect = self.rect
        if rect is not None:
            painter.setPen(QPen(ink(Ink.ACCENT), 1.2))
            painter.setBrush(veil(Ink.ACCENT, 36))
            painter.drawRect(rect)
