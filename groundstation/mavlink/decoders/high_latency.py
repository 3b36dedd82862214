# SPDX-License-Identifier: Apache-2.0
"""Decodes HIGH_LATENCY2, the whole vehicle in one message for satellite links. Pure; fields after MAVLink common."""

from __future__ import annotations

from groundstation.fleet.energy import BatteryPack
from groundstation.fleet.motion import AirData, NavigationTarget, Position, Velocity
from groundstation.fleet.navigation import Wind
from groundstation.fleet.status import FlightStatus, MissionProgress, Mode
from groundstation.mavlink.checks import HEIGHT_M, U8, U16, Checks, fraction
from groundstation.mavlink.decoders.motion import Decoded
from groundstation.mavlink.dialect import Fields, enum_names
from groundstation.mavlink.modes import CUSTOM_MODE_ENABLED, MAV_AUTOPILOT_PX4, mode_name

_FAILURES = enum_names("HL_FAILURE_FLAG", "HL_FAILURE_FLAG_")
TWO_DEGREES = 2.0
"""Directions travel in steps of two degrees."""
FIFTH = 5.0
"""Speeds travel in fifths of a metre per second."""


def high_latency2(fields: Fields, at_s: float) -> Decoded:
    """HIGH_LATENCY2. It has no armed flag, no attitude and no satellites: those stay as they were."""
    return (
        ("position", _position(fields, at_s)),
        ("velocity", _velocity(fields, at_s)),
        ("air_data", _air_data(fields, at_s)),
        ("navigation_target", _target(fields, at_s)),
        ("mode", _mode(fields, at_s)),
        ("flight_status", _flight_status(fields, at_s)),
        ("mission_progress", MissionProgress(at_s=at_s, item=fields["wp_num"] if fields["wp_num"] != U16 else None)),
        ("wind", _wind(fields, at_s)),
        (
            "battery",
            BatteryPack(at_s=at_s, charge_fraction=fraction(fields["battery"], 100, (-1,))),
        ),
    )


def _direction(checks: Checks, name: str, half_degrees: int) -> float | None:
    degrees = checks.number(name, half_degrees * TWO_DEGREES, 0.0, 360.0)
    return None if degrees is None else degrees % 360.0


def _position(fields: Fields, at_s: float) -> Position:
    checks = Checks()
    lat_deg, lon_deg = checks.place(fields["latitude"], fields["longitude"])
    # before the first fix all are zeros, as in GLOBAL_POSITION_INT
    has_height = lat_deg is not None or fields["altitude"] != 0
    return Position(
        at_s=at_s,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        height_amsl_m=checks.number("height_amsl_m", fields["altitude"], *HEIGHT_M) if has_height else None,
        heading_deg=_direction(checks, "heading_deg", fields["heading"]),
        boot_ms=fields["timestamp"],
        invalid=checks.invalid,
    )


def _velocity(fields: Fields, at_s: float) -> Velocity:
    checks = Checks()
    climb = checks.number("down_mps", fields["climb_rate"], -12.7, 12.7, 10.0, (-128,))
    return Velocity(
        at_s=at_s,
        ground_speed_mps=checks.number("ground_speed_mps", fields["groundspeed"], 0.0, 51.0, FIFTH, (U8,)),
        down_mps=None if climb is None else -climb,
        invalid=checks.invalid,
    )


def _air_data(fields: Fields, at_s: float) -> AirData:
    checks = Checks()
    return AirData(
        at_s=at_s,
        airspeed_mps=checks.number("airspeed_mps", fields["airspeed"], 0.0, 51.0, FIFTH, (U8,)),
        ground_speed_mps=checks.number("ground_speed_mps", fields["groundspeed"], 0.0, 51.0, FIFTH, (U8,)),
        climb_mps=checks.number("climb_mps", fields["climb_rate"], -12.7, 12.7, 10.0, (-128,)),
        throttle_fraction=fraction(fields["throttle"], 100, (U8,)),
        invalid=checks.invalid,
    )


def _target(fields: Fields, at_s: float) -> NavigationTarget:
    checks = Checks()
    return NavigationTarget(
        at_s=at_s,
        bearing_deg=_direction(checks, "bearing_deg", fields["target_heading"]),
        # sent in tens of metres, hence the scale
        distance_m=checks.number("distance_m", fields["target_distance"], 0.0, 1e6, 0.1, (U16,)),
        height_error_m=checks.number("height_error_m", fields["target_altitude"] - fields["altitude"], -1e5, 1e5),
        invalid=checks.invalid,
    )


def _mode(fields: Fields, at_s: float) -> Mode:
    custom_mode = fields["custom_mode"]
    if fields["autopilot"] == MAV_AUTOPILOT_PX4:
        # PX4 sends the upper half of its 32 bits: main mode and sub mode
        custom_mode <<= 16
    name = mode_name(fields["type"], fields["autopilot"], CUSTOM_MODE_ENABLED, custom_mode)
    return Mode(at_s=at_s, name=name, custom_mode=custom_mode)


def _flight_status(fields: Fields, at_s: float) -> FlightStatus:
    flags = fields["failure_flags"]
    return FlightStatus(at_s=at_s, failures=tuple(name for bit, name in _FAILURES.items() if flags & bit))


def _wind(fields: Fields, at_s: float) -> Wind:
    checks = Checks()
    return Wind(
        at_s=at_s,
        from_deg=_direction(checks, "from_deg", fields["wind_heading"]),
        speed_mps=checks.number("speed_mps", fields["windspeed"], 0.0, 51.0, FIFTH, (U8,)),
        invalid=checks.invalid,
    )
