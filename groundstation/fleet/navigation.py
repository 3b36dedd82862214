# SPDX-License-Identifier: Apache-2.0
"""Samples of the sensors and estimates a vehicle navigates by. Pure."""

from __future__ import annotations

from groundstation.fleet.sample import Name, Sample, Whole


class GpsFix(Name):
    """Quality of a satellite fix (MAVLink GPS_FIX_TYPE)."""

    UNKNOWN = "unknown"
    NO_GPS = "no_gps"
    NO_FIX = "no_fix"
    FIX_2D = "fix_2d"
    FIX_3D = "fix_3d"
    DGPS = "dgps"
    RTK_FLOAT = "rtk_float"
    RTK_FIXED = "rtk_fixed"
    STATIC = "static"
    PPP = "ppp"

    @property
    def has_position(self) -> bool:
        """True when latitude and longitude of this receiver mean something."""
        return self not in (GpsFix.UNKNOWN, GpsFix.NO_GPS, GpsFix.NO_FIX)


class GpsReceiver(Sample, frozen=True, kw_only=True, gc=False):
    """One satellite receiver (MAVLink GPS_RAW_INT, GPS2_RAW)."""

    index: Whole = 0
    """Number of the receiver, from 0."""
    fix: GpsFix = GpsFix.UNKNOWN
    """Quality of the fix."""
    satellites: Whole | None = None
    """Satellites used."""
    lat_deg: float | None = None
    """WGS 84 latitude, degrees north; None without a fix."""
    lon_deg: float | None = None
    """WGS 84 longitude, degrees east; None without a fix."""
    height_amsl_m: float | None = None
    """Height above mean sea level, metres; None without a 3-D fix."""
    hdop: float | None = None
    """Horizontal dilution of precision, no unit."""
    vdop: float | None = None
    """Vertical dilution of precision, no unit."""
    horizontal_accuracy_m: float | None = None
    """Metres."""
    vertical_accuracy_m: float | None = None
    """Metres."""
    ground_speed_mps: float | None = None
    """Metres per second."""
    track_deg: float | None = None
    """Direction of movement, degrees from true north."""
    yaw_deg: float | None = None
    """Direction of the nose from a two-antenna receiver, degrees from true north."""


class Estimator(Sample, frozen=True, kw_only=True, gc=False):
    """State of the position filter (MAVLink EKF_STATUS_REPORT, ESTIMATOR_STATUS). Ratios over 1 are failures."""

    flags: tuple[str, ...] = ()
    """Names of what the filter provides, lower case, after ESTIMATOR_STATUS_FLAGS."""
    has_horizontal_position: bool | None = None
    """True when the filter has an absolute horizontal position."""
    velocity_ratio: float | None = None
    """Innovation test ratio of velocity, no unit."""
    horizontal_position_ratio: float | None = None
    """Innovation test ratio of horizontal position, no unit."""
    vertical_position_ratio: float | None = None
    """Innovation test ratio of height, no unit."""
    compass_ratio: float | None = None
    """Innovation test ratio of the magnetometer, no unit."""
    terrain_ratio: float | None = None
    """Innovation test ratio of the height above terrain, no unit."""


class Wind(Sample, frozen=True, kw_only=True, gc=False):
    """Wind as the vehicle estimates it (MAVLink WIND, WIND_COV, HIGH_LATENCY2)."""

    from_deg: float | None = None
    """Direction that the wind comes from, degrees from true north."""
    speed_mps: float | None = None
    """Horizontal speed, metres per second."""
    vertical_mps: float | None = None
    """Vertical speed, metres per second, up positive."""


class Vibration(Sample, frozen=True, kw_only=True, gc=False):
    """Vibration of the inertial sensors (MAVLink VIBRATION)."""

    x_mps2: float | None = None
    """Metres per second squared."""
    y_mps2: float | None = None
    """Metres per second squared."""
    z_mps2: float | None = None
    """Metres per second squared."""
    clipping: tuple[Whole, ...] = ()
    """How often each accelerometer hit its limit since power-on."""


class RangeFinder(Sample, frozen=True, kw_only=True, gc=False):
    """One distance sensor (MAVLink DISTANCE_SENSOR, RANGEFINDER)."""

    index: Whole = 0
    """Number of the sensor."""
    distance_m: float | None = None
    """Metres; None when out of range."""
    min_m: float | None = None
    """Shortest distance it can measure, metres."""
    max_m: float | None = None
    """Longest distance it can measure, metres."""
    orientation: Whole | None = None
    """MAVLink MAV_SENSOR_ORIENTATION; 25 is down."""
    component: str = ""
    """Who reports it: empty for the autopilot, else as `companion (191)`."""


class Terrain(Sample, frozen=True, kw_only=True, gc=False):
    """Height over the ground below from the vehicle's terrain data (MAVLink TERRAIN_REPORT)."""

    height_terrain_m: float | None = None
    """Height of the vehicle above the terrain, metres."""
    terrain_amsl_m: float | None = None
    """Height of the terrain above mean sea level, metres."""


class Environment(Sample, frozen=True, kw_only=True, gc=False):
    """Air around the vehicle (MAVLink SCALED_PRESSURE)."""

    pressure_hpa: float | None = None
    """Static pressure, hectopascals."""
    temperature_c: float | None = None
    """Temperature at the barometer, degrees Celsius."""
