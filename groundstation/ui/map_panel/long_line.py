# SPDX-License-Identifier: Apache-2.0
"""Lines of thousands of points that look wide and are drawn in a moment. GUI thread.

Qt draws a line of one pixel by itself, and works out the outline of a wider one: of a thousand points it takes seventy
times as long; and ten times as long for a colour that can be seen through. So long lines are made of some hairlines
side by side, in the colour that would be seen on the ground of the map.
"""

from __future__ import annotations

from PySide6.QtGui import QColor, QPainter, QPen

from groundstation.ui.map_panel.mercator import Points
from groundstation.ui.map_panel.polygon import polygon_from_points
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink

MOST_WIDE = 150
"""Points of a line that is drawn with a wide pen."""
BESIDE = {
    1: ((0.0, 0.0),),
    2: ((-0.4, -0.4), (0.4, 0.4)),
    5: ((-1.6, 0.0), (1.6, 0.0), (0.0, -1.6), (0.0, 1.6)),
}
"""For a width in pixels where the hairlines go."""


def draw_line(painter: QPainter, points: Points, colour: QColor, width_px: float) -> None:
    """Draw a line.

    Args:
        painter: with its hints set.
        points: pixels, (n, 2).
        colour: of the line.
        width_px: of the line; of a long one the nearest of `BESIDE`.
    """
    if len(points) <= MOST_WIDE:
        painter.setPen(QPen(colour, width_px))
        painter.drawPolyline(polygon_from_points(points))
        return
    painter.setPen(QPen(_on_ground(colour), 1.0))
    nearest = min(BESIDE, key=lambda one: abs(one - width_px))
    for shift in BESIDE[nearest]:
        painter.drawPolyline(polygon_from_points(points + shift))


def _on_ground(colour: QColor) -> QColor:
    share, ground = colour.alphaF(), ink(Ink.BACKGROUND)
    pairs = (
        (colour.redF(), ground.redF()),
        (colour.greenF(), ground.greenF()),
        (colour.blueF(), ground.blueF()),
    )
    return QColor.fromRgbF(*(share * one + (1.0 - share) * other for one, other in pairs))
