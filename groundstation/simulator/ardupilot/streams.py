# SPDX-License-Identifier: Apache-2.0
"""ArduPilot's groups of streams, as REQUEST_DATA_STREAM asks for them. Pure.

A fresh link gets a HEARTBEAT a second and, on a plane, all streams at 1 Hz; everything else is asked for.
"""

from __future__ import annotations

from groundstation.simulator.engine.schedule import Schedule

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


def set_group(schedule: Schedule, group: int, rate_hz: float, now_s: float) -> None:
    """Set the rate of a stream, 0 for all of them; rate 0 stops."""
    numbers = ALL_STREAMS if group == 0 else GROUPS.get(group, ())
    for number in numbers:
        schedule.set_interval(number, 1.0 / rate_hz if rate_hz > 0 else 0.0, now_s)
