# SPDX-License-Identifier: Apache-2.0
"""Every frame as it came, in batches, for whoever wants to record them. Bridge thread; no I/O.

Frames of a vehicle go to its own topic; those of nobody we know (another station, a radio, a vehicle before its first
heartbeat) to the bridge's. A frame that comes over two links is kept once.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from groundstation.bridge.publisher import Publisher
from groundstation.mavlink.dialect import MSGIDS
from groundstation.mavlink.frames import Frame
from groundstation.transport import frame_batches

PERIOD_S = 0.25
"""Time that a frame waits for others at most,"""
BATCH_BYTES = 48 * 1024
"""or until there are so many bytes."""
REMEMBERED = 400
"""Frames of a vehicle with several links that are remembered, for the second coming."""
SECRETS = frozenset({MSGIDS["SETUP_SIGNING"]})
"""Messages that are never passed on nor recorded (MAVLink guide, "Message Signing")."""


class _Batch:
    """Records that wait, of one topic."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.records: list[bytes] = []
        self.size_bytes = 0
        self.recent: deque[bytes] = deque(maxlen=REMEMBERED)


class RawFrames:
    """Batches by topic."""

    def __init__(
        self,
        publisher: Publisher,
        bridge_topic: str,
        bridge_session: str,
        wall_clock_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """Begin with nothing.

        Args:
            publisher: what batches are published with.
            bridge_topic: for frames of nobody.
            bridge_session: the bridge's session.
            wall_clock_ns: nanoseconds since 1970.
        """
        self._wall_clock_ns = wall_clock_ns
        self._publisher = publisher
        self._nobodys = _Batch(bridge_topic)
        self._bridge_session = bridge_session
        self._batches: dict[str, tuple[_Batch, Callable[[], str]]] = {}
        self._next_s = 0.0

    def take(self, frame: Frame, topic: str, session: Callable[[], str], *, is_doubled: bool) -> None:
        """A frame of a vehicle.

        Args:
            frame: the frame.
            topic: the vehicle's, of leaf `raw/_mav`.
            session: tells the vehicle's session when the batch is published.
            is_doubled: whether the vehicle is heard on several links.
        """
        known = self._batches.get(topic)
        if known is None:
            known = self._batches[topic] = (_Batch(topic), session)
        batch = known[0]
        # with one link nothing comes twice, and the search is spared
        if is_doubled:
            if frame.raw in batch.recent:
                return
            batch.recent.append(frame.raw)
        self._put(batch, frame)
        if batch.size_bytes > BATCH_BYTES:
            self._publish(batch, session())

    def take_nobodys(self, frame: Frame) -> None:
        """A frame that belongs to no vehicle of ours."""
        self._put(self._nobodys, frame)
        if self._nobodys.size_bytes > BATCH_BYTES:
            self._publish(self._nobodys, self._bridge_session)

    def tick(self, now_s: float) -> None:
        """Publish what has waited long enough."""
        if now_s >= self._next_s:
            self._next_s = now_s + PERIOD_S
            self.publish_all()

    def publish_all(self) -> None:
        """Publish everything that waits."""
        for batch, session in self._batches.values():
            self._publish(batch, session())
        self._publish(self._nobodys, self._bridge_session)

    def _put(self, batch: _Batch, frame: Frame) -> None:
        # it holds the key itself, and whatever is published may be recorded
        if frame.msgid in SECRETS:
            return
        # the wall clock, since stamps of a telemetry log count from 1970
        record = frame_batches.record(self._wall_clock_ns() // 1000, frame.raw)
        batch.records.append(record)
        batch.size_bytes += len(record)

    def _publish(self, batch: _Batch, session: str) -> None:
        if not batch.records:
            return
        body, batch.records, batch.size_bytes = b"".join(batch.records), [], 0
        self._publisher.frames(batch.topic, session, body)
