# SPDX-License-Identifier: Apache-2.0
"""Fences and rally points of QGroundControl's plans, as items and back. Pure.

Source: QGroundControl, GeoFenceController.cc, GeoFenceManager.cc (polygons, circles, the return point, in this order),
QGCFencePolygon.cc, QGCFenceCircle.cc, RallyPointController.cc.
"""

from __future__ import annotations

from typing import Any

import msgspec

from groundstation.fleet.plans.files.fence_shapes import (
    Circle,
    Polygon,
    ReturnPoint,
    Shape,
    checked_radius,
    is_same_place,
    items_of,
    shapes_of,
)
from groundstation.fleet.plans.files.plan_checks import (
    MIN_CORNERS,
    check_height,
    flag,
    mapping,
    number,
    place,
    required,
    sequence,
)
from groundstation.fleet.plans.files.plan_file import Notes, PlanFileError, Spot
from groundstation.fleet.plans.files.qgc_simple import plain_number
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import FRAME_RELATIVE, MAX_ITEMS, PlanItem

LIMITS_VERSION, SHAPE_VERSION = 2, 1


def fence_of(document: dict[str, Any], notes: Notes) -> tuple[PlanItem, ...]:
    """The fence of a plan as items.

    Raises:
        PlanFileError: a shape is damaged, or does not say whether it is to stay inside.
    """
    found = tuple(item for shape, _ in kept_shapes(document, notes) for item in items_of(shape))
    if len(found) > MAX_ITEMS:
        raise PlanFileError(f"the fence has {len(found)} corners, {MAX_ITEMS} at most are read; simplify it")
    return found


def kept_shapes(document: dict[str, Any], notes: Notes) -> list[tuple[Shape, Any]]:
    """The shapes of a plan's fence, each with what stands in the file for it."""
    fence = _section(document, "geoFence")
    found: list[tuple[Shape, Any]] = []
    for number_, kept in enumerate(sequence(fence.get("polygons") or [], "geoFence, polygons"), 1):
        polygon = _polygon(kept, f"fence polygon {number_}", notes)
        if polygon is not None:
            found.append((polygon, kept))
    for number_, kept in enumerate(sequence(fence.get("circles") or [], "geoFence, circles"), 1):
        found.append((_circle(kept, f"fence circle {number_}"), kept))
    if fence.get("breachReturn") is not None:
        spot = place(fence["breachReturn"], "breachReturn")
        if spot.height_m is None:
            notes.add("breachReturn has no height; taken as 0 m above home")
        found.append((ReturnPoint(spot), fence["breachReturn"]))
    # the file is told from an empty one of an old version
    if fence.get("version") != LIMITS_VERSION and (found or fence.get("polygon") or fence.get("circle")):
        notes.add(f"the fence is not of version {LIMITS_VERSION}: QGroundControl takes it as no fence; check it")
    return found


def _section(document: dict[str, Any], key: str) -> dict[str, Any]:
    kept = document.get(key)
    return {} if kept is None else mapping(kept, key)


def _polygon(kept: Any, where: str, notes: Notes) -> Polygon | None:
    kept = mapping(kept, where)
    corners = [place(one, where) for one in sequence(required(kept, "polygon", where), where)]
    # an area that was begun and never drawn
    if not corners:
        notes.add(f"{where} has no corners and is left out")
        return None
    if len(corners) > 1 and is_same_place(corners[0], corners[-1]):
        notes.add(f"{where}: its last corner is its first again, and is left out")
        corners = corners[:-1]
    if len(corners) < MIN_CORNERS:
        raise PlanFileError(f"{where}: {len(corners)} corners enclose nothing; give it {MIN_CORNERS} at least")
    spots = tuple(map(_flat, corners))
    return Polygon(corners=spots, is_inside=flag(required(kept, "inclusion", where), where))


def _circle(kept: Any, where: str) -> Circle:
    kept = mapping(kept, where)
    drawn = mapping(required(kept, "circle", where), where)
    centre = place(required(drawn, "center", where), where)
    return Circle(
        centre=_flat(centre),
        radius_m=checked_radius(number(required(drawn, "radius", where), where), where),
        is_inside=flag(required(kept, "inclusion", where), where),
    )


