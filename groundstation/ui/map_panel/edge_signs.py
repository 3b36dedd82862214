# SPDX-License-Identifier: Apache-2.0
"""Who is outside the view: by direction, how many, how far, and the worst that is wrong with them. Pure."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.conditions import Level
from groundstation.fleet.geometry import distance_m
from groundstation.fleet.identity import VehicleKey
from groundstation.ui.map_panel.map_layer import Frame, badness_of
from groundstation.ui.map_panel.mercator import Points, degrees_from_mercator

POINTS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
"""Of the compass: a sign each at most, clockwise."""
SECTOR_DEG = 360.0 / len(POINTS)
INSETS = (14.0, 34.0, 68.0, 44.0)
"""Left, above, right, below: room for the grid's labels, the buttons and the scale."""


class EdgeSign(NamedTuple):
    """Vehicles outside the view in one direction."""

    keys: tuple[VehicleKey, ...]
    """The nearest first."""
    x: float
    """Of the arrow, pixels."""
    y: float
    turn_deg: float
    """Where the arrow points on the screen, clockwise from up."""
    point: str
    """Of the compass."""
    distance_m: float
    """Along the ground, from the middle of the view to the nearest."""
    level: Level
    """The worst among them."""
    is_known: bool
    """Whether somebody has acknowledged all that is so bad."""
    title: str
    """Of a single one; empty for several."""


def edge_signs(frame: Frame) -> list[EdgeSign]:
    """The signs of a frame, the worst first; none while everything is in view."""
    if not frame.marks:
        return []
    camera, pixels = frame.camera, frame.pixels()
    outside = (pixels[:, 0] < 0) | (pixels[:, 0] > camera.width) | (pixels[:, 1] < 0) | (pixels[:, 1] > camera.height)
    rows = np.flatnonzero(outside)
    if not len(rows):
        return []
    away = pixels[rows] - (camera.width / 2, camera.height / 2)
    bearings = np.degrees(np.arctan2(away[:, 0], -away[:, 1])) % 360.0
    sectors = ((bearings + SECTOR_DEG / 2) // SECTOR_DEG).astype(int) % len(POINTS)
    found = []
    for sector in np.unique(sectors).tolist():
        chosen = sectors == sector
        # the nearest first: it is the one that is told
        order = np.argsort(np.hypot(*away[chosen].T), kind="stable")
        found.append(_sign(frame, rows[chosen][order], away[chosen], sector))
    return sorted(found, key=lambda one: (-one.level, one.is_known, one.distance_m))


def _sign(frame: Frame, rows: NDArray[np.int64], away: Points, sector: int) -> EdgeSign:
    camera, nearest = frame.camera, frame.marks[int(rows[0])]
    # unit vectors: one that is far away must not turn the arrow alone
    east, south = (away / np.hypot(away[:, 0], away[:, 1])[:, None]).mean(axis=0).tolist()
    x, y = _on_edge(camera.width, camera.height, east, south)
    worst = int((badness_of(frame.marks) if frame.badness is None else frame.badness)[rows].max())
    middle = degrees_from_mercator(camera.x_m, camera.y_m)
    return EdgeSign(
        keys=tuple([frame.marks[row].key for row in rows.tolist()]),
        x=x,
        y=y,
        turn_deg=math.degrees(math.atan2(east, -south)) % 360.0,
        point=POINTS[sector],
        distance_m=distance_m(*middle, *degrees_from_mercator(nearest.x_m, nearest.y_m)),
        level=Level(worst // 2),
        is_known=worst % 2 == 0,
        title=nearest.title if len(rows) == 1 else "",
    )


def _on_edge(width: float, height: float, east: float, south: float) -> tuple[float, float]:
    """Where a ray from the middle meets the frame within the insets."""
    left, above, right, below = INSETS
    middle_x, middle_y = width / 2, height / 2
    room_x = max(1.0, middle_x - (right if east > 0 else left))
    room_y = max(1.0, middle_y - (below if south > 0 else above))
    reach = min(room_x / max(abs(east), 1e-9), room_y / max(abs(south), 1e-9))
    return middle_x + east * reach, middle_y + south * reach


def rounded_m(metres: float) -> float:
    """A distance for reading while it moves: tens of metres, tenths of a kilometre, kilometres from ten on."""
    step = 10.0 if metres < 995.0 else 100.0 if metres < 9_950.0 else 1_000.0
    return round(metres / step) * step
