# SPDX-License-Identifier: Apache-2.0
"""Ways between lines that stay where they may: straight, else around corners. Pure.

A visibility graph over the corners that can be in the way (Lozano-Perez 1979). Ways stay within the area, wider by its
turnaround; where none is, they leave it and go around keep-outs alone; where not even that is, they are straight, and
told.
"""

from __future__ import annotations

import enum
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from groundstation.fleet.plans.survey.local_plane import FARTHEST_M, Points

MAX_CORNERS = 100
"""Of the graph; finer outlines are drawn coarser for it, and what a way may cross is looked at on the true ones."""
SLACK_M = 0.001
FAR = np.inf


class Leaves(enum.IntEnum):
    """What a way crosses that it would better not."""

    NOTHING = 0
    AREA = 1
    """It leaves the area, over no keep-out."""
    KEEP_OUT = 2
    """There is no way around."""


class Way(NamedTuple):
    """A way between two points."""

    between: Points
    """Corners on it, without its ends."""
    length_m: float
    leaves: Leaves


class Ways:
    """Finds ways in one area."""

    def __init__(
        self, target: BaseGeometry, beyond_m: float, blocked: BaseGeometry, limit: BaseGeometry | None = None
    ) -> None:
        """Prepare an area.

        Args:
            target: what is flown over.
            beyond_m: how far ways may be outside of it.
            blocked: what they may not cross; may be empty.
            limit: the strip of one vehicle, which ways leave only where nothing else is left; None for none.
        """
        around = target.buffer(beyond_m + 5.0 * SLACK_M, quad_segs=2)
        anywhere = shapely.box(-2.0 * FARTHEST_M, -2.0 * FARTHEST_M, 2.0 * FARTHEST_M, 2.0 * FARTHEST_M)
        free: list[tuple[BaseGeometry, Leaves]] = [(around, Leaves.NOTHING), (anywhere, Leaves.AREA)]
        if limit is not None:
            own = limit.buffer(5.0 * SLACK_M, join_style="mitre")
            free = [*((shapely.intersection(shape, own), leaves) for shape, leaves in free), free[1]]
        core = blocked.buffer(-SLACK_M) if not blocked.is_empty else blocked
        self._levels = [
            (_Level(shape if core.is_empty else shapely.difference(shape, core)), leaves) for shape, leaves in free
        ]

    def straight(self, begins: Points, ends: Points) -> NDArray[np.bool_]:
        """Which of several ways need no corner."""
        return self._levels[0][0].sees(begins, ends)

    def between(self, begin: Points, end: Points) -> Way:
        """The best way from one point to another."""
        for level, leaves in self._levels:
            between = level.way(begin, end)
            if between is not None:
                return Way(between, _length(begin, between, end), leaves)
        return Way(np.empty((0, 2)), float(np.hypot(*(end - begin))), Leaves.KEEP_OUT)

    def lengths(self, begins: Points, ends: Points) -> NDArray[np.float64]:
        """How long the ways are from each of some points to each of others; where none is, it counts double."""
        found: NDArray[np.float64] = np.linalg.norm(begins[:, None] - ends[None], axis=2)
        if found.size > 60_000:
            # so many that a guess has to do
            return found
        pairs = np.indices(found.shape).reshape(2, -1)
        sees = self.straight(begins[pairs[0]], ends[pairs[1]]).reshape(found.shape)
        if sees.all():
            return found
        around = self._levels[0][0].lengths(begins, ends)
        return np.where(sees, found, np.where(np.isfinite(around), around, 2.0 * found))


def _length(begin: Points, between: Points, end: Points) -> float:
    return float(np.linalg.norm(np.diff(np.vstack([begin, between, end]), axis=0), axis=1).sum())


