# SPDX-License-Identifier: Apache-2.0
"""Quantities in MAVLink messages. Pure.

Source of units and of the marks for unknown: MAVLink common.xml and ardupilotmega.xml. The first battery and the first
receiver count.
"""

from __future__ import annotations

import math

from groundstation.logs.quantities import Quantity as Q  # noqa: N817 - the tables are read in columns
from groundstation.logs.sources import Place, Table, Where, bit, coded, is_one, largest, length, number, other_than
from groundstation.mavlink.decoders.energy import UNKNOWN_CURRENT

DEG = 180.0 / math.pi
SAFETY_ARMED = 128
"""HEARTBEAT.base_mode flag of armed motors."""
MAV_AUTOPILOT_INVALID = 8
"""HEARTBEAT.autopilot of a camera, a gimbal, a station: none of their flags counts."""
HAS_FIX = (Where("fix_type", 2, 8),)
FIRST_PACK = (is_one("id", 0),)
LANDED_STATES = {1: 1.0, 2: 0.0, 3: 0.0, 4: 0.0}
"""MAV_LANDED_STATE; 0 is unknown."""

GLOBAL = Place("GLOBAL_POSITION_INT", "lat", "lon", 1e-7)
RAW = Place("GPS_RAW_INT", "lat", "lon", 1e-7, HAS_FIX)
HOME = Place("HOME_POSITION", "latitude", "longitude", 1e-7)

SOURCES: Table = {
    Q.LATITUDE: (GLOBAL.latitude(), RAW.latitude()),
    Q.LONGITUDE: (GLOBAL.longitude(), RAW.longitude()),
    Q.HEIGHT_HOME: (
        number("GLOBAL_POSITION_INT", "relative_alt", 1e-3),
        number("ALTITUDE", "altitude_relative"),
        number("LOCAL_POSITION_NED", "z", -1.0),
    ),
    Q.HEIGHT_AMSL: (
        number("GLOBAL_POSITION_INT", "alt", 1e-3),
        number("GPS_RAW_INT", "alt", 1e-3, where=(Where("fix_type", 3, 8),)),
        number("VFR_HUD", "alt"),
    ),
    Q.HOME_LATITUDE: (HOME.latitude(),),
    Q.HOME_LONGITUDE: (HOME.longitude(),),
    Q.GROUND_SPEED: (
        length("GLOBAL_POSITION_INT", ("vx", "vy"), 1e-2),
        number("VFR_HUD", "groundspeed"),
        number("GPS_RAW_INT", "vel", 1e-2, unknown=(65535,), where=HAS_FIX),
    ),
    Q.AIRSPEED: (number("VFR_HUD", "airspeed"),),
    Q.CLIMB: (number("VFR_HUD", "climb"), number("GLOBAL_POSITION_INT", "vz", -1e-2)),
    Q.ROLL: (number("ATTITUDE", "roll", DEG),),
    Q.PITCH: (number("ATTITUDE", "pitch", DEG),),
    Q.YAW: (
        number("ATTITUDE", "yaw", DEG),
        number("GLOBAL_POSITION_INT", "hdg", 1e-2, unknown=(65535,)),
        number("VFR_HUD", "heading"),
    ),
    Q.THROTTLE: (number("VFR_HUD", "throttle", 1e-2),),
    Q.BATTERY_VOLTAGE: (number("SYS_STATUS", "voltage_battery", 1e-3, unknown=(0, 65535)),),
    Q.BATTERY_CURRENT: (
        number("SYS_STATUS", "current_battery", 1e-2, unknown=UNKNOWN_CURRENT),
        number("BATTERY_STATUS", "current_battery", 1e-2, unknown=UNKNOWN_CURRENT, where=FIRST_PACK),
    ),
    Q.BATTERY_CHARGE: (
        number("SYS_STATUS", "battery_remaining", 1e-2, unknown=(-1,)),
        number("BATTERY_STATUS", "battery_remaining", 1e-2, unknown=(-1,), where=FIRST_PACK),
    ),
    Q.BATTERY_USED: (number("BATTERY_STATUS", "current_consumed", unknown=(-1,), where=FIRST_PACK),),
    Q.GPS_FIX: (number("GPS_RAW_INT", "fix_type"),),
    Q.GPS_SATELLITES: (number("GPS_RAW_INT", "satellites_visible", unknown=(255,)),),
    Q.GPS_HDOP: (number("GPS_RAW_INT", "eph", 1e-2, unknown=(65535, 9999)),),
    # PX4 puts other metrics into x and y: coning and the gyro's vibration
    Q.VIBRATION_X: (number("VIBRATION", "vibration_x", autopilot="ardupilot"),),
    Q.VIBRATION_Y: (number("VIBRATION", "vibration_y", autopilot="ardupilot"),),
    Q.VIBRATION_Z: (number("VIBRATION", "vibration_z"),),
    Q.CLIPPING: (largest("VIBRATION", ("clipping_0", "clipping_1", "clipping_2")),),
    Q.ESTIMATOR_VELOCITY: (
        number("EKF_STATUS_REPORT", "velocity_variance"),
        number("ESTIMATOR_STATUS", "vel_ratio"),
    ),
    Q.ESTIMATOR_POSITION: (
        number("EKF_STATUS_REPORT", "pos_horiz_variance"),
        number("ESTIMATOR_STATUS", "pos_horiz_ratio"),
    ),
    Q.ESTIMATOR_HEIGHT: (
        number("EKF_STATUS_REPORT", "pos_vert_variance"),
        number("ESTIMATOR_STATUS", "pos_vert_ratio"),
    ),
    Q.ESTIMATOR_COMPASS: (
        number("EKF_STATUS_REPORT", "compass_variance"),
        number("ESTIMATOR_STATUS", "mag_ratio"),
    ),
    Q.ESTIMATOR_FLAGS: (number("EKF_STATUS_REPORT", "flags"), number("ESTIMATOR_STATUS", "flags")),
    Q.RADIO_RSSI: (number("RADIO_STATUS", "rssi", unknown=(255,)), number("RADIO", "rssi", unknown=(255,))),
    Q.RADIO_REMOTE_RSSI: (
        number("RADIO_STATUS", "remrssi", unknown=(255,)),
        number("RADIO", "remrssi", unknown=(255,)),
    ),
    Q.RC_RSSI: (number("RC_CHANNELS", "rssi", 1 / 254, unknown=(255,)),),
    Q.ARMED: (bit("HEARTBEAT", "base_mode", SAFETY_ARMED, where=(other_than("autopilot", MAV_AUTOPILOT_INVALID),)),),
    Q.ON_GROUND: (coded("EXTENDED_SYS_STATE", "landed_state", LANDED_STATES),),
}
"""Where each quantity is found."""
