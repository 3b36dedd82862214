# SPDX-License-Identifier: Apache-2.0
"""The telemetry of a simulated PX4: a table from message id to the function that fills it.

As in the ArduPilots' table a function returns the field values, or ``None`` when a real one would not send the
message now: PX4 is silent about what it doesn't know, where ArduPilot sends zeros. Pure: reads a vehicle.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from groundstation.simulator import telemetry as shared
from groundstation.simulator.flight import GRAVITY_MPS2
from groundstation.simulator.guidance import Landed
from groundstation.simulator.px4 import modes
from groundstation.simulator.px4.arming import arming_of
from groundstation.simulator.px4.boot import (
    ESTIMATOR_BEGINNING,
    ESTIMATOR_COMPLETE,
    ESTIMATOR_WITHOUT_POSITION,
    ORIGIN_S,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from groundstation.simulator.autopilot import Vehicle

Values = dict[str, Any]

CAPABILITIES = 58623
"""AUTOPILOT_VERSION.capabilities."""
FLIGHT_SW_VERSION = 17629184
_EVENT_SEQUENCE = 65526
"""Of CURRENT_EVENT_SEQUENCE; the events themselves are not sent."""
_GIT_HASH = bytes((0, 0, 0, 85, 195, 138, 249, 68))
_NAN = math.nan
_NO_CURRENT = -100
"""-1 A in units of 10 mA, where the standard's mark is -1."""
_ACTIVE, _STANDBY, _CALIBRATING, _CRITICAL = 4, 3, 2, 5
"""MAV_STATE."""
_PREARM, _RC_PRESENT = 1 << 28, 1 << 5
_IN_FLIGHT = frozenset({modes.TAKEOFF, modes.HOLD, modes.MISSION, modes.RTL, modes.LAND, modes.PRECLAND, modes.ORBIT})


def _heartbeat(vehicle: Vehicle) -> Values:
    values = shared.heartbeat(vehicle)
    status = _ACTIVE if vehicle.armed else _STANDBY
    if vehicle.failsafes.is_active:
        status = _CRITICAL
    elif arming_of(vehicle).is_calibrating:
        status = _CALIBRATING
    return {**values, "system_status": status}


def _has_attitude(vehicle: Vehicle) -> bool:
    return vehicle.age_s >= vehicle.flavour.boot.alignment_s


def _has_local(vehicle: Vehicle) -> bool:
    return vehicle.age_s >= vehicle.flavour.boot.local_s


def _sys_status(vehicle: Vehicle) -> Values:
    bits = vehicle.flavour.sensors
    is_ready = vehicle.arming.is_healthy
    return {
        "onboard_control_sensors_present": bits.present if is_ready else bits.present & ~_RC_PRESENT,
        "onboard_control_sensors_enabled": bits.enabled,
        "onboard_control_sensors_health": bits.health if is_ready else bits.health & ~_PREARM,
        "load": 98 if is_ready else 20,
        "voltage_battery": round(vehicle.motion.voltage_v * 1000),
        "current_battery": _NO_CURRENT,
        "battery_remaining": shared.charge_percent(vehicle),
    }


def _battery(vehicle: Vehicle) -> Values:
    return {
        "battery_function": 1,
        "type": 1,
        "temperature": 32767,
        "voltages": [round(vehicle.motion.voltage_v * 1000), *[65535] * 9],
        "current_battery": _NO_CURRENT,
        "energy_consumed": -1,
        "battery_remaining": shared.charge_percent(vehicle),
        "charge_state": vehicle.failsafes.charge_state,
        "voltages_ext": [65535] * 4,
    }


