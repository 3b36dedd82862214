# SPDX-License-Identifier: Apache-2.0
"""How layers draw what is worked out and not told: words in a frame, circles on the ground. GUI thread."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from groundstation.ui.map_panel.label_placer import Box
from groundstation.ui.map_panel.mercator import WORLD_M, Camera, mercator_from_degrees, stretch
from groundstation.ui.theme.inks import ink, veil
from groundstation.ui.theme.roles import Ink

HEIGHT_PX, EDGE_PX = 18.0, 6.0
OLD_S = 2.0
"""What was worked out longer ago is no news of now, and is not drawn."""


def beside(camera: Camera, one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """The copy of a pixel's place that is nearest to another: never round the world."""
    world = WORLD_M / camera.scale_m
    return other[0] + round((one[0] - other[0]) / world) * world, other[1]


def pixel_of(camera: Camera, place: tuple[float, float]) -> tuple[float, float]:
    """Where a place, latitude and longitude, stands on the screen."""
    return camera.screen(*mercator_from_degrees(*place))


def radius_px(camera: Camera, place: tuple[float, float], radius_m: float) -> float:
    """How large a circle on the ground is there."""
    return radius_m * stretch(mercator_from_degrees(*place)[1]) / camera.scale_m


def in_view(camera: Camera, boxes: Mapping[Hashable, Box]) -> dict[Hashable, Box]:
    """Boxes that reach into the view, moved until all of each stands in it."""
    found = {}
    for key, box in boxes.items():
        if not box.touches(Box(0.0, 0.0, camera.width, camera.height)):
            continue
        right = min(0.0, camera.width - 2.0 - box.right) + max(0.0, 2.0 - box.left)
        down = min(0.0, camera.height - 2.0 - box.bottom) + max(0.0, 2.0 - box.top)
        found[key] = Box(box.left + right, box.top + down, box.right + right, box.bottom + down)
    return found


def paint_words(painter: QPainter, words: str, role: Ink, box: Box, of: tuple[float, float]) -> None:
    """Words in a frame, with a line to what they are about where they stand away from it.

    Args:
        painter: its font is the one that the box was measured in.
        words: in one line.
        role: colour of words and frame.
        box: where.
        of: the pixel that they are about.
    """
    across, down = min(max(of[0], box.left), box.right), min(max(of[1], box.top), box.bottom)
    if math.hypot(across - of[0], down - of[1]) > HEIGHT_PX:
        painter.setPen(QPen(ink(Ink.MUTED), 1.0))
        painter.drawLine(QPointF(*of), QPointF(across, down))
    area = QRectF(box.left, box.top, box.right - box.left, box.bottom - box.top)
    painter.setPen(QPen(ink(role), 1.2))
    painter.setBrush(veil(Ink.SURFACE, 235))
    painter.drawRoundedRect(area, 3.0, 3.0)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)
