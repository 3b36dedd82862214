# SPDX-License-Identifier: Apache-2.0
"""Changes to the items of a mission; jumps go on leading to the item that they led to. Pure.

Numbers count from 1. Each function returns other items and leaves those that it was given alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection

from msgspec.structs import replace

from groundstation.fleet.geometry import bearing_deg, distance_m, moved, turn_deg
from groundstation.fleet.plans.plan_commands import Cmd, has_place
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.plans.plan_path import Place

Items = tuple[PlanItem, ...]
ENDINGS = frozenset({Cmd.RETURN, Cmd.LAND, Cmd.VTOL_LAND, Cmd.LAND_START})
HEADING_COMMANDS = frozenset(
    {Cmd.WAYPOINT, Cmd.LOITER_UNLIMITED, Cmd.LAND, Cmd.TAKEOFF, Cmd.VTOL_TAKEOFF, Cmd.VTOL_LAND}
)
"""Commands whose parameter 4 is a heading (MAV_CMD_NAV_*)."""


def inserted(items: Items, number: int, new: PlanItem | Items) -> Items:
    """With more items before the one with this number; `len(items) + 1` puts them at the end."""
    more = new if isinstance(new, tuple) else (new,)
    kept = _retargeted(items, lambda target: target + len(more) if target >= number else target)
    return (*kept[: number - 1], *more, *kept[number - 1 :])


def removed(items: Items, numbers: Collection[int]) -> Items:
    """Without some items."""
    gone = sorted(numbers)

    def after(target: int) -> int:
        return target - sum(one < target for one in gone)

    kept = _retargeted(items, after)
    return tuple(one for number, one in enumerate(kept, start=1) if number not in numbers)


def swapped(items: Items, number: int, other: int) -> Items:
    """With two items in each other's place."""
    turned = {number: other, other: number}
    found = list(_retargeted(items, lambda target: turned.get(target, target)))
    found[number - 1], found[other - 1] = found[other - 1], found[number - 1]
    return tuple(found)


def put(items: Items, number: int, item: PlanItem) -> Items:
    """With another item in the place of one."""
    return (*items[: number - 1], item, *items[number:])


def end_of_way(items: Items, endings: Collection[int] = ENDINGS) -> int:
    """Number of the item behind which a mission goes on: what leads home and lands stays behind it.

    Args:
        items: a mission.
        endings: commands that stay behind.
    """
    end = len(items)
    while end > 0 and items[end - 1].command in endings:
        end -= 1
    return end


def placed(item: PlanItem) -> bool:
    """Whether an item stands somewhere on the ground."""
    return has_place(item.command, item.frame) and bool(item.x or item.y)


def centre_of(items: Items, numbers: Collection[int]) -> Place | None:
    """The middle of some items; None where none of them has a place."""
    spots = [(one.x or 0.0, one.y or 0.0) for at, one in enumerate(items, 1) if at in numbers and placed(one)]
    if not spots:
        return None
    first_lon = spots[0][1]
    east = [turn_deg(first_lon, lon_deg) for _, lon_deg in spots]
    return Place(sum(lat for lat, _ in spots) / len(spots), turn_deg(0.0, first_lon + sum(east) / len(east)))


def turned(items: Items, numbers: Collection[int], angle_deg: float) -> Items:
    """With some items turned around their middle, headings with them.

    Args:
        items: a mission.
        numbers: of those that are turned.
        angle_deg: clockwise.
    """
    centre = centre_of(items, numbers)
    if centre is None:
        return items

    def around(item: PlanItem) -> PlanItem:
        if not placed(item):
            return item
        place = item.x or 0.0, item.y or 0.0
        away_m = distance_m(*centre, *place)
        course = math.radians(bearing_deg(*centre, *place) + angle_deg)
        lat_deg, lon_deg = moved(*centre, away_m * math.cos(course), away_m * math.sin(course))
        heading = item.params[3]
        if item.command in HEADING_COMMANDS and heading:
            item = replace(item, params=(*item.params[:3], (heading + angle_deg) % 360.0))
        return replace(item, x=round(lat_deg, 7), y=round(lon_deg, 7))

    return _changed(items, numbers, around)


def shifted(items: Items, numbers: Collection[int], north_m: float, east_m: float) -> Items:
    """With some items moved along the ground."""

    def away(item: PlanItem) -> PlanItem:
        if not placed(item):
            return item
        lat_deg, lon_deg = moved(item.x or 0.0, item.y or 0.0, north_m, east_m)
        return replace(item, x=round(lat_deg, 7), y=round(lon_deg, 7))

    return _changed(items, numbers, away)


def lifted(items: Items, numbers: Collection[int], by_m: float) -> Items:
    """With some items higher; those without a place keep their height."""

    def higher(item: PlanItem) -> PlanItem:
        return replace(item, z=item.z + by_m) if item.z is not None and placed(item) else item

    return _changed(items, numbers, higher)


def _changed(items: Items, numbers: Collection[int], change: Callable[[PlanItem], PlanItem]) -> Items:
    return tuple(change(one) if at in numbers else one for at, one in enumerate(items, start=1))


def _retargeted(items: Items, where: Callable[[int], int]) -> Items:
    """Items whose jumps lead to where their targets stand from now on."""
    found = []
    for item in items:
        target = item.params[0]
        if item.command == Cmd.JUMP and target is not None and math.isfinite(target):
            item = replace(item, params=(float(where(int(target))), *item.params[1:]))  # noqa: PLW2901
        found.append(item)
    return tuple(found)
