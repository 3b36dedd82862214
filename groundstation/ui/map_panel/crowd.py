# SPDX-License-Identifier: Apache-2.0
"""Vehicles that would cover each other on the screen, as one disc each crowd. Pure.

Who is in which disc follows from the places and from the zoom in steps, not from where the view is: panning changes
nothing, and a vehicle at the edge of a disc does not go in and out with each metre.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.ui.map_panel.map_marks import MapMark
from groundstation.ui.map_panel.mercator import WORLD_M

NEAR_PX = 24.0
"""Nearer than this to the one in the middle, a vehicle would be covered by it."""
LEAVE_PX = 29.0
"""One that is in a disc stays in it so far."""
STEPS = 2.0
"""Of the zoom, each time the scale doubles."""


class Cluster(NamedTuple):
    """Vehicles in one disc."""

    keys: tuple[VehicleKey, ...]
    """The worst first; the disc stands where that one is."""
    places: tuple[tuple[float, float], ...]
    """Mercator metres, in the same order."""
    x_m: float
    y_m: float
    level: Level
    """The worst among them."""
    is_known: bool
    """Whether somebody has acknowledged all that is so bad."""
    titles: tuple[str, ...]


class Crowd(NamedTuple):
    """What stands for the vehicles of a frame."""

    rows: tuple[int, ...]
    """Marks that stand alone, in the order of drawing."""
    clusters: tuple[Cluster, ...]


def zoom_step(scale_m: float) -> int:
    """The step of the zoom that a scale, Mercator metres in a pixel, belongs to."""
    return round(math.log2(scale_m) * STEPS)


class Crowds:
    """Remembers who was in a disc with whom."""

    def __init__(self) -> None:
        self._seeds: dict[VehicleKey, VehicleKey] = {}

    def of(self, marks: Sequence[MapMark], step: int, selected: frozenset[VehicleKey]) -> Crowd:
        """Who stands alone, and who together.

        Args:
            marks: in the order of drawing.
            step: of the zoom, see `zoom_step`.
            selected: these stand alone always.
        """
        scale_m = 2.0 ** (step / STEPS)
        groups = _grouped(marks, scale_m, selected, self._seeds)
        self._seeds = {marks[row].key: marks[rows[0]].key for rows in groups for row in rows if len(rows) > 1}
        alone = sorted(rows[0] for rows in groups if len(rows) == 1)
        return Crowd(tuple(alone), tuple(_cluster([marks[row] for row in rows]) for rows in groups if len(rows) > 1))


def _grouped(
    marks: Sequence[MapMark], scale_m: float, selected: frozenset[VehicleKey], seeds: dict[VehicleKey, VehicleKey]
) -> list[list[int]]:
    """Rows together, the one that the others have gathered around first."""
    near2, leave2 = (NEAR_PX * scale_m) ** 2, (LEAVE_PX * scale_m) ** 2
    neighbours = _Cells(marks, LEAVE_PX * scale_m)
    taken = [mark.key in selected for mark in marks]
    groups = [[row] for row, is_selected in enumerate(taken) if is_selected]
    # the worst first, and then always in the same order: discs stay where they are
    for row in sorted(range(len(marks)), key=lambda one: (-marks[one].level, marks[one].key)):
        if taken[row]:
            continue
        taken[row], group, seed = True, [row], marks[row]
        for other in neighbours.of(row):
            if taken[other]:
                continue
            mark = marks[other]
            away = abs(mark.x_m - seed.x_m)
            # the world goes round
            away = min(away, WORLD_M - away)
            limit2 = leave2 if seeds.get(mark.key) == seed.key else near2
            if away * away + (mark.y_m - seed.y_m) ** 2 < limit2:
                taken[other] = True
                group.append(other)
        groups.append(group)
    return groups


class _Cells:
    """Who is about as near as a side: a thousand are not asked one by one for each of a thousand."""

    def __init__(self, marks: Sequence[MapMark], side_m: float) -> None:
        self._columns = max(1, int(WORLD_M // side_m))
        self._cells: dict[tuple[int, int], list[int]] = {}
        self._places = [
            (int(mark.x_m % WORLD_M / side_m) % self._columns, math.floor(mark.y_m / side_m)) for mark in marks
        ]
        for row, place in enumerate(self._places):
            self._cells.setdefault(place, []).append(row)

    def of(self, row: int) -> Iterator[int]:
        column, line = self._places[row]
        # fewer than three columns are all of the world: none may come twice
        for across in {(column + step) % self._columns for step in (-1, 0, 1)}:
            for down in (line - 1, line, line + 1):
                yield from self._cells.get((across, down), ())


def _cluster(marks: Sequence[MapMark]) -> Cluster:
    order = [marks[0], *sorted(marks[1:], key=lambda one: (-one.level, one.key))]
    level = order[0].level
    return Cluster(
        keys=tuple(mark.key for mark in order),
        places=tuple((mark.x_m, mark.y_m) for mark in order),
        x_m=order[0].x_m,
        y_m=order[0].y_m,
        level=level,
        is_known=all(mark.is_known for mark in order if mark.level == level),
        titles=tuple(mark.title for mark in order),
    )
