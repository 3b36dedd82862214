# SPDX-License-Identifier: Apache-2.0
"""The messages of telemetry that several firmwares fill alike: functions from a vehicle to field values.

Before the GPS and the estimator are there, the fields hold an ArduPilot's zeros and marks; a firmware that is silent
then does not call them. Pure: reads a vehicle, changes nothing.
"""

from __future__ import annotations

import math

from groundstation.simulator.engine.field import Spot
from groundstation.simulator.engine.flight import GRAVITY_MPS2
from groundstation.simulator.engine.vehicle import Values, Vehicle

_ARMED = 128
"""MAV_MODE_FLAG_SAFETY_ARMED."""
_STANDBY, _ACTIVE, _CRITICAL = 3, 4, 5
"""MAV_STATE."""
_NAN = math.nan


def _system_status(vehicle: Vehicle) -> int:
    if vehicle.age_s < vehicle.flavour.boot.initialising_until_s:
        return vehicle.flavour.boot.early_status
    if vehicle.failsafes.is_active:
        return _CRITICAL
    since_s = vehicle.guidance.airborne_since_s
    return _ACTIVE if vehicle.armed and since_s is not None else _STANDBY


def heartbeat(vehicle: Vehicle) -> Values:
    """HEARTBEAT."""
    boot = vehicle.flavour.boot
    is_early = vehicle.age_s < boot.initialising_until_s and boot.early_mode is not None
    mode = boot.early_mode if is_early and boot.early_mode is not None else vehicle.mode
    return {
        "type": vehicle.flavour.mav_type,
        "autopilot": vehicle.flavour.autopilot,
        "base_mode": vehicle.flavour.modes[mode].base | (_ARMED if vehicle.armed else 0),
        "custom_mode": mode,
        "system_status": _system_status(vehicle),
        "mavlink_version": 3,
    }


def charge_percent(vehicle: Vehicle) -> int:
    """Return the battery's charge in percent, rounded up."""
    capacity = vehicle.flavour.airframe.capacity_mah
    return max(0, math.ceil(100.0 * (1.0 - vehicle.motion.consumed_mah / capacity)))


def heading_deg(vehicle: Vehicle) -> float:
    """Return the heading as it is reported, 0 to 360."""
    return math.degrees(_yaw(vehicle)) % 360.0


def _yaw(vehicle: Vehicle) -> float:
    """Return the heading in radians; it reads 0 before the estimator's alignment."""
    return vehicle.motion.yaw_rad if vehicle.age_s >= vehicle.flavour.boot.alignment_s else 0.0


def global_position(vehicle: Vehicle) -> Values:
    """GLOBAL_POSITION_INT."""
    boot = vehicle.flavour.boot
    hdg = round(heading_deg(vehicle) * 100) % 36000
    if vehicle.age_s < boot.battery_s:
        return {"time_boot_ms": vehicle.boot_ms}
    if vehicle.age_s < boot.gps_s + 0.4:  # no place yet: nonsense heights, as the real one sends them
        return {"time_boot_ms": vehicle.boot_ms, "alt": -20, "relative_alt": -27, "hdg": hdg}
    motion = vehicle.motion
    spot = vehicle.reported_position
    lat, lon = vehicle.field.scaled(spot.north_m, spot.east_m)
    return {
        "time_boot_ms": vehicle.boot_ms,
        "lat": lat,
        "lon": lon,
        "alt": round((vehicle.field.altitude_amsl_m - spot.down_m) * 1000),
        "relative_alt": round(((vehicle.home.down_m if vehicle.home else 0.0) - spot.down_m) * 1000),
        "vx": round(motion.velocity_north_mps * 100),
        "vy": round(motion.velocity_east_mps * 100),
        "vz": round(motion.velocity_down_mps * 100),
        "hdg": hdg,
    }


def gps_place(vehicle: Vehicle) -> Values:
    """Return the part of GPS_RAW_INT that tells place and speed: as the receiver sees them, noise and all."""
    motion, spot = vehicle.motion, vehicle.reported_position
    north, east = motion.velocity_north_mps, motion.velocity_east_mps
    if not vehicle.is_gps_lost:
        spot = spot._replace(
            north_m=motion.north_m + motion.gps_north_m,
            east_m=motion.east_m + motion.gps_east_m,
            down_m=motion.down_m + motion.gps_down_m,
        )
    lat, lon = vehicle.field.scaled(spot.north_m, spot.east_m)
    altitude_mm = round((vehicle.field.altitude_amsl_m - spot.down_m) * 1000)
    return {
        "lat": lat,
        "lon": lon,
        "alt": altitude_mm,
        "alt_ellipsoid": altitude_mm,
        "vel": round(math.hypot(north, east) * 100),
        "cog": round(math.degrees(math.atan2(east, north)) % 360.0 * 100) % 36000,
    }


