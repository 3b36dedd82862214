# SPDX-License-Identifier: Apache-2.0
"""A plan as shapes for map programs: its way, its items, its fence, its rally points and what was drawn. Pure.

No map program knows heights above home. They are told above the sea where that of home is known, else above the ground.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from math import cos, radians, sin
from typing import Literal

import msgspec

from groundstation.fleet.geometry import moved
from groundstation.fleet.plans.files.fence_shapes import Circle, Polygon, ReturnPoint, opened, shapes_of
from groundstation.fleet.plans.files.plan_file import Notes, PlanFile, PlannedHome, Spot
from groundstation.fleet.plans.plan_commands import has_place, is_flown, label_of
from groundstation.fleet.plans.plan_items import FRAME_GLOBAL, FRAME_RELATIVE, FRAME_TERRAIN, PlanItem

CIRCLE_CORNERS = 72


class HeightsOver(enum.Enum):
    """What the heights of a shape are above."""

    SEA = "sea"
    GROUND = "ground"
    NONE = "none"
    """None are told: they are unknown, or above this and that."""


Told = dict[str, str | float | bool | None]


class Feature(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One shape with its name."""

    shape: Literal["Point", "LineString", "Polygon"]
    rings: tuple[tuple[Spot, ...], ...]
    """Of a polygon its outer ring and its holes, none closed; else a single row of places."""
    name: str
    over: HeightsOver = HeightsOver.NONE
    told: Told = {}
    """What else there is to know of it."""


def ring_of(ring: list[Spot], where: str, notes: Notes) -> tuple[Spot, ...]:
    """A ring of a drawing; see `opened`."""
    return opened(ring, where, notes)


def features_of(plan: PlanFile) -> list[Feature]:
    """Everything of a plan that has a place.

    Raises:
        PlanFileError: its fence is none.
    """
    return [*_home(plan.home), *_way(plan), *_items(plan), *_fence(plan), *_rally(plan), *_drawn(plan)]


def _home(home: PlannedHome | None) -> Iterator[Feature]:
    if home is None:
        return
    over = HeightsOver.NONE if home.amsl_m is None else HeightsOver.SEA
    spot = Spot(home.lat_deg, home.lon_deg, home.amsl_m)
    yield Feature(shape="Point", rings=((spot,),), name="Home", over=over, told={"kind": "home"})


def _placed(item: PlanItem, home: PlannedHome | None) -> tuple[Spot, HeightsOver]:
    spot = Spot(item.x or 0.0, item.y or 0.0, item.z)
    if item.z is None:
        return spot, HeightsOver.NONE
    if item.frame == FRAME_RELATIVE and home is not None and home.amsl_m is not None:
        return Spot(spot.lat_deg, spot.lon_deg, item.z + home.amsl_m), HeightsOver.SEA
    return spot, _OVER.get(item.frame, HeightsOver.NONE)


_OVER: dict[int, HeightsOver] = {
    FRAME_GLOBAL: HeightsOver.SEA,
    FRAME_RELATIVE: HeightsOver.GROUND,
    FRAME_TERRAIN: HeightsOver.GROUND,
}


def _way(plan: PlanFile) -> Iterator[Feature]:
    placed = [_placed(item, plan.home) for item in plan.mission if is_flown(item)]
    if len(placed) < 2:
        return
    # a line has one mode: heights over the sea in some places and over the ground in others make no way
    modes = {over for _, over in placed}
    over = modes.pop() if len(modes) == 1 else HeightsOver.NONE
    spots = tuple(spot for spot, _ in placed)
    yield Feature(shape="LineString", rings=(spots,), name="Mission", over=over, told={"kind": "way"})


def _items(plan: PlanFile) -> Iterator[Feature]:
    # 0/0 is "here" for a landing, and no place on a map
    for number, item in enumerate(plan.mission, 1):
        if not has_place(item.command, item.frame) or not (item.x or item.y) or not _is_on_globe(item):
            continue
        spot, over = _placed(item, plan.home)
        told: Told = {"kind": "item", "number": number, "command": item.command}
        told |= {"frame": item.frame, "height": item.z}
        yield Feature(shape="Point", rings=((spot,),), name=f"{number} {label_of(item.command)}", over=over, told=told)


def _is_on_globe(item: PlanItem) -> bool:
    # parameters 5 and 6 of a command that is not known may be no place
    return item.x is not None and item.y is not None and abs(item.x) <= 90.0 and abs(item.y) <= 180.0


def _fence(plan: PlanFile) -> Iterator[Feature]:
    for shape in shapes_of(plan.fence):
        if isinstance(shape, ReturnPoint):
            spot = Spot(shape.spot.lat_deg, shape.spot.lon_deg)
            yield Feature(shape="Point", rings=((spot,),), name="Fence return point", told={"kind": "fence return"})
            continue
        told: Told = {"kind": "fence", "inclusion": shape.is_inside}
        if isinstance(shape, Circle):
            told["radius"] = shape.radius_m
        ring = _circle(shape) if isinstance(shape, Circle) else _flat(shape)
        name = "Stay inside" if shape.is_inside else "Keep out"
        yield Feature(shape="Polygon", rings=(ring,), name=name, told=told)


def _flat(shape: Polygon) -> tuple[Spot, ...]:
    return tuple(Spot(one.lat_deg, one.lon_deg) for one in shape.corners)


def _circle(shape: Circle) -> tuple[Spot, ...]:
    # every five degrees: within a thousandth of the radius of the circle
    turns = (radians(360.0 * step / CIRCLE_CORNERS) for step in range(CIRCLE_CORNERS))
    centre, radius_m = shape.centre, shape.radius_m
    return tuple(
        Spot(*moved(centre.lat_deg, centre.lon_deg, radius_m * cos(turn), radius_m * sin(turn))) for turn in turns
    )


def _rally(plan: PlanFile) -> Iterator[Feature]:
    for number, item in enumerate(plan.rally, 1):
        spot, over = _placed(item, plan.home)
        told: Told = {"kind": "rally", "height": item.z}
        yield Feature(shape="Point", rings=((spot,),), name=f"Rally point {number}", over=over, told=told)


def _drawn(plan: PlanFile) -> Iterator[Feature]:
    # what the heights of a drawing are above is not known once it was read
    for area in plan.areas:
        yield Feature(shape="Polygon", rings=(area.outer, *area.holes), name=area.name)
    for line in plan.lines:
        yield Feature(shape="LineString", rings=(line.spots,), name=line.name)
    for mark in plan.marks:
        yield Feature(shape="Point", rings=((mark.spot,),), name=mark.name)
