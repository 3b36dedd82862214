# SPDX-License-Identifier: Apache-2.0
"""Readings of any other device on the same broker. Pure; one thread owns a `SensorBoard`.

Topics are kept byte for byte: `Kabin1/Nem` and `Kabin1/ Nem` are two sensors, so are the composed and the decomposed
form of a letter.
"""

from __future__ import annotations

import enum
from collections import OrderedDict

import msgspec

from groundstation.fleet.kinds import Freshness

MAX_TOPICS = 10_000
"""Topics kept; the one heard longest ago goes first."""
PACE_SHARE = 0.2
"""Weight of the newest pause in how often a topic usually speaks."""
MISSED = 3.0
"""So many usual pauses without a word, and a topic is silent."""
LEAST_STALE_S, UNKNOWN_STALE_S = 5.0, 120.0
"""No topic is silent before the first; one that brought a single message is silent after the second."""
EXPIRED_TIMES = 3.0
"""After so many times that, its value is no value any more."""


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a topic falls under a filter (MQTT 5, section 4.7; `a/#` matches `a`)."""
    # brokers speak of themselves under $SYS; wildcards must not bring that (MQTT 5, section 4.7.2)
    if topic.startswith("$") and topic_filter[:1] in ("+", "#"):
        return False
    wanted, given = topic_filter.split("/"), topic.split("/")
    for number, level in enumerate(wanted):
        if level == "#":
            return True
        if number >= len(given) or level not in ("+", given[number]):
            return False
    return len(wanted) == len(given)


class PayloadKind(enum.StrEnum):
    """What a payload turned out to be."""

    NUMBER = "number"
    JSON = "json"
    CBOR = "cbor"
    MSGPACK = "msgpack"
    CSV = "csv"
    """One row or several with delimiters; the last counts."""
    IMAGE = "image"
    TEXT = "text"
    BINARY = "binary"
    EMPTY = "empty"
    OVERSIZE = "oversize"


STRUCTURED = frozenset({PayloadKind.JSON, PayloadKind.CBOR, PayloadKind.MSGPACK, PayloadKind.CSV})
"""Kinds that hold several values with names."""


class SensorReading(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a device, as far as it could be understood."""

    topic: str
    """The topic, exactly as received."""
    received_s: float
    """Seconds on this station's monotonic clock."""
    kind: PayloadKind
    """What the payload was."""
    size_bytes: int
    """Size of the whole payload, also when only its beginning was kept."""
    text: str
    """The payload for reading, cut to a few hundred characters; hexadecimal for binary."""
    numbers: dict[str, float]
    """Every number in it by its path; the path of a plain number is empty, of `{"a": {"b": 1}}` it is `a.b`; of CSV the
    name of its column, or its place from 0."""
    is_retained: bool = False
    """True for a message that the broker had kept: of unknown age."""


class KeptReading(msgspec.Struct, frozen=True, array_like=True):
    """What a board knows of a topic, for a recording."""

    reading: SensorReading
    count: int
    pace_s: float | None


class SensorBoard:
    """The newest reading of every topic."""

    def __init__(self) -> None:
        self._readings: OrderedDict[str, SensorReading] = OrderedDict()
        self._counts: dict[str, int] = {}
        self._paces: dict[str, float] = {}
        self._changed: set[str] = set()
        self.forgotten = 0
        """Topics dropped because there were more than `MAX_TOPICS`."""

    def __len__(self) -> int:
        return len(self._readings)

    def fold(self, readings: list[SensorReading]) -> None:
        """Take in what arrived, in order."""
        for reading in readings:
            before = self._readings.get(reading.topic)
            # what a broker had kept came when we did, not when it was said: the pause before it means nothing
            if before is not None and not before.is_retained and not reading.is_retained:
                gap_s = reading.received_s - before.received_s
                usual_s = self._paces.get(reading.topic, gap_s)
                # one long outage must not make a topic slow for good, else the next one is noticed late
                self._paces[reading.topic] = usual_s + PACE_SHARE * (min(gap_s, 3 * usual_s) - usual_s)
            self._readings[reading.topic] = reading
            self._readings.move_to_end(reading.topic)
            self._counts[reading.topic] = self._counts.get(reading.topic, 0) + 1
            self._changed.add(reading.topic)
        while len(self._readings) > MAX_TOPICS:
            topic, _ = self._readings.popitem(last=False)
            del self._counts[topic]
            self._paces.pop(topic, None)
            self.forgotten += 1

    def kept(self) -> list[KeptReading]:
        """All that is known, the topic heard longest ago first."""
        return [KeptReading(one, self._counts[topic], self._paces.get(topic)) for topic, one in self._readings.items()]

    def put_back(self, kept: list[KeptReading]) -> None:
        """What `kept` told; what is known of other topics goes."""
        self._changed.update(self._readings)
        self._readings = OrderedDict((one.reading.topic, one.reading) for one in kept)
        self._counts = {one.reading.topic: one.count for one in kept}
        self._paces = {one.reading.topic: one.pace_s for one in kept if one.pace_s is not None}
        self._changed.update(self._readings)

    def get(self, topic: str) -> SensorReading | None:
        """The newest reading of a topic; None when none came."""
        return self._readings.get(topic)

    def count(self, topic: str) -> int:
        """How many messages a topic brought."""
        return self._counts.get(topic, 0)

    def freshness(self, topic: str, now_s: float) -> Freshness:
        """Whether a topic speaks as often as it does usually; of one that spoke once nobody knows how often it should.

        Args:
            topic: exactly as received.
            now_s: seconds on this station's monotonic clock.
        """
        reading = self._readings.get(topic)
        if reading is None:
            return Freshness.MISSING
        # nobody knows how old it is
        if reading.is_retained:
            return Freshness.STALE
        age_s, pace_s = now_s - reading.received_s, self._paces.get(topic)
        stale_s = max(LEAST_STALE_S, MISSED * pace_s) if pace_s is not None else UNKNOWN_STALE_S
        if age_s <= stale_s:
            return Freshness.FRESH
        return Freshness.STALE if age_s <= EXPIRED_TIMES * stale_s else Freshness.EXPIRED

    def topics(self) -> list[str]:
        """All topics, sorted."""
        return sorted(self._readings)

    def take_changed(self) -> set[str]:
        """Topics with a new reading since the last call."""
        changed, self._changed = self._changed, set()
        return changed
