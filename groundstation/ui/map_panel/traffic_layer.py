# SPDX-License-Identifier: Apache-2.0
"""Other aircraft that vehicles hear, and the line to whom one of them comes near. GUI thread.

Hollow and in no vehicle's colour: they are not ours, and nobody selects or commands them.
"""

from __future__ import annotations

from collections.abc import Hashable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from groundstation.fleet.awareness.traffic_near import FRESH_S, Aircraft, TrafficNear, aircraft_of
from groundstation.fleet.settings.measures import Dimension
from groundstation.fleet.shown_text import harmless
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.map_panel.label_placer import LabelPlacer, Wanted, Written
from groundstation.ui.map_panel.map_layer import Frame, Layer
from groundstation.ui.map_panel.worked_out import EDGE_PX, HEIGHT_PX, OLD_S, beside, in_view, paint_words, pixel_of
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.inks import ink, veil
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX
from groundstation.ui.units import age_text, fixed, quantity

KEY = "traffic"
LOOK_S = 0.5
SHOWN_S = 30.0
"""One that was not heard for so long is not drawn any more."""
MOST = 100
MARK_PX = 12.0
PLANE = QPolygonF([QPointF(0, -9), QPointF(7, 3), QPointF(2, 2), QPointF(0, 9), QPointF(-2, 2), QPointF(-7, 3)])


class TrafficLayer(Layer):
    """Draws all that is heard."""

    def __init__(self, feed: FleetView, written: Written | None = None) -> None:
        """Begin with none.

        Args:
            feed: what is known of the fleet.
            written: told where words stand; None where nobody asks.
        """
        self._feed, self._written = feed, written or Written()
        self._placer = LabelPlacer()
        self._looked: Hashable = None
        self.aircraft: list[Aircraft] = []
        """Those that are drawn, the newest first."""

    def stale(self, frame: Frame) -> Hashable:
        """Twice a second."""
        return frame.now_s // LOOK_S

    def renew(self, frame: Frame) -> None:
        """Look for all of them."""
        self._looked = self.stale(frame)
        found = aircraft_of(self._feed.fleet, frame.now_s, SHOWN_S)
        # what is simulated and what is real stand on one map, each heard by its own tree
        every = [one for some in found.values() for one in some]
        self.aircraft = sorted(every, key=lambda one: one.age_s)[:MOST]

    def forget(self) -> None:
        """Hidden: labels may stand there again."""
        self._written.put(KEY, ())

    def near(self, frame: Frame) -> list[tuple[TrafficNear, tuple[float, float]]]:
        """Whom an aircraft comes near, and where the vehicle is, Mercator metres; the soonest first."""
        watch = self._feed.awareness
        if not watch.traffic or abs(frame.now_s - watch.looked_s) > OLD_S:
            return []
        marks = {mark.key: (mark.x_m, mark.y_m) for mark in frame.marks if mark.is_live}
        found = [(one, marks[key]) for key, one in watch.traffic.items() if one.is_near and key in marks]
        return sorted(found, key=lambda one: one[0].in_s)

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw all of them."""
        if self._looked != self.stale(frame):
            self.renew(frame)
        soonest: dict[int, TrafficNear] = {}
        for near, place in self.near(frame):
            soonest.setdefault(near.aircraft.told.index, near)
            _paint_line(painter, frame, near, place)
        painter.setFont(font(SMALL_PX))
        wanted, points = [], {}
        for number, one in enumerate(self.aircraft):
            points[number] = _paint_aircraft(painter, frame, one)
            words = words_of(one, soonest.get(one.told.index))
            width = metrics(SMALL_PX).horizontalAdvance(words) + 2 * EDGE_PX
            wanted.append(Wanted(number, *points[number], width, HEIGHT_PX, one.told.index in soonest))
        placed = self._placer.place(wanted, self._written.others(KEY)) if wanted else {}
        boxes = in_view(frame.camera, placed)
        self._written.put(KEY, boxes.values())
        for number, one in enumerate(self.aircraft):
            if number in boxes:
                role = _role(one)
                paint_words(painter, words_of(one, soonest.get(one.told.index)), role, boxes[number], points[number])


def words_of(one: Aircraft, near: TrafficNear | None) -> str:
    """Who, how high, and how near it comes and when; of an old one since when."""
    # anybody transmits any call sign
    parts = [harmless(one.name)]
    if one.told.height_amsl_m is not None:
        parts.append(quantity(one.told.height_amsl_m, Dimension.HEIGHT, 0))
    if one.age_s > FRESH_S:
        parts.append(f"({age_text(one.age_s)})")
    elif near is not None:
        parts.append(f"{quantity(near.closest_m, Dimension.DISTANCE, 0)} · {fixed(near.in_s, 0)} s")
    return "  ".join(parts)


def _role(one: Aircraft) -> Ink:
    return Ink.MUTED if one.age_s > FRESH_S else Ink.TEXT


def _paint_aircraft(painter: QPainter, frame: Frame, one: Aircraft) -> tuple[float, float]:
    """Returns where it stands."""
    here = pixel_of(frame.camera, (one.told.lat_deg or 0.0, one.told.lon_deg or 0.0))
    painter.save()
    painter.translate(*here)
    painter.setBrush(veil(Ink.BACKGROUND, 200))
    painter.setPen(QPen(ink(_role(one)), 1.4, Qt.PenStyle.DashLine if one.age_s > FRESH_S else Qt.PenStyle.SolidLine))
    if one.told.track_deg is None:
        painter.drawRect(-5, -5, 10, 10)
    else:
        painter.rotate(one.told.track_deg)
        painter.drawPolygon(PLANE)
    painter.restore()
    return here


def _paint_line(painter: QPainter, frame: Frame, near: TrafficNear, place: tuple[float, float]) -> None:
    here = frame.camera.screen(*place)
    told = near.aircraft.told
    there = beside(frame.camera, here, pixel_of(frame.camera, (told.lat_deg or 0.0, told.lon_deg or 0.0)))
    pen = QPen(ink(Ink.TEXT), 1.2)
    pen.setDashPattern((4.0, 4.0))
    painter.setPen(pen)
    painter.drawLine(QPointF(*here), QPointF(*there))
