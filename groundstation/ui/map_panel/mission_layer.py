# SPDX-License-Identifier: Apache-2.0
"""The missions that vehicles have: dimmed in their colour, the selected ones bright with numbered items. GUI thread."""

from __future__ import annotations

import functools
from collections.abc import Hashable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.plans.plan_progress import current_number
from groundstation.fleet.plans.plan_status import ListState
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.map_panel.long_line import draw_line
from groundstation.ui.map_panel.map_layer import Frame, Layer
from groundstation.ui.map_panel.mercator import WORLD_M, Points, near
from groundstation.ui.map_panel.plan_filter import PlanFilter
from groundstation.ui.map_panel.plan_shapes import PlanShapes, Way
from groundstation.ui.map_panel.polygon import polygon_from_points
from groundstation.ui.map_panel.sprites import SPRITE_PX, painter_on, sprite
from groundstation.ui.theme.colours import vehicle_colour
from groundstation.ui.theme.fonts import font
from groundstation.ui.theme.inks import ink, wearing
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import TINY_PX

DIM, DIM_FLOWN = 0.4, 0.16
"""Opacity of a mission that is not selected, and of what is flown of it."""
BRIGHT, BRIGHT_FLOWN = 0.95, 0.35
LOOK_S = 0.25
"""Missions change seldom: of a large fleet they are looked through so often."""
DISC_PX = 8.0
APART_PX = 19.0
"""Numbers nearer to each other than this would cover each other: the later one is left out."""
SQUARES = 1 << 20
"""More than there are squares in a column."""
DOT_PX = 1.6


