# SPDX-License-Identifier: Apache-2.0
"""Several vehicles side by side: what is not the same in all of them. GUI thread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QStackedWidget,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.folded import folded
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.parameters.parameter import Parameter, value_text
from groundstation.fleet.parameters.parameter_compare import FleetRow, across
from groundstation.fleet.shown_text import harmless
from groundstation.ui.call_signs import call_sign
from groundstation.ui.parameters.param_model import tr
from groundstation.ui.theme.icons import icon

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT, NAME_WIDTH, VALUE_WIDTH, FEW = 24, 166, 92, 3


class CompareModel(QAbstractTableModel):
    """A row for each parameter that differs, a column for each vehicle."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keys: tuple[VehicleKey, ...] = ()
        self.rows: tuple[FleetRow, ...] = ()
        """Those that are shown."""
        self.different: tuple[FleetRow, ...] = ()
        """All that are not the same in all of them."""

    def show(self, held: Mapping[VehicleKey, tuple[Parameter, ...]]) -> None:
        """Compare these."""
        rows = across({str(key): found for key, found in held.items()})
        self.beginResetModel()
        self._keys = tuple(held)
        self.rows = self.different = tuple(row for row in rows if not row.is_same)
        self.endResetModel()

    def filter(self, text: str, *, only_in_all: bool) -> None:
        """Show some of the rows.

        Args:
            text: what is in their names.
            only_in_all: whether what one of the vehicles does not have at all is left out.
        """
        words = folded(text).split()
        rows = (row for row in self.different if all(word in folded(row.name) for word in words))
        self.beginResetModel()
        self.rows = tuple(row for row in rows if not only_in_all or len(row.values) == len(self._keys))
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own
        """Qt."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own
        """Qt."""
        return 0 if parent.isValid() else 1 + len(self._keys)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section == 0 else Qt.AlignmentFlag.AlignRight
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.DisplayRole:
            return tr("Name") if section == 0 else self._keys[section - 1].id
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt."""
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if index.column() == 0:
            return harmless(row.name) if role == Qt.ItemDataRole.DisplayRole else None
        vehicle = str(self._keys[index.column() - 1])
        if role == Qt.ItemDataRole.DisplayRole:
            value = row.values.get(vehicle)
            return "\N{EM DASH}" if value is None else value_text(value)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.FontRole and row.majority is not None and vehicle in (*row.outliers, *row.missing):
            font = QFont()
            font.setBold(True)
            return font
        return None


class CompareTable(QStackedWidget):
    """The table, or why there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = CompareModel(self)
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setAccessibleName(self.tr("What differs between the vehicles"))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        rows = self.table.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        self.table.horizontalHeader().setDefaultSectionSize(VALUE_WIDTH)
        self.words = QLabel()
        self.words.setProperty("role", "muted")
        self.words.setWordWrap(True)
        self.words.setContentsMargins(24, 0, 24, 0)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text_box = QLineEdit()
        self.text_box.setPlaceholderText(self.tr("Search name"))
        self.text_box.setAccessibleName(self.tr("Search what differs"))
        self.text_box.setClearButtonEnabled(True)
        self.text_box.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.in_all = QToolButton()
        self.in_all.setText(self.tr("All have it"))
        self.in_all.setToolTip(self.tr("Leave out what one of them does not have at all"))
        self.in_all.setCheckable(True)
        self.number = QLabel()
        self.number.setProperty("role", "small")
        self.text_box.textChanged.connect(lambda _text: self._filter())
        self.in_all.toggled.connect(lambda _on: self._filter())
        self.page = QWidget()
        self._build()
        self.addWidget(self.words)
        self.addWidget(self.page)
        self._shown: object = None

    def _build(self) -> None:
        head, bar = QVBoxLayout(), QHBoxLayout()
        head.setContentsMargins(12, 4, 12, 4)
        head.setSpacing(6)
        head.addWidget(self.text_box)
        bar.addWidget(self.in_all)
        bar.addStretch(1)
        bar.addWidget(self.number)
        head.addLayout(bar)
        layout = QVBoxLayout(self.page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.table, 1)

    def _filter(self) -> None:
        self.model.filter(self.text_box.text(), only_in_all=self.in_all.isChecked())
        number, every = len(self.model.rows), len(self.model.different)
        words = self.tr("{number} differ") if number == every else self.tr("{number} of {all} that differ")
        self.number.setText(words.format(number=number, all=every))

    def show_sets(self, held: Mapping[VehicleKey, tuple[Parameter, ...]], unread: tuple[VehicleKey, ...]) -> None:
        """Compare vehicles.

        Args:
            held: those whose parameters are known.
            unread: the other ones that are selected.
        """
        now = ([(key, id(found)) for key, found in held.items()], unread)
        if now == self._shown:
            return
        # the sets are kept with it: an id of one that is gone may be another one's
        self._shown, self._kept = now, held
        self.model.show(held)
        self._filter()
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.table.setColumnWidth(0, NAME_WIDTH)
        # a few share the room; more of them keep their width and are scrolled
        if len(held) <= FEW:
            for column in range(1, 1 + len(held)):
                header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        is_some = bool(self.model.different)
        if len(held) < 2:
            names = ", ".join(call_sign(key) for key in unread)
            words = self.tr("Select several vehicles, and read them.")
            self.words.setText(f"{words} {self.tr('Not read yet: {names}.').format(names=names)}" if unread else words)
        elif not is_some:
            self.words.setText(self.tr("They are the same, but for calibration, identity and counters."))
        self.setCurrentWidget(self.page if is_some and len(held) > 1 else self.words)
