# SPDX-License-Identifier: Apache-2.0
"""A bus that keeps what is published, for tests of the bridge that need no broker."""

from __future__ import annotations

from typing import Any

from groundstation.transport import payloads, topics
from groundstation.transport.bus import BusState, BusStatus, Message, Outgoing
from groundstation.transport.inbox import Inbox
from tests.support.updates import decoded


class FakeBus:
    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.is_connected = True
        self.filters: dict[str, int] = {}

    def start(self) -> None:
        return

    def stop(self) -> None:
        return

    def publish(self, messages: list[Outgoing]) -> int:
        assert all(one.qos in (0, 1) for one in messages), "no QoS 2"
        if not self.is_connected:
            return 0
        self.sent += messages
        return len(messages)

    def subscribe(self, filters: dict[str, int]) -> None:
        self.filters.update(filters)

    def unsubscribe(self, filters: list[str]) -> None:
        for one in filters:
            self.filters.pop(one, None)

    @property
    def status(self) -> BusStatus:
        return BusStatus(state=BusState.CONNECTED)

    def contents(self, leaf: str, vehicle: str | None = None) -> list[Any]:
        """Decoded contents of a leaf, in order."""
        return [envelope.d for envelope in self.envelopes(leaf, vehicle)]

    def envelopes(self, leaf: str, vehicle: str | None = None) -> list[payloads.Envelope[Any]]:
        found = []
        for one in self.sent:
            topic = topics.parse(one.topic)
            if isinstance(topic, topics.VehicleTopic) and topic.leaf == leaf and vehicle in (None, topic.key.id):
                found.append(decoded(leaf, one.payload))
        return found

    def deliver_to(self, inbox: Inbox, received_s: float) -> None:
        """Hand everything to a station, as a broker would."""
        for one in self.sent:
            inbox.offer(Message(one.topic, one.payload, len(one.payload), one.qos, False, received_s))
