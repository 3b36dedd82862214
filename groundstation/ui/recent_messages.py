# SPDX-License-Identifier: Apache-2.0
"""The last messages of all topics, and some more of the one that is looked at. GUI thread; bounded."""

from __future__ import annotations

from collections import deque

from groundstation.transport.bus import Message

MOST, MOST_BYTES = 20_000, 16 * 1024 * 1024
OF_ONE, OF_ONE_BYTES = 100, 4 * 1024 * 1024
"""Messages of the topic that is looked at, and their bytes."""


class _Bounded:
    def __init__(self, most: int, most_bytes: int) -> None:
        self._most, self._most_bytes, self._bytes = most, most_bytes, 0
        self.messages: deque[Message] = deque()

    def put(self, message: Message) -> None:
        self.messages.append(message)
        self._bytes += len(message.payload)
        while len(self.messages) > self._most or (self._bytes > self._most_bytes and len(self.messages) > 1):
            self._bytes -= len(self.messages.popleft().payload)


class RecentMessages:
    """What was said last, whoever said it: so a topic has a past when it is chosen."""

    def __init__(self) -> None:
        """Begin with none."""
        self._all = _Bounded(MOST, MOST_BYTES)
        self._watched = ""
        self._of_watched = _Bounded(OF_ONE, OF_ONE_BYTES)

    def add(self, message: Message) -> None:
        """A message came."""
        self._all.put(message)
        if message.topic == self._watched:
            self._of_watched.put(message)

    def of(self, topic: str) -> list[Message]:
        """The last messages of a topic, the newest last; from now on more of it is kept than of others."""
        if topic != self._watched:
            self._watched, self._of_watched = topic, _Bounded(OF_ONE, OF_ONE_BYTES)
            for one in self._all.messages:
                if one.topic == topic:
                    self._of_watched.put(one)
        return list(self._of_watched.messages)
