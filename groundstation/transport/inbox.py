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
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import Samples
from groundstation.fleet.motion import Position, Velocity
from groundstation.fleet.sensors import SensorReading
from groundstation.fleet.updates import (
    BridgeUpdate,
    CommandUpdate,
    ConnUpdate,
    ControlUpdate,
    EventUpdate,
    InfoUpdate,
    LinkUpdate,
    RecorderUpdate,
    SamplesUpdate,
    Update,
)
from groundstation.transport import payloads, topics
from groundstation.transport.bus import Message
from groundstation.transport.clock_offsets import ClockOffsets
from groundstation.transport.foreign import reading_from_message
from groundstation.transport.order import Order, Verdict

log = logging.getLogger("groundstation.inbox")

TELEMETRY_QUEUE = 50_000
EVENT_QUEUE = 20_000
SENSOR_QUEUE = 10_000
_EVENTS = f"/{topics.EVT}"
TOLD_EVENTS = 1_000
"""Of a vehicle that are remembered; a bridge keeps fewer."""
MAX_TRACKED = 50_000
"""Topics whose sequence is followed; the one heard longest ago goes first."""

Item = TypeVar("Item")


class InboxCounts(msgspec.Struct, frozen=True):
    """What went past the inbox since it was made."""

    received: int = 0
    """Messages of the fleet's tree."""
    missing: int = 0
    """Numbers that never came (`seq`)."""
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


class Inbox:
    """Decodes messages on the worker thread and keeps them until they are drained."""

    def __init__(self, wall_clock: Callable[[], float] = time.time) -> None:
        self._wall_clock = wall_clock
        self._lock = threading.Lock()
        self._telemetry: deque[Update] = deque()
        self._events: deque[Update] = deque()
        self._readings: deque[SensorReading] = deque()
        self._orders: OrderedDict[str, Order] = OrderedDict()
        self._told: OrderedDict[str, OrderedDict[tuple[str, int], int]] = OrderedDict()
        self._clocks = ClockOffsets()
        self._received = self._missing = self._duplicates = self._dropped = self._undecodable = 0
        self._implausible = 0
        self.takes_overviews = False
        """Whether `tlm/sum` is all that comes of a vehicle's motion; else it only repeats what is known."""

    @property
    def counts(self) -> InboxCounts:
        """What went past so far."""
        implausible = self._implausible + self._clocks.strange
        return InboxCounts(
            self._received, self._missing, self._duplicates, self._dropped, self._undecodable, implausible
        )

    def offer(self, message: Message) -> None:
        """Take one message in; called on the worker thread, never fails."""
        try:
            self._offer(message)
        except Exception:  # a message that we stumble over must not cost the connection; it is logged whole
            log.exception("a message on %r could not be read", message.topic[:80])
            self._undecodable += 1

    def _offer(self, message: Message) -> None:
        topic = topics.parse(message.topic)
        if topic is None:
            self._append(self._readings, reading_from_message(message), SENSOR_QUEUE)
            return
        update = self._decoded(topic, message)
        if update is not None:
            is_telemetry = isinstance(update, SamplesUpdate | LinkUpdate)
            queue, limit = (self._telemetry, TELEMETRY_QUEUE) if is_telemetry else (self._events, EVENT_QUEUE)
            self._append(queue, update, limit)

    def drain(self) -> Delivery:
        """Everything since the last call: births, deaths and events first, then telemetry, then other devices."""
        with self._lock:
            updates = [*self._events, *self._telemetry]
            readings = list(self._readings)
            self._events.clear()
            self._telemetry.clear()
            self._readings.clear()
        return Delivery(updates, readings)

    def _append(self, queue: deque[Item], item: Item, limit: int) -> None:
        with self._lock:
            if len(queue) >= limit:
                queue.popleft()
                self._dropped += 1
            queue.append(item)

    def _decoded(self, topic: topics.VehicleTopic | topics.ServiceTopic, message: Message) -> Update | None:
        is_for_recorders = topic.leaf.startswith(topics.LATE) or topic.leaf == topics.RAW_FRAMES
        is_needless = topic.leaf == topics.TLM_SUM and not self.takes_overviews
        if not message.payload or is_needless or is_for_recorders:
            return None
        self._received += 1
        try:
            if isinstance(topic, topics.ServiceTopic):
                return self._service_update(topic, message)
            envelope = payloads.decode(topic.leaf, message.payload)
        except payloads.PayloadError:
            self._undecodable += 1
            return None
        if not self._is_news(message, envelope):
            return None
        return self._vehicle_update(topic, envelope, message)

    def _service_update(self, topic: topics.ServiceTopic, message: Message) -> Update | None:
        if topic.leaf != topics.CONN or topic.service == topics.STATION:
            return None
        if topic.service == topics.RECORDER:
            told = payloads.decode(topics.RECORDER, message.payload)
            return RecorderUpdate(session=told.sid, recorder=topic.id, status=told.d, received_s=message.received_s)
        envelope = payloads.decode(topics.BRIDGE, message.payload)
        return BridgeUpdate(session=envelope.sid, root=topic.root, bridge=topic.id, presence=envelope.d)

    def _vehicle_update(
        self, topic: topics.VehicleTopic, envelope: payloads.Envelope[object], message: Message
    ) -> Update | None:
        if topic.leaf == topics.CMD_ACK:
            return _command_update(topic.key, envelope, message)
        offset_s = self._clock_offset_s(message, envelope)
        if offset_s is None:
            return None
        build = _BUILDERS.get(topic.leaf, _samples_update)
        update = build(topic.key, envelope, offset_s, message.received_s)
        if isinstance(update, SamplesUpdate) and not message.retain:
            return msgspec.structs.replace(update, heard_s=message.received_s)
        return update

    def _is_news(self, message: Message, envelope: payloads.Envelope[object]) -> bool:
        """Follow the sequence of a topic; a number seen before is a duplicate."""
        is_event = message.topic.endswith(_EVENTS)
        if is_event and self._was_told(message, envelope):
            self._duplicates += 1
            return False
        order = self._orders.get(message.topic)
        if order is None or order.session != envelope.sid:
            order = self._orders[message.topic] = Order(envelope.sid, envelope.seq)
            verdict = Verdict.NEWS
        elif is_event and envelope.seq <= order.top:
            verdict = Verdict.NEWS  # told again for a window that is new, and not known here
        else:
            verdict = order.take(envelope.seq)
        self._orders.move_to_end(message.topic)
        if len(self._orders) > MAX_TRACKED:
            self._orders.popitem(last=False)
        self._duplicates += verdict is Verdict.REPEAT
        self._missing += order.missing
        self._implausible += order.strange
        order.missing = order.strange = 0
        return verdict is Verdict.NEWS

    def _was_told(self, message: Message, envelope: payloads.Envelope[object]) -> bool:
        """Whether an event came before: a bridge tells those that it keeps again when a window asks."""
        told = self._told.setdefault(message.topic, OrderedDict())
        self._told.move_to_end(message.topic)
        if len(self._told) > MAX_TRACKED // 10:
            self._told.popitem(last=False)
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
            known_s = self._clocks.known(envelope.sid)
            return known_s if known_s is not None else seen_s - max(0.0, self._wall_clock() - envelope.ts / 1000.0)
        return self._clocks.learn(envelope.sid, envelope.bms / 1000.0, message.received_s)


