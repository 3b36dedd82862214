# SPDX-License-Identifier: Apache-2.0
"""Several vehicles in one place: a disc with their number and the shape of the worst alarm. GUI thread."""

from __future__ import annotations

import functools

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPen, QPixmap

from groundstation.fleet.conditions import Level
from groundstation.ui.map_panel.crowd import Cluster
from groundstation.ui.map_panel.level_shapes import SHAPES
from groundstation.ui.map_panel.sprites import sprite
from groundstation.ui.theme.colours import level_role
from groundstation.ui.theme.fonts import font
from groundstation.ui.theme.icons import pixmap
from groundstation.ui.theme.inks import ink, veil, wearing
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TINY_PX

DISC_PX = 44
RADIUS = 12.0
SHAPE_PX = 14


def disc_of(cluster: Cluster, ratio: float) -> QPixmap:
    """Its picture, `DISC_PX` wide and high; the same for all that look the same."""
    return _disc(len(cluster.keys), cluster.level, ratio, wearing().theme.key, is_known=cluster.is_known)


@functools.lru_cache(maxsize=1024)
def _disc(count: int, level: Level, ratio: float, theme: str, *, is_known: bool) -> QPixmap:
    del theme  # by whose colours it is kept
    pixels, painter = sprite(ratio, DISC_PX)
    role = level_role(level) if level >= Level.CAUTION else Ink.TEXT
    painter.setPen(QPen(ink(Ink.BACKGROUND), 4.0))
    painter.setBrush(veil(Ink.BACKGROUND, 230))
    painter.drawEllipse(QPointF(0, 0), RADIUS, RADIUS)
    painter.setPen(QPen(ink(role), 1.8))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QPointF(0, 0), RADIUS, RADIUS)
    painter.setFont(font(SMALL_PX if count < 100 else TINY_PX, 700))
    painter.setPen(ink(Ink.TEXT))
    # beyond that a disc has no room, and nobody counts
    text = str(count) if count < 1_000 else "999+"
    painter.drawText(QRectF(-RADIUS, -RADIUS, 2 * RADIUS, 2 * RADIUS), Qt.AlignmentFlag.AlignCenter, text)
    shape = SHAPES.get((level, is_known))
    if shape is not None:
        # behind it, so that it is told from the ring
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink(Ink.BACKGROUND))
        painter.drawEllipse(QPointF(RADIUS, -RADIUS), SHAPE_PX / 2 + 0.5, SHAPE_PX / 2 + 0.5)
        corner = QPointF(RADIUS - SHAPE_PX / 2, -RADIUS - SHAPE_PX / 2)
        painter.drawPixmap(corner, pixmap(shape, SHAPE_PX, role, ratio))
    painter.end()
    return pixels
