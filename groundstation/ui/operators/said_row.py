# SPDX-License-Identifier: Apache-2.0
"""Paints one message of an operator. GUI thread; every text is drawn as plain text."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from groundstation.ui.operators.said_model import SaidRole, SaidRow
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TEXT_PX

PAD, HEAD_H, LEAST_WIDTH = 12, 20, 160
MOST_HEIGHT = 240
"""Of a text; a longer one is read in its tool tip, and copied."""
MOST_KEPT = 2_000
_WRAP = Qt.TextFlag.TextWrapAnywhere | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class SaidRowDelegate(QStyledItemDelegate):
    """A line with who, to whom, when, and what became of it; below it the text, and what it is about."""

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._view = view
        self._heights: OrderedDict[tuple[str, int], int] = OrderedDict()

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Qt: paints the row."""
        row: SaidRow | None = index.data(SaidRole)
        if row is None:
            return
        painter.save()
        rect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, ink(Ink.ACCENT_SURFACE))
        elif row.is_unread or option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, ink(Ink.RAISED))
        if row.is_unread:
            painter.fillRect(QRect(rect.left(), rect.top() + 1, 3, rect.height() - 2), ink(Ink.ACCENT))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(ink(Ink.ACCENT), 1))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        self._paint_words(painter, rect, row)
        painter.setPen(QPen(ink(Ink.LINE), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.restore()

    def _paint_words(self, painter: QPainter, rect: QRect, row: SaidRow) -> None:
        head = QRect(rect.left() + PAD, rect.top() + 5, rect.width() - 2 * PAD, HEAD_H)
        painter.setFont(font(SMALL_PX))
        painter.setPen(ink(Ink.MUTED))
        when_px = metrics(SMALL_PX).horizontalAdvance(row.when)
        painter.drawText(head, _RIGHT, row.when)
        room = head.width() - when_px - PAD
        state = metrics(SMALL_PX).elidedText(row.state, Qt.TextElideMode.ElideRight, room // 2)
        state_px = metrics(SMALL_PX).horizontalAdvance(state)
        painter.drawText(QRect(head.left(), head.top(), room, HEAD_H), _RIGHT, state)
        painter.setFont(font(SMALL_PX, 600))
        painter.setPen(ink(Ink.ACCENT if row.is_mine else Ink.TEXT))
        who = metrics(SMALL_PX, 600).elidedText(row.head, Qt.TextElideMode.ElideRight, room - state_px - PAD)
        painter.drawText(head, _LEFT, who)
        body = QRect(head.left(), head.bottom() + 1, head.width(), self._body_height(row, head.width()))
        painter.setFont(font(TEXT_PX))
        painter.setPen(ink(Ink.TEXT))
        painter.setClipRect(body)
        painter.drawText(body, _WRAP, row.body)
        painter.setClipping(False)
        if row.about:
            painter.setFont(font(SMALL_PX))
            painter.setPen(ink(Ink.MUTED))
            about = QRect(head.left(), body.bottom() + 1, head.width(), HEAD_H)
            words = metrics(SMALL_PX).elidedText(row.about, Qt.TextElideMode.ElideRight, about.width())
            painter.drawText(about, _LEFT, words)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Qt: as high as its text wants it."""
        del option
        row: SaidRow | None = index.data(SaidRole)
        width = max(LEAST_WIDTH, self._view.viewport().width())
        if row is None:
            return QSize(width, HEAD_H)
        height = HEAD_H + 12 + self._body_height(row, width - 2 * PAD) + (HEAD_H if row.about else 0)
        return QSize(LEAST_WIDTH, height)

    def _body_height(self, row: SaidRow, width: int) -> int:
        key = row.body, width
        found = self._heights.get(key)
        if found is None:
            box = metrics(TEXT_PX).boundingRect(QRect(0, 0, width, 10_000), int(_WRAP), row.body)
            found = self._heights[key] = min(MOST_HEIGHT, max(HEAD_H, box.height() + 2))
            if len(self._heights) > MOST_KEPT:
                self._heights.popitem(last=False)
        return found
