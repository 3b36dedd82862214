# SPDX-License-Identifier: Apache-2.0
"""Paints vehicles, homes and labels on the map. GUI thread; texts are drawn as plain text."""

from __future__ import annotations

import functools
from collections.abc import Hashable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.ui.map_panel.label_placer import Box, LabelPlacer, Wanted
from groundstation.ui.map_panel.map_marks import MapMark
from groundstation.ui.map_panel.mercator import Camera, mercator_from_degrees
from groundstation.ui.theme.colours import level_colour, paint_dot, vehicle_colour, vehicle_sign
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.tokens import PALETTE, SMALL_PX, TINY_PX

ARROW = QPolygonF([QPointF(0, -11), QPointF(8, 9), QPointF(0, 4.5), QPointF(-8, 9)])
LABEL_HEIGHT = 29.0
LABEL_EDGE = 4
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class FleetPainter:
    """Draws marks; keeps the places of labels between frames."""

    def __init__(self) -> None:
        self._placer = LabelPlacer()
        self._boxes: dict[Hashable, tuple[float, float, Box]] = {}
        self.shows_labels = True

    def place_labels(self, marks: list[MapMark], camera: Camera, selected: frozenset[VehicleKey]) -> None:
        """Find room for labels anew: a few times a second, and when the view changes."""
        order = sorted(marks, key=lambda one: (one.key not in selected, -one.level, one.key))
        wanted = []
        for mark in order:
            x, y = camera.screen(mark.x_m, mark.y_m)
            if -60 < x < camera.width + 60 and -60 < y < camera.height + 60:
                is_important = mark.key in selected or mark.level >= Level.WARNING
                height = LABEL_HEIGHT if mark.detail else LABEL_HEIGHT / 2
                wanted.append(Wanted(mark.key, x, y, _label_width(mark), height, is_important))
        placed = self._placer.place(wanted)
        self._boxes = {one.key: (one.x, one.y, placed[one.key]) for one in wanted if one.key in placed}

    def paint(self, painter: QPainter, camera: Camera, marks: list[MapMark], selected: frozenset[VehicleKey]) -> None:
        """Draw every mark, important ones on top."""
        order = sorted(marks, key=lambda one: (one.key in selected, one.level, one.key))
        for mark in order:
            x, y = camera.screen(mark.x_m, mark.y_m)
            if -20 < x < camera.width + 20 and -20 < y < camera.height + 20:
                _paint_mark(painter, mark, x, y, mark.key in selected)
        if self.shows_labels:
            for mark in order:
                self._paint_label(painter, camera, mark, mark.key in selected)

    def _paint_label(self, painter: QPainter, camera: Camera, mark: MapMark, is_selected: bool) -> None:
        held = self._boxes.get(mark.key)
        if held is None:
            return
        x, y = camera.screen(mark.x_m, mark.y_m)
        box = held[2]
        left, top = box.left + x - held[0], box.top + y - held[1]
        is_alarm = mark.level >= Level.CAUTION
        colour = level_colour(mark.level).name() if is_alarm else PALETTE.text if mark.is_live else PALETTE.muted
        width, height = round(box.right - box.left), round(box.bottom - box.top)
        ratio = painter.device().devicePixelRatioF()
        detail_colour = PALETTE.muted if mark.is_live else colour
        label = _label(
            (mark.title, mark.detail),
            (colour, detail_colour),
            is_selected=is_selected,
            size=(width, height),
            ratio=ratio,
        )
        painter.drawPixmap(QPointF(left - LABEL_EDGE, top - 1), label)


@functools.lru_cache(maxsize=1024)
def _label(
    texts: tuple[str, str], colours: tuple[str, str], *, is_selected: bool, size: tuple[int, int], ratio: float
) -> QPixmap:
    """A label as pixels: most are the same in the next frame, and a picture is drawn ten times as fast as its texts."""
    width, height = size
    pixels = QPixmap(round((width + 2 * LABEL_EDGE) * ratio), round((height + 2) * ratio))
    pixels.setDevicePixelRatio(ratio)
    pixels.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixels)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    back = QColor(PALETTE.background)
    back.setAlpha(215 if is_selected else 150)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(back)
    painter.drawRoundedRect(QRectF(0, 0, width + 2 * LABEL_EDGE, height + 2), 4, 4)
    painter.setFont(font(SMALL_PX, 700))
    painter.setPen(QColor(colours[0]))
    painter.drawText(QRectF(LABEL_EDGE, 1, width + LABEL_EDGE, 15), _LEFT, texts[0])
    painter.setFont(font(TINY_PX, 500))
    painter.setPen(QColor(colours[1]))
    painter.drawText(QRectF(LABEL_EDGE, 15, width + LABEL_EDGE, 14), _LEFT, texts[1])
    painter.end()
    return pixels


