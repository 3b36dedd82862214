# SPDX-License-Identifier: Apache-2.0
"""The list of mission items one vehicle keeps, and what ArduPilot makes of an item when it stores it.

Pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import NamedTuple

import numpy as np

MAX_ITEMS = 650
"""'Only 650 items are supported'."""

_HIGHEST_M = 1e6
"""A height that whole centimetres in 32 bits can't hold is refused, NaN too."""

MISSION, FENCE, RALLY = 0, 1, 2
"""MAV_MISSION_TYPE."""


class Result(IntEnum):
    """MAV_MISSION_RESULT, the ones in use."""

    ACCEPTED = 0
    ERROR = 1
    UNSUPPORTED_FRAME = 2
    UNSUPPORTED = 3
    NO_SPACE = 4
    INVALID_X = 10
    INVALID_Y = 11
    INVALID_SEQUENCE = 13
    DENIED = 14
    CANCELLED = 15


class Nav(IntEnum):
    """MAV_CMD of mission items that are named in the code."""

    WAYPOINT = 16
    LOITER_UNLIM = 17
    LOITER_TURNS = 18
    LOITER_TIME = 19
    RETURN_TO_LAUNCH = 20
    LAND = 21
    TAKEOFF = 22
    LOITER_TO_ALT = 31
    SPLINE_WAYPOINT = 82
    DELAY = 93
    CONDITION_DELAY = 112
    CONDITION_YAW = 115
    DO_JUMP = 177
    DO_CHANGE_SPEED = 178
    DO_SET_HOME = 179
    DO_SET_SERVO = 183
    DO_LAND_START = 189
    DO_SET_ROI_LOCATION = 195
    DO_SET_ROI_NONE = 197
    DO_SET_ROI = 201


class Kept(NamedTuple):
    """How a command is stored."""

    title: str
    """As the texts of a flight name it."""
    params: str
    """For param1 to param4: ``i`` kept as a whole number, ``f`` kept, ``-`` becomes 0."""
    has_place: bool
    """Are x, y, z a position."""


STORED: dict[int, Kept] = {
    16: Kept("WP", "i---", True),
    17: Kept("LoitUnlim", "--i-", True),
    18: Kept("LoitTurns", "i-i-", True),
    19: Kept("LoitTime", "i-i-", True),
    20: Kept("RTL", "----", False),
    21: Kept("Land", "i---", True),
    22: Kept("Takeoff", "i---", True),
    31: Kept("LoitAltitude", "-i--", True),
    82: Kept("SplineWP", "i---", True),
    93: Kept("Delay", "ffff", False),
    112: Kept("CondDelay", "f---", False),
    114: Kept("CondDistance", "f---", False),
    115: Kept("CondYaw", "ffff", False),
    177: Kept("Jump", "ii--", False),
    178: Kept("ChangeSpeed", "fff-", False),
    179: Kept("SetHome", "i---", True),
    181: Kept("SetRelay", "ii--", False),
    183: Kept("SetServo", "ii--", False),
    184: Kept("RepeatServo", "iiif", False),
    189: Kept("LandStart", "----", True),
    195: Kept("SetROI", "----", True),
    197: Kept("SetROINone", "----", False),
    201: Kept("SetROI", "i---", True),
    203: Kept("DigiCamCtrl", "ffff", False),
    205: Kept("MountControl", "fff-", False),
    206: Kept("SetCamTrigDst", "f---", False),
    207: Kept("FenceEnable", "i---", False),
    211: Kept("Gripper", "ii--", False),
}
"""MAV_CMD to how it is kept; anything else is refused with UNSUPPORTED."""

PLANE_WAYPOINT = Kept("WP", "-ii-", True)
"""A plane keeps the acceptance and pass-by radius of a waypoint instead of the delay."""

_FRAMES = {0: 0, 2: 0, 3: 3, 5: 0, 6: 3, 10: 10, 11: 10}
"""MAV_FRAME as sent to MAV_FRAME as given back."""

