# SPDX-License-Identifier: Apache-2.0
"""Wraps content in envelopes, numbers it, keeps it for those who miss it, and hands a tick's worth to the bus at once.

Bridge thread.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from typing import Any

from groundstation.bridge.outbox import Outbox
from groundstation.transport import frame_batches, parts, payloads, topics
from groundstation.transport.bus import Bus, BusState, BusStatus, Outgoing
from groundstation.transport.frame_batches import FrameBatch
from groundstation.transport.leaves import PART, Leaf

log = logging.getLogger("groundstation.publisher")


def new_session() -> str:
    """A session id: random, so that no two lives share it."""
    return secrets.token_hex(8)


class Publisher:
    """What a bridge says on the bus."""

    def __init__(self, bus: Bus, clock: Callable[[], float] = time.monotonic, outbox: Outbox | None = None) -> None:
        """Begin with number 0 of everything.

        Args:
            bus: takes messages.
            clock: monotonic seconds.
            outbox: keeps them for a while; None to keep nothing.
        """
        self._bus = bus
        self._clock = clock
        self._outbox = outbox
        self._seq: dict[str, tuple[str, int]] = {}
        self._batch: list[Outgoing] = []
        self.dropped = 0
        """Messages that the bus did not take."""
        self.newest = b""
        """Payload of what was queued last, to be told again byte by byte: of two encodings the wall clock differs."""

    @property
    def bus_status(self) -> BusStatus:
        """How the connection to the broker is."""
        return self._bus.status

    def now_s(self) -> float:
        """The bridge's clock, monotonic seconds."""
        return self._clock()

    def say(self, topic: str, leaf: Leaf, session: str, content: Any) -> int:
        """Queue a message on any topic of ours; returns its sequence number.

        Args:
            topic: any topic of ours.
            leaf: its row: how it goes, and whether it can be asked for later.
            session: whose life it belongs to.
            content: of the envelope.
        """
        before = self._seq.get(topic)
        seq = self._next_seq(topic, session)
        payload = self.encode(session, seq, content)
        is_too_large = len(payload) > parts.MAX_CONTENT_BYTES
        if is_too_large:
            self.dropped += 1
            log.error("%s: %d bytes are more than any message may have; it was not sent", topic, len(payload))
        if is_too_large or (parts.is_large(payload) and self._in_parts(topic, leaf, session, payload)):
            # on the topic itself no number is missing: a recorder would ask for it, and nobody has it
            self._seq[topic] = before if before is not None and before[0] == session else (session, seq - 1)
            return seq
        self.newest = payload
        self._batch.append(Outgoing(topic, payload, leaf.qos, leaf.is_retained))
        if leaf.is_kept and self._outbox is not None:
            self._outbox.keep(topic, session, seq, payload, self._clock())
        return seq

    def _in_parts(self, topic: str, leaf: Leaf, session: str, payload: bytes) -> bool:
        """Queue what is too large for one message; False for what goes as it is, such as parts themselves."""
        address = topics.parse(topic)
        if not leaf.may_be_large or not isinstance(address, topics.VehicleTopic):
            return False
        for one in parts.split(leaf.name, payload):
            self.say(topics.vehicle(address.key, PART.name), PART, session, one)
        return True

    def frames(self, topic: str, session: str, body: bytes) -> None:
        """Queue a batch of frames, see `frame_batches.py`."""
        seq = self._next_seq(topic, session)
        now_s = self._clock()
        payload = frame_batches.encode(FrameBatch(session, seq, int(time.time() * 1000.0), int(now_s * 1000.0), body))
        self._batch.append(Outgoing(topic, payload))
        if self._outbox is not None:
            self._outbox.keep(topic, session, seq, payload, now_s)

    def again(self, topic: str, payload: bytes, qos: int) -> None:
        """Queue a message that was published before, as it was."""
        self._batch.append(Outgoing(topic, payload, qos))

    def encode(self, session: str, seq: int, content: Any) -> bytes:
        """Envelope and content as bytes."""
        bms, ts = int(self._clock() * 1000.0), int(time.time() * 1000.0)
        return payloads.encode(payloads.Envelope(session, seq, ts, bms, content))

    def flush(self) -> None:
        """Hand everything queued to the bus."""
        # before the batch is handed over: what the bus can't take now is given to the disk first
        if self._outbox is not None:
            self._outbox.set_away(is_away=self._bus.status.state is not BusState.CONNECTED)
        if not self._batch:
            return
        batch, self._batch = self._batch, []
        self.dropped += len(batch) - self._bus.publish(batch)

    def _next_seq(self, topic: str, session: str) -> int:
        last = self._seq.get(topic)
        seq = last[1] + 1 if last is not None and last[0] == session else 0
        self._seq[topic] = (session, seq)
        return seq
