# SPDX-License-Identifier: Apache-2.0
"""Names of vehicles beside their marks. GUI thread; texts are drawn as plain text."""

from __future__ import annotations

import functools
from collections.abc import Hashable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from groundstation.fleet.conditions import Level
from groundstation.ui.map_panel.label_placer import Box, LabelPlacer, Wanted
from groundstation.ui.map_panel.map_layer import Frame, Layer
from groundstation.ui.map_panel.map_marks import MapMark
from groundstation.ui.theme.colours import level_role
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.inks import ink, veil, wearing
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TINY_PX

LABEL_HEIGHT = 29.0
LABEL_EDGE = 4
PLACED_S = 0.5
"""Room is looked for so often, and when the view or the selection changes: labels don't jump in each frame."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class LabelLayer(Layer):
    """Keeps the places of labels between frames; they move with their vehicles."""

    def __init__(self) -> None:
        self._placer = LabelPlacer()
        self._boxes: dict[Hashable, tuple[float, float, Box]] = {}

    def stale(self, frame: Frame) -> Hashable:
        """See `PLACED_S`."""
        return frame.camera, frame.selected, frame.now_s // PLACED_S

    def renew(self, frame: Frame) -> None:
        """Find room for labels anew."""
        camera, selected = frame.camera, frame.selected
        # who comes first has first choice of a place
        order = sorted(frame.marks, key=lambda one: (one.key not in selected, -one.level, one.key))
        wanted = []
        for mark in order:
            x, y = camera.screen(mark.x_m, mark.y_m)
            # a label reaches into the picture from a mark that is just outside
            if -60 < x < camera.width + 60 and -60 < y < camera.height + 60:
                is_important = mark.key in selected or mark.level >= Level.WARNING
                height = LABEL_HEIGHT if mark.detail else LABEL_HEIGHT / 2
                wanted.append(Wanted(mark.key, x, y, _label_width(mark.title, mark.detail), height, is_important))
        placed = self._placer.place(wanted)
        self._boxes = {one.key: (one.x, one.y, placed[one.key]) for one in wanted if one.key in placed}

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw those that have a place."""
        for mark in frame.marks:
            held = self._boxes.get(mark.key)
            if held is not None:
                _paint_label(painter, frame, mark, held)


def _paint_label(painter: QPainter, frame: Frame, mark: MapMark, held: tuple[float, float, Box]) -> None:
    x, y = frame.camera.screen(mark.x_m, mark.y_m)
    box = held[2]
    # moved with its vehicle: found anew twice a second only
    left, top = box.left + x - held[0], box.top + y - held[1]
    is_alarm = mark.level >= Level.CAUTION
    role = level_role(mark.level) if is_alarm else Ink.TEXT if mark.is_live else Ink.MUTED
    label = _label(
        (mark.title, mark.detail),
        (role, Ink.MUTED if mark.is_live else role),
        is_selected=mark.key in frame.selected,
        # whole pixels, so that the picture of a label is found again
        size=(round(box.right - box.left), round(box.bottom - box.top)),
        ratio=frame.ratio,
        theme=wearing().theme.key,
    )
    painter.drawPixmap(QPointF(left - LABEL_EDGE, top - 1), label)


@functools.lru_cache(maxsize=1024)
def _label(
    texts: tuple[str, str],
    roles: tuple[Ink, Ink],
    *,
    is_selected: bool,
    size: tuple[int, int],
    ratio: float,
    theme: str,
) -> QPixmap:
    """A label as pixels: most are the same in the next frame, and a picture is drawn ten times as fast as its texts."""
    del theme  # by whose colours it is kept
    width, height = size
    pixels = QPixmap(round((width + 2 * LABEL_EDGE) * ratio), round((height + 2) * ratio))
    pixels.setDevicePixelRatio(ratio)
    pixels.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixels)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(veil(Ink.BACKGROUND, 215 if is_selected else 150))
    painter.drawRoundedRect(QRectF(0, 0, width + 2 * LABEL_EDGE, height + 2), 4, 4)
    painter.setFont(font(SMALL_PX, 700))
    painter.setPen(ink(roles[0]))
    painter.drawText(QRectF(LABEL_EDGE, 1, width + LABEL_EDGE, 15), _LEFT, texts[0])
    painter.setFont(font(TINY_PX, 500))
    painter.setPen(ink(roles[1]))
    painter.drawText(QRectF(LABEL_EDGE, 15, width + LABEL_EDGE, 14), _LEFT, texts[1])
    painter.end()
    return pixels


@functools.lru_cache(maxsize=4096)
def _label_width(title: str, detail: str) -> float:
    width = metrics(SMALL_PX, 700).horizontalAdvance(title)
    return max(width, metrics(TINY_PX, 500).horizontalAdvance(detail)) + 2.0