def _samples_update(key: VehicleKey, envelope: payloads.Envelope[Any], offset_s: float, received_s: float) -> Update:
    return SamplesUpdate(
        key=key,
        session=envelope.sid,
        samples=envelope.d,
        clock_offset_s=offset_s,
        came_s=received_s - offset_s,
    )


def _overview_update(key: VehicleKey, envelope: payloads.Envelope[Any], offset_s: float, received_s: float) -> Update:
    """The overview of a vehicle as samples, at the time of its position."""
    told: payloads.Summary = envelope.d
    at_s = envelope.bms / 1000.0 - (told.age_s or 0.0)
    place = Position(
        at_s=at_s,
        lat_deg=told.lat_deg,
        lon_deg=told.lon_deg,
        height_home_m=told.height_home_m,
        heading_deg=told.heading_deg,
    )
    samples = Samples() if told.age_s is None else Samples(position=place)
    if told.ground_speed_mps is not None and told.age_s is not None:
        samples = Samples(position=place, velocity=Velocity(at_s=at_s, ground_speed_mps=told.ground_speed_mps))
    return _samples_update(key, msgspec.structs.replace(envelope, d=samples), offset_s, received_s)


def _conn_update(key: VehicleKey, envelope: payloads.Envelope[Any], offset_s: float, received_s: float) -> Update:
    del offset_s, received_s
    return ConnUpdate(key=key, session=envelope.sid, connection=envelope.d)


def _info_update(key: VehicleKey, envelope: payloads.Envelope[Any], offset_s: float, received_s: float) -> Update:
    del offset_s, received_s
    return InfoUpdate(key=key, session=envelope.sid, info=envelope.d)


def _link_update(key: VehicleKey, envelope: payloads.Envelope[Any], offset_s: float, received_s: float) -> Update:
    return LinkUpdate(key=key, session=envelope.sid, report=envelope.d, received_s=received_s, clock_offset_s=offset_s)


def _event_update(key: VehicleKey, envelope: payloads.Envelope[Any], offset_s: float, received_s: float) -> Update:
    del received_s
    return EventUpdate(key=key, session=envelope.sid, event=envelope.d, clock_offset_s=offset_s)


def _control_update(key: VehicleKey, envelope: payloads.Envelope[Any], offset_s: float, received_s: float) -> Update:
    del offset_s, received_s
    return ControlUpdate(key=key, session=envelope.sid, control=envelope.d)


def _command_update(key: VehicleKey, envelope: payloads.Envelope[Any], message: Message) -> Update:
    unix_s = envelope.ts / 1000.0
    return CommandUpdate(key=key, session=envelope.sid, report=envelope.d, received_s=message.received_s, unix_s=unix_s)


_BUILDERS = {
    topics.CTL: _control_update,
    topics.TLM_SUM: _overview_update,
    topics.CONN: _conn_update,
    topics.INFO: _info_update,
    topics.LINK: _link_update,
    topics.EVT: _event_update,
}
