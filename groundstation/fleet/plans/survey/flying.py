# SPDX-License-Identifier: Apache-2.0
"""Puts lines into the order in which they are flown, with the ways between them, on the plane. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import msgspec
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from groundstation.fleet.plans.survey.cell_order import WAYS, order_of
from groundstation.fleet.plans.survey.local_plane import Points
from groundstation.fleet.plans.survey.ways import Leaves, Ways

FIRM = 1_000.0
"""How much more the way to the corner counts that the operator wants to begin at."""


class Track(msgspec.Struct, frozen=True, gc=False):
    """A line on the plane, with what it is longer for turnarounds."""

    points: Points
    lead_in: Points
    lead_out: Points

    def back(self) -> Track:
        """The same, flown the other way."""
        return Track(self.points[::-1], self.lead_out, self.lead_in)

    @property
    def length_m(self) -> float:
        """Between its ends."""
        return float(np.linalg.norm(np.diff(self.points, axis=0), axis=1).sum())


class Flown(msgspec.Struct, frozen=True, gc=False):
    """A line with the way to it."""

    track: Track
    between: Points
    way_m: float
    leaves: Leaves


class Ends(msgspec.Struct, frozen=True, kw_only=True):
    """Where it comes from and goes to."""

    start: Points | None = None
    """None for anywhere."""
    home: Points | None = None
    """Where it goes afterwards; None for anywhere."""
    corner: Points | None = None
    """Where the operator wants it to begin."""


def tracks_of(lines: Sequence[Points], turnaround_m: float, blocked: BaseGeometry) -> list[Track]:
    """Lines with their turnarounds, which end before a keep-out.

    Args:
        lines: each two points or more.
        turnaround_m: how far it flies on.
        blocked: keep-outs with their margin; may be empty.
    """
    if not lines:
        return []
    heads = _leads(np.array([[line[0], line[1]] for line in lines]), turnaround_m, blocked)
    tails = _leads(np.array([[line[-1], line[-2]] for line in lines]), turnaround_m, blocked)
    return [Track(*one) for one in zip(lines, heads, tails, strict=True)]


def _leads(ends: Points, turnaround_m: float, blocked: BaseGeometry) -> Points:
    """Points beyond ends of lines; each end is given with the next point of its line."""
    away = ends[:, 0] - ends[:, 1]
    away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-12)
    leads = ends[:, 0] + away * turnaround_m
    if not turnaround_m or blocked.is_empty:
        return leads
    shapely.prepare(blocked)
    ways = np.asarray(shapely.linestrings(np.stack([ends[:, 0], leads], axis=1)))
    for at in np.flatnonzero(shapely.intersects(blocked, ways)):
        # half a metre and a twentieth less: it may not stop exactly where it is told to
        room_m = shapely.distance(shapely.Point(ends[at, 0]), shapely.intersection(blocked, ways[at]))
        leads[at] = ends[at, 0] + away[at] * max(0.0, 0.95 * room_m - 0.5)
    return leads


def fly(cells: list[list[Track]], ways: Ways, ends: Ends, *, every_other: bool = False) -> list[Flown]:
    """Order lines and find the ways between them.

    Args:
        cells: lines that follow one another, all in the same direction.
        ways: finds ways.
        ends: where it comes from and goes to.
        every_other: within a cell fly every second line, and the others on the way back.
    """
    cells = [cell for cell in cells if cell]
    patterns = [pattern for cell in cells for pattern in _patterns(cell, every_other=every_other)]
    sequence = [track for cell, way in _sequence(patterns, ways, ends) for track in patterns[cell * WAYS + way]]
    return _joined(sequence, ways, ends.start)


def _patterns(cell: list[Track], *, every_other: bool) -> list[list[Track]]:
    """The four ways of flying a cell, one for each corner; the last two are the first two backwards."""
    order = [*cell[::2], *reversed(cell[1::2])] if every_other else cell
    ahead = [track if at % 2 == 0 else track.back() for at, track in enumerate(order)]
    behind = [track.back() for track in ahead]
    return [ahead, behind, [one.back() for one in reversed(ahead)], [one.back() for one in reversed(behind)]]


def _sequence(patterns: list[list[Track]], ways: Ways, ends: Ends) -> list[tuple[int, int]]:
    if not patterns:
        return []
    begins = np.array([pattern[0].lead_in for pattern in patterns])
    exits = np.array([pattern[-1].lead_out for pattern in patterns])
    within = np.array([_within_m(pattern) for pattern in patterns])
    # the ends of all ways of flying a cell are those of two, exchanged
    apart = ways.lengths(exits, begins) if len(patterns) > WAYS else np.zeros((len(patterns), len(patterns)))
    none = np.zeros(len(patterns))
    # a little more than the way home: of two ends alike it begins at the nearer one
    first = none if ends.start is None else 1.001 * np.linalg.norm(begins - ends.start, axis=1)
    last = none if ends.home is None else np.linalg.norm(exits - ends.home, axis=1)
    if ends.corner is not None:
        first = first + FIRM * np.linalg.norm(begins - ends.corner, axis=1)
    return order_of(apart, first, last, within)


def _within_m(pattern: list[Track]) -> float:
    steps = [one.lead_out - other.lead_in for one, other in itertools.pairwise(pattern)]
    return float(np.linalg.norm(np.array(steps), axis=1).sum()) if steps else 0.0


def _joined(sequence: list[Track], ways: Ways, start: Points | None) -> list[Flown]:
    if not sequence:
        return []
    none = np.empty((0, 2))
    first = sequence[0]
    way_m = 0.0 if start is None else float(np.linalg.norm(first.lead_in - start))
    found = [Flown(first, none, way_m, Leaves.NOTHING)]
    if start is not None:
        way = ways.between(start, first.lead_in)
        # it comes from outside anyway
        found = [Flown(first, way.between, way.length_m, _only_keep_out(way.leaves))]
    if len(sequence) == 1:
        return found
    exits = np.array([track.lead_out for track in sequence[:-1]])
    begins = np.array([track.lead_in for track in sequence[1:]])
    apart = np.linalg.norm(begins - exits, axis=1)
    for at, is_straight in enumerate(ways.straight(exits, begins)):
        track = sequence[at + 1]
        if is_straight:
            found.append(Flown(track, none, float(apart[at]), Leaves.NOTHING))
        else:
            way = ways.between(exits[at], begins[at])
            found.append(Flown(track, way.between, way.length_m, way.leaves))
    return found


def _only_keep_out(leaves: Leaves) -> Leaves:
    return leaves if leaves is Leaves.KEEP_OUT else Leaves.NOTHING
