# SPDX-License-Identifier: Apache-2.0
"""Changes to the shapes of a fence and to rally points. Pure.

Numbers are those of items, from 1. Each function returns other items and leaves those that it was given alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from groundstation.fleet.plans.files.fence_shapes import (
    Circle,
    Polygon,
    ReturnPoint,
    Shape,
    items_of,
    shapes_of,
)
from groundstation.fleet.plans.files.plan_file import Spot
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import FRAME_RELATIVE, PlanItem
from groundstation.fleet.plans.plan_path import Place

Items = tuple[PlanItem, ...]
RALLY_HEIGHT_M = 40.0


def _spot(place: Place) -> Spot:
    return Spot(round(place.lat_deg, 7), round(place.lon_deg, 7))


def with_area(fence: Items, corners: Sequence[Place], *, is_inside: bool) -> Items:
    """With one more area; its corners, the first not again at the end."""
    shape = Polygon(corners=tuple(_spot(one) for one in corners), is_inside=is_inside)
    return (*fence, *items_of(shape))


def with_circle(fence: Items, centre: Place, radius_m: float, *, is_inside: bool) -> Items:
    """With one more circle."""
    return (*fence, *items_of(Circle(centre=_spot(centre), radius_m=round(radius_m, 1), is_inside=is_inside)))


def with_return(fence: Items, place: Place) -> Items:
    """With another place to go to for who has left the fence; there is one at most."""
    kept = tuple(one for one in fence if one.command != Cmd.FENCE_RETURN)
    return (*items_of(ReturnPoint(_spot(place))), *kept)


def with_rally(rally: Items, place: Place) -> Items:
    """With one more rally point, as high as the one before."""
    height_m = rally[-1].z if rally and rally[-1].z is not None else RALLY_HEIGHT_M
    spot = _spot(place)
    new = PlanItem(command=Cmd.RALLY_POINT, frame=FRAME_RELATIVE, x=spot.lat_deg, y=spot.lon_deg, z=height_m)
    return (*rally, new)


def spans(fence: Items) -> list[tuple[Shape, range]]:
    """The shapes of a fence, each with the numbers of its items.

    Raises:
        PlanFileError: it is no fence.
    """
    found: list[tuple[Shape, range]] = []
    at = 1
    for shape in shapes_of(fence):
        count = len(items_of(shape))
        found.append((shape, range(at, at + count)))
        at += count
    return found


def without(fence: Items, numbers: Collection[int]) -> Items:
    """Without the shapes that some items belong to.

    Raises:
        PlanFileError: it is no fence.
    """
    gone = {number for _, span in spans(fence) if any(one in span for one in numbers) for number in span}
    return tuple(one for number, one in enumerate(fence, start=1) if number not in gone)


def turned_inside_out(fence: Items, numbers: Collection[int]) -> Items:
    """With the shapes that some items belong to the other way round: to stay in, or to keep out of.

    Raises:
        PlanFileError: it is no fence.
    """
    found: list[PlanItem] = []
    for shape, span in spans(fence):
        if any(one in span for one in numbers) and not isinstance(shape, ReturnPoint):
            shape = replace(shape, is_inside=not shape.is_inside)  # noqa: PLW2901
        found += items_of(shape)
    return tuple(found)


def moved_to(items: Items, number: int, place: Place) -> Items:
    """With a corner, a centre or a rally point somewhere else."""
    spot = _spot(place)
    item = replace(items[number - 1], x=spot.lat_deg, y=spot.lon_deg)
    return (*items[: number - 1], item, *items[number:])


def with_radius(fence: Items, number: int, radius_m: float) -> Items:
    """With another radius of a circle."""
    item = fence[number - 1]
    item = replace(item, params=(radius_m, *item.params[1:]))
    return (*fence[: number - 1], item, *fence[number:])


def at_height(rally: Items, number: int, height_m: float) -> Items:
    """With a rally point at another height above what its frame says."""
    return (*rally[: number - 1], replace(rally[number - 1], z=height_m), *rally[number:])
