# SPDX-License-Identifier: Apache-2.0
"""Lays straight lines over an area, and finds the cells within which they follow one another. Pure.

The area is cut into strips of one spacing, centred; each piece of a strip gets one line in the middle of the strip, as
long as the piece. So nothing is left out, an area with notches or holes is lined piece by piece, and no line is farther
outside than half a spacing (4 % more over a short gap). Cells are those of boustrophedon decomposition (Choset 2000): a
new one begins wherever the pieces of neighbouring strips split or merge.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterator

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from groundstation.fleet.plans.files.plan_file import PlanFileError
from groundstation.fleet.plans.survey.ground import only_areas
from groundstation.fleet.plans.survey.local_plane import Points, turned

MAX_LINES = 20_000
LEFT_OUT = 0.0005
"""Part of the area that needs no line of its own."""
SLIVER = 0.1
"""Of a spacing: so thin a piece of a strip gets no line where all of them together are hardly any of the area."""
SHORT = 0.25
"""Of a spacing: shorter tips of an area are left out first, and shorter gaps are flown over."""
MAX_FILLS = 400
LEAST_M = 0.001
CONVEX = 0.98
"""Part of its hull that an area without notches fills."""
TRIALS, TRIAL_LINES = 10, 60


class Run(msgspec.Struct, frozen=True, gc=False):
    """One line; seen along the course of the lines, `x` to the right and `y` ahead."""

    x_m: float
    low_m: float
    high_m: float
    column: int
    """Number of its strip."""

    @property
    def ends(self) -> Points:
        """Its two ends, the lower one first."""
        return np.array([[self.x_m, self.low_m], [self.x_m, self.high_m]])


class Runs(msgspec.Struct, frozen=True, kw_only=True):
    """All lines of one pass over an area."""

    angle_deg: float
    """Course of the lines, within 90 degrees of north."""
    spacing_m: float
    first_m: float
    """Where the first strip begins, to the right."""
    runs: tuple[Run, ...]
    missed_m2: float
    """Of the area, under no line."""

    @property
    def columns(self) -> int:
        """How many strips there are."""
        return 1 + max((run.column for run in self.runs), default=-1)


def lay_runs(
    target: BaseGeometry, lines_in: BaseGeometry | None, spacing_m: float, angle_deg: float, least_fill: float = 1e-4
) -> Runs:
    """Lay lines over an area.

    Args:
        target: what is to be seen, metres east and north.
        lines_in: where lines may be; None for everywhere.
        spacing_m: between lines.
        angle_deg: course of the lines.
        least_fill: what is left out beside `lines_in` gets a line from this area on, in squares of the spacing.

    Raises:
        PlanFileError: there would be too many.
    """
    angle_deg = 90.0 - (90.0 - angle_deg) % 180.0
    seen = shapely.transform(target, lambda points: turned(points, angle_deg))
    allowed = None if lines_in is None else shapely.transform(lines_in, lambda points: turned(points, angle_deg))
    left_m, _, right_m, _ = seen.bounds
    # a millimetre over is no reason for a line
    count = max(1, math.ceil((right_m - left_m - LEAST_M) / spacing_m))
    if count > MAX_LINES:
        raise PlanFileError(
            f"it would take {count} lines, {MAX_LINES} at most are laid; make the spacing wider or the area smaller"
        )
    first_m = (left_m + right_m - count * spacing_m) / 2.0
    laying = _Laying(spacing_m, allowed, seen.area, least_fill * spacing_m**2)
    strips = _without_slivers(list(_strips(seen, first_m, spacing_m, count)), spacing_m, seen.area)
    for column, strip in enumerate(strips):
        laying.lay(strip, first_m + (column + 0.5) * spacing_m, column)
    laying.missed_m2 = max(0.0, seen.area - math.fsum(strip.area for strip in strips))
    runs = laying.finished()
    return Runs(angle_deg=angle_deg, spacing_m=spacing_m, first_m=first_m, runs=runs, missed_m2=laying.missed_m2)


def fewest_turns_deg(target: BaseGeometry, spacing_m: float) -> float:
    """The course of lines with the fewest turns; 0 to 180.

    That is across the least width of an area without notches; with such, one of its longer edges may be better, where
    the area falls into fewer pieces.

    Args:
        target: what is to be seen, metres east and north.
        spacing_m: between lines.
    """
    hull = target.convex_hull
    found = _least_width_deg(hull)
    if target.area > CONVEX * hull.area:
        return found
    # so many lines tell the courses apart
    _, _, wide_m, high_m = shapely.transform(target, lambda points: points - points.min(axis=0)).bounds
    apart_m = max(spacing_m, math.hypot(wide_m, high_m) / TRIAL_LINES)

    def turns(course_deg: float) -> tuple[int, float]:
        runs = lay_runs(target, None, apart_m, course_deg).runs
        # equally many: rather long ones, and the narrower side
        return len(runs), sum(run.high_m - run.low_m for run in runs)

    return min((found, *_long_edges_deg(target)), key=turns)


def _least_width_deg(hull: BaseGeometry) -> float:
    corners = shapely.get_coordinates(hull.simplify(1e-4 * math.sqrt(hull.area)))
    edges = np.diff(corners, axis=0)
    courses = np.degrees(np.arctan2(edges[:, 0], edges[:, 1])) % 180.0
    if len(courses) > 500:
        courses = np.arange(0.0, 180.0, 0.5)
    widths = [np.ptp(turned(corners, float(course))[:, 0]) for course in courses]
    # equally wide both ways, as a square is: the one nearest to north, always the same for the same figure
    least = min(widths)
    alike = [float(one) for one, width in zip(courses, widths, strict=True) if width <= least * (1.0 + 1e-6)]
    return min(alike, key=lambda one: min(one, 180.0 - one))


def _long_edges_deg(target: BaseGeometry) -> list[float]:
    """Courses of an area's edges, those with the longest edges first."""
    lengths: dict[float, float] = {}
    parts = shapely.get_parts(target.simplify(0.003 * math.sqrt(target.area)))
    for ring in shapely.get_rings(parts):
        for east, north in np.diff(shapely.get_coordinates(ring), axis=0):
            # 0.5 degrees make no turn more or less
            course_deg = round(2.0 * math.degrees(math.atan2(east, north))) / 2.0 % 180.0
            lengths[course_deg] = lengths.get(course_deg, 0.0) + math.hypot(east, north)
    return sorted(lengths, key=lambda one: -lengths[one])[:TRIALS]


