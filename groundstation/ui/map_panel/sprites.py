# SPDX-License-Identifier: Apache-2.0
"""Small pictures that are drawn once and copied for each vehicle. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPixmap

SPRITE_PX = 32


def sprite(ratio: float, side: int = SPRITE_PX) -> tuple[QPixmap, QPainter]:
    """A clear picture for a screen, so many logical pixels wide and high, and a painter whose origin is its middle."""
    pixels = QPixmap(round(side * ratio), round(side * ratio))
    # else it would be half as large on a screen of twice as many pixels
    pixels.setDevicePixelRatio(ratio)
    pixels.fill(Qt.GlobalColor.transparent)
    return pixels, painter_on(pixels, side)


def painter_on(pixels: QPixmap, side: int = SPRITE_PX) -> QPainter:
    """A painter on such a picture, whose origin is its middle."""
    painter = QPainter(pixels)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(side / 2, side / 2)
    return painter
