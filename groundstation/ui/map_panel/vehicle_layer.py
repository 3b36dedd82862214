# SPDX-License-Identifier: Apache-2.0
"""The vehicles themselves. GUI thread."""

from __future__ import annotations

import functools
from collections.abc import Hashable, Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap, QPolygonF

from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import Root, VehicleKey
from groundstation.ui.map_panel.cluster_mark import DISC_PX, disc_of
from groundstation.ui.map_panel.crowd import Cluster, Crowd
from groundstation.ui.map_panel.map_layer import Frame, Layer
from groundstation.ui.map_panel.map_marks import MapMark
from groundstation.ui.map_panel.mercator import Points
from groundstation.ui.map_panel.sprites import sprite
from groundstation.ui.theme.colours import COLOURS, level_role, paint_dot, vehicle_place, vehicle_sign
from groundstation.ui.theme.inks import ink, vehicle_ink, veil, wearing
from groundstation.ui.theme.roles import Ink

ARROW = QPolygonF([QPointF(0, -11), QPointF(8, 9), QPointF(0, 4.5), QPointF(-8, 9)])
CLICK_PIXELS = 22.0
SHADOW = 0.45
"""How much is seen of a recording that is played beside a simulator: told from what flies, and from a lost link."""
HALO_PX = 56
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
        self._made_of: tuple[Sequence[MapMark], Crowd | None] = ((), None)
        self._discs: list[QPixmap] = []
        self._disc_places: Points = np.empty((0, 2))
        self._sprites: list[tuple[int, QPixmap, float, float]] = []
        """Of the marks that stand alone: row, picture, half its side, opacity; those that lie higher later."""

    def stale(self, frame: Frame) -> Hashable:
        """The fleet was looked at anew, another is selected, or colours are others."""
        # a crowd is made anew with the marks; without one they are what they are
        made_of = frame.marks if frame.crowd is None else frame.crowd
        return id(made_of), frame.selected, frame.ratio, wearing().theme.key

    def renew(self, frame: Frame) -> None:
        """Choose the picture of each vehicle, so that a frame only copies."""
        self._made_of = frame.marks, frame.crowd
        has_shadows = self._is_live and any(mark.key.root == Root.SIM.value for mark in frame.marks)
        self._sprites.clear()
        for row in frame.alone:
            mark = frame.marks[row]
            opacity = SHADOW if has_shadows and mark.key.root == Root.REPLAY.value else 1.0
            for pixels in _pictures(mark, frame.ratio, is_selected=mark.key in frame.selected):
                self._sprites.append((row, pixels, pixels.width() / pixels.devicePixelRatio() / 2, opacity))
        self._discs = [disc_of(one, frame.ratio) for one in frame.clusters]
        self._disc_places = np.array([(one.x_m, one.y_m) for one in frame.clusters]).reshape(-1, 2)

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw every mark, those that stand for several below."""
        if self._made_of[0] is not frame.marks or self._made_of[1] is not frame.crowd:
            self.renew(frame)
        camera, half = frame.camera, DISC_PX / 2
        for (x, y), pixels in zip(camera.nearest_points(self._disc_places).tolist(), self._discs, strict=True):
            if -half < x < camera.width + half and -half < y < camera.height + half:
                painter.drawPixmap(QPointF(x - half, y - half), pixels)
        places = frame.pixels().tolist()
        for row, pixels, half, opacity in self._sprites:
            x, y = places[row]
            # half a mark outside still reaches into the picture
            if -half < x < camera.width + half and -half < y < camera.height + half:
                if opacity != 1.0:
                    painter.setOpacity(opacity)
                painter.drawPixmap(QPointF(x - half, y - half), pixels)
                if opacity != 1.0:
                    painter.setOpacity(1.0)

    def hit(self, frame: Frame, point: QPointF) -> VehicleKey | Cluster | None:
        """The vehicle or the disc of several that is nearest to a pixel, within a finger's breadth."""
        nearest: tuple[float, VehicleKey | Cluster | None] = (CLICK_PIXELS, None)
        places = frame.pixels().tolist()
        found: list[tuple[float, float, VehicleKey | Cluster]] = [
            (*places[row], frame.marks[row].key) for row in frame.alone
        ]
        found += [(*frame.camera.screen(one.x_m, one.y_m), one) for one in frame.clusters]
        for x, y, what in found:
            distance = ((x - point.x()) ** 2 + (y - point.y()) ** 2) ** 0.5
            nearest = min(nearest, (distance, what), key=lambda one: one[0])
        return nearest[1]


def _pictures(mark: MapMark, ratio: float, *, is_selected: bool) -> list[QPixmap]:
    """What a vehicle is drawn with, the lowest first."""
    theme = wearing().theme.key
    found = []
    if mark.level >= Level.CAUTION:
        found.append(_halo(mark.level, ratio, theme, is_live=mark.is_live, is_known=mark.is_known))
    if is_selected:
        found.append(_ring(ratio, theme))
    # few directions, so that the same picture serves many vehicles
    heading = None if mark.heading_deg is None else round(mark.heading_deg / HEADING_STEP_DEG) * HEADING_STEP_DEG % 360
    # without a colour: the place is where it was last heard
    place = vehicle_place(mark.key.id) % COLOURS if mark.is_live else None
    return [*found, _arrow(place, heading, mark.is_flying, vehicle_sign(mark.key.id), ratio, theme)]


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


@functools.lru_cache(maxsize=64)
def _halo(level: Level, ratio: float, theme: str, *, is_live: bool, is_known: bool) -> QPixmap:
    """Around a vehicle in trouble; hollow once somebody has acknowledged it."""
    del theme
    pixels, painter = sprite(ratio, HALO_PX)
    role = level_role(level)
    painter.setPen(QPen(ink(role), 1.2, Qt.PenStyle.SolidLine if is_live else Qt.PenStyle.DashLine))
    painter.setBrush(Qt.BrushStyle.NoBrush if is_known else veil(role, 34))
    radius = 22.0 if is_live else 26.0
    painter.drawEllipse(QPointF(0, 0), radius, radius)
    painter.end()
    return pixels


@functools.lru_cache(maxsize=16)
def _ring(ratio: float, theme: str) -> QPixmap:
    """Around a selected vehicle."""
    del theme
    pixels, painter = sprite(ratio, HALO_PX)
    painter.setPen(QPen(ink(Ink.TEXT), 1.6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QPointF(0, 0), 17, 17)
    painter.end()
    return pixels
