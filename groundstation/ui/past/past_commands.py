# SPDX-License-Identifier: Apache-2.0
"""Commands as they stood at a moment of a recording. GUI thread; works only while visible."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QHideEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLabel, QLineEdit, QTableView, QVBoxLayout, QWidget

from groundstation.fleet.command_book import CommandBook
from groundstation.fleet.folded import folded
from groundstation.ui.commands_panel.journal_entry import entry_of
from groundstation.ui.commands_panel.journal_model import ORDER, STATE, TIME, VEHICLE, WHY, JournalFilter, JournalModel
from groundstation.ui.language.speaking import speaking
from groundstation.ui.past.past_view import PastView
from groundstation.ui.theme.icons import icon

ROW_HEIGHT = 24
WIDTHS = {TIME: 78, VEHICLE: 72, ORDER: 150, STATE: 150}
MOST_STEPS = 20_000
"""Reports that are looked at, the newest before the moment."""


class PastCommands(QWidget):
    """The table of commands without anything that commands."""

    def __init__(self, view: PastView, parent: QWidget | None = None) -> None:
        """Empty.

        Args:
            view: the fleet at the moment.
            parent: Qt's.
        """
        super().__init__(parent)
        self.setObjectName("panel")
        self._view = view
        self._shown = -1
        self.model = JournalModel(self)
        self.text_box = QLineEdit()
        self.text_box.setPlaceholderText(self.tr("Search commands"))
        self.text_box.setAccessibleName(self.tr("Search commands"))
        self.text_box.setClearButtonEnabled(True)
        self.text_box.addAction(QAction(icon("search"), "", self.text_box), QLineEdit.ActionPosition.LeadingPosition)
        self.text_box.textChanged.connect(self._on_text_changed)
        self.table = self._make_table()
        self.empty = QLabel(self.tr("Up to this moment nothing was commanded."))
        self.empty.setProperty("role", "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.text_box)
        layout.addWidget(self.empty, 1)
        layout.addWidget(self.table, 1)
        layout.setContentsMargins(12, 8, 12, 0)
        self._is_live = False
        speaking().changed.connect(self._speak)
        self._show_rows()

    def _speak(self) -> None:
        """Another language is spoken: rows are words."""
        self._shown = -1
        if self._is_live:
            self.refresh()

    def refresh(self) -> None:
        """Show what had been commanded by the moment."""
        steps = self._view.commands()
        # between two moments without a step nothing changes
        if len(steps) == self._shown:
            return
        self._shown = len(steps)
        book = CommandBook()
        for one in steps[-MOST_STEPS:]:
            if one.key is not None and one.report is not None:
                book.report(one.key, one.report, one.at_s, one.at_s)
        self.model.set_entries(entry_of(record) for record in book)
        self._show_rows()
        self.table.scrollToBottom()

    @property
    def keyboard_target(self) -> QWidget:
        """What gets the keyboard first."""
        return self.text_box

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        table.setAccessibleName(self.tr("Commands"))
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in WIDTHS.items():
            table.setColumnWidth(column, width)
        header.setSectionResizeMode(WHY, QHeaderView.ResizeMode.Stretch)
        return table

    def _on_text_changed(self, text: str) -> None:
        self.model.set_filter(JournalFilter(words=tuple(folded(text).split())))
        self._show_rows()

    def _show_rows(self) -> None:
        has_rows = self.model.rowCount() > 0
        is_filtered = bool(self.text_box.text().strip()) and self.model.total > 0
        self.empty.setText(
            self.tr("No command passes the filter.")
            if is_filtered
            else self.tr("Up to this moment nothing was commanded.")
        )
        self.empty.setVisible(not has_rows)
        self.table.setVisible(has_rows)

    def _on_passed(self, now_s: float) -> None:
        del now_s
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: begins to work."""
        super().showEvent(event)
        if not self._is_live:
            self._is_live = True
            self._view.timeline.passed.connect(self._on_passed)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Qt: stops working."""
        if self._is_live:
            self._is_live = False
            self._view.timeline.passed.disconnect(self._on_passed)
        super().hideEvent(event)
