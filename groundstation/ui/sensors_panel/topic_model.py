# SPDX-License-Identifier: Apache-2.0
"""The tree of topics for a view: levels, topics, and the numbers in their payloads. GUI thread; byte for byte.

Rows are made for what was opened alone. No `dataChanged` is told: the view draws its visible rows again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt

from groundstation.fleet.topics.topic_search import TopicSearch
from groundstation.fleet.topics.topic_tree import ROOT
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.sensors_panel.topic_cells import TITLES, Cells
from groundstation.ui.sensors_panel.topic_row import A_PORTION, SORTED_MOST, Row, Topics, order_of
from groundstation.ui.sensors_panel.topic_words import tr
from groundstation.ui.value_drag import MIME_TYPE, mime_from_refs

Index = QModelIndex | QPersistentModelIndex


class TopicModel(QAbstractItemModel):
    """Columns: topic, value, rate, size, age, kept."""

    COLUMNS = len(TITLES)

    def __init__(self, feed: FleetView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._feed = feed
        self.topics = Topics(feed.topics, feed.sensors)
        self.cells = Cells(self.topics, feed)
        self._begin()

    def _begin(self) -> None:
        self._root = Row(None, ROOT, "")
        self._root.rows = []
        self._open: dict[int, Row] = {ROOT: self._root}
        self._gone: list[Row] = []
        self.topics.tree.watched = {ROOT}

    # ---- what changes ----

    def refresh(self) -> None:
        """Show topics that came and went since the last time, and other numbers in their payloads."""
        # Qt may hold pointers to rows that went until it has drawn once
        self._gone.clear()
        tree = self._feed.topics
        for node in tree.take_changed() | {ROOT}:
            row = self._open.get(node)
            if row is not None:
                self._fit(row)
        for row in list(self._open.values()):
            if row.node != ROOT and tree.is_topic(row.node):
                self._fit_numbers(row)

    def look_for(self, search: TopicSearch | None) -> None:
        """Show what was found alone; None shows all."""
        self.beginResetModel()
        self._begin()
        self.topics.search = search
        self.endResetModel()
        self.refresh()

    def fetch_more_of(self, row: Row) -> None:
        """More of a node with thousands below it."""
        self._append(row, self._next_portion(row))

    def unfinished(self) -> Iterator[Row]:
        """Rows with more below them than is shown."""
        return (row for row in self._open.values() if self._is_unfinished(row))

    def branches(self) -> Iterator[Row]:
        """All rows that are there and have others below them, from above."""
        waiting = list(self._root.rows or ())
        while waiting:
            row = waiting.pop()
            if row.path is None and self.topics.children(row):
                yield row
            waiting += row.rows or ()

    # ---- what is asked ----

    def row_at(self, index: Index) -> Row | None:
        """The row of an index; None for none, and for one whose topic was forgotten."""
        row: Row | None = index.internalPointer() if index.isValid() else None
        return row if row is not None and self.topics.is_current(row) else None

    def index_of(self, row: Row) -> QModelIndex:
        """Where a row is."""
        return QModelIndex() if row is self._root else self.createIndex(row.at, 0, row)

    def find(self, topic: str) -> QModelIndex:
        """Where a topic is, as far as it is opened: its nearest row above."""
        row, node = self._root, self._feed.topics.find(topic)
        way: list[int] = []
        while node is not None and node > ROOT:
            way.append(node)
            node = self._feed.topics.parent(node)
        for one in reversed(way):
            found = next((below for below in row.rows or () if below.path is None and below.node == one), None)
            if found is None:
                break
            row = found
        return self.index_of(row)

    def topic_at(self, index: Index) -> str | None:
        """The topic of a row, byte for byte; None for a level that is none."""
        row = self.row_at(index)
        return None if row is None else self.topics.topic(row)

    def ref_at(self, index: Index) -> ValueRef | None:
        """The address of a number; None for what is none, and for what no plot can follow."""
        row, topic = self.row_at(index), self.topic_at(index)
        if row is None or topic is None or self._feed.sensors.get(topic) is None:
            return None
        if row.path is not None:
            return ValueRef(topic, row.path)
        reading = self.topics.reading(row)
        if reading is None or len(reading.numbers) != 1:
            return None
        return ValueRef(topic, next(iter(reading.numbers)))

    # ---- rows ----

    def _is_unfinished(self, row: Row) -> bool:
        return not row.is_sorted and len(row.rows or ()) < len(self.topics.children(row)) + len(self._paths(row))

    @staticmethod
    def _paths(row: Row) -> list[Row]:
        return [one for one in row.rows or () if one.path is not None]

    def _fit(self, row: Row) -> None:
        children, rows = self.topics.children(row), row.rows or []
        self._remove(row, lambda one: one.path is None and children.get(one.name) != one.node)
        if row.is_sorted and len(children) > SORTED_MOST:
            self._remove(row, lambda one: one.path is None)
            row.is_sorted = False
            self._append(row, self._next_portion(row))
        elif row.is_sorted:
            known = {one.name for one in rows if one.path is None}
            self._put_in(row, sorted((name for name in children if name not in known), key=order_of), children)
        elif len(rows) < A_PORTION:
            self._append(row, self._next_portion(row))

    def _next_portion(self, row: Row) -> list[Row]:
        # what is shown of such a branch is the beginning of the order of arrival
        shown = {one.name for one in row.rows or () if one.path is None}
        left = (pair for pair in self.topics.children(row).items() if pair[0] not in shown)
        return [self.topics.made(row, name, node) for name, node in islice(left, A_PORTION)]

    def _put_in(self, row: Row, names: list[str], children: dict[str, int]) -> None:
        """New rows where they belong by name; neighbours come together."""
        rows, first = row.rows or [], len(self._paths(row))
        place, run = first, list[Row]()
        for name in names:
            at, order = place, order_of(name)
            while at < len(rows) and rows[at].order < order:
                at += 1
            if at != place and run:
                self._insert(row, place, run)
                at, run = at + len(run), []
            place = at
            run.append(self.topics.made(row, name, children[name]))
        self._insert(row, place, run)

    def _fit_numbers(self, row: Row) -> None:
        """A payload's numbers as rows; they are made anew when other ones come."""
        paths = self.topics.numbers(row)
        if paths == [one.path for one in self._paths(row)]:
            return
        self._remove(row, lambda one: one.path is not None)
        self._insert(row, 0, [Row(row, row.node, path, path=path) for path in paths])

    def _append(self, row: Row, rows: list[Row]) -> None:
        self._insert(row, len(row.rows or ()), rows)

    def _insert(self, row: Row, place: int, rows: list[Row]) -> None:
        if not rows:
            return
        # Qt takes a level with rows for one that has been asked for
        below = row.rows if row.rows is not None else []
        self.beginInsertRows(self.index_of(row), place, place + len(rows) - 1)
        below[place:place] = rows
        row.rows = below
        for at in range(place, len(below)):
            below[at].at = at
        self.endInsertRows()

    def _remove(self, row: Row, is_gone: Callable[[Row], bool]) -> None:
        rows = row.rows or []
        last = len(rows) - 1
        while last >= 0:
            if not is_gone(rows[last]):
                last -= 1
                continue
            first = last
            while first > 0 and is_gone(rows[first - 1]):
                first -= 1
            self.beginRemoveRows(self.index_of(row), first, last)
            for one in rows[first : last + 1]:
                self._close(one)
            del rows[first : last + 1]
            for at in range(first, len(rows)):
                rows[at].at = at
            self.endRemoveRows()
            last = first - 1

    def _close(self, row: Row) -> None:
        """A row goes, and what is below it."""
        self._gone.append(row)
        if row.path is None and self._open.get(row.node) is row:
            del self._open[row.node]
            self._feed.topics.watched.discard(row.node)
        for one in row.rows or ():
            self._close(one)

    # ---- Qt ----

    def _row(self, index: Index) -> Row:
        return index.internalPointer() if index.isValid() else self._root

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008
        """Qt: whether there is anything below, opened or not."""
        if parent.column() > 0:
            return False
        row = self._row(parent)
        if row.rows:
            return True
        return row.path is None and self.topics.is_current(row) and self.cells.may_open(row)

    def canFetchMore(self, parent: Index) -> bool:
        """Qt: whether what is below was not asked for yet."""
        row = self._row(parent)
        return row.rows is None and row.path is None and self.topics.is_current(row)

    def fetchMore(self, parent: Index) -> None:
        """Qt: what is below is wanted now."""
        row = self._row(parent)
        if row.rows is None:
            row.rows = []
            self._open[row.node] = row
            self._feed.topics.watched.add(row.node)
            self._fit_numbers(row)
            self._fit(row)

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """Qt: index of a child."""
        below = self._row(parent).rows or ()
        if not (0 <= row < len(below) and 0 <= column < self.COLUMNS):
            return QModelIndex()
        return self.createIndex(row, column, below[row])

    def parent(self, index: Index = QModelIndex()) -> Any:  # noqa: B008
        """Qt: what a row is under."""
        above = self._row(index).parent if index.isValid() else None
        return QModelIndex() if above is None else self.index_of(above)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Qt: number of children that are there."""
        # Qt asks for children below every column; only the first has them
        return 0 if parent.column() > 0 else len(self._row(parent).rows or ())

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Qt: always the same."""
        del parent
        return self.COLUMNS

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: texts, colours, icons."""
        row = self.row_at(index)
        return None if row is None else self.cells.data(row, index.column(), role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: titles."""
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return tr(str(TITLES[section]))
        if role == Qt.ItemDataRole.TextAlignmentRole and section >= 1:
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
        """Qt: the addresses of the dragged numbers."""
        refs = [ref for index in indexes if (ref := self.ref_at(index)) is not None]
        return mime_from_refs(list(dict.fromkeys(refs)))
