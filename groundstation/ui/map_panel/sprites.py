# SPDX-License-Identifier: Apache-2.0
"""Small pictures that are drawn once and copied for each vehicle. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPixmap

SPRITE_PX = 32


def sprite(ratio: float) -> tuple[QPixmap, QPainter]:
    """A clear picture for a screen, and a painter whose origin is its middle."""
    pixels = QPixmap(round(SPRITE_PX * ratio), round(SPRITE_PX * ratio))
    # else it would be half as large on a screen of twice as many pixels
    pixels.setDevicePixelRatio(ratio)
    pixels.fill(Qt.GlobalColor.transparent)
    return pixels, painter_on(pixels)


def painter_on(pixels: QPixmap) -> QPainter:
    """A painter on such a picture, whose origin is its middle."""
    painter = QPainter(pixels)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(SPRITE_PX / 2, SPRITE_PX / 2)
    return painter
