# SPDX-License-Identifier: Apache-2.0
"""What a view of the tree of topics is told of each cell: text, colour, font, mark, tip. GUI thread."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QT_TRANSLATE_NOOP, Qt
from PySide6.QtGui import QColor, QFont, QIcon

from groundstation.fleet.kinds import Freshness
from groundstation.fleet.sensor_map.sensor_map import Meaning
from groundstation.fleet.sensors import STRUCTURED, UNKNOWN_STALE_S, PayloadKind, Quality
from groundstation.fleet.shown_text import harmless
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.language.shown import shown
from groundstation.ui.language.speaking import counted
from groundstation.ui.plain_text import plain_tip
from groundstation.ui.sensors_panel.topic_row import Row, Topics
from groundstation.ui.sensors_panel.topic_text import has_marks, visible_level, visible_topic
from groundstation.ui.sensors_panel.topic_words import (
    life_text,
    payload_text,
    rate_text,
    size_text,
    topic_count,
    tr,
    value_text,
)
from groundstation.ui.theme.fonts import font
from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TEXT_PX
from groundstation.ui.units import DASH, age_text

TITLES = (
    QT_TRANSLATE_NOOP("Topics", "Topic"),
    QT_TRANSLATE_NOOP("Topics", "Value"),
    QT_TRANSLATE_NOOP("Topics", "Per s"),
    QT_TRANSLATE_NOOP("Topics", "Size"),
    QT_TRANSLATE_NOOP("Topics", "Age"),
    QT_TRANSLATE_NOOP("Topics", "Kept"),
)
TOPIC, VALUE, RATE, SIZE, AGE, KEPT = range(len(TITLES))
Role = Qt.ItemDataRole


class Cells:
    """Asked for the rows that are visible, at the moment that the view shows."""

    def __init__(self, topics: Topics, feed: FleetView) -> None:
        self._topics, self._feed = topics, feed

    def may_open(self, row: Row) -> bool:
        """Whether a row that nobody opened yet may have others below it."""
        return bool(self._topics.children(row)) or bool(self._topics.numbers(row))

    def data(self, row: Row, column: int, role: int) -> Any:
        """What Qt asks of a cell."""
        if role == Role.DisplayRole:
            return self._text(row, column)
        if role == Role.ForegroundRole:
            return self._colour(row, column)
        if role == Role.ToolTipRole:
            return self._tip(row)
        if role == Role.FontRole:
            return self._font(row, column)
        if role == Role.TextAlignmentRole and column > TOPIC:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return self._icon(row, column) if role == Role.DecorationRole else None

    def _text(self, row: Row, column: int) -> str:
        if column == TOPIC:
            return row.path if row.path is not None else visible_level(row.name)
        if row.path is not None:
            reading = self._topics.reading(row) if column == VALUE else None
            return value_text(reading, row.path, self._meaning(row)) if reading is not None else ""
        texts = {VALUE: self._value_text, RATE: self._rate_text, SIZE: self._size_text, AGE: self._age_text}
        if column in texts:
            return texts[column](row)
        return tr("kept") if self._topics.tree.is_retained(row.node) else ""

    def _value_text(self, row: Row) -> str:
        tree = self._topics.tree
        if not tree.is_topic(row.node):
            below = tree.topics_below(row.node)
            return topic_count(max(1, below))
        reading = self._topics.reading(row)
        if reading is None:
            return DASH
        # a payload that is a plain number has the unit that a file gives it
        return value_text(reading, "", self._meaning(row)) if "" in reading.numbers else payload_text(reading)

    def _meaning(self, row: Row) -> Meaning:
        return self._feed.meanings.of(self._topics.tree.path(row.node))

    def _rate_text(self, row: Row) -> str:
        # what a recording tells is what was known at a moment, and no message
        return rate_text(self._topics.tree.flows.rate_hz(row.node, self._feed.now_s())) if self._feed.is_live else ""

    def _size_text(self, row: Row) -> str:
        tree = self._topics.tree
        return size_text(tree.flows.sizes[row.node]) if tree.is_topic(row.node) else ""

    def _age_text(self, row: Row) -> str:
        tree, node = self._topics.tree, row.node
        if tree.paused_s(node) is not None:
            return tr("paused")
        # what the broker had kept came when we did: nobody knows how old it is
        if tree.is_of_the_broker(node):
            return DASH
        return age_text(max(0.0, self._feed.now_s() - tree.flows.last_s[node]))

    def _freshness(self, row: Row) -> Freshness:
        tree, topic = self._topics.tree, self._topics.topic(row)
        if topic is None:
            return Freshness.MISSING
        told = self._feed.sensors.freshness(topic, self._feed.now_s())
        if told is not Freshness.MISSING:
            return told
        is_old = self._feed.now_s() - tree.flows.last_s[row.node] > UNKNOWN_STALE_S
        return Freshness.STALE if is_old or tree.is_of_the_broker(row.node) else Freshness.FRESH

    def _colour(self, row: Row, column: int) -> QColor:
        reading = self._topics.reading(row)
        if column == TOPIC:
            return ink(Ink.TEXT)
        if reading is None or column > VALUE:
            return ink(Ink.MUTED)
        is_data = reading.kind in (PayloadKind.NUMBER, PayloadKind.TEXT, *STRUCTURED)
        is_paused = self._topics.tree.paused_s(row.node) is not None
        note = reading.notes.get(row.path) if row.path is not None else None
        is_data = is_data and (note is None or note.quality is Quality.GOOD)
        is_told = is_data and not is_paused and self._freshness(row) is Freshness.FRESH
        return ink(Ink.TEXT if is_told else Ink.MUTED)

    def _font(self, row: Row, column: int) -> QFont:
        """Struck through where a topic has been silent for so long that its value may not be true any more."""
        if column != VALUE:
            is_branch = row.path is None and not self._topics.tree.is_topic(row.node)
            return font(SMALL_PX, 600 if is_branch and column == TOPIC else 400)
        if not self._topics.tree.is_topic(row.node):
            return font(SMALL_PX, 400)
        if self._freshness(row) is not Freshness.EXPIRED:
            return font(TEXT_PX, 500)
        made = QFont(font(TEXT_PX, 500))
        made.setStrikeOut(True)
        return made

    def _icon(self, row: Row, column: int) -> QIcon | None:
        """A mark on a name that looks like another one, and on what is paused."""
        if column != TOPIC or row.path is not None:
            return None
        if self._topics.tree.is_paused(row.node):
            return icon("pause", Ink.MUTED)
        return icon("differs", Ink.TEXT) if self._topics.tree.has_twin(row.node) else None

    def _tip(self, row: Row) -> str:
        tree, flows, node = self._topics.tree, self._topics.tree.flows, row.node
        path, now_s = tree.path(node), self._feed.now_s()
        lines = [visible_topic(path)]
        meaning = self._feed.meanings.of(path)
        if meaning.name != path:
            lines.insert(0, harmless(meaning.name))
        if has_marks(path):
            lines.append(tr("· marks a space that belongs to the name"))
        known = self._feed.sensors.get(path)
        life = life_text(known.liveness) if known is not None else ""
        lines += [life] if life else []
        lines += [
            tr("looks like another name but has other bytes: {0}").format(ascii(one)) for one in self._twins(node)
        ]
        if self._feed.is_live:
            told = counted("Topics", "{0} message, {1}, {2}/s", "{0} messages, {1}, {2}/s", flows.counts[node])
            volume, speed = size_text(flows.bytes[node]), size_text(flows.bytes_per_s(node, now_s))
            lines.append(told.format(f"{shown(flows.counts[node]):,}", volume, speed))
        paused_s = tree.paused_s(node)
        if paused_s is not None:
            lines.append(tr("paused for {0}: values hold still, counts go on").format(age_text(now_s - paused_s)))
        return plain_tip("\n".join(lines))

    def _twins(self, node: int) -> list[str]:
        return self._topics.tree.twins_of(node) if self._topics.tree.has_twin(node) else []
