# SPDX-License-Identifier: Apache-2.0
"""Ways that are known exactly."""

from __future__ import annotations

import numpy as np

from groundstation.fleet.identity import VehicleKind
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.refly.flown import FlownFlight, Way

HOME = Place(41.0, 39.7)
STEP_S = 0.1


def walked(corners, speed_mps=5.0, holds_s=(), heading_deg=None):
    """A way from corner to corner (north, east, up) at one speed, with a hold at each corner where one is given."""
    points, times = [np.array(corners[0], dtype=float)], [0.0]
    for index, corner in enumerate(corners[1:], start=1):
        target = np.array(corner, dtype=float)
        leg = target - points[-1]
        count = max(int(np.linalg.norm(leg) / speed_mps / STEP_S), 1)
        start = points[-1]
        for part in range(1, count + 1):
            points.append(start + leg * part / count)
            times.append(times[-1] + STEP_S)
        for _ in range(int((holds_s[index] if index < len(holds_s) else 0.0) / STEP_S)):
            points.append(target)
            times.append(times[-1] + STEP_S)
    table = np.array(points).T
    moved = np.hypot(np.gradient(table[0]), np.gradient(table[1])) / STEP_S
    headings = np.full(len(times), np.nan if heading_deg is None else heading_deg)
    return Way(np.array(times), table[0], table[1], table[2], moved, headings)


def flight(way, **fields):
    """A flight on a way; a copter of ArduPilot's, armed at a known time, that landed."""
    told = {
        "name": "one",
        "kind": VehicleKind.MULTICOPTER,
        "autopilot": "ardupilot",
        "origin": HOME,
        "origin_amsl_m": 30.0,
        "way": way,
        "armed_unix_s": 1000.0,
        "is_ended": True,
        **fields,
    }
    return FlownFlight(**told)


def square(height_m=20.0, side_m=40.0, **more):
    """Up, round a square, and down where it began."""
    corners = [
        *((0, 0, 0), (0, 0, height_m), (side_m, 0, height_m), (side_m, side_m, height_m)),
        *((0, side_m, height_m), (0, 0, height_m), (0, 0, 0)),
    ]
    return walked(corners, **more)
