# SPDX-License-Identifier: Apache-2.0
"""Where the worker thread leaves what arrived and the owner of the fleet picks it up.

`offer` runs on the worker thread: it decodes and appends, nothing else. `drain` runs on the owner's thread. The queues
are bounded: telemetry drops its oldest; events, births and deaths have a queue of their own that telemetry can't push
out. Every drop is counted.
"""

from __future__ import annotations

import logging
import threading
import time
import zlib
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec

from groundstation.fleet.sensors import SensorReading, matches
from groundstation.fleet.sparkplug.faults import Fault
from groundstation.fleet.sparkplug.node import KeptNode
from groundstation.fleet.updates import ServiceUpdate, Update, VehicleUpdate
from groundstation.transport import parts, payloads, topics
from groundstation.transport.bus import Message
from groundstation.transport.clock_offsets import ClockOffsets
from groundstation.transport.foreign import reading_from_message
from groundstation.transport.heard import HeardQueue
from groundstation.transport.leaves import ACKS, EVT, PART, Audience, Leaf, leaf_of
from groundstation.transport.parts import Joiner
from groundstation.transport.reading_queue import ReadingQueue
from groundstation.transport.sequence_check import SequenceCheck, Verdict
from groundstation.transport.sparkplug.listener import SparkplugListener

log = logging.getLogger("groundstation.inbox")

TELEMETRY_QUEUE = 50_000
EVENT_QUEUE = 20_000
TOLD_EVENTS = 1_000
"""Of a vehicle that are remembered; a bridge keeps fewer."""
LEAST_TURN, TURNS = 300, 3
"""So many of other devices' messages are taken in one turn, or a third of what waits: each costs a window 25 µs."""
MAX_TRACKED = 50_000
"""Topics whose sequence is followed; the one heard longest ago goes first."""
MAX_WHOLES = 1_000
"""Contents that came in parts and are remembered, against repetition."""

Item = TypeVar("Item")


class InboxCounts(msgspec.Struct, frozen=True):
    """What went past the inbox since it was made; faults of nodes of Sparkplug B count, too."""

    received: int = 0
    """Messages of the fleet's tree."""
    received_bytes: int = 0
    """Topics and payloads of these."""
    missing: int = 0
    """Numbers that never came (`seq`), and large contents of which parts never came."""
    duplicates: int = 0
    """Messages that came twice or late, dropped."""
    dropped: int = 0
    """Messages pushed out of a full queue."""
    undecodable: int = 0
    """Payloads that were not what their topic promises."""
    implausible: int = 0
    """Numbers and times that can't be, or that nothing confirmed: forged, or a writer's fault."""


class Delivery(msgspec.Struct, frozen=True):
    """What one `drain` gives."""

    updates: list[Update]
    """About the fleet, in order of arrival within each class."""
    readings: list[SensorReading]
    """Of other devices."""
    heard: list[Message] = []
    """Messages themselves, for who shows topics; of the fleet's own tree those alone that somebody asked for."""


