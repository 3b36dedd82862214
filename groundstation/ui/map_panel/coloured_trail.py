# SPDX-License-Identifier: Apache-2.0
"""A trail in the colours of a scale. GUI thread."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QPainter, QPen

from groundstation.ui.map_panel.mercator import Points
from groundstation.ui.map_panel.polygon import polygon_from_points
from groundstation.ui.map_panel.trail_scale import SHADES, Steps
from groundstation.ui.theme.colours import error_colour
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink

OFFSETS = (-0.5, 0.5)
"""A pen of one pixel is drawn fifteen times as fast as a wider one: two make a wider line."""


def runs_of(shades: Steps, times: Points, gap_s: float) -> list[tuple[int, int, int]]:
    """Parts of one colour: from which point, up to which, in which step of the scale.

    Args:
        shades: of each point, -1 for unknown.
        times: of each point, seconds.
        gap_s: over a longer time without a place there is no line.

    Returns:
        The parts; neighbours share a point, but over a gap.
    """
    cuts = np.diff(times) > gap_s
    # a step has the colour of the place that it leads to
    edges = np.flatnonzero(cuts[1:] | cuts[:-1] | (shades[2:] != shades[1:-1])) + 1
    starts = [0, *edges.tolist()]
    stops = [*edges.tolist(), len(shades) - 1]
    return [
        (start, stop, int(shades[stop]))
        for start, stop in zip(starts, stops, strict=True)
        if stop > start and not (stop == start + 1 and cuts[start])
    ]


def paint_coloured(painter: QPainter, points: Points, shades: Steps, times: Points, gap_s: float) -> None:
    """Draw it; what is unknown is a thin grey line.

    Args:
        painter: in screen coordinates.
        points: the way, pixels.
        shades: step of the scale of each point, -1 for unknown.
        times: of each point, seconds.
        gap_s: over a longer time without a place there is no line.
    """
    for start, stop, shade in runs_of(shades, times, gap_s):
        polygon = polygon_from_points(points[start : stop + 1])
        painter.setPen(QPen(ink(Ink.MUTED) if shade < 0 else error_colour(shade / (SHADES - 1)), 1.0))
        for offset in OFFSETS if shade >= 0 else (0.0,):
            painter.translate(offset, offset)
            painter.drawPolyline(polygon)
            painter.translate(-offset, -offset)
