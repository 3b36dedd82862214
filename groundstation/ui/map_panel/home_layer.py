# SPDX-License-Identifier: Apache-2.0
"""Where vehicles return to. GUI thread."""

from __future__ import annotations

import functools

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPixmap

from groundstation.ui.map_panel.map_layer import Frame, Layer
from groundstation.ui.map_panel.mercator import mercator_from_degrees
from groundstation.ui.map_panel.sprites import SPRITE_PX, sprite
from groundstation.ui.theme.inks import ink, wearing
from groundstation.ui.theme.roles import Ink

HOME_PX = 14
"""Homes nearer to each other than this share one mark."""


class HomeLayer(Layer):
    """A small house for each home; one for those that would cover each other."""

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw all of them."""
        camera = frame.camera
        drawn: set[tuple[int, int]] = set()
        for home in frame.homes:
            x, y = camera.screen(*mercator_from_degrees(*home))
            cell = (round(x / HOME_PX), round(y / HOME_PX))
            # a fleet stands on one field: hundreds of houses over each other would be drawn for one
            if cell in drawn or not (-20 < x < camera.width + 20 and -20 < y < camera.height + 20):
                continue
            drawn.add(cell)
            painter.drawPixmap(QPointF(x - SPRITE_PX / 2, y - SPRITE_PX / 2), _home(frame.ratio, wearing().theme.key))


@functools.lru_cache(maxsize=4)
def _home(ratio: float, theme: str) -> QPixmap:
    del theme  # by whose colours it is kept
    pixels, painter = sprite(ratio)
    painter.setPen(QPen(ink(Ink.TEXT), 1.4))
    painter.setBrush(ink(Ink.BACKGROUND))
    painter.drawEllipse(QPointF(0, 0), 10, 10)
    house = QPainterPath(QPointF(-5, 0))
    for dx, dy in ((0.0, -5.0), (5.0, 0.0)):
        house.lineTo(dx, dy)
    house.moveTo(-3.5, -1)
    for dx, dy in ((-3.5, 4), (3.5, 4), (3.5, -1)):
        house.lineTo(dx, dy)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(house)
    painter.end()
    return pixels
