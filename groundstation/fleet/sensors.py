# SPDX-License-Identifier: Apache-2.0
"""Readings of any other device on the same broker. Pure; one thread owns a `SensorBoard`.

Topics are kept byte for byte: `Kabin1/Nem` and `Kabin1/ Nem` are two sensors, so are the composed and the decomposed
form of a letter.
"""

from __future__ import annotations

import enum
from collections import OrderedDict
from collections.abc import Callable

import msgspec

from groundstation.fleet.kinds import Freshness

MAX_TOPICS = 10_000
"""Topics kept; the one heard longest ago goes first."""
MAX_PATHS = 10_000
"""Values of a topic that are put together out of several messages."""
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
    SPARKPLUG = "sparkplug"
    """Metrics of Sparkplug B (docs/adr/0041)."""


STRUCTURED = frozenset(
    {PayloadKind.JSON, PayloadKind.CBOR, PayloadKind.MSGPACK, PayloadKind.CSV, PayloadKind.SPARKPLUG}
)
"""Kinds that hold several values with names."""


class Quality(enum.StrEnum):
    """What a device says of its own value."""

    GOOD = "good"
    BAD = "bad"
    STALE = "stale"
    OTHER = "other"
    """A word that is not known here."""
    NONE = "none"
    """That it has no value now."""


class ValueNote(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What is known of a value beside its number."""

    text: str = ""
    """Shown in place of the number: of what is none, or is not to be relied on; empty where there is none."""
    unit: str = ""
    """As the device says it; empty where it does not."""
    quality: Quality = Quality.GOOD


class Life(enum.StrEnum):
    """Where in its life a device is that tells of its birth, and of whose death the broker tells."""

    ALIVE = "alive"
    UNBORN = "unborn"
    """It speaks, and its birth was not heard: values without a name are not known."""
    UNSURE = "unsure"
    """The way to the broker was cut since: it may have died."""
    FALLEN = "fallen"
    """What it is connected by has died."""
    ABSENT = "absent"
    """What it is connected by has been born again, and it has not."""
    DEAD = "dead"


class Liveness(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """How it stands with such a device."""

    life: Life
    is_incomplete: bool = False
    """Messages of it are missing."""
    is_contested: bool = False
    """Two have its name."""


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
    notes: dict[str, ValueNote] = {}
    """What is known beside numbers, by path; one that is not among `numbers` has none."""
    liveness: Liveness | None = None
    """None for a device that tells nothing of births and deaths, as most."""
    is_partial: bool = False
    """Whether it tells only what has changed: a board puts it into what it knows."""
    is_derived: bool = False
    """Whether nothing was said on this topic: only the liveness is new."""
    renewed: tuple[str, ...] = ()
    """Of a partial one: paths below which nothing stays that it does not tell."""

    @property
    def paths(self) -> list[str]:
        """Of all its values, with a number or without one."""
        if not self.notes:
            return list(self.numbers)
        return sorted(self.numbers.keys() | self.notes.keys())

    def has_lost(self, path: str) -> bool:
        """Whether it tells that the number of a value is not known any more: a line breaks there."""
        if path in self.numbers:
            return False
        if path in self.notes:
            return True
        return self.liveness is not None and self.liveness.life in (Life.DEAD, Life.FALLEN, Life.ABSENT)


def merged(before: SensorReading | None, told: SensorReading) -> SensorReading:
    """What is known after a partial reading.

    Args:
        before: what was known; None for nothing.
        told: what has changed.
    """
    if before is None:
        return msgspec.structs.replace(told, is_partial=False)
    if told.is_derived:
        return msgspec.structs.replace(before, liveness=told.liveness)
    numbers, notes = dict(before.numbers), dict(before.notes)
    below = tuple(f"{one}." for one in told.renewed)
    for path in [one for one in (*numbers, *notes) if below and one.startswith(below)]:
        numbers.pop(path, None)
        notes.pop(path, None)
    for path in (*told.numbers, *told.notes):
        # of names that nobody announced there could be any number
        if path not in numbers and path not in notes and len(numbers) + len(notes) >= MAX_PATHS:
            continue
        for known, new in ((numbers, told.numbers), (notes, told.notes)):
            if path in new:
                known[path] = new[path]  # type: ignore[assignment]
            else:
                known.pop(path, None)
    return msgspec.structs.replace(told, numbers=numbers, notes=notes, is_partial=False)


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
        self.expected_s: Callable[[str], float | None] = lambda _topic: None
        """How often a topic should speak, where somebody has said that; else it is learnt."""
        self.forgotten = 0
        """Topics dropped because there were more than `MAX_TOPICS`."""

    def __len__(self) -> int:
        return len(self._readings)

    def fold(self, readings: list[SensorReading]) -> None:
        """Take in what arrived, in order."""
        for told in readings:
            reading = told
            before = self._readings.get(reading.topic)
            if reading.is_partial:
                reading = merged(before, reading)
            # what a broker had kept came when we did, not when it was said: the pause before it means nothing
            if before is not None and not (before.is_retained or reading.is_retained or told.is_derived):
                gap_s = reading.received_s - before.received_s
                usual_s = self._paces.get(reading.topic, gap_s)
                # one long outage must not make a topic slow for good, else the next one is noticed late
                self._paces[reading.topic] = usual_s + PACE_SHARE * (min(gap_s, 3 * usual_s) - usual_s)
            self._readings[reading.topic] = reading
            self._readings.move_to_end(reading.topic)
            self._counts[reading.topic] = self._counts.get(reading.topic, 0) + (not told.is_derived)
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
        if reading.liveness is not None and reading.liveness.life is not Life.UNBORN:
            return self._by_life(reading, reading.liveness.life, now_s)
        age_s, pace_s = now_s - reading.received_s, self.expected_s(topic) or self._paces.get(topic)
        stale_s = max(LEAST_STALE_S, MISSED * pace_s) if pace_s is not None else UNKNOWN_STALE_S
        if age_s <= stale_s:
            return Freshness.FRESH
        return Freshness.STALE if age_s <= EXPIRED_TIMES * stale_s else Freshness.EXPIRED

    @staticmethod
    def _by_life(reading: SensorReading, life: Life, now_s: float) -> Freshness:
        """Of a device whose death would be told silence means that nothing has changed."""
        if life is Life.ALIVE:
            return Freshness.FRESH
        is_long = now_s - reading.received_s > EXPIRED_TIMES * UNKNOWN_STALE_S
        return Freshness.EXPIRED if is_long else Freshness.STALE

    def topics(self) -> list[str]:
        """All topics, sorted."""
        return sorted(self._readings)

    def take_changed(self) -> set[str]:
        """Topics with a new reading since the last call."""
        changed, self._changed = self._changed, set()
        return changed
