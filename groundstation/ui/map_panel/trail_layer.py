# SPDX-License-Identifier: Apache-2.0
"""Where vehicles were, fading with age. GUI thread.

A few trails are drawn anew between two frames; meanwhile those of before move with the map.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen

from groundstation.fleet.identity import VehicleKey
from groundstation.ui.history import History
from groundstation.ui.map_panel.coloured_trail import paint_coloured
from groundstation.ui.map_panel.map_layer import Frame, Layer
from groundstation.ui.map_panel.mercator import WORLD_M, Camera, Points, mercator_from_places, near
from groundstation.ui.map_panel.polygon import polygon_from_points
from groundstation.ui.map_panel.trail_picture import TrailPicture
from groundstation.ui.map_panel.trail_scale import TrailScale
from groundstation.ui.theme.colours import vehicle_colour

FADES = (0.12, 0.3, 0.55, 0.9)
"""Opacity of the four parts of a trail, the oldest first."""
LENGTHS_S = (60.0, 180.0, 600.0)
"""How long trails may be."""
PERIOD_S = 1.0
"""Trails have a point a second."""
AT_ONCE = 8
"""Trails drawn in one go: a hundred at once would be felt. Those of 500 vehicles take 63 turns of 1.3 ms each."""
AT_ONCE_MOST = 100
"""More of them are not drawn while the view jumps: they are there a moment later."""
PERIOD_A_TRAIL_S = 0.004
"""Trails of a thousand vehicles have a new end every four seconds."""
POINTS_EACH = 200
QUICK_POINTS = 1500
"""Of all trails together while the view moves; more vehicles have coarser trails."""
BREAK_S = 4.0
"""Where no place was known for longer, the trail is broken."""


class TrailLayer(Layer):
    """Trails of all vehicles with a known place."""

    def __init__(self, history: History, scale: TrailScale | None = None) -> None:
        """Ready.

        Args:
            history: where vehicles were.
            scale: by which value trails are coloured; None for the vehicles' own colours.
        """
        self._history, self.scale = history, scale or TrailScale()
        self._picture = TrailPicture()
        self.length_s = 180.0

    @property
    def is_busy(self) -> bool:
        """Whether trails are being drawn anew."""
        return self._picture.is_busy

    def stale(self, frame: Frame) -> Hashable:
        """Vehicles have moved on, others are selected (also in a moment that stands still), or another length is."""
        # of a large fleet seldom: a second of drawing each second would be felt
        period_s = max(PERIOD_S, len(frame.marks) * PERIOD_A_TRAIL_S)
        return frame.now_s // period_s, frame.selected, self.length_s, self.scale.revision

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw what is kept, moved with the map."""
        at_once = self._all if len(frame.marks) <= AT_ONCE_MOST else None
        self._picture.paint(painter, frame, self.stale(frame), self.turns, at_once)

    def turns(self, frame: Frame) -> list[Callable[[QPainter], None]]:
        """A few trails each."""
        keys = [mark.key for mark in frame.marks]
        self._fit_scale(frame, keys)
        some = (keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE))
        return [partial(self._paint, frame=frame, keys=one, max_points=AT_ONCE * POINTS_EACH) for one in some]

    def _all(self, frame: Frame) -> list[Callable[[QPainter], None]]:
        """All at once, coarsely."""
        keys = [mark.key for mark in frame.marks]
        self._fit_scale(frame, keys)
        return [partial(self._paint, frame=frame, keys=keys, max_points=QUICK_POINTS)]

    def _fit_scale(self, frame: Frame, keys: list[VehicleKey]) -> None:
        if not self.scale.path:
            return
        found = []
        for key in keys:
            trail, values = self._history.trail(key), self._history.trail_values(key, self.scale.path)
            if trail is not None and values is not None:
                found.append(values[int(np.searchsorted(trail[0], frame.now_s - self.length_s)) :])
        self.scale.fit(found)

    def work(self) -> bool:
        """A few more."""
        return self._picture.take_turn()

    def forget(self) -> None:
        """Hidden: what was drawn is of before."""
        self._picture.forget()

    def _paint(self, painter: QPainter, frame: Frame, keys: list[VehicleKey], max_points: int) -> None:
        since_s = frame.now_s - self.length_s
        paint_trails(
            painter,
            frame.camera,
            self._history,
            keys,
            selected=frame.selected,
            since_s=since_s,
            max_points=max_points,
            scale=self.scale,
        )


