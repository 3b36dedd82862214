# SPDX-License-Identifier: Apache-2.0
"""What the colours of trails mean, above the scale bar. GUI thread."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from groundstation.fleet.value_path import field_of
from groundstation.ui.map_panel.map_layer import Frame, Layer
from groundstation.ui.map_panel.trail_scale import SHADES, TrailScale, value_words
from groundstation.ui.theme.colours import error_colour
from groundstation.ui.theme.fonts import font
from groundstation.ui.theme.inks import ink, veil
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TINY_PX
from groundstation.ui.units import in_unit, unit_shown

WIDTH, HEIGHT = 188.0, 46.0
ABOVE = 38.0
"""The scale bar stands below."""


class TrailLegend(Layer):
    """Nothing while trails have the vehicles' own colours."""

    def __init__(self, scale: TrailScale) -> None:
        self._scale = scale

    def texts(self) -> tuple[str, str, str]:
        """What is written: the value, and both ends."""
        unit = unit_shown(field_of(self._scale.path))
        low, high = (in_unit(end if math.isfinite(end) else None, unit) for end in (self._scale.low, self._scale.high))
        return value_words(self._scale.path), low, high

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw it."""
        if not self._scale.path:
            return
        left, top = 8.0, frame.camera.height - ABOVE - HEIGHT
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(veil(Ink.BACKGROUND, 200))
        painter.drawRoundedRect(QRectF(left, top, WIDTH, HEIGHT), 4, 4)
        step = (WIDTH - 16) / SHADES
        for shade in range(SHADES):
            painter.fillRect(
                QRectF(left + 8 + shade * step, top + 20, step + 0.5, 8), error_colour(shade / (SHADES - 1))
            )
        title, low, high = self.texts()
        painter.setFont(font(SMALL_PX, 600))
        painter.setPen(ink(Ink.TEXT))
        shown = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, round(WIDTH) - 16)
        painter.drawText(QRectF(left + 8, top + 2, WIDTH - 16, 17), Qt.AlignmentFlag.AlignLeft, shown)
        painter.setFont(font(TINY_PX, 500))
        box = QRectF(left + 8, top + 29, WIDTH - 16, 15)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft, low)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight, high)
