# SPDX-License-Identifier: Apache-2.0
"""Where vehicles were told to go: a small cross, and a line to it from the vehicle. GUI thread."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from groundstation.fleet.identity import VehicleKey
from groundstation.ui.map_panel.map_layer import Frame, Layer
from groundstation.ui.map_panel.mercator import WORLD_M, mercator_from_degrees
from groundstation.ui.theme.colours import vehicle_colour
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink

CROSS = 6.0
RING = 10.0


class MapTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A place that a command names."""

    key: VehicleKey
    lat_deg: float
    lon_deg: float
    is_given: bool = True
    """False while it only stands in the fields of an order."""


class TargetLayer(Layer):
    """Shows the places that vehicles were told."""

    def __init__(self) -> None:
        self.targets: list[MapTarget] = []

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw all of them."""
        camera = frame.camera
        places = {mark.key: (mark.x_m, mark.y_m) for mark in frame.marks} if self.targets else {}
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for one in self.targets:
            x, y = camera.screen(*mercator_from_degrees(one.lat_deg, one.lon_deg))
            colour = vehicle_colour(one.key.id) if one.is_given else ink(Ink.TEXT)
            start = places.get(one.key)
            if start is not None:
                style = Qt.PenStyle.DashLine if one.is_given else Qt.PenStyle.DotLine
                painter.setPen(QPen(colour, 1.2, style))
                # from the place to the vehicle's copy that is nearest to it: never round the world
                from_x, from_y = camera.screen(*start)
                world = WORLD_M / camera.scale_m
                from_x += round((x - from_x) / world) * world
                painter.drawLine(QPointF(from_x, from_y), QPointF(x, y))
            # with an edge in the other colour, so that it is seen on any ground
            painter.setPen(QPen(ink(Ink.BACKGROUND), 4.0))
            _cross(painter, x, y)
            painter.setPen(QPen(colour, 1.8))
            _cross(painter, x, y)


def _cross(painter: QPainter, x: float, y: float) -> None:
    painter.drawLine(QPointF(x - CROSS, y - CROSS), QPointF(x + CROSS, y + CROSS))
    painter.drawLine(QPointF(x - CROSS, y + CROSS), QPointF(x + CROSS, y - CROSS))
    painter.drawEllipse(QPointF(x, y), RING, RING)
