# SPDX-License-Identifier: Apache-2.0
"""Notices a broker that is silent on an open connection, by messages to oneself. Sans-I/O, worker thread.

Keepalive alone takes up to twice its period; three echoes at 2 s make 7 s at most. Any byte from the broker is a sign
of life, so a long download is no silence; the echo goes out with QoS 1, so that it is answered even where it may not
be read.
"""

from __future__ import annotations

PERIOD_S = 2.0
LOST_AFTER_S = 6.0
MIDWAY_LOST_AFTER_S = 30.0
"""In the middle of a large message: a broker that hands 256 MB to many says nothing else meanwhile."""

LATE_S = 1.0
"""A thread was kept waiting when it comes so much later than it meant to."""


class Echo:
    """Decides when to send an echo and when the other side is gone."""

    def __init__(self, now_s: float) -> None:
        self._next_s = now_s
        self._number = 0
        self._sent: dict[int, float] = {}
        self._last_life_s = now_s
        self._last_bytes = 0
        self.rtt_ms: float | None = None
        """Newest round trip through the broker, milliseconds; None before the first."""

    def due(self, now_s: float) -> bytes | None:
        """The payload to send to oneself now, or None."""
        if now_s < self._next_s:
            return None
        self._next_s = now_s + PERIOD_S
        self._number += 1
        self._sent = {number: at_s for number, at_s in self._sent.items() if now_s - at_s < 10 * PERIOD_S}
        self._sent[self._number] = now_s
        return str(self._number).encode()

    def came_back(self, payload: bytes, now_s: float) -> bool:
        """Our own message came back; False for one that is none of ours."""
        sent_s = self._sent.pop(int(payload), None) if payload.isdigit() and len(payload) < 16 else None
        if sent_s is not None:
            self.rtt_ms = round((now_s - sent_s) * 1000.0, 2)
        return sent_s is not None

    def shown_ms(self, now_s: float) -> float | None:
        """The newest round trip, or how long one is under way already where that is longer; None before the first."""
        if self.rtt_ms is None:
            return None
        oldest_s = min(self._sent.values(), default=now_s)
        return max(self.rtt_ms, round((now_s - oldest_s) * 1000.0, 2))

    def forgive(self, late_s: float) -> None:
        """This thread itself was kept waiting by a busy computer: do not count that time as silence of the broker.

        Args:
            late_s: how long.
        """
        self._last_life_s += late_s if late_s > LATE_S else 0.0

    def is_lost(self, received_bytes: int, now_s: float, *, is_midway: bool = False) -> bool:
        """Whether nothing at all came for too long.

        Args:
            received_bytes: total of the connection so far.
            now_s: seconds on the monotonic clock.
            is_midway: a message has come in part.
        """
        if received_bytes != self._last_bytes:
            self._last_bytes = received_bytes
            self._last_life_s = now_s
        return now_s - self._last_life_s > (MIDWAY_LOST_AFTER_S if is_midway else LOST_AFTER_S)


def silence(*, is_midway: bool) -> str:
    """One line about a connection that is given up.

    Args:
        is_midway: whether a message had begun to come.
    """
    silent_s = MIDWAY_LOST_AFTER_S if is_midway else LOST_AFTER_S
    return f"the broker is silent: nothing came for {silent_s:.0f} s on an open connection"
