# SPDX-License-Identifier: Apache-2.0
"""Log entries in rows, at the end unless the operator scrolled up. GUI thread."""

from __future__ import annotations

import itertools

from PySide6.QtCore import QModelIndex, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QHideEvent, QKeyEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QPushButton, QTableView, QWidget

from groundstation.ui.messages.message_log import MessageLog
from groundstation.ui.messages.message_model import MessageModel
from groundstation.ui.messages.message_row import ROW_HEIGHT, MessageRowDelegate
from groundstation.ui.theme.icons import icon
from groundstation.ui.timeline import DATE, local_time

MOST_COPIED = 100_000
"""Lines; a clipboard of more stops other programs."""
AGES_MS = 1_000


class MessageView(QTableView):
    """Shows a `MessageModel` of its own.

    A table of one column and not a list: Qt's list lays out every row at each new one, a table none.
    """

    moment_wanted = Signal(float)
    """When the entry was said that somebody wants to look back to, seconds since 1970."""

    def __init__(self, log: MessageLog, parent: QWidget | None = None, *, shows_vehicle: bool = True) -> None:
        super().__init__(parent)
        self.messages = MessageModel(log, self)
        self.setModel(self.messages)
        self._rows = MessageRowDelegate(log.now_unix_s, self, shows_vehicle=shows_vehicle)
        self.setItemDelegate(self._rows)
        self.horizontalHeader().hide()
        self.horizontalHeader().setStretchLastSection(True)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(1)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Tab goes on to the next widget, as everywhere
        self.setTabKeyNavigation(False)
        self.setAccessibleName(self.tr("Messages"))
        self._is_at_end = True
        self._newer = QPushButton(icon("bottom"), self.tr("Newest"), self)
        self._newer.clicked.connect(self._on_newer_clicked)
        self._newer.hide()
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.verticalScrollBar().rangeChanged.connect(self._on_grown)
        self.doubleClicked.connect(self._look_at)
        self._ages = QTimer(self, interval=AGES_MS)
        self._ages.timeout.connect(self.viewport().update)
        copy = QAction(self.tr("Copy"), self, shortcut=QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self._copy)
        look = QAction(self.tr("Look back to that moment"), self)
        look.triggered.connect(lambda: self._look_at(self.currentIndex()))
        self.addActions([copy, look])
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    @property
    def shows_ages(self) -> bool:
        """Whether times are told as ages."""
        return self._rows.shows_ages

    def show_ages(self, *, is_on: bool) -> None:
        """Tell times as ages, or as times of day."""
        self._rows.shows_ages = is_on
        self._turn_ages()
        self.viewport().update()

    def _turn_ages(self) -> None:
        if self.shows_ages and self.isVisible():
            self._ages.start()
        else:
            self._ages.stop()

    def _look_at(self, index: QModelIndex) -> None:
        if index.isValid():
            self.moment_wanted.emit(self.messages.entry(index.row()).last_s)

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
        """The selected lines; by their ranges, since a million indexes are a million objects."""
        selection = self.selectionModel().selection()
        found = (selection.at(number) for number in range(selection.count()))
        ranges = sorted((one.top(), one.bottom()) for one in found)
        rows = itertools.chain.from_iterable(range(top, bottom + 1) for top, bottom in ranges)
        entries = (self.messages.entry(row) for row in itertools.islice(rows, MOST_COPIED))
        lines = [f"{local_time(one.last_s, DATE)}\t{one.key}\t{one.severity}\t{one.text}" for one in entries]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: Home and End mean the log, not its one column; Enter looks back."""
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: self.messages.rowCount() - 1}
        if event.key() in ends and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.setCurrentIndex(self.messages.index(ends[Qt.Key(event.key())], 0))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._look_at(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: ages pass while they are seen."""
        super().showEvent(event)
        self._turn_ages()

    def hideEvent(self, event: QHideEvent) -> None:
        """Qt: hidden, it does no work."""
        super().hideEvent(event)
        self._turn_ages()

    def sizeHintForRow(self, row: int) -> int:
        """Qt: lines are all of one height."""
        del row
        return ROW_HEIGHT

    def minimumSizeHint(self) -> QSize:
        """Qt: a few lines are enough."""
        return QSize(80, 2 * ROW_HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: keeps the button in its corner."""
        super().resizeEvent(event)
        size = self._newer.sizeHint()
        self._newer.setGeometry(
            self.width() - size.width() - 20, self.height() - size.height() - 8, size.width(), size.height()
        )
