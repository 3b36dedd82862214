# SPDX-License-Identifier: Apache-2.0
"""What a broker brings: our own echo, and messages for whoever listens. The connection's thread."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from groundstation.transport.bus import Message, MessageCallback
from groundstation.transport.echo import Echo

log = logging.getLogger("groundstation.mqtt")


class Arrivals:
    """Every message of a connection comes through here."""

    def __init__(self, echo_topic: str, on_message: MessageCallback, on_echo: Callable[[float, float], None]) -> None:
        """Begin.

        Args:
            echo_topic: where our own echo comes back.
            on_message: called with every other message.
            on_echo: called with how long an echo took and when it came, seconds.
        """
        self.echo_topic = echo_topic
        self.on_message, self._on_echo = on_message, on_echo
        self.echo = Echo(0.0)
        """Of the connection that is there."""
        self.received = 0
        self.oversize = 0
        """Messages cut because they were larger than the limit."""

    def take(
        self, topic: str, payload: bytes, missing: int, qos: int, retain: bool, told: tuple[tuple[str, str], ...] | None
    ) -> None:
        """Take a message in; a fault in whoever hears it must not end the thread."""
        now_s = time.monotonic()
        if topic == self.echo_topic:
            if self.echo.came_back(payload, now_s) and self.echo.rtt_ms is not None:
                self._on_echo(self.echo.rtt_ms / 1000.0, now_s)
            return
        self.received += 1
        try:
            self.on_message(Message(topic, payload, len(payload) + missing, qos, retain, now_s, told))
        except Exception:  # a fault in a subscriber is a bug to be seen, not a reason to lose the connection
            log.exception("a message on %r could not be taken in", topic)
