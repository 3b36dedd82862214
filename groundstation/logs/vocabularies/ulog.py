# SPDX-License-Identifier: Apache-2.0
"""Values in PX4's logs, of the firmware from 1.8 on. Pure.

Source: the message definitions of PX4 (msg/*.msg), whose names and units changed in 1.14; both are here.
"""

from __future__ import annotations

from groundstation.logs.sources import (
    PositionFields,
    Table,
    angle,
    coded,
    coming_from,
    item,
    known_if,
    largest,
    length,
    number,
)

ARMING_STATE_ARMED = 2
"""vehicle_status.arming_state; below 1.14 5 and 6 are in-air states of old."""
HAS_FIX = (known_if("fix_type", 2, 8),)
GLOBAL = PositionFields("vehicle_global_position", "lat", "lon")
OLD_GPS = PositionFields("vehicle_gps_position", "lat", "lon", 1e-7, HAS_FIX)
GPS = PositionFields("vehicle_gps_position", "latitude_deg", "longitude_deg", 1.0, HAS_FIX)
SENSOR_GPS = PositionFields("sensor_gps", "latitude_deg", "longitude_deg", 1.0, HAS_FIX)
OLD_SENSOR_GPS = PositionFields("sensor_gps", "lat", "lon", 1e-7, HAS_FIX)
HOME = PositionFields("home_position", "lat", "lon", 1.0, (known_if("valid_hpos", 1, 1),))
PLACES = (GLOBAL, GPS, OLD_GPS, SENSOR_GPS, OLD_SENSOR_GPS)
RECEIVERS = ("vehicle_gps_position", "sensor_gps")
CONNECTED = (known_if("connected", 1, 1),)
LOCAL, STATUS = "vehicle_local_position", "estimator_status"

SOURCES: Table = {
    "position.lat_deg": tuple(place.latitude() for place in PLACES),
    "position.lon_deg": tuple(place.longitude() for place in PLACES),
    # the local frame begins where the vehicle was switched on
    "position.height_home_m": (number(LOCAL, "z", -1.0, where=(known_if("z_valid", 1, 1),)),),
    "position.height_amsl_m": (
        number("vehicle_global_position", "alt"),
        *(number(message, "altitude_msl_m", where=HAS_FIX) for message in RECEIVERS),
        *(number(message, "alt", 1e-3, where=HAS_FIX) for message in RECEIVERS),
    ),
    "home.lat_deg": (HOME.latitude(),),
    "home.lon_deg": (HOME.longitude(),),
    "wind.speed_mps": (
        length("wind", ("windspeed_north", "windspeed_east")),
        length("wind_estimate", ("windspeed_north", "windspeed_east")),
    ),
    "wind.from_deg": (
        coming_from("wind", "windspeed_north", "windspeed_east"),
        coming_from("wind_estimate", "windspeed_north", "windspeed_east"),
    ),
    "velocity.ground_speed_mps": (
        length(LOCAL, ("vx", "vy"), where=(known_if("v_xy_valid", 1, 1),)),
        *(number(message, "vel_m_s", where=HAS_FIX) for message in RECEIVERS),
    ),
    "air_data.airspeed_mps": (
        number("airspeed_validated", "true_airspeed_m_s"),
        number("airspeed", "true_airspeed_m_s"),
    ),
    "air_data.climb_mps": (number(LOCAL, "vz", -1.0, where=(known_if("v_z_valid", 1, 1),)),),
    "attitude.roll_deg": (angle("vehicle_attitude", "q", "roll"),),
    "attitude.pitch_deg": (angle("vehicle_attitude", "q", "pitch"),),
    "attitude.yaw_deg": (angle("vehicle_attitude", "q", "yaw"),),
    "air_data.throttle_fraction": (
        # the body's z points down, so thrust upwards is negative
        item("vehicle_thrust_setpoint", "xyz", 2, -1.0),
        # the fourth control is the throttle
        item("actuator_controls_0", "control", 3),
    ),
    "battery.0.voltage_v": (number("battery_status", "voltage_v", where=CONNECTED),),
    "battery.0.current_a": (number("battery_status", "current_a", unknown=(-1,), where=CONNECTED),),
    "battery.0.charge_fraction": (number("battery_status", "remaining", unknown=(-1,), where=CONNECTED),),
    "battery.0.used_mah": (number("battery_status", "discharged_mah", unknown=(-1,), where=CONNECTED),),
    "gps.0.fix": tuple(number(message, "fix_type") for message in RECEIVERS),
    "gps.0.satellites": tuple(number(message, "satellites_used") for message in RECEIVERS),
    "gps.0.hdop": tuple(number(message, "hdop", unknown=(99.99,)) for message in RECEIVERS),
    "vibration.z_mps2": (number("vehicle_imu_status", "accel_vibration_metric"), item(STATUS, "vibe", 2)),
    "vibration.clipping": (largest("vehicle_imu_status", ("accel_clipping",)),),
    "estimator.velocity_ratio": (number(STATUS, "vel_test_ratio"),),
    "estimator.horizontal_position_ratio": (number(STATUS, "pos_test_ratio"),),
    "estimator.vertical_position_ratio": (number(STATUS, "hgt_test_ratio"),),
    "estimator.compass_ratio": (number(STATUS, "mag_test_ratio"),),
    "radio.rssi": (number("radio_status", "rssi"),),
    "radio.remote_rssi": (number("radio_status", "remote_rssi"),),
    "rc.rssi_fraction": (number("input_rc", "rssi", 1e-2, unknown=(-1,)),),
    "link.best.loss_fraction": (number("telemetry_status", "rx_message_lost_rate"),),
    "armed.is_armed": (
        coded("vehicle_status", "arming_state", {1: 0.0, ARMING_STATE_ARMED: 1.0, 3: 0.0, 4: 0.0, 5: 0.0}),
        number("actuator_armed", "armed"),
    ),
    "landed.state": (number("vehicle_land_detected", "landed"),),
}
"""Where each value is found."""
