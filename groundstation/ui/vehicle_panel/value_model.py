# SPDX-License-Identifier: Apache-2.0
"""The tree of all values of a vehicle for a view: value, unit, age. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import Freshness
from groundstation.fleet.units import unit_of
from groundstation.fleet.value_path import ValueRef, number
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.theme.fonts import font
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TEXT_PX
from groundstation.ui.units import age_text, text_of
from groundstation.ui.value_drag import MIME_TYPE, mime_from_refs
from groundstation.ui.vehicle_panel.value_rows import ValueGroup, ValueRow, value_groups

Index = QModelIndex | QPersistentModelIndex
_TOP = 0
"""Internal id of groups; rows carry the number of their group plus one."""


class ValueModel(QAbstractItemModel):
    """Two levels: groups of values measured together, and the values."""

    COLUMNS = 4

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._key: VehicleKey | None = None
        self._groups: tuple[ValueGroup, ...] = ()
        self._shape: tuple[tuple[str, ...], ...] = ()

    @property
    def groups(self) -> tuple[ValueGroup, ...]:
        """What is shown."""
        return self._groups

    def show_state(self, state: VehicleState | None, now_s: float) -> None:
        """Show a vehicle as it is now; open branches stay open while its values are the same ones.

        No `dataChanged` is told: a sort and filter model would walk through hundreds of rows for it several times a
        second. The view that shows this model draws its visible rows again.
        """
        groups = value_groups(state, now_s) if state is not None else ()
        key = state.key if state is not None else None
        shape = tuple((group.path, *(row.path for row in group.rows)) for group in groups)
        # only when other values come: a reset closes branches and takes the selection
        if shape != self._shape or key != self._key:
            self.beginResetModel()
            self._key, self._shape, self._groups = key, shape, groups
            self.endResetModel()
            return
        self._groups = groups

    def ref_at(self, index: Index) -> ValueRef | None:
        """The address of a value that can be drawn; None for groups and texts."""
        row = self.row_at(index)
        if row is None or self._key is None or not _is_plottable(row):
            return None
        return ValueRef(self._key, row.path)

    def row_at(self, index: Index) -> ValueRow | None:
        """The value of an index; None for groups."""
        if not index.isValid() or index.internalId() == _TOP:
            return None
        group = self._groups[index.internalId() - 1]
        return group.rows[index.row()] if index.row() < len(group.rows) else None

    def _group_of(self, index: Index) -> ValueGroup:
        return self._groups[index.row() if index.internalId() == _TOP else index.internalId() - 1]

    def _text(self, index: Index) -> str:
        group, row = self._group_of(index), self.row_at(index)
        if row is None:
            return {0: group.label, 3: age_text(group.age_s)}.get(index.column(), "")
        is_number = _is_plottable(row) or row.value is None
        texts = {
            0: row.label,
            1: self.tr("invalid") if row.is_invalid else text_of(row.value, row.field),
            2: unit_of(row.field).symbol if is_number else "",
        }
        return texts.get(index.column(), "")

    def _colour(self, index: Index) -> QColor:
        group, row = self._group_of(index), self.row_at(index)
        if row is not None and row.is_invalid and index.column() == 1:
            return ink(Ink.CAUTION)
        is_plain = index.column() in (2, 3) or (row is not None and index.column() == 0)
        is_unknown = row is not None and row.value is None
        if is_plain or is_unknown or group.freshness is not Freshness.FRESH:
            return ink(Ink.MUTED)
        return ink(Ink.TEXT)

    def _font(self, index: Index) -> QFont:
        row, group = self.row_at(index), self._group_of(index)
        if row is None:
            return font(TEXT_PX, 600) if index.column() == 0 else font(SMALL_PX)
        if index.column() != 1:
            return font(SMALL_PX)
        made = QFont(font(TEXT_PX, 500))
        made.setStrikeOut(group.freshness is Freshness.EXPIRED)
        return made

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """Qt: index of a child."""
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        # a number instead of a pointer: rows are made anew at each refresh, and Qt would keep pointers to old ones
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else _TOP)

    def parent(self, index: Index = QModelIndex()) -> Any:  # noqa: B008
        """Qt: the group of a value."""
        if not index.isValid() or index.internalId() == _TOP:
            return QModelIndex()
        return self.createIndex(index.internalId() - 1, 0, _TOP)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Qt: number of children."""
        if not parent.isValid():
            return len(self._groups)
        if parent.internalId() != _TOP or parent.column() != 0:
            return 0
        return len(self._groups[parent.row()].rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Qt: name, value, unit, age."""
        del parent
        return self.COLUMNS

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: texts, colours, fonts."""
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() in (1, 3):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            row = self.row_at(index)
            return row.path if row is not None else None
        answers = {
            int(Qt.ItemDataRole.DisplayRole): self._text,
            int(Qt.ItemDataRole.ForegroundRole): self._colour,
            int(Qt.ItemDataRole.FontRole): self._font,
        }
        answer = answers.get(int(role))
        return answer(index) if answer is not None else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: titles."""
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return (self.tr("Name"), self.tr("Value"), self.tr("Unit"), self.tr("Age"))[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section in (1, 3):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Qt: numbers can be dragged."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsDragEnabled if self.ref_at(index) is not None else flags

    def mimeTypes(self) -> list[str]:
        """Qt: what a drag carries."""
        return [MIME_TYPE]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Qt: the addresses of the dragged values."""
        refs = [ref for index in indexes if (ref := self.ref_at(index)) is not None]
        return mime_from_refs(list(dict.fromkeys(refs)))


def _is_plottable(row: ValueRow) -> bool:
    """Numbers, yes and no, and what would be a number if it were known."""
    return number(row.value) is not None or (row.value is None and unit_of(row.field).symbol != "")
