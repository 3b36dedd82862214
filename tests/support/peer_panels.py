# SPDX-License-Identifier: Apache-2.0
"""What the panels have to show of a log, by pymavlink and pyulog alone: none of our readers, tables or clocks.

Of the messages that tell a value the first one counts that tells it anywhere in the log; of those the newest up to the
moment. Whether that one says "unknown", unknown it is, whatever was told before.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from pymavlink import mavutil
from pymavlink.DFReader import DFReader_binary, DFReader_text
from pyulog import ULog

from tests.support.peer_tlog import pymavlink_log

SKIP = object()
"""Of another battery, receiver, filter: as if the message was not there."""
Read = Callable[[dict[str, Any]], Any]
Choice = tuple[tuple[str, Read], ...]
SAME_S = 2e-6
"""Two decoders place a message alike within this."""
FIXES = (
    *("no_gps", "no_fix", "fix_2d", "fix_3d", "dgps"),
    *("rtk_float", "rtk_fixed", "static", "ppp"),
)
"""By MAVLink's GPS_FIX_TYPE, which ArduPilot and PX4 count by too."""


class Said(NamedTuple):
    """One vehicle's messages."""

    messages: dict[str, tuple[list[float], list[dict[str, Any]]]]
    """By name: times and fields, both in the order of time."""
    times: np.ndarray
    """Of all of them, ascending."""
    table: dict[str, Choice]

    def at(self, at_s: float) -> dict[str, Any]:
        """What was known at a moment, by value; None for unknown."""
        return {name: self._newest(choice, at_s) for name, choice in self.table.items()}

    def _newest(self, choice: Choice, at_s: float) -> Any:
        for message, read in choice:
            times, rows = self.messages.get(message, ([], []))
            found = [
                (at, value) for at, row in zip(times, rows, strict=True) if (value := _value(read, row)) is not SKIP
            ]
            if all(value is None for _, value in found):
                continue
            until = [value for at, value in found if at <= at_s + SAME_S]
            return until[-1] if until else None
        return None


def _value(read: Read, row: dict[str, Any]) -> Any:
    try:
        value = read(row)
    except KeyError:
        # a log of another firmware has no such field
        return None
    return None if isinstance(value, float) and not math.isfinite(value) else value


def said(path: Path) -> dict[str, Said]:
    """By the number of its vehicle, or `vehicle` in a log on board."""
    if path.suffix == ".tlog":
        return _tlog(path)
    return {"vehicle": _ulog(path) if path.suffix == ".ulg" else _dataflash(path)}


def _made(found: Iterable[tuple[float, str, dict[str, Any]]], table: dict[str, Choice]) -> Said:
    messages: dict[str, tuple[list[float], list[dict[str, Any]]]] = defaultdict(lambda: ([], []))
    ordered = sorted(found, key=lambda one: one[0])
    for at_s, name, fields in ordered:
        messages[name][0].append(at_s)
        messages[name][1].append(fields)
    return Said(dict(messages), np.unique([one[0] for one in ordered]), table)


def _place(which: int, lat: float, lon: float, *, is_known: bool = True) -> float | None:
    is_somewhere = abs(lat) <= 90 and abs(lon) <= 180 and (abs(lat) > 0.01 or abs(lon) > 0.01)
    return (lat, lon)[which] if is_known and is_somewhere else None


def _unless(value: float, *unknown: float, scale: float = 1.0) -> float | None:
    return None if value in unknown else value * scale


# ---- MAVLink: units and marks of common.xml ----

NO_CURRENT = (-1, -100)
"""-1 of the definition, and the -1 A that PX4 makes of it."""


def _tlog(path: Path) -> dict[str, Said]:
    log = pymavlink_log(path)
    found: dict[int, list[tuple[float, str, dict[str, Any]]]] = defaultdict(list)
    autopilots: dict[int, int] = {}
    while (message := log.recv_msg()) is not None:
        name, component = message.get_type(), message.get_srcComponent()
        if name == "BAD_DATA" or component != mavutil.mavlink.MAV_COMP_ID_AUTOPILOT1:
            continue
        found[message.get_srcSystem()].append((message._timestamp, name, message.to_dict()))
        if name == "HEARTBEAT":
            autopilots[message.get_srcSystem()] = message.autopilot
    log.close()
    return {str(one): _made(found[one], MAVLINK) for one in autopilots}


