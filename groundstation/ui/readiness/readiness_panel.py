# SPDX-License-Identifier: Apache-2.0
"""The panel of readiness: who is held back by what, and what helps; a checklist to print and sign. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.readiness.readiness import matrix_of
from groundstation.fleet.shown_text import harmless
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.live_panel import LivePanel
from groundstation.ui.readiness.checklist import checklist
from groundstation.ui.readiness.readiness_model import ReadinessModel, tr
from groundstation.ui.said import said
from groundstation.ui.selection import Selection
from groundstation.ui.task import Ended, Tasks
from groundstation.ui.theme.icons import icon
from groundstation.ui.timeline import local_time

PERIOD_MS = 1_000
ROW_HEIGHT, COLUMN_WIDTH, TITLES_WIDTH = 26, 104, 230
Write = Callable[[str, Path], None]
"""Writes a page to a file, whole or not at all. On a thread of its own; raises GroundStationError."""


class ReadinessPanel(LivePanel):
    """The panel of the `readiness` dock."""

    vehicle_wanted = Signal(object)
    """A key: its panel is to be shown."""

    def __init__(
        self, feed: FleetView, selection: Selection, write: Write | None = None, parent: QWidget | None = None
    ) -> None:
        """Build it.

        Args:
            feed: what is known of the fleet.
            selection: whom "selected only" means.
            write: writes a checklist; None where nothing can be written.
            parent: Qt's.
        """
        super().__init__(PERIOD_MS, parent)
        self._feed, self._selection, self._write = feed, selection, write
        self._tasks = Tasks("checklist", tr("the checklist can't be written"), self)
        self.model = ReadinessModel(self)
        self.counts = QLabel()
        self.counts.setProperty("role", "strong")
        self.only_failing = QCheckBox(tr("Only what is not ready"))
        self.only_selected = QCheckBox(tr("Selected only"))
        for box in (self.only_failing, self.only_selected):
            box.toggled.connect(lambda _on: self.refresh())
        self.export = QPushButton(icon("export"), tr("Checklist…"))
        self.export.clicked.connect(self.ask_for_file)
        self.export.setVisible(write is not None)
        self.detail = QLabel()
        self.detail.setTextFormat(Qt.TextFormat.PlainText)
        self.detail.setWordWrap(True)
        self.detail.setMinimumHeight(34)
        self.notice = QLabel()
        self.notice.setTextFormat(Qt.TextFormat.PlainText)
        self.notice.setProperty("role", "small")
        self.notice.hide()
        head = QHBoxLayout()
        head.addWidget(self.counts)
        head.addStretch(1)
        head.addWidget(self.only_selected)
        head.addWidget(self.only_failing)
        head.addWidget(self.export)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addWidget(self._make_table(), 1)
        layout.addWidget(self.detail)
        layout.addWidget(self.notice)
        selection.changed.connect(self._on_selection)
        feed.vehicles_changed.connect(self._on_vehicles)

    def _make_table(self) -> QTableView:
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setAccessibleName(tr("Readiness, check by vehicle"))
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setIconSize(QSize(14, 14))
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        rows, columns = self.table.verticalHeader(), self.table.horizontalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        rows.setFixedWidth(TITLES_WIDTH)
        rows.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        rows.setHighlightSections(False)
        columns.setDefaultSectionSize(COLUMN_WIDTH)
        columns.setHighlightSections(False)
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.selectionModel().currentChanged.connect(lambda _now, _before: self._show_detail())
        self.table.doubleClicked.connect(self._on_opened)
        return self.table

    def refresh(self) -> None:
        """Show readiness as it is now."""
        chosen = set(self._selection.keys) if self.only_selected.isChecked() else None
        states = [one for one in self._feed.fleet if chosen is None or one.key in chosen]
        matrix = matrix_of(states, self._feed.now_s())
        names = {one.key: one.name for one in states}
        shown = tuple(harmless(names[key]) for key in matrix.keys)
        self.model.show(matrix, shown, only_failing=self.only_failing.isChecked())
        verdicts = [matrix.is_ready(place) for place in range(len(matrix.keys))]
        words = tr("{ready} of {all} ready").format(ready=verdicts.count(True), all=len(verdicts))
        unknown = verdicts.count(None)
        self.counts.setText(words + (tr(", {count} not known").format(count=unknown) if unknown else ""))
        self.export.setEnabled(bool(states))
        self._show_detail()

    def _on_selection(self) -> None:
        if self.only_selected.isChecked() and self.isVisible():
            self.refresh()

    def _on_vehicles(self, _keys: object) -> None:
        """Who is new stands there at once; what changes of the others waits for the next look."""
        is_asked = self.isVisible() and not self.only_selected.isChecked()
        if is_asked and len(self._feed.fleet) != self.model.columnCount():
            self.refresh()

    def _show_detail(self) -> None:
        index = self.table.currentIndex()
        cell = self.model.cell(index)
        if cell is None:
            self.detail.setText(tr("Choose a cell to read the reason and what helps."))
            return
        title = harmless(said(self.model.rows[index.row()].title))
        whose = self.model.headerData(index.column(), Qt.Orientation.Horizontal)
        # what a vehicle says is its own title
        words = "" if self.model.rows[index.row()].is_reason else harmless(said(cell.said))
        parts = (f"{whose}: {title}", words, said(cell.remedy))
        self.detail.setText("  ·  ".join(one for one in parts if one))

    def _on_opened(self, index: QModelIndex) -> None:
        if index.isValid() and index.column() < len(self.model.matrix.keys):
            self.vehicle_wanted.emit(self.model.matrix.keys[index.column()])

    # ---- a checklist ----

    def ask_for_file(self) -> None:
        """Ask where the checklist goes."""
        dialog = QFileDialog(self, tr("Write a checklist"), "checklist.html", f"{tr('Pages')} (*.html)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("html")
        dialog.fileSelected.connect(lambda name: self.write(Path(name)))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def write(self, path: Path) -> None:
        """Write the matrix as it is now to a page, to be printed and signed."""
        write = self._write
        if write is None:
            return
        names = [self.model.headerData(place, Qt.Orientation.Horizontal) for place in range(self.model.columnCount())]
        page = checklist(self.model.matrix, names, local_time(self._feed.timeline.now_unix_s, "%Y-%m-%d %H:%M:%S"))

        def on_end(ended: Ended[None]) -> None:
            self.notice.setText(ended.problem or tr("Written to {path}").format(path=path))
            self.notice.show()

        self._tasks.run_task(lambda _task: write(page, path), on_end)
