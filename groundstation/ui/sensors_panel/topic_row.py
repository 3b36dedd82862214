# SPDX-License-Identifier: Apache-2.0
"""Rows of the tree of topics, made for what was opened alone. GUI thread."""

from __future__ import annotations

import re

from groundstation.fleet.sensors import STRUCTURED, SensorBoard, SensorReading
from groundstation.fleet.topics.topic_search import TopicSearch
from groundstation.fleet.topics.topic_tree import TopicTree
from groundstation.transport.bus import Message
from groundstation.transport.foreign import reading_from_message

SORTED_MOST = 5_000
"""Children up to so many are shown all at once, by name; more come in the order of arrival, some at a time."""
A_PORTION = 500
ORDERED_BY = 200
"""Letters of a name that are looked at for numbers."""


_NUMBER = re.compile(r"(\d{1,18})")


def order_of(name: str) -> tuple[tuple[tuple[int, str], ...], str]:
    """A sort key by which `sensor-2` comes before `sensor-10`; two names are never equal."""
    parts = _NUMBER.split(name[:ORDERED_BY])
    return tuple((int(one), "") if one.isdecimal() else (-1, one.casefold()) for one in parts if one), name


class Row:
    """A node of the tree that is shown, or a number in its payload."""

    __slots__ = ("at", "is_free", "is_sorted", "name", "node", "order", "parent", "path", "read", "rows", "was_opened")

    def __init__(self, parent: Row | None, node: int, name: str, *, path: str | None = None) -> None:
        self.parent, self.node, self.name, self.path = parent, node, name, path
        self.order = order_of(name)
        """By this it stands among its neighbours."""
        self.at = 0
        """Its place among its parent's rows."""
        self.rows: list[Row] | None = None
        """What is below it; None before that was asked for."""
        self.is_sorted = True
        self.is_free = False
        """Whether it is shown with all that is below it, while something is looked for."""
        self.was_opened = False
        """Whether it was opened by itself once: not again, once the operator closed it."""
        self.read: tuple[int, float, SensorReading | None] | None = None
        """Its newest message as it was understood, by how many came and when the last did."""


class Topics:
    """What rows ask: the tree, what was understood of the newest payloads, and what is looked for."""

    def __init__(self, tree: TopicTree, board: SensorBoard) -> None:
        self.tree, self._board = tree, board
        self.search: TopicSearch | None = None
        """Only what it found is shown; None shows all."""

    def is_current(self, row: Row) -> bool:
        """Whether a row still means what it meant: a forgotten topic's number is used again."""
        above = row.parent
        return above is None or row.path is not None or self.tree.is_at(row.node, above.node, row.name)

    def is_shown(self, parent: Row, node: int) -> bool:
        """Whether a child is to be seen."""
        search = self.search
        return search is None or parent.is_free or node in search.hits or node in search.above

    def children(self, row: Row) -> dict[str, int]:
        """Of a node, by name, as far as they are to be seen."""
        below = self.tree.children(row.node)
        if self.search is None or row.is_free:
            return below
        return {name: node for name, node in below.items() if self.is_shown(row, node)}

    def made(self, parent: Row, name: str, node: int) -> Row:
        """A new row."""
        row = Row(parent, node, name)
        row.is_free = parent.is_free or (self.search is not None and node in self.search.hits)
        return row

    def topic(self, row: Row) -> str | None:
        """The topic of a row or of the number in it, byte for byte; None for what is none."""
        if row.parent is None or not self.is_current(row) or not self.tree.is_topic(row.node):
            return None
        return self.tree.path(row.node)

    def reading(self, row: Row) -> SensorReading | None:
        """The newest message that is shown of a topic, as it was understood; None where there is none, or no more."""
        tree, node = self.tree, row.node
        if not self.is_current(row) or not tree.is_topic(node):
            return None
        count, at_s = tree.flows.counts[node], tree.flows.last_s[node]
        if row.read is None or row.read[:2] != (count, at_s):
            row.read = count, at_s, self._understood(node)
        return row.read[2]

    def numbers(self, row: Row) -> list[str]:
        """Paths of the numbers in its payload, where it is one with names."""
        if row.path is not None or row.parent is None:
            return []
        found = self.reading(row)
        if found is None or found.kind not in STRUCTURED:
            return []
        paths = found.paths
        return [] if paths == [""] else paths

    def _understood(self, node: int) -> SensorReading | None:
        tree = self.tree
        topic, paused_s = tree.path(node), tree.paused_s(node)
        kept, known = tree.kept(node), self._board.get(topic)
        # the same message was understood on the thread of the connection already, for ten thousand topics
        if known is not None and (paused_s is None or known.received_s <= paused_s):
            return known
        if kept is None:
            return known if paused_s is None else None
        size = len(kept.payload) if paused_s is not None else tree.flows.sizes[node]
        at_s = tree.flows.last_s[node]
        kept_by_broker = tree.is_of_the_broker(node)
        return reading_from_message(Message(topic, kept.payload, size, 0, kept_by_broker, at_s))