def _global(which: int) -> Read:
    return lambda m: _place(which, m["lat"] * 1e-7, m["lon"] * 1e-7)


def _raw(which: int) -> Read:
    return lambda m: _place(which, m["lat"] * 1e-7, m["lon"] * 1e-7, is_known=2 <= m["fix_type"] <= 8)


def _heartbeat_mode(m: dict[str, Any]) -> str:
    if m["autopilot"] == mavutil.mavlink.MAV_AUTOPILOT_PX4:
        name = mavutil.interpret_px4_mode(m["base_mode"], m["custom_mode"])
    else:
        names = mavutil.mode_mapping_bynumber(m["type"]) or {}
        name = names.get(m["custom_mode"], "") if m["base_mode"] & 1 else ""
    return name or f"MODE {m['custom_mode']}"


def _first_pack(m: dict[str, Any], value: float | None) -> Any:
    return value if m["id"] == 0 else SKIP


MAVLINK: dict[str, Choice] = {
    "lat_deg": (("GLOBAL_POSITION_INT", _global(0)), ("GPS_RAW_INT", _raw(0))),
    "lon_deg": (("GLOBAL_POSITION_INT", _global(1)), ("GPS_RAW_INT", _raw(1))),
    "height_home_m": (
        ("GLOBAL_POSITION_INT", lambda m: m["relative_alt"] / 1000),
        ("ALTITUDE", lambda m: m["altitude_relative"]),
        ("LOCAL_POSITION_NED", lambda m: -m["z"]),
    ),
    "roll_deg": (("ATTITUDE", lambda m: math.degrees(m["roll"])),),
    "pitch_deg": (("ATTITUDE", lambda m: math.degrees(m["pitch"])),),
    "yaw_deg": (
        ("ATTITUDE", lambda m: math.degrees(m["yaw"]) % 360),
        ("GLOBAL_POSITION_INT", lambda m: _unless(m["hdg"], 65535, scale=0.01)),
        ("VFR_HUD", lambda m: m["heading"]),
    ),
    "ground_speed_mps": (
        ("GLOBAL_POSITION_INT", lambda m: math.hypot(m["vx"], m["vy"]) / 100),
        ("VFR_HUD", lambda m: m["groundspeed"]),
        ("GPS_RAW_INT", lambda m: _unless(m["vel"], 65535, scale=0.01) if 2 <= m["fix_type"] <= 8 else None),
    ),
    "climb_mps": (("VFR_HUD", lambda m: m["climb"]), ("GLOBAL_POSITION_INT", lambda m: -m["vz"] / 100)),
    "voltage_v": (("SYS_STATUS", lambda m: _unless(m["voltage_battery"], 0, 65535, scale=0.001)),),
    "current_a": (
        ("SYS_STATUS", lambda m: _unless(m["current_battery"], *NO_CURRENT, scale=0.01)),
        ("BATTERY_STATUS", lambda m: _first_pack(m, _unless(m["current_battery"], *NO_CURRENT, scale=0.01))),
    ),
    "charge_fraction": (
        ("SYS_STATUS", lambda m: _unless(m["battery_remaining"], -1, scale=0.01)),
        ("BATTERY_STATUS", lambda m: _first_pack(m, _unless(m["battery_remaining"], -1, scale=0.01))),
    ),
    "fix": (("GPS_RAW_INT", lambda m: FIXES[m["fix_type"]]),),
    "satellites": (("GPS_RAW_INT", lambda m: _unless(m["satellites_visible"], 255)),),
    "mode": (("HEARTBEAT", _heartbeat_mode),),
    "is_armed": (("HEARTBEAT", lambda m: bool(m["base_mode"] & 128)),),
}


# ---- DataFlash: AP_Logger/LogStructure.h, and the FMT messages of each log ----


