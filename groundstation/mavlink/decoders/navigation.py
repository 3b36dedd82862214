# SPDX-License-Identifier: Apache-2.0
"""Decodes messages of navigation sensors and estimates. Pure; fields after MAVLink common and ardupilotmega."""

from __future__ import annotations

import math

from groundstation.fleet.navigation import (
    Environment,
    Estimator,
    GpsFix,
    GpsReceiver,
    RangeFinder,
    Terrain,
    Vibration,
    Wind,
)
from groundstation.mavlink.checks import HEIGHT_M, SPEED_MPS, U8, U16, Checks
from groundstation.mavlink.decoders.motion import Decoded
from groundstation.mavlink.dialect import Fields, enum_names

FIXES = (
    GpsFix.NO_GPS,
    GpsFix.NO_FIX,
    GpsFix.FIX_2D,
    GpsFix.FIX_3D,
    GpsFix.DGPS,
    GpsFix.RTK_FLOAT,
    GpsFix.RTK_FIXED,
    GpsFix.STATIC,
    GpsFix.PPP,
)
"""GPS_FIX_TYPE by number."""

RATIO = (0.0, 1e6)
_ESTIMATOR_FLAGS = enum_names("ESTIMATOR_STATUS_FLAGS", "ESTIMATOR_")
_EKF_FLAGS = enum_names("EKF_STATUS_FLAGS", "EKF_")
HAS_HORIZONTAL_POSITION = 16
"""ESTIMATOR_POS_HORIZ_ABS, the same bit in both enums."""
CONSTANT_POSITION = 128
"""ESTIMATOR_CONST_POS_MODE: the filter has no position and pretends to stand still."""


def gps_raw_int(fields: Fields, at_s: float) -> Decoded:
    """GPS_RAW_INT: the first receiver."""
    return (("gps", _receiver(0, fields, at_s)),)


def gps2_raw(fields: Fields, at_s: float) -> Decoded:
    """GPS2_RAW: the second receiver."""
    return (("gps", _receiver(1, fields, at_s)),)


def _receiver(index: int, fields: Fields, at_s: float) -> GpsReceiver:
    """Without a fix, place, speed and direction are unknown, whatever zeros or last values are sent."""
    checks = Checks()
    number = fields["fix_type"]
    fix = FIXES[number] if number < len(FIXES) else GpsFix.UNKNOWN
    lat_deg, lon_deg = checks.place(fields["lat"], fields["lon"]) if fix.has_position else (None, None)
    # a receiver of two dimensions takes a height for granted, and repeats it
    has_height = fix.has_position and fix is not GpsFix.FIX_2D
    has_place = fix.has_position
    # GPS_RAW_INT.yaw: 0 says that it is not fitted, 36000 is north
    yaw = checks.heading("yaw_deg", fields["yaw"], (0, U16)) if has_place else None
    horizontal_m = checks.number("horizontal_accuracy_m", fields.get("h_acc", 0), 0.0, 1e6, 1000.0, (0,))
    vertical_m = checks.number("vertical_accuracy_m", fields.get("v_acc", 0), 0.0, 1e6, 1000.0, (0,))
    return GpsReceiver(
        at_s=at_s,
        index=index,
        fix=fix,
        satellites=_satellites(fields["satellites_visible"], fix),
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        height_amsl_m=checks.number("height_amsl_m", fields["alt"], *HEIGHT_M, 1000.0) if has_height else None,
        hdop=checks.number("hdop", fields["eph"], 0.0, U16, 100.0, (U16,)),
        vdop=checks.number("vdop", fields["epv"], 0.0, U16, 100.0, (U16,)),
        ground_speed_mps=checks.number("ground_speed_mps", fields["vel"], *SPEED_MPS, 100.0, (U16,))
        if has_place
        else None,
        track_deg=checks.heading("track_deg", fields["cog"]) if has_place else None,
        yaw_deg=yaw,
        horizontal_accuracy_m=horizontal_m,
        vertical_accuracy_m=vertical_m,
        invalid=checks.invalid,
    )


def _satellites(count: int, fix: GpsFix) -> int | None:
    return None if count == U8 or (count == 0 and fix in (GpsFix.NO_GPS, GpsFix.UNKNOWN)) else count


def ekf_status_report(fields: Fields, at_s: float) -> Decoded:
    """EKF_STATUS_REPORT (ArduPilot). Its variances are innovation test ratios."""
    checks = Checks()
    flags = fields["flags"]
    sample = Estimator(
        at_s=at_s,
        flags=_flag_names(flags, _EKF_FLAGS),
        has_horizontal_position=_has_position(flags),
        velocity_ratio=checks.number("velocity_ratio", fields["velocity_variance"], *RATIO),
        horizontal_position_ratio=checks.number("horizontal_position_ratio", fields["pos_horiz_variance"], *RATIO),
        vertical_position_ratio=checks.number("vertical_position_ratio", fields["pos_vert_variance"], *RATIO),
        compass_ratio=checks.number("compass_ratio", fields["compass_variance"], *RATIO),
        terrain_ratio=checks.number("terrain_ratio", fields["terrain_alt_variance"], *RATIO),
        invalid=checks.invalid,
    )
    return (("estimator", sample),)


