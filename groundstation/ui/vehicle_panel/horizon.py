# SPDX-License-Identifier: Apache-2.0
"""Paints the attitude indicator: sky, ground, pitch ladder, roll scale. GUI thread; draws what it is given."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPen, QPolygonF

from groundstation.ui.theme.fonts import font
from groundstation.ui.theme.inks import ink, veil
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TINY_PX

DEGREES_SHOWN = 42.0
"""Pitch from the lower to the upper edge."""
_ROLL_MARKS = (-60, -45, -30, -20, -10, 0, 10, 20, 30, 45, 60)
MARK_ALPHA = 235
"""Of horizon and roll scale: what lies below is guessed at."""


def paint_horizon(painter: QPainter, rect: QRectF, roll_deg: float, pitch_deg: float) -> None:
    """Draw the attitude into a rectangle."""
    scale = rect.height() / DEGREES_SHOWN
    painter.save()
    painter.setClipRect(rect)
    painter.translate(rect.center().x(), rect.center().y() - rect.height() * 0.02)
    painter.save()
    # the horizon turns against the aircraft
    painter.rotate(-roll_deg)
    _paint_world(painter, rect, pitch_deg * scale)
    _paint_ladder(painter, rect, pitch_deg, scale)
    painter.restore()
    _paint_roll_scale(painter, rect, roll_deg)
    _paint_aircraft(painter, rect)
    painter.restore()


def _paint_world(painter: QPainter, rect: QRectF, shift: float) -> None:
    # as far as a corner is away, so that no roll shows an edge of the sky
    reach = math.hypot(rect.width(), rect.height())
    sky = QLinearGradient(0, shift - rect.height() * 0.8, 0, shift)
    sky.setColorAt(0, ink(Ink.SKY_HIGH))
    sky.setColorAt(1, ink(Ink.SKY))
    ground = QLinearGradient(0, shift, 0, shift + rect.height() * 0.8)
    ground.setColorAt(0, ink(Ink.GROUND))
    ground.setColorAt(1, ink(Ink.GROUND_LOW))
    painter.fillRect(QRectF(-reach, shift - 3 * reach, 2 * reach, 3 * reach), sky)
    painter.fillRect(QRectF(-reach, shift, 2 * reach, 3 * reach), ground)
    painter.setPen(QPen(veil(Ink.HORIZON_MARK, MARK_ALPHA), 1.5))
    painter.drawLine(QPointF(-reach, shift), QPointF(reach, shift))


def _paint_ladder(painter: QPainter, rect: QRectF, pitch_deg: float, scale: float) -> None:
    """Lines each 2.5 degrees, numbers each 10; only those near the middle, clear of the roll scale."""
    painter.setFont(font(TINY_PX, 600))
    half_room = rect.height() * 0.33
    unit = min(rect.width(), rect.height() * 1.4) / 100
    for step in range(-36, 37):
        degrees = step * 2.5
        y = (pitch_deg - degrees) * scale
        if step == 0 or abs(y) > half_room:
            continue
        fade = min(1.0, (half_room - abs(y)) / (half_room * 0.25))
        colour = veil(Ink.HORIZON_MARK, round(225 * fade))
        half = unit * (11 if step % 4 == 0 else 6.5 if step % 2 == 0 else 3)
        painter.setPen(QPen(colour, 1.4 if step % 4 == 0 else 1))
        painter.drawLine(QPointF(-half, y), QPointF(half, y))
        if step % 4 == 0:
            text = str(abs(round(degrees)))
            for box, side in (
                (QRectF(-half - 30, y - 8, 25, 16), Qt.AlignmentFlag.AlignRight),
                (QRectF(half + 5, y - 8, 25, 16), Qt.AlignmentFlag.AlignLeft),
            ):
                painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, text)


def _paint_roll_scale(painter: QPainter, rect: QRectF, roll_deg: float) -> None:
    radius = rect.height() * 0.42
    painter.setPen(QPen(veil(Ink.HORIZON_MARK, 150), 1.2))
    painter.drawArc(QRectF(-radius, -radius, 2 * radius, 2 * radius), 30 * 16, 120 * 16)
    for mark in _ROLL_MARKS:
        angle = math.radians(mark)
        length = 9 if mark % 30 == 0 else 5
        direction = QPointF(math.sin(angle), -math.cos(angle))
        painter.setPen(QPen(veil(Ink.HORIZON_MARK, MARK_ALPHA), 1.6 if mark % 30 == 0 else 1.1))
        painter.drawLine(direction * radius, direction * (radius + length))
    painter.save()
    is_steep = abs(roll_deg) > 60
    # beyond the scale it stays at its end, hollow
    painter.rotate(-max(-62.0, min(62.0, roll_deg)))
    painter.setPen(QPen(veil(Ink.AIRCRAFT_EDGE, 150), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush if is_steep else ink(Ink.AIRCRAFT))
    if is_steep:
        painter.setPen(QPen(ink(Ink.AIRCRAFT), 1.5))
    painter.drawPolygon(QPolygonF([QPointF(0, -radius + 1), QPointF(-7, -radius + 13), QPointF(7, -radius + 13)]))
    painter.restore()


def _paint_aircraft(painter: QPainter, rect: QRectF) -> None:
    unit = min(rect.width(), rect.height() * 1.4) / 100
    inner, outer, drop = unit * 13, unit * 30, unit * 4
    for colour, width in ((veil(Ink.AIRCRAFT_EDGE, 170), 5.5), (ink(Ink.AIRCRAFT), 3.0)):
        pen = QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        for side in (-1, 1):
            points = [QPointF(side * outer, 0), QPointF(side * inner, 0), QPointF(side * (inner - drop), drop)]
            painter.drawPolyline(QPolygonF(points))
        painter.drawPoint(QPointF(0, 0))


SMALL_DEGREES = 60.0
"""Pitch that the small one shows."""


def paint_small_horizon(painter: QPainter, rect: QRectF, roll_deg: float, pitch_deg: float) -> None:
    """Draw the attitude where there is little room: sky, ground, two lines of the ladder, the aircraft."""
    scale = rect.height() / SMALL_DEGREES
    painter.save()
    painter.setClipRect(rect)
    # one colour for each: a gradient that turns costs a millisecond a tile
    painter.fillRect(rect, ink(Ink.SKY))
    painter.translate(rect.center())
    painter.save()
    painter.rotate(-roll_deg)
    reach, shift = math.hypot(rect.width(), rect.height()), pitch_deg * scale
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink(Ink.GROUND))
    painter.drawRect(QRectF(-reach, shift, 2 * reach, 2 * reach + abs(shift)))
    painter.setPen(QPen(veil(Ink.HORIZON_MARK, MARK_ALPHA), 1.5))
    painter.drawLine(QPointF(-reach, shift), QPointF(reach, shift))
    half = rect.width() * 0.2
    painter.setPen(QPen(veil(Ink.HORIZON_MARK, MARK_ALPHA), 1))
    for degrees in (-10.0, 10.0):
        y = (pitch_deg - degrees) * scale
        painter.drawLine(QPointF(-half, y), QPointF(half, y))
    painter.restore()
    reach = rect.width() * 0.34
    # upright boxes: round ends of slanted pens take longer than all the rest
    for colour, edge in ((veil(Ink.AIRCRAFT_EDGE, 170), 1.0), (ink(Ink.AIRCRAFT), 0.0)):
        for left, wide in ((-reach, reach * 0.55), (reach * 0.45, reach * 0.55), (-1.5, 3.0)):
            painter.fillRect(QRectF(left - edge, -1.25 - edge, wide + 2 * edge, 2.5 + 2 * edge), colour)
    painter.restore()


def paint_failed(painter: QPainter, rect: QRectF, text: str) -> None:
    """A red cross over an instrument that has nothing to show; empty words where there is no room for any."""
    painter.save()
    painter.setClipRect(rect)
    painter.fillRect(rect, ink(Ink.INSTRUMENT))
    painter.setPen(QPen(ink(Ink.WARNING), 2))
    painter.drawLine(rect.topLeft(), rect.bottomRight())
    painter.drawLine(rect.topRight(), rect.bottomLeft())
    if not text:
        painter.restore()
        return
    painter.setFont(font(SMALL_PX, 600))
    box = painter.boundingRect(rect, Qt.AlignmentFlag.AlignCenter, text).adjusted(-8, -4, 8, 4)
    painter.fillRect(box, ink(Ink.INSTRUMENT))
    painter.setPen(ink(Ink.WARNING))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
