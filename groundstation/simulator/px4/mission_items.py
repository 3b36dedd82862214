# SPDX-License-Identifier: Apache-2.0
"""What PX4 makes of a mission item when it stores it, and when it gives it back. Pure.

The frame decides: commands with a place want a global frame, all others MAV_FRAME_MISSION; the wrong one is
refused. Coordinates are not checked.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from groundstation.simulator.engine.missions import Item, Nav, Result

FRAME_MISSION = 2
_ABOVE_SEA = {0: 0, 5: 0}
_ABOVE_HOME = {3: 3, 6: 3}
_PLACED = {
    16: "ff-y",  # WAYPOINT
    17: "--fy",  # LOITER_UNLIM
    19: "fsfs",  # LOITER_TIME
    21: "-f-y",  # LAND
    22: "---y",  # TAKEOFF
    31: "sf-s",  # LOITER_TO_ALT
    84: "---y",  # VTOL_TAKEOFF
    85: "---y",  # VTOL_LAND
    195: "----",  # DO_SET_ROI_LOCATION
    201: "f---",  # DO_SET_ROI
    4501: "----",  # CONDITION_GATE
    5000: "----",
    5001: "f---",
    5002: "f---",
    5003: "f---",
    5004: "f---",  # fences
    5100: "----",  # RALLY_POINT
}
"""MAV_CMD with a place to how param1 to param4 come back: ``f`` as sent, ``s`` as 0 or 1, ``y`` a heading, ``-`` 0."""

PLACELESS = frozenset(
    {20, 93, 112, 114, 177, 178, 179, 183, 189, 196, 197, 200, 201, 203, 204, 205, 206, 214, 260, 530, 531, 532}
    | {1000, 1001, 2000, 2001, 2003, 2500, 2501, 3000}
)
"""MAV_CMD that are taken in MAV_FRAME_MISSION."""
_FLOWN_TO = frozenset({Nav.WAYPOINT, Nav.LOITER_UNLIM, Nav.LOITER_TIME, Nav.LAND, Nav.TAKEOFF, Nav.LOITER_TO_ALT})


def stored_item(item: Item, *, as_int: bool) -> tuple[Item | None, Result]:
    """Return what PX4 keeps of an item.

    Args:
        item: As it was sent.
        as_int: Whether it came as MISSION_ITEM_INT; the float message knows no integer frames.

    Returns:
        The item and ACCEPTED, or ``None`` and the refusal.
    """
    if item.frame == FRAME_MISSION:
        kept = item.command in PLACELESS
        return (item, Result.ACCEPTED) if kept else (None, Result.UNSUPPORTED)
    frame = _ABOVE_SEA.get(item.frame, _ABOVE_HOME.get(item.frame))
    if frame is None or (item.frame in (5, 6) and not as_int):
        return None, Result.UNSUPPORTED_FRAME
    how = _PLACED.get(item.command)
    if how is None:
        return None, Result.UNSUPPORTED
    first, second, third, fourth = (_kept(way, value) for way, value in zip(how, item.params, strict=True))
    return replace(item, frame=frame, params=(first, second, third, fourth)), Result.ACCEPTED


def is_place(item: Item) -> bool:
    """Is it flown to; 0/0 is no "here" but the place off Africa (MissionBlock::item_contains_position)."""
    return item.command in _FLOWN_TO


def _kept(way: str, value: float) -> float:
    if way == "-":
        return 0.0
    if way == "s":
        return float(value > 0)
    if way == "y" and math.isfinite(value):
        # kept in radians, in single precision
        radians = np.float32(math.radians(value) % math.tau)
        return float(np.degrees(radians))
    return value


def frame_given_back(item: Item, *, as_int: bool) -> int:
    """Return the frame an item is sent with: the integer one in MISSION_ITEM_INT, whatever it came with."""
    if item.frame == FRAME_MISSION or not as_int:
        return item.frame
    return 6 if item.frame == 3 else 5