class _Level:
    """Where ways may be, with its graph once it is asked for."""

    def __init__(self, free: BaseGeometry) -> None:
        self._free = free
        self._graph: tuple[Points, NDArray[np.float64], NDArray[np.intp]] | None = None
        shapely.prepare(free)

    def sees(self, begins: Points, ends: Points) -> NDArray[np.bool_]:
        """Which points are in sight of which others."""
        return np.asarray(shapely.covers(self._free, shapely.linestrings(np.stack([begins, ends], axis=1))), bool)

    def way(self, begin: Points, end: Points) -> Points | None:
        """Corners of the shortest way; None where there is none."""
        if self.sees(begin[None], end[None])[0]:
            return np.empty((0, 2))
        corners, apart, following = self._corners()
        if not len(corners):
            return None
        total = self._reach(begin[None])[0][:, None] + apart + self._reach(end[None])[0][None]
        first, last = np.unravel_index(int(np.argmin(total)), total.shape)
        if not np.isfinite(total[first, last]):
            return None
        passed = [int(first)]
        while passed[-1] != last:
            passed.append(int(following[passed[-1], last]))
        return corners[passed]

    def lengths(self, begins: Points, ends: Points) -> NDArray[np.float64]:
        """How long ways around corners are, infinite where there is none."""
        corners, apart, _ = self._corners()
        found = np.full((len(begins), len(ends)), FAR)
        if not len(corners):
            return found
        there, back = self._reach(begins), self._reach(ends)
        over = np.full((len(begins), len(corners)), FAR)
        for at in range(len(corners)):
            np.minimum(over, there[:, at, None] + apart[at][None], out=over)
        for at in range(len(corners)):
            np.minimum(found, over[:, at, None] + back[:, at][None], out=found)
        return found

    def _reach(self, points: Points) -> NDArray[np.float64]:
        corners = self._corners()[0]
        apart = np.linalg.norm(points[:, None] - corners[None], axis=2)
        pairs = np.indices(apart.shape).reshape(2, -1)
        return np.where(self.sees(points[pairs[0]], corners[pairs[1]]).reshape(apart.shape), apart, FAR)

    def _corners(self) -> tuple[Points, NDArray[np.float64], NDArray[np.intp]]:
        """Corners that ways can bend around, how far they are apart, and the next one on the way to each."""
        if self._graph is None:
            corners = _bends(self._free)
            apart = np.full((len(corners), len(corners)), FAR)
            if len(corners):
                ones, others = np.triu_indices(len(corners), 1)
                sees = self.sees(corners[ones], corners[others])
                apart[ones[sees], others[sees]] = np.linalg.norm(corners[ones[sees]] - corners[others[sees]], axis=1)
                apart = np.minimum(apart, apart.T)
                np.fill_diagonal(apart, 0.0)
            self._graph = (corners, *_all_ways(apart))
        return self._graph


def _all_ways(apart: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Floyd and Warshall: shortest ways between all corners, and the next corner on each."""
    count = len(apart)
    following = np.tile(np.arange(count), (count, 1))
    for at in range(count):
        over = apart[:, at, None] + apart[at][None]
        is_shorter = over < apart
        apart = np.where(is_shorter, over, apart)
        following = np.where(is_shorter, following[:, at, None], following)
    return apart, following


def _bends(free: BaseGeometry) -> Points:
    west, south, east, north = free.bounds
    coarse_m = SLACK_M
    while True:
        # drawn a little narrower first, so that the coarser outline lies within
        drawn = free.buffer(-coarse_m, quad_segs=1).simplify(0.9 * coarse_m)
        found = [_reflex(ring) for part in shapely.get_parts(drawn) for ring in _rings(part)]
        corners = np.vstack([np.empty((0, 2)), *found])
        if len(corners) <= MAX_CORNERS or coarse_m > max(east - west, north - south):
            return corners[:MAX_CORNERS]
        coarse_m *= 2.0


def _rings(part: BaseGeometry) -> list[Points]:
    """Rings with the free side on the left of each."""
    if part.is_empty:
        return []
    sound = shapely.orient_polygons(part)
    return [shapely.get_coordinates(ring)[:-1] for ring in shapely.get_rings(sound)]


def _reflex(ring: Points) -> Points:
    back, ahead = ring - np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0) - ring
    return ring[back[:, 0] * ahead[:, 1] - back[:, 1] * ahead[:, 0] < 0.0]
