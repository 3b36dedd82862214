# SPDX-License-Identifier: Apache-2.0
"""One line a vehicle: the same numbers in the same order as on a tile, under titles. GUI thread; plain text only."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from groundstation.fleet.conditions import Level
from groundstation.fleet.settings.measures import Dimension
from groundstation.fleet.summary import VehicleSummary
from groundstation.ui.fleet_list.fleet_model import SummaryRole
from groundstation.ui.fleet_list.fleet_row import paint_back
from groundstation.ui.settings.chosen import chosen
from groundstation.ui.theme.colours import level_role
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.icons import pixmap
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TEXT_PX, TINY_PX
from groundstation.ui.wall.glance import Glance, tr
from groundstation.ui.wall.tile_paint import LEVEL_ICONS, elided, elided_name, paint_head_mark, paint_value

ROW_HEIGHT, HEAD_HEIGHT = 28, 26
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
NAME, MODE, BATTERY, DOING = "name", "mode", "battery", "doing"
LEAST_NAME, LEAST_DOING, MOST_NAME = 96, 90, 190
MARGIN = 10
BAR = 34
LEAST_FOR_BAR = 360


class Column(NamedTuple):
    """A column beside the name and what the vehicle does."""

    key: str
    title: Callable[[], str]
    width: int
    turn: int
    """Columns are given room in this order; who finds none is not shown."""
    figure: int = -1
    """Its place among the six numbers."""


def _titled(title: str, what: Dimension) -> str:
    return f"{title} {chosen().measures.of(what).symbol}"


COLUMNS = (
    Column(MODE, lambda: tr("Mode"), 80, 0),
    Column("height", lambda: _titled(tr("Height"), Dimension.HEIGHT), 62, 2, 0),
    Column("speed", lambda: _titled(tr("Speed"), Dimension.SPEED), 68, 3, 1),
    Column(BATTERY, lambda: tr("Battery %"), 98, 1, 2),
    Column("home", lambda: _titled(tr("Home"), Dimension.DISTANCE), 60, 6, 3),
    Column("gps", lambda: tr("GPS"), 46, 5, 4),
    Column("link", lambda: tr("Link %"), 52, 4, 5),
)


Places = dict[str, tuple[int, int]]
"""How a width is shared out: of each column its left edge and width."""


@functools.lru_cache(maxsize=64)
def share(width: int) -> Places:
    """Columns for a width, pixels: those that count most first, in their own order."""
    room = width - 2 * MARGIN - LEAST_NAME
    # in a narrow list the name takes the room of the bar
    less = BAR if width < LEAST_FOR_BAR else 0
    widths = {one.key: one.width - (less if one.key == BATTERY else 0) for one in COLUMNS}
    shown: set[str] = set()
    for column in sorted(COLUMNS, key=lambda one: one.turn):
        if widths[column.key] > room:
            break
        shown.add(column.key)
        room -= widths[column.key]
    # what is left goes to the name up to its fill, then to what the vehicle does
    name = min(MOST_NAME, LEAST_NAME + (room if room < LEAST_DOING else (room - LEAST_DOING) // 2))
    doing = room - (name - LEAST_NAME)
    places: Places = {NAME: (MARGIN, name)}
    left = MARGIN + name
    for column in COLUMNS:
        if column.key in shown:
            places[column.key] = (left, widths[column.key])
            left += widths[column.key]
    if doing >= LEAST_DOING:
        places[DOING] = (left + 14, doing - 14)
    return places


class DenseHead(QWidget):
    """The titles above the rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEAD_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draws them."""
        del event
        painter = QPainter(self)
        painter.setFont(font(TINY_PX, 500))
        painter.setPen(ink(Ink.MUTED))
        places = share(self.width())
        self._write(painter, tr("Vehicle"), places[NAME], _LEFT)
        for column in COLUMNS:
            if column.key in places:
                is_text = column.key == MODE
                self._write(painter, column.title(), places[column.key], _LEFT if is_text else _RIGHT)
        if DOING in places:
            self._write(painter, tr("Doing"), places[DOING], _LEFT)
        painter.setPen(QPen(ink(Ink.LINE), 1))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.end()

    def _write(self, painter: QPainter, text: str, place: tuple[int, int], side: Qt.AlignmentFlag) -> None:
        left, width = place
        painter.drawText(QRect(left, 0, width - 4, self.height() - 1), side, text)


class DenseRowDelegate(QStyledItemDelegate):
    """Paints rows; asked for those alone that are in view."""

    glance: Callable[[VehicleSummary], Glance] | None = None
    """Gives a vehicle at a glance, as it is now."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Qt: paints the row."""
        row: VehicleSummary | None = index.data(SummaryRole)
        if row is None or self.glance is None:
            return
        one = self.glance(row)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_back(painter, option, row)
        paint_row(painter, option.rect, one)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Qt: rows are all of one height."""
        del option, index
        # no width: the list would scroll sideways in a narrow panel
        return QSize(0, ROW_HEIGHT)


def paint_row(painter: QPainter, rect: QRect, one: Glance) -> None:
    """What stands in a row."""
    places = share(rect.width())

    def box(key: str) -> QRect:
        left, width = places[key]
        return QRect(rect.left() + left, rect.top(), width - 4, rect.height())

    _paint_name(painter, box(NAME), one, is_troubled=DOING not in places)
    for column in COLUMNS:
        if column.key not in places:
            continue
        place = box(column.key)
        if column.key == MODE:
            painter.setFont(font(SMALL_PX, 600))
            painter.setPen(ink(Ink.TEXT if one.is_heard and one.is_armed is not False else Ink.MUTED))
            text = elided(one.mode, place.width(), SMALL_PX, 600)
            painter.drawText(place, _LEFT, text)
            continue
        if column.key == BATTERY and place.width() > BAR + 40:
            _paint_bar(painter, place, one)
        paint_value(painter, QRectF(place), one.figures[column.figure], TEXT_PX, Qt.AlignmentFlag.AlignRight)
    if DOING in places:
        _paint_doing(painter, box(DOING), one)
    painter.setPen(QPen(ink(Ink.LINE), 1))
    painter.drawLine(rect.left(), rect.bottom(), rect.right(), rect.bottom())


def _paint_name(painter: QPainter, box: QRect, one: Glance, *, is_troubled: bool) -> None:
    paint_head_mark(painter, box.left(), box.center().y(), one)
    line = box.adjusted(18, 0, 0, 0)
    # where there is no column for what is wrong its mark stands behind the name
    if is_troubled and one.level in LEVEL_ICONS:
        line.setRight(line.right() - 18)
        _paint_icon(painter, line.right() + 4, box.center().y(), one)
    painter.setFont(font(TEXT_PX, 600))
    painter.setPen(ink(Ink.TEXT if one.is_heard else Ink.MUTED))
    name = elided_name(one.name, line.width(), TEXT_PX)
    painter.drawText(line, _LEFT, name)
    used = metrics(TEXT_PX, 600).horizontalAdvance(name) + 6
    if one.key.id not in one.name and line.width() - used > 24:
        painter.setFont(font(SMALL_PX))
        painter.setPen(ink(Ink.MUTED))
        text = elided(one.key.id, line.width() - used, SMALL_PX)
        painter.drawText(line.adjusted(used, 0, 0, 0), _LEFT, text)


def _paint_icon(painter: QPainter, left: int, middle: int, one: Glance) -> None:
    name = LEVEL_ICONS[one.level] + ("_seen" if one.is_known else "")
    mark = pixmap(name, 14, level_role(one.level), painter.device().devicePixelRatioF())
    painter.drawPixmap(left, middle - 6, mark)


def _paint_bar(painter: QPainter, place: QRect, one: Glance) -> None:
    if one.charge_fraction is None:
        return
    level = one.figures[2].level
    bar = QRectF(place.left() + 12, place.center().y() - 1, BAR, 4)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink(Ink.LINE))
    painter.drawRoundedRect(bar, 2, 2)
    bar.setWidth(max(4.0, BAR * min(1.0, one.charge_fraction)))
    painter.setBrush(ink(level_role(level) if level >= Level.CAUTION else Ink.MUTED))
    painter.drawRoundedRect(bar, 2, 2)


def _paint_doing(painter: QPainter, box: QRect, one: Glance) -> None:
    painter.setFont(font(SMALL_PX))
    line, words, role = box, one.doing, Ink.MUTED
    if one.trouble:
        _paint_icon(painter, box.left(), box.center().y(), one)
        line, words, role = box.adjusted(18, 0, 0, 0), one.trouble, level_role(one.level)
        if one.more:
            words += f"  +{one.more}"
    painter.setPen(ink(role))
    painter.drawText(line, _LEFT, elided(words, line.width(), SMALL_PX))
