# SPDX-License-Identifier: Apache-2.0
"""What arrived and waits for the disk: bounded by bytes, drops the newest, counts them. Two threads.

The newest are dropped and not the oldest, so that what is on disk has one hole that can be asked for again, not many.
"""

from __future__ import annotations

import threading
from collections import deque

from groundstation.transport.bus import Message

MAX_BYTES = 64 * 1024 * 1024
OVERHEAD_BYTES = 300
"""What Python adds to a message, about."""


class Intake:
    """A queue of messages."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._messages: deque[Message] = deque()
        self._size_bytes = 0
        self._has_news = threading.Condition()
        self._is_ended = False
        self.dropped = 0
        """Messages that found it full."""

    def __len__(self) -> int:
        return len(self._messages)

    def offer(self, message: Message) -> None:
        """Take a message in; called on the worker thread, never waits for long, never fails."""
        size = len(message.payload) + OVERHEAD_BYTES
        with self._has_news:
            # counted in bytes and not in messages, since frames come in batches of kilobytes and states in a few
            # hundred
            if self._size_bytes + size > self._max_bytes:
                self.dropped += 1
                return
            self._messages.append(message)
            self._size_bytes += size
            self._has_news.notify()

    def take(self, timeout_s: float) -> list[Message]:
        """Everything that waits; called on the disk's thread.

        Args:
            timeout_s: how long to wait for the first.
        """
        with self._has_news:
            # once and no loop: who was woken for nothing comes again at its next turn
            if not self._messages and not self._is_ended:
                self._has_news.wait(timeout_s)
            taken = list(self._messages)
            self._messages.clear()
            self._size_bytes = 0
        return taken

    def end(self) -> None:
        """Wake whoever waits in `take`, and let nobody wait again: the recorder ends."""
        with self._has_news:
            self._is_ended = True
            self._has_news.notify()
