# SPDX-License-Identifier: Apache-2.0
"""Numbers, places and items of files that strangers wrote: taken as they are meant, or refused in one line. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from groundstation.fleet.plans.files.plan_file import Notes, PlanFileError, Spot
from groundstation.fleet.plans.plan_commands import BY_COMMAND, Cmd, CommandRow, has_place
from groundstation.fleet.plans.plan_items import (
    FRAME_GLOBAL,
    FRAME_MISSION,
    FRAME_RELATIVE,
    FRAME_TERRAIN,
    MAX_ITEMS,
    PlanItem,
    plain_frame,
)
from groundstation.fleet.shown_text import harmless

MAX_LAT_DEG, MAX_LON_DEG = 90.0, 180.0
MAX_HEIGHT_M = 20_000.0
"""Beyond this a height is told to the operator: no vehicle goes there, and files mix up metres and millimetres."""
MAX_FLOAT32 = 3.4028234663852886e38
"""Parameters travel as float32 (MAVLink MISSION_ITEM_INT)."""
MAX_COMMAND, MAX_FRAME = 65_535, 255
"""A uint16 and a uint8 in MAVLink."""
MIN_CORNERS = 3
MAX_SHOWN = 40

_FRAMES = frozenset((FRAME_GLOBAL, FRAME_MISSION, FRAME_RELATIVE, FRAME_TERRAIN))
_HERE = frozenset((Cmd.TAKEOFF, Cmd.LAND, Cmd.VTOL_TAKEOFF, Cmd.VTOL_LAND))
"""A place that is left out means where the vehicle is then."""
_DEGREES_E7 = 1_000.0
"""A latitude beyond this is one of MAVLink's whole numbers."""


def shown(value: object) -> str:
    """A stranger's text or number for a line of ours."""
    # str() of a whole number of 5000 digits raises
    text = "a huge number" if isinstance(value, int) and abs(value) > MAX_FLOAT32 else harmless(str(value))
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "..."


def number(value: object, where: str) -> float:
    """A number of JSON that MAVLink can carry.

    Raises:
        PlanFileError: it is another thing, or too large.
    """
    # to Python true and false are numbers
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PlanFileError(f"{where}: a number is expected, not {shown(value)}; correct it in the file")
    if not abs(value) <= MAX_FLOAT32:
        raise PlanFileError(f"{where}: the number is too large for a vehicle; correct it in the file")
    return float(value)


def number_or_none(value: object, where: str) -> float | None:
    """A number, or None where a file leaves it to the vehicle (null, NaN)."""
    return None if value is None else number(value, where)


def whole(value: object, most: int, where: str) -> int:
    """A whole number from 0 on, also one that is written as 3.0.

    Raises:
        PlanFileError: it is another thing, or beyond `most`.
    """
    found = number(value, where)
    if not found.is_integer() or not 0 <= found <= most:
        raise PlanFileError(f"{where}: {shown(value)} is no whole number from 0 to {most}; correct it in the file")
    return int(found)


def flag(value: object, where: str) -> bool:
    """True or false.

    Raises:
        PlanFileError: it is neither.
    """
    if not isinstance(value, bool):
        raise PlanFileError(f"{where}: true or false is expected, not {shown(value)}; correct it in the file")
    return value


def mapping(value: object, where: str) -> dict[str, Any]:
    """An object of JSON.

    Raises:
        PlanFileError: it is another thing.
    """
    if not isinstance(value, dict):
        raise PlanFileError(f"{where}: an object is expected; the file is damaged, save it again where it was made")
    return value


def sequence(value: object, where: str, most: int = MAX_ITEMS) -> list[Any]:
    """An array of JSON, no longer than anybody's plan.

    Raises:
        PlanFileError: it is another thing, or too long.
    """
    if not isinstance(value, list):
        raise PlanFileError(f"{where}: a list is expected; the file is damaged, save it again where it was made")
    if len(value) > most:
        raise PlanFileError(f"{where}: {len(value)} entries, {most} at most are read; split the plan")
    return value


def required(holder: Mapping[str, Any], key: str, where: str) -> Any:
    """What stands under a key.

    Raises:
        PlanFileError: there is no such key.
    """
    if key not in holder:
        raise PlanFileError(f"{where}: '{key}' is missing; the file is damaged, save it again where it was made")
    return holder[key]


def check_place(lat_deg: float | None, lon_deg: float | None, where: str) -> tuple[float, float]:
    """A place on earth.

    Raises:
        PlanFileError: a coordinate is unknown or beyond the globe; says so where the two look exchanged.
    """
    if lat_deg is None or lon_deg is None or math.isnan(lat_deg) or math.isnan(lon_deg):
        raise PlanFileError(f"{where}: its place is not known (null or NaN); give it latitude and longitude")
    if abs(lat_deg) > _DEGREES_E7:
        raise PlanFileError(f"{where}: latitude {shown(lat_deg)} is not in degrees; divide it by 10 million")
    if abs(lat_deg) > MAX_LAT_DEG:
        raise PlanFileError(
            f"{where}: latitude {shown(lat_deg)} is beyond 90: latitude and longitude look swapped; exchange them"
        )
    if abs(lon_deg) > MAX_LON_DEG:
        raise PlanFileError(f"{where}: longitude {shown(lon_deg)} is beyond 180 degrees; correct it in the file")
    return lat_deg, lon_deg


def place(value: object, where: str) -> Spot:
    """A place as QGroundControl writes it: latitude, longitude, and a height where it has one.

    Raises:
        PlanFileError: see `check_place`, or it is no list of two or three numbers.
    """
    if not isinstance(value, list) or len(value) not in {2, 3}:
        raise PlanFileError(f"{where}: latitude, longitude and perhaps height are expected; correct it in the file")
    found = [number_or_none(one, where) for one in value]
    lat_deg, lon_deg = check_place(found[0], found[1], where)
    return Spot(lat_deg, lon_deg, found[2] if len(found) == 3 else None)


def check_height(height_m: float | None, where: str, notes: Notes) -> None:
    """Tell of a height where nothing flies."""
    if height_m is not None and abs(height_m) > MAX_HEIGHT_M:
        notes.add(f"{where}: a height of {height_m:.0f} m is taken as it is, but looks wrong")


def check_item(item: PlanItem, where: str, notes: Notes) -> PlanItem:
    """An item of a mission, fence or rally list, in the frames of the product.

    Raises:
        PlanFileError: a place that it needs is unknown or beyond the globe.
    """
    frame = plain_frame(item.frame)
    row = BY_COMMAND.get(item.command)
    if row is None:
        notes.add(f"{where}: command {item.command} is not known here; kept as it is")
    if frame not in _FRAMES:
        notes.add(f"{where}: frame {frame} is kept, but autopilots take no such heights in a plan")
    # a place that is left out, or is none: only the one who wrote an unknown command can know what that means
    if row is not None and has_place(item.command, frame):
        _check_item_place(item, row, where)
        if row.has_height:
            check_height(item.z, where, notes)
    return item if frame == item.frame else msgspec.structs.replace(item, frame=frame)


def _check_item_place(item: PlanItem, row: CommandRow, where: str) -> None:
    # a return point or a corner that is nowhere is none
    is_left_out = item.x is None and item.y is None
    if is_left_out and (item.command in _HERE or not (row.is_flown or item.command >= Cmd.FENCE_RETURN)):
        return
    check_place(item.x, item.y, where)
