# SPDX-License-Identifier: Apache-2.0
"""The vehicles themselves. GUI thread."""

from __future__ import annotations

import functools

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap, QPolygonF

from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import Root, VehicleKey
from groundstation.ui.map_panel.map_layer import Frame, Layer
from groundstation.ui.map_panel.map_marks import MapMark
from groundstation.ui.map_panel.sprites import SPRITE_PX, sprite
from groundstation.ui.theme.colours import COLOURS, level_role, paint_dot, vehicle_place, vehicle_sign
from groundstation.ui.theme.inks import ink, vehicle_ink, veil, wearing
from groundstation.ui.theme.roles import Ink

ARROW = QPolygonF([QPointF(0, -11), QPointF(8, 9), QPointF(0, 4.5), QPointF(-8, 9)])
CLICK_PIXELS = 22.0
SHADOW = 0.45
"""How much is seen of a recording that is played beside a simulator: told from what flies, and from a lost link."""
HEADING_STEP_DEG = 3
"""Marks are drawn in steps of this: finer than the eye sees on an arrow of that size."""


class VehicleLayer(Layer):
    """A mark for each vehicle with a known place."""

    def __init__(self, *, is_live: bool = True) -> None:
        """Say which time is shown.

        Args:
            is_live: what is replayed now is the pale shadow of what is simulated now; in the past all is recorded.
        """
        self._is_live = is_live

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw every mark."""
        camera = frame.camera
        has_shadows = self._is_live and any(mark.key.root == Root.SIM.value for mark in frame.marks)
        for mark in frame.marks:
            x, y = camera.screen(mark.x_m, mark.y_m)
            painter.setOpacity(SHADOW if has_shadows and mark.key.root == Root.REPLAY.value else 1.0)
            # half a mark outside still reaches into the picture
            if -20 < x < camera.width + 20 and -20 < y < camera.height + 20:
                _paint_mark(painter, mark, x, y, mark.key in frame.selected)
        painter.setOpacity(1.0)

    def hit(self, frame: Frame, point: QPointF) -> VehicleKey | None:
        """The vehicle that is nearest to a pixel, within a finger's breadth."""
        nearest: tuple[float, VehicleKey | None] = (CLICK_PIXELS, None)
        for mark in frame.marks:
            x, y = frame.camera.screen(mark.x_m, mark.y_m)
            distance = ((x - point.x()) ** 2 + (y - point.y()) ** 2) ** 0.5
            nearest = min(nearest, (distance, mark.key), key=lambda one: one[0])
        return nearest[1]


def _paint_mark(painter: QPainter, mark: MapMark, x: float, y: float, is_selected: bool) -> None:
    if mark.level >= Level.CAUTION or is_selected:
        painter.save()
        painter.translate(x, y)
        if mark.level >= Level.CAUTION:
            _paint_halo(painter, mark)
        if is_selected:
            painter.setPen(QPen(ink(Ink.TEXT), 1.6))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(0, 0), 17, 17)
        painter.restore()
    # few directions, so that the same picture serves many vehicles
    heading = None if mark.heading_deg is None else round(mark.heading_deg / HEADING_STEP_DEG) * HEADING_STEP_DEG % 360
    # without a colour: the place is where it was last heard
    place = vehicle_place(mark.key.id) % COLOURS if mark.is_live else None
    sign = vehicle_sign(mark.key.id)
    arrow = _arrow(place, heading, mark.is_flying, sign, painter.device().devicePixelRatioF(), wearing().theme.key)
    painter.drawPixmap(QPointF(x - SPRITE_PX / 2, y - SPRITE_PX / 2), arrow)


@functools.lru_cache(maxsize=4096)
def _arrow(place: int | None, heading_deg: int | None, is_flying: bool, sign: int, ratio: float, theme: str) -> QPixmap:
    """A vehicle's mark; hollow without a colour, a disc without a heading, smaller on the ground, signed inside."""
    del theme  # by whose colours it is kept
    pixels, painter = sprite(ratio)
    if place is not None:
        painter.setPen(QPen(ink(Ink.BACKGROUND), 1.2))
        painter.setBrush(vehicle_ink(place))
    else:
        painter.setPen(QPen(ink(Ink.MUTED), 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
    if heading_deg is None:
        painter.drawEllipse(QPointF(0, 0), 6, 6)
    else:
        painter.rotate(heading_deg)
        if not is_flying:
            painter.scale(0.72, 0.72)
        painter.drawPolygon(ARROW)
    if sign:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink(Ink.BACKGROUND))
        paint_dot(painter, QRectF(-2.5, -2.5, 5, 5), sign)
    painter.end()
    return pixels


def _paint_halo(painter: QPainter, mark: MapMark) -> None:
    role = level_role(mark.level)
    painter.setPen(QPen(ink(role), 1.2, Qt.PenStyle.SolidLine if mark.is_live else Qt.PenStyle.DashLine))
    # hollow once somebody has acknowledged it
    painter.setBrush(Qt.BrushStyle.NoBrush if mark.is_known else veil(role, 34))
    radius = 22.0 if mark.is_live else 26.0
    painter.drawEllipse(QPointF(0, 0), radius, radius)
