# SPDX-License-Identifier: Apache-2.0
"""Decides what becomes of each message: written, refused because it came before, or news about what is missing.

Thread `disk`, except that `is_reconnected` is set by another. No I/O.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.recorder import LateMarks
from groundstation.logs.mcap.channels import Channels, ChannelSpec
from groundstation.transport import payloads, topics
from groundstation.transport.bus import Message
from groundstation.transport.clock_offsets import ClockOffsets
from groundstation.transport.leaves import INFO, STATION_SENSORS, Leaf, leaf_of
from groundstation.transport.payloads import PayloadError
from groundstation.transport.sequence import Gap, Sequences
from groundstation.transport.stamps import Stamp, stamp_of

log = logging.getLogger("groundstation.recorder")

MAX_FILTERS = 200
MAX_MARKS = 400
"""In one message; a bridge puts 300 in one."""
MAX_LEAVES = 100
"""Of one vehicle that can be asked for again."""
MAX_PRESENCES = 2_000
"""Services whose last word is remembered."""
CLOCK_STEP_S = 1.0
"""The computer's clock was set when it runs apart from the monotonic one by more at once; by less it was adjusted."""
MAX_COUNTS = 20_000
"""Topics without numbers of their own that are counted."""
LONGEST_TIME_S = 4_102_444_800
"""Year 2100; a clock that shows more is no clock."""


class Entry(NamedTuple):
    """A message to be written."""

    key: VehicleKey | None
    place: ChannelSpec
    times_ns: tuple[int, int]
    """Of reception and of publishing; a late message stands at the time of its publishing."""
    seq: int
    data: bytes
    is_late: bool = False
    is_retained: bool = False


def slept_s() -> float:
    """Seconds that this computer slept since its start, by which the monotonic clock is behind; 0 where unknown."""
    boot_time = getattr(time, "CLOCK_BOOTTIME", None)
    return 0.0 if boot_time is None else time.clock_gettime(boot_time) - time.clock_gettime(time.CLOCK_MONOTONIC)


