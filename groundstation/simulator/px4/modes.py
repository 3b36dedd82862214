# SPDX-License-Identifier: Apache-2.0
"""PX4's flight modes as numbers of HEARTBEAT.custom_mode: main mode in byte 2, sub-mode in byte 3. Pure."""

from __future__ import annotations


def custom_mode(main: int, sub: int = 0) -> int:
    """Return HEARTBEAT.custom_mode of a main mode and its sub-mode."""
    return main << 16 | sub << 24


MAIN_AUTO = 4
MANUAL, ALTCTL, POSCTL = custom_mode(1), custom_mode(2), custom_mode(3)
ORBIT = custom_mode(3, 1)
TAKEOFF, HOLD, MISSION, RTL, LAND = (custom_mode(MAIN_AUTO, sub) for sub in (2, 3, 4, 5, 6))
FOLLOW, PRECLAND = custom_mode(MAIN_AUTO, 8), custom_mode(MAIN_AUTO, 9)
ACRO, OFFBOARD, STABILIZED = custom_mode(5), custom_mode(6), custom_mode(7)

BY_HAND = frozenset({MANUAL, ALTCTL, POSCTL, ACRO, STABILIZED})
"""Modes that need a pilot's sticks; a simulated vehicle has none."""
