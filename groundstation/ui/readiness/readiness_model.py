# SPDX-License-Identifier: Apache-2.0
"""The matrix as a table: a row a check, a column a vehicle. GUI thread."""

from __future__ import annotations

from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt

from groundstation.fleet.readiness.readiness import Cell, Matrix, Row
from groundstation.fleet.shown_text import harmless
from groundstation.ui.plain_text import plain_tip
from groundstation.ui.said import said
from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


def tr(text: str) -> str:
    """A text of this subject in the operator's language."""
    return QCoreApplication.translate("Readiness", text)


class CellLook(NamedTuple):
    """A cell for people: its sign tells as much as its colour."""

    words: str
    icon: str
    colour: Ink


LOOKS: dict[bool | None, CellLook] = {
    True: CellLook("good", "done", Ink.MUTED),
    False: CellLook("not ready", "failed", Ink.CAUTION),
    None: CellLook("not known", "unsure", Ink.MUTED),
}


class ReadinessModel(QAbstractTableModel):
    """What `matrix_of` gives; rows that hold somebody back come first when asked for."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.matrix = Matrix((), ())
        self.rows: list[Row] = []
        """Those that are shown."""
        self._names: tuple[str, ...] = ()

    def show(self, matrix: Matrix, names: tuple[str, ...], *, only_failing: bool) -> None:
        """Show a matrix.

        Args:
            matrix: as it is now.
            names: of the vehicles, in its order.
            only_failing: leave out checks that all have passed.
        """
        rows = [row for row in matrix.rows if not only_failing or any(one.is_good is not True for one in row.cells)]
        is_same = matrix.keys == self.matrix.keys and names == self._names
        if is_same and [row.title for row in rows] == [row.title for row in self.rows]:
            if rows != self.rows:
                self.matrix, self.rows = matrix, rows
                last = self.index(len(rows) - 1, len(names) - 1)
                self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self.matrix, self.rows, self._names = matrix, rows, names
        self.endResetModel()

    def cell(self, index: Index) -> Cell | None:
        """What stands in a cell."""
        is_there = index.isValid() and index.row() < len(self.rows) and index.column() < len(self._names)
        return self.rows[index.row()].cells[index.column()] if is_there else None

    def rowCount(self, parent: Index = NOWHERE) -> int:
        """Qt: number of checks."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        """Qt: number of vehicles."""
        return 0 if parent.isValid() else len(self._names)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: vehicles above, checks at the left."""
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole and section < len(self._names):
                return self._names[section]
            return None
        if section >= len(self.rows):
            return None
        title = harmless(said(self.rows[section].title))
        return {Qt.ItemDataRole.DisplayRole: title, Qt.ItemDataRole.ToolTipRole: plain_tip(title)}.get(
            Qt.ItemDataRole(role)
        )

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: words, signs and colours."""
        cell = self.cell(index)
        if cell is None:
            return None
        look = LOOKS[cell.is_good]
        words = harmless(said(cell.said))
        match role:
            case Qt.ItemDataRole.DisplayRole:
                # a reason stands at the left already
                found: Any = "" if self.rows[index.row()].is_reason else words
            case Qt.ItemDataRole.DecorationRole:
                found = icon(look.icon, look.colour, look.colour)
            case Qt.ItemDataRole.ForegroundRole:
                found = ink(look.colour)
            case Qt.ItemDataRole.ToolTipRole:
                found = plain_tip(" · ".join(one for one in (words or tr(look.words), said(cell.remedy)) if one))
            case Qt.ItemDataRole.AccessibleTextRole:
                whose = self._names[index.column()]
                check = harmless(said(self.rows[index.row()].title))
                found = f"{whose}, {check}: {tr(look.words)}{f', {words}' if words else ''}"
            case _:
                found = None
        return found
