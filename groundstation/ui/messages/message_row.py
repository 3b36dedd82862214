# SPDX-License-Identifier: Apache-2.0
"""Paints one line of the log. GUI thread; every text is drawn as plain text."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from groundstation.fleet.conditions import Level
from groundstation.ui.call_signs import CUT, call_sign
from groundstation.ui.messages.message_model import EntryRole
from groundstation.ui.messages.message_store import LogEntry
from groundstation.ui.theme.colours import level_role, vehicle_colour
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.icons import pixmap
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TEXT_PX
from groundstation.ui.timeline import local_time
from groundstation.ui.units import age_text

ROW_HEIGHT = 26
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_ICONS = {Level.WARNING: "warning", Level.CAUTION: "caution", Level.ADVISORY: "advisory"}


class MessageRowDelegate(QStyledItemDelegate):
    """Time, severity, vehicle, text, repeats."""

    def __init__(
        self, now_unix_s: Callable[[], float], parent: QObject | None = None, *, shows_vehicle: bool = True
    ) -> None:
        super().__init__(parent)
        self._now_unix_s = now_unix_s
        self._shows_vehicle = shows_vehicle
        self.shows_ages = False
        """Whether the time is told as an age."""

    def _paint_row(self, painter: QPainter, rect: QRect, entry: LogEntry) -> None:
        area = rect.adjusted(12, 0, -12, 0)
        painter.setFont(font(SMALL_PX))
        painter.setPen(ink(Ink.MUTED))
        # of the newest repeat: that it is still so is what counts
        painter.drawText(area, _LEFT, self._time(entry))
        left = area.left() + 60
        if entry.level in _ICONS:
            ratio = painter.device().devicePixelRatioF()
            colour = level_role(entry.level) if entry.level > Level.ADVISORY else Ink.MUTED
            painter.drawPixmap(left, rect.top() + 6, pixmap(_ICONS[entry.level], 14, colour, ratio))
        left += 22
        if self._shows_vehicle:
            painter.setFont(font(SMALL_PX, 600))
            painter.setPen(vehicle_colour(entry.key.id))
            name = metrics(SMALL_PX, 600).elidedText(call_sign(entry.key), CUT, 82)
            painter.drawText(QRect(left, rect.top(), 84, rect.height()), _LEFT, name)
            left += 72
        right = area.right() - self._paint_count(painter, area, entry)
        painter.setFont(font(TEXT_PX))
        painter.setPen(ink(level_role(entry.level) if entry.level > Level.ADVISORY else Ink.TEXT))
        text = metrics(TEXT_PX).elidedText(entry.text, Qt.TextElideMode.ElideRight, right - left)
        painter.drawText(QRect(left, rect.top(), right - left, rect.height()), _LEFT, text)

    def _time(self, entry: LogEntry) -> str:
        if not self.shows_ages:
            return local_time(entry.last_s)
        age_s = self._now_unix_s() - entry.last_s
        # another computer's clock, or the past that is shown
        return age_text(max(0.0, age_s))

    @staticmethod
    def _paint_count(painter: QPainter, area: QRect, entry: LogEntry) -> int:
        if entry.count < 2:
            return 0
        text = f"\N{MULTIPLICATION SIGN}{entry.count}"
        width = metrics(SMALL_PX, 600).horizontalAdvance(text) + 12
        box = QRect(area.right() - width, area.top() + 5, width, area.height() - 10)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink(Ink.LINE))
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(font(SMALL_PX, 600))
        painter.setPen(ink(Ink.TEXT))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        return width + 8

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Qt: paints the line."""
        entry: LogEntry | None = index.data(EntryRole)
        if entry is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, ink(Ink.ACCENT_SURFACE))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, ink(Ink.RAISED))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(ink(Ink.ACCENT), 1))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
        self._paint_row(painter, option.rect, entry)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Qt: lines are all of one height."""
        del option, index
        return QSize(200, ROW_HEIGHT)
