# SPDX-License-Identifier: Apache-2.0
"""How a simulated PX4 tells where it is, how it is turned and how it moves. Pure: reads a vehicle."""

from __future__ import annotations

import math
from collections.abc import Callable

from groundstation.simulator.engine import telemetry as shared
from groundstation.simulator.engine.field import Spot
from groundstation.simulator.engine.flight import GRAVITY_MPS2
from groundstation.simulator.engine.guidance import Landed
from groundstation.simulator.engine.vehicle import Values, Vehicle
from groundstation.simulator.px4 import modes
from groundstation.simulator.px4.boot import ORIGIN_S

_NAN = math.nan
_ESTIMATOR_BEGINNING, _ESTIMATOR_COMPLETE, _ESTIMATOR_WITHOUT_POSITION = 228, 895, 167
"""_ESTIMATOR_STATUS.flags; the last one, without a GPS, was not observed."""
_ORIGIN = Spot(0.0, 0.0, 0.0)
_IN_FLIGHT = frozenset({modes.TAKEOFF, modes.HOLD, modes.MISSION, modes.RTL, modes.LAND, modes.PRECLAND, modes.ORBIT})


def _has_attitude(vehicle: Vehicle) -> bool:
    return vehicle.age_s >= vehicle.flavour.boot.alignment_s


def _has_local(vehicle: Vehicle) -> bool:
    return vehicle.age_s >= vehicle.flavour.boot.local_s


def _gps_raw(vehicle: Vehicle) -> Values:
    is_lost = vehicle.is_gps_lost
    return {
        **shared.gps_place(vehicle),
        "time_usec": vehicle.boot_ms * 1000,
        "fix_type": 0 if is_lost else 3,
        "eph": 70,
        "epv": 110,
        "satellites_visible": 0 if is_lost else 10,
        "h_acc": 900,
        "v_acc": 1780,
        "vel_acc": 500,
    }


def _attitude(vehicle: Vehicle) -> Values | None:
    return shared.attitude(vehicle) if _has_attitude(vehicle) else None


def _quaternion(roll: float, pitch: float, yaw: float) -> tuple[float, float, float, float]:
    cr, sr = math.cos(roll / 2.0), math.sin(roll / 2.0)
    cp, sp = math.cos(pitch / 2.0), math.sin(pitch / 2.0)
    cy, sy = math.cos(yaw / 2.0), math.sin(yaw / 2.0)
    return (
        cr * cp * cy + sr * sp * sy,
        sr * cp * cy - cr * sp * sy,
        cr * sp * cy + sr * cp * sy,
        cr * cp * sy - sr * sp * cy,
    )


def _attitude_quaternion(vehicle: Vehicle) -> Values | None:
    if not _has_attitude(vehicle):
        return None
    motion = vehicle.motion
    q1, q2, q3, q4 = _quaternion(motion.roll_rad, motion.pitch_rad, motion.yaw_rad)
    rates = {
        "rollspeed": motion.roll_rate_rps,
        "pitchspeed": motion.pitch_rate_rps,
        "yawspeed": motion.yaw_rate_rps,
    }
    return {"time_boot_ms": vehicle.boot_ms, "q1": q1, "q2": q2, "q3": q3, "q4": q4, **rates}


def _attitude_target(vehicle: Vehicle) -> Values | None:
    if not _has_attitude(vehicle):
        return None
    motion = vehicle.motion
    return {
        "time_boot_ms": vehicle.boot_ms,
        "q": _quaternion(motion.roll_rad, motion.pitch_rad, motion.yaw_rad),
        "thrust": motion.throttle if vehicle.armed else 0.0,
    }


def _global_position(vehicle: Vehicle) -> Values | None:
    known = _has_local(vehicle) and not vehicle.failsafes.has_lost_position
    return shared.global_position(vehicle) if known else None


def _local_position(vehicle: Vehicle) -> Values | None:
    """LOCAL_POSITION_NED counts from where the estimator began."""
    return shared.local_position(vehicle, _ORIGIN) if _has_local(vehicle) else None


def _vfr_hud(vehicle: Vehicle) -> Values | None:
    if vehicle.age_s < 1.9:
        return None
    motion = vehicle.motion
    return {
        "groundspeed": math.hypot(motion.velocity_north_mps, motion.velocity_east_mps),
        "heading": int(shared.heading_deg(vehicle)),
        "throttle": round(motion.throttle * 100) if vehicle.armed else 0,
        "alt": vehicle.field.altitude_amsl_m - vehicle.reported_position.down_m,
        "climb": -motion.velocity_down_mps,
    }


def _altitude(vehicle: Vehicle) -> Values:
    """ALTITUDE: only the barometer knows anything before there is a position."""
    amsl_m = vehicle.field.altitude_amsl_m - vehicle.position.down_m
    values: Values = {"time_usec": vehicle.boot_ms * 1000, "altitude_monotonic": amsl_m}
    fields = ("altitude_amsl", "altitude_local", "altitude_relative", "altitude_terrain", "bottom_clearance")
    if not _has_local(vehicle):
        return {**values, **dict.fromkeys(fields, _NAN)}
    height_m = -vehicle.position.down_m
    return {
        **values,
        "altitude_amsl": amsl_m,
        "altitude_local": height_m,
        "altitude_relative": vehicle.height_home_m,
        "bottom_clearance": height_m,
    }