def _dataflash(path: Path) -> Said:
    log = (DFReader_text if path.suffix == ".log" else DFReader_binary)(str(path))
    wanted = {message for choice in DATAFLASH.values() for message, _ in choice}
    found = []
    while (message := log.recv_msg()) is not None:
        name = message.get_type()
        # of all others only when they came counts
        fields = {one: getattr(message, one) for one in message._fieldnames} if name in wanted else {}
        if name == "MODE":
            fields["mode_name"] = _board_mode(fields, log.mav_type)
        if name not in ("FMT", "FMTU", "UNIT", "MULT"):
            found.append((message._timestamp, name, fields))
    log.close()
    return _made(_with_arming(found), DATAFLASH)


def _board_mode(fields: dict[str, Any], mav_type: int) -> str:
    if isinstance(fields["Mode"], str):
        return fields["Mode"].upper()
    number = fields.get("ModeNum", fields["Mode"])
    return (mavutil.mode_mapping_bynumber(mav_type) or {}).get(number, f"MODE {number}")


def _with_arming(found: list[tuple[float, str, dict[str, Any]]]) -> list[tuple[float, str, dict[str, Any]]]:
    """Logs on board tell changes: where the first one, later than 5 s, is a disarming, it was armed since it began."""
    begin_s = min(one[0] for one in found)
    for name, read in DATAFLASH["is_armed"]:
        told = [
            (at, value) for at, kind, row in found if kind == name and (value := _value(read, row)) not in (SKIP, None)
        ]
        if told and not told[0][1] and told[0][0] - begin_s >= 5.0:
            row = {"ARM": {"ArmState": 1}, "EV": {"Id": 10}, "STAT": {"Armed": 1}}[name]
            return [(begin_s, name, row), *found]
        if told:
            break
    return found


def _of_first(key: str, read: Read) -> Read:
    """Of the first receiver, filter ..., in a log that tells them apart."""
    return lambda m: read(m) if m.get(key, 0) == 0 else SKIP


def _has_fix(read: Read) -> Read:
    return _of_first("I", lambda m: read(m) if m["Status"] >= 2 else None)


def _board_place(which: int) -> Read:
    return lambda m: _place(which, m["Lat"], m["Lng"])


def _pack(read: Read) -> Read:
    return _of_first("Inst", _of_first("Instance", read))


DATAFLASH: dict[str, Choice] = {
    "lat_deg": (("POS", _board_place(0)), ("GPS", _has_fix(_board_place(0)))),
    "lon_deg": (("POS", _board_place(1)), ("GPS", _has_fix(_board_place(1)))),
    "height_home_m": (
        ("POS", lambda m: m["RelHomeAlt"]),
        ("POS", lambda m: m["RelAlt"]),
        ("GPS", _has_fix(lambda m: m["RelAlt"])),
        ("CTUN", lambda m: m["Alt"]),
        ("BARO", _of_first("I", lambda m: m["Alt"])),
    ),
    "roll_deg": (("ATT", lambda m: m["Roll"]),),
    "pitch_deg": (("ATT", lambda m: m["Pitch"]),),
    "yaw_deg": (("ATT", lambda m: m["Yaw"]),),
    "ground_speed_mps": (
        ("XKF1", _of_first("C", lambda m: math.hypot(m["VN"], m["VE"]))),
        ("NKF1", _of_first("C", lambda m: math.hypot(m["VN"], m["VE"]))),
        ("GPS", _has_fix(lambda m: m["Spd"])),
    ),
    "climb_mps": (
        ("XKF1", _of_first("C", lambda m: -m["VD"])),
        ("NKF1", _of_first("C", lambda m: -m["VD"])),
        # whole centimetres in older firmware
        ("CTUN", lambda m: m["CRt"] / 100 if isinstance(m["CRt"], int) else m["CRt"]),
        ("BARO", _of_first("I", lambda m: m["CRt"])),
    ),
    "voltage_v": (
        ("BAT", _pack(lambda m: m["Volt"])),
        ("CURR", lambda m: m["Volt"] / 100 if isinstance(m["Volt"], int) else m["Volt"]),
    ),
    "current_a": (
        ("BAT", _pack(lambda m: m["Curr"])),
        ("CURR", lambda m: m["Curr"] / 100 if isinstance(m["Curr"], int) else m["Curr"]),
    ),
    "charge_fraction": (("BAT", _pack(lambda m: _unless(m["RemPct"], 255, scale=0.01))),),
    "fix": (("GPS", _of_first("I", lambda m: FIXES[m["Status"]])),),
    "satellites": (("GPS", _of_first("I", lambda m: m["NSats"])),),
    "mode": (("MODE", lambda m: m["mode_name"]),),
    "is_armed": (
        ("ARM", lambda m: bool(m["ArmState"])),
        ("EV", lambda m: {10: True, 11: False}.get(m["Id"], SKIP)),
        ("STAT", lambda m: bool(m["Armed"])),
    ),
}


