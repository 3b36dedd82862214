# SPDX-License-Identifier: Apache-2.0
"""Measures along the ground: distance and bearing of each leg from click to click, and the whole way. GUI thread."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from groundstation.fleet.geometry import bearing_deg, distance_m, moved
from groundstation.fleet.settings.measures import Dimension
from groundstation.ui.map_panel.map_layer import Frame
from groundstation.ui.map_panel.map_tool import Click, Tool
from groundstation.ui.map_panel.mercator import WORLD_M, Camera, degrees_from_mercator, mercator_from_degrees
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX
from groundstation.ui.units import quantity, way_text

STRAIGHT_M = 20_000.0
"""Longer legs are drawn as the great circles that they are measured along, in pieces of about this length."""
MOST_PIECES = 64

Spot = tuple[float, float]
"""Latitude and longitude, degrees."""


class Leg(NamedTuple):
    """From one click to the next."""

    distance_m: float
    bearing_deg: float
    """From true north at its beginning."""


def leg(start: Spot, end: Spot) -> Leg:
    """What is measured between two places."""
    return Leg(distance_m(*start, *end), bearing_deg(*start, *end))


def length_words(metres: float) -> str:
    """A measured length, to three digits at least: more would be a promise that a sphere and a hand don't keep."""
    if metres < 99.95:
        return quantity(metres, Dimension.DISTANCE, 1)
    return way_text(metres, 2 if metres < 99_995 else 0)


def bearing_words(degrees: float) -> str:
    """A course as it is said: three digits, 360 is 000."""
    return f"{round(degrees) % 360:03d}°"


class MeasureTool(Tool):
    """A line of clicks that ends at the mouse."""

    def __init__(self) -> None:
        self.spots: list[Spot] = []

    def begin(self, lat_deg: float, lon_deg: float) -> None:
        """A new line from a place, degrees."""
        self.spots[:] = [(lat_deg, lon_deg)]

    def click(self, click: Click) -> bool:
        """One more corner."""
        self.spots.append((click.lat_deg, click.lon_deg))
        return True

    def put_away(self) -> None:
        """The line is gone."""
        self.spots.clear()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the line, and at the end of each leg what it measures."""
        mouse = [] if frame.mouse is None else [degrees_from_mercator(*frame.camera.world(*frame.mouse.toTuple()))]
        spots = [*self.spots, *mouse] if self.spots else []
        corners = [QPointF(*frame.camera.screen(*mercator_from_degrees(*spot))) for spot in spots]
        lines = [_line(frame.camera, *ends) for ends in pairwise(spots)]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # in both colours, so that it is seen on any ground
        for role, width in ((Ink.BACKGROUND, 4.5), (Ink.TEXT, 1.8)):
            for number, line in enumerate(lines):
                is_open = number == len(self.spots) - 1
                style = Qt.PenStyle.DashLine if is_open and role is Ink.TEXT else Qt.PenStyle.SolidLine
                painter.setPen(QPen(ink(role), width, style))
                painter.drawPolyline(line)
        painter.setPen(QPen(ink(Ink.BACKGROUND), 1.5))
        painter.setBrush(ink(Ink.TEXT))
        for corner in corners[: len(self.spots)]:
            painter.drawEllipse(corner, 4, 4)
        total = 0.0
        for number, (start, end) in enumerate(pairwise(spots)):
            found = leg(start, end)
            total += found.distance_m
            words = f"{length_words(found.distance_m)}  {bearing_words(found.bearing_deg)}"
            is_last = number == len(lines) - 1
            _paint_label(painter, frame, corners[number + 1], words, length_words(total) if is_last and number else "")


def _line(camera: Camera, start: Spot, end: Spot) -> list[QPointF]:
    """A leg on the screen; it goes on over longitude 180 instead of round the world."""
    found = leg(start, end)
    # at most so many: a leg round the world is one line among others
    pieces = min(MOST_PIECES, math.ceil(found.distance_m / STRAIGHT_M)) or 1
    way = (found.distance_m * number / pieces for number in range(1, pieces))
    course = math.radians(found.bearing_deg)
    between = [moved(*start, metres * math.cos(course), metres * math.sin(course)) for metres in way]
    world = WORLD_M / camera.scale_m
    points: list[QPointF] = []
    for spot in (start, *between, end):
        x, y = camera.screen(*mercator_from_degrees(*spot))
        # the copy of the world that is nearest to the last point
        points.append(QPointF(x + (round((points[-1].x() - x) / world) * world if points else 0.0), y))
    return points


def _paint_label(painter: QPainter, frame: Frame, at: QPointF, words: str, total: str) -> None:
    """What a leg measures beside its end, and the whole way below; on the side where there is room."""
    texts = [words, f"\N{GREEK CAPITAL LETTER SIGMA} {total}"] if total else [words]
    width = max(metrics(SMALL_PX, 600).horizontalAdvance(text) for text in texts) + 16
    height = 18 * len(texts) + 4
    left = at.x() + 12 if at.x() + 12 + width < frame.camera.width else at.x() - 12 - width
    top = min(max(at.y() - height / 2, 4.0), frame.camera.height - height - 4)
    back = ink(Ink.BACKGROUND)
    back.setAlpha(215)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(back)
    painter.drawRoundedRect(QRectF(left, top, width, height), 4, 4)
    painter.setFont(font(SMALL_PX, 600))
    painter.setPen(ink(Ink.TEXT))
    for row, text in enumerate(texts):
        box = QRectF(left + 8, top + 2 + 18 * row, width - 8, 18)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
