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
    if name.startswith("vtol"):
        return VehicleKind.VTOL
    return _KIND_OF_TYPE_NAME.get(name, VehicleKind.OTHER)


def autopilot(mav_autopilot: int) -> Autopilot:
    """Whose firmware, by HEARTBEAT.autopilot."""
    return _AUTOPILOTS.get(mav_autopilot, Autopilot.OTHER)


def mode_name(mav_type: int, mav_autopilot: int, base_mode: int, custom_mode: int) -> str | None:
    """Name of the flight mode of a HEARTBEAT; None when the numbers have no name in pymavlink's tables."""
    if mav_autopilot == MAV_AUTOPILOT_PX4:
        name = mavutil.interpret_px4_mode(base_mode, custom_mode)
        return None if name in ("", "UNKNOWN") else str(name)
    if mav_autopilot != MAV_AUTOPILOT_ARDUPILOT or not base_mode & CUSTOM_MODE_ENABLED:
        return None
    return _ardupilot_modes(mav_type).get(custom_mode)


@functools.cache
def mode_names(mav_type: int, mav_autopilot: int) -> tuple[str, ...]:
    """Names of all modes that such a vehicle has, sorted."""
    if mav_autopilot == MAV_AUTOPILOT_PX4:
        return tuple(sorted(mavutil.px4_map))
    if mav_autopilot == MAV_AUTOPILOT_ARDUPILOT:
        return tuple(sorted(set(_ardupilot_modes(mav_type).values())))
    return ()


def _ardupilot_modes(mav_type: int) -> dict[int, str]:
    return mavutil.mode_mapping_bynumber(mav_type) or {}
