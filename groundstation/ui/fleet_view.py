# SPDX-License-Identifier: Apache-2.0
"""The fleet at its now, for whoever shows it: live, or at a moment of a recording. GUI thread.

Panels ask, and keep nothing that a view tells. `FleetFeed` is the live one; a player of recordings is another.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from PySide6.QtCore import QObject, Signal

from groundstation.fleet.awareness.watch import AwarenessWatch
from groundstation.fleet.events import Event
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.link import BridgePresence
from groundstation.fleet.link_table import LinkTable
from groundstation.fleet.refly.error_way import ErrorWay
from groundstation.fleet.roster import Fleet
from groundstation.fleet.sensor_map.sensor_map import SensorMap
from groundstation.fleet.sensors import SensorBoard
from groundstation.fleet.summary import VehicleSummary, summary_of
from groundstation.fleet.topics.topic_tree import TopicTree
from groundstation.fleet.vehicle import VehicleState
from groundstation.transport.bus import BusStatus
from groundstation.transport.inbox import InboxCounts
from groundstation.ui.history import History
from groundstation.ui.loop_delay import LoopDelays
from groundstation.ui.raw_source import RawSource
from groundstation.ui.recent_messages import RecentMessages
from groundstation.ui.timeline import Timeline


class LoggedEvent(msgspec.Struct, frozen=True, gc=False):
    """An event with its vehicle and time."""

    key: VehicleKey
    event: Event
    received_s: float
    """Seconds on the clock of the view's timeline."""


class FeedStats(msgspec.Struct, frozen=True, kw_only=True):
    """What the feed did so far, and how late the GUI thread is."""

    ticks: int
    folded: int
    """Updates folded into the fleet."""
    readings: int
    """Readings of other devices."""
    coalesced: int
    """Samples merged into newer ones after a stall."""
    stalls: int
    """Gaps of more than a second between two ticks."""
    slowest_tick_ms: float
    delays: LoopDelays


class FleetView(QObject):
    """What is known of the fleet at the moment that its timeline shows."""

    vehicles_added = Signal(object)
    """A frozenset of `VehicleKey`, each new to this view."""
    vehicles_changed = Signal(object)
    """A frozenset of `VehicleKey`, the new ones included."""
    vehicles_forgotten = Signal(object)
    """A frozenset of `VehicleKey` that are shown no more."""
    events_arrived = Signal(object)
    """A list of `LoggedEvent` in order."""
    bridges_changed = Signal()
    sensors_changed = Signal(object)
    """A frozenset of topics."""
    meanings_changed = Signal()
    """Another file says what topics mean."""
    bus_changed = Signal(object)
    """The new `BusStatus`."""

    def __init__(self, timeline: Timeline, parent: QObject | None = None) -> None:
        """Begin with nobody.

        Args:
            timeline: what its now is.
            parent: Qt's.
        """
        super().__init__(parent)
        self.timeline = timeline
        """What its now is."""
        self.raw = RawSource(self)
        """What a log has in its own words; nothing of what is live."""
        self.error_ways: tuple[ErrorWay, ...] = ()
        """Of flights that were flown again and are shown beside their records; nothing of what is live."""
        self._fleet, self._board, self._history = Fleet(), SensorBoard(), History()
        self._topics = TopicTree(timeline.now_s())
        self._meanings = SensorMap()
        self.awareness = AwarenessWatch()
        """What is worked out beside what vehicles tell."""
        self.recent = RecentMessages()
        """The last messages of other devices; none of a recording."""

    @property
    def fleet(self) -> Fleet:
        """Every vehicle, with who is in control of it."""
        return self._fleet

    @property
    def sensors(self) -> SensorBoard:
        """Every other device."""
        return self._board

    @property
    def meanings(self) -> SensorMap:
        """What topics of other devices mean."""
        return self._meanings

    def use_meanings(self, meanings: SensorMap) -> None:
        """Another file says what they mean."""
        self._meanings = meanings
        self._board.expected_s = lambda topic: meanings.of(topic).period_s
        self.meanings_changed.emit()

    @property
    def topics(self) -> TopicTree:
        """Every topic of other devices; not to be changed but by pauses and by who unsubscribes."""
        return self._topics

    @property
    def is_live(self) -> bool:
        """Whether messages come, and not moments."""
        return False

    @property
    def history(self) -> History:
        """Numbers up to now."""
        return self._history

    @property
    def link_tables(self) -> dict[tuple[str, str], LinkTable]:
        """Links of each bridge that tells of them, by root and bridge id."""
        return self._fleet.link_tables

    @property
    def bridges(self) -> dict[tuple[str, str], BridgePresence]:
        """Presence of each bridge, by root and bridge id."""
        return self._fleet.bridges

    @property
    def bus(self) -> BusStatus:
        """How the connection to the broker is; the default for a recording, which has none."""
        return BusStatus()

    @property
    def counts(self) -> InboxCounts:
        """What went past the inbox; all zero for a recording, which has none."""
        return InboxCounts()

    def stats(self) -> FeedStats | None:
        """What this window does for it; None for a recording, which asks little of it."""
        return None

    def now_s(self) -> float:
        """The moment that is shown, seconds on the clock of its timeline."""
        return self.timeline.now_s()

    def summary(self, state: VehicleState) -> VehicleSummary:
        """One vehicle in a few words."""
        # made each time; `FleetFeed` keeps them, since many panels ask it for the same moment
        return summary_of(state, self.now_s())

    def summaries(self) -> list[VehicleSummary]:
        """Every vehicle in a few words."""
        return [self.summary(state) for state in self._fleet]

    def follow(self, by: object, keys: Iterable[VehicleKey] = ()) -> None:
        """Somebody shows these vehicles closely now, and no others; a recording has everything anyhow.

        Args:
            by: who.
            keys: whom; none for who shows nothing any more.
        """

    def leave_topics(self, gone: str, kept: list[str]) -> None:
        """A filter was taken back: what still comes of it is not taken in.

        Args:
            gone: the filter.
            kept: those that stay, now and later.
        """

    def forget(self, key: VehicleKey) -> None:
        """Show a vehicle no more by the operator's wish; a recording forgets nobody."""
