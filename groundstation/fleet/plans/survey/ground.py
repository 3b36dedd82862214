# SPDX-License-Identifier: Apache-2.0
"""The shapes of a task on its plane: what is to be seen, where lines may be, and what is not flown over. Pure."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from groundstation.fleet.plans.files.plan_file import Area, PlanFileError
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.plans.survey.local_plane import LocalPlane, Points
from groundstation.fleet.plans.survey.survey_task import (
    MAX_CORNERS,
    AnyTask,
    CorridorTask,
    check,
    corners_of,
    edge_of,
)

GLITCH = 0.001
"""Part of an area that may lie beyond a crossing of its own outline: more is another figure than was meant."""
LEAST_AREA_M2 = 1e-6
CLEAR_M = 0.002
"""Lines end this far before a margin, so that rounding brings no way between them over it."""
ROUND = 8
"""Corners of a quarter of a circle around corners."""
GENEROUS = 1.02
"""Margins are drawn wider: GEOS first straightens an outline by a hundredth of the margin."""
BLUNT = 1.05
"""Margins beyond which their corners are cut off: a right angle's has two corners so, far fewer than an arc."""


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """The shapes, metres east and north on a plane."""

    plane: LocalPlane
    target: BaseGeometry
    """What is to be seen: the area without its holes, keep-outs and their margin."""
    lines_in: BaseGeometry | None
    """Where lines may be; None where nothing limits them, since they reach over an edge by half a spacing at most."""
    blocked: BaseGeometry
    """Keep-outs with their margin; may be empty."""
    way: BaseGeometry | None = None
    """The middle of a corridor."""


def ground_of(task: AnyTask) -> Ground:
    """The shapes of a task.

    Raises:
        PlanFileError: the task can't be flown, or a shape is none; says which, and what to do.
    """
    check(task)
    count = corners_of(task)
    if count > MAX_CORNERS:
        raise PlanFileError(f"it is drawn with {count} corners, {MAX_CORNERS} at most are laid; simplify the drawing")
    drawn = task.line.spots if isinstance(task, CorridorTask) else task.area.outer
    if len(drawn) < 2:
        raise PlanFileError("the drawing is empty; draw it again")
    plane = LocalPlane(Place(drawn[0].lat_deg, drawn[0].lon_deg))
    way = None
    if isinstance(task, CorridorTask):
        way = _way(plane.points(task.line.spots))
        area = shapely.make_valid(way.buffer(task.width_m / 2.0, cap_style="flat", join_style="mitre", mitre_limit=2.0))
    else:
        area = shape_of(task.area, plane, "the area")
    # kept-out drawings far from the area do not matter, and are not read so strictly
    outs = [shape_of(one, plane, f"keep-out {number}") for number, one in enumerate(task.keep_outs, 1)]
    around = shapely.union_all(outs)
    blocked = _kept_from(around, task.margin_m * GENEROUS) if outs and task.margin_m else around
    target = shapely.difference(area, blocked.buffer(CLEAR_M, quad_segs=ROUND)) if outs else area
    target = only_areas(target)
    if target.area < LEAST_AREA_M2:
        raise PlanFileError(
            "nothing of the area is left beside its keep-outs and their margin; draw them again"
            if outs
            else "the area has no extent; draw it again"
        )
    return Ground(plane=plane, target=target, lines_in=_lines_in(task, area, blocked), blocked=blocked, way=way)


def _lines_in(task: AnyTask, area: BaseGeometry, blocked: BaseGeometry) -> BaseGeometry | None:
    edge_m = edge_of(task)
    is_edge_free = task.edge_m is None or isinstance(task, CorridorTask)
    if is_edge_free and blocked.is_empty:
        return None
    # generously, where only keep-outs limit them
    within = area.envelope.buffer(3.0 * edge_m + 1.0) if is_edge_free else area.buffer(edge_m, quad_segs=ROUND)
    return within if blocked.is_empty else shapely.difference(within, blocked.buffer(CLEAR_M, quad_segs=ROUND))


def _kept_from(around: BaseGeometry, margin_m: float) -> BaseGeometry:
    """What is nearer than a margin, drawn with few corners, since each is a waypoint of the way around."""
    return around.buffer(margin_m, join_style="mitre", mitre_limit=BLUNT)


def _way(points: Points) -> BaseGeometry:
    steps = np.hypot(*np.diff(points, axis=0).T)
    kept = points[np.concatenate([[True], steps > 1e-3])]
    if len(kept) < 2:
        raise PlanFileError("the line has no length; draw it again")
    return shapely.LineString(kept)


def shape_of(area: Area, plane: LocalPlane, what: str) -> BaseGeometry:
    """A drawn area on the plane, without its holes.

    Args:
        area: as it was drawn; its outline may touch itself.
        plane: to draw it on.
        what: for errors.

    Raises:
        PlanFileError: its outline crosses itself, or has no extent.
    """
    outer = _ring(area.outer, plane, what)
    holes = [_ring(hole, plane, f"a hole of {what}") for hole in area.holes]
    return only_areas(shapely.difference(outer, shapely.union_all(holes))) if holes else outer


def _ring(spots: tuple[object, ...], plane: LocalPlane, what: str) -> BaseGeometry:
    points = plane.points(spots)  # type: ignore[arg-type]
    if len(points) < 3:
        raise PlanFileError(f"{what} has {len(points)} corners, 3 are needed; draw it again")
    drawn = shapely.Polygon(points)
    if drawn.is_valid:
        return drawn
    parts = sorted(shapely.get_parts(only_areas(shapely.make_valid(drawn))), key=lambda part: -part.area)
    whole_m2 = math.fsum(part.area for part in parts)
    if whole_m2 < LEAST_AREA_M2:
        raise PlanFileError(f"{what} has no extent; draw it again")
    # touching itself in a corner is one thing, a bow tie another: what of it was meant, nobody can tell
    is_touching = shapely.is_valid_reason(drawn).startswith("Ring Self-intersection")
    if not is_touching and whole_m2 - parts[0].area > GLITCH * whole_m2:
        place = plane.place(*_crossing(drawn))
        raise PlanFileError(
            f"the outline of {what} crosses itself near {place.lat_deg:.6f}, {place.lon_deg:.6f}; draw it without"
        )
    return shapely.union_all(parts) if is_touching else parts[0]


def _crossing(drawn: BaseGeometry) -> tuple[float, float]:
    """Where an outline crosses itself, as GEOS tells it: `Self-intersection[1 2]`."""
    east, north = shapely.is_valid_reason(drawn).partition("[")[2].rstrip("]").split()[:2]
    return float(east), float(north)


def only_areas(shape: BaseGeometry) -> BaseGeometry:
    """A shape without the points and lines that cutting leaves of it."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    areas = [part for part in parts if part.geom_type == "Polygon" and part.area > 0.0]
    return areas[0] if len(areas) == 1 else shapely.MultiPolygon(areas)
