# SPDX-License-Identifier: Apache-2.0
"""Lays a survey or a corridor: lines, their order, the ways between them, and numbers. Pure.

What is done where others do otherwise: lines are centred on the area and cut at every crossing; a concave area is flown
in cells, one after the other, in the order with the shortest ways; ways from line to line stay within the area and its
turnaround where they can, go around keep-outs always, and what they can't is told.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from groundstation.fleet.phrases import say
from groundstation.fleet.plans.files.plan_file import PlanFileError
from groundstation.fleet.plans.plan_check import Finding
from groundstation.fleet.plans.plan_items import MAX_ITEMS
from groundstation.fleet.plans.survey.coverage import Coverage, Swath
from groundstation.fleet.plans.survey.flying import Ends, Flown, Track, fly, tracks_of
from groundstation.fleet.plans.survey.ground import Ground, ground_of
from groundstation.fleet.plans.survey.local_plane import Points, turned
from groundstation.fleet.plans.survey.runs import MAX_LINES, Runs, cells_of, fewest_turns_deg, lay_runs
from groundstation.fleet.plans.survey.survey_items import block_length
from groundstation.fleet.plans.survey.survey_task import (
    ENTRIES,
    AnyTask,
    CorridorTask,
    Entry,
    SurveyTask,
    Trigger,
    edge_of,
    footprint_m,
    gsd_of,
    interval_of,
    spacing_of,
    trigger_of,
)
from groundstation.fleet.plans.survey.ways import Leaves, Ways

ENOUGH = 0.999
"""Part of the area that lines should cover; less is told."""
EDGE_FILL, KEEP_OUT_FILL = 0.25, 1e-4
"""Squares of the spacing: what is left out at an edge that may not be flown over, and beside a keep-out, gets a line of
its own from there on."""


class Laid(msgspec.Struct, frozen=True, kw_only=True):
    """Lines on the plane, not in order yet."""

    ground: Ground
    passes: tuple[Runs, ...]
    """Of a survey, the second across the first; none of a corridor."""
    lanes: tuple[tuple[Points, ...], ...] = ()
    """Of a corridor, each in as many pieces as keep-outs leave of it."""
    covered: float


def lay(task: AnyTask) -> Coverage:
    """Lay a task.

    Args:
        task: a survey or a corridor.

    Raises:
        PlanFileError: it can't be flown; says why, and what to do.
    """
    laid = lines_of(task, ground_of(task))
    return coverage_of(task, laid, in_order(task, laid))


def lines_of(task: AnyTask, ground: Ground) -> Laid:
    """The lines of a task.

    Raises:
        PlanFileError: there are too many.
    """
    if isinstance(task, CorridorTask):
        return _lanes(task, ground)
    angle_deg = fewest_turns_deg(ground.target, spacing_of(task)) if task.angle_deg is None else task.angle_deg
    angles = (angle_deg, angle_deg + 90.0) if task.crosshatch else (angle_deg,)
    passes = tuple(runs_over(task, ground, ground.target, angle) for angle in angles)
    return Laid(ground=ground, passes=passes, covered=1.0 - passes[0].missed_m2 / ground.target.area)


def runs_over(task: SurveyTask, ground: Ground, target: BaseGeometry, angle_deg: float) -> Runs:
    """Lines over an area, or a part of it."""
    fill = KEEP_OUT_FILL if task.edge_m is None else EDGE_FILL
    return lay_runs(target, ground.lines_in, spacing_of(task), angle_deg, fill)


def _lanes(task: CorridorTask, ground: Ground) -> Laid:
    way, spacing_m = ground.way, spacing_of(task)
    if way is None:
        raise PlanFileError("a corridor without a line; draw one")
    count = max(1, math.ceil(task.width_m / spacing_m - 1e-6))
    if count > MAX_LINES:
        raise PlanFileError(f"it would take {count} lines; make the spacing wider or the corridor narrower")
    lanes = []
    for number in range(count):
        beside_m = ((count - 1) / 2.0 - number) * spacing_m
        lane = shapely.offset_curve(way, beside_m, join_style="mitre", mitre_limit=2.0) if beside_m else way
        # beside a sharp bend nothing may be left of a lane
        allowed = lane if ground.lines_in is None else shapely.intersection(lane, ground.lines_in)
        parts = [part for part in shapely.get_parts(allowed) if part.geom_type == "LineString" and part.length > 1e-3]
        parts.sort(key=lambda part: float(way.project(shapely.Point(part.coords[0]))))
        lanes.append(tuple(shapely.get_coordinates(part) for part in parts))
    seen = [shapely.LineString(points).buffer(spacing_m / 2.0, join_style="mitre") for lane in lanes for points in lane]
    if not seen:
        raise PlanFileError("no line is left beside the keep-outs; draw them smaller")
    missed_m2 = shapely.difference(ground.target, shapely.union_all(seen)).area
    return Laid(ground=ground, passes=(), lanes=tuple(lanes), covered=1.0 - missed_m2 / ground.target.area)


def in_order(task: AnyTask, laid: Laid, ends: Ends | None = None, limit: BaseGeometry | None = None) -> list[Flown]:
    """Lines in the order in which they are flown.

    Args:
        task: whose turnaround and entry count.
        laid: its lines.
        ends: where it comes from and goes to; None is as the task says.
        limit: the strip of one vehicle; None for no such.
    """
    ways = ways_in(task, laid.ground, limit)
    ends = _ends(task, laid) if ends is None else ends
    found: list[Flown] = []
    groups = [_corridor_cells(task, laid)] if not laid.passes else [_cells(task, laid, one) for one in laid.passes]
    for number, cells in enumerate(groups):
        home = ends.home if number == len(groups) - 1 else None
        start = ends.start if not found else found[-1].track.lead_out
        now = msgspec.structs.replace(ends, start=start, home=home, corner=None if found else ends.corner)
        every_other = isinstance(task, SurveyTask) and task.every_other
        found += fly(cells, ways, now, every_other=every_other)
    return found


def ways_in(task: AnyTask, ground: Ground, limit: BaseGeometry | None = None) -> Ways:
    """Finds ways for a task."""
    # a line may end so far beyond the edge, and its turnaround begins there
    return Ways(ground.target, task.turnaround_m + edge_of(task), ground.blocked, limit)


def _cells(task: AnyTask, laid: Laid, one: Runs) -> list[list[Track]]:
    cells = cells_of(one.runs)
    # all at once: keep-outs are looked at once for all lines
    lines = [turned(run.ends, -one.angle_deg) for cell in cells for run in cell]
    tracks = iter(tracks_of(lines, task.turnaround_m, laid.ground.blocked))
    return [[next(tracks) for _ in cell] for cell in cells]


def _corridor_cells(task: AnyTask, laid: Laid) -> list[list[Track]]:
    lines = [points for lane in laid.lanes for points in lane]
    tracks = tracks_of(lines, task.turnaround_m, laid.ground.blocked)
    if all(len(lane) <= 1 for lane in laid.lanes):
        return [tracks]
    return [[track] for track in tracks]


def _ends(task: AnyTask, laid: Laid) -> Ends:
    start = None if task.start is None else laid.ground.plane.points([task.start])[0]
    return Ends(start=start, home=start, corner=corner_of(task, laid))


def corner_of(task: AnyTask, laid: Laid) -> Points | None:
    """Where the operator wants it to begin; None for anywhere."""
    if task.entry not in ENTRIES:
        return None
    is_right = task.entry in (Entry.TOP_RIGHT, Entry.BOTTOM_RIGHT)
    is_low = task.entry in (Entry.BOTTOM_LEFT, Entry.BOTTOM_RIGHT)
    if not laid.passes:
        lanes = [lane for lane in laid.lanes if lane]
        lane = lanes[-1 if is_right else 0]
        return np.array(lane[0][0] if is_low else lane[-1][-1])
    one = laid.passes[0]
    column = max(run.column for run in one.runs) if is_right else min(run.column for run in one.runs)
    runs = [run for run in one.runs if run.column == column]
    low_m, high_m = min(run.low_m for run in runs), max(run.high_m for run in runs)
    return np.asarray(turned(np.array([[runs[0].x_m, low_m if is_low else high_m]]), -one.angle_deg)[0])


def coverage_of(task: AnyTask, laid: Laid, flown: Sequence[Flown]) -> Coverage:
    """The result, for people and files."""
    swaths = swaths_of(laid.ground, flown)
    seen_m = sum(one.length_m for one in swaths)
    path_m = path_length(flown)
    made = Coverage(
        task=task,
        swaths=swaths,
        area_m2=laid.ground.target.area,
        length_m=seen_m,
        path_m=path_m,
        angle_deg=laid.passes[0].angle_deg if laid.passes else None,
        cells=sum(len(cells_of(one.runs)) for one in laid.passes) or 1,
        covered=min(1.0, max(0.0, laid.covered)),
        spacing_m=spacing_of(task),
        pictures=pictures_of(task, swaths, path_m),
        gsd_cm_px=gsd_of(task),
        trigger_m=trigger_of(task),
        interval_s=interval_of(task),
    )
    return msgspec.structs.replace(made, findings=tuple(findings_of(made, flown)))


def swaths_of(ground: Ground, flown: Sequence[Flown]) -> tuple[Swath, ...]:
    """Lines as places."""
    return tuple(_swath(ground, one) for one in flown)


def _swath(ground: Ground, flown: Flown) -> Swath:
    track, place = flown.track, ground.plane.place
    spots = ground.plane.places(track.points)
    begins_there = np.array_equal(track.lead_in, track.points[0])
    ends_there = np.array_equal(track.lead_out, track.points[-1])
    return Swath(
        spots=spots,
        lead_in=spots[0] if begins_there else place(*map(float, track.lead_in)),
        lead_out=spots[-1] if ends_there else place(*map(float, track.lead_out)),
        way=ground.plane.places(flown.between),
        length_m=track.length_m,
        way_m=flown.way_m,
    )


def path_length(flown: Sequence[Flown]) -> float:
    """From the beginning of the first line to the end of the last, metres; the way to the first is not in it."""
    lines_m = sum(one.track.length_m + _leads_m(one.track) for one in flown)
    return lines_m + sum(one.way_m for one in flown[1:])


def _leads_m(track: Track) -> float:
    before, after = track.lead_in - track.points[0], track.lead_out - track.points[-1]
    return float(np.hypot(*before) + np.hypot(*after))


def pictures_of(task: AnyTask, swaths: Sequence[Swath], path_m: float) -> int | None:
    """How many pictures are taken; None where none are, or the camera is left to itself."""
    apart_m = trigger_of(task)
    if apart_m is None:
        return None
    if task.in_turnarounds and task.trigger is not Trigger.HOVER:
        return math.floor(path_m / apart_m + 1e-9) + 1
    return sum(pictures_on(one.length_m, apart_m, task.trigger) for one in swaths)


def pictures_on(length_m: float, apart_m: float, trigger: Trigger) -> int:
    """How many pictures are taken on a line: at its beginning and then on; standing still also at its end."""
    steps = length_m / apart_m
    return 1 + (math.ceil(steps - 1e-9) if trigger is Trigger.HOVER else math.floor(steps + 1e-9))


def findings_of(made: Coverage, flown: Sequence[Flown]) -> Iterator[Finding]:
    """What is to be said of a coverage, without knowing who flies it."""
    task = made.task
    if made.covered < ENOUGH:
        yield Finding(item=None, said=say("survey_missed", missed_percent=100.0 * (1.0 - made.covered)))
    outside = sum(one.leaves is Leaves.AREA for one in flown)
    if outside:
        yield Finding(item=None, said=say("survey_leaves_area", ways=float(outside)))
    across = sum(one.leaves is Leaves.KEEP_OUT for one in flown)
    if across:
        yield Finding(item=None, said=say("survey_crosses_keep_out", ways=float(across)), holds=True)
    count = block_length(task, made.swaths)
    if count > MAX_ITEMS:
        yield Finding(item=None, said=say("survey_many_items", items=float(count), most=float(MAX_ITEMS)), holds=True)
    least_s = task.camera.least_interval_s if task.camera is not None else 0.0
    if made.interval_s is not None and made.trigger_m is not None and made.interval_s < least_s:
        speed_mps = made.trigger_m / least_s
        said = say("survey_interval", interval_s=made.interval_s, least_s=least_s, speed_mps=speed_mps)
        yield Finding(item=None, said=said)
    seen = footprint_m(task)
    if seen is not None and made.spacing_m > seen.across_m:
        yield Finding(item=None, said=say("survey_gap", spacing_m=made.spacing_m, across_m=seen.across_m))
