# SPDX-License-Identifier: Apache-2.0
"""Paints where vehicles were, fading with age. GUI thread."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen

from groundstation.fleet.identity import VehicleKey
from groundstation.ui.history import History
from groundstation.ui.map_panel.mercator import Camera, Points, mercator_from_places
from groundstation.ui.map_panel.polygon import polygon_from_points
from groundstation.ui.theme.colours import vehicle_colour

FADES = (0.12, 0.3, 0.55, 0.9)
"""Opacity of the four parts of a trail, the oldest first."""
MAX_POINTS = 12_000
"""Of all trails together; more vehicles have coarser trails."""
BREAK_S = 4.0
"""Where no place was known for longer, the trail is broken."""


def paint_trails(
    painter: QPainter,
    camera: Camera,
    history: History,
    keys: list[VehicleKey],
    *,
    selected: frozenset[VehicleKey],
    since_s: float,
) -> None:
    """Draw the trails of these vehicles from a moment on.

    Args:
        painter: in screen coordinates.
        camera: what is shown.
        history: where they were.
        keys: whose trails.
        selected: whose trails are bolder.
        since_s: seconds on the station's monotonic clock.
    """
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for key in keys:
        trail = history.trail(key)
        if trail is None:
            continue
        times, places = trail
        start = int(np.searchsorted(times, since_s))
        times, places = times[start:], places[start:]
        pace = max(1, len(times) * len(keys) // MAX_POINTS)
        times, places = times[::-pace][::-1], places[::-pace][::-1]
        if len(times) > 1:
            points = camera.screen_points(mercator_from_places(places))
            _paint_trail(painter, points, times, vehicle_colour(key.id), key in selected)


def _paint_trail(painter: QPainter, points: Points, times: Points, colour: QColor, is_bold: bool) -> None:
    """Four parts that fade. A pen of one pixel is drawn fifteen times as fast as a wider one: two make a wider line."""
    age = (times - times[0]) / max(1e-9, times[-1] - times[0])
    offsets = (-0.4, 0.0, 0.4) if is_bold else (-0.25, 0.25)
    for number, fade in enumerate(FADES):
        low = int(np.searchsorted(age, number / len(FADES)))
        high = int(np.searchsorted(age, (number + 1) / len(FADES), side="right")) + 1
        ink = QColor(colour)
        ink.setAlphaF(fade)
        painter.setPen(QPen(ink, 1.0))
        for piece in _pieces(points[low:high], times[low:high]):
            for offset in offsets:
                painter.drawPolyline(polygon_from_points(piece + offset))


def _pieces(points: Points, times: Points) -> list[Points]:
    """Without unknown places, broken at long gaps, points on the same pixel left out."""
    known = np.isfinite(points).all(axis=1)
    points, times = points[known], times[known]
    if len(points) < 2:
        return []
    breaks = np.flatnonzero(np.diff(times) > max(BREAK_S, 1.5 * float(np.median(np.diff(times))))) + 1
    found = []
    for piece in np.split(points, breaks):
        if len(piece) < 2:
            continue
        moved = np.ones(len(piece), dtype=bool)
        moved[1:-1] = np.abs(np.diff(piece, axis=0)).max(axis=1)[:-1] > 0.4
        found.append(piece[moved])
    return found
