# SPDX-License-Identifier: Apache-2.0
"""From where vehicles get home: a circle, moved against the wind, and what is kept, in words. GUI thread."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication, QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from groundstation.fleet.awareness.reach import Reach
from groundstation.fleet.conditions import Level
from groundstation.ui.call_signs import call_sign
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.map_panel.label_placer import Box, Written
from groundstation.ui.map_panel.map_layer import Frame, Layer
from groundstation.ui.map_panel.mercator import Camera
from groundstation.ui.map_panel.worked_out import EDGE_PX, HEIGHT_PX, OLD_S, paint_words, pixel_of, radius_px
from groundstation.ui.theme.colours import level_role, vehicle_colour
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX
from groundstation.ui.units import fixed

KEY = "reach"
LITTLE_FRACTION = 0.2
"""Of who has less to spare at home the circle is drawn without being asked for."""
MOST = 8
DASHES = (2.0, 4.0)
_TURNS = (4, 3, 5, 2, 6, 1, 7, 0)
"""Eighths of a circle from north, below first, where its words may stand."""


class ReachLayer(Layer):
    """Of selected vehicles, and of those that have little to spare."""

    def __init__(self, feed: FleetView, written: Written | None = None) -> None:
        """Begin with none.

        Args:
            feed: what is known of the fleet.
            written: told where words stand; None where nobody asks.
        """
        self._feed, self._written = feed, written or Written()

    def drawn(self, frame: Frame) -> list[tuple[Reach, Level]]:
        """Those that are drawn, the least margin first."""
        watch = self._feed.awareness
        if not watch.reaches or abs(frame.now_s - watch.looked_s) > OLD_S:
            return []
        marks = {mark.key: mark.level for mark in frame.marks if mark.is_live}
        found = [
            (reach, marks[key])
            for key, reach in watch.reaches.items()
            if key in marks and (key in frame.selected or reach.margin_fraction < LITTLE_FRACTION)
        ]
        return sorted(found, key=lambda one: one[0].margin_fraction)[:MOST]

    def forget(self) -> None:
        """Hidden: labels may stand there again."""
        self._written.put(KEY, ())

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw all of them."""
        boxes: list[Box] = []
        painter.setFont(font(SMALL_PX))
        for reach, level in self.drawn(frame):
            _paint_circle(painter, frame.camera, reach, level)
            words = words_of(reach)
            width = metrics(SMALL_PX).horizontalAdvance(words) + 2 * EDGE_PX
            taken = [*self._written.others(KEY), *boxes]
            found = _place(frame.camera, reach, width, taken)
            if found is not None:
                paint_words(painter, words, _role(level, reach), found[0], found[1])
                boxes.append(found[0])
        self._written.put(KEY, boxes)


def words_of(reach: Reach) -> str:
    """What the circle means, and what is kept."""
    name = call_sign(reach.key)
    if reach.radius_m <= 0.0:
        return _tr("{name}: what is left is needed for landing alone").format(name=name)
    kept = fixed(reach.landing_s / 60.0)
    percent = fixed(reach.margin_fraction * 100.0, 0)
    if reach.margin_fraction < 0.0:
        return _tr("{name} does not get home: about {percent} % are missing; {kept} min kept for landing").format(
            name=name, percent=fixed(-reach.margin_fraction * 100.0, 0), kept=kept
        )
    return _tr(
        "{name} gets home from inside this, with about {percent} % to spare; {kept} min kept for landing"
    ).format(name=name, percent=percent, kept=kept)


def _role(level: Level, reach: Reach) -> Ink:
    # red and amber only where there is an alarm
    return level_role(level) if level >= Level.CAUTION and reach.margin_fraction < LITTLE_FRACTION else Ink.TEXT


def _paint_circle(painter: QPainter, camera: Camera, reach: Reach, level: Level) -> None:
    role = _role(level, reach)
    colour = vehicle_colour(reach.key.id) if role is Ink.TEXT else ink(role)
    radius = radius_px(camera, reach.centre, reach.radius_m)
    centre = QPointF(*pixel_of(camera, reach.centre))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(ink(Ink.BACKGROUND), 3.0), QPen(colour, 1.6)):
        pen.setDashPattern([one * 1.6 / pen.widthF() for one in DASHES])
        painter.setPen(pen)
        painter.drawEllipse(centre, radius, radius)


def _place(camera: Camera, reach: Reach, width: float, taken: list[Box]) -> tuple[Box, tuple[float, float]] | None:
    """Where on the circle its words stand, and the point of it that they are about; None for nowhere in view."""
    x, y = pixel_of(camera, reach.centre)
    radius = radius_px(camera, reach.centre, reach.radius_m)
    for turn in _TURNS:
        at = x + radius * math.sin(turn * math.pi / 4.0), y - radius * math.cos(turn * math.pi / 4.0)
        left = min(max(4.0, at[0] - width / 2.0), camera.width - width - 4.0)
        box = Box(left, at[1] - HEIGHT_PX / 2.0, left + width, at[1] + HEIGHT_PX / 2.0)
        is_in = 0.0 < at[0] < camera.width and box.top > 0.0 and box.bottom < camera.height
        if is_in and not any(box.touches(one) for one in taken):
            return box, at
    return None


def _tr(text: str) -> str:
    return QCoreApplication.translate("Map", text)
