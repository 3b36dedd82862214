# SPDX-License-Identifier: Apache-2.0
"""Where tiles lie: zoom, column and row on one side, Web Mercator metres on the other. Pure.

Rows count from the north (XYZ, PMTiles); MBTiles count from the south (TMS), see `tms_row`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

HALF_WORLD_M = math.pi * 6_378_137.0
"""From Greenwich to longitude 180, Web Mercator metres."""
WORLD_M = 2 * HALF_WORLD_M
TILE_PX = 256
"""A tile is meant to be shown so large; larger pictures (@2x) are sharper and not larger."""
MOST_ZOOM = 24
"""A pixel of 9 mm at the equator: more is a mistake."""
MOST_CELLS = 600
"""A view never needs more: a screen of 3840x2160 has 253 at the worst scale."""

Bounds = tuple[float, float, float, float]
"""West, south, east, north in Mercator metres."""


class Tile(NamedTuple):
    """One tile."""

    z: int
    x: int
    """Column, from longitude -180 eastwards."""
    y: int
    """Row, from the north."""

    def up(self, levels: int = 1) -> Tile:
        """The tile so many zooms farther away in which it lies."""
        return Tile(self.z - levels, self.x >> levels, self.y >> levels)

    @property
    def children(self) -> tuple[Tile, Tile, Tile, Tile]:
        """The four that show it one zoom nearer: north-west, north-east, south-west, south-east."""
        z, x, y = self.z + 1, self.x * 2, self.y * 2
        return Tile(z, x, y), Tile(z, x + 1, y), Tile(z, x, y + 1), Tile(z, x + 1, y + 1)


class Cell(NamedTuple):
    """A place of a view that a tile fills."""

    tile: Tile
    column: int
    """As the tile's, but not wrapped: the world goes round, and a view may show it twice."""

    @property
    def bounds(self) -> Bounds:
        """Where it lies."""
        size = WORLD_M / (1 << self.tile.z)
        west, north = self.column * size - HALF_WORLD_M, HALF_WORLD_M - self.tile.y * size
        return west, north - size, west + size, north


def tms_row(tile: Tile) -> int:
    """The row of a tile where rows count from the south."""
    return (1 << tile.z) - 1 - tile.y


def zoom_of(scale_m: float) -> int:
    """The zoom whose tiles are enlarged or reduced the least.

    Args:
        scale_m: Mercator metres in a pixel of the screen.
    """
    return max(0, min(MOST_ZOOM, round(math.log2(WORLD_M / (TILE_PX * scale_m)))))


def cells_of(bounds: Bounds, z: int, within: Bounds | None = None) -> list[Cell]:
    """What fills a view at a zoom, the middle first; empty where it would be more than `MOST_CELLS`.

    Args:
        bounds: the view.
        z: zoom.
        within: where there are tiles at all; None for everywhere.
    """
    count = 1 << z
    size = WORLD_M / count
    west, south, east, north = bounds
    left, right = math.floor((west + HALF_WORLD_M) / size), math.ceil((east + HALF_WORLD_M) / size)
    top = max(0, math.floor((HALF_WORLD_M - north) / size))
    bottom = min(count, math.ceil((HALF_WORLD_M - south) / size))
    if (right - left) * (bottom - top) > MOST_CELLS:
        return []
    found = [Cell(Tile(z, x % count, y), x) for y in range(top, bottom) for x in range(left, right)]
    if within is not None:
        found = [cell for cell in found if _touches(Cell(cell.tile, cell.tile.x).bounds, within)]
    middle_x, middle_y = (left + right - 1) / 2, (top + bottom - 1) / 2
    return sorted(found, key=lambda cell: (cell.column - middle_x) ** 2 + (cell.tile.y - middle_y) ** 2)


def bounds_of_degrees(west: float, south: float, east: float, north: float) -> Bounds | None:
    """A box of longitudes and latitudes in Mercator metres; None for one that can't be, which limits nothing."""
    box = (west, south, east, north)
    if not all(map(math.isfinite, box)) or not (-180.0 <= west < east <= 180.0) or not (-90.0 <= south < north <= 90.0):
        return None
    return math.radians(west) * 6_378_137.0, _northing(south), math.radians(east) * 6_378_137.0, _northing(north)


def _northing(lat_deg: float) -> float:
    # at the poles the projection has no number
    lat = math.radians(max(-85.0511, min(85.0511, lat_deg)))
    return math.log(math.tan(math.pi / 4 + lat / 2)) * 6_378_137.0


def _touches(one: Bounds, other: Bounds) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
