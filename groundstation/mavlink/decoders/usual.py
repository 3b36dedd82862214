# SPDX-License-Identifier: Apache-2.0
"""The messages that come most, decoded for the usual case: nothing unknown, nothing impossible. Pure.

Each function takes the values in wire order and compares them once. Whatever is unusual in any of them it leaves to the
careful decoder of the same name in `motion.py`, by answering None; where both answer, they answer the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from groundstation.fleet.motion import AirData, Attitude, Position, Velocity
from groundstation.mavlink.checks import DEGREES, HEIGHT_M, SPEED_MPS, rounded
from groundstation.mavlink.decoders.motion import MAX_RATE_RPS, SLOWEST_TRACK_MPS, Decoded

UsualDecoder = Callable[[tuple[Any, ...], float], Decoded | None]

PI, TWO_PI = math.pi, 2 * math.pi
LOWEST_M, HIGHEST_M = HEIGHT_M
LOWEST_MM, HIGHEST_MM = int(LOWEST_M * 1000), int(HIGHEST_M * 1000)
SLOWEST_MPS, FASTEST_MPS = SPEED_MPS


def attitude(values: tuple[Any, ...], at_s: float) -> Decoded | None:
    """ATTITUDE."""
    boot_ms, roll, pitch, yaw, roll_rate, pitch_rate, yaw_rate = values
    # NaN, the mark of an unknown float, is in no range either
    if not (
        -PI <= roll <= PI
        and -PI <= pitch <= PI
        and -TWO_PI <= yaw <= TWO_PI
        and -MAX_RATE_RPS <= roll_rate <= MAX_RATE_RPS
        and -MAX_RATE_RPS <= pitch_rate <= MAX_RATE_RPS
        and -MAX_RATE_RPS <= yaw_rate <= MAX_RATE_RPS
    ):
        return None
    yaw_deg = rounded(yaw * DEGREES)
    sample = Attitude(
        at_s=at_s,
        roll_deg=rounded(roll * DEGREES),
        pitch_deg=rounded(pitch * DEGREES),
        yaw_deg=yaw_deg if 0.0 <= yaw_deg < 360.0 else rounded(yaw_deg % 360.0),
        roll_rate_dps=rounded(roll_rate * DEGREES),
        pitch_rate_dps=rounded(pitch_rate * DEGREES),
        yaw_rate_dps=rounded(yaw_rate * DEGREES),
        boot_ms=boot_ms,
    )
    return (("attitude", sample),)


def global_position_int(values: tuple[Any, ...], at_s: float) -> Decoded | None:
    """GLOBAL_POSITION_INT."""
    boot_ms, lat, lon, height, height_home, north, east, down, heading = values
    # the marks of unknown values are outside of these ranges
    if not (
        -900_000_000 <= lat <= 900_000_000
        and -1_800_000_000 <= lon <= 1_800_000_000
        and (lat or lon)
        and LOWEST_MM <= height <= HIGHEST_MM
        and LOWEST_MM <= height_home <= HIGHEST_MM
        and heading <= 36_000
    ):
        return None
    position = Position(
        at_s=at_s,
        lat_deg=lat / 1e7,
        lon_deg=lon / 1e7,
        height_amsl_m=height / 1000.0,
        height_home_m=height_home / 1000.0,
        heading_deg=heading / 100.0 % 360.0,
        boot_ms=boot_ms,
    )
    return (("position", position), ("velocity", _velocity(north / 100.0, east / 100.0, down / 100.0, at_s)))


def _velocity(north_mps: float, east_mps: float, down_mps: float, at_s: float) -> Velocity:
    speed_mps = round(math.hypot(north_mps, east_mps), 3)
    is_moving = speed_mps >= SLOWEST_TRACK_MPS
    return Velocity(
        at_s=at_s,
        north_mps=north_mps,
        east_mps=east_mps,
        down_mps=down_mps,
        ground_speed_mps=speed_mps,
        track_deg=round(math.atan2(east_mps, north_mps) * DEGREES % 360.0, 2) if is_moving else None,
    )


def vfr_hud(values: tuple[Any, ...], at_s: float) -> Decoded | None:
    """VFR_HUD."""
    airspeed, ground_speed, height, climb, _, throttle = values
    if not (
        SLOWEST_MPS <= airspeed <= FASTEST_MPS
        and SLOWEST_MPS <= ground_speed <= FASTEST_MPS
        and SLOWEST_MPS <= climb <= FASTEST_MPS
        and LOWEST_M <= height <= HIGHEST_M
        and throttle <= 100
    ):
        return None
    sample = AirData(
        at_s=at_s,
        airspeed_mps=rounded(airspeed),
        ground_speed_mps=rounded(ground_speed),
        climb_mps=rounded(climb),
        throttle_fraction=throttle / 100,
        height_amsl_m=rounded(height),
    )
    return (("air_data", sample),)


USUAL: dict[str, tuple[UsualDecoder, tuple[str, ...]]] = {
    "ATTITUDE": (attitude, ("time_boot_ms", "roll", "pitch", "yaw", "rollspeed", "pitchspeed", "yawspeed")),
    "GLOBAL_POSITION_INT": (
        global_position_int,
        ("time_boot_ms", "lat", "lon", "alt", "relative_alt", "vx", "vy", "vz", "hdg"),
    ),
    "VFR_HUD": (vfr_hud, ("airspeed", "groundspeed", "alt", "climb", "heading", "throttle")),
}
"""Decoder by message name, and the order of values that it relies on."""
