# SPDX-License-Identifier: Apache-2.0
"""Quantities in recordings of our own topics; units are ours already. Pure. Source: fleet/kinds.py."""

from __future__ import annotations

from groundstation.logs.quantities import Quantity as Q  # noqa: N817 - the tables are read in columns
from groundstation.logs.sources import Place, Source, Table, coded, number

MOTION, STATUS, DETAIL, STATE = "tlm/motion", "tlm/status", "tlm/detail", "state"
SLOW = (STATUS, DETAIL, STATE)
FIXES = {"no_gps": 0, "no_fix": 1, "fix_2d": 2, "fix_3d": 3, "dgps": 4, "rtk_float": 5, "rtk_fixed": 6, "static": 7}
ON_GROUND = {"on_ground": 1.0, "in_air": 0.0, "taking_off": 0.0, "landing": 0.0}
POSITION = Place(MOTION, "position.lat_deg", "position.lon_deg")
HOMES = tuple(Place(message, "home.lat_deg", "home.lon_deg") for message in SLOW)


def _slow(field: str) -> tuple[Source, ...]:
    """Slow values come on one of these, by the rate that the operator chose."""
    return tuple(number(message, field) for message in SLOW)


SOURCES: Table = {
    Q.LATITUDE: (POSITION.latitude(),),
    Q.LONGITUDE: (POSITION.longitude(),),
    Q.HEIGHT_HOME: (number(MOTION, "position.height_home_m"),),
    Q.HEIGHT_AMSL: (number(MOTION, "position.height_amsl_m"),),
    Q.HOME_LATITUDE: tuple(place.latitude() for place in HOMES),
    Q.HOME_LONGITUDE: tuple(place.longitude() for place in HOMES),
    Q.GROUND_SPEED: (number(MOTION, "velocity.ground_speed_mps"), number(MOTION, "air_data.ground_speed_mps")),
    Q.AIRSPEED: (number(MOTION, "air_data.airspeed_mps"),),
    Q.CLIMB: (number(MOTION, "air_data.climb_mps"), number(MOTION, "velocity.down_mps", -1.0)),
    Q.ROLL: (number(MOTION, "attitude.roll_deg"),),
    Q.PITCH: (number(MOTION, "attitude.pitch_deg"),),
    Q.YAW: (number(MOTION, "attitude.yaw_deg"), number(MOTION, "position.heading_deg")),
    Q.THROTTLE: (number(MOTION, "air_data.throttle_fraction"),),
    Q.BATTERY_VOLTAGE: _slow("battery.0.voltage_v"),
    Q.BATTERY_CURRENT: _slow("battery.0.current_a"),
    Q.BATTERY_CHARGE: _slow("battery.0.charge_fraction"),
    Q.BATTERY_USED: _slow("battery.0.used_mah"),
    Q.GPS_FIX: tuple(coded(message, "gps.0.fix", FIXES) for message in SLOW),
    Q.GPS_SATELLITES: _slow("gps.0.satellites"),
    Q.GPS_HDOP: _slow("gps.0.hdop"),
    Q.VIBRATION_X: _slow("vibration.x_mps2"),
    Q.VIBRATION_Y: _slow("vibration.y_mps2"),
    Q.VIBRATION_Z: _slow("vibration.z_mps2"),
    Q.CLIPPING: _slow("vibration.clipping.0"),
    Q.ESTIMATOR_VELOCITY: _slow("estimator.velocity_ratio"),
    Q.ESTIMATOR_POSITION: _slow("estimator.horizontal_position_ratio"),
    Q.ESTIMATOR_HEIGHT: _slow("estimator.vertical_position_ratio"),
    Q.ESTIMATOR_COMPASS: _slow("estimator.compass_ratio"),
    Q.RADIO_RSSI: _slow("radio.rssi"),
    Q.RADIO_REMOTE_RSSI: _slow("radio.remote_rssi"),
    Q.RC_RSSI: _slow("rc.rssi_fraction"),
    Q.LINK_LOSS: (number("link", "links.best.loss_fraction"),),
    Q.ARMED: tuple(number(message, "armed.is_armed") for message in (STATE, STATUS)),
    Q.ON_GROUND: tuple(coded(message, "landed.state", ON_GROUND) for message in (STATE, STATUS)),
}
"""Where each quantity is found."""