class Sorter:
    """Looks at every message once."""

    def __init__(self, sequences: Sequences, clock: Callable[[], float], wall_clock: Callable[[], float]) -> None:
        """Begin.

        Args:
            sequences: what came and what is missing.
            clock: monotonic seconds.
            wall_clock: seconds since 1970.
        """
        self._sequences, self._clock, self._wall_clock = sequences, clock, wall_clock
        self._channels = Channels()
        self._wall_offset_s = self._wall_seen_s = wall_clock() - clock()
        self._slept_s = slept_s()
        self.clock_steps: list[float] = []
        """By how many seconds the computer's clock was set; taken by who tells of it."""
        self._clocks = ClockOffsets()
        self._filters: set[str] = set()
        self._presences: dict[str, bytes] = {}
        self._counts: dict[str, int] = {}
        self.refused = 0
        """Messages that a fault of ours cost."""
        self.is_reconnected = threading.Event()
        """Set when the connection is new."""

    def sort(self, messages: list[Message]) -> Iterator[Entry]:
        """What of them is to be written, in order."""
        self._look_at_clock()
        for message in messages:
            try:
                entry = self._sort_one(message)
            except Exception:  # one message that we stumble over must not cost the others; it is logged whole
                log.exception("a message on %r could not be sorted", message.topic[:80])
                self.refused += 1
                continue
            if entry is not None:
                yield entry

    def _look_at_clock(self) -> None:
        """Follow the computer's clock where it is adjusted, and where it slept; not where it is set.

        A clock that is set in the middle of a session would tear a flight apart: its times go on by the old one.
        """
        seen_s, asleep_s = self._wall_clock() - self._clock(), slept_s()
        by_s = seen_s - self._wall_seen_s - (asleep_s - self._slept_s)
        self._wall_offset_s += asleep_s - self._slept_s
        # NTP slews by a few milliseconds at a time; a jump is a clock that was set
        if abs(by_s) > CLOCK_STEP_S:
            self.clock_steps.append(by_s)
        else:
            self._wall_offset_s += by_s
        self._wall_seen_s, self._slept_s = seen_s, asleep_s

    def due(self, now_s: float) -> list[Gap]:
        """What is to be asked for now."""
        if self.is_reconnected.is_set():
            self.is_reconnected.clear()
            self._sequences.hurry(now_s)
        return self._sequences.due(now_s)

    @property
    def strange_times(self) -> int:
        """Wall clocks of writers that were not believed."""
        return self._clocks.strange

    def take_filters(self) -> set[str]:
        """Topic filters that stations told of since the last call."""
        taken, self._filters = self._filters, set()
        return taken

    def _sort_one(self, message: Message) -> Entry | None:
        topic = topics.parse(message.topic)
        # of other devices: there are no numbers to follow, each message is written
        if topic is None:
            return self._entry(None, message.topic, None, message, None)
        if isinstance(topic, topics.ServiceTopic):
            return self._of_service(topic, message)
        if topic.leaf.startswith(topics.LATE):
            return self._late(message, topic.key)
        leaf = leaf_of(topic)
        # before it is sorted in: what can be asked for again decides what counts as missing
        if leaf is INFO:
            self._learn_kept(message)
        return self._numbered(message, topic.key, leaf)

    def _of_service(self, topic: topics.ServiceTopic, message: Message) -> Entry | None:
        if topic.leaf.startswith(topics.LATE):
            return self._late(message, None)
        leaf = leaf_of(topic)
        if topic.leaf == topics.ECHO or topic.service == topics.RECORDER or (leaf is not None and not leaf.is_recorded):
            return None
        if leaf is STATION_SENSORS:
            self._learn_filters(message)
        if topic.leaf == topics.CONN:
            # a will has the number of the birth: births and deaths of services are told apart by what they say
            if self._presences.get(message.topic) == message.payload:
                self._sequences.duplicates += 1
                return None
            # bounded in the simplest way: at the worst a death is written twice
            if len(self._presences) >= MAX_PRESENCES:
                self._presences.clear()
            self._presences[message.topic] = message.payload
            return self._entry(None, message.topic, leaf, message, stamp_of(topic.leaf, message.payload))
        return self._numbered(message, None, leaf)

    def _numbered(self, message: Message, key: VehicleKey | None, leaf: Leaf | None) -> Entry | None:
        stamp = stamp_of(topics.owner_and_leaf(message.topic)[1], message.payload)
        if stamp is None:
            return self._entry(key, message.topic, leaf, message, None)
        if not self._sequences.take(message.topic, stamp.sid, stamp.seq, self._clock(), message.payload):
            return None
        if not message.retain:
            # the writer's wall clock to ours places late messages right among the others
            self._clocks.learn(stamp.sid, stamp.ts / 1000.0, message.received_s + self._wall_offset_s)
        return self._entry(key, message.topic, leaf, message, stamp)

    def _late(self, message: Message, key: VehicleKey | None) -> Entry | None:
        first_topic = topics.original(message.topic)
        owner, name = topics.owner_and_leaf(first_topic or message.topic)
        if first_topic is None:
            self._learn_about_past(owner, message)
            return None
        stamp, topic = stamp_of(name, message.payload), topics.parse(first_topic)
        if stamp is None:
            return None
        if not self._sequences.take(first_topic, stamp.sid, stamp.seq, self._clock(), message.payload):
            return None
        leaf = leaf_of(topic) if topic is not None else None
        return self._entry(key, first_topic, leaf, message, stamp, is_late=True)

    def _entry(
        self,
        key: VehicleKey | None,
        topic: str,
        leaf: Leaf | None,
        message: Message,
        stamp: Stamp | None,
        *,
        is_late: bool = False,
    ) -> Entry:
        received_s = message.received_s + self._wall_offset_s
        published_s = received_s
        if stamp is not None and 0 < stamp.ts / 1000.0 < LONGEST_TIME_S:
            # the writer's own clock, which foreign readers show as publish time; a forged one is kept out of it
            published_s = stamp.ts / 1000.0
        if is_late and stamp is not None:
            received_s = published_s + (self._clocks.known(stamp.sid) or 0.0)
        place = self._channels.place(topic, leaf, message, stamp, is_late=is_late)
        seq = stamp.seq if stamp is not None else self._count(topic)
        times_ns = (int(received_s * 1e9), int(published_s * 1e9))
        return Entry(key, place, times_ns, seq, message.payload, is_late, message.retain)

    def _count(self, topic: str) -> int:
        """A number for a message that brings none."""
        if len(self._counts) > MAX_COUNTS:
            self._counts.clear()
        self._counts[topic] = self._counts.get(topic, -1) + 1
        return self._counts[topic]

    def _learn_kept(self, message: Message) -> None:
        try:
            kept = payloads.decode(INFO, message.payload).d.kept if message.payload else ()
        except PayloadError:
            return
        owner, _ = topics.owner_and_leaf(message.topic)
        for leaf in kept[:MAX_LEAVES]:
            self._sequences.keep(f"{owner}/{leaf}")

    def _learn_filters(self, message: Message) -> None:
        try:
            told = payloads.decode(STATION_SENSORS, message.payload).d.filters
        except PayloadError:
            return
        for one in told:
            if len(self._filters) < MAX_FILTERS:
                self._filters.add(one)

    def _learn_about_past(self, owner: str, message: Message) -> None:
        """How far the writer is, or what of a request it had."""
        topic = topics.parse(message.topic)
        leaf = leaf_of(topic) if topic is not None else None
        if leaf is None:
            return
        try:
            told = payloads.decode(leaf, message.payload).d
        except PayloadError:
            return
        now_s = self._clock()
        if isinstance(told, LateMarks):
            oldest: dict[tuple[str, str], int] = {}
            marks = told.marks[:MAX_MARKS]
            for mark in marks:
                key = (mark.leaf, mark.sid)
                # a session may lie in memory and on disk: below the earliest of both nothing is to be had
                oldest[key] = min(mark.first, oldest.get(key, mark.first))
            for mark in marks:
                of, first = f"{owner}/{mark.leaf}", oldest[mark.leaf, mark.sid]
                self._sequences.expect(of, mark.sid, mark.first, mark.following, now_s, oldest=first)
        else:
            for gap in told.gaps:
                asked = Gap(f"{owner}/{gap.leaf}", gap.sid, gap.first, gap.last)
                self._sequences.answered(asked, gap.found, now_s)