def rally_of(document: dict[str, Any], notes: Notes) -> tuple[PlanItem, ...]:
    """The rally points of a plan as items, in metres above home.

    Raises:
        PlanFileError: a point is damaged.
    """
    rally = _section(document, "rallyPoints")
    found: list[PlanItem] = []
    for number_, kept in enumerate(sequence(rally.get("points") or [], "rallyPoints, points"), 1):
        where = f"rally point {number_}"
        spot = place(kept, where)
        if spot.height_m is None:
            raise PlanFileError(f"{where}: its height above home is not known; give it one")
        check_height(spot.height_m, where, notes)
        found.append(rally_point(spot))
    return tuple(found)


def rally_point(spot: Spot) -> PlanItem:
    """The item of a rally point."""
    return PlanItem(command=int(Cmd.RALLY_POINT), x=spot.lat_deg, y=spot.lon_deg, z=spot.height_m)


def plain_fence(fence: tuple[PlanItem, ...]) -> tuple[PlanItem, ...]:
    """A fence as a plan of QGroundControl gives it back: without groups and heights, its shapes in the usual order.

    Raises:
        PlanFileError: the items are no fence.
    """
    shapes = sorted(shapes_of(fence), key=lambda shape: _ORDER[type(shape)])
    return tuple(item for shape in shapes for item in items_of(_plain(shape)))


_ORDER: dict[type[Shape], int] = {Polygon: 0, Circle: 1, ReturnPoint: 2}


def _plain(shape: Shape) -> Shape:
    if isinstance(shape, ReturnPoint):
        return shape
    if isinstance(shape, Circle):
        return msgspec.structs.replace(shape, centre=_flat(shape.centre), group=0.0)
    return msgspec.structs.replace(shape, corners=tuple(map(_flat, shape.corners)), group=0.0)


def _flat(spot: Spot) -> Spot:
    return Spot(spot.lat_deg, spot.lon_deg, 0.0)


def write_fence(document: dict[str, Any], fence: tuple[PlanItem, ...]) -> None:
    """Put a fence into a document; shapes that were there stay as they were written.

    Raises:
        PlanFileError: the items are no fence that QGroundControl can hold.
    """
    before = dict(kept_shapes(document, Notes()))
    lists: dict[str, list[Any]] = {"polygons": [], "circles": []}
    section = dict(_section(document, "geoFence"))
    # put back below, if the fence still has one
    section.pop("breachReturn", None)
    for shape in shapes_of(fence):
        # a shape that was not changed is the same value, and goes back with its unknown keys
        kept = before.get(shape)
        if isinstance(shape, ReturnPoint):
            section["breachReturn"] = kept or [*_pair(shape.spot), plain_number(shape.spot.height_m or 0.0)]
        else:
            lists["polygons" if isinstance(shape, Polygon) else "circles"].append(kept or _written(shape))
    document["geoFence"] = section | lists | {"version": LIMITS_VERSION}


def _written(shape: Polygon | Circle) -> dict[str, Any]:
    said: dict[str, Any] = {"version": SHAPE_VERSION, "inclusion": shape.is_inside}
    if isinstance(shape, Polygon):
        return said | {"polygon": [_pair(corner) for corner in shape.corners]}
    return said | {"circle": {"center": _pair(shape.centre), "radius": plain_number(shape.radius_m)}}


def _pair(spot: Spot) -> list[float]:
    return [spot.lat_deg, spot.lon_deg]


def write_rally(document: dict[str, Any], rally: tuple[PlanItem, ...]) -> None:
    """Put rally points into a document.

    Raises:
        PlanFileError: an item is no rally point above home: QGroundControl knows no other.
    """
    points: list[list[float | int | None]] = []
    for number_, item in enumerate(rally, 1):
        if item.command != Cmd.RALLY_POINT or item.frame != FRAME_RELATIVE or item.z is None:
            raise PlanFileError(
                f"rally item {number_}: a .plan holds rally points above home only; save it as .waypoints"
            )
        points.append([item.x, item.y, plain_number(item.z)])
    document["rallyPoints"] = _section(document, "rallyPoints") | {"points": points, "version": LIMITS_VERSION}
