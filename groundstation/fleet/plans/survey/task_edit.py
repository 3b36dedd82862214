# SPDX-License-Identifier: Apache-2.0
"""Changes to the shapes of a task: corners that are moved or put in, areas that are left out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from groundstation.fleet.geometry import turn_deg
from groundstation.fleet.plans.files.plan_file import Area, Line, Spot
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.plans.survey.survey_task import AnyTask, CorridorTask, Entry, SurveyTask, Task

DEFAULT_WIDTH_M = 100.0
"""Of a corridor that was just drawn."""
Ring = tuple[Spot, ...]


class Corner(NamedTuple):
    """A corner of a task's shapes, or the middle of a side, where a corner can be put in."""

    ring: int
    """0 is the outline or the line, then come holes, then areas that are left out."""
    at: int
    """Its place in the ring; of a new one where it goes."""
    place: Place
    is_new: bool = False


def rings_of(task: AnyTask) -> tuple[Ring, ...]:
    """All shapes of a task."""
    keep_outs = tuple(one.outer for one in task.keep_outs)
    if isinstance(task, CorridorTask):
        return (task.line.spots, *keep_outs)
    return (task.area.outer, *task.area.holes, *keep_outs)


def corners_of(task: AnyTask) -> tuple[Corner, ...]:
    """What can be taken hold of: all corners, then the middles of all sides."""
    corners: list[Corner] = []
    middles: list[Corner] = []
    for number, ring in enumerate(rings_of(task)):
        corners += [Corner(number, at, Place(one.lat_deg, one.lon_deg)) for at, one in enumerate(ring)]
        is_open = isinstance(task, CorridorTask) and number == 0
        ends = ring[1:] if is_open else (*ring[1:], *ring[:1])
        for at, (one, other) in enumerate(zip(ring, ends, strict=False), 1):
            half_deg = turn_deg(one.lon_deg, other.lon_deg) / 2.0
            middle = Place((one.lat_deg + other.lat_deg) / 2.0, turn_deg(0.0, one.lon_deg + half_deg))
            middles.append(Corner(number, at, middle, is_new=True))
    return (*corners, *middles)


def with_corner(task: AnyTask, corner: Corner, place: Place) -> AnyTask:
    """With a corner elsewhere, or with one more.

    Args:
        task: what is changed.
        corner: one of `corners_of`; what is not there any more changes nothing.
        place: where it is from now on.
    """
    rings = list(rings_of(task))
    if corner.ring >= len(rings) or corner.at >= len(rings[corner.ring]) + corner.is_new:
        return task
    ring = list(rings[corner.ring])
    spot = Spot(place.lat_deg, place.lon_deg)
    if corner.is_new:
        ring.insert(corner.at, spot)
    else:
        ring[corner.at] = spot
    rings[corner.ring] = tuple(ring)
    return _with_rings(task, rings)


def _with_rings(task: AnyTask, rings: Sequence[Ring]) -> AnyTask:
    if isinstance(task, CorridorTask):
        return replace(task, line=replace(task.line, spots=rings[0]), keep_outs=_left_out(task, rings[1:]))
    inner = len(task.area.holes)
    area = replace(task.area, outer=rings[0], holes=tuple(rings[1 : 1 + inner]))
    return replace(task, area=area, keep_outs=_left_out(task, rings[1 + inner :]))


def _left_out(task: Task, rings: Sequence[Ring]) -> tuple[Area, ...]:
    return tuple(replace(one, outer=ring) for one, ring in zip(task.keep_outs, rings, strict=True))


def with_left_out(task: AnyTask, corners: Sequence[Place]) -> AnyTask:
    """With one more area that is not flown over."""
    area = Area(outer=tuple(Spot(*one) for one in corners))
    return replace(task, keep_outs=(*task.keep_outs, area))


def over_area(like: AnyTask, area: Area) -> SurveyTask:
    """A survey over an area, with the settings of another task."""
    return SurveyTask(**_common(like), area=area)


def along_line(like: AnyTask, line: Line) -> CorridorTask:
    """A corridor along a line, with the settings of another task."""
    width_m = like.width_m if isinstance(like, CorridorTask) else DEFAULT_WIDTH_M
    return CorridorTask(**_common(like), line=line, width_m=width_m)


def _common(like: AnyTask) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(like, name) for name in Task.__struct_fields__}
    # where it begins and what it stays away from belong to the place
    return found | {"keep_outs": (), "entry": Entry.UNKNOWN, "start": None}
