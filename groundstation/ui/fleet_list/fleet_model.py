# SPDX-License-Identifier: Apache-2.0
"""Rows of the fleet list, sorted and filtered. GUI thread; holds summaries only."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from groundstation.fleet.fleet_filter import Test
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.roll_up import passes
from groundstation.fleet.summary import VehicleSummary, natural_order
from groundstation.ui.call_signs import call_sign
from groundstation.ui.commanding.words import actor_text
from groundstation.ui.plain_text import plain_tip
from groundstation.ui.said import said

SummaryRole = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex


class SortOrder(enum.StrEnum):
    """By what the list is sorted; equals always by id."""

    SEVERITY = "severity"
    NAME = "name"
    BATTERY = "battery"
    MODE = "mode"


_SORT_KEYS: dict[SortOrder, Callable[[VehicleSummary], Any]] = {
    SortOrder.SEVERITY: lambda one: one.urgency,
    SortOrder.NAME: lambda one: natural_order(one.name),
    # unknown stands behind a full battery, which is 1.0
    SortOrder.BATTERY: lambda one: 2.0 if one.charge_fraction is None else one.charge_fraction,
    # behind all letters: who tells no mode comes last
    SortOrder.MODE: lambda one: one.mode or "\uffff",
}


def sorted_by(order: SortOrder, summaries: Iterable[VehicleSummary]) -> list[VehicleSummary]:
    """Vehicles in an order; equals by id."""
    first = _SORT_KEYS[order]
    return sorted(summaries, key=lambda one: (first(one), natural_order(one.key.id), one.key.root))


class FleetModel(QAbstractListModel):
    """One row a vehicle. Rows keep their persistent indices when the order changes, so a selection stays."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[VehicleSummary] = []
        self._order = SortOrder.SEVERITY
        self._test: Test | None = None
        self._count = ""
        self.total = 0
        """Vehicles before the filter."""

    @property
    def rows(self) -> list[VehicleSummary]:
        """What is shown, in order."""
        return self._rows

    def set_order(self, order: SortOrder) -> None:
        """Sort by something else from the next refresh on."""
        self._order = order

    def set_test(self, test: Test | None) -> None:
        """Let through what passes, from the next refresh on."""
        self._test = test

    def set_count(self, key: str) -> None:
        """Let through only whom a count counts (`roll_up.passes`), from the next refresh on; empty for all."""
        self._count = key

    def refresh(self, summaries: list[VehicleSummary]) -> None:
        """Filter and sort everything again."""
        self.total = len(summaries)
        if self._test is not None:
            summaries = [one for one in summaries if self._test(one)]
        if self._count:
            summaries = [one for one in summaries if passes(self._count, one)]
        self.show(sorted_by(self._order, summaries))

    def show(self, summaries: list[VehicleSummary]) -> None:
        """Show these in their order."""
        # nearly always the same order: then rows are only painted again
        if [one.key for one in summaries] == [one.key for one in self._rows]:
            self._rows = summaries
            if summaries:
                self.dataChanged.emit(self.index(0), self.index(len(summaries) - 1))
        else:
            self._reorder(summaries)

    def row_of(self, key: VehicleKey) -> int | None:
        """Where a vehicle stands; None when it is filtered out."""
        return next((row for row, one in enumerate(self._rows) if one.key == key), None)

    def key_at(self, index: Index) -> VehicleKey | None:
        """Which vehicle a row shows."""
        return self._rows[index.row()].key if index.isValid() and index.row() < len(self._rows) else None

    def _reorder(self, summaries: list[VehicleSummary]) -> None:
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        keys = [self._rows[index.row()].key for index in old]
        self._rows = summaries
        rows = {one.key: row for row, one in enumerate(summaries)}
        # Qt wants an answer for each index that it keeps: an invalid one for what is filtered out
        new = [self.index(rows[key]) if key in rows else QModelIndex() for key in keys]
        # selection and current row are persistent indices: so they stay with their vehicles
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Qt: number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: the summary for the painter, a sentence for screen readers and keyboard search."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == SummaryRole:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            control = self.tr("controlled by {who}").format(who=actor_text(row.owner)) if row.owner is not None else ""
            # the delegate draws the row: this is for screen readers, and for typing a name in the list
            return f"{call_sign(row.key)} {row.key.id} {row.mode or ''} {said(row.worst)} {control}".strip()
        if role == Qt.ItemDataRole.ToolTipRole and row.conditions:
            # a narrow row has room for the mark alone
            return plain_tip("\n".join(said(one.said) for one in row.conditions))
        return None
