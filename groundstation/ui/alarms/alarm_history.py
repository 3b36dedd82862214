# SPDX-License-Identifier: Apache-2.0
"""What happened to alarms, the newest first, searched and written as CSV. GUI thread."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.alarms.alarm import Alarm, AlarmState
from groundstation.fleet.alarms.book import Change
from groundstation.fleet.folded import folded
from groundstation.ui.alarms.alarm_port import AlarmAccess
from groundstation.ui.alarms.alarm_words import Names, detail_text, names_of, source_text, tr
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.language.speaking import counted
from groundstation.ui.said import translated
from groundstation.ui.theme.icons import icon
from groundstation.ui.timeline import local_time

MOST_SHOWN = 2_000
COLUMNS = ("Time", "What happened", "Level", "Source", "Alarm", "Detail", "Who")
Row = tuple[str, str, str, str, str, str, str]


def happened(change: Change) -> tuple[str, str]:
    """What it was, and who did it."""
    now, before = change.alarm, change.before
    if before is None or now.count > before.count:
        return tr("raised"), ""
    if now.shelf is not None and before.shelf is None:
        return tr("shelved"), now.shelf.deed.by.op
    if now.shelf is None and before.shelf is not None:
        return tr("back from the shelf"), ""
    if now.acknowledged is not None and before.acknowledged is None:
        return tr("acknowledged"), now.acknowledged.by.op
    if now.level > before.level:
        return tr("worse"), ""
    return _otherwise(now, before)


def _otherwise(now: Alarm, before: Alarm) -> tuple[str, str]:
    if now.state is AlarmState.OVER:
        return tr("over"), ""
    if now.state is AlarmState.RETURNED and before.state is not AlarmState.RETURNED:
        return tr("returned"), ""
    if now.note != before.note:
        return tr("noted"), ""
    if now.assigned != before.assigned:
        return tr("given to"), now.assigned
    return tr("told anew"), ""


class HistoryModel(QAbstractTableModel):
    """Changes as rows of text."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []

    def show(self, rows: list[Row]) -> None:
        """Show other rows; the same change nothing."""
        if rows != self.rows:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's
        """Qt: how many."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's
        """Qt: how many."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: a cell."""
        return self.rows[index.row()][index.column()] if role == Qt.ItemDataRole.DisplayRole else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: names of the columns."""
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return tr(COLUMNS[section])
        return None


class AlarmHistory(QWidget):
    """The page of the panel."""

    def __init__(self, feed: FleetView, access: AlarmAccess, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._feed, self._access = feed, access
        self.model = HistoryModel(self)
        self.view = QTreeView()
        self.view.setRootIsDecorated(False)
        self.view.setUniformRowHeights(True)
        self.view.setModel(self.model)
        self.view.setAccessibleName(self.tr("History of alarms"))
        self.view.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in enumerate((80, 120, 70, 140, 140, 260, 80)):
            self.view.setColumnWidth(column, width)
        self.status = QLabel()
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setProperty("role", "small")
        self.save = QPushButton(icon("export"), self.tr("CSV…"))
        self.save.clicked.connect(self._ask_where)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 4, 12, 4)
        foot.addWidget(self.status, 1)
        foot.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.view, 1)
        layout.addLayout(foot)

    def show_changes(self, text: str) -> None:
        """Show what contains a text, the newest first."""
        self.model.show(self._rows(text)[:MOST_SHOWN])

    def _rows(self, text: str) -> list[Row]:
        names = names_of(self._feed)
        wanted = folded(text)
        offset_s = self._feed.timeline.now_unix_s - self._feed.now_s()
        found = []
        for change in reversed(self._feed.fleet.alarms.history):
            row = _row(change, names, offset_s)
            if not wanted or any(wanted in folded(cell) for cell in row):
                found.append(row)
        return found

    def _ask_where(self) -> None:
        dialog = QFileDialog(self, self.tr("History of alarms"), "alarms.csv", "CSV (*.csv)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.write(Path(path)))
        dialog.open()

    def write(self, path: Path) -> None:
        """Write everything that happened as CSV."""
        rows = self._rows("")
        try:
            self._access.write_csv(path, [COLUMNS, *rows])
        except OSError as error:
            self.status.setText(
                self.tr("{path} can't be written ({why}); choose another place").format(
                    path=path, why=error.strerror or str(error)
                )
            )
            return
        words = counted("AlarmHistory", "{count} row written to {path}", "{count} rows written to {path}", len(rows))
        self.status.setText(words.format(count=len(rows), path=path))


def _row(change: Change, names: Names, offset_s: float) -> Row:
    what, who = happened(change)
    alarm = change.alarm
    return (
        local_time(change.at_s + offset_s), what, tr(alarm.level.name.lower()), source_text(alarm, names),
        translated(alarm.title), detail_text(alarm), who,
    )  # fmt: skip
