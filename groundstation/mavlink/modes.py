# SPDX-License-Identifier: Apache-2.0
"""What a vehicle is and the names of its flight modes, from pymavlink's own tables. Pure."""

from __future__ import annotations

import functools

from pymavlink import mavutil

from groundstation.fleet.identity import Autopilot, VehicleKind
from groundstation.mavlink.dialect import enum_names

MAV_AUTOPILOT_INVALID = 8
"""HEARTBEAT.autopilot of everything that is not an autopilot."""
MAV_AUTOPILOT_ARDUPILOT = 3
MAV_AUTOPILOT_PX4 = 12
MAV_TYPE_GCS = 6
CUSTOM_MODE_ENABLED = 1
"""HEARTBEAT.base_mode flag without which custom_mode means nothing."""
SAFETY_ARMED = 128
"""HEARTBEAT.base_mode flag of armed motors."""

_AUTOPILOTS = {MAV_AUTOPILOT_ARDUPILOT: Autopilot.ARDUPILOT, MAV_AUTOPILOT_PX4: Autopilot.PX4}

_KIND_OF_TYPE_NAME = {
    "fixed_wing": VehicleKind.PLANE,
    "quadrotor": VehicleKind.MULTICOPTER,
    "hexarotor": VehicleKind.MULTICOPTER,
    "octorotor": VehicleKind.MULTICOPTER,
    "tricopter": VehicleKind.MULTICOPTER,
    "decarotor": VehicleKind.MULTICOPTER,
    "dodecarotor": VehicleKind.MULTICOPTER,
    "coaxial": VehicleKind.HELICOPTER,
    "helicopter": VehicleKind.HELICOPTER,
    "ground_rover": VehicleKind.ROVER,
    "surface_boat": VehicleKind.BOAT,
    "submarine": VehicleKind.SUBMARINE,
    "airship": VehicleKind.AIRSHIP,
    "free_balloon": VehicleKind.AIRSHIP,
    "generic": VehicleKind.OTHER,
}
_TYPE_NAMES = enum_names("MAV_TYPE", "MAV_TYPE_")


def vehicle_kind(mav_type: int) -> VehicleKind:
    """The coarse kind of a HEARTBEAT.type."""
    name = _TYPE_NAMES.get(mav_type, "")
    # MAV_TYPE has many of them: tail sitters, tilt rotors, and reserved ones
    if name.startswith("vtol"):
        return VehicleKind.VTOL
    return _KIND_OF_TYPE_NAME.get(name, VehicleKind.OTHER)


def autopilot(mav_autopilot: int) -> Autopilot:
    """Whose firmware, by HEARTBEAT.autopilot."""
    return _AUTOPILOTS.get(mav_autopilot, Autopilot.OTHER)


def mode_name(mav_type: int, mav_autopilot: int, base_mode: int, custom_mode: int) -> str | None:
    """Name of the flight mode of a HEARTBEAT; None when the numbers have no name in pymavlink's tables."""
    if mav_autopilot == MAV_AUTOPILOT_PX4:
        # before pymavlink, which would name them by their main mode
        if custom_mode in _PX4_EXTRA_NAMES:
            return _PX4_EXTRA_NAMES[custom_mode]
        name = mavutil.interpret_px4_mode(base_mode, custom_mode)
        return None if name in ("", "UNKNOWN") else str(name)
    # other firmwares count their modes by tables of their own
    if mav_autopilot != MAV_AUTOPILOT_ARDUPILOT or not base_mode & CUSTOM_MODE_ENABLED:
        return None
    return _ardupilot_modes(mav_type).get(custom_mode)


def _px4_number(main: int, sub: int) -> int:
    # union px4_custom_mode: the two high bytes of custom_mode, the sub mode in the highest
    return main << 16 | sub << 24


_PX4_EXTRA = {"ORBIT": _px4_number(3, 1), "PRECLAND": _px4_number(4, 9)}
"""Modes that pymavlink has no name for."""
_PX4_EXTRA_NAMES = {number: name for name, number in _PX4_EXTRA.items()}


def mode_number(mav_type: int, mav_autopilot: int, name: str) -> int | None:
    """HEARTBEAT.custom_mode of a mode; None for a name that such a vehicle doesn't have."""
    if mav_autopilot == MAV_AUTOPILOT_PX4:
        _, main, sub = mavutil.px4_map.get(name, (0, 0, 0))
        return _px4_number(main, sub) if main else _PX4_EXTRA.get(name)
    if mav_autopilot == MAV_AUTOPILOT_ARDUPILOT:
        return next((number for number, one in _ardupilot_modes(mav_type).items() if one == name), None)
    return None


_NEVER = frozenset({"INITIALISING", "POSITION", "OF_LOITER", "TOY", "SPORT", "LEARNING"})
"""In pymavlink's tables, and refused by the ArduPilot of today ('No such mode'), or not to be chosen at all."""
_SINCE = {"RATE_ACRO": (4, 6), "AUTOLAND": (4, 7)}
"""Versions of ArduPilot that brought a mode; 4.5.7 refuses them."""
_OF_HELICOPTERS = frozenset({"AUTOROTATE"})


@functools.cache
def mode_names(mav_type: int, mav_autopilot: int, firmware: str | None = None) -> tuple[str, ...]:
    """Names of all modes that such a vehicle can be put into, sorted.

    Args:
        mav_type: HEARTBEAT.type.
        mav_autopilot: HEARTBEAT.autopilot.
        firmware: its version as `4.5.7`; None where that is not known, then what only some versions have is offered.
    """
    if mav_autopilot == MAV_AUTOPILOT_PX4:
        return tuple(sorted({*mavutil.px4_map, *_PX4_EXTRA}))
    if mav_autopilot != MAV_AUTOPILOT_ARDUPILOT:
        return ()
    version = _version(firmware)
    too_new = {name for name, since in _SINCE.items() if version is not None and version < since}
    # pymavlink has one table for all copters
    others = set() if vehicle_kind(mav_type) is VehicleKind.HELICOPTER else _OF_HELICOPTERS
    return tuple(sorted(set(_ardupilot_modes(mav_type).values()) - _NEVER - too_new - others))


def _version(firmware: str | None) -> tuple[int, int] | None:
    parts = (firmware or "").split(".")
    return (int(parts[0]), int(parts[1])) if len(parts) > 1 and parts[0].isdecimal() and parts[1].isdecimal() else None


def _ardupilot_modes(mav_type: int) -> dict[int, str]:
    return mavutil.mode_mapping_bynumber(mav_type) or {}
