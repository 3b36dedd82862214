# SPDX-License-Identifier: Apache-2.0
"""One topic closely: its newest payload, what changed, what came before, its properties. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontDatabase, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from groundstation.fleet.sensors import PayloadKind, SensorReading
from groundstation.fleet.value_path import ValueRef
from groundstation.transport.bus import Message
from groundstation.transport.foreign import reading_from_message
from groundstation.ui.eliding_label import ElidingLabel
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.sensors_panel.large_bar import LargeBar
from groundstation.ui.sensors_panel.large_port import LargeAccess
from groundstation.ui.sensors_panel.payload_words import differences, hex_dump, laid_out
from groundstation.ui.sensors_panel.picture_view import PictureView
from groundstation.ui.sensors_panel.topic_text import visible_topic
from groundstation.ui.sensors_panel.topic_words import life_text, payload_text, size_text, values_text
from groundstation.ui.theme.icons import icon
from groundstation.ui.units import age_text

PAYLOAD, HEX, CHANGED, HISTORY, PROPERTIES, WHOLE = range(6)
HISTORY_LINES = 50
LEAST_HEIGHT = 150
"""A lower one leaves out what is said about the message."""


class TopicDetail(QWidget):
    """Shows the topic that is chosen in the tree; a paused one as it was when it was paused."""

    plot_requested = Signal(object)
    """A list of `ValueRef`."""

    def __init__(self, feed: FleetView, parent: QWidget | None = None, *, large: LargeAccess | None = None) -> None:
        """Build it.

        Args:
            feed: what is known.
            parent: Qt's.
            large: ways to payloads that are too large for the window; None for a window without.
        """
        super().__init__(parent)
        self._feed = feed
        self.large = LargeBar(feed, large)
        """Where the whole of a large payload is."""
        self.topic: str | None = None
        """Which is shown; None for none."""
        self._shown: tuple[object, ...] = ()
        self._picture_words = ""
        self._build()

    def choose(self, topic: str | None) -> None:
        """Show another topic; None for none."""
        if topic != self.topic:
            self.topic, self._shown = topic, ()
            self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: where there is little room the payload has it."""
        super().resizeEvent(event)
        self._facts.setVisible(self.height() >= LEAST_HEIGHT)
        edge = 8 if self.height() >= LEAST_HEIGHT else 0
        self._layout.setContentsMargins(12, edge, 12, edge)

    def refresh(self) -> None:
        """Show it as it is now."""
        tree, topic = self._feed.topics, self.topic
        node = tree.find(topic) if topic is not None else None
        is_there = topic is not None and node is not None and tree.is_topic(node)
        for one in (self.tabs, self._stack, self.plot_button):
            one.setVisible(is_there)
        if topic is None or node is None or not is_there:
            self._title.setText(self.tr("Choose a topic to see all of it"))
            self._facts.setText("")
            self.large.look_at(None)
            return
        paused_s = tree.paused_s(node)
        self._title.setText(visible_topic(topic))
        heard = self._messages(topic, paused_s)
        kept = tree.kept(node)
        newest = heard[-1] if heard else None
        if newest is None and kept is not None and self._feed.is_live:
            size = tree.flows.sizes[node]
            # of a topic that was silent for long its messages are gone, and its last one is still kept
            newest = Message(
                topic,
                kept.payload,
                size,
                0,
                tree.is_of_the_broker(node),
                tree.flows.last_s[node],
                kept.properties or None,
            )
        known = self._feed.sensors.get(topic) if paused_s is None else None
        reading = reading_from_message(newest) if newest is not None else self._feed.sensors.get(topic)
        facts = self._fact_words(reading, newest, paused_s)
        self._facts.setText(f"{facts}  ·  {self._picture_words}" if self._picture_words else facts)
        self.plot_button.setEnabled(bool(self._refs(reading)))
        self.large.look_at(newest)
        self.tabs.setTabVisible(WHOLE, not self.large.isHidden())
        shown = (self.tabs.currentIndex(), newest, len(heard), topic, known, self.large.look.version)
        # a text that is set anew loses what the operator marked in it
        if shown != self._shown:
            self._shown = shown
            self._show(reading, newest, heard, known)
        elif self.tabs.currentIndex() == HISTORY:
            self._history(heard)

    def _messages(self, topic: str, paused_s: float | None) -> list[Message]:
        heard = self._feed.recent.of(topic)
        return heard if paused_s is None else [one for one in heard if one.received_s <= paused_s]

    def _fact_words(self, reading: SensorReading | None, newest: Message | None, paused_s: float | None) -> str:
        if reading is None:
            return self.tr("its last payload made room for newer ones")
        now_s = self._feed.now_s()
        words = [_KINDS.get(reading.kind, reading.kind.value), size_text(reading.size_bytes)]
        if newest is not None:
            words.append(f"QoS {newest.qos}")
        words.append(
            self.tr("kept by the broker") if reading.is_retained else age_text(max(0.0, now_s - reading.received_s))
        )
        known = self._feed.sensors.get(reading.topic)
        if known is not None and (life := life_text(known.liveness)):
            words.append(life)
        if paused_s is not None:
            words.append(self.tr("paused for {0}").format(age_text(now_s - paused_s)))
        return "  ·  ".join(words)

    def _show(
        self,
        reading: SensorReading | None,
        newest: Message | None,
        heard: list[Message],
        known: SensorReading | None,
    ) -> None:
        tab = self.tabs.currentIndex()
        is_picture = tab == PAYLOAD and newest is not None and reading is not None and reading.kind is PayloadKind.IMAGE
        self._stack.setCurrentIndex(1 if is_picture else 0)
        self._picture_words = ""
        if newest is None:
            told = values_text(known) if known is not None and known.liveness is not None else None
            words = told or (reading.text if reading is not None else "")
            self._say(words if words and tab == PAYLOAD else self.tr("not in a recording"))
        elif is_picture:
            self._picture_words = self.picture.show_bytes(newest.payload)
            facts = self._fact_words(reading, newest, None)
            self._facts.setText(f"{facts}  ·  {self._picture_words}")
        elif tab == PAYLOAD:
            laid = laid_out(newest.payload, reading.kind if reading is not None else PayloadKind.BINARY)
            # what a node of Sparkplug B says has names only by what it said before
            has_values = known is not None and known.liveness is not None
            self._say(f"{values_text(known)}\n\n{laid}" if known is not None and has_values else laid)
        elif tab == HEX:
            self._say(hex_dump(newest.payload))
        elif tab == CHANGED:
            self._changed(heard)
        elif tab == HISTORY:
            self._history(heard)
        elif tab == WHOLE:
            self._say(self.large.look.text())
        else:
            self._properties(newest)

    def _changed(self, heard: list[Message]) -> None:
        if len(heard) < 2:
            self._say(self.tr("One message is known so far"))
            return
        before, after = heard[-2:]
        kinds = [reading_from_message(one).kind for one in (before, after)]
        rows = differences(before.payload, kinds[0], after.payload, kinds[1])
        self._say("\n".join(rows) if rows else self.tr("The last two are the same"))

    def _history(self, heard: list[Message]) -> None:
        now_s = self._feed.now_s()
        rows = [
            f"{age_text(max(0.0, now_s - one.received_s)):>7}  {size_text(one.size_bytes):>7}  "
            f"{payload_text(reading_from_message(one))}"
            for one in reversed(heard[-HISTORY_LINES:])
        ]
        self._say("\n".join(rows))

    def _properties(self, newest: Message) -> None:
        if newest.properties is None:
            self._say(self.tr("Not known: MQTT 3.1.1 has none, and of messages long ago only those that came are kept"))
        elif not newest.properties:
            self._say(self.tr("It came without properties"))
        else:
            width = max(len(name) for name, _ in newest.properties)
            rows = (f"{visible_topic(name):<{width}}  {visible_topic(value)}" for name, value in newest.properties)
            self._say("\n".join(rows))

    def _refs(self, reading: SensorReading | None) -> list[ValueRef]:
        if reading is None or self._feed.sensors.get(reading.topic) is None:
            return []
        known = self._feed.sensors.get(reading.topic)
        # a node's message has names only by what it said before
        told = known if known is not None and known.liveness is not None else reading
        return [ValueRef(told.topic, path) for path in told.numbers]

    def _say(self, text: str) -> None:
        if self.text.toPlainText() == text:
            return
        bar = self.text.verticalScrollBar()
        at = bar.value()
        self.text.setPlainText(text)
        bar.setValue(at)

    def _plot(self) -> None:
        reading = self._feed.sensors.get(self.topic) if self.topic is not None else None
        refs = self._refs(reading)
        if refs:
            self.plot_requested.emit(refs[:MOST_PLOTTED])

    def _build(self) -> None:
        layout = self._layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(6)
        head = QHBoxLayout()
        self._title = ElidingLabel()
        self._title.setProperty("role", "strong")
        # a letter with a mark above it is taller than its line
        self._title.setMinimumHeight(self._title.fontMetrics().height() + 4)
        self.plot_button = QPushButton(icon("plot"), self.tr("Plot"))
        self.plot_button.setToolTip(self.tr("Every number of it"))
        self.plot_button.clicked.connect(self._plot)
        head.addWidget(self._title, 1)
        head.addWidget(self.plot_button)
        self._facts = ElidingLabel()
        self._facts.setProperty("role", "muted")
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(True)
        for title in (
            self.tr("Payload"),
            self.tr("Hex"),
            self.tr("Changed"),
            self.tr("History"),
            self.tr("Properties"),
            self.tr("Whole"),
        ):
            self.tabs.addTab(title)
        self.tabs.setTabVisible(WHOLE, False)
        self.tabs.currentChanged.connect(lambda _: self.refresh())
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName(self.tr("Payload"))
        self.picture = PictureView()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.text)
        self._stack.addWidget(self.picture)
        layout.addLayout(head)
        layout.addWidget(self._facts)
        layout.addWidget(self.large)
        layout.addWidget(self.tabs)
        layout.addWidget(self._stack, 1)


MOST_PLOTTED = 8
_KINDS = {
    PayloadKind.JSON: "JSON",
    PayloadKind.CBOR: "CBOR",
    PayloadKind.MSGPACK: "MessagePack",
    PayloadKind.CSV: "CSV",
    PayloadKind.OVERSIZE: "large",
    PayloadKind.SPARKPLUG: "Sparkplug B",
}
