# SPDX-License-Identifier: Apache-2.0
"""What operators have drawn on the map, at this and at other stations. GUI thread."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from groundstation.fleet.drawings.drawing import Drawing, DrawingBoard, DrawnKind
from groundstation.fleet.geometry import moved
from groundstation.fleet.roster import Fleet
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.map_panel.drawing_desk import DrawingDesk
from groundstation.ui.map_panel.map_layer import Frame, Layer
from groundstation.ui.map_panel.mercator import Camera, Points, mercator_from_degrees, mercator_from_places
from groundstation.ui.map_panel.polygon import polygon_from_points
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.inks import ink, vehicle_ink, veil
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import TINY_PX

MARKER = (QPointF(0, 0), QPointF(-6, -11), QPointF(0, -17), QPointF(6, -11))
"""A pin whose lower end is the place."""
CORNERS = 72
"""Of a circle."""
NEAR_PX = 12.0
FAR_PX = 20_000.0
"""Beyond this a line is cut by Qt in vain: seen from near, a shape round the world is millions of pixels wide."""


class DrawingLayer(Layer):
    """Ours, and those of others with the name of who drew them."""

    def __init__(self, feed: FleetView, desk: DrawingDesk | None) -> None:
        """Ready.

        Args:
            feed: knows what others have drawn.
            desk: ours; None for a map on which nobody draws.
        """
        self._feed, self._desk = feed, desk

    def shown(self) -> list[tuple[Drawing, str]]:
        """Every drawing with the name of who drew it, empty for ours."""
        own = self._desk.own if self._desk is not None else ()
        ours = self._desk.actor.gs if self._desk is not None and self._desk.actor is not None else ""
        others = [board for board in self._boards() if board.by.gs != ours]
        found = [(one, board.by.op) for board in others for one in board.drawings if one.is_whole]
        return [*found, *((one, "") for one in own if one.is_whole)]

    def _boards(self) -> list[DrawingBoard]:
        fleet = self._feed.fleet
        return fleet.boards.all() if isinstance(fleet, Fleet) else []

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw all of them."""
        for one, by in self.shown():
            points = on_screen(frame.camera, one)
            if points is not None:
                paint_drawing(painter, one.kind, points, colour_of(one))
                _paint_text(painter, points, one, by)

    def own_at(self, frame: Frame, point: QPointF) -> Drawing | None:
        """The one of ours under a pixel; None for none."""
        for one in reversed(self._desk.own if self._desk is not None else ()):
            points = on_screen(frame.camera, one)
            if points is not None and _is_near(one.kind, points, point):
                return one
        return None


def colour_of(one: Drawing) -> QColor:
    """A colour of vehicles: none of them is one of an alarm."""
    return vehicle_ink(one.colour)


def on_screen(camera: Camera, one: Drawing) -> Points | None:
    """The corners in pixels, shape (n, 2); None for what is nowhere in the view."""
    places = np.array(one.places, dtype=np.float64)
    if one.kind is DrawnKind.CIRCLE:
        lat, lon = one.places[0]
        turns = (2 * math.pi * number / CORNERS for number in range(CORNERS))
        reach = one.radius_m or 0.0
        places = np.array([moved(lat, lon, reach * math.cos(turn), reach * math.sin(turn)) for turn in turns])
    points = mercator_from_places(places)
    # a step over longitude 180 is a short way, not one round the world
    around = mercator_from_degrees(0.0, 180.0)[0] * 2
    points[:, 0] = np.unwrap(points[:, 0], period=around)
    points[:, 0] += round((camera.x_m - float(points[0, 0])) / around) * around
    found = camera.screen_points(points)
    (left, top), (right, bottom) = found.min(axis=0), found.max(axis=0)
    is_out = right < -NEAR_PX or bottom < -NEAR_PX or left > camera.width + NEAR_PX or top > camera.height + 2 * NEAR_PX
    return None if is_out else np.clip(found, -FAR_PX, FAR_PX)


def paint_drawing(painter: QPainter, kind: DrawnKind, points: Points, colour: QColor) -> None:
    """Draw a shape with an edge in the ground's colour, so that it is seen on any ground."""
    if kind is DrawnKind.POINT:
        painter.setPen(QPen(ink(Ink.BACKGROUND), 1.4))
        painter.setBrush(colour)
        middle = QPointF(*points[0].tolist())
        painter.drawPolygon([middle + corner for corner in MARKER])
        return
    polygon = polygon_from_points(points)
    fill = colour.toRgb()
    fill.setAlpha(30)
    for pen in (QPen(ink(Ink.BACKGROUND), 3.6), QPen(colour, 1.6)):
        painter.setPen(pen)
        if kind is DrawnKind.LINE:
            painter.drawPolyline(polygon)
        else:
            painter.setBrush(fill if pen.color() == colour else Qt.BrushStyle.NoBrush)
            painter.drawPolygon(polygon)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_text(painter: QPainter, points: Points, one: Drawing, by: str) -> None:
    text = one.shown_text
    words = f"{text} · {by}" if by and text else text or by
    if not words:
        return
    top = points[int(np.argmin(points[:, 1]))]
    lift = 33.0 if one.kind is DrawnKind.POINT else 18.0
    width = metrics(TINY_PX, 600).horizontalAdvance(words) + 10.0
    box = QRectF(float(top[0]) - width / 2, float(top[1]) - lift, width, 15.0)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(veil(Ink.BACKGROUND, 180))
    painter.drawRoundedRect(box, 3, 3)
    painter.setFont(font(TINY_PX, 600))
    painter.setPen(colour_of(one))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)


def _is_near(kind: DrawnKind, points: Points, point: QPointF) -> bool:
    if kind is DrawnKind.POINT:
        return float(np.hypot(*(points[0] - (point.x(), point.y() + 8.0)))) < NEAR_PX
    ends = points if kind is DrawnKind.LINE else np.vstack([points, points[:1]])
    start, way = ends[:-1], np.diff(ends, axis=0)
    away = np.array((point.x(), point.y())) - start
    share = np.clip((away * way).sum(axis=1) / np.maximum((way**2).sum(axis=1), 1e-9), 0.0, 1.0)
    return bool((np.hypot(*(away - share[:, None] * way).T) < NEAR_PX).any())