def _strips(shape: BaseGeometry, first_m: float, spacing_m: float, count: int) -> Iterator[BaseGeometry]:
    """Cut by halves: each cut then sees only what is near it."""
    _, low_m, _, high_m = shape.bounds if not shape.is_empty else (0.0, 0.0, 0.0, 0.0)
    if count == 1:
        yield shape
        return
    half = count // 2
    middle_m = first_m + half * spacing_m
    left_m, right_m = min(first_m, middle_m) - spacing_m, first_m + (count + 1) * spacing_m
    sides = ((left_m, middle_m, first_m, half), (middle_m, right_m, middle_m, count - half))
    for begin_m, end_m, next_m, number in sides:
        if shape.is_empty:
            yield from itertools.repeat(shape, number)
            continue
        cut = shapely.intersection(shape, shapely.box(begin_m, low_m - 1.0, end_m, high_m + 1.0))
        yield from _strips(only_areas(cut), next_m, spacing_m, number)


def _without_slivers(strips: list[BaseGeometry], spacing_m: float, area_m2: float) -> list[BaseGeometry]:
    """Strips without what is hardly any of them: no long line for a thin edge of the area, as far as that is little."""
    thin_m = SLIVER * spacing_m
    eroded = shapely.buffer(strips, -thin_m / 2.0, join_style="mitre")
    opened = shapely.buffer(eroded, thin_m / 2.0, join_style="mitre")
    trials = []
    for at, (strip, thick) in enumerate(zip(strips, opened, strict=True)):
        whole, kept = (list(_spans(one, SHORT * spacing_m)) for one in (strip, thick))
        saved_m = sum(high - low for low, high in whole) - sum(high - low for low, high in kept)
        if saved_m > SHORT * spacing_m:
            west, _, east, _ = strip.bounds
            boxes = [shapely.box(west, low, east, high) for low, high in kept]
            rest = only_areas(shapely.intersection(strip, shapely.union_all(boxes)))
            trials.append(((strip.area - rest.area) / saved_m, strip.area - rest.area, at, rest))
    found, left_m2 = list(strips), LEFT_OUT * area_m2 / 2.0
    for _, lost_m2, at, rest in sorted(trials, key=lambda one: one[0]):
        if lost_m2 <= left_m2:
            found[at] = rest
            left_m2 -= lost_m2
    return found


def _spans(strip: BaseGeometry, gap_m: float) -> Iterator[tuple[float, float]]:
    bounds = shapely.bounds(shapely.get_parts(strip))
    return _merged(bounds[:, 1], bounds[:, 3], gap_m)


