# SPDX-License-Identifier: Apache-2.0
"""What a flight is described by, whatever its log calls it. Pure."""

from __future__ import annotations

import enum


class Quantity(enum.StrEnum):
    """Something that has a value over time; the value of the name is its label in files."""

    LATITUDE = "latitude"
    LONGITUDE = "longitude"
    HEIGHT_HOME = "height_home"
    HEIGHT_AMSL = "height_amsl"
    HOME_LATITUDE = "home_latitude"
    HOME_LONGITUDE = "home_longitude"
    GROUND_SPEED = "ground_speed"
    AIRSPEED = "airspeed"
    CLIMB = "climb"
    ROLL = "roll"
    PITCH = "pitch"
    YAW = "yaw"
    THROTTLE = "throttle"
    BATTERY_VOLTAGE = "battery_voltage"
    BATTERY_CURRENT = "battery_current"
    BATTERY_CHARGE = "battery_charge"
    BATTERY_USED = "battery_used"
    GPS_FIX = "gps_fix"
    """Number of MAVLink GPS_FIX_TYPE: 3 is a three-dimensional fix."""
    GPS_SATELLITES = "gps_satellites"
    GPS_HDOP = "gps_hdop"
    VIBRATION_X = "vibration_x"
    VIBRATION_Y = "vibration_y"
    VIBRATION_Z = "vibration_z"
    CLIPPING = "clipping"
    """How often an accelerometer hit its limit since power-on, of the worst sensor."""
    ESTIMATOR_VELOCITY = "estimator_velocity"
    """Innovation test ratios: over 1 is a failure."""
    ESTIMATOR_POSITION = "estimator_position"
    ESTIMATOR_HEIGHT = "estimator_height"
    ESTIMATOR_COMPASS = "estimator_compass"
    ESTIMATOR_FLAGS = "estimator_flags"
    """Bits of ESTIMATOR_STATUS_FLAGS as sent."""
    RADIO_RSSI = "radio_rssi"
    """Device units: compare, don't convert."""
    RADIO_REMOTE_RSSI = "radio_remote_rssi"
    RC_RSSI = "rc_rssi"
    LINK_LOSS = "link_loss"
    ARMED = "armed"
    """1 armed, 0 not."""
    ON_GROUND = "on_ground"
    """1 on the ground, 0 in the air."""


UNITS: dict[Quantity, str] = {
    Quantity.LATITUDE: "deg",
    Quantity.LONGITUDE: "deg",
    Quantity.HEIGHT_HOME: "m",
    Quantity.HEIGHT_AMSL: "m",
    Quantity.HOME_LATITUDE: "deg",
    Quantity.HOME_LONGITUDE: "deg",
    Quantity.GROUND_SPEED: "m/s",
    Quantity.AIRSPEED: "m/s",
    Quantity.CLIMB: "m/s",
    Quantity.ROLL: "deg",
    Quantity.PITCH: "deg",
    Quantity.YAW: "deg",
    Quantity.THROTTLE: "1",
    Quantity.BATTERY_VOLTAGE: "V",
    Quantity.BATTERY_CURRENT: "A",
    Quantity.BATTERY_CHARGE: "1",
    Quantity.BATTERY_USED: "mAh",
    Quantity.VIBRATION_X: "m/s/s",
    Quantity.VIBRATION_Y: "m/s/s",
    Quantity.VIBRATION_Z: "m/s/s",
    Quantity.RC_RSSI: "1",
    Quantity.LINK_LOSS: "1",
}
"""Units; `1` is a share of the whole, and what is not listed has none."""
