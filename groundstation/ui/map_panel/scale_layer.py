# SPDX-License-Identifier: Apache-2.0
"""Scale bar and the place under the mouse, lower left. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from groundstation.ui.map_panel.map_layer import Frame, Layer
from groundstation.ui.map_panel.mercator import degrees_from_mercator
from groundstation.ui.theme.fonts import font
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX
from groundstation.ui.units import distance_text, place_shown, round_length


class ScaleLayer(Layer):
    """Above everything, so that distances can always be read."""

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw both."""
        camera = frame.camera
        # metres on the ground in the middle: Mercator stretches with the latitude
        length_m = round_length(camera.ground_scale_m * 140)
        pixels = length_m / camera.ground_scale_m
        y = camera.height - 18
        painter.setFont(font(SMALL_PX, 500))
        text = distance_text(length_m)
        place = ""
        if frame.mouse is not None:
            lat, lon = degrees_from_mercator(*camera.world(frame.mouse.x(), frame.mouse.y()))
            place = place_shown(lat, lon)
        back = ink(Ink.BACKGROUND)
        back.setAlpha(170)
        width = pixels + 24 + painter.fontMetrics().horizontalAdvance(text + place) + (28 if place else 12)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(back)
        painter.drawRoundedRect(QRectF(8, y - 13, width, 24), 4, 4)
        painter.setPen(QPen(ink(Ink.TEXT), 1.4))
        painter.drawPolyline(
            [QPointF(18, y - 4), QPointF(18, y + 3), QPointF(18 + pixels, y + 3), QPointF(18 + pixels, y - 4)]
        )
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(26 + pixels, y - 12, 100, 22), left, text)
        painter.setPen(ink(Ink.MUTED))
        painter.drawText(QRectF(width - painter.fontMetrics().horizontalAdvance(place), y - 12, 300, 22), left, place)
