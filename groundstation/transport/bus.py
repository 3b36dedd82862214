# SPDX-License-Identifier: Apache-2.0
"""What a connection to a broker offers, whoever provides it, and how it reports on itself. No thread, no I/O."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from groundstation.fleet.sample import Name


class Message(msgspec.Struct, frozen=True, gc=False):
    """One message as it came from the broker."""

    topic: str
    """Exactly as received."""
    payload: bytes
    """The payload, or its beginning when it was larger than the connection's limit."""
    size_bytes: int
    """Size of the whole payload."""
    qos: int
    """Quality of service it was delivered with."""
    retain: bool
    """True for a message that the broker had kept."""
    received_s: float
    """Seconds on this process's monotonic clock."""
    properties: tuple[tuple[str, str], ...] | None = None
    """MQTT 5 properties by name, only on a connection that was asked to keep them; None where they are not known, as
    with MQTT 3.1.1, which has none."""
    sha256: str = ""
    """Of the whole payload, once a recorder has it on disk; empty for any other message."""


class BusState(Name):
    """State of a connection to a broker."""

    UNKNOWN = "unknown"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    LOST = "lost"
    REFUSED = "refused"
    CLOSED = "closed"


class BusStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The connection's report on itself; a new one is made for each change and once a second."""

    state: BusState = BusState.CONNECTING
    """Where it is."""
    broker: str = ""
    """The broker's URL without the password."""
    reason: str = ""
    """One line: why it is not connected, and what helps."""
    since_s: float = 0.0
    """When this state began, seconds on the monotonic clock."""
    protocol: str = ""
    """`MQTT 5` or `MQTT 3.1.1` once connected."""
    rtt_ms: float | None = None
    """Round trip of the last echo, or how long one is under way where that is longer; None before the first."""
    note: str = ""
    """One line: what its owner does without on a slow way; empty when nothing."""
    received: int = 0
    """Messages received."""
    sent: int = 0
    """Messages handed to the broker."""
    refused: int = 0
    """Messages not sent because there was no connection or the queue was full."""
    oversize: int = 0
    """Messages cut because they were larger than the limit."""
    connections: int = 0
    """How often the connection was made."""
    thinned: int = 0
    """Messages that gave way to newer ones on a way that does not carry them all; counted in `refused` too where they
    found no room."""
    is_slow: bool = False
    """Whether the way to the broker carries less than is said at the moment."""
    bytes_per_s: float | None = None
    """What it carries, while it is slow; None while it is not."""


MessageCallback = Callable[[Message], None]
"""Called on the connection's thread; must only store what it is given."""
StatusCallback = Callable[[BusStatus], None]
"""Called on the connection's thread; must only store what it is given."""


class Outgoing(msgspec.Struct, frozen=True, gc=False):
    """A message to be sent."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    expiry_s: int | None = None
    """MQTT 5 message expiry, seconds; a bonus only, since MQTT 3.1.1 has none."""


class Bus(Protocol):
    """A connection to a broker, usable from any thread."""

    def start(self) -> None:
        """Connect and stay connected until `stop`."""

    def stop(self) -> None:
        """Disconnect and end the thread; returns within 3 s."""

    def publish(self, messages: list[Outgoing]) -> int:
        """Send messages in order; what can't be sent now is refused and counted, never kept for later.

        Returns:
            How many were taken; 0 while there is no connection.
        """

    def subscribe(self, filters: dict[str, int]) -> None:
        """Subscribe to topic filters with their QoS, now and after each reconnection."""

    def unsubscribe(self, filters: list[str]) -> None:
        """Take filters back."""

    @property
    def status(self) -> BusStatus:
        """The newest report."""
