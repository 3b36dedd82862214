# SPDX-License-Identifier: Apache-2.0
"""The tree of all values of a vehicle for a view: value, unit, age. GUI thread.

Below the kinds of samples a log has a branch of its messages in its own words, with one more level.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import Freshness
from groundstation.fleet.raw import RAW, RawMessage
from groundstation.fleet.units import unit_of
from groundstation.fleet.value_path import ValueRef, number
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.theme.fonts import font
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TEXT_PX
from groundstation.ui.units import age_text, compact, text_of, unit_shown
from groundstation.ui.value_drag import MIME_TYPE, mime_from_refs
from groundstation.ui.vehicle_panel.raw_branch import RawBranch
from groundstation.ui.vehicle_panel.value_rows import ValueGroup, ValueRow, value_groups

Index = QModelIndex | QPersistentModelIndex
_TOP = 0
"""Internal id of groups; rows carry the number of their group plus one."""
_MESSAGE = 1 << 24
"""Internal id of a log's messages; their fields carry it with the number of their message plus one added."""


class ValueModel(QAbstractItemModel):
    """Groups of values measured together, and the values; in the branch `Raw` messages, and their fields."""

    COLUMNS = 4

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._key: VehicleKey | None = None
        self._groups: tuple[ValueGroup, ...] = ()
        self._shape: tuple[tuple[str, ...], ...] = ()
        self.raw = RawBranch()
        """What a log says in its own words."""

    @property
    def groups(self) -> tuple[ValueGroup, ...]:
        """What is shown."""
        return self._groups

    def show_state(self, state: VehicleState | None, now_s: float, messages: tuple[RawMessage, ...] = ()) -> None:
        """Show a vehicle as it is now; open branches stay open while its values are the same ones.

        No `dataChanged` is told: a sort and filter model would walk through hundreds of rows for it several times a
        second. The view that shows this model draws its visible rows again.
        """
        groups = value_groups(state, now_s) if state is not None else ()
        key = state.key if state is not None else None
        shape = tuple((group.path, *(row.path for row in group.rows)) for group in groups)
        # only when other values come: a reset closes branches and takes the selection
        if shape != self._shape or key != self._key or messages is not self.raw.messages:
            self.beginResetModel()
            if messages is not self.raw.messages or key != self._key:
                self.raw = RawBranch(messages)
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
        if not index.isValid() or index.internalId() in (_TOP, _MESSAGE):
            return None
        if index.internalId() > _MESSAGE:
            return self.raw.row(index.internalId() - _MESSAGE - 1, index.row())
        group = self._groups[index.internalId() - 1]
        return group.rows[index.row()] if index.row() < len(group.rows) else None

    def path_at(self, index: Index) -> str:
        """What stays the same of a branch or a value while rows come and go."""
        row = self.row_at(index)
        return row.path if row is not None else self._group_of(index).path

    def message_at(self, index: Index) -> str | None:
        """The message of a log that an index is, or is a field of; None for all else."""
        number = self._message_number(index)
        return None if number is None else self.raw.messages[number].name

    def branch(self, path: str) -> QModelIndex:
        """The index of a branch; none where it is not there now."""
        number = self.raw.place(path)
        if number is not None:
            return self.createIndex(number, 0, _MESSAGE)
        places = {group.path: row for row, group in enumerate(self._groups)}
        if path == RAW and self.raw.messages:
            return self.index(len(self._groups), 0)
        return self.index(places[path], 0) if path in places else QModelIndex()

    @staticmethod
    def _message_number(index: Index) -> int | None:
        if not index.isValid() or index.internalId() < _MESSAGE:
            return None
        return int(index.row() if index.internalId() == _MESSAGE else index.internalId() - _MESSAGE - 1)

    def _group_of(self, index: Index) -> ValueGroup:
        number = self._message_number(index)
        if number is not None:
            return self.raw.group(number)
        place = index.row() if index.internalId() == _TOP else index.internalId() - 1
        if place == len(self._groups):
            return ValueGroup(RAW, self.tr("Raw"), None, Freshness.FRESH, ())
        return self._groups[place]

    def _text(self, index: Index) -> str:
        group, row = self._group_of(index), self.row_at(index)
        if row is None:
            has_age = group.age_s is not None or (index.internalId() != _MESSAGE and group.path != RAW)
            return {0: group.label, 3: age_text(group.age_s) if has_age else ""}.get(index.column(), "")
        if row.unit is not None:
            return {0: row.label, 1: _raw_text(row.value), 2: row.unit}.get(index.column(), "")
        is_number = _is_plottable(row) or row.value is None
        texts = {
            0: row.label,
            1: self.tr("invalid") if row.is_invalid else text_of(row.value, row.field),
            2: unit_shown(row.field).symbol if is_number else "",
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
        if not parent.isValid():
            return self.createIndex(row, column, _TOP)
        if parent.internalId() == _MESSAGE:
            return self.createIndex(row, column, _MESSAGE + parent.row() + 1)
        is_raw = parent.row() == len(self._groups)
        return self.createIndex(row, column, _MESSAGE if is_raw else parent.row() + 1)

    def parent(self, index: Index = QModelIndex()) -> Any:  # noqa: B008
        """Qt: the group of a value."""
        if not index.isValid() or index.internalId() == _TOP:
            return QModelIndex()
        if index.internalId() == _MESSAGE:
            return self.createIndex(len(self._groups), 0, _TOP)
        if index.internalId() > _MESSAGE:
            return self.createIndex(index.internalId() - _MESSAGE - 1, 0, _MESSAGE)
        return self.createIndex(index.internalId() - 1, 0, _TOP)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Qt: number of children."""
        if not parent.isValid():
            return len(self._groups) + bool(self.raw.messages)
        if parent.column() != 0:
            return 0
        if parent.internalId() == _MESSAGE:
            return len(self.raw.messages[parent.row()].fields)
        if parent.internalId() != _TOP:
            return 0
        if parent.row() == len(self._groups):
            return len(self.raw.messages)
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
    """Numbers, yes and no, and what would be a number if it were known; of a log's own any that is no text."""
    if row.unit is not None:
        return not isinstance(row.value, str)
    return number(row.value) is not None or (row.value is None and unit_of(row.field).symbol != "")


def _raw_text(value: object) -> str:
    """As the log has it: a whole number with all its digits."""
    if isinstance(value, float):
        return compact(value) if math.isfinite(value) else str(value)
    return text_of(value, "")
