# SPDX-License-Identifier: Apache-2.0
"""The bundled coarse world: rings of land and borders, cut to what the screen shows. Pure numpy; GUI thread."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from groundstation.ui.map_panel.mercator import WORLD_M, Camera, Points
from groundstation.ui.resources import resource

COARSE_FROM_M = 12_000.0
"""Mercator metres in a pixel from which the coarse outline is good enough."""
MARGIN = 0.08
"""Rings are cut this share of the screen outside its edges, so that the cuts are not seen."""


class Layer:
    """Rings or lines with their bounding boxes."""

    def __init__(self, points: Points, lengths: NDArray[np.int32]) -> None:
        ends = np.cumsum(lengths)
        starts = ends - lengths
        self._rings = [points[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        jumps = np.flatnonzero(np.abs(np.diff(points[:, 0])) > WORLD_M / 2)
        for number in np.unique(np.searchsorted(ends, jumps, side="right")).tolist():
            self._rings[number] = _unwrapped(self._rings[number])
        self._boxes = np.array([(*ring.min(axis=0), *ring.max(axis=0)) for ring in self._rings])

    def near(self, bounds: tuple[float, float, float, float]) -> Iterator[Points]:
        """Rings whose box touches these bounds."""
        west, south, east, north = bounds
        boxes = self._boxes
        hits = (boxes[:, 0] < east) & (boxes[:, 2] > west) & (boxes[:, 1] < north) & (boxes[:, 3] > south)
        return (self._rings[number] for number in np.flatnonzero(hits))


class Outlines:
    """Land at two levels of detail, and borders between countries."""

    def __init__(self) -> None:
        with np.load(resource("world.npz")) as archive:
            unit_m = float(archive["unit_m"])
            self._fine, self._coarse, self._borders = (
                Layer(_points(archive, name) * unit_m, archive[f"{name}_lengths"])
                for name in ("fine", "coarse", "borders")
            )

    def land(self, camera: Camera) -> list[Points]:
        """Rings of land on the screen in screen coordinates."""
        # from far away the fine outline has many points in one pixel
        layer = self._coarse if camera.scale_m > COARSE_FROM_M else self._fine
        found = []
        for copy in camera.copies():
            bounds = _widened(copy)
            cut = (_cut(_thinned(ring, copy.scale_m), bounds) for ring in layer.near(bounds))
            found += [copy.screen_points(ring) for ring in cut if len(ring) > 2]
        return found

    def borders(self, camera: Camera) -> list[Points]:
        """Lines between countries on the screen in screen coordinates."""
        found = []
        for copy in camera.copies():
            lines = (_thinned(line, copy.scale_m) for line in self._borders.near(_widened(copy)))
            found += [copy.screen_points(line) for line in lines if len(line) > 1]
        return found


@functools.cache
def outlines() -> Outlines:
    """The world, read once."""
    return Outlines()


def _points(archive: np.lib.npyio.NpzFile, name: str) -> Points:
    """Coordinates in the file's unit: differences of 16 bits, the wide ones apart."""
    columns = []
    for letter in "xy":
        differences = archive[f"{name}_{letter}"].astype(np.int64)
        # where a step does not fit into 16 bits the whole number stands apart
        differences[archive[f"{name}_{letter}_wide"]] = archive[f"{name}_{letter}_values"]
        columns.append(np.cumsum(differences))
    return np.stack(columns, axis=1).astype(np.float64)


def _unwrapped(ring: Points) -> Points:
    """A ring that crosses the antimeridian, made continuous beyond it; any other as it is.

    A ring around a pole (Antarctica) doesn't close when it is unwrapped; its jump runs along the map's lower edge.
    """
    steps = np.diff(ring[:, 0], append=ring[0, 0])
    turns = np.where(steps > WORLD_M / 2, -1, np.where(steps < -WORLD_M / 2, 1, 0))
    if not turns.any() or turns.sum() != 0:
        return ring
    whole = ring.copy()
    whole[1:, 0] += np.cumsum(turns[:-1]) * WORLD_M
    return whole


def _widened(camera: Camera) -> tuple[float, float, float, float]:
    west, south, east, north = camera.bounds
    x, y = (east - west) * MARGIN, (north - south) * MARGIN
    return west - x, south - y, east + x, north + y


def _thinned(points: Points, scale_m: float) -> Points:
    """Without the points that fall on the pixel of their predecessor."""
    if len(points) < 64:
        return points
    pixels = np.floor(points / scale_m)
    keep = np.ones(len(points), dtype=bool)
    keep[1:] = np.any(pixels[1:] != pixels[:-1], axis=1)
    return points[keep]


def _cut(ring: Points, bounds: tuple[float, float, float, float]) -> Points:
    """A ring cut to a box (Sutherland and Hodgman), so that no coordinate is too large to be drawn."""
    west, south, east, north = bounds
    for axis, limit, sign in ((0, west, 1.0), (0, east, -1.0), (1, south, 1.0), (1, north, -1.0)):
        ring = _cut_side(ring, axis, limit, sign)
        if not len(ring):
            break
    return ring


def _cut_side(ring: Points, axis: int, limit: float, sign: float) -> Points:
    inward = (ring[:, axis] - limit) * sign
    is_inside = inward >= 0
    if is_inside.all():
        return ring
    if not is_inside.any():
        return ring[:0]
    is_crossing = is_inside != np.roll(is_inside, -1)
    following, after = np.roll(ring, -1, axis=0), np.roll(inward, -1)
    # an edge along the line divides by zero; what comes of it is not used
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(is_crossing, inward / (inward - after), 0.0)
    both = np.empty((2 * len(ring), 2))
    both[0::2] = ring
    both[1::2] = ring + share[:, None] * (following - ring)
    keep = np.empty(2 * len(ring), dtype=bool)
    keep[0::2], keep[1::2] = is_inside, is_crossing
    return both[keep]
