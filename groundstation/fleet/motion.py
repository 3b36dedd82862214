# SPDX-License-Identifier: Apache-2.0
"""Samples of where a vehicle is and how it moves. Pure."""

from __future__ import annotations

from groundstation.fleet.sample import Sample, Whole


class Position(Sample, frozen=True, kw_only=True, gc=False):
    """The autopilot's estimate of its place (MAVLink GLOBAL_POSITION_INT), not the raw GPS fix."""

    lat_deg: float | None = None
    """WGS 84 latitude, degrees north, -90 to 90."""
    lon_deg: float | None = None
    """WGS 84 longitude, degrees east, -180 to 180."""
    height_amsl_m: float | None = None
    """Height above mean sea level, metres."""
    height_home_m: float | None = None
    """Height above the home position, metres."""
    heading_deg: float | None = None
    """Direction of the nose, degrees from true north, 0 to 360."""
    boot_ms: Whole | None = None
    """The autopilot's own clock, milliseconds since it started."""


class Velocity(Sample, frozen=True, kw_only=True, gc=False):
    """The autopilot's estimate of its velocity over ground, north-east-down."""

    north_mps: float | None = None
    """Metres per second towards north."""
    east_mps: float | None = None
    """Metres per second towards east."""
    down_mps: float | None = None
    """Metres per second downwards: a climb is negative."""
    ground_speed_mps: float | None = None
    """Horizontal speed over ground, metres per second."""
    track_deg: float | None = None
    """Direction of movement over ground, degrees from true north; None below 0.5 m/s, where it means nothing."""


class Attitude(Sample, frozen=True, kw_only=True, gc=False):
    """Orientation of the body (MAVLink ATTITUDE)."""

    roll_deg: float | None = None
    """Degrees, right wing down positive, -180 to 180."""
    pitch_deg: float | None = None
    """Degrees, nose up positive, -90 to 90."""
    yaw_deg: float | None = None
    """Degrees from true north, 0 to 360."""
    roll_rate_dps: float | None = None
    """Degrees per second about the body's long axis."""
    pitch_rate_dps: float | None = None
    """Degrees per second about the body's cross axis."""
    yaw_rate_dps: float | None = None
    """Degrees per second about the body's vertical axis."""
    boot_ms: Whole | None = None
    """The autopilot's own clock, milliseconds since it started."""


class AirData(Sample, frozen=True, kw_only=True, gc=False):
    """What a pilot's panel shows (MAVLink VFR_HUD)."""

    airspeed_mps: float | None = None
    """Speed through the air, metres per second. Without a sensor autopilots send an estimate or zero."""
    ground_speed_mps: float | None = None
    """Speed over ground, metres per second."""
    climb_mps: float | None = None
    """Vertical speed, metres per second, up positive."""
    throttle_fraction: float | None = None
    """Throttle, 0 to 1."""
    height_amsl_m: float | None = None
    """Height above mean sea level as shown on the vehicle's own display, metres."""


class Home(Sample, frozen=True, kw_only=True, gc=False):
    """Where the vehicle returns to (MAVLink HOME_POSITION)."""

    lat_deg: float | None = None
    """WGS 84 latitude, degrees north."""
    lon_deg: float | None = None
    """WGS 84 longitude, degrees east."""
    height_amsl_m: float | None = None
    """Height above mean sea level, metres."""


class Altitude(Sample, frozen=True, kw_only=True, gc=False):
    """Heights of a vehicle that may not know where it is (MAVLink ALTITUDE, LOCAL_POSITION_NED)."""

    height_amsl_m: float | None = None
    """Height above mean sea level, metres."""
    height_home_m: float | None = None
    """Height above home, metres."""
    height_start_m: float | None = None
    """Height above the point where the estimator began, metres."""
    height_terrain_m: float | None = None
    """Height of the ground below over mean sea level, metres."""
    clearance_m: float | None = None
    """Distance to what is below, metres."""


class PositionTarget(Sample, frozen=True, kw_only=True, gc=False):
    """The point that the autopilot was told to go to, as it repeats it (MAVLink POSITION_TARGET_GLOBAL_INT)."""

    lat_deg: float | None = None
    """WGS 84 latitude, degrees north; None where it steers to no place."""
    lon_deg: float | None = None
    """WGS 84 longitude, degrees east."""
    height_amsl_m: float | None = None
    """Height above mean sea level, metres."""


class NavigationTarget(Sample, frozen=True, kw_only=True, gc=False):
    """Where the autopilot is steering to (MAVLink NAV_CONTROLLER_OUTPUT)."""

    bearing_deg: float | None = None
    """Direction of the target, degrees from true north."""
    distance_m: float | None = None
    """Distance to the active waypoint, metres."""
    cross_track_m: float | None = None
    """Distance from the planned track, metres."""
    height_error_m: float | None = None
    """Difference to the wanted height, metres, positive when below it."""
