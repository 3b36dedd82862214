# SPDX-License-Identifier: Apache-2.0
"""QGroundControl's `StructureScan`: around a structure, layer by layer. Pure.

Source: QGroundControl, StructureScanComplexItem.cc and QGCMapPolygon.cc (version 3). It stores no items: the way is
worked out here as it does it there. Where it would come nearer to the structure than was wanted, it is not flown.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import shapely

from groundstation.fleet.geometry import METRES_PER_DEGREE, turn_deg
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
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import FRAME_MISSION, FRAME_RELATIVE, MAX_ITEMS, PlanItem

VERSION = 3
MAX_CORNERS = 1_000
NEARER = 0.99
"""Part of the wanted distance that it may come to: what is less is no rounding."""
SIDEWAYS_DEG = 90.0
"""To the right of the way, which goes clockwise: there the structure is."""


def structure_items(kept: dict[str, Any], where: str, notes: Notes) -> tuple[PlanItem, ...]:
    """The items that it is flown as; none where it can't be worked out, which is told.

    Args:
        kept: the complex item.
        where: for errors and notes.
        notes: told of what is not flown.

    Raises:
        PlanFileError: a value is missing, or is none.
    """
    if kept.get("version") != VERSION:
        notes.add(f"{where}: a structure scan of another version than {VERSION}; kept, but neither shown nor flown")
        return ()
    calc = mapping(required(kept, "CameraCalc", where), f"{where}, CameraCalc")
    drawn = sequence(required(kept, "polygon", where), where, MAX_CORNERS)
    corners = [place(one, f"{where}, polygon") for one in drawn]
    away_m = _told(calc, "DistanceToSurface", where)
    around = _around(corners, away_m) if len(corners) >= MIN_CORNERS and away_m > 0.0 else None
    if around is None:
        notes.add(f"{where}: the way around leads too near to the structure; kept, but neither shown nor flown")
        return ()
    layers = int(_told(kept, "Layers", where))
    if not 1 <= layers * (len(around) + 3) <= MAX_ITEMS:
        told = f"{layers} layers around {len(around)} corners"
        raise PlanFileError(
            f"{where}: {told}; one at least, and {MAX_ITEMS} items at most, are flown; change the layers"
        )
    return tuple(_items(kept, calc, around, layers, where, notes))


def _told(holder: dict[str, Any], key: str, where: str) -> float:
    return number(required(holder, key, where), f"{where}, {key}")


def _items(
    kept: dict[str, Any], calc: dict[str, Any], around: list[Spot], layers: int, where: str, notes: Notes
) -> Iterator[PlanItem]:
    thick_m, apart_m = _told(calc, "AdjustedFootprintFrontal", where), _told(calc, "AdjustedFootprintSide", where)
    is_down = flag(required(kept, "StartFromTop", where), f"{where}, StartFromTop")
    begin_m = _told(kept, "StructureHeight" if is_down else "ScanBottomAlt", where)
    entrance_m = _told(kept, "EntranceAltitude", where)
    yield _waypoint(around[0], entrance_m)
    pitch_deg = _told(kept, "GimbalPitch", where)
    yield PlanItem(command=int(Cmd.ROI_WPNEXT_OFFSET), frame=FRAME_MISSION, x=pitch_deg, y=0.0, z=SIDEWAYS_DEG)
    for layer in range(layers):
        height_m = begin_m + (layer + 0.5) * thick_m * (-1.0 if is_down else 1.0)
        check_height(height_m, where, notes)
        yield _waypoint(around[0], height_m)
        yield PlanItem(command=int(Cmd.CAMERA_DISTANCE), frame=FRAME_MISSION, params=(apart_m, 0.0, 1.0, 0.0))
        yield from (_waypoint(spot, height_m) for spot in (*around[1:], around[0]))
        yield PlanItem(command=int(Cmd.CAMERA_DISTANCE), frame=FRAME_MISSION)
    yield PlanItem(command=int(Cmd.ROI_NONE), frame=FRAME_MISSION)
    yield _waypoint(around[0], entrance_m)


def _waypoint(spot: Spot, height_m: float) -> PlanItem:
    params = (0.0, 0.0, 0.0, None)
    return PlanItem(
        command=int(Cmd.WAYPOINT), frame=FRAME_RELATIVE, params=params, x=spot.lat_deg, y=spot.lon_deg, z=height_m
    )


def _around(corners: list[Spot], away_m: float) -> list[Spot] | None:
    """The corners of the way, clockwise; None where it comes too near or crosses itself."""
    origin = corners[0]
    east_m = METRES_PER_DEGREE * math.cos(math.radians(origin.lat_deg))
    points = [
        (turn_deg(origin.lon_deg, one.lon_deg) * east_m, (one.lat_deg - origin.lat_deg) * METRES_PER_DEGREE)
        for one in corners
    ]
    structure = shapely.Polygon(points)
    if not structure.is_valid or structure.area <= 0.0:
        return None
    if shapely.is_ccw(structure.exterior):
        points.reverse()
    way = [_pushed(points[at - 1], points[at], points[(at + 1) % len(points)], away_m) for at in range(len(points))]
    told = [one for one in way if one is not None]
    ring = shapely.LinearRing(told) if len(told) == len(points) else None
    if ring is None or not ring.is_simple or shapely.distance(ring, structure) < NEARER * away_m:
        return None
    return [
        Spot(origin.lat_deg + north / METRES_PER_DEGREE, turn_deg(0.0, origin.lon_deg + east / east_m))
        for east, north in told
    ]


_Point = tuple[float, float]


def _pushed(before: _Point, corner: _Point, after: _Point, away_m: float) -> _Point | None:
    """Where the sides of a corner meet when both are moved outwards; None for a corner that comes straight back."""
    # to the left of a way that goes clockwise is outside
    normals = []
    for (ax, ay), (bx, by) in ((before, corner), (corner, after)):
        length = math.hypot(bx - ax, by - ay)
        if length == 0.0:
            return None
        normals.append(((ay - by) / length, (bx - ax) / length))
    (one_x, one_y), (two_x, two_y) = normals
    share = 1.0 + one_x * two_x + one_y * two_y
    if share < 1e-3:
        return None
    return corner[0] + away_m * (one_x + two_x) / share, corner[1] + away_m * (one_y + two_y) / share
