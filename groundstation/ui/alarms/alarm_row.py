# SPDX-License-Identifier: Apache-2.0
"""Paints one alarm as a card, with its button. GUI thread; every text is drawn as plain text."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from groundstation.fleet.conditions import Level
from groundstation.ui.alarms.alarm_model import Card, CardRole
from groundstation.ui.alarms.alarm_words import tr
from groundstation.ui.theme.colours import level_role
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.icons import pixmap
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TEXT_PX

ROW_HEIGHT = 48
BUTTON = QSize(104, 28)
LEAST_SOURCE_PX = 70
NARROW_PX = 360
"""In a narrower list the button is a sign alone."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ICONS = {Level.WARNING: "warning", Level.CAUTION: "caution"}
_SURFACES = {Level.WARNING: Ink.WARNING_SURFACE, Level.CAUTION: Ink.CAUTION_SURFACE}


def icon_name(level: Level, *, waits: bool) -> str:
    """The sign of an alarm: its shape says the level; filled as long as nobody has acknowledged it."""
    name = _ICONS.get(level)
    return "advisory" if name is None else name if waits else f"{name}_seen"


class AlarmRowDelegate(QStyledItemDelegate):
    """Two lines: whose and what; the number, what to do, who knows. At the right its age, and the button."""

    pressed = Signal(str)
    """Key of an alarm whose button was pressed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Qt: paints the card."""
        card: Card | None = index.data(CardRole)
        if card is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_back(painter, option, card)
        right = self._paint_button(painter, option.rect, card)
        self._paint_words(painter, option.rect, card, right)
        painter.setPen(QPen(ink(Ink.LINE), 1))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        painter.restore()

    def _paint_back(self, painter: QPainter, option: QStyleOptionViewItem, card: Card) -> None:
        rect, alarm = option.rect, card.alarm
        level = alarm.worst if alarm.waits else alarm.level
        surface = _SURFACES.get(level) if alarm.waits and alarm.is_active else None
        if option.state & QStyle.StateFlag.State_Selected:
            surface = Ink.ACCENT_SURFACE
        elif surface is None and option.state & QStyle.StateFlag.State_MouseOver:
            surface = Ink.RAISED
        if surface is not None:
            painter.fillRect(rect, ink(surface))
        if alarm.waits:
            painter.fillRect(QRect(rect.left(), rect.top() + 1, 3, rect.height() - 2), ink(level_role(level)))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(ink(Ink.ACCENT), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(0, 0, -1, -1))

    def _paint_words(self, painter: QPainter, rect: QRect, card: Card, right: int) -> None:
        alarm = card.alarm
        level = alarm.worst if alarm.waits else alarm.level
        is_told = level >= Level.CAUTION and alarm.shelf is None
        colour = level_role(level) if is_told else Ink.MUTED
        name = "shelved" if alarm.shelf is not None else icon_name(level, waits=alarm.waits)
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(rect.left() + 12, rect.top() + 15, pixmap(name, 18, colour, ratio))
        age_px = metrics(TEXT_PX, 600).horizontalAdvance(card.age)
        painter.setFont(font(TEXT_PX, 600))
        painter.setPen(ink(Ink.TEXT if alarm.is_active else Ink.MUTED))
        painter.drawText(QRect(right - age_px - 2, rect.top() + 5, age_px + 2, 20), _RIGHT, card.age)
        left, room = rect.left() + 40, right - age_px - 12
        # what is wrong is never cut for the sake of a long topic
        title_px = metrics(TEXT_PX, 600).horizontalAdvance(card.title) + 10
        source_px = max(LEAST_SOURCE_PX, room - left - title_px)
        source = metrics(TEXT_PX, 600).elidedText(card.source, Qt.TextElideMode.ElideLeft, source_px)
        painter.setPen(ink(Ink.TEXT if alarm.is_active else Ink.MUTED))
        painter.drawText(QRect(left, rect.top() + 5, room - left, 20), _LEFT, source)
        after = left + metrics(TEXT_PX, 600).horizontalAdvance(source) + 8
        painter.setPen(ink(colour if alarm.is_active else Ink.MUTED))
        title = metrics(TEXT_PX, 600).elidedText(card.title, Qt.TextElideMode.ElideRight, max(0, room - after))
        painter.drawText(QRect(after, rect.top() + 5, max(0, room - after), 20), _LEFT, title)
        self._paint_second(painter, QRect(left, rect.top() + 24, right - left, 18), card)

    @staticmethod
    def _paint_second(painter: QPainter, area: QRect, card: Card) -> None:
        painter.setFont(font(SMALL_PX))
        painter.setPen(ink(Ink.MUTED))
        state_px = min(metrics(SMALL_PX).horizontalAdvance(card.state) + 2, area.width() // 2)
        state = metrics(SMALL_PX).elidedText(card.state, Qt.TextElideMode.ElideRight, state_px)
        painter.drawText(area, _RIGHT, state)
        painter.setPen(ink(Ink.TEXT if card.alarm.is_active and card.alarm.shelf is None else Ink.MUTED))
        room = area.width() - state_px - (10 if card.state else 0)
        detail = metrics(SMALL_PX).elidedText(card.detail, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(area.left(), area.top(), room, area.height()), _LEFT, detail)

    def _paint_button(self, painter: QPainter, rect: QRect, card: Card) -> int:
        """The button where there is something to acknowledge; returns where the words end."""
        if not card.can_acknowledge:
            return rect.right() - 12
        box = button_rect(rect)
        painter.setPen(QPen(ink(Ink.LINE_STRONG), 1))
        painter.setBrush(ink(Ink.RAISED))
        painter.drawRoundedRect(box, 5, 5)
        painter.setFont(font(SMALL_PX, 600))
        painter.setPen(ink(Ink.TEXT))
        words = tr("Acknowledge") if box.width() == BUTTON.width() else "✓"
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
        return box.left() - 12

    def editorEvent(
        self,
        event: QEvent,
        model: object,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """Qt: the mouse on a card."""
        del model
        card: Card | None = index.data(CardRole)
        is_release = isinstance(event, QMouseEvent) and event.type() is QEvent.Type.MouseButtonRelease
        if card is None or not is_release or not card.can_acknowledge:
            return False
        if event.button() is not Qt.MouseButton.LeftButton:  # type: ignore[attr-defined]
            return False
        if not button_rect(option.rect).contains(event.position().toPoint()):  # type: ignore[attr-defined]
            return False
        self.pressed.emit(card.alarm.key)
        return True

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Qt: cards are all of one height."""
        del option, index
        return QSize(200, ROW_HEIGHT)


def button_rect(rect: QRect) -> QRect:
    """Where the button of a card is."""
    width = BUTTON.width() if rect.width() >= NARROW_PX else 32
    return QRect(rect.right() - 10 - width, rect.top() + (rect.height() - BUTTON.height()) // 2, width, BUTTON.height())
