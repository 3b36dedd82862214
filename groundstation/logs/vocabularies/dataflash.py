# SPDX-License-Identifier: Apache-2.0
"""Values in ArduPilot's own logs, of the firmware of ten years. Pure.

Source: the log structures of ArduPilot (AP_Logger/LogStructure.h) and the FMT messages of the logs themselves. The
first instance of everything counts.
"""

from __future__ import annotations

from groundstation.logs.sources import (
    PositionFields,
    Source,
    Table,
    coded,
    coming_from,
    is_one,
    known_if,
    largest,
    length,
    number,
    whole,
)

# GPS.Status: 2 is a fix in two dimensions, more is better (ArduPilot, AP_GPS)
FIRST_GPS = (is_one("I", 0), known_if("Status", 2, 8))
FIRST = (is_one("I", 0),)
FIRST_CORE = (is_one("C", 0),)
FIRST_PACK = (is_one("Inst", 0), is_one("Instance", 0))
FIRST_IMU = (is_one("IMU", 0),)
EVENT_ARMED, EVENT_DISARMED, EVENT_LANDED, EVENT_NOT_LANDED = 10, 11, 18, 28
"""EV.Id, LogEvent."""

POS = PositionFields("POS", "Lat", "Lng")
GPS = PositionFields("GPS", "Lat", "Lng", 1.0, FIRST_GPS)
# ORGN.Type: 0 is the origin of the filter, 1 is home
HOME = PositionFields("ORGN", "Lat", "Lng", 1.0, (is_one("Type", 1),))
FILTERS = ("XKF4", "NKF4", "EKF4")
"""The state of the position filter: EKF3, EKF2, EKF1."""


def _ratio(field: str) -> tuple[Source, ...]:
    return tuple(number(message, field, where=FIRST_CORE) for message in FILTERS)


SOURCES: Table = {
    "position.lat_deg": (POS.latitude(), GPS.latitude()),
    "position.lon_deg": (POS.longitude(), GPS.longitude()),
    "position.height_home_m": (
        number("POS", "RelHomeAlt"),
        number("POS", "RelAlt"),
        number("GPS", "RelAlt", where=FIRST_GPS),
        number("CTUN", "Alt"),
        number("BARO", "Alt", where=FIRST),
    ),
    "position.height_amsl_m": (number("POS", "Alt"), number("GPS", "Alt", where=FIRST_GPS)),
    "home.lat_deg": (HOME.latitude(),),
    "home.lon_deg": (HOME.longitude(),),
    "wind.speed_mps": (
        length("XKF2", ("VWN", "VWE"), where=FIRST_CORE),
        length("NKF2", ("VWN", "VWE"), where=FIRST_CORE),
        length("EKF2", ("VWN", "VWE")),
    ),
    "wind.from_deg": (
        coming_from("XKF2", "VWN", "VWE", where=FIRST_CORE),
        coming_from("NKF2", "VWN", "VWE", where=FIRST_CORE),
        coming_from("EKF2", "VWN", "VWE"),
    ),
    "velocity.ground_speed_mps": (
        length("XKF1", ("VN", "VE"), where=FIRST_CORE),
        length("NKF1", ("VN", "VE"), where=FIRST_CORE),
        number("GPS", "Spd", where=FIRST_GPS),
    ),
    "air_data.airspeed_mps": (
        # ARSP.U: whether it is flown by this sensor
        number("ARSP", "Airspeed", where=(*FIRST, known_if("U", 1, 1))),
        number("CTUN", "As"),
        number("ARSP", "Airspeed", where=FIRST),
    ),
    "air_data.climb_mps": (
        # down counts positive
        number("XKF1", "VD", -1.0, where=FIRST_CORE),
        number("NKF1", "VD", -1.0, where=FIRST_CORE),
        whole("CTUN", "CRt", 1e-2),
        number("BARO", "CRt", where=FIRST),
    ),
    "attitude.roll_deg": (number("ATT", "Roll"),),
    "attitude.pitch_deg": (number("ATT", "Pitch"),),
    "attitude.yaw_deg": (number("ATT", "Yaw"),),
    "air_data.throttle_fraction": (whole("CTUN", "ThO", 1e-3), whole("CTUN", "ThrOut", 1e-3)),
    "battery.0.voltage_v": (number("BAT", "Volt", where=FIRST_PACK), whole("CURR", "Volt", 1e-2)),
    "battery.0.current_a": (number("BAT", "Curr", where=FIRST_PACK), whole("CURR", "Curr", 1e-2)),
    "battery.0.charge_fraction": (number("BAT", "RemPct", 1e-2, unknown=(255,), where=FIRST_PACK),),
    "battery.0.used_mah": (number("BAT", "CurrTot", where=FIRST_PACK), number("CURR", "CurrTot")),
    "gps.0.fix": (number("GPS", "Status", where=FIRST),),
    "gps.0.satellites": (number("GPS", "NSats", where=FIRST),),
    "gps.0.hdop": (number("GPS", "HDop", unknown=(99.99, 655.35), where=FIRST),),
    "vibration.x_mps2": (number("VIBE", "VibeX", where=FIRST_IMU),),
    "vibration.y_mps2": (number("VIBE", "VibeY", where=FIRST_IMU),),
    "vibration.z_mps2": (number("VIBE", "VibeZ", where=FIRST_IMU),),
    "vibration.clipping": (largest("VIBE", ("Clip0", "Clip1", "Clip2")), number("VIBE", "Clip", where=FIRST_IMU)),
    "estimator.velocity_ratio": _ratio("SV"),
    "estimator.horizontal_position_ratio": _ratio("SP"),
    "estimator.vertical_position_ratio": _ratio("SH"),
    "estimator.compass_ratio": (*_ratio("SM"), largest("EKF4", ("SMX", "SMY", "SMZ"))),
    "radio.rssi": (number("RAD", "RSSI"),),
    "radio.remote_rssi": (number("RAD", "RemRSSI"),),
    "rc.rssi_fraction": (number("RSSI", "RXRSSI"),),
    "armed.is_armed": (
        number("ARM", "ArmState"),
        coded("EV", "Id", {EVENT_ARMED: 1.0, EVENT_DISARMED: 0.0}, is_of_many=True),
        number("STAT", "Armed"),
    ),
    "landed.state": (
        coded("EV", "Id", {EVENT_LANDED: 1.0, EVENT_NOT_LANDED: 0.0}, is_of_many=True),
        coded("STAT", "isFlying", {1: 0.0, 0: 1.0}),
    ),
}
"""Where each value is found."""
