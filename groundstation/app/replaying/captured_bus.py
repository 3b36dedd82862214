# SPDX-License-Identifier: Apache-2.0
"""A bus that hands over what is published instead of sending it, at the time of the recording. One thread."""

from __future__ import annotations

from collections.abc import Iterator

from groundstation.app.replaying.played import Played
from groundstation.transport.bus import BusState, BusStatus, Outgoing


class CapturedBus:
    """Keeps messages until they are taken."""

    status = BusStatus(state=BusState.CONNECTED)
    """Always there."""

    def __init__(self) -> None:
        self.now_s = 0.0
        """Where in the recording it is, seconds."""
        self._waiting: list[Outgoing] = []

    def clock(self) -> float:
        """The clock of who publishes here: the recording's."""
        return self.now_s

    def take(self) -> Iterator[Played]:
        """What was published since the last call."""
        waiting, self._waiting = self._waiting, []
        return (Played(self.now_s, one.topic, one.payload) for one in waiting)

    def start(self) -> None:
        """There is nothing to connect to."""

    def stop(self) -> None:
        """There is nothing to disconnect from."""

    def publish(self, messages: list[Outgoing]) -> int:
        """Keep them."""
        self._waiting += messages
        return len(messages)

    def subscribe(self, filters: dict[str, int]) -> None:
        """Nothing ever comes."""

    def unsubscribe(self, filters: list[str]) -> None:
        """Nothing ever came."""
