# SPDX-License-Identifier: Apache-2.0
"""What vehicles said, bounded. GUI thread; no widgets. Text from outside stays plain text."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from groundstation.fleet.events import EventKind
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.sample import Severity
from groundstation.transport.bus import BusState, BusStatus
from groundstation.ui.fleet_view import FleetView, LoggedEvent
from groundstation.ui.messages.message_store import LogEntry, MessageStore

MAX_ENTRIES = 1_000_000
DROPPED_AT_ONCE = 50_000
COLLAPSE_S = 120.0
"""ArduPilot repeats each failed pre-arm check every 30 s; a repeat within this is counted, not listed again."""


BROKER = VehicleKey("", "broker")
"""In place of a vehicle where the broker's connection is what is told of."""


class MessageLog(QObject):
    """All events of all vehicles in order of arrival."""

    appended = Signal()
    """There are new entries behind those that were."""
    repeated = Signal()
    """Some entry's count grew."""
    trimmed = Signal(int)
    """So many of the oldest entries went."""

    def __init__(self, feed: FleetView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._feed = feed
        self.entries = MessageStore()
        self._repeating: dict[tuple[VehicleKey, str], int] = {}
        feed.events_arrived.connect(self._on_events_arrived)
        self._lost_s: float | None = None
        self._was_connected = False
        feed.bus_changed.connect(self._on_bus_changed)
        feed.timeline.rewound.connect(self._on_rewound)

    def now_unix_s(self) -> float:
        """The moment that is shown now, seconds since 1970."""
        return self._feed.timeline.now_unix_s

    def now_s_at(self, unix_s: float) -> float:
        """A moment on the clock of the view's timeline."""
        timeline = self._feed.timeline
        return timeline.now_s() - (timeline.now_unix_s - unix_s)

    def _on_events_arrived(self, events: list[LoggedEvent]) -> None:
        # asked each time: the computer's clock may be set while the window is open
        offset_s = self._feed.timeline.unix_s(0.0)
        has_new = has_repeats = False
        for one in events:
            # ArduPilot repeats each failed check every half a minute: the log would be nothing else
            if self._is_repeat(one, offset_s):
                has_repeats = True
                continue
            self._take(one, offset_s)
            has_new = True
        if has_new:
            self.appended.emit()
            self._trim()
        if has_repeats:
            self.repeated.emit()

    def _on_rewound(self) -> None:
        """What was said after the moment that is shown now was not said yet; its view tells what was."""
        count = len(self.entries)
        self.entries.drop(count)
        self._repeating.clear()
        self.trimmed.emit(count)

    def _on_bus_changed(self, status: BusStatus) -> None:
        """The end of a connection, why, and how long it lasted, stand among what vehicles said."""
        now_s = self._feed.timeline.now_unix_s
        if status.state is BusState.CONNECTED:
            self._was_connected = True
            if self._lost_s is not None:
                words = self.tr("{broker}: connected again after {seconds:.0f} s")
                self._say(words.format(broker=status.broker, seconds=now_s - self._lost_s), Severity.NOTICE, now_s)
                self._lost_s = None
        # once for each loss: the tries after it change the reason, and are no news
        elif status.state in (BusState.LOST, BusState.REFUSED) and self._lost_s is None and self._was_connected:
            self._lost_s = now_s
            words = self.tr("{broker}: connection lost, {reason}")
            self._say(words.format(broker=status.broker, reason=status.reason), Severity.ERROR, now_s)

    def _say(self, text: str, severity: Severity, at_s: float) -> None:
        self.entries.add(LogEntry(BROKER, text, severity, EventKind.LINK, at_s, at_s))
        self.appended.emit()
        self._trim()

    def _is_repeat(self, one: LoggedEvent, offset_s: float) -> bool:
        known = self._repeating.get((one.key, one.event.text), -1)
        at_s = one.received_s + offset_s
        # it may have gone with the oldest
        if known < self.entries.first or at_s - self.entries.at(known).last_s > COLLAPSE_S:
            return False
        self.entries.repeat(known, at_s)
        return True

    def _take(self, one: LoggedEvent, offset_s: float) -> None:
        event, at_s = one.event, one.received_s + offset_s
        text = event.words if event.is_complete else f"{event.words} […]"
        position = self.entries.add(LogEntry(one.key, text, event.severity, event.kind, at_s, at_s))
        # only these are repeated by the vehicle: the same words of anything else happened twice
        if event.text.startswith("PreArm"):
            if len(self._repeating) > DROPPED_AT_ONCE:
                self._repeating.clear()
            self._repeating[one.key, event.text] = position

    def _trim(self) -> None:
        if len(self.entries) > MAX_ENTRIES:
            # many at once: taking one from the front moves all others
            self.entries.drop(DROPPED_AT_ONCE)
            self.trimmed.emit(DROPPED_AT_ONCE)
