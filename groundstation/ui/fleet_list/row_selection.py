# SPDX-License-Identifier: Apache-2.0
"""Joins the rows of a list to the selection that the window shares, both ways. GUI thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QListView

from groundstation.fleet.identity import VehicleKey
from groundstation.ui.fleet_list.fleet_model import FleetModel
from groundstation.ui.selection import Selection

_ADDING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class RowSelection(QObject):
    """Belongs to the list."""

    def __init__(self, view: QListView, model: FleetModel, selection: Selection, *, keeps_others: bool = False) -> None:
        """Join them.

        Args:
            view: the list, with the model set.
            model: its rows.
            selection: shared by the window.
            keeps_others: whether vehicles that are seen elsewhere stay chosen where rows are added by Ctrl or Shift.
        """
        super().__init__(view)
        self._view, self._model, self._selection, self._keeps_others = view, model, selection, keeps_others
        self._is_following = False
        view.selectionModel().selectionChanged.connect(self._on_rows_selected)
        # the current row is the one in focus: it may change while the selection stays
        view.selectionModel().currentChanged.connect(self._on_rows_selected)
        selection.changed.connect(self.follow)

    @contextmanager
    def following(self) -> Iterator[None]:
        """What rows are selected meanwhile is no wish of the operator."""
        before, self._is_following = self._is_following, True
        try:
            yield
        finally:
            self._is_following = before

    def follow(self) -> None:
        """Make the rows show the shared selection."""
        wanted = {row for key in self._selection.keys if (row := self._model.row_of(key)) is not None}
        model = self._view.selectionModel()
        # refreshed five times a second, nearly always for the same selection
        if wanted == {index.row() for index in model.selectedRows()}:
            return
        with self.following():
            rows = QItemSelection()
            for row in wanted:
                rows.select(self._model.index(row), self._model.index(row))
            model.select(rows, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            current = self._selection.current
            row_number = self._model.row_of(current) if current is not None else None
            if row_number is not None:
                model.setCurrentIndex(self._model.index(row_number), QItemSelectionModel.SelectionFlag.NoUpdate)

    def _on_rows_selected(self) -> None:
        """The operator chose rows: these and no others, so that nothing unseen is ever among the chosen."""
        # the selection was changed elsewhere, and the rows only show it: told back, it would go round
        if self._is_following:
            return
        current = self._model.key_at(self._view.currentIndex())
        rows = [self._model.key_at(index) for index in self._view.selectionModel().selectedRows()]
        chosen: list[VehicleKey] = [key for key in rows if key is not None]
        if self._keeps_others and QGuiApplication.keyboardModifiers() & _ADDING:
            chosen = [*(key for key in self._selection.keys if self._model.row_of(key) is None), *chosen]
        if current in chosen and current is not None:
            chosen.remove(current)
            # the newest comes last, which is where the window looks for the one in focus
            chosen.append(current)
        self._selection.select(tuple(chosen))
