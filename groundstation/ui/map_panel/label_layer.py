# SPDX-License-Identifier: Apache-2.0
"""Names of vehicles beside their marks. GUI thread; texts are drawn as plain text."""

from __future__ import annotations

import functools
import math
from collections.abc import Hashable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.ui.map_panel.cluster_mark import RADIUS
from groundstation.ui.map_panel.crowd import Cluster, Crowd
from groundstation.ui.map_panel.edge_layer import arrow_box, placed
from groundstation.ui.map_panel.label_placer import Box, LabelPlacer, Wanted, Written, leader_end
from groundstation.ui.map_panel.map_layer import Frame, Layer
from groundstation.ui.map_panel.map_marks import MapMark
from groundstation.ui.map_panel.mercator import Camera
from groundstation.ui.theme.colours import level_role
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.inks import ink, veil, wearing
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TINY_PX

LABEL_HEIGHT = 29.0
LABEL_EDGE = 4
PLACED_S = 0.5
"""Room is looked for so often, and when the view rests or others are selected: labels don't jump in each frame."""
AROUND = 0.2
"""Labels are placed for so much more than the view on each side, by its size: panning brings them with it."""
ALIKE = math.log(1.1)
"""While the view is zoomed by so much, labels stay beside their vehicles where they were."""
MOST = 220
"""So many look for room, the most important first: more of them are a grey wall, and are felt."""
MARK_PX = 9.0
LONGEST = 300.0
"""A label reaches so far from its vehicle: what is within it must not be covered, labelled or not."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class Said(NamedTuple):
    """What a label says."""

    title: str
    detail: str
    level: Level
    is_live: bool
    is_selected: bool
    x_m: float
    y_m: float


class LabelLayer(Layer):
    """Keeps the places of labels between frames; they move with their vehicles."""

    def __init__(self, written: Written | None = None) -> None:
        """Begin with none.

        Args:
            written: what other layers write, which is kept clear of; None where no other writes.
        """
        self._written = written
        self._placer = LabelPlacer()
        self.boxes: dict[Hashable, tuple[float, float, Box]] = {}
        """Where labels stand, by vehicle or disc: where that was when they were placed, and the box."""
        self._made_of: tuple[Sequence[MapMark], Crowd | None, frozenset[VehicleKey]] | None = None
        self._all: list[tuple[Hashable, Said, float]] = []
        self._camera: Camera | None = None
        self._placed_for: Camera | None = None

    @property
    def is_rough(self) -> bool:
        """Whether the view has moved since room was looked for."""
        return self._camera != self._placed_for

    def stale(self, frame: Frame) -> Hashable:
        """See `PLACED_S`; while the view moves, only when it is another one altogether."""
        camera, is_at_rest = frame.camera, frame.camera == self._camera
        self._camera = camera
        kept = self._placed_for
        view = camera if kept is None or is_at_rest or not _is_like(kept, camera) else kept
        return view, frame.selected, frame.now_s // PLACED_S

    def renew(self, frame: Frame) -> None:
        """Find room for labels anew."""
        camera = self._placed_for = frame.camera
        margin_x, margin_y = camera.width * AROUND, camera.height * AROUND
        wanted: list[Wanted] = []
        marks: list[Box] = []
        for key, said, radius in self._said(frame):
            x, y = camera.screen(said.x_m, said.y_m)
            out = max(-x - margin_x, x - camera.width - margin_x, -y - margin_y, y - camera.height - margin_y)
            if out > LONGEST:
                continue
            is_important = said.is_selected or said.level >= Level.WARNING
            height = LABEL_HEIGHT if said.detail else LABEL_HEIGHT / 2
            width = _label_width(said.title, said.detail) + 2 * LABEL_EDGE
            if out < 0 and said.title and len(wanted) < MOST:
                wanted.append(Wanted(key, x, y, width, height + 2, is_important, radius))
            else:
                marks.append(Box(x - radius, y - radius, x + radius, y + radius))
        blocked = [box for sign, words in placed(frame) for box in (arrow_box(sign), words) if box is not None]
        blocked += self._written.others() if self._written is not None else []
        found = self._placer.place(wanted, blocked, marks)
        self.boxes = {one.key: (one.x, one.y, found[one.key]) for one in wanted if one.key in found}

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw those that have a place."""
        pen, shown = QPen(ink(Ink.MUTED), 1.0), [one for one in self._said(frame) if one[0] in self.boxes]
        # lines below all labels
        for key, said, _ in shown:
            held = self.boxes[key]
            end = leader_end(*held)
            if end is not None:
                x, y = frame.camera.screen(said.x_m, said.y_m)
                painter.setPen(pen)
                painter.drawLine(QPointF(x, y), QPointF(end[0] + x - held[0], end[1] + y - held[1]))
        for key, said, _ in reversed(shown):
            _paint_label(painter, frame, said, self.boxes[key])

    def _said(self, frame: Frame) -> list[tuple[Hashable, Said, float]]:
        """Every label; made once for all frames between two looks at the fleet."""
        made_of = frame.marks, frame.crowd, frame.selected
        held = self._made_of
        if held is None or held[0] is not made_of[0] or held[1] is not made_of[1] or held[2] != made_of[2]:
            self._made_of, self._all = made_of, _said(frame)
        return self._all


