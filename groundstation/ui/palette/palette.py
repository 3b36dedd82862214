# SPDX-License-Identifier: Apache-2.0
"""The palette: type a part of a name, choose, Enter. GUI thread; plain text only.

It stands over the window and is no dialog, so that the emergency keys work. It begins anew each time it is opened, so
that what was done last is never one Enter away. What tells vehicles something is chosen by hand only, with an arrow key
or a click.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from groundstation.ui.focus import focus_keeper
from groundstation.ui.palette.entries import Entry, matching
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TEXT_PX

ROW_HEIGHT = 30
MOST_ROWS = 10
"""That are seen at once; the others are scrolled to."""
STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: MOST_ROWS, Qt.Key.Key_PageUp: -MOST_ROWS}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_AWAY_FOR_A_WHILE = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Palette(QFrame):
    """Hidden until it is opened."""

    def __init__(self, look: Callable[[], list[Entry]], parent: QWidget | None = None) -> None:
        """Build it.

        Args:
            look: what there is at this moment.
            parent: Qt's.
        """
        super().__init__(parent)
        self.setObjectName("sheet")
        self._look, self._entries = look, list[Entry]()
        self._before: QWidget | None = None
        self.box = QLineEdit()
        self.box.setPlaceholderText(self.tr("Find a panel or an action"))
        self.box.setAccessibleName(self.tr("Find a panel or an action"))
        self.box.addAction(QAction(icon("search"), "", self.box), QLineEdit.ActionPosition.LeadingPosition)
        self.box.textChanged.connect(self._show_matching)
        self.box.installEventFilter(self)
        self.list = QListWidget()
        self.list.setItemDelegate(_RowPainter(self.list))
        # the keyboard stays in the box: the arrow keys come by its filter
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(self._run)
        self._hint = QLabel()
        self._hint.setProperty("role", "small")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        for widget in (self.box, self.list, self._hint):
            layout.addWidget(widget)
        self.hide()

    def toggle(self) -> None:
        """Open, or close again."""
        if self.isVisible():
            self.dismiss()
        else:
            self._before = QApplication.focusWidget()
            self._entries = self._look()
            self.box.clear()
            self._show_matching()
            self.show()
            if not self.isActiveWindow():
                self.activateWindow()
            focus_keeper().give(self.box)

    def dismiss(self) -> None:
        """Close, and give the keyboard back to where it was; what commands does not take it, see `focus.py`."""
        before, self._before = self._before, None
        if before is not None and isValid(before) and before.isVisible():
            if not before.isActiveWindow():
                before.activateWindow()
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()

    def chosen(self) -> Entry | None:
        """What Enter would do; None for nothing."""
        item = self.list.currentItem()
        found: Entry | None = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        return found

    def _show_matching(self) -> None:
        found = matching(self._entries, self.box.text())
        self.list.clear()
        for entry in found:
            item = QListWidgetItem(", ".join(filter(None, (entry.name, entry.where, entry.note))), self.list)
            item.setData(Qt.ItemDataRole.UserRole, entry)
            item.setFlags(_ABLE if entry.is_enabled else Qt.ItemFlag.NoItemFlags)
        self.list.setFixedHeight(ROW_HEIGHT * min(len(found), MOST_ROWS))
        self.list.setVisible(bool(found))
        # nothing is chosen where the first one commands: Enter would be an order
        self.list.setCurrentRow(0 if found and found[0].is_enabled and not found[0].is_command else -1)
        self._hint.setText(
            self.tr("↑ ↓ choose   Enter do   Escape close") if found else self.tr("Nothing has a name like this.")
        )

    def _step(self, by: int) -> None:
        """Choose the next one that can be done, so many rows further; the ends stop it."""
        rows = [row for row in range(self.list.count()) if self.list.item(row).flags() & Qt.ItemFlag.ItemIsEnabled]
        if not rows:
            return
        now = self.list.currentRow()
        wanted = max(0, now + by) if now >= 0 else 0
        ahead = [row for row in rows if (row >= wanted if by > 0 else row <= wanted)]
        self.list.setCurrentRow((ahead[0] if by > 0 else ahead[-1]) if ahead else rows[-1 if by > 0 else 0])

    def _run(self) -> None:
        entry = self.chosen()
        if entry is not None:
            self.dismiss()
            entry.run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: the keys of the box. What is no letter and not ours passes on, as the emergency keys do."""
        kind = event.type()
        if isinstance(event, QFocusEvent) and kind == QEvent.Type.FocusOut and event.reason() not in _AWAY_FOR_A_WHILE:
            # not within the event: Qt would hand the keyboard on to yet another widget
            QTimer.singleShot(0, self, lambda: self.setVisible(self.box.hasFocus()))
        elif isinstance(event, QKeyEvent) and kind == QEvent.Type.KeyPress:
            return self._takes(event)
        elif isinstance(event, QKeyEvent) and kind == QEvent.Type.ShortcutOverride:
            is_ours = event.key() == Qt.Key.Key_Escape  # before the sheet of an order, which stands below
            event.setAccepted(is_ours)
            return is_ours
        return super().eventFilter(watched, event)

    def _takes(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key in STEPS:
            self._step(STEPS[key])
        elif key in _ENTER:
            # Enter that was held in another place is no choice here
            if not event.isAutoRepeat():
                self._run()
        elif key == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            # swallowed: there is nothing else in here to go to
            return key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        return True


_ABLE = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class _RowPainter(QStyledItemDelegate):
    """Name and place on the left, key or reason on the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Qt: all rows are alike."""
        del option, index
        return QSize(0, ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Qt: paints the line."""
        entry: Entry | None = index.data(Qt.ItemDataRole.UserRole)
        if entry is None:
            return
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, ink(Ink.ACCENT_SURFACE))
        elif state & QStyle.StateFlag.State_MouseOver and entry.is_enabled:
            painter.fillRect(rect, ink(Ink.RAISED))
        area = rect.adjusted(8, 0, -8, 0)
        faces = ((TEXT_PX, 500, Ink.TEXT if entry.is_enabled else Ink.MUTED), (SMALL_PX, 400, Ink.MUTED))
        left = area.left()
        for text, (size, weight, role) in zip((entry.name, entry.where), faces, strict=True):
            painter.setFont(font(size, weight))
            painter.setPen(ink(role))
            shown = metrics(size, weight).elidedText(text, Qt.TextElideMode.ElideRight, area.right() - left)
            painter.drawText(QRect(left, area.top(), area.right() - left, area.height()), _LEFT, shown)
            left += metrics(size, weight).horizontalAdvance(shown) + 10
        note = metrics(SMALL_PX, 500).elidedText(entry.note, Qt.TextElideMode.ElideRight, area.right() - left)
        painter.setFont(font(SMALL_PX, 500))
        painter.setPen(ink(Ink.TEXT if entry.is_enabled else Ink.MUTED))
        painter.drawText(QRect(left, area.top(), area.right() - left, area.height()), _RIGHT, note)
        painter.restore()
