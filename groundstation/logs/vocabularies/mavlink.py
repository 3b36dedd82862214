# SPDX-License-Identifier: Apache-2.0
"""Values in MAVLink messages. Pure.

Source of units and of the marks for unknown: MAVLink common.xml and ardupilotmega.xml. The first battery and the first
receiver count.
"""

from __future__ import annotations

import math

from groundstation.logs.sources import (
    PositionFields,
    Table,
    bit,
    coded,
    coming_from,
    direction,
    is_one,
    known_if,
    largest,
    length,
    number,
    other_than,
)
from groundstation.mavlink.decoders.energy import UNKNOWN_CURRENT

DEG = 180.0 / math.pi
SAFETY_ARMED = 128
"""HEARTBEAT.base_mode flag of armed motors."""
MAV_AUTOPILOT_INVALID = 8
"""HEARTBEAT.autopilot of a camera, a gimbal, a station: none of their flags counts."""
HAS_FIX = (known_if("fix_type", 2, 8),)
FIRST_PACK = (is_one("id", 0),)
LANDED_STATES = {1: 1.0, 2: 0.0, 3: 0.0, 4: 0.0}
"""MAV_LANDED_STATE; 0 is unknown."""

GLOBAL = PositionFields("GLOBAL_POSITION_INT", "lat", "lon", 1e-7)
RAW = PositionFields("GPS_RAW_INT", "lat", "lon", 1e-7, HAS_FIX)
HOME = PositionFields("HOME_POSITION", "latitude", "longitude", 1e-7)

SOURCES: Table = {
    "position.lat_deg": (GLOBAL.latitude(), RAW.latitude()),
    "position.lon_deg": (GLOBAL.longitude(), RAW.longitude()),
    "position.height_home_m": (
        number("GLOBAL_POSITION_INT", "relative_alt", 1e-3),
        number("ALTITUDE", "altitude_relative"),
        # z counts down
        number("LOCAL_POSITION_NED", "z", -1.0),
    ),
    "position.boot_ms": (number("GLOBAL_POSITION_INT", "time_boot_ms"),),
    "position.height_amsl_m": (
        number("GLOBAL_POSITION_INT", "alt", 1e-3),
        # a fix in two dimensions has no height
        number("GPS_RAW_INT", "alt", 1e-3, where=(known_if("fix_type", 3, 8),)),
        number("VFR_HUD", "alt"),
    ),
    "home.lat_deg": (HOME.latitude(),),
    "home.lon_deg": (HOME.longitude(),),
    "wind.speed_mps": (number("WIND", "speed"), length("WIND_COV", ("wind_x", "wind_y"))),
    "wind.from_deg": (direction("WIND", "direction"), coming_from("WIND_COV", "wind_x", "wind_y")),
    "velocity.ground_speed_mps": (
        length("GLOBAL_POSITION_INT", ("vx", "vy"), 1e-2),
        number("VFR_HUD", "groundspeed"),
        number("GPS_RAW_INT", "vel", 1e-2, unknown=(65535,), where=HAS_FIX),
    ),
    "air_data.airspeed_mps": (number("VFR_HUD", "airspeed"),),
    "air_data.climb_mps": (number("VFR_HUD", "climb"), number("GLOBAL_POSITION_INT", "vz", -1e-2)),
    "attitude.roll_deg": (number("ATTITUDE", "roll", DEG),),
    "attitude.pitch_deg": (number("ATTITUDE", "pitch", DEG),),
    "attitude.yaw_deg": (
        direction("ATTITUDE", "yaw", DEG),
        number("GLOBAL_POSITION_INT", "hdg", 1e-2, unknown=(65535,)),
        number("VFR_HUD", "heading"),
    ),
    "air_data.throttle_fraction": (number("VFR_HUD", "throttle", 1e-2),),
    "battery.0.voltage_v": (number("SYS_STATUS", "voltage_battery", 1e-3, unknown=(0, 65535)),),
    "battery.0.current_a": (
        number("SYS_STATUS", "current_battery", 1e-2, unknown=UNKNOWN_CURRENT),
        number("BATTERY_STATUS", "current_battery", 1e-2, unknown=UNKNOWN_CURRENT, where=FIRST_PACK),
    ),
    "battery.0.charge_fraction": (
        number("SYS_STATUS", "battery_remaining", 1e-2, unknown=(-1,)),
        number("BATTERY_STATUS", "battery_remaining", 1e-2, unknown=(-1,), where=FIRST_PACK),
    ),
    "battery.0.used_mah": (number("BATTERY_STATUS", "current_consumed", unknown=(-1,), where=FIRST_PACK),),
    "gps.0.fix": (number("GPS_RAW_INT", "fix_type"),),
    "gps.0.satellites": (number("GPS_RAW_INT", "satellites_visible", unknown=(255,)),),
    "gps.0.hdop": (number("GPS_RAW_INT", "eph", 1e-2, unknown=(65535, 9999)),),
    # PX4 puts other metrics into x and y: coning and the gyro's vibration
    "vibration.x_mps2": (number("VIBRATION", "vibration_x", autopilot="ardupilot"),),
    "vibration.y_mps2": (number("VIBRATION", "vibration_y", autopilot="ardupilot"),),
    "vibration.z_mps2": (number("VIBRATION", "vibration_z"),),
    "vibration.clipping": (largest("VIBRATION", ("clipping_0", "clipping_1", "clipping_2")),),
    "estimator.velocity_ratio": (
        number("EKF_STATUS_REPORT", "velocity_variance"),
        number("ESTIMATOR_STATUS", "vel_ratio"),
    ),
    "estimator.horizontal_position_ratio": (
        number("EKF_STATUS_REPORT", "pos_horiz_variance"),
        number("ESTIMATOR_STATUS", "pos_horiz_ratio"),
    ),
    "estimator.vertical_position_ratio": (
        number("EKF_STATUS_REPORT", "pos_vert_variance"),
        number("ESTIMATOR_STATUS", "pos_vert_ratio"),
    ),
    "estimator.compass_ratio": (
        number("EKF_STATUS_REPORT", "compass_variance"),
        number("ESTIMATOR_STATUS", "mag_ratio"),
    ),
    "radio.rssi": (number("RADIO_STATUS", "rssi", unknown=(255,)), number("RADIO", "rssi", unknown=(255,))),
    "radio.remote_rssi": (
        number("RADIO_STATUS", "remrssi", unknown=(255,)),
        number("RADIO", "remrssi", unknown=(255,)),
    ),
    # RC_CHANNELS.rssi goes from 0 to 254, and 255 is unknown (MAVLink, common.xml)
    "rc.rssi_fraction": (number("RC_CHANNELS", "rssi", 1 / 254, unknown=(255,)),),
    "armed.is_armed": (
        bit("HEARTBEAT", "base_mode", SAFETY_ARMED, where=(other_than("autopilot", MAV_AUTOPILOT_INVALID),)),
    ),
    "landed.state": (coded("EXTENDED_SYS_STATE", "landed_state", LANDED_STATES),),
}
"""Where each value is found."""