def _estimator(vehicle: Vehicle) -> Values | None:
    """ESTIMATOR_STATUS: what PX4 has instead of EKF_STATUS_REPORT."""
    if vehicle.age_s < 2.0:
        return None
    is_complete = vehicle.age_s >= ORIGIN_S
    flags = _ESTIMATOR_COMPLETE if is_complete else _ESTIMATOR_BEGINNING
    if vehicle.failsafes.has_lost_position:
        flags = _ESTIMATOR_WITHOUT_POSITION
    return {
        "time_usec": vehicle.boot_ms * 1000,
        "flags": flags,
        "vel_ratio": 0.079 if is_complete else _NAN,
        "pos_horiz_ratio": 0.039 if is_complete else _NAN,
        "pos_vert_ratio": 0.0015,
        "mag_ratio": 0.075 if is_complete else 0.0,
        "pos_horiz_accuracy": 0.215 if is_complete else 0.81,
        "pos_vert_accuracy": 0.396 if is_complete else 1.43,
    }


def _target_local(vehicle: Vehicle) -> Values | None:
    """POSITION_TARGET_LOCAL_NED: all marks of unknown while nothing is flown to."""
    if vehicle.age_s < ORIGIN_S:
        return None
    common: Values = {"time_boot_ms": vehicle.boot_ms, "coordinate_frame": 1, "yaw": vehicle.motion.yaw_rad}
    target = vehicle.guidance.target
    if target is None or not (vehicle.armed and vehicle.guidance.is_airborne):
        axes = dict.fromkeys(("x", "y", "z", "vx", "vy", "vz"), _NAN)
        return {**common, **axes, "type_mask": 63, "afz": 100.0}
    motion = vehicle.motion
    return {
        **common,
        "x": target.north_m,
        "y": target.east_m,
        "z": target.down_m,
        "vx": motion.velocity_north_mps,
        "vy": motion.velocity_east_mps,
        "vz": motion.velocity_down_mps,
    }


def _target_global(vehicle: Vehicle) -> Values | None:
    """POSITION_TARGET_GLOBAL_INT: the place it flies to, height above sea level."""
    target = vehicle.guidance.target
    if target is None or not vehicle.armed or vehicle.mode not in _IN_FLIGHT:
        return None
    lat, lon = vehicle.field.scaled(target.north_m, target.east_m)
    return {
        "time_boot_ms": vehicle.boot_ms,
        "coordinate_frame": 5,
        "lat_int": lat,
        "lon_int": lon,
        "alt": vehicle.field.altitude_amsl_m - target.down_m,
        "yaw": vehicle.motion.yaw_rad,
    }


def _utm(vehicle: Vehicle) -> Values | None:
    known = _global_position(vehicle)
    if known is None:
        return None
    is_flying = vehicle.guidance.landed != Landed.ON_GROUND
    return {
        **{name: known[name] for name in ("lat", "lon", "alt", "relative_alt", "vx", "vy", "vz")},
        "time": round((vehicle.epoch_unix_s + vehicle.now_s) * 1e6),
        "h_acc": 924,
        "v_acc": 1808,
        "vel_acc": 15,
        "flight_state": 3 if is_flying else 1,
        "flags": 125,
    }


def _distance(vehicle: Vehicle) -> Values:
    return {
        "time_boot_ms": vehicle.boot_ms,
        "max_distance": 10000,
        "current_distance": max(round(-vehicle.motion.down_m * 100), 0),
        "orientation": 25,
    }


def _highres_imu(vehicle: Vehicle) -> Values:
    imu, air = shared.imu(vehicle), shared.pressure(vehicle)
    force = {f"{axis}acc": imu[f"{axis}acc"] * GRAVITY_MPS2 / 1000.0 for axis in "xyz"}
    rates = {f"{axis}gyro": imu[f"{axis}gyro"] / 1000.0 for axis in "xyz"}
    field = {f"{axis}mag": imu[f"{axis}mag"] / 1000.0 for axis in "xyz"}
    return {
        **force,
        **rates,
        **field,
        "time_usec": vehicle.boot_ms * 1000,
        "abs_pressure": air["press_abs"],
        "pressure_alt": vehicle.field.altitude_amsl_m - vehicle.motion.down_m,
        "temperature": 30.5,
        "fields_updated": 63,
    }


def _odometry(vehicle: Vehicle) -> Values | None:
    local, turned = _local_position(vehicle), _attitude_quaternion(vehicle)
    if local is None or turned is None:
        return None
    place = {name: local[name] for name in ("x", "y", "z", "vx", "vy", "vz")}
    rates = {name: turned[name] for name in ("rollspeed", "pitchspeed", "yawspeed")}
    attitude = [turned[name] for name in ("q1", "q2", "q3", "q4")]
    frames = {"frame_id": 1, "child_frame_id": 1}
    return {**place, **rates, **frames, "q": attitude, "time_usec": vehicle.boot_ms * 1000}


MOTION_BUILDERS: dict[int, Callable[[Vehicle], Values | None]] = {
    24: _gps_raw,  # GPS_RAW_INT
    30: _attitude,
    31: _attitude_quaternion,  # ATTITUDE_QUATERNION
    32: _local_position,  # LOCAL_POSITION_NED
    33: _global_position,  # GLOBAL_POSITION_INT
    74: _vfr_hud,  # VFR_HUD
    83: _attitude_target,  # ATTITUDE_TARGET
    85: _target_local,  # POSITION_TARGET_LOCAL_NED
    87: _target_global,  # POSITION_TARGET_GLOBAL_INT
    105: _highres_imu,  # HIGHRES_IMU
    132: _distance,  # DISTANCE_SENSOR
    141: _altitude,
    230: _estimator,  # ESTIMATOR_STATUS
    331: _odometry,
    340: _utm,  # UTM_GLOBAL_POSITION
}
"""MAVLink message id to the function that fills it."""
