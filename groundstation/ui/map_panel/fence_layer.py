# SPDX-License-Identifier: Apache-2.0
"""Fences and rally points that vehicles have. Neutral in colour: red and amber are alarms. GUI thread."""

from __future__ import annotations

import functools
from collections.abc import Hashable

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPixmap

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.map_panel.map_layer import Frame, Layer
from groundstation.ui.map_panel.mercator import mercator_from_degrees
from groundstation.ui.map_panel.mission_layer import DIM, LOOK_S, on_screen
from groundstation.ui.map_panel.plan_filter import PlanFilter
from groundstation.ui.map_panel.plan_shapes import PlanShapes, Ring
from groundstation.ui.map_panel.polygon import polygon_from_points
from groundstation.ui.map_panel.sprites import SPRITE_PX, sprite
from groundstation.ui.theme.colours import vehicle_colour
from groundstation.ui.theme.fonts import font
from groundstation.ui.theme.inks import ink, wearing
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import TINY_PX

DASHES = (6.0, 4.0)


class FenceLayer(Layer):
    """Where vehicles stay, what they keep out of, and where they may go in need."""

    def __init__(self, feed: FleetView) -> None:
        self._feed = feed
        self.filter = PlanFilter()
        """Whose are drawn."""
        self._shapes = PlanShapes()
        self._looked_at: float | None = None
        self._known: tuple[tuple[VehicleKey, object, object], ...] = ()

    def stale(self, frame: Frame) -> Hashable:
        """Another fence, other points, another selection."""
        turn = frame.now_s // LOOK_S
        if turn != self._looked_at:
            self._looked_at = turn
            lists = ((state.key, state.fence_list, state.rally_list) for state in self._feed.fleet)
            self._known = tuple(
                (key, fence and fence.hash, rally and rally.hash) for key, fence, rally in lists if fence or rally
            )
        return self._known, frame.selected, self.filter.state

    def is_empty(self, frame: Frame) -> bool:
        """No vehicle has told of any."""
        return not self._keys(frame)

    def _keys(self, frame: Frame) -> frozenset[VehicleKey]:
        self.stale(frame)
        return frozenset(key for key, *_ in self._known)

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw those of all vehicles once each: a fleet has mostly one fence."""
        drawn: set[str] = set()
        # nobody else is gone through: a fleet of a thousand in each frame of a movement would be felt
        known = self._keys(frame)
        told = (one for one in self._feed.fleet if one.key in known) if known else ()
        shown = (one for one in told if self.filter.shows(one.key, frame.selected))
        states = sorted(shown, key=lambda one: one.key not in frame.selected)
        for state in states:
            is_chosen = state.key in frame.selected
            fence = state.fence_list
            if fence is not None and fence.hash not in drawn:
                drawn.add(fence.hash)
                for ring in self._shapes.rings(state):
                    _paint_ring(painter, frame, ring, is_chosen=is_chosen)
            rally = state.rally_list
            if rally is not None and rally.hash not in drawn:
                drawn.add(rally.hash)
                self._paint_rallies(painter, frame, state, is_chosen=is_chosen)

    def _paint_rallies(self, painter: QPainter, frame: Frame, state: VehicleState, *, is_chosen: bool) -> None:
        for number, place in self._shapes.rallies(state):
            x, y = frame.camera.screen(*mercator_from_degrees(*place))
            flag = _flag(state.key.id, is_chosen, frame.ratio, wearing().theme.key)
            painter.drawPixmap(QPointF(x - SPRITE_PX / 2, y - SPRITE_PX / 2), flag)
            if is_chosen:
                painter.setFont(font(TINY_PX, 500))
                painter.setPen(ink(Ink.MUTED))
                painter.drawText(
                    QRectF(x + 12, y - 8, 60, 16),
                    Qt.AlignmentFlag.AlignVCenter,
                    _tr("rally {number}").format(number=number),
                )


def _paint_ring(painter: QPainter, frame: Frame, ring: Ring, *, is_chosen: bool) -> None:
    points = polygon_from_points(on_screen(frame, ring.points))
    colour = ink(Ink.TEXT)
    colour.setAlphaF(0.75 if is_chosen else DIM)
    pen = QPen(colour, 1.4)
    if ring.is_inside:
        pen.setDashPattern(DASHES)
        painter.setBrush(Qt.BrushStyle.NoBrush)
    else:
        # hatched: told from a border to stay inside without any colour
        fill = ink(Ink.TEXT)
        fill.setAlphaF(0.3 if is_chosen else 0.15)
        painter.setBrush(fill)
        brush = painter.brush()
        brush.setStyle(Qt.BrushStyle.BDiagPattern)
        painter.setBrush(brush)
    painter.setPen(pen)
    painter.drawPolygon(points)
    painter.setBrush(Qt.BrushStyle.NoBrush)


@functools.lru_cache(maxsize=64)
def _flag(vehicle_id: str, is_chosen: bool, ratio: float, theme: str) -> QPixmap:
    del theme  # by whose colours it is kept
    pixels, painter = sprite(ratio)
    if not is_chosen:
        painter.setOpacity(DIM + 0.15)
    painter.setPen(QPen(ink(Ink.TEXT), 1.4))
    painter.setBrush(ink(Ink.BACKGROUND))
    painter.drawEllipse(QPointF(0, 0), 9, 9)
    flag = QPainterPath(QPointF(-2.5, -5))
    for dx, dy in ((5.0, -2.5), (-2.5, 0.0)):
        flag.lineTo(dx, dy)
    flag.closeSubpath()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(vehicle_colour(vehicle_id))
    painter.drawPath(flag)
    painter.setPen(QPen(ink(Ink.TEXT), 1.4))
    painter.drawLine(QPointF(-2.5, -5), QPointF(-2.5, 5))
    painter.end()
    return pixels


def _tr(text: str) -> str:
    return QCoreApplication.translate("Map", text)
