# SPDX-License-Identifier: Apache-2.0
"""Quantities in ArduPilot's own logs, of the firmware of ten years. Pure.

Source: the log structures of ArduPilot (AP_Logger/LogStructure.h) and the FMT messages of the logs themselves. The
first instance of everything counts.
"""

from __future__ import annotations

from groundstation.logs.quantities import Quantity as Q  # noqa: N817 - the tables are read in columns
from groundstation.logs.sources import Place, Source, Table, Where, coded, is_one, largest, length, number, whole

FIRST_GPS = (is_one("I", 0), Where("Status", 2, 8))
FIRST = (is_one("I", 0),)
FIRST_CORE = (is_one("C", 0),)
FIRST_PACK = (is_one("Inst", 0), is_one("Instance", 0))
FIRST_IMU = (is_one("IMU", 0),)
EVENT_ARMED, EVENT_DISARMED, EVENT_LANDED, EVENT_NOT_LANDED = 10, 11, 18, 28
"""EV.Id, LogEvent."""

POS = Place("POS", "Lat", "Lng")
GPS = Place("GPS", "Lat", "Lng", 1.0, FIRST_GPS)
HOME = Place("ORGN", "Lat", "Lng", 1.0, (is_one("Type", 1),))
FILTERS = ("XKF4", "NKF4", "EKF4")
"""The state of the position filter: EKF3, EKF2, EKF1."""


def _ratio(field: str) -> tuple[Source, ...]:
    return tuple(number(message, field, where=FIRST_CORE) for message in FILTERS)


SOURCES: Table = {
    Q.LATITUDE: (POS.latitude(), GPS.latitude()),
    Q.LONGITUDE: (POS.longitude(), GPS.longitude()),
    Q.HEIGHT_HOME: (
        number("POS", "RelHomeAlt"),
        number("POS", "RelAlt"),
        number("GPS", "RelAlt", where=FIRST_GPS),
        number("CTUN", "Alt"),
        number("BARO", "Alt", where=FIRST),
    ),
    Q.HEIGHT_AMSL: (number("POS", "Alt"), number("GPS", "Alt", where=FIRST_GPS)),
    Q.HOME_LATITUDE: (HOME.latitude(),),
    Q.HOME_LONGITUDE: (HOME.longitude(),),
    Q.GROUND_SPEED: (
        length("XKF1", ("VN", "VE"), where=FIRST_CORE),
        length("NKF1", ("VN", "VE"), where=FIRST_CORE),
        number("GPS", "Spd", where=FIRST_GPS),
    ),
    Q.AIRSPEED: (
        number("ARSP", "Airspeed", where=(*FIRST, Where("U", 1, 1))),
        number("CTUN", "As"),
        number("ARSP", "Airspeed", where=FIRST),
    ),
    Q.CLIMB: (
        number("XKF1", "VD", -1.0, where=FIRST_CORE),
        number("NKF1", "VD", -1.0, where=FIRST_CORE),
        whole("CTUN", "CRt", 1e-2),
        number("BARO", "CRt", where=FIRST),
    ),
    Q.ROLL: (number("ATT", "Roll"),),
    Q.PITCH: (number("ATT", "Pitch"),),
    Q.YAW: (number("ATT", "Yaw"),),
    Q.THROTTLE: (whole("CTUN", "ThO", 1e-3), whole("CTUN", "ThrOut", 1e-3)),
    Q.BATTERY_VOLTAGE: (number("BAT", "Volt", where=FIRST_PACK), whole("CURR", "Volt", 1e-2)),
    Q.BATTERY_CURRENT: (number("BAT", "Curr", where=FIRST_PACK), whole("CURR", "Curr", 1e-2)),
    Q.BATTERY_CHARGE: (number("BAT", "RemPct", 1e-2, unknown=(255,), where=FIRST_PACK),),
    Q.BATTERY_USED: (number("BAT", "CurrTot", where=FIRST_PACK), number("CURR", "CurrTot")),
    Q.GPS_FIX: (number("GPS", "Status", where=FIRST),),
    Q.GPS_SATELLITES: (number("GPS", "NSats", where=FIRST),),
    Q.GPS_HDOP: (number("GPS", "HDop", unknown=(99.99, 655.35), where=FIRST),),
    Q.VIBRATION_X: (number("VIBE", "VibeX", where=FIRST_IMU),),
    Q.VIBRATION_Y: (number("VIBE", "VibeY", where=FIRST_IMU),),
    Q.VIBRATION_Z: (number("VIBE", "VibeZ", where=FIRST_IMU),),
    Q.CLIPPING: (largest("VIBE", ("Clip0", "Clip1", "Clip2")), number("VIBE", "Clip", where=FIRST_IMU)),
    Q.ESTIMATOR_VELOCITY: _ratio("SV"),
    Q.ESTIMATOR_POSITION: _ratio("SP"),
    Q.ESTIMATOR_HEIGHT: _ratio("SH"),
    Q.ESTIMATOR_COMPASS: (*_ratio("SM"), largest("EKF4", ("SMX", "SMY", "SMZ"))),
    Q.ESTIMATOR_FLAGS: _ratio("SS"),
    Q.RADIO_RSSI: (number("RAD", "RSSI"),),
    Q.RADIO_REMOTE_RSSI: (number("RAD", "RemRSSI"),),
    Q.RC_RSSI: (number("RSSI", "RXRSSI"),),
    Q.ARMED: (
        number("ARM", "ArmState"),
        coded("EV", "Id", {EVENT_ARMED: 1.0, EVENT_DISARMED: 0.0}),
        number("STAT", "Armed"),
    ),
    Q.ON_GROUND: (
        coded("EV", "Id", {EVENT_LANDED: 1.0, EVENT_NOT_LANDED: 0.0}),
        coded("STAT", "isFlying", {1: 0.0, 0: 1.0}),
    ),
}
"""Where each quantity is found."""
