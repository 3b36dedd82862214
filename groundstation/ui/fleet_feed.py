# SPDX-License-Identifier: Apache-2.0
"""The only crossing from the bus to Qt. GUI thread, except that the inbox is filled by another.

One timer drains the inbox, folds it into the fleet and the sensor board, and tells panels what changed: at most one
signal of each kind a tick, never one a message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Qt, QTimer

from groundstation.fleet.events import Event
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.link import BridgePresence, LinkState
from groundstation.fleet.sensors import matches
from groundstation.fleet.summary import Summaries, VehicleSummary
from groundstation.fleet.updates import Update, VehicleUpdate
from groundstation.fleet.vehicle import VehicleState
from groundstation.transport.bus import BusStatus, Message
from groundstation.transport.inbox import Inbox, InboxCounts
from groundstation.ui.backlog import thinned
from groundstation.ui.call_signs import call_signs
from groundstation.ui.fleet_view import FeedStats, FleetView, LoggedEvent
from groundstation.ui.followed import Followed
from groundstation.ui.loop_delay import LoopDelay
from groundstation.ui.timeline import LiveTimeline

TICK_MS = 33
AGE_MS = 300
"""Ages are repainted about three times a second, data or not."""
LEAVING_S = 10.0
"""So long a topic may still come that is not subscribed to any more."""
STALL_S = 1.0
"""A gap between two ticks that is counted as a stall."""


class FleetFeed(FleetView):
    """The present: takes what the bus delivered, folds it, and tells the panels which vehicles changed."""

    def __init__(
        self,
        inbox: Inbox,
        bus_status: Callable[[], BusStatus],
        timeline: LiveTimeline | None = None,
        parent: QObject | None = None,
    ) -> None:
        """Begin with nobody; `start` begins to drain.

        Args:
            inbox: where messages wait.
            bus_status: asks for the newest report of the connection.
            timeline: the present; None for this computer's own.
            parent: Qt's.
        """
        super().__init__(timeline or LiveTimeline(), parent)
        inbox.keeps_heard = True
        self._inbox, self._bus_status, self._clock = inbox, bus_status, self.timeline.now_s
        self._summaries = Summaries()
        self._summaries.alarmed = self._fleet.alarms.beside_conditions
        self._summaries.known = self._fleet.alarms.is_known
        self.followed = Followed(self)
        """Whose detail is wanted."""
        self._status = bus_status()
        self._known: set[VehicleKey] = set()
        self._names = call_signs()
        self._forgotten: set[VehicleKey] = set()
        self._ticks = self._folded = self._readings = self._coalesced = self._stalls = 0
        self._slowest_s = 0.0
        self._last_tick_s: float | None = None
        self._left: dict[str, float] = {}
        self._kept_filters: list[str] = []
        self._delay = LoopDelay(self._clock, self)
        self.on_updates: Callable[[list[Update]], None] | None = None
        """Called once a tick, after folding, with everything that arrived; what commands need it."""
        self._tick_timer = QTimer(self, interval=TICK_MS)
        # a coarse timer is 5 % early or late, which shows as a stutter of what moves
        self._tick_timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._tick_timer.timeout.connect(self.tick)
        self._age_timer = QTimer(self, interval=AGE_MS)
        self._age_timer.timeout.connect(self.age)

    @property
    def bus(self) -> BusStatus:
        """The newest report of the connection to the broker."""
        return self._status

    @property
    def is_live(self) -> bool:
        """Whether messages come."""
        return True

    @property
    def counts(self) -> InboxCounts:
        """What went past the inbox."""
        return self._inbox.counts

    def summary(self, state: VehicleState) -> VehicleSummary:
        """One vehicle in a few words."""
        return self._summaries.of(state, self._clock())

    def shout(self, key: VehicleKey, text: str, until_s: float) -> None:
        """Add a warning of this station's own to a vehicle's conditions until then; empty to take it back."""
        self._summaries.shout(key, text, until_s)
        self.vehicles_changed.emit(frozenset({key}))

    def start(self) -> None:
        """Begin to drain."""
        self._tick_timer.start()
        self._age_timer.start()
        self._delay.start()

    def stop(self) -> None:
        """Stop draining; the inbox keeps what comes, up to its bounds."""
        self._tick_timer.stop()
        self._age_timer.stop()
        self._delay.stop()

    def follow(self, by: object, keys: Iterable[VehicleKey] = ()) -> None:
        """Somebody shows these vehicles closely now, and no others."""
        self.followed.show(by, keys)

    def stats(self) -> FeedStats:
        """For the top bar and for measurements."""
        return FeedStats(
            ticks=self._ticks,
            folded=self._folded,
            readings=self._readings,
            coalesced=self._coalesced,
            stalls=self._stalls,
            slowest_tick_ms=self._slowest_s * 1000,
            delays=self._delay.delays(),
        )

    def forget(self, key: VehicleKey) -> None:
        """Remove a vehicle by the operator's wish; it comes back when it is heard again."""
        # bridges repeat what they know of a silent vehicle: without a note it would be back within seconds
        self._forgotten.add(key)
        self._fleet.remove(key)
        self._known.discard(key)
        self._history.forget(key)
        self._names.drop(key)
        self._summaries.forget(key)
        self.vehicles_changed.emit(frozenset(self._fleet.take_changed()))
        self.vehicles_forgotten.emit(frozenset({key}))

    def _remembered(self, updates: list[Update]) -> list[Update]:
        """Without what is repeated about vehicles that were forgotten; one that is heard is forgotten no more."""
        if not self._forgotten:
            return updates
        kept: list[Update] = []
        for update in updates:
            key = getattr(update, "key", None)
            if key in self._forgotten and _is_alive(update):
                self._forgotten.discard(key)
            if key not in self._forgotten:
                kept.append(update)
        return kept

    def leave_topics(self, gone: str, kept: list[str]) -> None:
        """A filter was taken back: what still comes of it is not taken in."""
        self._left[gone], self._kept_filters = self._clock() + LEAVING_S, kept

    def _take_topics(self, heard: list[Message], now_s: float) -> None:
        if self._left:
            self._left = {one: until_s for one, until_s in self._left.items() if until_s > now_s}
            heard = [one for one in heard if not self._is_left(one.topic)]
        take, remember = self._topics.take, self.recent.add
        for one in heard:
            told = one.properties or ()
            take(one.topic, one.payload, one.size_bytes, one.received_s, is_retained=one.retain, properties=told)
            remember(one)

    def _is_left(self, topic: str) -> bool:
        is_gone = any(matches(one, topic) for one in self._left)
        return is_gone and not any(matches(one, topic) for one in self._kept_filters)

    def tick(self) -> None:
        """Drain and fold once, and tell what changed."""
        now_s = self._clock()
        # the window was held up: told in the links panel, since it is what an operator feels
        if self._last_tick_s is not None and now_s - self._last_tick_s > STALL_S:
            self._stalls += 1
        since_s, self._last_tick_s = now_s - (self._last_tick_s or now_s), now_s
        self._ticks += 1
        delivery = self._inbox.drain(in_turns=True)
        updates, merged = thinned(delivery.updates)
        self._coalesced += merged
        self._folded += len(updates)
        self._readings += len(delivery.readings)
        # before the fold: what a broker kept must not bring back whom the operator let go
        updates = self._remembered(updates)
        # all of it before anybody is told: a panel that asks about another vehicle sees one moment
        self._fleet.fold(updates)
        self._board.fold(delivery.readings)
        self._take_topics(delivery.heard, now_s)
        looked = self.awareness.turn(self._fleet, now_s)
        self._fleet.tell_awareness(looked)
        if self.on_updates is not None:
            self.on_updates(updates)
        self._history.record_updates(updates)
        self._history.record_awareness((self._fleet.get(key) for key in looked), now_s)
        self._history.record_readings(delivery.readings)
        # after a stall no more than a second's share: all at once would be the next stall
        self._summaries.renew_some(self._fleet.get, min(since_s, STALL_S), now_s)
        # behind what commands need: an order that was given in this tick is in the panels that are told
        self._tell(updates, now_s)
        self._slowest_s = max(self._slowest_s, self._clock() - now_s)

    def age(self) -> None:
        """Let ages be repainted, and ask for what is looked at."""
        self.followed.show("plots", self._history.plotted)
        self.followed.look(self._known)
        self.timeline.passed.emit(self._clock())

    def _tell(self, updates: list[Update], now_s: float) -> None:
        changed = frozenset(self._fleet.take_changed())
        self._history.record_states((self._fleet.get(key) for key in changed), now_s)
        # a forgotten vehicle is new again when it comes back
        added = changed - self._known
        for state in (self._fleet.get(key) for key in changed):
            if state is not None:
                self._names.tell(state.key, state.name)
        if added:
            # before the signal: a panel may ask for the fleet in its slot
            self._known |= added
            self.vehicles_added.emit(added)
        if changed:
            self.vehicles_changed.emit(changed)
        events = [
            LoggedEvent(one.key, one.content, one.content.at_s + one.clock_offset_s)
            for one in updates
            if isinstance(one, VehicleUpdate) and isinstance(one.content, Event)
        ]
        if events:
            self.events_arrived.emit(events)
        if any(isinstance(update.content, BridgePresence) for update in updates):
            self.bridges_changed.emit()
        topics = frozenset(self._board.take_changed())
        if topics:
            self.sensors_changed.emit(topics)
        # a frozen report that another thread replaced as a whole: comparing it needs no lock
        status = self._bus_status()
        if status != self._status:
            self._status = status
            self.bus_changed.emit(status)


def _is_alive(update: Update) -> bool:
    """Whether an update shows that a vehicle is heard now: what the broker kept, or others say of it, does not."""
    match update:
        case VehicleUpdate(field="connection"):
            return bool(update.content.state is LinkState.ONLINE)
        case VehicleUpdate(field="samples" | "link" | "overview"):
            return not update.is_retained
    return False
