# SPDX-License-Identifier: Apache-2.0
"""The table of commands with its filter. GUI thread; reading and exporting happen elsewhere."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.command_book import Transition
from groundstation.fleet.conditions import Level
from groundstation.fleet.folded import folded
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.commands_panel.journal_entry import JournalEntry, entry_of
from groundstation.ui.commands_panel.journal_loader import JournalLoader
from groundstation.ui.commands_panel.journal_model import (
    BY,
    ORDER,
    STATE,
    TIME,
    VEHICLE,
    WHY,
    JournalFilter,
    JournalModel,
)
from groundstation.ui.commands_panel.journal_port import JournalAccess
from groundstation.ui.language.letters import capital
from groundstation.ui.language.speaking import speaking
from groundstation.ui.theme.icons import icon
from groundstation.ui.timeline import DATE, local_time, wall_s

SEARCH_MS = 400
ROW_HEIGHT = 24
WIDTHS = {TIME: 78, ORDER: 116, BY: 128}
NARROW = 640
"""Below this width who ordered it is left to the tool tip and the search."""


class JournalView(QWidget):
    """Commands of this session, and of earlier ones when they are wanted."""

    def __init__(self, desk: OperatorDesk, journal: JournalAccess | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.loader = JournalLoader(journal, self) if journal is not None else None
        self.model = JournalModel(self)
        self._older: list[JournalEntry] = []
        self._is_at_end = True
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._bar())
        self.empty = QLabel()
        self.empty.setProperty("role", "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setTextFormat(Qt.TextFormat.PlainText)
        self.empty.setWordWrap(True)
        layout.addWidget(self.empty, 1)
        layout.addWidget(self._make_table(), 1)
        self._search_timer = QTimer(self, interval=SEARCH_MS, singleShot=True)
        self._search_timer.timeout.connect(self._read_older)
        if self.loader is not None:
            self.loader.loaded.connect(self._on_loaded)
            self.loader.failed.connect(self._on_failed)
            self.loader.exported.connect(self._on_exported)
        desk.selection.changed.connect(self._apply)
        speaking().changed.connect(self._speak)
        self._on_rows_changed()

    def renew(self) -> None:
        """Take everything that is known: after the panel was hidden."""
        known = [entry_of(record) for record in self._desk.orders.book]
        here = {one.address for one in known}
        # what is in memory is newer than the row on the disk, which may be written a moment later
        self.model.set_entries([*(one for one in self._older if one.address not in here), *known])

    def _speak(self) -> None:
        """Another language is spoken: rows are words."""
        self.renew()
        self._read_older()

    def take(self, transitions: list[Transition]) -> None:
        """Something happened."""
        self.model.update(entry_of(one.record) for one in transitions)

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 8)
        bar.setSpacing(8)
        self.text_box = QLineEdit()
        self.text_box.setPlaceholderText(self.tr("Search commands"))
        self.text_box.setAccessibleName(self.tr("Search commands"))
        self.text_box.setClearButtonEnabled(True)
        self.text_box.addAction(QAction(icon("search"), "", self.text_box), QLineEdit.ActionPosition.LeadingPosition)
        self.text_box.textChanged.connect(self._on_text_changed)
        self.kind_box = QComboBox()
        self.kind_box.setAccessibleName(self.tr("Which commands"))
        kinds = (("all", self.tr("all")), ("bad", self.tr("not done")), ("running", self.tr("under way")))
        for kind, name in kinds:
            self.kind_box.addItem(name, kind)
        self.kind_box.currentIndexChanged.connect(self._apply)
        self.only_selected = self._tool("", self.tr("Selected"), self.tr("Commands to the selected vehicles only"))
        self.only_selected.toggled.connect(self._apply)
        self.earlier = self._tool("history", "", self.tr("Commands of earlier sessions too, from the journal"))
        self.earlier.toggled.connect(self._on_earlier_toggled)
        self.export_button = self._tool("export", "", self.tr("Export the journal as CSV…"), checkable=False)
        self.export_button.clicked.connect(self._on_export_wanted)
        bar.addWidget(self.text_box, 1)
        for widget in (self.kind_box, self.only_selected, self.earlier, self.export_button):
            bar.addWidget(widget)
        self.earlier.setVisible(self.loader is not None)
        self.export_button.setVisible(self.loader is not None)
        return bar

    @staticmethod
    def _tool(icon_name: str, text: str, tip: str, *, checkable: bool = True) -> QToolButton:
        button = QToolButton()
        button.setCheckable(checkable)
        button.setText(text)
        if icon_name:
            button.setIcon(icon(icon_name))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        return button

    def _make_table(self) -> QTableView:
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setAccessibleName(self.tr("Commands"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setIconSize(QSize(14, 14))
        # else the Tab key goes from cell to cell and never out of the table
        self.table.setTabKeyNavigation(False)
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = self.table.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in WIDTHS.items():
            self.table.setColumnWidth(column, width)
        header.setSectionResizeMode(WHY, QHeaderView.ResizeMode.Stretch)
        # measured by the rows that are seen, and not by a thousand of them, which is Qt's default
        header.setResizeContentsPrecision(0)
        for column in (VEHICLE, STATE):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setMinimumSectionSize(40)
        bar = self.table.verticalScrollBar()
        bar.valueChanged.connect(self._on_scrolled)
        bar.rangeChanged.connect(self._on_grown)
        for signal in (self.model.rowsInserted, self.model.modelReset):
            signal.connect(self._on_rows_changed)
        copy = QAction(self.tr("Copy"), self.table, shortcut=QKeySequence(QKeySequence.StandardKey.Copy))
        # only where the keyboard is: each table of the window has the same key
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self._copy)
        self.table.addAction(copy)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        return self.table

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: the least needed column gives way."""
        super().resizeEvent(event)
        self.table.setColumnHidden(BY, self.width() < NARROW)

    def _apply(self) -> None:
        keys = frozenset(self._desk.selection.keys) if self.only_selected.isChecked() else None
        words = tuple(folded(self.text_box.text()).split())
        self.model.set_filter(JournalFilter(words, str(self.kind_box.currentData()), keys))
        self._on_rows_changed()

    def _on_text_changed(self) -> None:
        self._apply()
        if self.earlier.isChecked():
            # the disk is asked when the typing pauses; what is in memory is filtered at once
            self._search_timer.start()

    def _on_earlier_toggled(self, is_on: bool) -> None:
        if is_on:
            self._read_older()
        else:
            self._older = []
            self.renew()

    def _read_older(self) -> None:
        if self.loader is not None and self.earlier.isChecked():
            self.loader.load(self.text_box.text())

    def _on_loaded(self, entries: list[JournalEntry]) -> None:
        if self.earlier.isChecked():
            self._older = entries
            self.renew()

    def _on_failed(self, why: str) -> None:
        self._desk.noticed.emit(f"{capital(why)}.", Level.CAUTION)

    def _on_exported(self, path: str) -> None:
        self._desk.noticed.emit(self.tr("The journal was written to {path}.").format(path=path), Level.ADVISORY)

    def _on_export_wanted(self) -> None:
        """A file is asked for beside the window, not in its way."""
        dialog = QFileDialog(self.window(), self.tr("Export the journal"))
        # the system's own dialog may hold the whole window, and with it the emergency keys
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("Comma-separated values (*.csv)"))
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(local_time(wall_s(), "commands-%Y%m%d-%H%M.csv"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.export_to)
        self.dialog = dialog
        dialog.show()

    def export_to(self, path: str) -> None:
        """Write what the search box lets through to a file."""
        if self.loader is not None and path:
            self.loader.export(Path(path), self.text_box.text())

    def _on_scrolled(self, value: int) -> None:
        # who scrolled up reads: new rows must not pull the text away
        self._is_at_end = value >= self.table.verticalScrollBar().maximum() - 1

    def _on_grown(self, minimum: int, maximum: int) -> None:
        del minimum
        if self._is_at_end:
            self.table.verticalScrollBar().setValue(maximum)

    def _on_rows_changed(self) -> None:
        has_rows = self.model.rowCount() > 0
        self.table.setVisible(has_rows)
        self.empty.setVisible(not has_rows)
        none = self.tr("No command yet. Whatever any station commands is listed here.")
        self.empty.setText(self.tr("No command passes the filter.") if self.model.total else none)

    def _copy(self) -> None:
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        lines = []
        for row in rows:
            entry = self.model.entry_at(row)
            if entry is not None:
                at = local_time(entry.at_unix_s, DATE)
                lines.append("\t".join((at, str(entry.key), entry.order, entry.by, entry.state_text, entry.words)))
        QGuiApplication.clipboard().setText("\n".join(lines))
