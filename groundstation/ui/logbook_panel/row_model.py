# SPDX-License-Identifier: Apache-2.0
"""A table of frozen rows: filtered by words, sorted by any column, what is unknown last. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QIcon

from groundstation.fleet.folded import folded
from groundstation.ui.plain_text import plain_tip
from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink

Index = QModelIndex | QPersistentModelIndex
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def _muted(row: Any) -> Ink:
    del row
    return Ink.MUTED


def nothing(row: Any) -> str:
    """Of no row."""
    del row
    return ""


class Column(NamedTuple):
    """One column; what it tells of a row is asked for with the row."""

    title: str
    width: int
    """Pixels."""
    text: Callable[[Any], str]
    order: Callable[[Any], Any]
    """What it is sorted by; None for unknown."""
    is_number: bool = False
    tip: Callable[[Any], str] = nothing
    """More than there is room for; empty for nothing. Plain text."""
    role: Callable[[Any], Ink] = _muted
    """What its text is painted in."""
    mark: Callable[[Any], str] = nothing
    """Name of an icon before the text; empty for none."""
    title_tip: str = ""
    rank: int = 0
    """Where there is no room, the column with the highest one gives way first; 0 never does."""
    searched: Callable[[Any], str] | None = None
    """What the filter looks at; None for the text."""


class RowModel(QAbstractTableModel):
    """Rows in the order that is wanted."""

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        """An empty table.

        Args:
            columns: from left to right.
            parent: Qt's.
        """
        super().__init__(parent)
        self.columns = tuple(columns)
        self.rows: list[Any] = []
        """Those that are shown."""
        self._all: list[Any] = []
        self._haystacks: list[str] = []
        self._words: tuple[str, ...] = ()
        self.unknown: frozenset[int] = frozenset()
        """Columns in which nothing is known of any row."""
        self._sorted_by: tuple[int, bool] | None = None

    def speak(self, columns: Sequence[Column]) -> None:
        """Another language is spoken: the same columns with their words in it."""
        self.columns, self._haystacks = tuple(columns), []
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    @property
    def total(self) -> int:
        """Rows before the filter."""
        return len(self._all)

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Know these and no others."""
        # made when somebody filters: most never do
        self._all, self._haystacks = list(rows), []
        places = enumerate(self.columns)
        self.unknown = frozenset(
            place for place, column in places if all(column.order(row) is None for row in self._all)
        )
        self._sieve()

    def set_filter(self, text: str) -> None:
        """Show only rows in which this occurs, such as `copter 2`; where there is none, those with all its words."""
        words = tuple(folded(text).split())
        if words != self._words:
            self._words = words
            self._sieve()

    def row_at(self, place: int) -> Any | None:
        """What stands in a row; None where there is none."""
        return self.rows[place] if 0 <= place < len(self.rows) else None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Qt: by a column; what is unknown there comes last either way."""
        wanted = (column, order is Qt.SortOrder.DescendingOrder) if 0 <= column < len(self.columns) else None
        # Qt asks once more when sorting is switched on
        if wanted != self._sorted_by:
            self._sorted_by = wanted
            self._sieve()

    def _sieve(self) -> None:
        self.beginResetModel()
        self.rows = self._passing() if self._words else list(self._all)
        if self._sorted_by is not None:
            column, is_descending = self._sorted_by
            keys = [(self.columns[column].order(row), row) for row in self.rows]
            known = [one for one in keys if one[0] is not None]
            known.sort(key=lambda one: one[0], reverse=is_descending)
            # behind what is known in both directions: sorting by what is missing would put it on top
            self.rows = [row for _, row in known] + [row for key, row in keys if key is None]
        self.endResetModel()

    def _passing(self) -> list[Any]:
        if not self._haystacks:
            looks = [one.searched or one.text for one in self.columns]
            self._haystacks = [folded("\n".join(look(row) for look in looks)) for row in self._all]
        pairs = list(zip(self._all, self._haystacks, strict=True))
        phrase = " ".join(self._words)
        found = [row for row, haystack in pairs if phrase in haystack]
        # `copter 2` means that one vehicle; words that stand apart are the second choice
        return found or [row for row, haystack in pairs if all(word in haystack for word in self._words)]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Qt: number of rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Qt: number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: titles."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column.is_number else LEFT
        return plain_tip(column.title_tip) if role == Qt.ItemDataRole.ToolTipRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: texts, colours and signs."""
        row = self.row_at(index.row()) if index.isValid() else None
        if row is None:
            return None
        tell = _TELLERS.get(role)
        return tell(self.columns[index.column()], row) if tell is not None else None


def _alignment(column: Column, row: Any) -> Qt.AlignmentFlag:
    del row
    return RIGHT if column.is_number else LEFT


def _mark(column: Column, row: Any) -> QIcon | None:
    name = column.mark(row)
    return icon(name) if name else None


def _tip(column: Column, row: Any) -> str:
    return plain_tip(column.tip(row))


_TELLERS: dict[int, Callable[[Column, Any], Any]] = {
    Qt.ItemDataRole.DisplayRole: lambda column, row: column.text(row),
    Qt.ItemDataRole.TextAlignmentRole: _alignment,
    Qt.ItemDataRole.ForegroundRole: lambda column, row: ink(column.role(row)),
    Qt.ItemDataRole.DecorationRole: _mark,
    Qt.ItemDataRole.ToolTipRole: _tip,
}
