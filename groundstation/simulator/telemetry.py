# SPDX-License-Identifier: Apache-2.0
"""The telemetry of a simulated ArduPilot: a table from message id to the function that fills it.

Each function returns the field values of its message, or ``None`` when a real one would not send it now.
Before the GPS and the estimator are there, the fields hold the real thing's zeros and marks. Pure: reads a
vehicle, changes nothing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from groundstation.simulator import flavours
from groundstation.simulator.flight import GRAVITY_MPS2
from groundstation.simulator.wire import known_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from groundstation.simulator.autopilot import Vehicle

Values = dict[str, Any]

_ARMED = 128
"""MAV_MODE_FLAG_SAFETY_ARMED."""
_STANDBY, _ACTIVE, _CRITICAL = 3, 4, 5
"""MAV_STATE."""
_HEALTH_PREARM, _HEALTH_BATTERY, _HEALTH_GPS = 1 << 28, 1 << 25, 1 << 5
"""MAV_SYS_STATUS_SENSOR bits."""
_EARLY_GPS_EPH = 65535
_NAN = math.nan


def payload(vehicle: Vehicle, number: int) -> bytes | None:
    """Return the packed payload of a telemetry message, ``None`` when it is not available now."""
    build = vehicle.face.builders.get(number)
    boot = vehicle.flavour.boot
    if build is None or vehicle.age_s < (boot.heartbeat_s - 1e-6 if number == 0 else boot.telemetry_s):
        return None
    values = build(vehicle)
    return None if values is None else known_type(number).payload(values)


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


def _sys_status(vehicle: Vehicle) -> Values:
    bits = vehicle.flavour.sensors
    boot = vehicle.flavour.boot
    health = bits.health
    if not vehicle.arming.is_healthy:
        health &= ~_HEALTH_PREARM
    if vehicle.failsafes.is_battery_bad:
        health &= ~_HEALTH_BATTERY
    if vehicle.is_gps_lost or vehicle.age_s < boot.gps_s:
        health &= ~_HEALTH_GPS
    has_battery = vehicle.age_s >= boot.battery_s
    return {
        "onboard_control_sensors_present": bits.present,
        "onboard_control_sensors_enabled": bits.enabled,
        "onboard_control_sensors_health": health,
        "voltage_battery": round(vehicle.motion.voltage_v * 1000) if has_battery else 0,
        "current_battery": round(vehicle.motion.current_a * 100) if has_battery else -1,
        "battery_remaining": charge_percent(vehicle) if has_battery else -1,
    }


def _battery_status(vehicle: Vehicle) -> Values:
    motion = vehicle.motion
    if vehicle.age_s < vehicle.flavour.boot.battery_s:
        return {
            "temperature": 32767,
            "voltages": [65535] * 10,
            "battery_remaining": -1,
            "charge_state": 6,
        }
    return {
        "temperature": 32767,
        "voltages": [round(motion.voltage_v * 1000), *[65535] * 9],
        "current_battery": round(motion.current_a * 100),
        "current_consumed": round(motion.consumed_mah),
        "energy_consumed": round(motion.consumed_mah * 0.0036 * motion.voltage_v * 10),
        "battery_remaining": charge_percent(vehicle),
        "charge_state": vehicle.failsafes.charge_state,
    }


def _gps_raw(vehicle: Vehicle) -> Values:
    fix = 1 if vehicle.is_gps_lost else vehicle.flavour.boot.gps_fix(vehicle.age_s)
    if fix == 0:
        return {"eph": _EARLY_GPS_EPH, "epv": _EARLY_GPS_EPH}
    motion = vehicle.motion
    north, east = motion.velocity_north_mps, motion.velocity_east_mps
    spot = vehicle.reported_position
    if not vehicle.is_gps_lost:
        spot = spot._replace(
            north_m=motion.north_m + motion.gps_north_m,
            east_m=motion.east_m + motion.gps_east_m,
            down_m=motion.down_m + motion.gps_down_m,
        )
    lat, lon = vehicle.field.scaled(spot.north_m, spot.east_m)
    altitude_mm = round((vehicle.field.altitude_amsl_m - spot.down_m) * 1000)
    return {
        "time_usec": vehicle.boot_ms // 200 * 200_000,
        "fix_type": fix,
        "lat": lat,
        "lon": lon,
        "alt": altitude_mm,
        "eph": 121,
        "epv": 200,
        "vel": round(math.hypot(north, east) * 100),
        "cog": round(math.degrees(math.atan2(east, north)) % 360.0 * 100) % 36000,
        "satellites_visible": 3 if fix == 1 else 10,
        "alt_ellipsoid": altitude_mm,
        "h_acc": 300,
        "v_acc": 300,
        "vel_acc": 40,
    }


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
    if vehicle.age_s < boot.gps_s + 0.4:
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


def local_position(vehicle: Vehicle) -> Values | None:
    """LOCAL_POSITION_NED, from home."""
    if vehicle.age_s < vehicle.flavour.boot.local_s:
        return None
    motion, spot = vehicle.motion, vehicle.reported_position
    origin = vehicle.guidance.home
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


def _vfr_hud(vehicle: Vehicle) -> Values:
    if vehicle.age_s < vehicle.flavour.boot.battery_s:
        return {}
    motion = vehicle.motion
    altitude_m = vehicle.field.altitude_amsl_m - vehicle.reported_position.down_m
    return {
        "airspeed": motion.airspeed_mps,
        "groundspeed": math.hypot(motion.velocity_north_mps, motion.velocity_east_mps),
        "heading": int(heading_deg(vehicle)),
        "throttle": round(motion.throttle * 100),
        "alt": altitude_m if vehicle.age_s >= vehicle.flavour.boot.gps_s else -0.02,
        "climb": -motion.velocity_down_mps,
    }


def _rc_channels(vehicle: Vehicle) -> Values:
    throttle = 1500 if vehicle.guidance.is_airborne else 1000
    sticks = (1500, 1500, throttle, 1500, 1800, 1000, 1000, 1800)
    values: Values = {f"chan{index}_raw": value for index, value in enumerate(sticks, start=1)}
    return {**values, "time_boot_ms": vehicle.boot_ms, "chancount": 16, "rssi": 255}


def _servo_outputs(vehicle: Vehicle) -> Values:
    motion = vehicle.motion
    if vehicle.flavour.airframe.is_plane:
        bank, lift = round(motion.roll_rate_rps * 200), round(motion.pitch_rate_rps * 300)
        outputs = [1500 + bank, 1500 - lift, 1000 + round(motion.throttle * 1000), 1500]
    else:
        power = 1000 + round(motion.throttle * 1000)
        tilt_p, tilt_r = round(motion.pitch_rate_rps * 20), round(motion.roll_rate_rps * 20)
        outputs = [power - tilt_r, power + tilt_r, power + tilt_p, power - tilt_p]
    values: Values = {f"servo{n}_raw": min(max(us, 1000), 2000) for n, us in enumerate(outputs, start=1)}
    values |= {f"servo{channel}_raw": us for channel, us in vehicle.servo_us.items()}
    return {**values, "time_usec": vehicle.boot_ms * 1000}


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


def _third_imu(vehicle: Vehicle) -> Values:
    whole = imu(vehicle)
    return {name: whole[name] for name in ("time_boot_ms", "xmag", "ymag", "zmag")}


def pressure(vehicle: Vehicle) -> Values:
    """SCALED_PRESSURE."""
    altitude_m = vehicle.field.altitude_amsl_m - vehicle.motion.down_m
    return {
        "time_boot_ms": vehicle.boot_ms,
        "press_abs": 1013.25 * (1.0 - 2.25577e-5 * altitude_m) ** 5.25588,
        "press_diff": 0.00613 * vehicle.motion.airspeed_mps**2 if vehicle.flavour.airframe.is_plane else 0.0,
        "temperature": 3055,
    }


def _ekf_status(vehicle: Vehicle) -> Values:
    flags = vehicle.failsafes.ekf_flags(vehicle.flavour.boot.ekf_flags(vehicle.age_s))
    is_lost = vehicle.failsafes.has_lost_position
    return {
        "flags": flags,
        "velocity_variance": 1.2 if is_lost else 0.008,
        "pos_horiz_variance": 1.4 if is_lost else 0.01,
        "pos_vert_variance": 0.002,
        "compass_variance": 0.02,
    }


def _wind(vehicle: Vehicle) -> Values | None:
    if vehicle.age_s < vehicle.flavour.boot.position_s:
        return None
    north, east = vehicle.motion.wind_north_mps, vehicle.motion.wind_east_mps
    return {"direction": math.degrees(math.atan2(-east, -north)), "speed": math.hypot(north, east)}


def _mission_current(vehicle: Vehicle) -> Values:
    mission = vehicle.guidance.mission
    return {
        "seq": mission.current,
        "total": max(len(mission.items) - 1, 0),
        "mission_state": mission.state,
        "mission_mode": int(vehicle.mode == vehicle.flavour.auto_mode),
    }


def _nav_controller(vehicle: Vehicle) -> Values:
    motion, target = vehicle.motion, vehicle.guidance.target
    values: Values = {
        "nav_roll": math.degrees(motion.roll_rad),
        "nav_pitch": math.degrees(motion.pitch_rad),
    }
    if target is None or not vehicle.armed:
        return values
    here = vehicle.position
    bearing = round(math.degrees(here.course_to(target)))
    return {
        **values,
        "nav_bearing": bearing,
        "target_bearing": bearing % 360,
        "wp_dist": min(round(here.distance_to(target)), 65535),
        "alt_error": here.down_m - target.down_m,
    }


def _position_target(vehicle: Vehicle) -> Values | None:
    target = vehicle.guidance.target
    if vehicle.mode != vehicle.flavour.guided_mode or target is None:
        return None
    lat, lon = vehicle.field.scaled(target.north_m, target.east_m)
    return {
        "time_boot_ms": vehicle.boot_ms,
        "coordinate_frame": 0,
        "type_mask": 65016,
        "lat_int": lat,
        "lon_int": lon,
        "alt": vehicle.field.altitude_amsl_m - target.down_m,
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


def origin(vehicle: Vehicle) -> Values | None:
    """GPS_GLOBAL_ORIGIN."""
    place = home(vehicle)
    if place is None:
        return None
    return {name: place[name] for name in ("latitude", "longitude", "altitude", "time_usec")}


def system_time(vehicle: Vehicle) -> Values:
    """SYSTEM_TIME."""
    has_time = vehicle.age_s >= vehicle.flavour.boot.gps_s + 0.4
    unix_us = round((vehicle.epoch_unix_s + vehicle.now_s) * 1e6) if has_time else 0
    return {"time_unix_usec": unix_us, "time_boot_ms": vehicle.boot_ms}


def _autopilot_version(vehicle: Vehicle) -> Values:
    return {
        "capabilities": flavours.CAPABILITIES,
        "flight_sw_version": flavours.FLIGHT_SW_VERSION,
        "flight_custom_version": list(flavours.FLIGHT_CUSTOM_VERSION),
        "uid": int.from_bytes(vehicle.uid[:8], "little"),
        "uid2": list(vehicle.uid),
    }


def vibration(vehicle: Vehicle) -> Values:
    """VIBRATION."""
    level = 0.003 + 0.04 * vehicle.motion.throttle
    return {
        "time_usec": vehicle.boot_ms * 1000,
        "vibration_x": level,
        "vibration_y": 0.9 * level,
        "vibration_z": 1.3 * level,
    }


def _escs(vehicle: Vehicle) -> Values:
    motion = vehicle.motion
    motors = (0, 0, 1, 0) if vehicle.flavour.airframe.is_plane else (1, 1, 1, 1)
    share = 1.0 / sum(motors)
    return {
        "temperature": [32 * on for on in motors],
        "voltage": [round(motion.voltage_v * 100) * on for on in motors],
        "current": [round(motion.current_a * 100 * share) * on for on in motors],
        "totalcurrent": [round(motion.consumed_mah * share) * on for on in motors],
        "rpm": [round(motion.throttle * 11000) * on for on in motors],
        "count": [(vehicle.boot_ms // 20 & 0xFFFF) * on for on in motors],
    }


def _simstate(vehicle: Vehicle) -> Values:
    motion = vehicle.motion
    lat, lon = vehicle.field.scaled(motion.north_m, motion.east_m)
    return {
        "roll": motion.roll_rad,
        "pitch": motion.pitch_rad,
        "yaw": motion.yaw_rad,
        "zacc": -GRAVITY_MPS2,
        "lat": lat,
        "lng": lon,
    }


def _second_ahrs(vehicle: Vehicle) -> Values:
    known = global_position(vehicle)
    turned = attitude(vehicle)
    return {
        "roll": turned["roll"],
        "pitch": turned["pitch"],
        "yaw": vehicle.motion.yaw_rad,
        "altitude": known.get("alt", 0) / 1000.0,
        "lat": known.get("lat", 0),
        "lng": known.get("lon", 0),
    }


def _terrain(vehicle: Vehicle) -> Values:
    known = global_position(vehicle)
    return {"lat": known.get("lat", 0), "lon": known.get("lon", 0), "pending": 504}


BUILDERS: dict[int, Callable[[Vehicle], Values | None]] = {
    0: heartbeat,
    1: _sys_status,
    2: system_time,
    24: _gps_raw,
    27: imu,
    29: pressure,
    30: attitude,
    32: local_position,
    33: global_position,
    36: _servo_outputs,
    42: _mission_current,
    49: origin,
    62: _nav_controller,
    65: _rc_channels,
    74: _vfr_hud,
    87: _position_target,
    116: imu,
    125: lambda _: {"Vcc": 5000},
    129: _third_imu,
    136: _terrain,
    137: pressure,
    147: _battery_status,
    148: _autopilot_version,
    152: lambda _: {"freemem": 65535, "freemem32": 131072},
    163: lambda _: {"error_rp": 0.01, "error_yaw": 0.012},
    164: _simstate,
    168: _wind,
    178: _second_ahrs,
    193: _ekf_status,
    241: vibration,
    242: home,
    245: lambda vehicle: {"landed_state": int(vehicle.guidance.landed)},
    11030: _escs,
}
"""MAVLink message id to the function that fills it."""
