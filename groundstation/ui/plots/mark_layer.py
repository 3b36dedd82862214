# SPDX-License-Identifier: Apache-2.0
"""Thin upright lines in a plot where something happened. GUI thread."""

from __future__ import annotations

import bisect
from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from groundstation.ui.plots.event_marks import Mark
from groundstation.ui.theme.inks import ink, veil
from groundstation.ui.theme.roles import Ink

STRENGTH = 110
"""Alpha of a line: curves are read through it."""
HEAD = 4.0
NEAR = 4.0
"""From so near, pixels, a mark is meant."""
MOST_TOLD = 6


class MarkLayer(pg.GraphicsObject):
    """Behind the curves."""

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(-5)
        self.marks: list[Mark] = []

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """Show these, in the order of time."""
        if list(marks) != self.marks:
            self.marks = list(marks)
            self.update()

    def near(self, time_s: float, second_px: float) -> list[Mark]:
        """Those under the mouse, the nearest first.

        Args:
            time_s: under it.
            second_px: width of a second, pixels.
        """
        reach_s = NEAR / max(second_px, 1e-9)
        first = bisect.bisect_left(self.marks, time_s - reach_s, key=lambda one: one.at_s)
        stop = bisect.bisect_right(self.marks, time_s + reach_s, key=lambda one: one.at_s)
        return sorted(self.marks[first:stop], key=lambda one: abs(one.at_s - time_s))[:MOST_TOLD]

    def viewRangeChanged(self) -> None:
        """pyqtgraph: other things are shown now."""
        self.prepareGeometryChange()

    def boundingRect(self) -> QRectF:
        """Qt: all that is shown."""
        return QRectF(self.viewRect())

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Qt: draws them, the calm ones first."""
        del option, widget
        shown, to_pixels = self.boundingRect(), painter.transform()
        painter.save()
        # in pixels: heads would be stretched with the axes
        painter.resetTransform()
        area = to_pixels.mapRect(shown)
        drawn: set[tuple[int, Ink]] = set()
        for one in sorted(self.marks, key=lambda one: one.ink is not Ink.MUTED):
            x = to_pixels.map(QPointF(one.at_s, shown.top())).x()
            # of several in one column of pixels one is seen
            if (round(x), one.ink) not in drawn and area.left() <= x <= area.right():
                drawn.add((round(x), one.ink))
                painter.setPen(QPen(veil(one.ink, STRENGTH), 1.0))
                painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(ink(one.ink))
                top = area.top()
                corners = [QPointF(x - HEAD, top), QPointF(x + HEAD, top), QPointF(x, top + 1.5 * HEAD)]
                painter.drawPolygon(QPolygonF(corners))
        painter.restore()