class MissionLayer(Layer):
    """Draws every mission that is known."""

    def __init__(self, feed: FleetView) -> None:
        self._feed = feed
        self.filter = PlanFilter()
        """Whose are drawn."""
        self._shapes = PlanShapes()
        self._looked_at: float | None = None
        self._known: tuple[tuple[VehicleKey, object, object, object], ...] = ()

    def stale(self, frame: Frame) -> Hashable:
        """Another list, another item that is flown to, another selection."""
        turn = frame.now_s // LOOK_S
        if turn != self._looked_at:
            self._looked_at = turn
            self._known = tuple(
                (state.key, state.mission_list.hash, state.plans and state.plans.mission.state, current_number(state))
                for state in self._feed.fleet
                if state.mission_list is not None and state.mission_list.items
            )
        return self._known, frame.selected, self.filter.state

    def is_empty(self, frame: Frame) -> bool:
        """No vehicle has told of any."""
        return not self._keys(frame)

    def _keys(self, frame: Frame) -> frozenset[VehicleKey]:
        self.stale(frame)
        return frozenset(key for key, *_ in self._known)

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw all of them, the selected ones on top."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        chosen: list[VehicleState] = []
        # nobody else is gone through: a fleet of a thousand in each frame of a movement would be felt
        known = self._keys(frame)
        for state in (one for one in self._feed.fleet if one.key in known) if known else ():
            if state.mission_list is None or not self.filter.shows(state.key, frame.selected):
                continue
            if state.key in frame.selected:
                chosen.append(state)
            else:
                self._paint(painter, frame, state, is_chosen=False)
        for state in chosen:
            self._paint(painter, frame, state, is_chosen=True)

    def _paint(self, painter: QPainter, frame: Frame, state: VehicleState, *, is_chosen: bool) -> None:
        way = self._shapes.way(state)
        if way is None:
            return
        points = on_screen(frame, way.points)
        if not _is_seen(frame, points):
            return
        current = current_number(state) or 0
        # what leads to the active item is being flown: up to the one before it all is over
        flown = sum(number < current for number in way.numbers)
        name = state.key.id
        is_sure = state.plans is None or state.plans.mission.state is not ListState.DOUBTFUL
        self._line(painter, points[: flown + 1], name, is_chosen, is_flown=True, is_sure=is_sure)
        self._line(painter, points[max(0, flown - 1) :], name, is_chosen, is_flown=False, is_sure=is_sure)
        if is_chosen:
            self._numbers(painter, frame, points, way, name, current)

    @staticmethod
    def _line(
        painter: QPainter, points: Points, vehicle_id: str, is_chosen: bool, *, is_flown: bool, is_sure: bool
    ) -> None:
        if len(points) < 2:
            return
        strong = (BRIGHT_FLOWN if is_flown else BRIGHT) if is_chosen else (DIM_FLOWN if is_flown else DIM)
        colour = vehicle_colour(vehicle_id)
        colour.setAlphaF(strong)
        if is_sure:
            draw_line(painter, points, colour, 2.0 if is_chosen else 1.0)
        else:
            painter.setPen(QPen(colour, 1.0, Qt.PenStyle.DotLine))
            painter.drawPolyline(polygon_from_points(points))
        if not is_chosen and len(points) <= 200:
            painter.setPen(QPen(colour, 2 * DOT_PX, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPoints(polygon_from_points(points))

    def _numbers(
        self, painter: QPainter, frame: Frame, points: Points, way: Way, vehicle_id: str, current: int
    ) -> None:
        camera = frame.camera
        inside = (points[:, 0] > -20) & (points[:, 0] < camera.width + 20)
        inside &= (points[:, 1] > -20) & (points[:, 1] < camera.height + 20) & np.array(way.is_own)
        places = np.flatnonzero(inside).tolist()
        # the active one has its room before all others, and lies on top
        for place in with_room(points, sorted(places, key=lambda one: way.numbers[one] != current))[::-1]:
            x, y = (float(one) for one in points[place])
            number = way.numbers[place]
            is_active, is_flown = number == current, number < current
            pixels = number_disc(number, vehicle_id, is_flown, is_active, frame.ratio, wearing().theme.key)
            painter.drawPixmap(QPointF(x - SPRITE_PX / 2, y - SPRITE_PX / 2), pixels)


def with_room(points: Points, places: list[int]) -> list[int]:
    """Those of some points that don't cover one that came before, in their order."""
    cells: dict[tuple[int, int], tuple[float, float]] = {}
    found = []
    # of a thousand on a dense field most lie in a square with another: one of each square is looked at
    squares = np.floor(points[places] / APART_PX).astype(np.int64) if places else np.zeros((0, 2), dtype=np.int64)
    _, first = np.unique(squares[:, 0] * SQUARES + squares[:, 1], return_index=True)
    for place in (places[at] for at in np.sort(first).tolist()):
        x, y = float(points[place, 0]), float(points[place, 1])
        across, down = int(x // APART_PX), int(y // APART_PX)
        around = (cells.get((across + dx, down + dy)) for dx in (-1, 0, 1) for dy in (-1, 0, 1))
        if all(one is None or (one[0] - x) ** 2 + (one[1] - y) ** 2 >= APART_PX**2 for one in around):
            cells[across, down] = x, y
            found.append(place)
    return found


def on_screen(frame: Frame, points: Points) -> Points:
    """A line where it stands on the screen, by the copy of the world that is nearest to the middle of the view."""
    camera = frame.camera
    middle = float(points[:, 0].mean())
    shifted = points.copy()
    shifted[:, 0] += near(middle, camera.x_m) - middle
    return camera.screen_points(shifted)


def _is_seen(frame: Frame, points: Points) -> bool:
    camera = frame.camera
    low, high = points.min(axis=0), points.max(axis=0)
    is_beside = high[0] < 0 or low[0] > camera.width or high[1] < 0 or low[1] > camera.height
    # a way round the world is drawn wherever one looks
    return not is_beside or float(high[0] - low[0]) * camera.scale_m > WORLD_M


@functools.lru_cache(maxsize=4096)
def number_disc(number: int, vehicle_id: str, is_flown: bool, is_active: bool, ratio: float, theme: str) -> QPixmap:
    """An item with its number as pixels.

    Args:
        number: of the item.
        vehicle_id: whose colour it has; empty for the plan on the screen.
        is_flown: whether it is over.
        is_active: whether it is being flown to.
        ratio: device pixels for a logical one.
        theme: by whose colours it is kept.
    """
    pixels = QPixmap(_disc(vehicle_id, is_flown, is_active, ratio, theme))
    painter = painter_on(pixels)
    painter.setPen(_fill(vehicle_id) if is_flown else ink(Ink.BACKGROUND))
    painter.setFont(font(TINY_PX if number < 1000 else TINY_PX - 2, 700))
    painter.drawText(QRectF(-16, -8, 32, 16), Qt.AlignmentFlag.AlignCenter, str(number))
    painter.end()
    return pixels


def _fill(vehicle_id: str) -> QColor:
    return vehicle_colour(vehicle_id) if vehicle_id else ink(Ink.TEXT)


@functools.lru_cache(maxsize=512)
def _disc(vehicle_id: str, is_flown: bool, is_active: bool, ratio: float, theme: str) -> QPixmap:
    """The same without a number: a map that is moved shows dozens of new numbers with each frame."""
    del theme
    pixels, painter = sprite(ratio)
    fill = _fill(vehicle_id)
    if is_active:
        painter.setPen(QPen(ink(Ink.ACCENT), 2.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(0, 0), DISC_PX + 4, DISC_PX + 4)
    painter.setPen(QPen(ink(Ink.BACKGROUND), 1.5) if not is_flown else QPen(fill, 1.5))
    painter.setBrush(ink(Ink.BACKGROUND) if is_flown else fill)
    painter.drawEllipse(QPointF(0, 0), DISC_PX, DISC_PX)
    painter.end()
    return pixels
