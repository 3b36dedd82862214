# SPDX-License-Identifier: Apache-2.0
"""Decodes messages of place and movement. Pure; fields after MAVLink common."""

from __future__ import annotations

import math
from collections.abc import Sequence

from groundstation.fleet.motion import (
    AirData,
    Altitude,
    Attitude,
    Home,
    NavigationTarget,
    Position,
    PositionTarget,
    Velocity,
)
from groundstation.fleet.sample import Sample
from groundstation.mavlink.checks import HEIGHT_M, I32, SPEED_MPS, U16, Checks, fraction
from groundstation.mavlink.dialect import Fields

Decoded = Sequence[tuple[str, Sample]]
"""Samples with the kinds that they are of."""

SLOWEST_TRACK_MPS = 0.5
MAX_RATE_RPS = 100.0
"""Turn rates above this are damage, radians per second."""


SEA_LIKE_HOME_M = 1.0
"""Without a place, a height above the sea that is so near to the one above home is the same number again."""


def global_position_int(fields: Fields, at_s: float) -> Decoded:
    """GLOBAL_POSITION_INT, each field by itself: indoors and under water there is no place, and yet a height.

    Before the first fix autopilots send 0/0 with zeros that mean nothing: what is zero without a place is unknown.
    """
    checks = Checks()
    lat_deg, lon_deg = checks.place(fields["lat"], fields["lon"])
    has_place = not (fields["lat"] == 0 and fields["lon"] == 0)
    # zero without a place is no height, no speed and no direction, but for what is not zero
    told = fields if has_place else {name: value or None for name, value in fields.items()}
    height_home_m = _height(checks, "height_home_m", told["relative_alt"])
    height_amsl_m = _height(checks, "height_amsl_m", told["alt"])
    if not has_place and (height_amsl_m is None or abs(height_amsl_m - (height_home_m or 0.0)) <= SEA_LIKE_HOME_M):
        height_amsl_m = None
    position = Position(
        at_s=at_s,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        height_amsl_m=height_amsl_m,
        height_home_m=height_home_m,
        heading_deg=checks.heading("heading_deg", told["hdg"]) if told["hdg"] is not None else None,
        boot_ms=fields["time_boot_ms"],
        invalid=checks.invalid,
    )
    north, east, down = fields["vx"], fields["vy"], fields["vz"]
    is_flat_known = has_place or north or east
    if not is_flat_known and not (down or fields["relative_alt"] or fields["hdg"]):
        return (("position", position),)
    velocity = _moving(north if is_flat_known else math.nan, east if is_flat_known else math.nan, down, 100.0, at_s)
    return (("position", position), ("velocity", velocity))


def local_position_ned(fields: Fields, at_s: float) -> Decoded:
    """LOCAL_POSITION_NED: movement and height from where the estimator began, for a vehicle without a place."""
    checks = Checks()
    height_m = checks.number("height_start_m", -fields["z"], *HEIGHT_M)
    altitude = Altitude(at_s=at_s, height_start_m=height_m, invalid=checks.invalid)
    return (("altitude", altitude), ("velocity", _moving(fields["vx"], fields["vy"], fields["vz"], 1.0, at_s)))


def altitude(fields: Fields, at_s: float) -> Decoded:
    """ALTITUDE: NaN is unknown; `altitude_relative` is above home, `altitude_local` above where it began."""
    checks = Checks()
    names = {
        "height_amsl_m": "altitude_amsl",
        "height_home_m": "altitude_relative",
        "height_start_m": "altitude_local",
        "height_terrain_m": "altitude_terrain",
        "clearance_m": "bottom_clearance",
    }
    heights = {name: checks.number(name, fields[field], *HEIGHT_M) for name, field in names.items()}
    # a distance of less than nothing says that there is no range finder
    if (heights["clearance_m"] or 0.0) < 0.0:
        heights["clearance_m"] = None
    return (("altitude", Altitude(at_s=at_s, invalid=checks.invalid, **heights)),)


def _height(checks: Checks, name: str, millimetres: int | None) -> float | None:
    if millimetres is None:
        return None
    return checks.number(name, millimetres, *HEIGHT_M, 1000.0, (I32,))


def _moving(north_told: float, east_told: float, down_told: float, scale: float, at_s: float) -> Velocity:
    checks = Checks()
    north = checks.number("north_mps", north_told, *SPEED_MPS, scale)
    east = checks.number("east_mps", east_told, *SPEED_MPS, scale)
    down = checks.number("down_mps", down_told, *SPEED_MPS, scale)
    speed = None if north is None or east is None else round(math.hypot(north, east), 3)
    track = None
    if north is not None and east is not None and speed is not None and speed >= SLOWEST_TRACK_MPS:
        # standing still the direction of movement is noise of the receiver
        track = round(math.degrees(math.atan2(east, north)) % 360.0, 2)
    return Velocity(
        at_s=at_s,
        north_mps=north,
        east_mps=east,
        down_mps=down,
        ground_speed_mps=speed,
        track_deg=track,
        invalid=checks.invalid,
    )


