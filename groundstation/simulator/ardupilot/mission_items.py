# SPDX-License-Identifier: Apache-2.0
"""What ArduPilot makes of a mission item when it stores it. Pure."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from groundstation.simulator.engine.missions import FENCE, MISSION, Item, Nav, Result

MAX_ITEMS = 650
"""'Only 650 items are supported'."""

_HIGHEST_M = 1e6
"""A height that whole centimetres in 32 bits can't hold is refused, NaN too."""


class Kept(NamedTuple):
    """How a command is stored."""

    title: str
    """As the texts of a flight name it."""
    params: str
    """For param1 to param4: ``i`` kept as a whole number, ``f`` kept, ``s`` becomes 1 or -1, ``-`` becomes 0."""
    has_place: bool
    """Are x, y, z a position."""


STORED: dict[int, Kept] = {
    16: Kept("WP", "i---", True),
    17: Kept("LoitUnlim", "--i-", True),
    18: Kept("LoitTurns", "i-i-", True),
    19: Kept("LoitTime", "i-i-", True),
    20: Kept("RTL", "----", False),
    21: Kept("Land", "i--s", True),
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

_FENCE_COMMANDS = frozenset({5000, 5001, 5002, 5003, 5004})
_RALLY_COMMANDS = frozenset({5100})


def title_of(item: Item) -> str:
    """Return the name that the texts of a flight use."""
    return STORED[item.command].title if item.command in STORED else str(item.command)


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
    if kind != MISSION:  # fences and rally points have tables of their own
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
    if how == "s":
        return -1.0 if value < 0.0 else 1.0
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
