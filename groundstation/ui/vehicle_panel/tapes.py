# SPDX-License-Identifier: Apache-2.0
"""Paints tapes: speed on the left, height on the right, heading below. GUI thread; draws what it is given."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from groundstation.ui.language.words import word
from groundstation.ui.theme.fonts import font
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TEXT_PX, TINY_PX
from groundstation.ui.units import fixed

PIXELS_PER_LABEL = 38.0
BOX_HEIGHT = 26.0
_VCENTRE = Qt.AlignmentFlag.AlignVCenter
_CARDINALS = {0: "N", 90: "E", 180: "S", 270: "W"}


def label_step(value: float) -> float:
    """Distance between two numbers on a tape: finer near the ground and when slow."""
    return 5.0 if abs(value) < 200 else 20.0 if abs(value) < 1000 else 100.0


def paint_tape(
    painter: QPainter, rect: QRectF, value: float, *, is_right: bool, is_stale: bool, digits: int = 1
) -> None:
    """A vertical tape with the value in a box at its middle.

    Args:
        painter: where to.
        rect: the whole tape.
        value: what is in the box.
        is_right: ticks on the left edge, as on a height tape.
        is_stale: the value is old: grey, with a broken box.
        digits: behind the point, in the box.
    """
    painter.save()
    painter.setClipRect(rect)
    painter.fillRect(rect, ink(Ink.INSTRUMENT))
    step = label_step(value)
    scale = PIXELS_PER_LABEL / step
    edge, inward = (rect.left(), 1) if is_right else (rect.right(), -1)
    middle = rect.center().y()
    painter.setFont(font(TINY_PX, 500))
    minor = step / 5
    first = math.floor((value - rect.height() / 2 / scale) / minor)
    for number in range(first, first + math.ceil(rect.height() / scale / minor) + 2):
        y = middle - (number * minor - value) * scale
        is_major = number % 5 == 0
        painter.setPen(QPen(ink(Ink.MUTED if is_major else Ink.FAINT), 1))
        painter.drawLine(QPointF(edge, y), QPointF(edge + inward * (8 if is_major else 4), y))
        # speeds below zero have no numbers; heights below home have
        if is_major and (is_right or number >= 0):
            box = rect.adjusted(14, 0, -4, 0) if is_right else rect.adjusted(4, 0, -14, 0)
            side = Qt.AlignmentFlag.AlignLeft if is_right else Qt.AlignmentFlag.AlignRight
            painter.drawText(QRectF(box.left(), y - 9, box.width(), 18), side | _VCENTRE, f"{number * minor:.0f}")
    painter.setPen(QPen(ink(Ink.LINE), 1))
    painter.drawLine(QPointF(edge, rect.top()), QPointF(edge, rect.bottom()))
    _paint_box(painter, rect, fixed(value, digits), is_right=is_right, is_stale=is_stale)
    painter.restore()


def _paint_box(painter: QPainter, rect: QRectF, text: str, *, is_right: bool, is_stale: bool) -> None:
    top, bottom, middle = rect.center().y() - BOX_HEIGHT / 2, rect.center().y() + BOX_HEIGHT / 2, rect.center().y()
    if is_right:
        outline = [(rect.left() + 1, middle), (rect.left() + 8, top), (rect.right() - 1, top)]
        outline += [(rect.right() - 1, bottom), (rect.left() + 8, bottom)]
    else:
        outline = [(rect.right() - 1, middle), (rect.right() - 8, top), (rect.left() + 1, top)]
        outline += [(rect.left() + 1, bottom), (rect.right() - 8, bottom)]
    style = Qt.PenStyle.DashLine if is_stale else Qt.PenStyle.SolidLine
    painter.setPen(QPen(ink(Ink.FAINT if is_stale else Ink.TEXT), 1.2, style))
    painter.setBrush(ink(Ink.INSTRUMENT))
    painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in outline]))
    painter.setFont(font(TEXT_PX + 1, 700))
    painter.setPen(ink(Ink.MUTED if is_stale else Ink.TEXT))
    box = QRectF(rect.left() + (10 if is_right else 2), top, rect.width() - 14, BOX_HEIGHT)
    painter.drawText(box, Qt.AlignmentFlag.AlignRight | _VCENTRE, text)


def paint_climb(painter: QPainter, rect: QRectF, climb_mps: float) -> None:
    """A bar from the middle of the height tape: up for climbing. Full at 5 m/s."""
    share = max(-1.0, min(1.0, climb_mps / 5.0))
    height = share * rect.height() / 2
    painter.fillRect(rect, ink(Ink.LINE))
    middle = rect.center().y()
    painter.fillRect(QRectF(rect.left(), min(middle, middle - height), rect.width(), abs(height)), ink(Ink.TEXT))
    painter.fillRect(QRectF(rect.left(), middle - 0.5, rect.width(), 1), ink(Ink.MUTED))


def paint_heading(
    painter: QPainter, rect: QRectF, heading_deg: float, track_deg: float | None, target_deg: float | None
) -> None:
    """A horizontal tape with the heading in a box, a diamond for the track and a bug for the waypoint's direction."""
    painter.save()
    painter.setClipRect(rect)
    painter.fillRect(rect, ink(Ink.INSTRUMENT))
    scale = rect.width() / 100.0
    painter.setFont(font(TINY_PX, 600))
    for mark in range(math.floor((heading_deg - 55) / 5) * 5, math.ceil(heading_deg + 55), 5):
        x = rect.center().x() + (mark - heading_deg) * scale
        is_major = mark % 10 == 0
        painter.setPen(QPen(ink(Ink.MUTED if is_major else Ink.FAINT), 1))
        painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.top() + (6 if is_major else 3)))
        if is_major:
            name = _CARDINALS.get(mark % 360)
            painter.setPen(ink(Ink.TEXT if name else Ink.MUTED))
            # tens of degrees, as on a compass in an aircraft
            text = word(name) if name else f"{mark % 360 // 10:02d}"
            painter.drawText(QRectF(x - 16, rect.top() + 6, 32, rect.height() - 8), Qt.AlignmentFlag.AlignCenter, text)
    _paint_bug(painter, rect, heading_deg, target_deg, scale)
    if track_deg is not None:
        x = rect.center().x() + _difference(track_deg, heading_deg) * scale
        painter.setPen(QPen(ink(Ink.TEXT), 1.3))
        painter.setBrush(ink(Ink.INSTRUMENT))
        y = rect.top() + 4
        painter.drawPolygon(QPolygonF([QPointF(x, y - 4), QPointF(x + 4, y), QPointF(x, y + 4), QPointF(x - 4, y)]))
    box = QRectF(rect.center().x() - 24, rect.top() + 4, 48, rect.height() - 6)
    painter.setPen(QPen(ink(Ink.TEXT), 1.2))
    painter.setBrush(ink(Ink.INSTRUMENT))
    painter.drawRect(box)
    painter.setFont(font(TEXT_PX, 700))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{round(heading_deg) % 360:03d}°")
    painter.restore()


