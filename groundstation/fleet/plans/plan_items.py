# SPDX-License-Identifier: Apache-2.0
"""Missions, fences and rally points as lists of items, as MAVLink has them. Pure.

Source: MAVLink mission protocol, MISSION_ITEM_INT. Home is no item: ArduPilot's item 0 is put before the list on the
way to the vehicle and taken off on the way back (`mavlink/plan_wire.py`), so item 1 is the first for everybody.
"""

from __future__ import annotations

import hashlib
import struct
from typing import Annotated

import msgspec

from groundstation.fleet.sample import Name, Whole

MAX_ITEMS = 10_000
"""Of one list: no autopilot takes as many."""
FRAME_GLOBAL, FRAME_MISSION, FRAME_RELATIVE, FRAME_TERRAIN = 0, 2, 3, 10
"""MAV_FRAME: heights above mean sea level, no place, heights above home, heights above the ground."""
PLAIN_FRAMES: dict[int, int] = {5: FRAME_GLOBAL, 6: FRAME_RELATIVE, 11: FRAME_TERRAIN}
"""The names that MAV_FRAME has for the same with whole numbers on the wire."""


class PlanKind(Name):
    """Which of a vehicle's three lists (MAV_MISSION_TYPE)."""

    UNKNOWN = "unknown"
    MISSION = "mission"
    FENCE = "fence"
    RALLY = "rally"


KINDS = (PlanKind.MISSION, PlanKind.FENCE, PlanKind.RALLY)
"""In the order of their numbers on the wire."""

Params = tuple[float | None, float | None, float | None, float | None]


class PlanItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One item of a list. A parameter that is None leaves it to the vehicle (NaN in MAVLink)."""

    command: Whole
    """MAV_CMD."""
    frame: Whole = FRAME_RELATIVE
    """MAV_FRAME: what `z` is above."""
    params: Params = (0.0, 0.0, 0.0, 0.0)
    """Parameters 1 to 4."""
    x: float | None = 0.0
    """Latitude in degrees of a command with a place; else parameter 5."""
    y: float | None = 0.0
    """Longitude in degrees of a command with a place; else parameter 6."""
    z: float | None = 0.0
    """Height in metres of a command that has one; else parameter 7."""
    goes_on: bool = True
    """Whether the next item follows by itself (autocontinue)."""


Items = Annotated[tuple[PlanItem, ...], msgspec.Meta(max_length=MAX_ITEMS)]

_PACKED = struct.Struct("<HB4dddd?")


def hash_of(items: tuple[PlanItem, ...]) -> str:
    """A number for a list, the same for equal lists on any computer; 16 hexadecimal digits.

    Args:
        items: of one list.
    """
    digest = hashlib.sha256()
    for one in items:
        numbers = (*one.params, one.x, one.y, one.z)
        known = (float("nan") if value is None else value + 0.0 for value in numbers)
        digest.update(_PACKED.pack(one.command & 0xFFFF, one.frame & 0xFF, *known, one.goes_on))
    return digest.hexdigest()[:16]


LARGEST = 3e38
"""Beyond this a number does not fit into the single precision of MISSION_ITEM_INT."""


def unsendable(items: tuple[PlanItem, ...]) -> int | None:
    """Number of the first item, from 1, that no message can carry: anybody may ask for any numbers; None for none.

    Args:
        items: of a request.
    """
    for number, one in enumerate(items, start=1):
        numbers = (*one.params, one.x, one.y, one.z)
        is_small = all(value is None or abs(value) <= LARGEST for value in numbers)
        if not (is_small and 0 <= one.command <= 0xFFFF and 0 <= one.frame <= 0xFF):
            return number
    return None


def plain_frame(frame: int) -> int:
    """A frame by the one of its names that the product uses."""
    return PLAIN_FRAMES.get(frame, frame)
