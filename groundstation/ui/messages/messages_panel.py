# SPDX-License-Identifier: Apache-2.0
"""The log of all vehicles with its filter. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from groundstation.fleet.conditions import Level
from groundstation.ui.messages.message_log import MessageLog
from groundstation.ui.messages.message_model import MessageFilter
from groundstation.ui.messages.message_view import MessageView
from groundstation.ui.selection import Selection
from groundstation.ui.theme.icons import icon


class MessagesPanel(QWidget):
    """The log, with filters by severity, vehicle and text above it."""

    moment_wanted = Signal(float)
    """A moment that is to be looked at, seconds on the clock of the view's timeline."""

    def __init__(self, log: MessageLog, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._selection = selection
        self.view = MessageView(log)
        self.view.moment_wanted.connect(lambda unix_s: self.moment_wanted.emit(log.now_s_at(unix_s)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._bar())
        self._empty = QLabel(self.tr("No message yet."))
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(self._empty, 1)
        layout.addWidget(self.view, 1)
        self.view.messages.rowsInserted.connect(self._on_rows_changed)
        # a filter resets the model and inserts no rows
        self.view.messages.modelReset.connect(self._on_rows_changed)
        selection.changed.connect(self._apply)
        self._on_rows_changed()

    @property
    def least_level(self) -> Level:
        """The least bad level that is shown."""
        return Level(self.level_box.currentData())

    def set_least_level(self, level: Level) -> None:
        """Show from this level on."""
        self.level_box.setCurrentIndex(self.level_box.findData(int(level)))

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 8)
        bar.setSpacing(8)
        self.text_box = QLineEdit()
        self.text_box.setPlaceholderText(self.tr("Filter messages"))
        self.text_box.setAccessibleName(self.tr("Filter messages"))
        self.text_box.setClearButtonEnabled(True)
        self.text_box.addAction(QAction(icon("search"), "", self.text_box), QLineEdit.ActionPosition.LeadingPosition)
        self.text_box.textChanged.connect(self._apply)
        self.level_box = QComboBox()
        self.level_box.setAccessibleName(self.tr("Least severity shown"))
        names = {
            Level.NORMAL: self.tr("all messages"),
            Level.ADVISORY: self.tr("notices and worse"),
            Level.CAUTION: self.tr("cautions and warnings"),
            Level.WARNING: self.tr("warnings only"),
        }
        for level, name in names.items():
            self.level_box.addItem(name, int(level))
        self.level_box.currentIndexChanged.connect(self._apply)
        self.only_selected = QToolButton()
        self.only_selected.setCheckable(True)
        self.only_selected.setText(self.tr("Selected only"))
        self.only_selected.setToolTip(self.tr("Messages of the selected vehicles only"))
        self.only_selected.toggled.connect(self._apply)
        self.ages = QToolButton()
        self.ages.setCheckable(True)
        self.ages.setIcon(icon("history"))
        self.ages.setAccessibleName(self.tr("Times as ages"))
        self.ages.setToolTip(self.tr("Tell how long ago it was said, and not at what time"))
        self.ages.toggled.connect(lambda is_on: self.view.show_ages(is_on=is_on))
        bar.addWidget(self.text_box, 1)
        bar.addWidget(self.level_box)
        bar.addWidget(self.only_selected)
        bar.addWidget(self.ages)
        return bar

    def _apply(self) -> None:
        keys = frozenset(self._selection.keys) if self.only_selected.isChecked() else None
        self.view.messages.set_filter(MessageFilter(self.least_level, keys, self.text_box.text().strip()))

    def _on_rows_changed(self) -> None:
        has_rows = self.view.messages.rowCount() > 0
        self._empty.setVisible(not has_rows)
        self._empty.setText(
            self.tr("No message passes the filter.")
            if self.view.messages.filter != MessageFilter()
            else self.tr("No message yet.")
        )
        self.view.setVisible(has_rows)
