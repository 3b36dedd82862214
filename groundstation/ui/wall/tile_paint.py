# SPDX-License-Identifier: Apache-2.0
"""Paints parts of a tile: its edge, who it is, what is wrong, the six numbers. GUI thread; every text is plain."""

from __future__ import annotations

import functools

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from groundstation.fleet.conditions import Level
from groundstation.ui.call_signs import CUT
from groundstation.ui.theme.colours import level_role, paint_dot, vehicle_colour, vehicle_sign
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.icons import pixmap
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import RADIUS, SMALL_PX, TEXT_PX, TINY_PX, TITLE_PX
from groundstation.ui.units import DASH
from groundstation.ui.vehicle_panel.horizon import paint_failed, paint_small_horizon
from groundstation.ui.wall.glance import Figure, Glance, tr

HEAD, BAND, FOOT, TITLE = 30, 24, 22, 16
"""Heights of the parts, pixels."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_BACKS = {Level.WARNING: Ink.WARNING_SURFACE, Level.CAUTION: Ink.CAUTION_SURFACE}
LEVEL_ICONS = {Level.WARNING: "warning", Level.CAUTION: "caution"}


@functools.lru_cache(maxsize=8192)
def elided(text: str, width: int, pixels: int, weight: int = 400) -> str:
    """A text cut where there is no room, with dots: names, modes and titles are the same from frame to frame."""
    return metrics(pixels, weight).elidedText(text, Qt.TextElideMode.ElideRight, width)


def elided_name(name: str, width: int, pixels: int) -> str:
    """A vehicle's name, cut in its middle."""
    return metrics(pixels, 600).elidedText(name, CUT, width)


def paint_edge(painter: QPainter, rect: QRectF, one: Glance, *, is_chosen: bool, has_focus: bool) -> None:
    """Ground and edge: an alarm that nobody knows has its colour, the chosen one the accent."""
    waits = one.level >= Level.CAUTION and not one.is_known
    role = level_role(one.level) if waits else Ink.ACCENT if is_chosen else Ink.LINE
    painter.setPen(QPen(ink(role), 1.5 if waits or is_chosen else 1))
    painter.setBrush(ink(Ink.RAISED))
    painter.drawRoundedRect(rect.adjusted(0.75, 0.75, -0.75, -0.75), RADIUS, RADIUS)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if has_focus or (is_chosen and waits):
        # an alarm has taken the edge: the accent is within it
        painter.setPen(QPen(ink(Ink.ACCENT), 1, Qt.PenStyle.DashLine if has_focus else Qt.PenStyle.SolidLine))
        painter.drawRoundedRect(rect.adjusted(2.5, 2.5, -2.5, -2.5), RADIUS - 2, RADIUS - 2)


def paint_head(painter: QPainter, rect: QRect, one: Glance, right: int = 0, pixels: int = TEXT_PX) -> None:
    """Colour, name and mode.

    Args:
        painter: where to.
        rect: the line.
        one: the vehicle.
        right: pixels that buttons take at the right edge.
        pixels: size of the name.
    """
    paint_head_mark(painter, rect.left() + 10, rect.center().y(), one)
    line = rect.adjusted(26, 0, -10 - right, 0)
    mode_width = metrics(SMALL_PX, 600).horizontalAdvance(one.mode)
    painter.setFont(font(SMALL_PX, 600))
    painter.setPen(ink(Ink.TEXT if one.is_heard and one.is_armed is not False else Ink.MUTED))
    painter.drawText(line, _RIGHT, one.mode)
    room = line.width() - mode_width - 8
    name = elided_name(one.name, room, pixels)
    painter.setFont(font(pixels, 600))
    painter.setPen(ink(Ink.TEXT if one.is_heard else Ink.MUTED))
    painter.drawText(line, _LEFT, name)
    left = metrics(pixels, 600).horizontalAdvance(name) + 6
    if one.is_simulated:
        left = _paint_tag(painter, line, left, room)
    if one.key.id not in one.name and room - left > 24:
        painter.setFont(font(SMALL_PX))
        painter.setPen(ink(Ink.MUTED))
        text = elided(one.key.id, room - left, SMALL_PX)
        painter.drawText(line.adjusted(left, 0, 0, 0), _LEFT, text)