def attitude(fields: Fields, at_s: float) -> Decoded:
    """ATTITUDE."""
    checks = Checks()
    yaw_deg = checks.degrees("yaw_deg", fields["yaw"], 2 * math.pi)
    sample = Attitude(
        at_s=at_s,
        roll_deg=checks.degrees("roll_deg", fields["roll"]),
        pitch_deg=checks.degrees("pitch_deg", fields["pitch"]),
        yaw_deg=None if yaw_deg is None else round(yaw_deg % 360.0, 4),
        roll_rate_dps=checks.degrees("roll_rate_dps", fields["rollspeed"], MAX_RATE_RPS),
        pitch_rate_dps=checks.degrees("pitch_rate_dps", fields["pitchspeed"], MAX_RATE_RPS),
        yaw_rate_dps=checks.degrees("yaw_rate_dps", fields["yawspeed"], MAX_RATE_RPS),
        boot_ms=fields["time_boot_ms"],
        invalid=checks.invalid,
    )
    return (("attitude", sample),)


def attitude_quaternion(fields: Fields, at_s: float) -> Decoded:
    """ATTITUDE_QUATERNION: w, x, y, z of the rotation from north-east-down to the body."""
    w, x, y, z = (fields[name] for name in ("q1", "q2", "q3", "q4"))
    is_unit = all(math.isfinite(part) for part in (w, x, y, z)) and abs(w * w + x * x + y * y + z * z - 1.0) < 0.1
    checks = Checks()
    rates = {
        name: checks.degrees(name, fields[source], MAX_RATE_RPS)
        for name, source in (
            ("roll_rate_dps", "rollspeed"),
            ("pitch_rate_dps", "pitchspeed"),
            ("yaw_rate_dps", "yawspeed"),
        )
    }
    angles: dict[str, float | None] = dict.fromkeys(("roll_deg", "pitch_deg", "yaw_deg"))
    invalid = checks.invalid
    if is_unit:
        angles["roll_deg"] = round(math.degrees(math.atan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y))), 4)
        angles["pitch_deg"] = round(math.degrees(math.asin(max(-1.0, min(1.0, 2 * (w * y - z * x))))), 4)
        angles["yaw_deg"] = round(math.degrees(math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))) % 360.0, 4)
    else:
        invalid = (*angles, *invalid)
    sample = Attitude(at_s=at_s, boot_ms=fields["time_boot_ms"], invalid=invalid, **angles, **rates)
    return (("attitude", sample),)


def vfr_hud(fields: Fields, at_s: float) -> Decoded:
    """VFR_HUD."""
    checks = Checks()
    sample = AirData(
        at_s=at_s,
        airspeed_mps=checks.number("airspeed_mps", fields["airspeed"], *SPEED_MPS),
        ground_speed_mps=checks.number("ground_speed_mps", fields["groundspeed"], *SPEED_MPS),
        climb_mps=checks.number("climb_mps", fields["climb"], *SPEED_MPS),
        throttle_fraction=fraction(fields["throttle"], 100, (U16,)),
        height_amsl_m=checks.number("height_amsl_m", fields["alt"], *HEIGHT_M),
        invalid=checks.invalid,
    )
    return (("air_data", sample),)


def home_position(fields: Fields, at_s: float) -> Decoded:
    """HOME_POSITION."""
    checks = Checks()
    lat_deg, lon_deg = checks.place(fields["latitude"], fields["longitude"])
    has_place = lat_deg is not None
    sample = Home(
        at_s=at_s,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        height_amsl_m=_height(checks, "height_amsl_m", fields["altitude"]) if has_place else None,
        invalid=checks.invalid,
    )
    return (("home", sample),)


IGNORES_PLACE = 0b11
"""POSITION_TARGET_TYPEMASK: bits of x and y."""
IGNORES_HEIGHT = 0b100
_GLOBAL_FRAMES = (0, 5)
"""MAV_FRAME_GLOBAL and its _INT twin: heights above mean sea level."""


def position_target_global_int(fields: Fields, at_s: float) -> Decoded:
    """POSITION_TARGET_GLOBAL_INT, which ArduPilot sends in GUIDED only: what it steers to, by its own word."""
    checks, mask = Checks(), fields["type_mask"]
    lat_deg, lon_deg = checks.place(fields["lat_int"], fields["lon_int"])
    if mask & IGNORES_PLACE:
        lat_deg = lon_deg = None
    is_above_sea = fields["coordinate_frame"] in _GLOBAL_FRAMES and not mask & IGNORES_HEIGHT
    height_m = checks.number("height_amsl_m", fields["alt"], *HEIGHT_M) if is_above_sea else None
    sample = PositionTarget(at_s=at_s, lat_deg=lat_deg, lon_deg=lon_deg, height_amsl_m=height_m, invalid=checks.invalid)
    return (("position_target", sample),)


def nav_controller_output(fields: Fields, at_s: float) -> Decoded:
    """NAV_CONTROLLER_OUTPUT. ArduPilot sends zeros while it steers nowhere; the mode tells, not this message."""
    checks = Checks()
    bearing = checks.number("bearing_deg", fields["target_bearing"], -180.0, 360.0)
    sample = NavigationTarget(
        at_s=at_s,
        bearing_deg=None if bearing is None else bearing % 360.0,
        distance_m=checks.number("distance_m", fields["wp_dist"], 0.0, U16, unknown=(U16,)),
        cross_track_m=checks.number("cross_track_m", fields["xtrack_error"], -1e6, 1e6),
        height_error_m=checks.number("height_error_m", fields["alt_error"], -1e5, 1e5),
        invalid=checks.invalid,
    )
    return (("navigation_target", sample),)
