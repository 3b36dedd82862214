# SPDX-License-Identifier: Apache-2.0
"""The way that a mission describes: where its items stand, and in which order they are come to. Pure.

What flies nowhere (speed, camera, conditions) belongs to the item before it. A take-off or landing without a place is
where the vehicle is then; a return leads home, where home is known.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from groundstation.fleet.plans.plan_commands import Cmd, is_flown
from groundstation.fleet.plans.plan_items import PlanItem

WITHOUT_PLACE = frozenset(
    {Cmd.TAKEOFF, Cmd.LAND, Cmd.VTOL_TAKEOFF, Cmd.VTOL_LAND, Cmd.LOITER_UNLIMITED, Cmd.LOITER_TIME}
)
"""These mean "here" at 0/0 to ArduPilot; PX4 takes 0/0 for the place that it is ('First waypoint too far away')."""


MOST_RECENT = 8
"""Ways that are known for a while: those of a few plans that are worked on together."""


class Place(NamedTuple):
    """A place on the ground."""

    lat_deg: float
    lon_deg: float


class PathPoint(msgspec.Struct, frozen=True, gc=False):
    """An item that the vehicle comes to."""

    number: int
    """Of the item, from 1."""
    place: Place
    item: PlanItem
    is_own: bool = True
    """Whether the item names the place itself; else it is where the vehicle is then, or home."""


def path_of(items: tuple[PlanItem, ...], home: Place | None) -> tuple[PathPoint, ...]:
    """Every item with a place, in the order of the list; jumps are not followed.

    Args:
        items: a mission, home not among them.
        home: where it returns to; None for not known.
    """
    # table, map, checks and times of one plan all ask for its way after each change; a tuple never changes
    known = _RECENT.ways
    found = next((one.path for one in known if one.items is items and one.home == home), None)
    if found is None:
        found = _new_path(items, home)
        # another thread may do the same: each puts a whole list in the place of the other
        _RECENT.ways = (_Known(items, home, found), *known[: MOST_RECENT - 1])
    return found


class _Known(NamedTuple):
    """A way that was found."""

    items: tuple[PlanItem, ...]
    home: Place | None
    path: tuple[PathPoint, ...]


class _Recent:
    """The ways that were found last."""

    def __init__(self) -> None:
        self.ways: tuple[_Known, ...] = ()


_RECENT = _Recent()


def _new_path(items: tuple[PlanItem, ...], home: Place | None) -> tuple[PathPoint, ...]:
    found: list[PathPoint] = []
    for number, item in enumerate(items, start=1):
        if is_flown(item) and item.x is not None and item.y is not None:
            found.append(PathPoint(number, Place(item.x, item.y), item))
            continue
        place = _implied(item, found[-1].place if found else None, home)
        if place is not None:
            found.append(PathPoint(number, place, item, is_own=False))
    return tuple(found)


def _implied(item: PlanItem, before: Place | None, home: Place | None) -> Place | None:
    if item.command == Cmd.RETURN:
        return home
    if item.command not in WITHOUT_PLACE:
        return None
    return before or home


def looked_at(items: tuple[PlanItem, ...]) -> tuple[PathPoint, ...]:
    """Places that a mission points a camera at."""
    return tuple(
        PathPoint(number, Place(item.x, item.y), item)
        for number, item in enumerate(items, start=1)
        if item.command in (Cmd.ROI_LOCATION, Cmd.ROI, Cmd.ROI_OLD) and item.x and item.y
    )
