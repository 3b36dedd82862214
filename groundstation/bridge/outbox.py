# SPDX-License-Identifier: Apache-2.0
"""What was published in the last minutes, for recorders that missed it. Bridge thread; the disk is on another.

A PUBACK is no promise that anybody got the message, and QoS 0 has none. So every message of a kept leaf stays here for
a while; while the broker is away, it is on disk as well, and outlives this process. See docs/adr/0011.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from groundstation.bridge.outbox_store import OutboxStore

KEPT_S = 150.0
"""Messages stay in memory for so long,"""
KEPT_BYTES = 32 * 1024 * 1024
"""or until there are so many bytes of them."""
OVERHEAD_BYTES = 200
"""What Python adds to a message, about."""

RunKey = tuple[str, str]
"""Topic and session."""


class Found(NamedTuple):
    """A message that is still there."""

    seq: int
    payload: bytes


class Extent(NamedTuple):
    """Numbers that can be had of one session of a topic."""

    topic: str
    sid: str
    first: int
    following: int


class Outbox:
    """The last minutes in memory, outages on disk."""

    def __init__(self, store: OutboxStore | None = None) -> None:
        """Begin empty.

        Args:
            store: where outages are kept; None for memory only.
        """
        self.store = store
        self._runs: dict[RunKey, deque[Found]] = {}
        self._order: deque[tuple[float, RunKey, int]] = deque()
        self._stored: dict[RunKey, int] = {}
        """Highest number that was given to the store, by session."""
        self._is_away = False
        self.size_bytes = 0

    def keep(self, topic: str, sid: str, seq: int, payload: bytes, now_s: float) -> None:
        """Keep a message that is being published.

        Args:
            topic: its topic.
            sid: its session.
            seq: its number; one more than the one before.
            payload: its bytes.
            now_s: seconds on the monotonic clock.
        """
        key = (topic, sid)
        run = self._runs.get(key)
        if run is None:
            run = self._runs[key] = deque()
        run.append(Found(seq, payload))
        size = len(payload) + OVERHEAD_BYTES
        self._order.append((now_s, key, size))
        self.size_bytes += size
        if self._is_away:
            self._to_store(key, (Found(seq, payload),))
        while self._order and (self.size_bytes > KEPT_BYTES or now_s - self._order[0][0] > KEPT_S):
            self._forget_oldest()

    def set_away(self, *, is_away: bool) -> None:
        """The broker is not there, or is again. The last minutes go to disk: some of it may not have arrived."""
        if is_away and not self._is_away and self.store is not None:
            for key, run in self._runs.items():
                # what an earlier outage wrote is there already
                above = self._stored.get(key, -1)
                self._to_store(key, tuple(one for one in run if one.seq > above))
        self._is_away = is_away

    def in_memory(self, topic: str, sid: str, first: int, last: int) -> list[Found]:
        """Messages of a range that are in memory, in order."""
        run = self._runs.get((topic, sid))
        if not run or last < run[0].seq:
            return []
        # numbers of a run follow each other: a place is a difference
        skip = max(0, first - run[0].seq)
        count = min(len(run), last - run[0].seq + 1)
        return [run[number] for number in range(skip, count)]

    def knows(self, topic: str, sid: str) -> bool:
        """Whether anything of a session of a topic is or was here."""
        if (topic, sid) in self._runs or (topic, sid) in self._stored:
            return True
        return self.store is not None and self.store.knows(topic, sid)

    def extents(self) -> list[Extent]:
        """What can be had, the latest of a session first."""
        found = [Extent(*key, run[0].seq, run[-1].seq + 1) for key, run in self._runs.items() if run]
        if self.store is not None:
            # what is on disk may be of an earlier life of this bridge
            found += [Extent(*one) for one in self.store.extents()]
        return sorted(found, key=lambda one: one.first, reverse=True)

    def close(self) -> None:
        """Write what waits for the disk, and end."""
        if self.store is not None:
            self.store.stop()

    def _to_store(self, key: RunKey, messages: tuple[Found, ...]) -> None:
        if self.store is not None and messages and self.store.put(key, messages):
            self._stored[key] = messages[-1].seq

    def _forget_oldest(self) -> None:
        _, key, size = self._order.popleft()
        self.size_bytes -= size
        run = self._runs[key]
        run.popleft()
        if not run:
            del self._runs[key]
            # else the dictionary grew with each session of each vehicle, for ever
            self._stored.pop(key, None)
