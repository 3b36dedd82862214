# SPDX-License-Identifier: Apache-2.0
"""The values of every vehicle that are kept once a second, whether anybody plots them or not. Pure; any thread."""

from __future__ import annotations

import math

from groundstation.fleet.kinds import Freshness, freshness
from groundstation.fleet.value_path import getter, kind_of, number
from groundstation.fleet.vehicle import VehicleState

CORE_PATHS: tuple[str, ...] = (
    "position.height_home_m",
    "position.height_amsl_m",
    "velocity.ground_speed_mps",
    "velocity.down_mps",
    "attitude.roll_deg",
    "attitude.pitch_deg",
    "attitude.yaw_deg",
    "air_data.airspeed_mps",
    "air_data.climb_mps",
    "air_data.throttle_fraction",
    "battery.0.voltage_v",
    "battery.0.current_a",
    "battery.0.charge_fraction",
    "battery.1.voltage_v",
    "battery.1.charge_fraction",
    "gps.0.satellites",
    "gps.0.hdop",
    "gps.1.satellites",
    "gps.1.hdop",
    "navigation_target.distance_m",
    "mission_progress.item",
    "health.load_fraction",
    "wind.speed_mps",
    "wind.from_deg",
    "vibration.x_mps2",
    "vibration.y_mps2",
    "vibration.z_mps2",
)
ROW_PERIOD_S = 1.0

_GETTERS = tuple((kind_of(path), getter(path)) for path in CORE_PATHS)
_KINDS = frozenset(kind for kind, _ in _GETTERS)


def row_of(state: VehicleState, now_s: float) -> tuple[tuple[float, float], list[float]]:
    """What is kept of a vehicle at a moment: its place, degrees, and its `CORE_PATHS`; NaN for what is unknown or old.

    Args:
        state: of the vehicle.
        now_s: the moment, on the clock that `state.clock_offset_s` leads to.
    """
    fresh = {kind: _is_fresh(state, kind, now_s) for kind in _KINDS}
    row = [
        # NaN breaks the line: unknown is no zero, and no last value either
        math.nan if value is None else value
        for value in (number(get(state)) if fresh[kind] else None for kind, get in _GETTERS)
    ]
    place = (math.nan, math.nan)
    position = state.position
    if position is not None and fresh["position"] and position.lat_deg is not None and position.lon_deg is not None:
        place = (position.lat_deg, position.lon_deg)
    return place, row


def _is_fresh(state: VehicleState, kind: str, now_s: float) -> bool:
    return freshness(kind, state.age_s(kind, now_s)) is Freshness.FRESH
