# SPDX-License-Identifier: Apache-2.0
"""The ground with trails on it, as pixels that are renewed a few vehicles at a time. GUI thread."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPixmap

from groundstation.fleet.identity import VehicleKey
from groundstation.ui.history import History
from groundstation.ui.map_panel.mercator import Camera
from groundstation.ui.map_panel.trail_painter import paint_trails

AT_ONCE = 8
"""Trails drawn in one frame: a hundred at once would be felt."""
POINTS_EACH = 200
QUICK_POINTS = 1500
"""Of all trails together while the view moves."""


class TrailLayer:
    """Shows the pixels of last time until the new ones are complete; a moved view is drawn at once, coarser."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._shown: QPixmap | None = None
        self._shown_for: object = None
        self._next: QPixmap | None = None
        self._waiting: list[VehicleKey] = []
        self._since_s = 0.0

    def renew(self, ground: QPixmap, keys: list[VehicleKey], since_s: float) -> None:
        """Begin to draw the trails anew, as they are now."""
        if not self._waiting:
            self._next, self._waiting, self._since_s = ground.copy(), list(keys), since_s

    def pixels(
        self, camera: Camera, ground: QPixmap, keys: list[VehicleKey], selected: frozenset[VehicleKey], since_s: float
    ) -> QPixmap:
        """What to show in this frame."""
        address = (camera, ground.cacheKey())
        if self._shown is None or self._shown_for != address:
            self._shown = ground.copy()
            self._paint(self._shown, camera, keys, selected=selected, since_s=since_s, max_points=QUICK_POINTS)
            self._shown_for, self._waiting = address, []
            self.renew(ground, keys, since_s)
        elif self._waiting and self._next is not None:
            turn, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            limit = AT_ONCE * POINTS_EACH
            self._paint(self._next, camera, turn, selected=selected, since_s=self._since_s, max_points=limit)
            if not self._waiting:
                self._shown = self._next
        return self._shown

    def _paint(
        self,
        target: QPixmap,
        camera: Camera,
        keys: list[VehicleKey],
        *,
        selected: frozenset[VehicleKey],
        since_s: float,
        max_points: int,
    ) -> None:
        painter = QPainter(target)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_trails(painter, camera, self._history, keys, selected=selected, since_s=since_s, max_points=max_points)
        painter.end()
