# SPDX-License-Identifier: Apache-2.0
"""Draws markers, lines, areas and circles for everybody's map. GUI thread."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from groundstation.fleet.drawings.drawing import LEAST_PLACES, MAX_PLACES, MAX_RADIUS_M, Drawing, DrawnKind
from groundstation.fleet.geometry import distance_m
from groundstation.ui.map_panel.drawing_layer import on_screen, paint_drawing
from groundstation.ui.map_panel.map_layer import Frame
from groundstation.ui.map_panel.map_tool import Click, Tool
from groundstation.ui.map_panel.mercator import degrees_from_mercator
from groundstation.ui.theme.inks import vehicle_ink

AGAIN_PX = 7.0
"""A click so near to the last corner ends the shape."""


class SketchTool(Tool):
    """Click by click; Enter, or a second click on the last corner, ends a line or an area."""

    def __init__(self) -> None:
        self.kind = DrawnKind.POINT
        self.colour = 0
        self.places: list[tuple[float, float]] = []
        self.drawn: Callable[[Drawing], None] = lambda _drawing: None
        """Is told of what is complete, without a text."""
        self.delete: Callable[[QPointF], bool] = lambda _point: False
        """Takes the drawing of ours under a pixel away."""
        self._last: QPointF | None = None
        self._mouse: QPointF | None = None

    def click(self, click: Click) -> bool:
        """One more corner."""
        last, self._last = self._last, click.point
        if self.places and last is not None and (click.point - last).manhattanLength() <= AGAIN_PX:
            self.finish()
            return True
        self.places.append((click.lat_deg, click.lon_deg))
        is_full = len(self.places) >= MAX_PLACES
        if is_full or len(self.places) == {DrawnKind.POINT: 1, DrawnKind.CIRCLE: 2}.get(self.kind):
            self.finish()
        return True

    def finish(self) -> bool:
        """It is complete; False, and it goes on, where corners are missing."""
        made = self._made(self.places)
        if made is None:
            return False
        self.put_away()
        self.drawn(made)
        return True

    def undo(self) -> bool:
        """Take the last corner back."""
        self._last = None
        return bool(self.places and self.places.pop())

    def remove(self) -> bool:
        """Take the drawing of ours under the mouse away."""
        return self._mouse is not None and self.delete(self._mouse)

    def put_away(self) -> None:
        """What was begun is gone."""
        self.places.clear()
        self._last = None

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw what was begun, up to the mouse."""
        self._mouse = frame.mouse
        if not self.places or frame.mouse is None:
            return
        at = degrees_from_mercator(*frame.camera.world(frame.mouse.x(), frame.mouse.y()))
        kind = DrawnKind.LINE if self.kind is DrawnKind.POLYGON and len(self.places) < 2 else self.kind
        made = self._made([*self.places, at], kind)
        points = on_screen(frame.camera, made) if made is not None else None
        if points is not None:
            paint_drawing(painter, kind, np.asarray(points), vehicle_ink(self.colour))

    def _made(self, places: list[tuple[float, float]], kind: DrawnKind | None = None) -> Drawing | None:
        kind = kind or self.kind
        radius_m = None
        if kind is DrawnKind.CIRCLE:
            if len(places) < 2:
                return None
            radius_m = min(MAX_RADIUS_M, max(1.0, distance_m(*places[0], *places[1])))
        if len(places) < LEAST_PLACES[kind]:
            return None
        kept = tuple(places[:1] if kind is DrawnKind.CIRCLE else places)
        return Drawing(id=uuid.uuid4().hex, kind=kind, places=kept, radius_m=radius_m, colour=self.colour)