SPRITE_PX = 32
HEADING_STEP_DEG = 3
"""Marks are drawn in steps of this: finer than the eye sees on an arrow of that size."""
HOME_PX = 14
"""Homes nearer to each other than this share one mark."""


def paint_homes(painter: QPainter, camera: Camera, homes: set[tuple[float, float]]) -> None:
    """A small house for each home; one for those that would cover each other."""
    drawn: set[tuple[int, int]] = set()
    for home in homes:
        x, y = camera.screen(*mercator_from_degrees(*home))
        cell = (round(x / HOME_PX), round(y / HOME_PX))
        if cell in drawn or not (-20 < x < camera.width + 20 and -20 < y < camera.height + 20):
            continue
        drawn.add(cell)
        painter.drawPixmap(QPointF(x - SPRITE_PX / 2, y - SPRITE_PX / 2), _home(painter.device().devicePixelRatioF()))


@functools.lru_cache(maxsize=4)
def _home(ratio: float) -> QPixmap:
    pixels, painter = _sprite(ratio)
    painter.setPen(QPen(QColor(PALETTE.text), 1.4))
    painter.setBrush(QColor(PALETTE.background))
    painter.drawEllipse(QPointF(0, 0), 10, 10)
    house = QPainterPath(QPointF(-5, 0))
    for dx, dy in ((0.0, -5.0), (5.0, 0.0)):
        house.lineTo(dx, dy)
    house.moveTo(-3.5, -1)
    for dx, dy in ((-3.5, 4), (3.5, 4), (3.5, -1)):
        house.lineTo(dx, dy)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(house)
    painter.end()
    return pixels


def _sprite(ratio: float) -> tuple[QPixmap, QPainter]:
    """A small clear picture and a painter whose origin is its middle: drawn once, copied for each vehicle."""
    pixels = QPixmap(round(SPRITE_PX * ratio), round(SPRITE_PX * ratio))
    pixels.setDevicePixelRatio(ratio)
    pixels.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixels)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(SPRITE_PX / 2, SPRITE_PX / 2)
    return pixels, painter


def _paint_mark(painter: QPainter, mark: MapMark, x: float, y: float, is_selected: bool) -> None:
    if mark.level >= Level.CAUTION or is_selected:
        painter.save()
        painter.translate(x, y)
        if mark.level >= Level.CAUTION:
            _paint_halo(painter, mark)
        if is_selected:
            painter.setPen(QPen(QColor(PALETTE.text), 1.6))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(0, 0), 17, 17)
        painter.restore()
    heading = None if mark.heading_deg is None else round(mark.heading_deg / HEADING_STEP_DEG) * HEADING_STEP_DEG % 360
    colour = vehicle_colour(mark.key.id).name() if mark.is_live else ""
    sign = vehicle_sign(mark.key.id)
    arrow = _arrow(colour, heading, mark.is_flying, sign, painter.device().devicePixelRatioF())
    painter.drawPixmap(QPointF(x - SPRITE_PX / 2, y - SPRITE_PX / 2), arrow)


@functools.lru_cache(maxsize=4096)
def _arrow(colour: str, heading_deg: int | None, is_flying: bool, sign: int, ratio: float) -> QPixmap:
    """A vehicle's mark; hollow without a colour, a disc without a heading, smaller on the ground, signed inside."""
    pixels, painter = _sprite(ratio)
    if colour:
        painter.setPen(QPen(QColor(PALETTE.background), 1.2))
        painter.setBrush(QColor(colour))
    else:
        painter.setPen(QPen(QColor(PALETTE.muted), 1.6))
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
        painter.setBrush(QColor(PALETTE.background))
        paint_dot(painter, QRectF(-2.5, -2.5, 5, 5), sign)
    painter.end()
    return pixels


def _paint_halo(painter: QPainter, mark: MapMark) -> None:
    colour = level_colour(mark.level)
    painter.setPen(QPen(colour, 1.2, Qt.PenStyle.SolidLine if mark.is_live else Qt.PenStyle.DashLine))
    fill = QColor(colour)
    fill.setAlpha(34)
    painter.setBrush(fill)
    radius = 22.0 if mark.is_live else 26.0
    painter.drawEllipse(QPointF(0, 0), radius, radius)


def _label_width(mark: MapMark) -> float:
    title = metrics(SMALL_PX, 700).horizontalAdvance(mark.title)
    return max(title, metrics(TINY_PX, 500).horizontalAdvance(mark.detail)) + 2.0
