# SPDX-License-Identifier: Apache-2.0
"""A recording that is played beside a simulator: a line to its shadow, and how far they are apart. GUI thread."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from groundstation.fleet.identity import Root
from groundstation.fleet.shadows import shadows
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.language.shown import shown
from groundstation.ui.map_panel.map_layer import Frame, Layer
from groundstation.ui.map_panel.map_marks import MapMark
from groundstation.ui.map_panel.mercator import WORLD_M
from groundstation.ui.theme.fonts import font
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import TINY_PX

LEAST_PX = 3.0
"""Nearer than this on the screen a line says nothing; the number still stands."""
WORDS_PX = 90.0


class ShadowLayer(Layer):
    """Pairs of a replayed and a simulated vehicle."""

    def __init__(self, feed: FleetView) -> None:
        """Nothing is drawn where nothing is replayed and simulated at once.

        Args:
            feed: what is known of the fleet.
        """
        self._feed = feed
        self._has_both = False
        self._looked_at: Sequence[MapMark] = ()

    def stale(self, frame: Frame) -> Hashable:
        """The fleet was looked at anew."""
        return id(frame.marks)

    def renew(self, frame: Frame) -> None:
        """Mostly there is nothing of the kind: not to be looked for in each frame."""
        self._looked_at = frame.marks
        roots = {mark.key.root for mark in frame.marks}
        self._has_both = {Root.REPLAY.value, Root.SIM.value} <= roots

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw all of them."""
        if self._looked_at is not frame.marks:
            self.renew(frame)
        if not self._has_both:
            return
        # a distance to where one was last heard would look like one of now
        places = {mark.key: (mark.x_m, mark.y_m) for mark in frame.marks if mark.is_live}
        if not {Root.REPLAY.value, Root.SIM.value} <= {key.root for key in places}:
            return
        painter.setFont(font(TINY_PX))
        world = WORLD_M / frame.camera.scale_m
        for one in shadows(self._feed.fleet):
            if one.recorded not in places or one.simulated not in places:
                continue
            x, y = frame.camera.screen(*places[one.simulated])
            from_x, from_y = frame.camera.screen(*places[one.recorded])
            # the nearest copy: never round the world
            from_x += round((x - from_x) / world) * world
            if abs(x - from_x) + abs(y - from_y) > LEAST_PX:
                painter.setPen(QPen(ink(Ink.PAST), 1.2, Qt.PenStyle.DotLine))
                painter.drawLine(QPointF(from_x, from_y), QPointF(x, y))
            box = QRectF((x + from_x) / 2.0 - WORDS_PX / 2.0, (y + from_y) / 2.0 + 14.0, WORDS_PX, 16.0)
            painter.setPen(ink(Ink.PAST))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{shown(one.distance_m):.1f} m")
