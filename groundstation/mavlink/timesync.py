# SPDX-License-Identifier: Apache-2.0
"""Round trip of a link and start of an autopilot's clock, by TIMESYNC. Sans-I/O; one for each autopilot on a link.

An autopilot's boot moment on our clock is what tells two autopilots with one system id apart, and a reboot from a
pause: within one life it stays where it is.
"""

from __future__ import annotations

from collections import deque

from groundstation.mavlink import encode

FAST_PERIOD_S = 1.0
FAST_COUNT = 5
"""Quick questions at first, to know a new link soon."""
SLOW_PERIOD_S = 10.0
NS = 1_000_000_000
KEPT = 8
"""Round trips kept; the quickest of them is believed."""


class TimeSync:
    """Asks for the time and reads the answers."""

    def __init__(self) -> None:
        self._asked = 0
        self._next_s = 0.0
        # bounded, and only times that we sent: an answer to another station teaches nothing about our clock
        self._pending: deque[int] = deque(maxlen=4)
        self._trips: deque[tuple[float, float]] = deque(maxlen=KEPT)

    @property
    def rtt_ms(self) -> float | None:
        """Newest round trip, milliseconds; None before the first answer."""
        return round(self._trips[-1][0] * 1000.0, 2) if self._trips else None

    @property
    def booted_s(self) -> float | None:
        """When the autopilot's clock was zero, on our monotonic clock; by the quickest answer; None before it."""
        # the quickest waited the least on its way: its middle is known best
        return min(self._trips)[1] if self._trips else None

    def tick(self, now_s: float) -> list[tuple[int, bytes]]:
        """The question, when it is time for one."""
        if now_s < self._next_s:
            return []
        self._asked += 1
        self._next_s = now_s + (FAST_PERIOD_S if self._asked < FAST_COUNT else SLOW_PERIOD_S)
        return self.ask(now_s)

    def ask(self, now_s: float) -> list[tuple[int, bytes]]:
        """The question now, out of turn."""
        our_ns = int(now_s * NS)
        self._pending.append(our_ns)
        return [encode.timesync(our_ns)]

    def on_message(self, tc1: int, ts1: int, now_s: float) -> None:
        """A TIMESYNC came: an answer to us when it returns a time that we sent, else somebody's question."""
        if tc1 == 0 or ts1 not in self._pending:
            return
        self._pending.remove(ts1)
        trip_s = max(0.0, now_s - ts1 / NS)
        # the vehicle read its clock halfway there and back, as far as anybody can know
        self._trips.append((trip_s, now_s - trip_s / 2 - tc1 / NS))

    def forget(self) -> None:
        """The autopilot started anew; ask quickly again."""
        self._trips.clear()
        self._pending.clear()
        self._asked = 0
        self._next_s = 0.0
