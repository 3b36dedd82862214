# SPDX-License-Identifier: Apache-2.0
"""The bundled coarse world: rings of land and borders, cut to what the screen shows. Pure numpy; GUI thread."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundstation.ui.map_panel.mercator import WORLD_M, Camera, Points
from groundstation.ui.resources import resource

COARSE_FROM_M = 12_000.0
"""Mercator metres in a pixel from which the coarse outline is good enough."""
MARGIN = 0.08
"""Rings are cut this share of the screen outside its edges, so that the cuts are not seen."""
AROUND = 1.0
"""So many times its own size a view is kept around itself, on each side."""
NEARER = 2.0
"""So many times nearer a view may be than the one for which it was kept."""
KEPT_REGIONS = 4
"""A view touches three copies of the world at most, as a rule."""

Bounds = tuple[float, float, float, float]
"""West, south, east, north in Mercator metres."""


class Layer:
    """Rings or lines with their bounding boxes."""

    def __init__(self, shapes: list[Points]) -> None:
        self._shapes = shapes
        self._boxes = np.array([(*one.min(axis=0), *one.max(axis=0)) for one in shapes]).reshape(-1, 4)

    def near(self, bounds: Bounds) -> Iterator[Points]:
        """Those whose box touches these bounds."""
        west, south, east, north = bounds
        boxes = self._boxes
        hits = (boxes[:, 0] < east) & (boxes[:, 2] > west) & (boxes[:, 1] < north) & (boxes[:, 3] > south)
        return (self._shapes[number] for number in np.flatnonzero(hits))


class _Region(NamedTuple):
    """What of a layer is around a view, for the next views a little aside."""

    bounds: Bounds
    scale_m: float
    """Mercator metres in a pixel of the view that it was made for."""
    layer: Layer

    def serves(self, bounds: Bounds, scale_m: float) -> bool:
        """Whether a view is inside, and not so near that points would be missing."""
        west, south, east, north = self.bounds
        is_inside = west <= bounds[0] and south <= bounds[1] and bounds[2] <= east and bounds[3] <= north
        return is_inside and scale_m * NEARER >= self.scale_m


class Regional:
    """A layer of the world that is looked at in one place after the other: each frame looks at what is around only.

    Args:
        world: all of it.
        is_cut: whether its shapes are rings, of which only what is inside is wanted.
    """

    def __init__(self, world: Layer, *, is_cut: bool) -> None:
        self._world, self._is_cut = world, is_cut
        self._regions: list[_Region] = []

    def near(self, bounds: Bounds, scale_m: float) -> Iterator[Points]:
        """Shapes that touch these bounds, without points that make no difference at this scale.

        Args:
            bounds: west, south, east, north in Mercator metres.
            scale_m: Mercator metres in a pixel.
        """
        west, south, east, north = bounds
        x, y = (east - west) * AROUND, (north - south) * AROUND
        # of a far view nearly all of the world is around
        if east - west + 2 * x > WORLD_M / 4:
            return self._world.near(bounds)
        region = next((one for one in self._regions if one.serves(bounds, scale_m)), None)
        if region is None:
            region = self._region((west - x, south - y, east + x, north + y), scale_m)
            self._regions = [region, *self._regions[: KEPT_REGIONS - 1]]
        return region.layer.near(bounds)

    def _region(self, bounds: Bounds, scale_m: float) -> _Region:
        # half a pixel of the nearest view that it serves
        shapes = (_thinned(one, scale_m / (2 * NEARER)) for one in self._world.near(bounds))
        if self._is_cut:
            shapes = (_cut(one, bounds) for one in shapes)
        return _Region(bounds, scale_m, Layer([one for one in shapes if len(one)]))


class Outlines:
    """Land at two levels of detail, and borders between countries."""

    def __init__(self) -> None:
        with np.load(resource("world.npz")) as archive:
            unit_m = float(archive["unit_m"])
            fine, coarse, borders = (
                Layer(_shapes(_points(archive, name) * unit_m, archive[f"{name}_lengths"]))
                for name in ("fine", "coarse", "borders")
            )
        self._fine, self._coarse = Regional(fine, is_cut=True), Regional(coarse, is_cut=True)
        self._borders = Regional(borders, is_cut=False)

    def land(self, camera: Camera) -> list[Points]:
        """Rings of land on the screen in screen coordinates."""
        # from far away the fine outline has many points in one pixel
        layer = self._coarse if camera.scale_m > COARSE_FROM_M else self._fine
        found = []
        for copy in camera.copies():
            bounds = _widened(copy)
            cut = (_cut(_thinned(ring, copy.scale_m), bounds) for ring in layer.near(bounds, copy.scale_m))
            found += [copy.screen_points(ring) for ring in cut if len(ring) > 2]
        return found

    def borders(self, camera: Camera) -> list[Points]:
        """Lines between countries on the screen in screen coordinates."""
        found = []
        for copy in camera.copies():
            near = self._borders.near(_widened(copy), copy.scale_m)
            lines = (_thinned(line, copy.scale_m) for line in near)
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


def _shapes(points: Points, lengths: NDArray[np.int32]) -> list[Points]:
    """Points one behind the other as rings or lines, each continuous where it crosses the antimeridian."""
    ends = np.cumsum(lengths)
    starts = ends - lengths
    found = [points[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    jumps = np.flatnonzero(np.abs(np.diff(points[:, 0])) > WORLD_M / 2)
    for number in np.unique(np.searchsorted(ends, jumps, side="right")).tolist():
        found[number] = _unwrapped(found[number])
    return found


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


def _widened(camera: Camera) -> Bounds:
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


def _cut(ring: Points, bounds: Bounds) -> Points:
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
