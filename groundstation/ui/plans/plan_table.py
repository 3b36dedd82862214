# SPDX-License-Identifier: Apache-2.0
"""The items of the plan on the screen as a table, worked on by keyboard. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from groundstation.ui.plans.plan_model import PlanModel

ROW_HEIGHT = 24
LEAST_DETAILS = 48
MOST_MORE = 80
"""Pixels that names have beyond their usual width where there is room."""
WIDTHS = {
    PlanModel.NUMBER: 34,
    PlanModel.ITEM: 112,
    PlanModel.HEIGHT: 64,
    PlanModel.FRAME: 54,
    PlanModel.LEG: 46,
    PlanModel.AT: 44,
}


class PlanTable(QTableView):
    """Shows a `PlanModel`."""

    remove_wanted = Signal()
    """The chosen items are to go."""
    move_wanted = Signal(int)
    """The chosen item is to go up (-1) or down (1)."""
    chosen = Signal()
    """Other items are selected now."""

    def __init__(self, model: PlanModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setAccessibleName(self.tr("Items of the plan"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        # the details end in dots where there is no room; the fields below have all of them
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(26)
        header.setStretchLastSection(True)
        for column, width in WIDTHS.items():
            self.setColumnWidth(column, width)
        self.selectionModel().selectionChanged.connect(lambda *_: self.chosen.emit())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: details go where there is no room for a word of them; the fields below have them."""
        super().resizeEvent(event)
        room = self.viewport().width() - sum(WIDTHS.values())
        self.setColumnHidden(PlanModel.DETAILS, room < LEAST_DETAILS)
        # long names first: what a detail says stands in the fields too
        more = room if room < LEAST_DETAILS else min(MOST_MORE, room - LEAST_DETAILS)
        self.setColumnWidth(PlanModel.ITEM, WIDTHS[PlanModel.ITEM] + max(0, min(MOST_MORE, more)))

    @property
    def numbers(self) -> list[int]:
        """Numbers of the selected items, from 1, ascending."""
        return sorted(index.row() + 1 for index in self.selectionModel().selectedRows())

    def choose(self, number: int) -> None:
        """Select one item, and bring it into view."""
        self.choose_all([number])

    def choose_all(self, numbers: list[int]) -> None:
        """Select items, and bring the first into view; none for no selection."""
        model, flags = self.model(), QItemSelectionModel.SelectionFlag
        wanted = QItemSelection()
        found = [model.index(number - 1, 0) for number in numbers if 1 <= number <= model.rowCount()]
        for index in found:
            wanted.select(index, index)
        # not by `selectRow`, which adds to what is selected while a Shift or Control key is down
        self.selectionModel().select(wanted, flags.ClearAndSelect | flags.Rows)
        if found:
            self.selectionModel().setCurrentIndex(found[0], flags.NoUpdate)
            self.scrollTo(found[0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: Delete takes items out, Alt with up and down moves one."""
        is_alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if event.key() == Qt.Key.Key_Delete:
            self.remove_wanted.emit()
        elif is_alt and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.move_wanted.emit(-1 if event.key() == Qt.Key.Key_Up else 1)
        else:
            super().keyPressEvent(event)
