# SPDX-License-Identifier: Apache-2.0
"""What waits for the way to the broker, in the order in which it matters. Sans-I/O; its owner keeps threads apart.

A way that is slower than what is said must not delay what decides: orders and their answers go first, then state, then
telemetry, then what is only kept for recordings. What is newer replaces what has waited too long.
"""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Iterator

from groundstation.transport import parts, topics
from groundstation.transport.bus import Outgoing
from groundstation.transport.leaves import Lane, leaf_of

STALE_S = 1.0
"""What has waited longer gives way to newer words on its topic."""
PACKET_BYTES = 12
"""Of a PUBLISH beside topic and payload, about."""
MAX_WAITING = 20_000
"""Messages of one lane; more are refused."""
MAX_BULK_BYTES = 256 * 1024
MOTION_SHARE = 0.7
"""Of the room for motion and telemetry: the other must not starve."""


def lane_of(message: Outgoing) -> Lane:
    """Where a message belongs; one that is not of our tree by its quality of service."""
    return _lane_of(message.topic, is_sure=message.qos > 0)


@functools.lru_cache(maxsize=1 << 15)
def _lane_of(text: str, *, is_sure: bool) -> Lane:
    """The same topics come again and again: each is taken apart once."""
    topic = topics.parse(text)
    if topic is not None and topic.leaf.startswith(topics.LATE):
        return Lane.BULK
    leaf = leaf_of(topic) if topic is not None else None
    return leaf.lane if leaf is not None else Lane.URGENT if is_sure else Lane.TELEMETRY


class Lanes:
    """Messages that wait."""

    def __init__(self) -> None:
        self._lanes: tuple[deque[tuple[float, int, Outgoing]], ...] = tuple(deque() for _ in Lane)
        self._number = 0
        """Of the last message: where there is room for all they go in their order."""
        self._bytes = self._acks = 0
        """Of everything that waits."""
        self._bulk_bytes = 0
        self._turn_bytes = 0.0
        """How far telemetry is ahead of its share; below zero motion is."""
        self.thinned = 0
        """Messages that gave way to newer ones of their topic, or found no room."""

    def __len__(self) -> int:
        return sum(len(lane) for lane in self._lanes)

    def put(self, messages: list[Outgoing], now_s: float) -> int:
        """Let messages wait.

        Args:
            messages: in order.
            now_s: seconds on the monotonic clock.

        Returns:
            How many were taken; the others find too much waiting.
        """
        taken = 0
        for message in messages:
            # the bound is for each lane: a flood of telemetry takes no room from the urgent
            lane = lane_of(message)
            if len(self._lanes[lane]) >= MAX_WAITING or (lane is Lane.BULK and self._bulk_bytes > _most_bytes(message)):
                self.thinned += 1
                continue
            self._bulk_bytes += _size(message) if lane is Lane.BULK else 0
            self._lanes[lane].append((now_s, self._number, message))
            self._number += 1
            self._bytes += _size(message)
            self._acks += message.qos > 0
            taken += 1
        return taken

    def take(self, room_bytes: int, room_acks: int, now_s: float) -> Iterator[Outgoing]:
        """What is to be sent now.

        Args:
            room_bytes: so much the way takes at the moment; the urgent goes in any case.
            room_acks: so many messages may wait for the broker's word (QoS 1); the urgent don't ask.
            now_s: seconds on the monotonic clock.
        """
        if self._bytes <= room_bytes and self._acks <= room_acks:
            yield from self._all()
            return
        # without asking for room: it is little, and it decides
        while self._lanes[Lane.URGENT]:
            message = self._pop(Lane.URGENT)
            room_bytes -= _size(message)
            yield message
        while room_bytes > 0:
            lane = self._next_lane()
            if lane is None or (room_acks <= 0 and self._lanes[lane][0][2].qos > 0):
                break
            message = self._pop(lane)
            size = _size(message)
            room_bytes -= size
            room_acks -= message.qos > 0
            # who is sent pays by its share: motion counts down, telemetry up; the sign says whose turn it is
            self._turn_bytes += _SHARES.get(lane, 0.0) * size
            yield message
        for lane in (Lane.STATE, Lane.MOTION, Lane.TELEMETRY):
            self._thin(lane, now_s)

    def _all(self) -> list[Outgoing]:
        """Everything, in the order in which it was said: a birth before what is told of the life."""
        waiting = sorted((one for lane in self._lanes for one in lane), key=lambda one: one[1])
        self.clear()
        return [message for _, _, message in waiting]

    def _pop(self, lane: Lane) -> Outgoing:
        message = self._lanes[lane].popleft()[2]
        size = _size(message)
        self._bytes -= size
        self._acks -= message.qos > 0
        self._bulk_bytes -= size if lane is Lane.BULK else 0
        return message

    def _next_lane(self) -> Lane | None:
        """Whose turn it is; None when nothing waits."""
        motion, telemetry = self._lanes[Lane.MOTION], self._lanes[Lane.TELEMETRY]
        if self._lanes[Lane.STATE]:
            return Lane.STATE
        if motion and telemetry:
            return Lane.MOTION if self._turn_bytes >= 0 else Lane.TELEMETRY
        self._turn_bytes = 0.0
        if motion or telemetry:
            return Lane.MOTION if motion else Lane.TELEMETRY
        return Lane.BULK if self._lanes[Lane.BULK] else None

    def clear(self) -> int:
        """Forget everything; returns how many there were."""
        count = len(self)
        for lane in self._lanes:
            lane.clear()
        self._bulk_bytes = self._bytes = self._acks = 0
        return count

    def _thin(self, lane: Lane, now_s: float) -> None:
        """Keep the newest of each topic where the oldest has waited too long. Each keeps its turn."""
        waiting = self._lanes[lane]
        if not waiting or now_s - waiting[0][0] <= STALE_S:
            return
        newest: dict[str, tuple[int, Outgoing]] = {}
        for _, number, message in waiting:
            held = newest.get(message.topic)
            if held is not None:
                self.thinned += 1
                self._bytes -= _size(held[1])
                self._acks -= held[1].qos > 0
            newest[message.topic] = (held[0] if held is not None else number, message)
        waiting.clear()
        # the turn of a topic is over for now: its time begins anew, so that this is not done at every look
        waiting.extend((now_s, *one) for one in newest.values())


def _most_bytes(message: Outgoing) -> int:
    """Of bulk, before another is refused: what can be asked for again has less room than what comes in parts."""
    return parts.MAX_OPEN_BYTES if message.topic.endswith(_PARTS) else MAX_BULK_BYTES


_PARTS = (f"/{topics.PART}", f"/{topics.PART_REQ}")
_SHARES = {Lane.MOTION: -1.0 / MOTION_SHARE, Lane.TELEMETRY: 1.0 / (1.0 - MOTION_SHARE)}


def _size(message: Outgoing) -> int:
    return len(message.payload) + len(message.topic) + PACKET_BYTES