def _is_like(one: Camera, other: Camera) -> bool:
    """Whether labels that were placed for a view may stand in another one while it moves."""
    if (one.width, one.height) != (other.width, other.height) or abs(math.log(other.scale_m / one.scale_m)) > ALIKE:
        return False
    x, y = one.screen(other.x_m, other.y_m)
    return abs(x - one.width / 2) < AROUND * one.width and abs(y - one.height / 2) < AROUND * one.height


def _said(frame: Frame) -> list[tuple[Hashable, Said, float]]:
    """Every label by its key with the radius of its mark, the most important first."""
    found: list[tuple[Hashable, Said, float]] = []
    for row in frame.alone:
        mark = frame.marks[row]
        is_selected = mark.key in frame.selected
        said = Said(mark.title, mark.detail, mark.level, mark.is_live, is_selected, mark.x_m, mark.y_m)
        found.append((mark.key, said, MARK_PX))
    for one in frame.clusters:
        said = Said(_title_of(one), "", one.level, True, False, one.x_m, one.y_m)
        found.append(((one.keys[0], "disc"), said, RADIUS + 2))
    found.sort(key=lambda one: (not one[1].is_selected, -one[1].level, str(one[0])))
    return found


def _title_of(cluster: Cluster) -> str:
    """Of two both, of more the one in trouble: a number stands in the disc."""
    if cluster.level >= Level.CAUTION:
        return f"{cluster.titles[0]} +{len(cluster.titles) - 1}"
    return ", ".join(cluster.titles) if len(cluster.titles) == 2 else ""


def _paint_label(painter: QPainter, frame: Frame, said: Said, held: tuple[float, float, Box]) -> None:
    x, y = frame.camera.screen(said.x_m, said.y_m)
    box = held[2]
    # moved with its vehicle: found anew twice a second only
    left, top = box.left + x - held[0], box.top + y - held[1]
    if left > frame.camera.width or top > frame.camera.height or left < box.left - box.right or top < -LABEL_HEIGHT:
        return
    is_alarm = said.level >= Level.CAUTION
    role = level_role(said.level) if is_alarm else Ink.TEXT if said.is_live else Ink.MUTED
    label = _label(
        (said.title, said.detail),
        (role, Ink.MUTED if said.is_live else role),
        is_selected=said.is_selected,
        # whole pixels, so that the picture of a label is found again
        size=(round(box.right - box.left), round(box.bottom - box.top)),
        ratio=frame.ratio,
        theme=wearing().theme.key,
    )
    painter.drawPixmap(QPointF(left, top), label)


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
    pixels = QPixmap(round(width * ratio), round(height * ratio))
    pixels.setDevicePixelRatio(ratio)
    pixels.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixels)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(veil(Ink.BACKGROUND, 215 if is_selected else 150))
    painter.drawRoundedRect(QRectF(0, 0, width, height), 4, 4)
    painter.setFont(font(SMALL_PX, 700))
    painter.setPen(ink(roles[0]))
    painter.drawText(QRectF(LABEL_EDGE, 1, width, 15), _LEFT, texts[0])
    painter.setFont(font(TINY_PX, 500))
    painter.setPen(ink(roles[1]))
    painter.drawText(QRectF(LABEL_EDGE, 15, width, 14), _LEFT, texts[1])
    painter.end()
    return pixels


@functools.lru_cache(maxsize=4096)
def _label_width(title: str, detail: str) -> float:
    width = metrics(SMALL_PX, 700).horizontalAdvance(title)
    return max(width, metrics(TINY_PX, 500).horizontalAdvance(detail)) + 2.0