def _gps_raw(vehicle: Vehicle) -> Values:
    motion, spot = vehicle.motion, vehicle.reported_position
    is_lost = vehicle.is_gps_lost
    if not is_lost:
        spot = spot._replace(
            north_m=motion.north_m + motion.gps_north_m,
            east_m=motion.east_m + motion.gps_east_m,
            down_m=motion.down_m + motion.gps_down_m,
        )
    lat, lon = vehicle.field.scaled(spot.north_m, spot.east_m)
    altitude_mm = round((vehicle.field.altitude_amsl_m - spot.down_m) * 1000)
    north, east = motion.velocity_north_mps, motion.velocity_east_mps
    return {
        "time_usec": vehicle.boot_ms * 1000,
        "fix_type": 0 if is_lost else 3,
        "lat": lat,
        "lon": lon,
        "alt": altitude_mm,
        "eph": 70,
        "epv": 110,
        "vel": round(math.hypot(north, east) * 100),
        "cog": round(math.degrees(math.atan2(east, north)) % 360.0 * 100) % 36000,
        "satellites_visible": 0 if is_lost else 10,
        "alt_ellipsoid": altitude_mm,
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
    if not _has_local(vehicle):
        return None
    motion, spot = vehicle.motion, vehicle.reported_position
    return {
        "time_boot_ms": vehicle.boot_ms,
        "x": spot.north_m,
        "y": spot.east_m,
        "z": spot.down_m,
        "vx": motion.velocity_north_mps,
        "vy": motion.velocity_east_mps,
        "vz": motion.velocity_down_mps,
    }


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
    flags = ESTIMATOR_COMPLETE if is_complete else ESTIMATOR_BEGINNING
    if vehicle.failsafes.has_lost_position:
        flags = ESTIMATOR_WITHOUT_POSITION
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


def _servo_outputs(vehicle: Vehicle) -> Values:
    motion = vehicle.motion
    outputs = [900] * 8
    if vehicle.armed:
        power = 1000 + round(motion.throttle * 1000)
        pitch, roll = round(motion.pitch_rate_rps * 20), round(motion.roll_rate_rps * 20)
        outputs[:4] = [power - roll, power + roll, power + pitch, power - pitch]
        outputs[4:6] = [1500, 1500]
    values: Values = {f"servo{place}_raw": us for place, us in enumerate(outputs, start=1)}
    return {**values, "time_usec": vehicle.boot_ms * 1000}


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


def _home(vehicle: Vehicle) -> Values | None:
    values = shared.home(vehicle)
    if values is None or vehicle.home is None:
        return None
    if arming_of(vehicle).has_manual_home:
        return {**values, "x": _NAN, "y": _NAN, "z": _NAN}
    home = vehicle.home
    return {**values, "q": (1.0, 0.0, 0.0, 0.0), "x": home.north_m, "y": home.east_m, "z": home.down_m}


def _origin(vehicle: Vehicle) -> Values:
    lat, lon = vehicle.field.scaled(0.0, 0.0)
    altitude_mm = round(vehicle.field.altitude_amsl_m * 1000)
    return {"latitude": lat, "longitude": lon, "altitude": altitude_mm, "time_usec": vehicle.boot_ms * 1000}


def _mission_current(vehicle: Vehicle) -> Values | None:
    """MISSION_CURRENT: only with a mission, and nothing but the number in it."""
    mission = vehicle.guidance.mission
    return {"seq": mission.current} if mission.has_items else None


def _landed(vehicle: Vehicle) -> Values:
    return {"landed_state": int(vehicle.guidance.landed)}


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


def _autopilot_version(vehicle: Vehicle) -> Values:
    return {
        "capabilities": CAPABILITIES,
        "flight_sw_version": FLIGHT_SW_VERSION,
        "middleware_sw_version": FLIGHT_SW_VERSION,
        "board_version": 1,
        "flight_custom_version": list(_GIT_HASH),
        "middleware_custom_version": list(_GIT_HASH),
        "uid": int.from_bytes(vehicle.uid[:8], "little"),
    }


def _node_status(vehicle: Vehicle) -> Values:
    return {"timestamp": vehicle.boot_ms, "tx_rate": 15800, "rx_rate": 20}


BUILDERS: dict[int, Callable[[Vehicle], Values | None]] = {
    0: _heartbeat,
    1: _sys_status,
    2: shared.system_time,
    4: lambda vehicle: {"time_usec": vehicle.boot_ms * 1000, "seq": vehicle.boot_ms // 10_000},
    8: _node_status,
    24: _gps_raw,
    30: _attitude,
    31: _attitude_quaternion,
    32: _local_position,
    33: _global_position,
    36: _servo_outputs,
    42: _mission_current,
    49: _origin,
    74: _vfr_hud,
    83: _attitude_target,
    85: _target_local,
    87: _target_global,
    105: _highres_imu,
    132: _distance,
    141: _altitude,
    147: _battery,
    148: _autopilot_version,
    230: _estimator,
    241: shared.vibration,
    242: _home,
    245: _landed,
    264: lambda vehicle: {"time_boot_ms": vehicle.boot_ms},
    300: lambda _: {"version": 200, "min_version": 100, "max_version": 200},
    331: _odometry,
    340: _utm,
    397: lambda vehicle: {"time_boot_ms": vehicle.boot_ms, "uri": "mftp://etc/extras/component_general.json.xz"},
    411: lambda _: {"sequence": _EVENT_SEQUENCE},
}
"""MAVLink message id to the function that fills it."""
