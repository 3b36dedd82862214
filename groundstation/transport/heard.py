# SPDX-License-Identifier: Apache-2.0
"""Messages themselves, for who shows topics: bounded by number and by bytes. The inbox keeps threads apart."""

from __future__ import annotations

from collections import deque

from groundstation.transport.bus import Message

MOST = 20_000
MOST_BYTES = 32 * 1024 * 1024
"""Of payloads: a single one may have 192 kB."""


class HeardQueue:
    """Messages until they are taken; of too many the oldest go, and are counted."""

    def __init__(self, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        """Begin empty.

        Args:
            most: messages.
            most_bytes: of their payloads together.
        """
        self._most, self._most_bytes = most, most_bytes
        self._waiting: deque[Message] = deque()
        self._bytes = 0
        self.dropped = 0
        """Messages that made room for newer ones."""

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def put(self, message: Message) -> None:
        """One more."""
        self._waiting.append(message)
        self._bytes += len(message.payload)
        while len(self._waiting) > self._most or (self._bytes > self._most_bytes and len(self._waiting) > 1):
            self._bytes -= len(self._waiting.popleft().payload)
            self.dropped += 1

    def take(self, most: int | None = None) -> list[Message]:
        """Those that wait longest, in order.

        Args:
            most: how many; the rest waits for the next turn. None for all.
        """
        count = len(self._waiting)
        found = [self._waiting.popleft() for _ in range(count if most is None else min(most, count))]
        self._bytes -= sum(len(one.payload) for one in found)
        return found
