# SPDX-License-Identifier: Apache-2.0
"""Readings of other devices until they are taken: bounded. The inbox keeps threads apart."""

from __future__ import annotations

from collections import OrderedDict, deque

import msgspec

from groundstation.fleet.sensors import MAX_TOPICS, SensorReading, merged

MOST = 10_000


class ReadingQueue:
    """Of too many the oldest go, and are counted.

    Of a device that tells only what has changed nothing may go that it does not tell again: of those that make room
    what they told is kept together, topic by topic, as far as a board has room for topics.
    """

    def __init__(self, most: int = MOST, most_topics: int = MAX_TOPICS) -> None:
        """Begin empty.

        Args:
            most: readings.
            most_topics: topics of which what went is kept together.
        """
        self._most, self._most_topics = most, most_topics
        self._waiting: deque[SensorReading] = deque()
        self._together: OrderedDict[str, SensorReading] = OrderedDict()
        self.dropped = 0
        """Readings that made room for newer ones."""

    def put(self, reading: SensorReading) -> None:
        """One more."""
        self._waiting.append(reading)
        if len(self._waiting) > self._most:
            self.dropped += 1
            oldest = self._waiting.popleft()
            if oldest.liveness is not None:
                self._keep_together(oldest)

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def take(self, most: int | None = None) -> list[SensorReading]:
        """Those that wait longest, in order; what was put together first, since it is older.

        Args:
            most: how many; the rest waits for the next turn. None for all.
        """
        count = len(self._waiting)
        some = [self._waiting.popleft() for _ in range(count if most is None else min(most, count))]
        found = [*self._together.values(), *some]
        self._together.clear()
        return found

    def _keep_together(self, reading: SensorReading) -> None:
        before = self._together.get(reading.topic)
        if before is not None and reading.is_partial:
            # what is not known any more stays among the notes, which says so again
            told = merged(before, reading)
            reading = msgspec.structs.replace(
                told,
                is_partial=before.is_partial,
                is_derived=before.is_derived and reading.is_derived,
                renewed=(*before.renewed, *reading.renewed)[:MOST] if before.is_partial else (),
            )
        self._together[reading.topic] = reading
        if len(self._together) > self._most_topics:
            self._together.popitem(last=False)