def paint_trails(
    painter: QPainter,
    camera: Camera,
    history: History,
    keys: list[VehicleKey],
    *,
    selected: frozenset[VehicleKey],
    since_s: float,
    max_points: int,
    scale: TrailScale | None = None,
) -> None:
    """Draw the trails of these vehicles from a moment on.

    Args:
        painter: in screen coordinates.
        camera: what is shown.
        history: where they were.
        keys: whose trails.
        selected: whose trails are bolder.
        since_s: seconds on the station's monotonic clock.
        max_points: of all these trails together; more vehicles have coarser trails.
        scale: by which value they are coloured; None for the vehicles' own colours.
    """
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for key in keys:
        trail = history.trail(key)
        # a vehicle that was heard a moment ago has no row yet
        if trail is None:
            continue
        times, places = trail
        start = int(np.searchsorted(times, since_s))
        # so many points for all of them, whatever their number
        pace = max(1, (len(times) - start) * len(keys) // max_points)
        # counted from the newest, which must be there: the line ends at the vehicle
        kept = slice(start, None), slice(None, None, -pace), slice(None, None, -1)
        values = history.trail_values(key, scale.path) if scale is not None and scale.path else None
        for part in kept:
            times, places, values = times[part], places[part], None if values is None else values[part]
        known = np.isfinite(places[:, 0])
        times, places = times[known], places[known]
        if len(times) < 2:
            continue
        points = camera.screen_points(_continuous(mercator_from_places(places), camera.x_m))
        if scale is not None and values is not None:
            paint_coloured(painter, points, scale.shades(values[known]), times, _gap_s(times))
        else:
            _paint_trail(painter, points, times, vehicle_colour(key.id), key in selected)


def _continuous(points: Points, around_m: float) -> Points:
    """A trail that goes on beyond longitude 180 instead of round the world, with its newest end in the view."""
    whole = points.copy()
    # a step over longitude 180 is a short way, not one round the world
    whole[:, 0] = np.unwrap(whole[:, 0], period=WORLD_M)
    newest = float(whole[-1, 0])
    whole[:, 0] += near(newest, around_m) - newest
    return whole


def _gap_s(times: Points) -> float:
    """Over a longer time without a place there is no line."""
    return max(BREAK_S, 2.5 * float(times[-1] - times[0]) / len(times))


def _paint_trail(painter: QPainter, points: Points, times: Points, colour: QColor, is_bold: bool) -> None:
    """Four parts that fade. A pen of one pixel is drawn fifteen times as fast as a wider one: two make a wider line."""
    edges = np.searchsorted(times, times[0] + (times[-1] - times[0]) * np.arange(1, len(FADES)) / len(FADES))
    gap_s = _gap_s(times)
    # a line over a time without a place would be a way that nobody knows
    cuts = np.flatnonzero(np.diff(times) > gap_s) + 1
    starts = np.unique(np.concatenate([[0], edges, cuts]))
    stops = np.append(starts[1:], len(times))
    breaks = set(cuts.tolist())
    offsets = (0.4, 0.4, -0.8) if is_bold else (0.5, -0.5)
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        # parts meet in a common point; over a gap nothing is drawn
        end = stop + 1 if stop not in breaks else stop
        polygon = polygon_from_points(points[start:end])
        colour.setAlphaF(FADES[int(np.searchsorted(edges, start, side="right"))])
        painter.setPen(QPen(colour, 1.0))
        for offset in offsets:
            painter.translate(offset, offset)
            painter.drawPolyline(polygon)