class Inbox:
    """Decodes messages on the worker thread and keeps them until they are drained."""

    def __init__(self, wall_clock: Callable[[], float] = time.time) -> None:
        self._wall_clock = wall_clock
        self._lock = threading.Lock()
        self._telemetry: deque[Update] = deque()
        self._events: deque[Update] = deque()
        self._readings = ReadingQueue()
        self._heard = HeardQueue()
        self.keeps_heard = False
        """Whether messages themselves are wanted too, by who shows topics."""
        self.explored: tuple[str, ...] = ()
        """Filters that reach into the fleet's own tree; replaced as a whole."""
        self._checks: OrderedDict[str, SequenceCheck] = OrderedDict()
        self._told: OrderedDict[str, OrderedDict[tuple[str, int], int]] = OrderedDict()
        self._asked_anew: set[str] = set()
        self.clocks = ClockOffsets()
        """Of the bridges; touched by the thread that calls `offer` alone."""
        self._received = self._received_bytes = self._missing = self._duplicates = self._dropped = self._undecodable = 0
        self._implausible = 0
        self._joiner = Joiner()
        self._wholes: OrderedDict[str, None] = OrderedDict()
        self._sparkplug = SparkplugListener()

    @property
    def counts(self) -> InboxCounts:
        """What went past so far."""
        implausible = self._implausible + self.clocks.strange
        faults = self._sparkplug.host.faults
        return InboxCounts(
            received=self._received,
            received_bytes=self._received_bytes,
            missing=self._missing + self._joiner.given_up + faults[Fault.MISSING],
            duplicates=self._duplicates + faults[Fault.LATE] + faults[Fault.LATE_DEATH],
            dropped=self._dropped
            + self._heard.dropped
            + self._readings.dropped
            + faults[Fault.LEFT_OUT]
            + faults[Fault.FORGOTTEN],
            undecodable=self._undecodable + self._joiner.spoiled + faults[Fault.MALFORMED] + faults[Fault.TOO_LARGE],
            implausible=implausible + sum(faults[one] for one in _IMPLAUSIBLE),
        )

    def offer(self, message: Message) -> None:
        """Take one message in, of a connection that brings all; called on the worker thread, never fails."""
        self._guarded(message, self.offer_device, self.offer_fleet)

    def offer_fleet(self, message: Message) -> None:
        """Take one in of a connection that is for the fleet alone; its worker thread, never fails."""
        self._guarded(message, self._take_ours)

    def offer_device(self, message: Message) -> None:
        """Take one in of a connection that is for other devices alone; its worker thread, never fails.

        What a wide filter brings of the fleet's own tree there is shown among the topics and not folded again.
        """
        self._guarded(message, self._take_foreign)

    def _guarded(self, message: Message, *ways: Callable[[Message], None]) -> None:
        try:
            for way in ways:
                way(message)
        except Exception:  # a message that we stumble over must not cost the connection; it is logged whole
            log.exception("a message on %r could not be read", message.topic[:80])
            with self._lock:
                self._undecodable += 1

    def _take_foreign(self, message: Message) -> None:
        topic = topics.parse(message.topic)
        if self.keeps_heard and (topic is None or any(matches(one, message.topic) for one in self.explored)):
            with self._lock:
                self._heard.put(message)
        if topic is None:
            # whatever else was subscribed to: it is taken as it is and never decoded as ours
            self._take_device(message)

    def _take_ours(self, message: Message) -> None:
        topic = topics.parse(message.topic)
        if topic is None:
            return
        leaf = leaf_of(topic)
        if (
            not message.payload
            or topic.leaf.startswith(topics.LATE)
            # each process's word to itself, which a wide filter of the operator's brings too
            or topic.leaf == topics.ECHO
            or (leaf is not None and leaf.audience in _NOT_OURS)
        ):
            return
        self._received += 1
        self._received_bytes += message.size_bytes + len(message.topic)
        if leaf is None:
            self._undecodable += 1
            return
        try:
            update = self._joined(topic, message) if leaf is PART else self._decoded(topic, leaf, message)
        except payloads.PayloadError:
            self._undecodable += 1
            return
        if update is not None:
            queue, limit = (self._events, EVENT_QUEUE) if leaf.is_lossless else (self._telemetry, TELEMETRY_QUEUE)
            self._append(queue, update, limit)

    def _take_device(self, message: Message) -> None:
        readings = self._sparkplug.take(message)
        for one in readings if readings is not None else (reading_from_message(message),):
            with self._lock:
                self._readings.put(one)
            # a birth is the first that is said on the topic of the values, also for who shows topics
            if self.keeps_heard and one.topic != message.topic and not one.is_derived:
                with self._lock:
                    self._heard.put(msgspec.structs.replace(message, topic=one.topic))

    def lost_touch(self, now_s: float) -> None:
        """The way to the broker is cut: of devices whose death it would have told nobody knows it. Their worker thread.

        Args:
            now_s: seconds on this station's monotonic clock.
        """
        unsure = self._sparkplug.host.lost_touch(now_s)
        with self._lock:
            for one in unsure:
                self._readings.put(one)

    def nodes(self) -> tuple[KeptNode, ...]:
        """What is known of nodes of Sparkplug B, for a recording; the thread that calls `offer`."""
        return self._sparkplug.host.kept()

    def put_back_nodes(self, known: Iterable[KeptNode]) -> None:
        """What `nodes` told; the thread that calls `offer`."""
        self._sparkplug.host.put_back(known)

    def asked_anew(self, filters: Iterable[str]) -> None:
        """Topics are subscribed to that were not until now: what was said there meanwhile is not missing. Any thread.

        Args:
            filters: with `+` for the vehicle alone.
        """
        with self._lock:
            self._asked_anew.update(filters)

    def _begin_anew(self) -> None:
        with self._lock:
            # filters of one `+` only come here, see `interest.py`: what is before and behind it tells the topic
            asked, self._asked_anew = self._asked_anew, set()
        every = tuple(one.partition("+")[::2] for one in asked if "+" in one)
        for topic in list(self._checks) if every else asked:
            if topic in asked or any(topic.startswith(root) and topic.endswith(leaf) for root, leaf in every):
                self._checks.pop(topic, None)

    def drain(self, *, in_turns: bool = False) -> Delivery:
        """Everything since the last call: births, deaths and events first, then telemetry, then other devices.

        Args:
            in_turns: of other devices a part alone, for a thread that must not be held up: messages come in bursts.
        """
        with self._lock:
            # a birth comes before telemetry of the life that it begins, also where both waited
            updates = [*self._events, *self._telemetry]
            readings = self._readings.take(_turn(len(self._readings)) if in_turns else None)
            self._events.clear()
            self._telemetry.clear()
            heard = self._heard.take(_turn(len(self._heard)) if in_turns else None)
        return Delivery(updates, readings, heard)

    def _append(self, queue: deque[Item], item: Item, limit: int) -> None:
        with self._lock:
            if len(queue) >= limit:
                queue.popleft()
                self._dropped += 1
            queue.append(item)

    def _joined(self, topic: topics.VehicleTopic | topics.ServiceTopic, message: Message) -> Update | None:
        """A part came: with the last one the whole goes on as if it had come on its own leaf."""
        envelope = payloads.decode(PART, message.payload)
        if isinstance(topic, topics.ServiceTopic):
            return None
        # numbers are followed for the counts alone: whether a part is believed its hash decides
        self._is_news(message, PART, envelope)
        whole = self._joiner.take(f"{message.topic} {envelope.sid}", envelope.d, message.received_s)
        meant = topics.VehicleTopic(topic.key, envelope.d.leaf)
        leaf = leaf_of(meant)
        if whole is None or leaf is None or not leaf.may_be_large:
            return None
        if self._was_joined(f"{message.topic} {envelope.sid} {envelope.d.hash}"):
            return None
        told = msgspec.structs.replace(message, topic=topics.vehicle(topic.key, leaf.name), payload=whole)
        return self._decoded(meant, leaf, told, parts.MAX_CONTENT_BYTES, is_joined=True)

    def _was_joined(self, name: str) -> bool:
        """Whether this content came before: its envelope is in its hash, so that nobody says the same twice."""
        if name in self._wholes:
            return True
        self._wholes[name] = None
        if len(self._wholes) > MAX_WHOLES:
            self._wholes.popitem(last=False)
        return False

    def _decoded(
        self,
        topic: topics.VehicleTopic | topics.ServiceTopic,
        leaf: Leaf,
        message: Message,
        limit_bytes: int = payloads.MAX_PAYLOAD_BYTES,
        *,
        is_joined: bool = False,
    ) -> Update | None:
        envelope = payloads.decode(leaf, message.payload, limit_bytes)
        if isinstance(topic, topics.ServiceTopic):
            return ServiceUpdate(
                session=envelope.sid,
                root=topic.root,
                service=topic.id,
                content=envelope.d,
                received_s=message.received_s,
            )
        # what was joined stands outside of its topic's numbers: all that was said after it has overtaken it
        if not is_joined and not self._is_news(message, leaf, envelope):
            return None
        # what became of a command is told whatever the writer's clock shows
        offset_s = 0.0 if leaf in ACKS else self._clock_offset_s(message, envelope)
        if offset_s is None:
            return None
        return VehicleUpdate(
            session=envelope.sid,
            key=topic.key,
            field=leaf.field,
            content=envelope.d,
            received_s=message.received_s,
            clock_offset_s=offset_s,
            written_s=envelope.bms / 1000.0,
            unix_s=envelope.ts / 1000.0,
            is_retained=message.retain,
        )

    def _is_news(self, message: Message, leaf: Leaf, envelope: payloads.Envelope[object]) -> bool:
        """Follow the sequence of a topic; a number seen before is a duplicate."""
        if self._asked_anew:
            self._begin_anew()
        is_event = leaf is EVT
        if is_event and self._was_told(message, envelope):
            self._duplicates += 1
            return False
        # by topic and session: a bridge that starts anew counts from 0, which is no repeat
        check = self._checks.get(message.topic)
        if check is None or check.session != envelope.sid:
            check = self._checks[message.topic] = SequenceCheck(envelope.sid, envelope.seq)
            verdict = Verdict.NEWS
        elif is_event and envelope.seq <= check.top:
            verdict = Verdict.NEWS  # told again for a window that is new, and not known here
        else:
            verdict = check.take(envelope.seq)
        # bounded by forgetting whom nobody heard for longest: a forger could make up topics without end
        self._checks.move_to_end(message.topic)
        if len(self._checks) > MAX_TRACKED:
            self._checks.popitem(last=False)
        self._duplicates += verdict is Verdict.REPEAT
        self._missing += check.missing
        self._implausible += check.strange
        check.missing = check.strange = 0
        return verdict is Verdict.NEWS

    def _was_told(self, message: Message, envelope: payloads.Envelope[object]) -> bool:
        """Whether an event came before: a bridge tells those that it keeps again when a window asks."""
        told = self._told.setdefault(message.topic, OrderedDict())
        self._told.move_to_end(message.topic)
        if len(self._told) > MAX_TRACKED // 10:
            self._told.popitem(last=False)
        # the content counts too: one who forges a number must not silence the true event that has it
        key, checksum = (envelope.sid, envelope.seq), zlib.crc32(message.payload)
        if told.get(key) == checksum:
            return True
        told[key] = checksum
        if len(told) > TOLD_EVENTS:
            told.popitem(last=False)
        return False

    def _clock_offset_s(self, message: Message, envelope: payloads.Envelope[object]) -> float | None:
        """The bridge's clock to ours; None where the message's time can't be.

        A retained message waited in the broker for an unknown time: its age is taken from the wall clocks, and it
        teaches nothing.
        """
        if message.retain:
            seen_s = message.received_s - envelope.bms / 1000.0
            known_s = self.clocks.known(envelope.sid)
            return known_s if known_s is not None else seen_s - max(0.0, self._wall_clock() - envelope.ts / 1000.0)
        return self.clocks.learn(envelope.sid, envelope.bms / 1000.0, message.received_s)


_IMPLAUSIBLE = (Fault.MISTYPED, Fault.UNNAMED, Fault.UNKNOWN_ALIAS, Fault.ALIAS_TWICE, Fault.UNBORN, Fault.TWICE)


def _turn(waiting: int) -> int:
    """How many of those that wait are taken in one turn: what is left after some of them is never much."""
    return max(LEAST_TURN, -(-waiting // TURNS))


_NOT_OURS = frozenset({Audience.CONTROL, Audience.BRIDGES, Audience.RECORDER})
"""What is for others than stations."""
