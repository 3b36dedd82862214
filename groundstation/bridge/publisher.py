# SPDX-License-Identifier: Apache-2.0
"""Wraps content in envelopes, numbers it, and hands a tick's worth to the bus at once. Bridge thread."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

from groundstation.transport import payloads
from groundstation.transport.bus import Bus, Outgoing


def new_session() -> str:
    """A session id: random, so that no two lives share it."""
    return secrets.token_hex(8)


class Publisher:
    """What a bridge says on the bus."""

    def __init__(self, bus: Bus, clock: Callable[[], float] = time.monotonic) -> None:
        self._bus = bus
        self._clock = clock
        self._seq: dict[str, tuple[str, int]] = {}
        self._batch: list[Outgoing] = []
        self.dropped = 0
        """Messages that the bus did not take."""

    def now_s(self) -> float:
        """The bridge's clock, monotonic seconds."""
        return self._clock()

    def topic(self, topic: str, session: str, content: Any, *, qos: int = 0, retain: bool = False) -> int:
        """Queue a message on any topic of ours; returns its sequence number."""
        last = self._seq.get(topic)
        seq = last[1] + 1 if last is not None and last[0] == session else 0
        self._seq[topic] = (session, seq)
        self._batch.append(Outgoing(topic, self.encode(session, seq, content), qos, retain))
        return seq

    def again(self, topic: str, payload: bytes, qos: int) -> None:
        """Queue a message that was published before, as it was."""
        self._batch.append(Outgoing(topic, payload, qos))

    def encode(self, session: str, seq: int, content: Any) -> bytes:
        """Envelope and content as bytes."""
        bms, ts = int(self._clock() * 1000.0), int(time.time() * 1000.0)
        return payloads.encode(payloads.Envelope(session, seq, ts, bms, content))

    def flush(self) -> None:
        """Hand everything queued to the bus."""
        if not self._batch:
            return
        batch, self._batch = self._batch, []
        self.dropped += len(batch) - self._bus.publish(batch)
