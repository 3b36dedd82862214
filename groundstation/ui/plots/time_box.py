# SPDX-License-Identifier: Apache-2.0
"""What the mouse does on a plot, told and not done: all plots share one time axis. GUI thread."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtWidgets import QGraphicsSceneWheelEvent

from groundstation.ui.theme.inks import ink, veil
from groundstation.ui.theme.roles import Ink

STEP = 1.0 / 500
"""Of the exponent, for each eighth of a degree of the wheel: a notch shows a fifth less, or a quarter more."""
LEAST_BOX = 4.0
"""A box that is smaller is a slip of the hand, pixels."""
FILL = 40
"""Alpha of a box."""


class TimeBox(pg.ViewBox):
    """Wheel zooms time, a drag moves it, a drag with Shift or with the right button draws a box."""

    zoom_wanted = Signal(float, float)
    """How many times as much time is to be shown, and the moment under the mouse."""
    pan_wanted = Signal(float)
    """So many seconds later."""
    box_wanted = Signal(float, float, float, float)
    """Begin and end, seconds; least and greatest value, in the unit of the axis."""
    moment_wanted = Signal(float)
    """A click: the moment under it, seconds."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.setMouseEnabled(x=False, y=False)
        self.disableAutoRange()

    def dress(self) -> None:
        """Draw the box in the colours of now."""
        self.rbScaleBox.setPen(pg.mkPen(ink(Ink.ACCENT), width=1))
        self.rbScaleBox.setBrush(veil(Ink.ACCENT, FILL))

    def wheelEvent(self, event: QGraphicsSceneWheelEvent, axis: int | None = None) -> None:
        """pyqtgraph: the wheel was turned on the plot or on an axis."""
        if axis != 1:
            at_s = float(self.mapSceneToView(event.scenePos()).x())
            self.zoom_wanted.emit(2.0 ** (-event.delta() * STEP), at_s)
        event.accept()

    def mouseDragEvent(self, event: pg.MouseDragEvent, axis: int | None = None) -> None:
        """pyqtgraph: the mouse is moved with a button held."""
        event.accept()
        is_left = event.button() == Qt.MouseButton.LeftButton
        is_box = axis is None and (
            event.button() == Qt.MouseButton.RightButton
            or (is_left and bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            # begun as a box, it ends as one
            or self.rbScaleBox.isVisible()
        )
        if is_box:
            self._drag_box(event)
        elif is_left and axis != 1:
            last, now = (self.mapSceneToView(point).x() for point in (event.lastScenePos(), event.scenePos()))
            self.pan_wanted.emit(float(last - now))

    def mouseClickEvent(self, event: pg.MouseClickEvent) -> None:
        """pyqtgraph: the mouse was pressed and let go at one place."""
        place, point = self.sceneBoundingRect(), event.scenePos()
        # beside the plot, on the axis of values, is no time
        if event.button() == Qt.MouseButton.LeftButton and place.left() <= point.x() <= place.right():
            event.accept()
            self.moment_wanted.emit(float(self.mapSceneToView(point).x()))

    def _drag_box(self, event: pg.MouseDragEvent) -> None:
        begin, end = event.buttonDownScenePos(), event.scenePos()
        if not event.isFinish():
            self.updateScaleBox(self.mapFromScene(begin), self.mapFromScene(end))
            return
        self.rbScaleBox.hide()
        if max(abs(begin.x() - end.x()), abs(begin.y() - end.y())) < LEAST_BOX:
            return
        one, other = self.mapSceneToView(QPointF(begin)), self.mapSceneToView(QPointF(end))
        self.box_wanted.emit(*sorted((one.x(), other.x())), *sorted((one.y(), other.y())))
