# SPDX-License-Identifier: Apache-2.0
"""SimpleItems of QGroundControl's plans: one item of MAVLink each. Pure.

Source: QGroundControl, SimpleMissionItem.cc and MissionItem.cc.
"""

from __future__ import annotations

import enum
from typing import Any

import msgspec

from groundstation.fleet.plans.files.plan_checks import (
    MAX_COMMAND,
    MAX_FLOAT32,
    MAX_FRAME,
    check_item,
    flag,
    number_or_none,
    required,
    sequence,
    whole,
)
from groundstation.fleet.plans.files.plan_file import Notes, PlanFileError
from groundstation.fleet.plans.plan_commands import BY_COMMAND, Cmd
from groundstation.fleet.plans.plan_items import FRAME_GLOBAL, FRAME_RELATIVE, FRAME_TERRAIN, PlanItem

PARAMS = 7


class HeightMode(enum.IntEnum):
    """What an operator gave a height above (QGroundControl's AltitudeMode)."""

    MIXED = 0
    HOME = 1
    SEA = 2
    GROUND_WORKED_OUT = 3
    """Above the ground, flown as a height above the sea that was worked out when the plan was drawn."""
    GROUND = 4
    """Above the ground, which the vehicle knows."""
    NONE = 5


class ShownHeight(msgspec.Struct, frozen=True, gc=False):
    """A height as its operator gave it; what is flown is the item's `z`."""

    height_m: float | None
    mode: HeightMode


FRAME_MODES: dict[int, HeightMode] = {
    FRAME_RELATIVE: HeightMode.HOME,
    FRAME_GLOBAL: HeightMode.SEA,
    FRAME_TERRAIN: HeightMode.GROUND,
}
_OLD_PLACE = "coordinate"
"""Where parameters 5 to 7 stood in files of before 2017."""
_MODES = tuple(HeightMode)
_TRIO = ("Altitude", "AltitudeMode", "AMSLAltAboveTerrain")


def simple_item(kept: dict[str, Any], where: str, notes: Notes) -> PlanItem:
    """The item that a SimpleItem is.

    Raises:
        PlanFileError: a key is missing, or its value is no item's.
    """
    listed = sequence(required(kept, "params", where), f"{where}, params")
    # QGroundControl still converts these
    if _OLD_PLACE in kept:
        listed = listed + sequence(kept[_OLD_PLACE], f"{where}, {_OLD_PLACE}")
    if len(listed) != PARAMS:
        raise PlanFileError(f"{where}: {len(listed)} params, {PARAMS} are needed; correct it in the file")
    one, two, three, four, x, y, z = (number_or_none(value, f"{where}, params") for value in listed)
    if "autoContinue" not in kept:
        notes.add(f"{where}: whether it goes on by itself is not said; taken as yes")
    item = PlanItem(
        command=whole(required(kept, "command", where), MAX_COMMAND, f"{where}, command"),
        frame=whole(required(kept, "frame", where), MAX_FRAME, f"{where}, frame"),
        params=(one, two, three, four),
        x=x,
        y=y,
        z=z,
        goes_on=flag(kept.get("autoContinue", True), f"{where}, autoContinue"),
    )
    return check_item(item, where, notes)


def shown_height(kept: dict[str, Any], item: PlanItem) -> ShownHeight | None:
    """The height that is shown for an item; None for an item without one.

    Args:
        kept: the SimpleItem; empty for an item that comes from elsewhere.
        item: what is flown.
    """
    mode = kept.get("AltitudeMode")
    height_m = kept.get("Altitude")
    # a stranger's whole number may have hundreds of digits, which no float holds
    if mode in _MODES and isinstance(height_m, int | float) and abs(height_m) <= MAX_FLOAT32:
        return ShownHeight(float(height_m), HeightMode(mode))
    row = BY_COMMAND.get(item.command)
    if row is None or not row.has_height or item.frame not in FRAME_MODES:
        return None
    return ShownHeight(item.z, FRAME_MODES[item.frame])


def plain_number(value: float | None) -> float | int | None:
    """A number as QGroundControl writes it: 50 and not 50.0."""
    return int(value) if value is not None and float(value).is_integer() and abs(value) < 1e15 else value


def written_simple(item: PlanItem, number: int, kept: dict[str, Any] | None, was: PlanItem | None) -> dict[str, Any]:
    """A SimpleItem for an item.

    Args:
        item: what is flown.
        number: of the item; jumps to it say this number.
        kept: the SimpleItem that it came from, whose unknown keys stay; None for a new one.
        was: the item that this one said.
    """
    made = {key: value for key, value in (kept or {}).items() if key != _OLD_PLACE or was == item}
    # the number that an untouched item says for its place is QGroundControl's own, with all its digits
    if kept is None or was != item:
        made["params"] = [plain_number(one) for one in (*item.params, item.x, item.y, item.z)]
        made |= {"command": item.command, "frame": item.frame, "autoContinue": item.goes_on}
    if kept is None or was is None or (was.z, was.frame, was.command) != (item.z, item.frame, item.command):
        for key in _TRIO:
            made.pop(key, None)
        made |= _trio(item)
    # also of a jump that nobody touched: the numbers that it leads to are new
    if item.command == Cmd.JUMP:
        made["params"] = [plain_number(item.params[0]), *made["params"][1:]]
    return made | {"type": "SimpleItem", "doJumpId": number}


def _trio(item: PlanItem) -> dict[str, Any]:
    row = BY_COMMAND.get(item.command)
    if row is None or not row.has_height or item.frame not in FRAME_MODES or item.z is None:
        return {}
    return {"Altitude": plain_number(item.z), "AltitudeMode": int(FRAME_MODES[item.frame]), "AMSLAltAboveTerrain": None}