# ---- ULog: the message definitions of PX4 ----


def _ulog(path: Path) -> Said:
    log = ULog(str(path))
    found = []
    for topic in log.data_list:
        if topic.multi_id:
            continue
        columns = {name: column.tolist() for name, column in topic.data.items()}
        for row in zip(*columns.values(), strict=True):
            fields = dict(zip(columns, row, strict=True))
            found.append((fields["timestamp"] / 1e6, topic.name, fields))
    return _made(found, ULOG)


def _quaternion(which: int) -> Read:
    def read(m: dict[str, Any]) -> float:
        w, x, y, z = (m[f"q[{place}]"] for place in range(4))
        return (
            math.degrees(math.atan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y))),
            math.degrees(math.asin(max(-1.0, min(1.0, 2 * (w * y - z * x))))),
            math.degrees(math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))) % 360,
        )[which]

    return read


def _receiver_place(which: int) -> Read:
    return lambda m: _place(which, m["lat"] * 1e-7, m["lon"] * 1e-7, is_known=m["fix_type"] >= 2)


def _if(flag: str, read: Read) -> Read:
    """Where the message says by a flag of its own whether its value counts."""
    return lambda m: read(m) if m.get(flag, 1) else None


_NAV_STATES = {
    0: "MANUAL",
    1: "ALTCTL",
    2: "POSCTL",
    3: "MISSION",
    4: "LOITER",
    5: "RTL",
    10: "ACRO",
    12: "DESCEND",
    14: "OFFBOARD",
    15: "STABILIZED",
    17: "TAKEOFF",
    18: "LAND",
}
ULOG: dict[str, Choice] = {
    "lat_deg": (
        ("vehicle_global_position", lambda m: _place(0, m["lat"], m["lon"])),
        ("vehicle_gps_position", _receiver_place(0)),
    ),
    "lon_deg": (
        ("vehicle_global_position", lambda m: _place(1, m["lat"], m["lon"])),
        ("vehicle_gps_position", _receiver_place(1)),
    ),
    "height_home_m": (("vehicle_local_position", _if("z_valid", lambda m: -m["z"])),),
    "roll_deg": (("vehicle_attitude", _quaternion(0)),),
    "pitch_deg": (("vehicle_attitude", _quaternion(1)),),
    "yaw_deg": (("vehicle_attitude", _quaternion(2)),),
    "ground_speed_mps": (
        ("vehicle_local_position", _if("v_xy_valid", lambda m: math.hypot(m["vx"], m["vy"]))),
        ("vehicle_gps_position", lambda m: m["vel_m_s"] if m["fix_type"] >= 2 else None),
    ),
    "climb_mps": (("vehicle_local_position", _if("v_z_valid", lambda m: -m["vz"])),),
    "voltage_v": (("battery_status", _if("connected", lambda m: m["voltage_v"])),),
    "current_a": (("battery_status", _if("connected", lambda m: _unless(m["current_a"], -1))),),
    "charge_fraction": (("battery_status", _if("connected", lambda m: _unless(m["remaining"], -1))),),
    "fix": (("vehicle_gps_position", lambda m: FIXES[m["fix_type"]]),),
    "satellites": (("vehicle_gps_position", lambda m: m["satellites_used"]),),
    "mode": (("vehicle_status", lambda m: _NAV_STATES.get(m["nav_state"], f"MODE {m['nav_state']}")),),
    "is_armed": (("vehicle_status", lambda m: m["arming_state"] == 2),),
}