def _paint_bug(painter: QPainter, rect: QRectF, heading_deg: float, target_deg: float | None, scale: float) -> None:
    if target_deg is None:
        return
    # at the edge where it lies outside: on which side it is, is seen
    away = max(-49.0, min(49.0, _difference(target_deg, heading_deg)))
    x = rect.center().x() + away * scale
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink(Ink.ACCENT))
    painter.drawPolygon(QPolygonF([QPointF(x, rect.top() + 7), QPointF(x - 5, rect.top()), QPointF(x + 5, rect.top())]))


def _difference(one_deg: float, other_deg: float) -> float:
    return (one_deg - other_deg + 180.0) % 360.0 - 180.0


def paint_caption(painter: QPainter, rect: QRectF, top: str, bottom: str) -> None:
    """Small words at the ends of a tape: what it is, and a second number."""
    painter.setFont(font(TINY_PX, 500))
    strip = ink(Ink.INSTRUMENT)
    strip.setAlpha(230)
    painter.fillRect(QRectF(rect.left(), rect.top(), rect.width(), 17), strip)
    painter.setPen(ink(Ink.MUTED))
    painter.drawText(QRectF(rect.left(), rect.top(), rect.width(), 17), Qt.AlignmentFlag.AlignCenter, top)
    if bottom:
        painter.fillRect(QRectF(rect.left(), rect.bottom() - 18, rect.width(), 18), strip)
        painter.setFont(font(SMALL_PX, 600))
        painter.setPen(ink(Ink.TEXT))
        painter.drawText(
            QRectF(rect.left(), rect.bottom() - 18, rect.width(), 18), Qt.AlignmentFlag.AlignCenter, bottom
        )
