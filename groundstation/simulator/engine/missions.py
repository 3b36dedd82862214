# SPDX-License-Identifier: Apache-2.0
"""Mission items as MAVLink has them, and the lists of them that one vehicle keeps. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

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


FIRST_DO_COMMAND = 95
"""MAV_CMD_NAV_LAST: a higher number doesn't fly anywhere."""


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
