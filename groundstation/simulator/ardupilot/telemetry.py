# SPDX-License-Identifier: Apache-2.0
"""The telemetry of a simulated ArduPilot: a table from message id to the function that fills it.

Each function returns the field values of its message, or ``None`` when a real one would not send it now. Before the GPS
and the estimator are there, the fields hold the real thing's zeros and marks. Pure: reads a vehicle, changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from groundstation.simulator.ardupilot.boot import ekf_flags, gps_fix
from groundstation.simulator.ardupilot.failsafes import failsafes_of
from groundstation.simulator.engine import telemetry as shared
from groundstation.simulator.engine.failsafes import Charge
from groundstation.simulator.engine.flight import GRAVITY_MPS2
from groundstation.simulator.engine.vehicle import Values, Vehicle

CAPABILITIES = 64495
"""AUTOPILOT_VERSION.capabilities of ArduPilot 4.5.7."""
FLIGHT_SW_VERSION = 67438591
"""AUTOPILOT_VERSION.flight_sw_version of 4.5.7."""
FLIGHT_CUSTOM_VERSION = b"65f67013"
_HEALTH_PREARM, _HEALTH_BATTERY, _HEALTH_GPS = 1 << 28, 1 << 25, 1 << 5
"""MAV_SYS_STATUS_SENSOR bits."""
_EARLY_GPS_EPH = 65535


def _sys_status(vehicle: Vehicle) -> Values:
    bits = vehicle.flavour.sensors
    boot = vehicle.flavour.boot
    health = bits.health
    if not vehicle.arming.is_healthy:
        health &= ~_HEALTH_PREARM
    if vehicle.failsafes.charge_state != Charge.OK:
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
        "battery_remaining": shared.charge_percent(vehicle) if has_battery else -1,
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
        "battery_remaining": shared.charge_percent(vehicle),
        "charge_state": vehicle.failsafes.charge_state,
    }


def _gps_raw(vehicle: Vehicle) -> Values:
    fix = 1 if vehicle.is_gps_lost else gps_fix(vehicle.flavour.boot, vehicle.age_s)
    if fix == 0:
        return {"eph": _EARLY_GPS_EPH, "epv": _EARLY_GPS_EPH}
    return {
        **shared.gps_place(vehicle),
        "time_usec": vehicle.boot_ms // 200 * 200_000,
        "fix_type": fix,
        "eph": 121,
        "epv": 200,
        "satellites_visible": 3 if fix == 1 else 10,
        "h_acc": 300,
        "v_acc": 300,
        "vel_acc": 40,
    }


def _local_position(vehicle: Vehicle) -> Values | None:
    """LOCAL_POSITION_NED counts from home."""
    is_known = vehicle.age_s >= vehicle.flavour.boot.local_s
    return shared.local_position(vehicle, vehicle.guidance.home) if is_known else None


def _vfr_hud(vehicle: Vehicle) -> Values:
    if vehicle.age_s < vehicle.flavour.boot.battery_s:
        return {}
    motion = vehicle.motion
    altitude_m = vehicle.field.altitude_amsl_m - vehicle.reported_position.down_m
    return {
        "airspeed": motion.airspeed_mps,
        "groundspeed": math.hypot(motion.velocity_north_mps, motion.velocity_east_mps),
        "heading": int(shared.heading_deg(vehicle)),
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


def _third_imu(vehicle: Vehicle) -> Values:
    whole = shared.imu(vehicle)
    return {name: whole[name] for name in ("time_boot_ms", "xmag", "ymag", "zmag")}


def _ekf_status(vehicle: Vehicle) -> Values:
    flags = failsafes_of(vehicle).ekf_flags(ekf_flags(vehicle.flavour.boot, vehicle.age_s))
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


def _origin(vehicle: Vehicle) -> Values | None:
    """GPS_GLOBAL_ORIGIN."""
    place = shared.home(vehicle)
    if place is None:
        return None
    return {name: place[name] for name in ("latitude", "longitude", "altitude", "time_usec")}


def _autopilot_version(vehicle: Vehicle) -> Values:
    return {
        "capabilities": CAPABILITIES,
        "flight_sw_version": FLIGHT_SW_VERSION,
        "flight_custom_version": list(FLIGHT_CUSTOM_VERSION),
        "uid": int.from_bytes(vehicle.uid[:8], "little"),
        "uid2": list(vehicle.uid),
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
    known = shared.global_position(vehicle)
    turned = shared.attitude(vehicle)
    return {
        "roll": turned["roll"],
        "pitch": turned["pitch"],
        "yaw": vehicle.motion.yaw_rad,
        "altitude": known.get("alt", 0) / 1000.0,
        "lat": known.get("lat", 0),
        "lng": known.get("lon", 0),
    }


def _terrain(vehicle: Vehicle) -> Values:
    known = shared.global_position(vehicle)
    return {"lat": known.get("lat", 0), "lon": known.get("lon", 0), "pending": 504}


BUILDERS: dict[int, Callable[[Vehicle], Values | None]] = {
    0: shared.heartbeat,
    1: _sys_status,  # SYS_STATUS
    2: shared.system_time,  # SYSTEM_TIME
    24: _gps_raw,  # GPS_RAW_INT
    27: shared.imu,  # RAW_IMU
    29: shared.pressure,  # SCALED_PRESSURE
    30: shared.attitude,
    32: _local_position,  # LOCAL_POSITION_NED
    33: shared.global_position,  # GLOBAL_POSITION_INT
    36: _servo_outputs,  # SERVO_OUTPUT_RAW
    42: _mission_current,  # MISSION_CURRENT
    49: _origin,  # GPS_GLOBAL_ORIGIN
    62: _nav_controller,  # NAV_CONTROLLER_OUTPUT
    65: _rc_channels,  # RC_CHANNELS
    74: _vfr_hud,  # VFR_HUD
    87: _position_target,  # POSITION_TARGET_GLOBAL_INT
    116: shared.imu,  # SCALED_IMU2
    125: lambda _: {"Vcc": 5000},  # POWER_STATUS
    129: _third_imu,  # SCALED_IMU3
    136: _terrain,  # TERRAIN_REPORT
    137: shared.pressure,  # SCALED_PRESSURE2
    147: _battery_status,  # BATTERY_STATUS
    148: _autopilot_version,  # AUTOPILOT_VERSION
    152: lambda _: {"freemem": 65535, "freemem32": 131072},  # MEMINFO
    163: lambda _: {"error_rp": 0.01, "error_yaw": 0.012},  # AHRS
    164: _simstate,
    168: _wind,
    178: _second_ahrs,  # AHRS2
    193: _ekf_status,  # EKF_STATUS_REPORT
    241: shared.vibration,
    242: shared.home,  # HOME_POSITION
    245: lambda vehicle: {"landed_state": int(vehicle.guidance.landed)},  # EXTENDED_SYS_STATE
    11030: _escs,  # ESC_TELEMETRY_1_TO_4
}
"""MAVLink message id to the function that fills it."""