def local_position(vehicle: Vehicle, origin: Spot) -> Values:
    """LOCAL_POSITION_NED, from an origin."""
    motion, spot = vehicle.motion, vehicle.reported_position
    return {
        "time_boot_ms": vehicle.boot_ms,
        "x": spot.north_m - origin.north_m,
        "y": spot.east_m - origin.east_m,
        "z": spot.down_m - origin.down_m,
        "vx": motion.velocity_north_mps,
        "vy": motion.velocity_east_mps,
        "vz": motion.velocity_down_mps,
    }


def attitude(vehicle: Vehicle) -> Values:
    """ATTITUDE."""
    motion = vehicle.motion
    return {
        "time_boot_ms": vehicle.boot_ms,
        "roll": motion.roll_rad,
        "pitch": motion.pitch_rad,
        "yaw": _yaw(vehicle),
        "rollspeed": motion.roll_rate_rps,
        "pitchspeed": motion.pitch_rate_rps,
        "yawspeed": motion.yaw_rate_rps,
    }


def imu(vehicle: Vehicle) -> Values:
    """Return specific force (mg), rates (mrad/s) and a plausible magnetic field (mgauss) in the body's axes."""
    motion = vehicle.motion
    cos, sin = math.cos(motion.yaw_rad), math.sin(motion.yaw_rad)
    forward = motion.accel_north_mps2 * cos + motion.accel_east_mps2 * sin
    right = motion.accel_east_mps2 * cos - motion.accel_north_mps2 * sin
    scale = 1000.0 / GRAVITY_MPS2
    has_compass = vehicle.age_s >= vehicle.flavour.boot.battery_s
    return {
        "xacc": _short((forward + GRAVITY_MPS2 * math.sin(motion.pitch_rad)) * scale),
        "yacc": _short((right - GRAVITY_MPS2 * math.sin(motion.roll_rad)) * scale),
        "zacc": _short((motion.accel_down_mps2 - GRAVITY_MPS2) * scale),
        "xgyro": _short(motion.roll_rate_rps * 1000),
        "ygyro": _short(motion.pitch_rate_rps * 1000),
        "zgyro": _short(motion.yaw_rate_rps * 1000),
        "xmag": round(255 * cos) if has_compass else 0,
        "ymag": round(-255 * sin) if has_compass else 0,
        "zmag": 412 if has_compass else 0,
        "temperature": 3050,
        "time_boot_ms": vehicle.boot_ms,
        "time_usec": vehicle.boot_ms * 1000,
    }


def _short(value: float) -> int:
    return min(max(round(value), -32768), 32767)


def pressure(vehicle: Vehicle) -> Values:
    """SCALED_PRESSURE."""
    altitude_m = vehicle.field.altitude_amsl_m - vehicle.motion.down_m
    return {
        "time_boot_ms": vehicle.boot_ms,
        "press_abs": 1013.25 * (1.0 - 2.25577e-5 * altitude_m) ** 5.25588,
        "press_diff": 0.00613 * vehicle.motion.airspeed_mps**2 if vehicle.flavour.airframe.is_plane else 0.0,
        "temperature": 3055,
    }


def home(vehicle: Vehicle) -> Values | None:
    """HOME_POSITION."""
    if vehicle.home is None:
        return None
    lat, lon = vehicle.field.scaled(vehicle.home.north_m, vehicle.home.east_m)
    return {
        "latitude": lat,
        "longitude": lon,
        "altitude": round((vehicle.field.altitude_amsl_m - vehicle.home.down_m) * 1000),
        "q": [_NAN] * 4,
        "time_usec": vehicle.boot_ms * 1000,
    }


def system_time(vehicle: Vehicle) -> Values:
    """SYSTEM_TIME."""
    has_time = vehicle.age_s >= vehicle.flavour.boot.gps_s + 0.4
    unix_us = round((vehicle.epoch_unix_s + vehicle.now_s) * 1e6) if has_time else 0
    return {"time_unix_usec": unix_us, "time_boot_ms": vehicle.boot_ms}


def vibration(vehicle: Vehicle) -> Values:
    """VIBRATION."""
    level = 0.003 + 0.04 * vehicle.motion.throttle
    return {
        "time_usec": vehicle.boot_ms * 1000,
        "vibration_x": level,
        "vibration_y": 0.9 * level,
        "vibration_z": 1.3 * level,
    }
