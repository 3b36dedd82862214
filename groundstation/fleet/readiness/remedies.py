# SPDX-License-Identifier: Apache-2.0
"""What helps against what vehicles say before they arm. Pure.

After ArduPilot's page of pre-arm checks and PX4's preflight checks, in our own words.
"""

from __future__ import annotations

import re

from groundstation.fleet.phrases import Phrase, Words, say

_SAID: tuple[tuple[str, Phrase], ...] = (
    (r"compass.*not calibrated|mag.*calibration", say("remedy_compass_calibrate")),
    (r"compass|magnetic|mag field|yaw (estimate|error)", say("remedy_compass_place")),
    (r"accel.*calib|accels? (not|inconsistent)|3d accel", say("remedy_accelerometer")),
    (r"gyro", say("remedy_gyro")),
    (r"gps|hdop|satellite|glitch|horiz.* (pos|error)|position estimate|need (position|3d fix)", say("remedy_gps")),
    (r"\bekf|estimator|ahrs|attitude", say("remedy_estimator")),
    (r"batter|voltage|power", say("remedy_battery")),
    (r"fence", say("remedy_fence")),
    (r"mission|rally", say("remedy_mission")),
    (r"\brc\b|radio|throttle|stick|manual control", say("remedy_rc")),
    (r"baro|altitude|height estimate", say("remedy_baro")),
    (r"safety (switch|button)|hardware safety", say("remedy_safety")),
    (r"logging|sd card|storage", say("remedy_logging")),
    (r"motor|esc\b|servo|frame", say("remedy_motors")),
    (r"param", say("remedy_parameters")),
    (r"mode", say("remedy_mode")),
    (r"home", say("remedy_home")),
    (r"initiali|booting|waiting|starting", say("remedy_wait")),
)
"""What a text of an autopilot holds, upper and lower case alike, and what helps; the first that fits."""
_TABLE = tuple((re.compile(pattern, re.IGNORECASE), remedy) for pattern, remedy in _SAID)
MOST_READ = 300
"""Letters of a text that are looked at: it comes from outside."""


def remedy_of(text: str) -> Words:
    """What helps against what a vehicle says of itself.

    Args:
        text: in its own words, without `PreArm:`.
    """
    shown = text[:MOST_READ]
    return next((remedy for pattern, remedy in _TABLE if pattern.search(shown)), say("remedy_unknown"))
