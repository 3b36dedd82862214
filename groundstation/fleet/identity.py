# SPDX-License-Identifier: Apache-2.0
"""Who a vehicle is. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from groundstation.fleet.sample import Name, Whole

VEHICLE_ID = re.compile(r"[A-Za-z0-9-][A-Za-z0-9_-]{0,31}", re.ASCII)
"""An id is one topic level: no dots (RabbitMQ turns them into slashes), no leading underscore (reserved)."""


class Root(Name):
    """First topic level. Real, simulated and replayed vehicles never share a tree."""

    FLEET = "fleet"
    SIM = "sim"
    REPLAY = "replay"
    UNKNOWN = "unknown"


class VehicleKey(NamedTuple):
    """Names one vehicle everywhere in a station."""

    root: str
    """`fleet`, `sim` or `replay`."""
    id: str
    """Vehicle id, see `VEHICLE_ID`."""

    def __str__(self) -> str:
        return f"{self.root}/{self.id}"


def is_vehicle_id(text: str) -> bool:
    """Whether a text may stand for a vehicle in a topic."""
    return VEHICLE_ID.fullmatch(text) is not None


def vehicle_key(name: str) -> VehicleKey | None:
    """The vehicle of a name as `fleet/uav-1`; None for what is none."""
    root, _, own_id = name.partition("/")
    return VehicleKey(root, own_id) if root and is_vehicle_id(own_id) else None


class VehicleKind(Name):
    """What kind of vehicle it is, coarse, after MAVLink MAV_TYPE."""

    UNKNOWN = "unknown"
    MULTICOPTER = "multicopter"
    HELICOPTER = "helicopter"
    PLANE = "plane"
    VTOL = "vtol"
    ROVER = "rover"
    BOAT = "boat"
    SUBMARINE = "submarine"
    AIRSHIP = "airship"
    OTHER = "other"


class Autopilot(Name):
    """Whose firmware flies it, after MAVLink MAV_AUTOPILOT."""

    UNKNOWN = "unknown"
    ARDUPILOT = "ardupilot"
    PX4 = "px4"
    OTHER = "other"


class StreamInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One `tlm/<stream>` of a vehicle."""

    name: str
    """Last topic level."""
    kinds: tuple[str, ...]
    """Kinds of samples that it carries, names as in the payload."""
    period_s: float
    """Expected time between two messages, seconds."""


class VehicleInfo(msgspec.Struct, frozen=True, kw_only=True):
    """The certificate of a vehicle (topic `info`): what it is and what it sends."""

    name: str
    """Human name, any text; shown as plain text."""
    sysid: Whole
    """MAVLink system id, 1 to 255."""
    compid: Whole = 1
    """MAVLink component id of the autopilot."""
    kind: VehicleKind = VehicleKind.UNKNOWN
    """What it is."""
    autopilot: Autopilot = Autopilot.UNKNOWN
    """Whose firmware."""
    mav_type: Whole | None = None
    """HEARTBEAT.type as sent."""
    firmware: str | None = None
    """Version as `4.5.7`; None until AUTOPILOT_VERSION came."""
    uid: str | None = None
    """Hardware id in hexadecimal, uid2 where there is one; None until known."""
    modes: tuple[str, ...] = ()
    """Names of the flight modes that it has."""
    verbs: tuple[str, ...] = ()
    """What it can be told (`commands.Verb`); a verb that it once answered as unsupported is gone."""
    components: tuple[str, ...] = ()
    """Other components of its system that were heard, as `gimbal (154)`."""
    links: tuple[str, ...] = ()
    """Links that it is heard on, as their texts."""
    streams: tuple[StreamInfo, ...] = ()
    """What it sends and how often."""
    kept: tuple[str, ...] = ()
    """Leaves whose messages the bridge keeps for a while and sends again to a recorder that missed them."""
    bridge: str = ""
    """Id of the bridge that hears it."""