def paint_head_mark(painter: QPainter, left: int, middle: int, one: Glance) -> None:
    """A vehicle's colour: filled while its motors may turn, hollow where it is not heard or disarmed."""
    colour = vehicle_colour(one.key.id)
    painter.setPen(QPen(colour if one.is_heard else ink(Ink.FAINT), 1.6))
    painter.setBrush(colour if one.is_heard and one.is_armed is not False else Qt.BrushStyle.NoBrush)
    paint_dot(painter, QRectF(left, middle - 4, 8, 8), vehicle_sign(one.key.id))


def _paint_tag(painter: QPainter, line: QRect, left: int, room: int) -> int:
    """The mark of a simulated vehicle; answers where the rest begins."""
    width = metrics(TINY_PX - 1, 700).horizontalAdvance("SIM") + 8
    if left + width > room:
        return left
    box = QRectF(line.left() + left, line.center().y() - 7, width, 15)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink(Ink.SIMULATED_SURFACE))
    painter.drawRoundedRect(box, 4, 4)
    painter.setFont(font(TINY_PX - 1, 700))
    painter.setPen(ink(Ink.SIMULATED))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "SIM")
    return left + width + 6


def paint_band(painter: QPainter, rect: QRect, one: Glance, right: int = 0) -> None:
    """What is wrong with it, on the colour of that; else what it does."""
    painter.setFont(font(SMALL_PX, 600 if one.trouble else 400))
    if not one.trouble:
        painter.setPen(ink(Ink.MUTED))
        line = rect.adjusted(10, 0, -10 - right, 0)
        text = elided(one.doing, line.width(), SMALL_PX)
        painter.drawText(line, _LEFT, text)
        return
    # known trouble keeps its mark, hollow, without the colour behind it
    if not one.is_known:
        painter.fillRect(rect.adjusted(1, 0, -1, 0), ink(_BACKS[one.level]))
    role, name = level_role(one.level), LEVEL_ICONS[one.level] + ("_seen" if one.is_known else "")
    mark = pixmap(name, 14, role, painter.device().devicePixelRatioF())
    painter.drawPixmap(rect.left() + 8, rect.center().y() - 6, mark)
    line = rect.adjusted(28, 0, -8 - right, 0)
    painter.setPen(ink(role))
    more = f"  +{one.more}" if one.more else ""
    room = line.width() - metrics(SMALL_PX, 600).horizontalAdvance(more)
    text = elided(one.trouble, room, SMALL_PX, 600)
    painter.drawText(line, _LEFT, text + more)


def paint_foot(painter: QPainter, rect: QRect, one: Glance) -> None:
    """What it does, or who is in control; how long ago it was heard."""
    painter.setFont(font(TINY_PX))
    painter.setPen(ink(Ink.MUTED))
    line = rect.adjusted(10, 0, -10, 0)
    painter.drawText(line, _RIGHT, one.age)
    room = line.width() - metrics(TINY_PX).horizontalAdvance(one.age) - 8
    # the band says what it does where nothing is wrong
    words = one.doing if one.trouble or not one.is_heard else one.control
    painter.drawText(line, _LEFT, elided(words, room, TINY_PX))


def paint_attitude(painter: QPainter, rect: QRectF, roll_deg: float | None, pitch_deg: float | None) -> None:
    """The small horizon; a cross where it is not known."""
    if roll_deg is None or pitch_deg is None:
        paint_failed(painter, rect, "")
    else:
        paint_small_horizon(painter, rect, roll_deg, pitch_deg)
    painter.setPen(ink(Ink.LINE))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(rect)


def paint_figures(painter: QPainter, rect: QRect, figures: tuple[Figure, ...], columns: int, pixels: int) -> None:
    """The numbers in so many columns, row by row, each with its title above it."""
    words = tuple(f"{one.title} {one.unit}" if one.unit else one.title for one in figures)
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(rect.topLeft(), _titles(words, rect.size().toTuple(), columns, pixels, _muted(), ratio))
    for number, one in enumerate(figures):
        left, top, width = _figure_place(number, len(figures), rect.size().toTuple(), columns, pixels)
        box = QRectF(rect.left() + left, rect.top() + top + TITLE, width - 4, pixels * 1.35)
        paint_value(painter, box, one, pixels)


