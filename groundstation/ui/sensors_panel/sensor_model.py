# SPDX-License-Identifier: Apache-2.0
"""The tree of sensors: place, topic, and the numbers of a JSON payload. GUI thread; topics are kept byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont, QIcon

from groundstation.fleet.kinds import Freshness
from groundstation.fleet.sensors import STRUCTURED, PayloadKind, SensorBoard, SensorReading
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.plain_text import plain_tip
from groundstation.ui.sensors_panel.topic_text import has_marks, look, visible_level, visible_topic
from groundstation.ui.theme.fonts import font
from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TEXT_PX
from groundstation.ui.units import DASH, age_text, compact
from groundstation.ui.value_drag import MIME_TYPE, mime_from_refs

Index = QModelIndex | QPersistentModelIndex
SHOWN_CHARACTERS = 120


class Node:
    """A place, a topic in it, or a number in its payload."""

    __slots__ = ("children", "label", "parent", "path", "row", "topic")

    def __init__(self, parent: Node | None, label: str, topic: str | None = None, path: str | None = None) -> None:
        self.parent, self.label, self.topic, self.path = parent, label, topic, path
        self.children: list[Node] = []
        self.row = 0


class SensorModel(QAbstractItemModel):
    """Columns: name, value, age, count, size."""

    COLUMNS = 5

    def __init__(self, board: SensorBoard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._board = board
        self._root = Node(None, "")
        self._groups: dict[str, Node] = {}
        self._topics: dict[str, Node] = {}
        self._alike: dict[str, set[str]] = {}
        self._now_s = 0.0

    @property
    def topics(self) -> list[str]:
        """What is shown."""
        return list(self._topics)

    @property
    def has_topics(self) -> bool:
        """Whether anything is shown."""
        return bool(self._topics)

    def is_new(self, topic: str) -> bool:
        """Whether a topic is not shown yet."""
        return topic not in self._topics

    def show_topics(self, topics: Iterable[str], now_s: float) -> None:
        """Show new readings of these topics.

        No `dataChanged` is told: ten thousand of them stopped the window. The view draws its visible rows again.
        """
        self._now_s = now_s
        found = [topic for topic in topics if self._board.get(topic) is not None]
        self._add_topics([topic for topic in found if topic not in self._topics])
        for topic in found:
            reading = self._board.get(topic)
            if reading is not None and (reading.kind in STRUCTURED or self._topics[topic].children):
                self._fit_numbers(self._topics[topic], reading)

    def show_ages(self, now_s: float) -> None:
        """Let ages grow."""
        self._now_s = now_s

    def keep(self, wanted: Iterable[str]) -> None:
        """Show these topics only."""
        kept = list(wanted)
        self.beginResetModel()
        self._root.children.clear()
        self._groups.clear()
        self._topics.clear()
        self._alike.clear()
        self.endResetModel()
        self.show_topics(kept, self._now_s)

    def is_alike(self, topic: str) -> list[str]:
        """Other topics that look the same and differ only by their bytes."""
        return sorted(self._alike.get(look(topic), set()) - {topic})

    def ref_at(self, index: Index) -> ValueRef | None:
        """The address of a number; None for what is none."""
        node = self._node(index)
        if node.topic is None:
            return None
        if node.path is not None:
            return ValueRef(node.topic, node.path)
        reading = self._board.get(node.topic)
        if reading is None or len(reading.numbers) != 1:
            return None
        return ValueRef(node.topic, next(iter(reading.numbers)))

    def topic_at(self, index: Index) -> str | None:
        """The topic of a row, byte for byte."""
        return self._node(index).topic if index.isValid() else None

    def _node(self, index: Index) -> Node:
        return index.internalPointer() if index.isValid() else self._root

    def _index_of(self, node: Node) -> QModelIndex:
        return QModelIndex() if node is self._root else self.createIndex(node.row, 0, node)

    def _insert(self, parent: Node, nodes: list[Node]) -> None:
        first = len(parent.children)
        self.beginInsertRows(self._index_of(parent), first, first + len(nodes) - 1)
        for row, node in enumerate(nodes, start=first):
            node.row = row
        parent.children += nodes
        self.endInsertRows()

    def _add_topics(self, topics: list[str]) -> None:
        """Places and topics that are new, each place with all of its topics at once."""
        by_place: dict[str, list[str]] = {}
        for topic in topics:
            by_place.setdefault(topic.rpartition("/")[0], []).append(topic)
            self._alike.setdefault(look(topic), set()).add(topic)
        places = [place for place in by_place if place not in self._groups]
        # all at once: each insertion lets the view lay out anew
        fresh = [Node(self._root, visible_topic(place, " / ") if place else "") for place in places]
        if fresh:
            self._groups.update(zip(places, fresh, strict=True))
            self._insert(self._root, fresh)
        for place, several in by_place.items():
            group = self._groups[place]
            nodes = [Node(group, visible_level(topic.rpartition("/")[2]), topic) for topic in several]
            self._topics.update(zip(several, nodes, strict=True))
            self._insert(group, nodes)

    def _fit_numbers(self, node: Node, reading: SensorReading) -> None:
        """A payload's numbers as children; they are made anew when other ones come."""
        paths = list(reading.numbers) if reading.kind in STRUCTURED and list(reading.numbers) != [""] else []
        # nearly always: a device sends the same fields each time
        if paths == [child.path for child in node.children]:
            return
        if node.children:
            # Qt keeps pointers to nodes: told before they go
            self.beginRemoveRows(self._index_of(node), 0, len(node.children) - 1)
            node.children.clear()
            self.endRemoveRows()
        if paths:
            self.beginInsertRows(self._index_of(node), 0, len(paths) - 1)
            node.children = [Node(node, path, node.topic, path) for path in paths]
            for row, child in enumerate(node.children):
                child.row = row
            self.endInsertRows()

    def _reading(self, node: Node) -> SensorReading | None:
        return self._board.get(node.topic) if node.topic is not None else None

    def _age_s(self, reading: SensorReading) -> float | None:
        return None if reading.is_retained else max(0.0, self._now_s - reading.received_s)

    def _text(self, node: Node, column: int) -> str:
        reading = self._reading(node)
        if column == 0:
            return node.label
        if reading is None:
            return ""
        if node.path is not None:
            return compact(reading.numbers.get(node.path)) if column == 1 else ""
        texts = {1: _payload_text, 2: self._age_text, 3: self._count_text}
        return texts[column](reading) if column in texts else f"{reading.size_bytes} B"

    def _age_text(self, reading: SensorReading) -> str:
        return self.tr("kept") if reading.is_retained else age_text(self._age_s(reading))

    def _count_text(self, reading: SensorReading) -> str:
        return str(self._board.count(reading.topic))

    def _colour(self, node: Node, column: int) -> QColor:
        reading = self._reading(node)
        if reading is None or column >= 2:
            return ink(Ink.MUTED)
        is_old = self._freshness(node) is not Freshness.FRESH
        is_data = reading.kind in (PayloadKind.NUMBER, PayloadKind.TEXT, *STRUCTURED)
        if column == 1 and (is_old or not is_data):
            return ink(Ink.MUTED)
        return ink(Ink.TEXT)

    def _freshness(self, node: Node) -> Freshness:
        return self._board.freshness(node.topic, self._now_s) if node.topic is not None else Freshness.MISSING

    def _value_font(self, node: Node) -> QFont:
        """Struck through where the sensor has been silent for so long that its value may not be true any more."""
        if self._freshness(node) is not Freshness.EXPIRED:
            return font(TEXT_PX, 500)
        made = QFont(font(TEXT_PX, 500))
        made.setStrikeOut(True)
        return made

    def _tip(self, node: Node) -> str | None:
        if node.topic is None:
            return None
        lines = [node.topic]
        if has_marks(node.topic):
            lines.append(self.tr("· marks a space that belongs to the name"))
        lines += [
            self.tr("looks like another topic but has other bytes: {0}").format(ascii(one))
            for one in self.is_alike(node.topic)
        ]
        return plain_tip("\n".join(lines))

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """Qt: index of a child."""
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, self._node(parent).children[row])

    def parent(self, index: Index = QModelIndex()) -> Any:  # noqa: B008
        """Qt: what a row is under."""
        above = self._node(index).parent if index.isValid() else None
        return QModelIndex() if above is None else self._index_of(above)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Qt: number of children."""
        # Qt asks for children below every column; only the first has them
        return 0 if parent.column() > 0 else len(self._node(parent).children)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Qt: always the same."""
        del parent
        return self.COLUMNS

    def _icon(self, node: Node) -> QIcon | None:
        """A mark on a topic that looks like another one."""
        if node.topic is None or node.path is not None or not self.is_alike(node.topic):
            return None
        return icon("caution", Ink.CAUTION)

    def _appearance(self, node: Node, column: int, role: int) -> Any:
        if role == Qt.ItemDataRole.FontRole:
            return self._value_font(node) if column == 1 else font(SMALL_PX, 600 if node.topic is None else 400)
        if role == Qt.ItemDataRole.TextAlignmentRole and column >= 1:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return self._icon(node) if role == Qt.ItemDataRole.DecorationRole and column == 0 else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: texts, colours, icons."""
        if not index.isValid():
            return None
        node = self._node(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(node, index.column())
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._colour(node, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(node)
        return self._appearance(node, index.column(), role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: titles."""
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            titles = (self.tr("Topic"), self.tr("Value"), self.tr("Age"), self.tr("Count"), self.tr("Size"))
            return titles[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section >= 1:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Qt: numbers can be dragged."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() and self.ref_at(index) is not None else flags

    def mimeTypes(self) -> list[str]:
        """Qt: what a drag carries."""
        return [MIME_TYPE]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Qt: the addresses of the dragged numbers."""
        refs = [ref for index in indexes if (ref := self.ref_at(index)) is not None]
        return mime_from_refs(list(dict.fromkeys(refs)))


_SHOWN: dict[PayloadKind, Callable[[SensorReading], str]] = {
    PayloadKind.NUMBER: lambda reading: compact(reading.numbers.get("")),
    PayloadKind.EMPTY: lambda _: DASH,
    PayloadKind.BINARY: lambda reading: f"binary {reading.text[:24]}",
    PayloadKind.IMAGE: lambda reading: f"{reading.text} picture",
    PayloadKind.CBOR: lambda reading: f"CBOR {reading.text}",
    PayloadKind.MSGPACK: lambda reading: f"MessagePack {reading.text}",
    PayloadKind.OVERSIZE: lambda reading: f"too large, begins {reading.text[:40]}",
}


def _payload_text(reading: SensorReading) -> str:
    shown = _SHOWN.get(reading.kind)
    return (shown(reading) if shown is not None else reading.text)[:SHOWN_CHARACTERS]
