# SPDX-License-Identifier: Apache-2.0
"""The telemetry of a simulated PX4: a table from message id to the function that fills it.

As in the ArduPilots' table a function returns the field values, or ``None`` when a real one would not send the
message now: PX4 is silent about what it doesn't know, where ArduPilot sends zeros. Pure: reads a vehicle.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from groundstation.simulator.engine import telemetry as shared
from groundstation.simulator.engine.vehicle import Values, Vehicle
from groundstation.simulator.px4.arming import arming_of
from groundstation.simulator.px4.files import GENERAL, general_crc
from groundstation.simulator.px4.mission_transfer import Px4MissionTransfer
from groundstation.simulator.px4.motion_telemetry import MOTION_BUILDERS

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


def _heartbeat(vehicle: Vehicle) -> Values:
    values = shared.heartbeat(vehicle)
    status = _ACTIVE if vehicle.armed else _STANDBY
    if vehicle.failsafes.is_active:
        status = _CRITICAL
    elif arming_of(vehicle).is_calibrating:
        status = _CALIBRATING
    return {**values, "system_status": status}


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
    """MISSION_CURRENT: only with a list, and nothing but the number and the ids in it."""
    mission, transfer = vehicle.guidance.mission, vehicle.transfer
    ids = [transfer.list_id(kind) for kind in (0, 1, 2)] if isinstance(transfer, Px4MissionTransfer) else [0, 0, 0]
    if not mission.has_items and not any(ids):
        return None
    return {"seq": mission.current, **dict(zip(("mission_id", "fence_id", "rally_points_id"), ids, strict=True))}


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


def _component_metadata(vehicle: Vehicle) -> Values:
    return {"time_boot_ms": vehicle.boot_ms, "file_crc": general_crc(), "uri": f"mftp:/{GENERAL}"}


BUILDERS: dict[int, Callable[[Vehicle], Values | None]] = {
    **MOTION_BUILDERS,
    0: _heartbeat,
    1: _sys_status,  # SYS_STATUS
    2: shared.system_time,  # SYSTEM_TIME
    4: lambda vehicle: {"time_usec": vehicle.boot_ms * 1000, "seq": vehicle.boot_ms // 10_000},  # PING
    8: _node_status,  # LINK_NODE_STATUS
    36: _servo_outputs,  # SERVO_OUTPUT_RAW
    42: _mission_current,  # MISSION_CURRENT
    49: _origin,  # GPS_GLOBAL_ORIGIN
    147: _battery,  # BATTERY_STATUS
    148: _autopilot_version,  # AUTOPILOT_VERSION
    241: shared.vibration,
    242: _home,  # HOME_POSITION
    245: lambda vehicle: {"landed_state": int(vehicle.guidance.landed)},  # EXTENDED_SYS_STATE
    264: lambda vehicle: {"time_boot_ms": vehicle.boot_ms},  # FLIGHT_INFORMATION
    300: lambda _: {"version": 200, "min_version": 100, "max_version": 200},  # PROTOCOL_VERSION
    397: _component_metadata,  # COMPONENT_METADATA
    411: lambda _: {"sequence": _EVENT_SEQUENCE},  # CURRENT_EVENT_SEQUENCE
}
"""MAVLink message id to the function that fills it."""
