# SPDX-License-Identifier: Apache-2.0
"""A table of rows whose least needed columns give way where there is no room. GUI thread."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from groundstation.ui.logbook_panel.row_model import RowModel
from groundstation.ui.theme.icons import icon

ROW_HEIGHT = 24
ICON_PX = 14


class RowTable(QTableView):
    """Shows a `RowModel`; the last column that is shown takes what room is left."""

    def __init__(self, model: RowModel, name: str, parent: QWidget | None = None) -> None:
        """Build the table.

        Args:
            model: its rows.
            name: for who can't see it.
            parent: Qt's.
        """
        super().__init__(parent)
        self._rows = model
        self.setModel(model)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setIconSize(QSize(ICON_PX, ICON_PX))
        # else the Tab key goes from cell to cell and never out of the table
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(26)
        header.setStretchLastSection(True)
        for place, column in enumerate(model.columns):
            self.setColumnWidth(place, column.width)
        model.modelReset.connect(self._give_way)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.copy_action = QAction(
            icon("copy"), self.tr("Copy"), self, shortcut=QKeySequence(QKeySequence.StandardKey.Copy)
        )
        # three tables of this panel have the same key
        self.copy_action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.copy_action.triggered.connect(self._copy)
        self.addAction(self.copy_action)

    def sort_by(self, column: int, order: Qt.SortOrder) -> None:
        """Let the operator sort it, and begin so."""
        self.horizontalHeader().setSortIndicator(column, order)
        self.setSortingEnabled(True)

    def selected(self) -> list[Any]:
        """Rows that are selected, from above."""
        places = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [row for row in map(self._rows.row_at, places) if row is not None]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: the least needed columns give way."""
        super().resizeEvent(event)
        self._give_way()

    def _give_way(self) -> None:
        """Those of which nothing is known go first."""
        columns, unknown = self._rows.columns, self._rows.unknown
        room = self.viewport().width()
        shown = dict(enumerate(columns))
        by_need = sorted(shown, key=lambda place: (place in unknown, columns[place].rank), reverse=True)
        for place in by_need:
            # widths as the table says, not as Qt has stretched them
            if columns[place].rank and sum(one.width for one in shown.values()) > room:
                del shown[place]
        for place in range(len(columns)):
            # only where it changes: each call lays out the whole table
            if self.isColumnHidden(place) == (place in shown):
                self.setColumnHidden(place, place not in shown)

    def _copy(self) -> None:
        lines = ["\t".join(one.text(row) for one in self._rows.columns if one.title) for row in self.selected()]
        QGuiApplication.clipboard().setText("\n".join(lines))
