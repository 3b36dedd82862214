# SPDX-License-Identifier: Apache-2.0
"""The table from MAVLink message to samples. Pure: fields in, samples out.

Every message that a vehicle sends is in one of three tables: decoded here, read elsewhere in this room or by the
bridge, or ignored for a reason. A message in none of them is reported once by the bridge.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from groundstation.mavlink.decoders import energy, high_latency, motion, navigation, status, traffic
from groundstation.mavlink.decoders.motion import Decoded
from groundstation.mavlink.decoders.usual import USUAL, UsualDecoder
from groundstation.mavlink.dialect import DEFINITIONS, MSGIDS, Fields, MessageDefinition, unpack, unpack_values

Decoder = Callable[[Fields, float], Decoded]

DECODERS: dict[str, Decoder] = {
    "HEARTBEAT": status.heartbeat,
    "SYS_STATUS": status.sys_status,
    "SYSTEM_TIME": status.system_time,
    "EXTENDED_SYS_STATE": status.extended_sys_state,
    "MISSION_CURRENT": status.mission_current,
    "RC_CHANNELS": status.rc_channels,
    "RADIO_STATUS": status.radio_status,
    "RADIO": status.radio_status,
    "GLOBAL_POSITION_INT": motion.global_position_int,
    "LOCAL_POSITION_NED": motion.local_position_ned,
    "ALTITUDE": motion.altitude,
    "ATTITUDE": motion.attitude,
    "ATTITUDE_QUATERNION": motion.attitude_quaternion,
    "VFR_HUD": motion.vfr_hud,
    "HOME_POSITION": motion.home_position,
    "POSITION_TARGET_GLOBAL_INT": motion.position_target_global_int,
    "NAV_CONTROLLER_OUTPUT": motion.nav_controller_output,
    "BATTERY_STATUS": energy.battery_status,
    "ESC_TELEMETRY_1_TO_4": partial(energy.esc_telemetry, 0),
    "ESC_TELEMETRY_5_TO_8": partial(energy.esc_telemetry, 4),
    "ESC_TELEMETRY_9_TO_12": partial(energy.esc_telemetry, 8),
    "ESC_TELEMETRY_13_TO_16": partial(energy.esc_telemetry, 12),
    "GPS_RAW_INT": navigation.gps_raw_int,
    "GPS2_RAW": navigation.gps2_raw,
    "EKF_STATUS_REPORT": navigation.ekf_status_report,
    "ESTIMATOR_STATUS": navigation.estimator_status,
    "WIND": navigation.wind,
    "WIND_COV": navigation.wind_cov,
    "VIBRATION": navigation.vibration,
    "DISTANCE_SENSOR": navigation.distance_sensor,
    "RANGEFINDER": navigation.rangefinder,
    "TERRAIN_REPORT": navigation.terrain_report,
    "SCALED_PRESSURE": navigation.scaled_pressure,
    "HIGH_LATENCY2": high_latency.high_latency2,
    "ADSB_VEHICLE": traffic.adsb_vehicle,
}
"""Decoder by message name."""

READ_ELSEWHERE: dict[str, str] = {
    "STATUSTEXT": "joined by statustext.py, told as an event",
    "TIMESYNC": "round trip and boot time of a link, timesync.py",
    "COMMAND_ACK": "answers commands, handshakes.py, and our requests for streams, stream_requests.py",
    "AUTOPILOT_VERSION": "identity, bridge",
    "MISSION_ACK": "ends an upload, plan_send.py",
    "MISSION_REQUEST": "asks for an item of an upload, plan_send.py",
    "MISSION_REQUEST_INT": "asks for an item of an upload, plan_send.py",
    "PARAM_VALUE": "the echo of a parameter that a command sets, handshakes.py; all of them, param_read.py",
    "PARAM_ERROR": "why a parameter was not taken, param_write.py",
    "MESSAGE_INTERVAL": "answers our requests for streams",
    "COMPONENT_METADATA": "where the vehicle describes itself, metadata_read.py",
    "FILE_TRANSFER_PROTOCOL": "files of the vehicle, file_read.py",
}
"""Messages that are no samples, and who reads them."""

IGNORED: dict[str, str] = {
    "ACTUATOR_CONTROL_TARGET": "internal to the flight controller",
    "AHRS": "gyro drift; the estimator's own report is used",
    "AHRS2": "second estimator; the active one is in ATTITUDE",
    "AHRS3": "third estimator; the active one is in ATTITUDE",
    "AIRSPEED_AUTOCAL": "calibration of a sensor in flight; belongs to a log",
    "AOA_SSA": "angles of attack and slip; belongs to a log",
    "ATTITUDE_TARGET": "what the controller wants, not what is",
    "AUTOPILOT_STATE_FOR_GIMBAL_DEVICE": "spoken to a gimbal",
    "CAMERA_FEEDBACK": "payload",
    "FENCE_STATUS": "belongs to fences",
    "GIMBAL_DEVICE_ATTITUDE_STATUS": "payload",
    "GPS_GLOBAL_ORIGIN": "origin of the local frame, which is not used",
    "GPS_RTCM_DATA": "corrections on their way to the vehicle",
    "HIGHRES_IMU": "raw sensors; belong to a log",
    "HIL_ACTUATOR_CONTROLS": "spoken to a simulator",
    "HWSTATUS": "board voltage; POWER_STATUS is newer",
    "MAG_CAL_PROGRESS": "belongs to calibration",
    "MAG_CAL_REPORT": "belongs to calibration",
    "MEMINFO": "free memory of the board; belongs to a log",
    "MISSION_COUNT": "belongs to missions",
    "MISSION_ITEM": "belongs to missions",
    "MISSION_ITEM_INT": "belongs to missions",
    "MISSION_ITEM_REACHED": "a hint that comes eleven times or names the wrong item; MISSION_CURRENT tells",
    "MOUNT_STATUS": "payload",
    "ODOMETRY": "place and velocity come with GLOBAL_POSITION_INT",
    "OPTICAL_FLOW": "raw sensors; belong to a log",
    "PID_TUNING": "belongs to tuning",
    "PING": "another station's",
    "POSITION_TARGET_LOCAL_NED": "what the controller wants, not what is",
    "POWER_STATUS": "board voltage; belongs to a log",
    "RAW_IMU": "raw sensors; belong to a log",
    "RC_CHANNELS_RAW": "RC_CHANNELS has them all",
    "RC_CHANNELS_SCALED": "RC_CHANNELS has them all",
    "RPM": "motors report by ESC_TELEMETRY",
    "SCALED_IMU": "raw sensors; belong to a log",
    "SCALED_IMU2": "raw sensors; belong to a log",
    "SCALED_IMU3": "raw sensors; belong to a log",
    "SCALED_PRESSURE2": "second barometer; the first is enough for a panel",
    "SCALED_PRESSURE3": "third barometer; the first is enough for a panel",
    "SENSOR_OFFSETS": "calibration; belongs to a log",
    "SERVO_OUTPUT_RAW": "outputs to the motors; belong to a log",
    "SIMSTATE": "truth of a simulator; a real vehicle doesn't know it",
    "SIM_STATE": "truth of a simulator; a real vehicle doesn't know it",
    "TERRAIN_REQUEST": "asks for terrain data, which this station doesn't serve",
    "UTM_GLOBAL_POSITION": "for traffic management; the same place as GLOBAL_POSITION_INT",
}
"""Known messages that are not shown, with the reason."""

SUPERSEDED_BY: dict[tuple[str, str], str] = {
    ("SYS_STATUS", "battery"): "BATTERY_STATUS",
    ("ATTITUDE_QUATERNION", "attitude"): "ATTITUDE",
    ("RANGEFINDER", "range_finder"): "DISTANCE_SENSOR",
    ("LOCAL_POSITION_NED", "altitude"): "ALTITUDE",
    ("LOCAL_POSITION_NED", "velocity"): "GLOBAL_POSITION_INT",
}
"""Kind of a message that is dropped while a richer message is coming."""

DECODABLE: frozenset[int] = frozenset(MSGIDS[name] for name in DECODERS)
"""Ids of the messages in `DECODERS`."""

_BY_ID: dict[int, Decoder] = {MSGIDS[name]: decoder for name, decoder in DECODERS.items()}
_USUAL: dict[int, tuple[MessageDefinition, UsualDecoder]] = {
    MSGIDS[name]: (DEFINITIONS[MSGIDS[name]], decoder) for name, (decoder, _) in USUAL.items()
}

if any(DEFINITIONS[MSGIDS[name]].scalar_names != order for name, (_, order) in USUAL.items()):
    # at the import: a newer pymavlink must not put a speed where a height is expected
    raise AssertionError("a message of decoders/usual.py is laid out otherwise")


def decode(msgid: int, payload: bytes, at_s: float) -> Decoded:
    """Samples of one message; none for a message that is not in `DECODERS`.

    Args:
        msgid: MAVLink message id.
        payload: as received.
        at_s: when it came, seconds on the bridge's monotonic clock.
    """
    usual = _USUAL.get(msgid)
    if usual is not None:
        definition, usual_decoder = usual
        # three messages are most of all telemetry: their own decoders need no dictionary
        decoded = usual_decoder(unpack_values(definition, payload), at_s)
        if decoded is not None:
            return decoded
    decoder = _BY_ID.get(msgid)
    return decoder(unpack(msgid, payload), at_s) if decoder is not None else ()


def is_listed(msgid: int) -> bool:
    """Whether a message is in one of the three tables."""
    definition = DEFINITIONS.get(msgid)
    if definition is None:
        return False
    return any(definition.name in table for table in (DECODERS, READ_ELSEWHERE, IGNORED))
