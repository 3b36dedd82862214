# SPDX-License-Identifier: Apache-2.0
"""What lies over a plot: hatching where nothing was read yet, a veil over what came after the playhead. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from groundstation.ui.theme.inks import veil
from groundstation.ui.theme.roles import Ink

VEIL = 165
"""Alpha of the veil: what is behind it has a third of its strength left."""
HATCH = 230
EDGE = 2.0


class Shades(pg.GraphicsObject):
    """Spans of time from top to bottom, above the curves."""

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(10)
        self.unread: list[tuple[float, float]] = []
        """Seconds."""
        self.later_s: float | None = None
        """From then on all is faint; None for nothing."""

    def show_spans(self, unread: Sequence[tuple[float, float]], later_s: float | None) -> None:
        """Show these."""
        if (list(unread), later_s) != (self.unread, self.later_s):
            self.unread, self.later_s = list(unread), later_s
            self.update()

    def viewRangeChanged(self) -> None:
        """pyqtgraph: other things are shown now."""
        self.prepareGeometryChange()

    def boundingRect(self) -> QRectF:
        """Qt: all that is shown."""
        return QRectF(self.viewRect())

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Qt: draws them."""
        del option, widget
        shown = self.boundingRect()
        to_pixels = painter.transform()
        painter.save()
        # in pixels: a pattern would be stretched with the axes
        painter.resetTransform()
        if self.later_s is not None and self.later_s < shown.right():
            left = max(shown.left(), self.later_s)
            box = to_pixels.mapRect(QRectF(left, shown.top(), shown.right() - left, shown.height()))
            # lines reach a pixel further than the plot
            painter.fillRect(box.adjusted(0, -EDGE, EDGE, EDGE), veil(Ink.SURFACE, VEIL))
        for begin_s, end_s in self.unread:
            left, right = max(begin_s, shown.left()), min(end_s, shown.right())
            if left < right:
                box = to_pixels.mapRect(QRectF(left, shown.top(), right - left, shown.height()))
                painter.fillRect(box, QBrush(veil(Ink.LINE, HATCH), Qt.BrushStyle.BDiagPattern))
        painter.restore()
