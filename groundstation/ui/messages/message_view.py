# SPDX-License-Identifier: Apache-2.0
"""A list of log entries that follows its end unless the operator scrolled up. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QPushButton, QWidget

from groundstation.ui.messages.message_log import MessageLog
from groundstation.ui.messages.message_model import EntryRole, MessageModel
from groundstation.ui.messages.message_row import MessageRowDelegate
from groundstation.ui.theme.icons import icon
from groundstation.ui.timeline import DATE, local_time


class MessageView(QListView):
    """Shows a `MessageModel` of its own."""

    def __init__(self, log: MessageLog, parent: QWidget | None = None, *, shows_vehicle: bool = True) -> None:
        super().__init__(parent)
        self.messages = MessageModel(log, self)
        self.setModel(self.messages)
        self.setItemDelegate(MessageRowDelegate(self, shows_vehicle=shows_vehicle))
        # else Qt asks the delegate, which is Python, for the height of each line
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Messages"))
        self._is_at_end = True
        self._newer = QPushButton(icon("bottom"), self.tr("Newest"), self)
        self._newer.clicked.connect(self._on_newer_clicked)
        self._newer.hide()
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.verticalScrollBar().rangeChanged.connect(self._on_grown)
        copy = QAction(self.tr("Copy"), self, shortcut=QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self._copy)
        self.addAction(copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def _on_scrolled(self, value: int) -> None:
        # who scrolled up reads: new lines must not pull the text away
        self._is_at_end = value >= self.verticalScrollBar().maximum() - 2
        self._newer.setVisible(not self._is_at_end)

    def _on_grown(self, minimum: int, maximum: int) -> None:
        del minimum
        if self._is_at_end:
            self.verticalScrollBar().setValue(maximum)

    def _on_newer_clicked(self) -> None:
        self._is_at_end = True
        self.scrollToBottom()

    def _copy(self) -> None:
        entries = [index.data(EntryRole) for index in sorted(self.selectedIndexes(), key=lambda one: one.row())]
        lines = [f"{local_time(one.last_s, DATE)}\t{one.key}\t{one.severity}\t{one.text}" for one in entries]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: keeps the button in its corner."""
        super().resizeEvent(event)
        size = self._newer.sizeHint()
        self._newer.setGeometry(
            self.width() - size.width() - 20, self.height() - size.height() - 8, size.width(), size.height()
        )
