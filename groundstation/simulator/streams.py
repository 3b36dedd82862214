# SPDX-License-Identifier: Apache-2.0
"""Which telemetry a link gets, and when.

ArduPilot's stream groups and the per-link schedule. A fresh link gets a HEARTBEAT a second and, on a plane,
all streams at 1 Hz; everything else is asked for. Pure: time comes in as an argument.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush

HEARTBEAT = 0

GROUPS: dict[int, tuple[int, ...]] = {
    1: (27, 116, 129, 29, 137),  # RAW_SENSORS
    2: (1, 24, 42, 62, 125, 152, 87),  # EXTENDED_STATUS
    3: (65, 36),  # RC_CHANNELS
    6: (33, 32),  # POSITION
    10: (30, 178, 164),  # EXTRA1
    11: (74,),  # EXTRA2
    12: (147, 193, 2, 241, 168, 163, 136, 11030),  # EXTRA3
}
"""MAV_DATA_STREAM to the message ids it brings; group 4 and others bring nothing."""

ALL_STREAMS = tuple(number for numbers in GROUPS.values() for number in numbers)

ON_REQUEST = (0, 111, 242, 245, 49, 148, 132)
"""In no stream, yet SET_MESSAGE_INTERVAL and REQUEST_MESSAGE know them."""

SCHEDULABLE = frozenset(ALL_STREAMS) | frozenset(ON_REQUEST)


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
        is_waiting = any(entry[1] == number for entry in self._due)
        self._intervals[number] = interval_s
        if is_waiting:
            self._due = [entry for entry in self._due if entry[1] != number]
            self._due.sort()
        # a spread of phases keeps the thirty messages of a stream from falling into one instant
        spread = 0.0 if number == HEARTBEAT else (number * 7 % 31) / 31.0
        heappush(self._due, (now_s + interval_s * spread, number))

    def set_default(self, number: int, now_s: float) -> None:
        """Go back to what a fresh link gets of this message."""
        self.set_interval(number, self.defaults.get(number, 0.0), now_s)

    def set_group(self, group: int, rate_hz: float, now_s: float) -> None:
        """Set the rate of a stream, 0 for all of them; rate 0 stops."""
        numbers = ALL_STREAMS if group == 0 else GROUPS.get(group, ())
        for number in numbers:
            self.set_interval(number, 1.0 / rate_hz if rate_hz > 0 else 0.0, now_s)

    def interval_s(self, number: int) -> float:
        """Return the interval in seconds, 0 when the message is not sent."""
        return self._intervals.get(number, 0.0)

    def due(self, now_s: float) -> list[int]:
        """Return the messages to send now and move them on to their next time."""
        ready: list[int] = []
        while self._due and self._due[0][0] <= now_s + 1e-9:
            due_s, number = heappop(self._due)
            interval_s = self._intervals.get(number)
            if interval_s is None:
                continue
            ready.append(number)
            following = due_s + interval_s
            heappush(self._due, (following if following > now_s else now_s + interval_s, number))
        return ready