def estimator_status(fields: Fields, at_s: float) -> Decoded:
    """ESTIMATOR_STATUS (PX4)."""
    checks = Checks()
    flags = fields["flags"]
    sample = Estimator(
        at_s=at_s,
        flags=_flag_names(flags, _ESTIMATOR_FLAGS),
        has_horizontal_position=_has_position(flags),
        velocity_ratio=checks.number("velocity_ratio", fields["vel_ratio"], *RATIO),
        horizontal_position_ratio=checks.number("horizontal_position_ratio", fields["pos_horiz_ratio"], *RATIO),
        vertical_position_ratio=checks.number("vertical_position_ratio", fields["pos_vert_ratio"], *RATIO),
        compass_ratio=checks.number("compass_ratio", fields["mag_ratio"], *RATIO),
        terrain_ratio=checks.number("terrain_ratio", fields["hagl_ratio"], *RATIO),
        invalid=checks.invalid,
    )
    return (("estimator", sample),)


def _flag_names(flags: int, names: dict[int, str]) -> tuple[str, ...]:
    return tuple(name for bit, name in names.items() if flags & bit)


def _has_position(flags: int) -> bool:
    return bool(flags & HAS_HORIZONTAL_POSITION) and not flags & CONSTANT_POSITION


def wind(fields: Fields, at_s: float) -> Decoded:
    """WIND (ArduPilot): where it comes from. Its vertical speed is NED in the code that sends it."""
    checks = Checks()
    direction = checks.number("from_deg", fields["direction"], -360.0, 360.0)
    down = checks.number("vertical_mps", fields["speed_z"], *SPEED_MPS)
    sample = Wind(
        at_s=at_s,
        # ArduPilot sends -180 to 180
        from_deg=None if direction is None else round(direction % 360.0, 2),
        speed_mps=checks.number("speed_mps", fields["speed"], 0.0, SPEED_MPS[1]),
        vertical_mps=None if down is None else -down,
        invalid=checks.invalid,
    )
    return (("wind", sample),)


def wind_cov(fields: Fields, at_s: float) -> Decoded:
    """WIND_COV (PX4): the vector that the air moves along, north-east-down."""
    checks = Checks()
    north = checks.number("speed_mps", fields["wind_x"], *SPEED_MPS)
    east = checks.number("speed_mps", fields["wind_y"], *SPEED_MPS)
    down = checks.number("vertical_mps", fields["wind_z"], *SPEED_MPS)
    is_known = north is not None and east is not None
    sample = Wind(
        at_s=at_s,
        # turned round: where it comes from, as pilots and WIND say it
        from_deg=round(math.degrees(math.atan2(-(east or 0.0), -(north or 0.0))) % 360.0, 2) if is_known else None,
        speed_mps=round(math.hypot(north or 0.0, east or 0.0), 3) if is_known else None,
        vertical_mps=None if down is None else -down,
        # north and east make one speed, which is named once
        invalid=tuple(dict.fromkeys(checks.invalid)),
    )
    return (("wind", sample),)


def vibration(fields: Fields, at_s: float) -> Decoded:
    """VIBRATION."""
    checks = Checks()
    sample = Vibration(
        at_s=at_s,
        x_mps2=checks.number("x_mps2", fields["vibration_x"], 0.0, 1e5),
        y_mps2=checks.number("y_mps2", fields["vibration_y"], 0.0, 1e5),
        z_mps2=checks.number("z_mps2", fields["vibration_z"], 0.0, 1e5),
        clipping=(fields["clipping_0"], fields["clipping_1"], fields["clipping_2"]),
        invalid=checks.invalid,
    )
    return (("vibration", sample),)


def distance_sensor(fields: Fields, at_s: float) -> Decoded:
    """DISTANCE_SENSOR. A reading at or beyond the limits is "nothing in range", signal quality 1 an invalid one."""
    checks = Checks()
    current, low, high = fields["current_distance"], fields["min_distance"], fields["max_distance"]
    # some drivers leave the limits at nought: then nothing is known of them
    in_range = (high == 0 or low <= current <= high) and fields["signal_quality"] != 1
    sample = RangeFinder(
        at_s=at_s,
        index=fields["id"],
        distance_m=checks.number("distance_m", current, 0.0, 700.0, 100.0) if in_range else None,
        min_m=checks.number("min_m", low, 0.0, 700.0, 100.0),
        max_m=checks.number("max_m", high, 0.0, 700.0, 100.0),
        orientation=fields["orientation"],
        invalid=checks.invalid,
    )
    return (("range_finder", sample),)


def rangefinder(fields: Fields, at_s: float) -> Decoded:
    """RANGEFINDER (ArduPilot): only a distance."""
    checks = Checks()
    distance_m = checks.number("distance_m", fields["distance"], 0.0, 10_000.0)
    return (("range_finder", RangeFinder(at_s=at_s, distance_m=distance_m, invalid=checks.invalid)),)


def terrain_report(fields: Fields, at_s: float) -> Decoded:
    """TERRAIN_REPORT: spacing 0 means that the vehicle has no terrain data there, and the zeros mean nothing."""
    checks = Checks()
    has_data = fields["spacing"] != 0
    sample = Terrain(
        at_s=at_s,
        height_terrain_m=checks.number("height_terrain_m", fields["current_height"], *HEIGHT_M) if has_data else None,
        terrain_amsl_m=checks.number("terrain_amsl_m", fields["terrain_height"], *HEIGHT_M) if has_data else None,
        invalid=checks.invalid,
    )
    return (("terrain", sample),)


def scaled_pressure(fields: Fields, at_s: float) -> Decoded:
    """SCALED_PRESSURE: the first barometer."""
    checks = Checks()
    sample = Environment(
        at_s=at_s,
        pressure_hpa=checks.number("pressure_hpa", fields["press_abs"], 1.0, 2_000.0, unknown=(0.0,)),
        temperature_c=checks.number("temperature_c", fields["temperature"], -100.0, 200.0, 100.0),
        invalid=checks.invalid,
    )
    return (("environment", sample),)