FIRST_DO_COMMAND = 95
"""MAV_CMD_NAV_LAST: a higher number doesn't fly anywhere."""

_FENCE_COMMANDS = frozenset({5000, 5001, 5002, 5003, 5004})
_RALLY_COMMANDS = frozenset({5100})


@dataclass(frozen=True)
class Item:
    """One mission item with the fields of MISSION_ITEM_INT."""

    command: int
    """MAV_CMD."""
    frame: int = 3
    """MAV_FRAME."""
    params: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    x: int = 0
    """Latitude in 1e-7 degrees."""
    y: int = 0
    """Longitude in 1e-7 degrees."""
    z: float = 0.0
    """Height in metres by the frame."""
    autocontinue: int = 1

    @property
    def is_flown(self) -> bool:
        """Does the item fly, rather than do or condition something."""
        return self.command < FIRST_DO_COMMAND

    @property
    def title(self) -> str:
        """The name the texts use."""
        return STORED[self.command].title if self.command in STORED else str(self.command)


def _centimetres(height_m: float) -> float:
    """Cut a height to whole centimetres, as float32 gives it back."""
    return float(np.float32(int(height_m * 100.0)) * np.float32(0.01))


def _checked_place(item: Item) -> Result:
    if abs(item.x) > 900_000_000:
        return Result.INVALID_X
    if abs(item.y) > 1_800_000_000:
        return Result.INVALID_Y
    return Result.ACCEPTED


def stored_item(item: Item, kind: int, flavour: str) -> tuple[Item | None, Result]:
    """Return what ArduPilot keeps of an item.

    Args:
        item: As it was sent.
        kind: MAV_MISSION_TYPE of the list.
        flavour: ``copter`` or ``plane``.

    Returns:
        The item as it will be given back and ACCEPTED, or ``None`` and the refusal.
    """
    if kind != MISSION:
        return _stored_area_item(item, _FENCE_COMMANDS if kind == FENCE else _RALLY_COMMANDS)
    kept = STORED.get(item.command)
    if kept is None:
        return None, Result.UNSUPPORTED
    if item.command == Nav.WAYPOINT and flavour == "plane":
        kept = PLANE_WAYPOINT
    params = tuple(_kept_param(how, value) for how, value in zip(kept.params, item.params, strict=True))
    first, second, third, fourth = params
    item = replace(item, params=(first, second, third, fourth))
    if not kept.has_place:
        return replace(item, frame=0, x=0, y=0, z=0.0), Result.ACCEPTED
    frame = _FRAMES.get(item.frame)
    if frame is None:
        return None, Result.UNSUPPORTED_FRAME
    result = _checked_place(item)
    if result == Result.ACCEPTED and not abs(item.z) <= _HIGHEST_M:
        result = Result.ERROR
    if result != Result.ACCEPTED:
        return None, result
    return replace(item, frame=frame, z=_centimetres(item.z)), Result.ACCEPTED


def _kept_param(how: str, value: float) -> float:
    if how == "-" or not math.isfinite(value):
        return 0.0
    return float(int(value)) if how == "i" else value


def _stored_area_item(item: Item, commands: frozenset[int]) -> tuple[Item | None, Result]:
    if item.command not in commands:
        return None, Result.UNSUPPORTED
    result = _checked_place(item)
    if result != Result.ACCEPTED:
        return None, result
    return replace(item, autocontinue=0), Result.ACCEPTED


class MissionPlan:
    """One of a vehicle's three lists; item 0 of the mission is home and is not kept here but made when asked for."""

    def __init__(self, kind: int) -> None:
        self.kind = kind
        """MAV_MISSION_TYPE."""
        self.items: list[Item] = []

    def cut(self, count: int) -> None:
        """Drop what lies beyond ``count``, as an upload does at its beginning."""
        del self.items[count:]

    def put(self, index: int, item: Item) -> bool:
        """Write one item over an old one or behind the last; ``False`` when that would leave a hole."""
        if index > len(self.items):
            return False
        self.items[index : index + 1] = [item]
        return True