class _Laying:
    """Collects lines, and what of the area lies under none."""

    def __init__(self, spacing_m: float, allowed: BaseGeometry | None, area_m2: float, least_fill_m2: float) -> None:
        self._half_m = spacing_m / 2.0
        self._allowed = allowed
        self._slack_m2 = LEFT_OUT * area_m2
        self._least_fill_m2 = least_fill_m2
        self._runs: list[tuple[float, Run]] = []
        self._rest: list[tuple[float, int, BaseGeometry, int]] = []
        self._count = itertools.count()
        self.missed_m2 = 0.0
        if allowed is not None:
            shapely.prepare(allowed)

    def lay(self, strip: BaseGeometry, x_m: float, column: int) -> None:
        """One line, in pieces, over one strip."""
        pieces = shapely.get_parts(strip)
        bounds = shapely.bounds(pieces)
        for low_m, high_m in _spans(strip, SHORT * 2.0 * self._half_m):
            inside = pieces[(bounds[:, 1] >= low_m) & (bounds[:, 3] <= high_m)]
            area_m2 = float(shapely.area(inside).sum())
            if self._allowed is None:
                self._runs.append((area_m2, Run(x_m, low_m, high_m, column)))
            else:
                self._lay_within(inside, area_m2, Run(x_m, low_m, high_m, column))

    def _lay_within(self, pieces: NDArray[np.object_], area_m2: float, run: Run) -> bool:
        """One line as far as it is allowed; false where it is nowhere."""
        line = shapely.LineString(run.ends)
        cut = shapely.intersection(line, self._allowed)
        parts = [part for part in shapely.get_parts(cut) if part.length > LEAST_M]
        if len(parts) == 1 and parts[0].length > line.length - LEAST_M:
            self._runs.append((area_m2, run))
            return True
        for part in parts:
            _, low_m, _, high_m = part.bounds
            self._runs.append((area_m2, Run(run.x_m, low_m, high_m, run.column)))
        under = shapely.union_all([part.buffer(self._half_m) for part in parts])
        for rest in shapely.get_parts(only_areas(shapely.difference(shapely.union_all(pieces), under))):
            heapq.heappush(self._rest, (-rest.area, next(self._count), rest, run.column))
        return bool(parts)

    def finished(self) -> tuple[Run, ...]:
        """All lines, after more of them over what was left beside keep-outs."""
        self._fill()
        self.missed_m2 += sum(-area for area, *_ in self._rest)
        kept = sorted(self._runs, key=lambda one: one[0])
        # tips of an area that are hardly any, as long as all of them are
        skipped = 0
        for area_m2, run in kept[:-1]:
            is_tip = self._allowed is None and run.high_m - run.low_m < SHORT * 2.0 * self._half_m
            if not is_tip or self.missed_m2 + area_m2 > self._slack_m2:
                break
            self.missed_m2 += area_m2
            skipped += 1
        runs = [run for _, run in kept[skipped:]]
        return tuple(sorted(runs, key=lambda run: (run.x_m, run.low_m)))

    def _fill(self) -> None:
        hopeless: list[tuple[float, int, BaseGeometry, int]] = []
        for _ in range(MAX_FILLS):
            left_m2 = sum(-area for area, *_ in self._rest)
            if not self._rest or left_m2 <= self._slack_m2 or -self._rest[0][0] < self._least_fill_m2:
                break
            rest = heapq.heappop(self._rest)
            low_x, low_y, high_x, high_y = rest[2].bounds
            others = len(self._rest)
            run = Run((low_x + high_x) / 2.0, low_y, high_y, rest[3])
            if not self._lay_within(np.array([rest[2]]), -rest[0], run):
                # it was put back as it is; no line gets there
                self._rest = [one for one in self._rest if one[2] is not rest[2] and one[0] != rest[0]][:others]
                heapq.heapify(self._rest)
                hopeless.append(rest)
        self._rest += hopeless


def _merged(lows: NDArray[np.float64], highs: NDArray[np.float64], gap_m: float) -> Iterator[tuple[float, float]]:
    """Pieces along a line; those with no more than a gap between them in one."""
    order = np.argsort(lows)
    low_m = high_m = None
    for at in order:
        begin, end = float(lows[at]), float(highs[at])
        if low_m is None or high_m is None:
            low_m, high_m = begin, end
        elif begin <= high_m + gap_m:
            high_m = max(high_m, end)
        else:
            yield low_m, high_m
            low_m, high_m = begin, end
    if low_m is not None and high_m is not None:
        yield low_m, high_m


def cells_of(runs: tuple[Run, ...]) -> list[list[Run]]:
    """Lines that are flown one after the other, from left to right, in groups.

    Args:
        runs: of one pass, from left to right.
    """
    found: list[list[Run]] = []
    open_cells: dict[Run, list[Run]] = {}
    before: list[Run] = []
    for _, group in itertools.groupby(sorted(runs, key=lambda run: (run.column, run.x_m)), key=lambda one: one.column):
        now = list(group)
        is_near = bool(before) and before[0].column == now[0].column - 1
        ahead = {run: [one for one in now if _overlap(run, one)] for run in before} if is_near else {}
        behind = {one: [run for run in before if _overlap(run, one)] for one in now} if is_near else {}
        next_cells: dict[Run, list[Run]] = {}
        for one in now:
            sources = behind.get(one, [])
            if len(sources) == 1 and len(ahead[sources[0]]) == 1:
                cell = open_cells[sources[0]]
            else:
                cell = []
                found.append(cell)
            cell.append(one)
            next_cells[one] = cell
        open_cells, before = next_cells, now
    return found


def _overlap(one: Run, other: Run) -> bool:
    return one.low_m < other.high_m and other.low_m < one.high_m
