# SPDX-License-Identifier: Apache-2.0
"""Quantities in PX4's logs, of the firmware from 1.8 on. Pure.

Source: the message definitions of PX4 (msg/*.msg), whose names and units changed in 1.14; both are here.
"""

from __future__ import annotations

from groundstation.logs.quantities import Quantity as Q  # noqa: N817 - the tables are read in columns
from groundstation.logs.sources import Place, Table, Where, angle, coded, is_one, item, largest, length, number

ARMING_STATE_ARMED = 2
"""vehicle_status.arming_state; below 1.14 5 and 6 are in-air states of old."""
HAS_FIX = (Where("fix_type", 2, 8),)
GLOBAL = Place("vehicle_global_position", "lat", "lon")
OLD_GPS = Place("vehicle_gps_position", "lat", "lon", 1e-7, HAS_FIX)
GPS = Place("vehicle_gps_position", "latitude_deg", "longitude_deg", 1.0, HAS_FIX)
SENSOR_GPS = Place("sensor_gps", "latitude_deg", "longitude_deg", 1.0, HAS_FIX)
OLD_SENSOR_GPS = Place("sensor_gps", "lat", "lon", 1e-7, HAS_FIX)
HOME = Place("home_position", "lat", "lon", 1.0, (is_one("valid_hpos", 1),))
PLACES = (GLOBAL, GPS, OLD_GPS, SENSOR_GPS, OLD_SENSOR_GPS)
RECEIVERS = ("vehicle_gps_position", "sensor_gps")
CONNECTED = (is_one("connected", 1),)
LOCAL, STATUS = "vehicle_local_position", "estimator_status"

SOURCES: Table = {
    Q.LATITUDE: tuple(place.latitude() for place in PLACES),
    Q.LONGITUDE: tuple(place.longitude() for place in PLACES),
    # the local frame begins where the vehicle was switched on
    Q.HEIGHT_HOME: (number(LOCAL, "z", -1.0, where=(is_one("z_valid", 1),)),),
    Q.HEIGHT_AMSL: (
        number("vehicle_global_position", "alt"),
        *(number(message, "altitude_msl_m", where=HAS_FIX) for message in RECEIVERS),
        *(number(message, "alt", 1e-3, where=HAS_FIX) for message in RECEIVERS),
    ),
    Q.HOME_LATITUDE: (HOME.latitude(),),
    Q.HOME_LONGITUDE: (HOME.longitude(),),
    Q.GROUND_SPEED: (
        length(LOCAL, ("vx", "vy"), where=(is_one("v_xy_valid", 1),)),
        *(number(message, "vel_m_s", where=HAS_FIX) for message in RECEIVERS),
    ),
    Q.AIRSPEED: (
        number("airspeed_validated", "true_airspeed_m_s"),
        number("airspeed", "true_airspeed_m_s"),
    ),
    Q.CLIMB: (number(LOCAL, "vz", -1.0, where=(is_one("v_z_valid", 1),)),),
    Q.ROLL: (angle("vehicle_attitude", "q", "roll"),),
    Q.PITCH: (angle("vehicle_attitude", "q", "pitch"),),
    Q.YAW: (angle("vehicle_attitude", "q", "yaw"),),
    Q.THROTTLE: (
        item("vehicle_thrust_setpoint", "xyz", 2, -1.0),
        item("actuator_controls_0", "control", 3),
    ),
    Q.BATTERY_VOLTAGE: (number("battery_status", "voltage_v", where=CONNECTED),),
    Q.BATTERY_CURRENT: (number("battery_status", "current_a", unknown=(-1,), where=CONNECTED),),
    Q.BATTERY_CHARGE: (number("battery_status", "remaining", unknown=(-1,), where=CONNECTED),),
    Q.BATTERY_USED: (number("battery_status", "discharged_mah", unknown=(-1,), where=CONNECTED),),
    Q.GPS_FIX: tuple(number(message, "fix_type") for message in RECEIVERS),
    Q.GPS_SATELLITES: tuple(number(message, "satellites_used") for message in RECEIVERS),
    Q.GPS_HDOP: tuple(number(message, "hdop", unknown=(99.99,)) for message in RECEIVERS),
    Q.VIBRATION_Z: (number("vehicle_imu_status", "accel_vibration_metric"), item(STATUS, "vibe", 2)),
    Q.CLIPPING: (largest("vehicle_imu_status", ("accel_clipping",)),),
    Q.ESTIMATOR_VELOCITY: (number(STATUS, "vel_test_ratio"),),
    Q.ESTIMATOR_POSITION: (number(STATUS, "pos_test_ratio"),),
    Q.ESTIMATOR_HEIGHT: (number(STATUS, "hgt_test_ratio"),),
    Q.ESTIMATOR_COMPASS: (number(STATUS, "mag_test_ratio"),),
    Q.ESTIMATOR_FLAGS: (number(STATUS, "solution_status_flags"),),
    Q.RADIO_RSSI: (number("radio_status", "rssi"),),
    Q.RADIO_REMOTE_RSSI: (number("radio_status", "remote_rssi"),),
    Q.RC_RSSI: (number("input_rc", "rssi", 1e-2, unknown=(-1,)),),
    Q.LINK_LOSS: (number("telemetry_status", "rx_message_lost_rate"),),
    Q.ARMED: (
        coded("vehicle_status", "arming_state", {1: 0.0, ARMING_STATE_ARMED: 1.0, 3: 0.0, 4: 0.0, 5: 0.0}),
        number("actuator_armed", "armed"),
    ),
    Q.ON_GROUND: (number("vehicle_land_detected", "landed"),),
}
"""Where each quantity is found."""
