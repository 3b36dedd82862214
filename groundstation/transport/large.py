# SPDX-License-Identifier: Apache-2.0
"""Payloads that are too large to be kept whole in memory, handed on piece by piece while they come. See docs/adr/0040.

The thread of the connection calls; nothing here keeps a byte.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Protocol

from groundstation.transport.arrivals import Arrivals
from groundstation.transport.bus import Message

log = logging.getLogger("groundstation.mqtt")

WHOLE_BYTES = 192 * 1024
"""Longest PUBLISH that is kept whole, topic included; the payload of a longer one is large. It is above what is parsed:
96 kB of ours (`payloads.py`), and of others 64 KiB (`foreign.py`)."""
Properties = tuple[tuple[str, str], ...] | None


class LargePayloads(Protocol):
    """Who wants large payloads whole. Called on the connection's thread, one payload at a time; never fails."""

    def begin(self, first: Message) -> bool:
        """One has begun to come.

        Args:
            first: the message with the beginning of its payload; `size_bytes` is that of the whole.

        Returns:
            Whether the rest is wanted. If not, the beginning goes the way of any other message.
        """

    def more(self, data: bytes) -> None:
        """The next bytes of it; may wait for a disk as long as that takes for a piece."""

    def end(self) -> None:
        """All of it came."""

    def break_off(self) -> None:
        """The connection was lost in the middle: no more of it comes."""


class LargeWay:
    """Makes messages of what the socket finds, and keeps faults of who wants them away from the connection."""

    def __init__(self, wanted: LargePayloads, arrivals: Arrivals, properties: Callable[[bytes], Properties]) -> None:
        """Begin.

        Args:
            wanted: who wants them.
            arrivals: counts what came.
            properties: reads those of a PUBLISH, their length in front; None where none are told.
        """
        self._wanted, self._arrivals, self._properties = wanted, arrivals, properties
        self._is_spoiled = False

    def begin(self, topic: bytes, payload: bytes, missing: int, qos: int, retain: bool, properties: bytes) -> bool:
        """A PUBLISH above the limit: its parts, and how many bytes of the payload are to come; see `LargePayloads`."""
        self._is_spoiled = False
        try:
            told = self._properties(properties)
            size = len(payload) + missing
            first = Message(topic.decode(), payload, size, qos, retain, time.monotonic(), told)
            is_wanted = self._wanted.begin(first)
        except UnicodeDecodeError:
            return False
        except Exception:  # a fault of who wants it is to be seen, not a reason to lose the connection
            log.exception("a large payload on %r could not be taken in", topic[:80])
            return False
        self._arrivals.received += is_wanted
        return is_wanted

    def more(self, data: bytes) -> None:
        """The next bytes."""
        self._call(lambda: self._wanted.more(data))

    def end(self) -> None:
        """All came."""
        self._call(self._wanted.end)

    def break_off(self) -> None:
        """No more comes."""
        self._call(self._wanted.break_off)

    def _call(self, step: Callable[[], None]) -> None:
        if self._is_spoiled:
            return
        try:
            step()
        except Exception:  # as above; once for each payload
            log.exception("the rest of a large payload could not be taken in")
            self._is_spoiled = True
