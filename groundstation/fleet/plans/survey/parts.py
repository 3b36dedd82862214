# SPDX-License-Identifier: Apache-2.0
"""Cuts a survey or a corridor into parts, each with its lines. Pure.

A survey is cut between its lines, so that parts are strips, and no line of one vehicle lies in the strip of another. A
corridor is cut across, so that each vehicle has a stretch of it with all of its lanes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from groundstation.fleet.plans.files.plan_file import Area, Spot
from groundstation.fleet.plans.survey.ground import Ground, only_areas
from groundstation.fleet.plans.survey.lay import Laid, lines_of, runs_over
from groundstation.fleet.plans.survey.local_plane import FARTHEST_M, Points, turned
from groundstation.fleet.plans.survey.survey_task import AnyTask, CorridorTask, SurveyTask, spacing_of

MAX_BANDS = 240
"""Places where it may be cut; of more lines several stay together."""
Numbers = NDArray[np.float64]


class Bands(msgspec.Struct, frozen=True, kw_only=True):
    """What is never cut: a line of a survey, or a short stretch of a corridor; in their order."""

    cuts: tuple[float, ...]
    """Between them, one more than bands: metres to the right of the course of the lines, or along the corridor."""
    length_m: Numbers
    """Of the lines in each."""
    lines: Numbers
    """How many there are."""
    area_m2: Numbers
    low: Points
    """One end of each, and the other."""
    high: Points

    @property
    def count(self) -> int:
        """How many."""
        return len(self.length_m)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of the area with its lines."""

    laid: Laid
    shape: BaseGeometry
    """What of the area it is, without keep-outs."""
    limit: BaseGeometry | None
    """The strip that its ways stay in; None for a corridor."""


def bands_of(task: AnyTask, laid: Laid) -> Bands:
    """Where a task can be cut."""
    if isinstance(task, CorridorTask):
        return _stretches(task, laid)
    return _columns(laid)


