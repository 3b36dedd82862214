# SPDX-License-Identifier: Apache-2.0
"""Items of plans as the messages of the mission protocol have them, there and back. Pure.

Source: MAVLink mission protocol, MISSION_ITEM_INT and MISSION_ITEM; how firmwares differ was seen on real ones.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from msgspec.structs import replace

from groundstation.fleet.identity import Autopilot
from groundstation.fleet.motion import Home
from groundstation.fleet.plans.plan_commands import BY_COMMAND, Cmd, has_place
from groundstation.fleet.plans.plan_items import (
    FRAME_GLOBAL,
    FRAME_MISSION,
    KINDS,
    PlanItem,
    PlanKind,
    plain_frame,
)
from groundstation.mavlink import encode
from groundstation.mavlink.dialect import Fields
from groundstation.mavlink.stream_requests import Outbound

UNITS = 1e7
"""Whole numbers of a place in a degree."""
NO_PLACE = 2**31 - 1
"""A place that is not known (MISSION_ITEM_INT.x)."""


class Target(NamedTuple):
    """Whom a message is for, and about which list."""

    sysid: int
    compid: int
    mission_type: int

    @classmethod
    def of(cls, sysid: int, compid: int, kind: PlanKind) -> Target:
        """For a vehicle's autopilot, about one list."""
        return cls(sysid, compid, KINDS.index(kind))

    @property
    def fields(self) -> dict[str, int]:
        """As every message of the protocol has them."""
        return {
            "target_system": self.sysid,
            "target_component": self.compid,
            "mission_type": self.mission_type,
        }


def with_home(
    items: tuple[PlanItem, ...], kind: PlanKind, autopilot: Autopilot, home: Home | None
) -> tuple[PlanItem, ...]:
    """A list as a vehicle takes it: ArduPilot's missions begin with home, which it throws away.

    So its items count from 1, as ours do; those of all others from 0, which the targets of jumps have to follow.

    Args:
        items: without home.
        kind: which list.
        autopilot: whose firmware.
        home: of the vehicle, as far as it is known.
    """
    if not has_home(kind, autopilot) or not items:
        return _renumbered(items, kind, -1.0)
    place = home if home is not None and home.lat_deg is not None else None
    first = PlanItem(
        command=Cmd.WAYPOINT,
        frame=FRAME_GLOBAL,
        x=place.lat_deg if place is not None else 0.0,
        y=place.lon_deg if place is not None else 0.0,
        z=(place.height_amsl_m or 0.0) if place is not None else 0.0,
    )
    return (first, *items)


def without_home(items: tuple[PlanItem, ...], kind: PlanKind, autopilot: Autopilot) -> tuple[PlanItem, ...]:
    """A list that was read, without the home that ArduPilot puts before it."""
    return items[1:] if has_home(kind, autopilot) else _renumbered(items, kind, 1.0)


def _renumbered(items: tuple[PlanItem, ...], kind: PlanKind, by: float) -> tuple[PlanItem, ...]:
    if kind is not PlanKind.MISSION:
        return items
    return tuple(_moved(one, by) if one.command == Cmd.JUMP else _placeless(one) for one in items)


def _placeless(item: PlanItem) -> PlanItem:
    """PX4 takes these two only without a place (observed): it needs none for them."""
    if item.command == Cmd.LAND_START or (item.command == Cmd.SET_HOME and item.params[0]):
        return replace(item, frame=FRAME_MISSION, x=0.0, y=0.0, z=0.0)
    return item


def _moved(jump: PlanItem, by: float) -> PlanItem:
    target, *rest = jump.params
    return jump if target is None else replace(jump, params=(target + by, *rest))


def has_home(kind: PlanKind, autopilot: Autopilot) -> bool:
    """Whether item 0 of a list is home."""
    return kind is PlanKind.MISSION and autopilot is Autopilot.ARDUPILOT


def item_message(item: PlanItem, seq: int, target: Target, *, is_current: bool = False) -> Outbound:
    """MISSION_ITEM_INT: an item on its way to a vehicle.

    Args:
        item: what.
        seq: its number on the wire.
        target: whose list.
        is_current: whether it is the one to begin with.
    """
    scale = UNITS if has_place(item.command, _sent_frame(item)) else 1.0
    p1, p2, p3, p4 = (math.nan if one is None else one for one in item.params)
    return encode.payload(
        "MISSION_ITEM_INT",
        **target.fields,
        seq=seq,
        frame=_sent_frame(item),
        command=item.command,
        current=int(is_current),
        autocontinue=int(item.goes_on),
        param1=p1,
        param2=p2,
        param3=p3,
        param4=p4,
        # whole numbers: by the float32 of MISSION_ITEM places came out up to 2 m away (observed)
        x=_whole(item.x, scale),
        y=_whole(item.y, scale),
        z=math.nan if item.z is None else item.z,
    )


def _sent_frame(item: PlanItem) -> int:
    """PX4 refuses a command without a place in any frame but this one; ArduPilot does not look."""
    row = BY_COMMAND.get(item.command)
    is_nowhere = row is not None and not row.has_height and not row.has_place
    # a landing that begins has a place for ArduPilot alone, and most files give none
    is_bare_start = item.command == Cmd.LAND_START and not item.x and not item.y
    return FRAME_MISSION if is_nowhere or is_bare_start else item.frame


def _whole(value: float | None, scale: float) -> int:
    if value is None or not math.isfinite(value):
        return NO_PLACE
    return max(-(2**31), min(NO_PLACE, round(value * scale)))


def item_of(fields: Fields, *, is_int: bool) -> PlanItem:
    """An item that a vehicle told.

    Args:
        fields: of MISSION_ITEM_INT or MISSION_ITEM.
        is_int: which of the two: the older one has degrees.
    """
    command, frame = fields["command"], plain_frame(fields["frame"])
    scale = UNITS if is_int and has_place(command, frame) else 1.0
    p1, p2, p3, p4 = (_known(fields[f"param{number}"]) for number in range(1, 5))
    return PlanItem(
        command=command,
        frame=frame,
        params=(p1, p2, p3, p4),
        x=_place(fields["x"], scale),
        y=_place(fields["y"], scale),
        z=_known(fields["z"]),
        goes_on=bool(fields["autocontinue"]),
    )


def _place(value: float, scale: float) -> float | None:
    return None if scale == UNITS and value == NO_PLACE else _known(value / scale)


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