def _figure_place(
    number: int, count: int, size: tuple[int, int], columns: int, pixels: int
) -> tuple[float, float, float]:
    """Left and upper edge of a number with its title, and its width."""
    rows = -(-count // columns)
    wide, high = size[0] / columns, size[1] / rows
    top = number // columns * high + max(0.0, (high - TITLE - 1 - pixels * 1.35) / 2)
    return number % columns * wide, top, wide


def _muted() -> str:
    return ink(Ink.MUTED).name()


@functools.lru_cache(maxsize=128)
def _titles(
    words: tuple[str, ...], size: tuple[int, int], columns: int, pixels: int, colour: str, ratio: float
) -> QPixmap:
    """The titles as pixels: the same from frame to frame, on all tiles of a size; kept by their colour."""
    drawn = QPixmap(round(size[0] * ratio), round(size[1] * ratio))
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setFont(font(TINY_PX))
    # as text it is a key of what is kept
    painter.setPen(colour)
    for number, text in enumerate(words):
        left, top, width = _figure_place(number, len(words), size, columns, pixels)
        painter.drawText(QRectF(left, top, width - 1, TITLE), _LEFT, elided(text, round(width - 1), TINY_PX))
    painter.end()
    return drawn


def paint_value(painter: QPainter, box: QRectF, one: Figure, pixels: int, side: Qt.AlignmentFlag = _LEFT) -> None:
    """A number alone, struck through where it is too old: colour is never the only sign."""
    role = Ink.MUTED if one.is_old or one.value == DASH else Ink.TEXT
    painter.setFont(font(pixels, 600))
    painter.setPen(ink(level_role(one.level) if one.level >= Level.CAUTION and not one.is_old else role))
    painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, one.value)
    width = metrics(pixels, 600).horizontalAdvance(one.value)
    left = box.right() - width if side & Qt.AlignmentFlag.AlignRight else box.left()
    if one.is_old and one.value != DASH:
        y = box.center().y() + 1
        painter.setPen(QPen(ink(Ink.MUTED), 1.2))
        painter.drawLine(QPointF(left, y), QPointF(left + width, y))
    if one.note and not side & Qt.AlignmentFlag.AlignRight:
        painter.setFont(font(TINY_PX))
        painter.setPen(ink(Ink.MUTED))
        painter.drawText(box.adjusted(width + 4, 1, 0, 0), _LEFT, one.note)


def paint_armed(painter: QPainter, rect: QRect, one: Glance) -> int:
    """ARMED or DISARMED at the right of a line; answers its width."""
    if one.is_armed is None:
        return 0
    text = tr("ARMED") if one.is_armed else tr("DISARMED")
    width = metrics(TINY_PX - 1, 700).horizontalAdvance(text) + 12
    box = QRectF(rect.right() - width, rect.center().y() - 8, width, 17)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink(Ink.TEXT if one.is_armed else Ink.LINE))
    painter.drawRoundedRect(box, 4, 4)
    painter.setFont(font(TINY_PX - 1, 700))
    painter.setPen(ink(Ink.BACKGROUND if one.is_armed else Ink.MUTED))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    return width + 8


def paint_card(
    painter: QPainter,
    rect: QRect,
    one: Glance,
    attitude: tuple[float | None, float | None],
    *,
    is_chosen: bool,
    has_focus: bool = False,
) -> None:
    """A medium tile whole: also a card of the fleet list."""
    paint_edge(painter, QRectF(rect), one, is_chosen=is_chosen, has_focus=has_focus)
    left, top, width = rect.left(), rect.top(), rect.width()
    paint_head(painter, QRect(left, top, width, HEAD), one)
    paint_band(painter, QRect(left, top + HEAD, width, BAND), one)
    body = rect.adjusted(8, HEAD + BAND + 6, -2, -FOOT - 2)
    across = min(90, max(52, round(body.width() * 0.3)))
    paint_attitude(painter, QRectF(body.left(), body.top(), across, body.height()), *attitude)
    numbers = body.adjusted(across + 8, -2, 0, 2)
    paint_figures(painter, numbers, one.figures, 2, TITLE_PX if width > 230 else TEXT_PX + 1)
    paint_foot(painter, QRect(left, rect.bottom() - FOOT, width, FOOT), one)