def _columns(laid: Laid) -> Bands:
    runs = laid.passes[0]
    columns = sorted({run.column for run in runs.runs})
    step = -(-len(columns) // MAX_BANDS)
    groups = [set(columns[at : at + step]) for at in range(0, len(columns), step)]
    cuts = [
        -2.0 * FARTHEST_M,
        *(runs.first_m + min(group) * runs.spacing_m for group in groups[1:]),
        2.0 * FARTHEST_M,
    ]
    lengths, counts, lows, highs = [], [], [], []
    for group in groups:
        own = [run for run in runs.runs if run.column in group]
        lengths.append(sum(run.high_m - run.low_m for run in own))
        counts.append(len(own))
        x_m = sum(run.x_m for run in own) / len(own)
        lows.append((x_m, min(run.low_m for run in own)))
        highs.append((x_m, max(run.high_m for run in own)))
    seen = shapely.transform(laid.ground.target, lambda points: turned(points, runs.angle_deg))
    return Bands(
        cuts=tuple(cuts),
        length_m=np.array(lengths, float),
        lines=np.array(counts, float),
        area_m2=np.array([_between(seen, *pair).area for pair in itertools.pairwise(cuts)]),
        low=turned(np.array(lows), -runs.angle_deg),
        high=turned(np.array(highs), -runs.angle_deg),
    )


def _stretches(task: CorridorTask, laid: Laid) -> Bands:
    way = _way(laid.ground)
    count = int(min(MAX_BANDS, max(1, way.length // max(1.0, spacing_of(task) / 4.0))))
    cuts = np.linspace(0.0, way.length, count + 1)
    places = shapely.get_coordinates(shapely.line_interpolate_point(way, cuts))
    lanes_m = sum(shapely.LineString(points).length for lane in laid.lanes for points in lane)
    return Bands(
        cuts=tuple(float(one) for one in cuts),
        length_m=np.full(count, lanes_m / count),
        # every lane goes through all of them: it turns at the ends alone
        lines=np.zeros(count),
        area_m2=np.full(count, laid.ground.target.area / count),
        low=places[:-1],
        high=places[1:],
    )


def part_of(task: AnyTask, laid: Laid, begin: float, end: float) -> Part:
    """The part between two cuts, with the lines that the whole has there.

    Args:
        task: what is cut.
        laid: its lines.
        begin: see `Bands.cuts`.
        end: likewise.
    """
    if isinstance(task, CorridorTask):
        return _stretch(task, laid, begin, end)
    runs = laid.passes[0]
    shape, limit = _strip(laid, begin, end)
    own = msgspec.structs.replace(runs, runs=tuple(run for run in runs.runs if begin < run.x_m < end))
    across = (runs_over(task, laid.ground, shape, runs.angle_deg + 90.0),) if task.crosshatch else ()
    return Part(laid=msgspec.structs.replace(laid, passes=(own, *across)), shape=shape, limit=limit)


def new_part_of(task: SurveyTask, laid: Laid, begin: float, end: float) -> Part:
    """The part of a survey between two cuts, lined anew: cuts may lie anywhere."""
    shape, limit = _strip(laid, begin, end)
    angle_deg = laid.passes[0].angle_deg
    angles = (angle_deg, angle_deg + 90.0) if task.crosshatch else (angle_deg,)
    passes = tuple(runs_over(task, laid.ground, shape, angle) for angle in angles)
    return Part(laid=msgspec.structs.replace(laid, passes=passes), shape=shape, limit=limit)


def _strip(laid: Laid, begin: float, end: float) -> tuple[BaseGeometry, BaseGeometry]:
    angle_deg = laid.passes[0].angle_deg
    far_m = 2.0 * FARTHEST_M
    box = shapely.box(begin, -far_m, end, far_m)
    seen = shapely.transform(laid.ground.target, lambda points: turned(points, angle_deg))
    shape, limit = (
        shapely.transform(one, lambda points: turned(points, -angle_deg)) for one in (_between(seen, begin, end), box)
    )
    return shape, limit


def _between(seen: BaseGeometry, begin: float, end: float) -> BaseGeometry:
    far_m = 2.0 * FARTHEST_M
    return only_areas(shapely.intersection(seen, shapely.box(begin, -far_m, end, far_m)))


def _stretch(task: CorridorTask, laid: Laid, begin: float, end: float) -> Part:
    ground = laid.ground
    piece = substring(_way(ground), begin, end)
    own = lines_of(task, msgspec.structs.replace(ground, way=piece))
    half_m = task.width_m / 2.0
    around = piece.buffer(half_m, cap_style="flat", join_style="mitre", mitre_limit=2.0)
    shape = only_areas(shapely.intersection(ground.target, shapely.make_valid(around)))
    return Part(laid=msgspec.structs.replace(own, ground=ground), shape=shape, limit=None)


def _way(ground: Ground) -> shapely.LineString:
    assert isinstance(ground.way, shapely.LineString)  # noqa: S101
    return ground.way


def equal_cuts(task: AnyTask, laid: Laid, count: int) -> list[float]:
    """Where to cut so that all parts have the same area; one more than parts."""
    if isinstance(task, CorridorTask):
        return [float(one) for one in np.linspace(0.0, _way(laid.ground).length, count + 1)]
    angle_deg = laid.passes[0].angle_deg
    seen = shapely.transform(laid.ground.target, lambda points: turned(points, angle_deg))
    west, _, east, _ = seen.bounds
    cuts = [_cut(seen, west, east, seen.area * number / count) for number in range(1, count)]
    return [-2.0 * FARTHEST_M, *cuts, 2.0 * FARTHEST_M]


def _cut(seen: BaseGeometry, west: float, east: float, wanted_m2: float) -> float:
    low, high = west, east
    # 2 ** -50 of the width is below a micrometre
    for _ in range(50):
        middle = (low + high) / 2.0
        if _between(seen, west - 1.0, middle).area < wanted_m2:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def apart(shapes: list[BaseGeometry], whole: BaseGeometry) -> list[BaseGeometry]:
    """Parts of a corridor without what they have in common in bends, and with what lies between them there."""
    found: list[BaseGeometry] = []
    taken: BaseGeometry = shapely.Polygon()
    for shape in shapes:
        found.append(only_areas(shapely.difference(shape, taken)))
        taken = shapely.union(taken, shape)
    for rest in _parts(only_areas(shapely.difference(whole, taken))):
        nearest = int(np.argmin([shapely.distance(rest, one) if not one.is_empty else np.inf for one in found]))
        found[nearest] = only_areas(shapely.union(found[nearest], rest))
    return found


def _parts(shape: BaseGeometry) -> Iterator[BaseGeometry]:
    yield from shapely.get_parts(shape)


def outlines_of(ground: Ground, shape: BaseGeometry) -> tuple[Area, ...]:
    """A shape as areas for drawing."""
    return tuple(
        Area(outer=_ring(ground, part.exterior), holes=tuple(_ring(ground, ring) for ring in part.interiors))
        for part in _parts(shape)
        if isinstance(part, shapely.Polygon) and not part.is_empty
    )


def _ring(ground: Ground, ring: BaseGeometry) -> tuple[Spot, ...]:
    return tuple(Spot(*place) for place in ground.plane.places(shapely.get_coordinates(ring)[:-1]))
