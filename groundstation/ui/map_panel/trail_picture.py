# SPDX-License-Identifier: Apache-2.0
"""Trails as pixels with a margin, so that a thousand of them move with the map. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from groundstation.ui.map_panel.map_layer import Frame
from groundstation.ui.map_panel.mercator import Camera
from groundstation.ui.theme.inks import wearing

MARGIN_SHARE = 0.2
"""Of the view, on each side: so far the map is moved before trails end at an edge for a moment."""
FARTHEST = 4.0
"""At scales that differ by more a picture shows nothing worth seeing."""

Turn = Callable[[QPainter], None]
Draw = Callable[[Frame], list[Turn]]


class TrailPicture:
    """What was drawn last is shown, moved and stretched, until what is new is complete."""

    def __init__(self) -> None:
        self._shown: QPixmap | None = None
        self._camera: Camera | None = None
        self._look: Hashable = None
        self._next: QPixmap | None = None
        self._next_camera: Camera | None = None
        self._next_look: Hashable = None
        self._turns: list[Turn] = []

    @property
    def is_busy(self) -> bool:
        """Whether there are turns to take."""
        return bool(self._turns)

    def paint(self, painter: QPainter, frame: Frame, stale: Hashable, turns: Draw, at_once: Draw | None) -> None:
        """Draw what there is, and begin what is new.

        Args:
            painter: in screen coordinates.
            frame: of now.
            stale: when this differs from that of the picture, it is drawn anew.
            turns: gives the drawing in parts, for a frame with a margin.
            at_once: draws all, coarsely, where nothing is kept that could be shown; None where that would be felt.
        """
        camera = _wide(frame.camera)
        look = (stale, frame.ratio, wearing().theme.key, camera)
        if not self._is_of_use(camera) and at_once is not None:
            self._shown, self._camera = _empty(camera, frame.ratio), camera
            for turn in at_once(frame._replace(camera=camera)):
                _draw(self._shown, turn)
        if self._is_of_use(camera):
            self._show(painter, frame.camera)
        # not while turns are under way: while the map moves they would never be complete
        if not self._turns and look != self._look:
            self._turns = turns(frame._replace(camera=camera))
            self._next, self._next_camera, self._next_look = _empty(camera, frame.ratio), camera, look
            if not self._turns:
                self._swap()

    def take_turn(self) -> bool:
        """Draw one part; True when that was the last one, and it is shown from now on."""
        if not self._turns or self._next is None:
            return False
        _draw(self._next, self._turns.pop(0))
        if not self._turns:
            self._swap()
        return not self._turns

    def forget(self) -> None:
        """Nothing of before is shown again."""
        self._shown = self._next = self._look = None
        self._turns = []

    def _swap(self) -> None:
        self._shown, self._camera, self._look = self._next, self._next_camera, self._next_look
        self._next = None

    def _is_of_use(self, camera: Camera) -> bool:
        kept = self._camera
        if self._shown is None or kept is None or not 1 / FARTHEST <= camera.scale_m / kept.scale_m <= FARTHEST:
            return False
        x, y = kept.screen(camera.x_m, camera.y_m)
        return 0 <= x <= kept.width and 0 <= y <= kept.height

    def _show(self, painter: QPainter, camera: Camera) -> None:
        kept, shown = self._camera, self._shown
        if kept is None or shown is None:
            return
        left, top = camera.screen(*kept.world(0.0, 0.0))
        if kept.scale_m == camera.scale_m:
            painter.drawPixmap(round(left), round(top), shown)
            return
        share = kept.scale_m / camera.scale_m
        painter.drawPixmap(
            QRectF(left, top, kept.width * share, kept.height * share), shown, QRectF(shown.rect().toRectF())
        )


def _wide(camera: Camera) -> Camera:
    across, down = round(camera.width * MARGIN_SHARE), round(camera.height * MARGIN_SHARE)
    return replace(camera, width=camera.width + 2 * across, height=camera.height + 2 * down)


def _draw(pixels: QPixmap, turn: Turn) -> None:
    painter = QPainter(pixels)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    turn(painter)
    painter.end()


def _empty(camera: Camera, ratio: float) -> QPixmap:
    made = QPixmap(round(camera.width * ratio), round(camera.height * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    return made
