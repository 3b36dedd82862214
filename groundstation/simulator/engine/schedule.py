# SPDX-License-Identifier: Apache-2.0
"""Which telemetry a link gets, and when: each link has a schedule of its own. Pure: time comes in as an argument."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush

HEARTBEAT = 0


@dataclass
class Schedule:
    """When each message of one link is due next."""

    shortest_s: float
    """The autopilot's loop: no message comes more often."""
    defaults: dict[int, float] = field(default_factory=dict)
    """Message id to interval in seconds, of a fresh link."""
    _intervals: dict[int, float] = field(default_factory=dict)
    _due: list[tuple[float, int]] = field(default_factory=list)

    def start(self, now_s: float) -> None:
        """Forget everything asked for and go back to the defaults."""
        self._intervals.clear()
        self._due.clear()
        for number, interval_s in self.defaults.items():
            self.set_interval(number, interval_s, now_s)

    def set_interval(self, number: int, interval_s: float, now_s: float) -> None:
        """Send a message every ``interval_s`` seconds from now on; 0 or less stops it."""
        if interval_s <= 0.0:
            self._intervals.pop(number, None)
            return
        interval_s = max(interval_s, self.shortest_s)
        # a message is due once only: a new interval takes the place of the old one, whose turn would still come
        is_waiting = any(entry[1] == number for entry in self._due)
        self._intervals[number] = interval_s
        if is_waiting:
            self._due = [entry for entry in self._due if entry[1] != number]
            self._due.sort()
        # a spread of phases keeps the thirty messages of a stream from falling into one instant
        spread = 0.0 if number == HEARTBEAT else (number * 7 % 31) / 31.0
        heappush(self._due, (now_s + interval_s * spread, number))

    def ask(self, number: int, interval_us: float, now_s: float) -> None:
        """SET_MESSAGE_INTERVAL: 0 goes back to what a fresh link gets of this message, -1 stops it."""
        interval_s = self.defaults.get(number, 0.0) if interval_us == 0.0 else interval_us * 1e-6
        self.set_interval(number, interval_s, now_s)

    def interval_s(self, number: int) -> float:
        """Return the interval in seconds, 0 when the message is not sent."""
        return self._intervals.get(number, 0.0)

    def due(self, now_s: float) -> list[int]:
        """Return the messages to send now and move them on to their next time."""
        ready: list[int] = []
        while self._due and self._due[0][0] <= now_s + 1e-9:  # sums of ticks fall short of round numbers
            due_s, number = heappop(self._due)
            interval_s = self._intervals.get(number)
            if interval_s is None:
                continue
            ready.append(number)
            following = due_s + interval_s
            heappush(self._due, (following if following > now_s else now_s + interval_s, number))
        return ready
