# SPDX-License-Identifier: Apache-2.0
"""Who speaks: which component of a system is its autopilot, and what the others are. Pure; the one rule for all rooms.

A vehicle is its autopilot component (docs/adr/0015). HEARTBEAT.autopilot alone tells nothing: companions, gimbals and
cameras send one that is not INVALID. Types and component ids after MAVLink common.xml, MAV_TYPE and MAV_COMPONENT.
"""

from __future__ import annotations

from groundstation.fleet.sample import Name
from groundstation.mavlink.modes import MAV_AUTOPILOT_INVALID, MAV_TYPE_GCS

AUTOPILOT_COMPONENT = 1
"""MAV_COMP_ID_AUTOPILOT1."""
STAND_IN_COMPONENT = 200
"""MAV_COMP_ID_IMU, under which iNav and Betaflight speak; an autopilot only where the system has no component 1."""


class SpeakerRole(Name):
    """What a component of a MAVLink system is."""

    UNKNOWN = "unknown"
    AUTOPILOT = "autopilot"
    STATION = "ground station"
    COMPANION = "companion"
    RADIO = "radio"
    CAMERA = "camera"
    GIMBAL = "gimbal"
    ADSB = "ADS-B receiver"
    FLARM = "FLARM"
    REMOTE_ID = "remote id"
    CHARGING_STATION = "charging station"
    SERVO = "servo"
    WINCH = "winch"
    GRIPPER = "gripper"
    BATTERY = "battery"
    PARACHUTE = "parachute"
    LOG = "logger"
    OSD = "on-screen display"
    IMU = "inertial sensor"
    GPS = "GPS receiver"
    ILLUMINATOR = "illuminator"
    BRIDGE = "bridge"
    PERIPHERAL = "peripheral"


_ROLE_OF_TYPE: dict[int, SpeakerRole] = {
    MAV_TYPE_GCS: SpeakerRole.STATION,
    18: SpeakerRole.COMPANION,
    26: SpeakerRole.GIMBAL,
    27: SpeakerRole.ADSB,
    30: SpeakerRole.CAMERA,
    31: SpeakerRole.CHARGING_STATION,
    32: SpeakerRole.FLARM,
    33: SpeakerRole.SERVO,
    34: SpeakerRole.REMOTE_ID,
    36: SpeakerRole.BATTERY,
    37: SpeakerRole.PARACHUTE,
    38: SpeakerRole.LOG,
    39: SpeakerRole.OSD,
    40: SpeakerRole.IMU,
    41: SpeakerRole.GPS,
    42: SpeakerRole.WINCH,
    44: SpeakerRole.ILLUMINATOR,
    48: SpeakerRole.GRIPPER,
}
"""MAV_TYPEs of what is never a vehicle."""

_COMPONENTS: tuple[tuple[range, SpeakerRole], ...] = (
    (range(68, 69), SpeakerRole.RADIO),
    (range(100, 106), SpeakerRole.CAMERA),
    (range(140, 154), SpeakerRole.SERVO),
    (range(154, 155), SpeakerRole.GIMBAL),
    (range(155, 156), SpeakerRole.LOG),
    (range(156, 157), SpeakerRole.ADSB),
    (range(157, 158), SpeakerRole.OSD),
    (range(158, 159), SpeakerRole.PERIPHERAL),
    (range(159, 160), SpeakerRole.GIMBAL),
    (range(160, 161), SpeakerRole.FLARM),
    (range(161, 162), SpeakerRole.PARACHUTE),
    (range(169, 170), SpeakerRole.WINCH),
    (range(171, 176), SpeakerRole.GIMBAL),
    (range(180, 182), SpeakerRole.BATTERY),
    (range(189, 190), SpeakerRole.BRIDGE),
    (range(190, 191), SpeakerRole.STATION),
    (range(191, 199), SpeakerRole.COMPANION),
    (range(200, 203), SpeakerRole.IMU),
    (range(220, 222), SpeakerRole.GPS),
    (range(236, 239), SpeakerRole.REMOTE_ID),
    (range(240, 243), SpeakerRole.BRIDGE),
    (range(243, 244), SpeakerRole.ILLUMINATOR),
)
"""Component ids that the protocol gives to something else than an autopilot."""

_ROLE_OF_COMPONENT: dict[int, SpeakerRole] = {number: role for numbers, role in _COMPONENTS for number in numbers}
RADIO_COMPONENT = 68
"""MAV_COMP_ID_TELEMETRY_RADIO; a SiK radio speaks as 51/68 and sends no heartbeat."""


_AUTOPILOTS = (AUTOPILOT_COMPONENT, STAND_IN_COMPONENT)


def role_of(compid: int, mav_type: int | None = None, mav_autopilot: int | None = None) -> SpeakerRole:
    """What a component is.

    Args:
        compid: its component id.
        mav_type: HEARTBEAT.type; None for one that sends no heartbeat.
        mav_autopilot: HEARTBEAT.autopilot; None as well.

    Returns:
        `AUTOPILOT` for what may be a vehicle, of which a system has one (`autopilot_among`).
    """
    by_type = _ROLE_OF_TYPE.get(mav_type) if mav_type is not None else None
    # the type first: a companion computer says what it is, whatever component id it took
    if by_type is not None:
        return by_type
    may_fly = mav_type is not None and mav_autopilot is not None and mav_autopilot != MAV_AUTOPILOT_INVALID
    # an id of no table too: some firmwares let the user choose one for the autopilot
    if may_fly and (compid in _AUTOPILOTS or compid not in _ROLE_OF_COMPONENT):
        return SpeakerRole.AUTOPILOT
    return _ROLE_OF_COMPONENT.get(compid, SpeakerRole.UNKNOWN)


def rank(compid: int) -> int:
    """How good a claim a component with an autopilot's heartbeat has to be its system's autopilot; lower is better."""
    return _AUTOPILOTS.index(compid) if compid in _AUTOPILOTS else len(_AUTOPILOTS)


def autopilot_among(said: set[tuple[int, int, int]]) -> tuple[int, int, int] | None:
    """The autopilot of a system.

    Args:
        said: component id, HEARTBEAT.type and HEARTBEAT.autopilot of every kind of heartbeat that it sent.

    Returns:
        The one of them that is the vehicle; None for a system that is none.
    """
    flown = [one for one in said if role_of(*one) is SpeakerRole.AUTOPILOT]
    return min(flown, key=lambda one: (rank(one[0]), one)) if flown else None


def is_radio(compid: int) -> bool:
    """Whether a component is a telemetry radio, whose report is about the link it came over, whatever its system id."""
    return compid == RADIO_COMPONENT


def named(compid: int, role: SpeakerRole) -> str:
    """A component for people: `gimbal (154)`."""
    return f"{role.value if role is not SpeakerRole.UNKNOWN else 'component'} ({compid})"
