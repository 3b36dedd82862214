# SPDX-License-Identifier: Apache-2.0
"""Groups of parameters and their rows as a tree. GUI thread."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtCore import QAbstractItemModel, QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from groundstation.fleet.shown_text import harmless
from groundstation.ui.parameters.param_rows import OTHERS, ParamGroup, ParamRow

Index = QModelIndex | QPersistentModelIndex
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
STAR = "\N{BLACK STAR} "
TOP = 0
"""Internal id of a group; those of rows are the number of their group from 1."""
NAME_ROLE = int(Qt.ItemDataRole.UserRole) + 1


def tr(text: str) -> str:
    """A text in the operator's language."""
    return QCoreApplication.translate("Parameters", text)


class ParamModel(QAbstractItemModel):
    """Two levels: groups, and the parameters in them."""

    TITLES: ClassVar[tuple[str, ...]] = ("Name", "Value", "New", "Unit", "Default", "Range")
    NAME, VALUE, NEW, UNIT, DEFAULT, RANGE = range(6)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._groups: tuple[ParamGroup, ...] = ()

    @property
    def groups(self) -> tuple[ParamGroup, ...]:
        """As shown."""
        return self._groups

    def show(self, groups: tuple[ParamGroup, ...]) -> None:
        """Show these; what is equal in form keeps its places."""
        before, self_names = self._groups, [[row.name for row in group.rows] for group in groups]
        if [[row.name for row in group.rows] for group in before] == self_names:
            self._groups = groups
            for place, group in enumerate(groups):
                parent = self.index(place, 0)
                last = self.index(len(group.rows) - 1, len(self.TITLES) - 1, parent)
                self.dataChanged.emit(self.index(0, 0, parent), last)
            return
        self.beginResetModel()
        self._groups = groups
        self.endResetModel()

    def row_at(self, index: Index) -> ParamRow | None:
        """The parameter at a place; None for a group."""
        if not index.isValid() or index.internalId() == TOP:
            return None
        return self._groups[index.internalId() - 1].rows[index.row()]

    def place_of(self, name: str) -> QModelIndex:
        """Where a parameter stands; an invalid place where it is not shown."""
        for place, group in enumerate(self._groups):
            for number, row in enumerate(group.rows):
                if row.name == name:
                    return self.index(number, 0, self.index(place, 0))
        return QModelIndex()

    # ---- Qt's ----

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008 - Qt's own
        """Qt."""
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else TOP)

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override] # noqa: B008 - Qt's own
        """Qt."""
        if not index.isValid() or index.internalId() == TOP:
            return QModelIndex()
        return self.createIndex(index.internalId() - 1, 0, TOP)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own
        """Qt."""
        if not parent.isValid():
            return len(self._groups)
        is_group = parent.internalId() == TOP and parent.column() == 0
        return len(self._groups[parent.row()].rows) if is_group else 0

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own
        """Qt."""
        del parent
        return len(self.TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section in NUMBERS else _LEFT
        return tr(self.TITLES[section]) if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt."""
        if not index.isValid():
            return None
        row = self.row_at(index)
        if row is None:
            return self._of_group(self._groups[index.row()], index.column(), role)
        return self._of_row(row, index.column(), role)

    def _of_row(self, row: ParamRow, column: int, role: int) -> Any:
        found: Any = None
        if role == Qt.ItemDataRole.DisplayRole:
            found = self._cell(row, column)
        elif role == NAME_ROLE:
            found = row.name
        elif role == Qt.ItemDataRole.ToolTipRole:
            found = self._tip(row, column)
        elif role == Qt.ItemDataRole.TextAlignmentRole:
            found = _RIGHT if column in NUMBERS else _LEFT
        elif role == Qt.ItemDataRole.FontRole and (row.edit is not None or row.is_default is False):
            found = QFont()
            # what is otherwise than its default is read without colour
            found.setBold(row.edit is not None or column == self.VALUE)
        return found

    def _cell(self, row: ParamRow, column: int) -> str:
        if column == self.NAME:
            return (STAR if row.is_favourite else "") + harmless(row.name)
        if column == self.UNIT:
            return harmless(row.facts.unit) if row.facts is not None else ""
        texts = {self.VALUE: row.value, self.NEW: row.wanted, self.DEFAULT: row.default, self.RANGE: row.range}
        return texts[column]

    def _tip(self, row: ParamRow, column: int) -> str:
        if column == self.NAME and row.facts is not None and row.facts.short:
            return harmless(row.facts.short)
        return self._cell(row, column)

    def _of_group(self, group: ParamGroup, column: int, role: int) -> Any:
        if column != self.NAME:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            name = tr("Others") if group.name == OTHERS else harmless(group.name)
            return f"{name}  ({len(group.rows)})"
        return group.name if role == NAME_ROLE else None


NUMBERS = frozenset((ParamModel.VALUE, ParamModel.NEW, ParamModel.DEFAULT))
"""Columns that are aligned at their right."""
