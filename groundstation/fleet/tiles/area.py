# SPDX-License-Identifier: Apache-2.0
"""The tiles of an area: how many they are, in which order they are fetched, and whether a server gives them. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator

from groundstation.fleet.tiles.address import HALF_WORLD_M, WORLD_M, Bounds, Tile
from groundstation.fleet.tiles.template import host_of

MOST_TILES = 100_000
"""Of one area: some 2 GB, and a day of a server's patience."""
USUAL_BYTES = 18_000
"""Of a picture, until some are there to go by."""
NO_BULK = {
    "tile.openstreetmap.org": "OpenStreetMap's own servers forbid it (operations.osmfoundation.org/policies/tiles); "
    "use a server that you pay or run, or a file of tiles",
    "tile.opentopomap.org": "OpenTopoMap forbids it; use a server that you pay or run, or a file of tiles",
}
"""Servers whose rules say no, and what helps."""


def span(bounds: Bounds, zoom: int) -> tuple[int, int, int, int]:
    """Columns and rows that an area has at a zoom: first and last of each.

    Args:
        bounds: west, south, east, north in Mercator metres; west of east.
        zoom: which.
    """
    count = 1 << zoom
    size = WORLD_M / count
    west, south, east, north = bounds
    left = math.floor((max(west, -HALF_WORLD_M) + HALF_WORLD_M) / size)
    right = math.ceil((min(east, HALF_WORLD_M) + HALF_WORLD_M) / size) - 1
    top = math.floor((HALF_WORLD_M - min(north, HALF_WORLD_M)) / size)
    bottom = math.ceil((HALF_WORLD_M - max(south, -HALF_WORLD_M)) / size) - 1
    last = count - 1
    return max(0, left), max(0, min(last, right)), max(0, top), max(0, min(last, bottom))


def count_tiles(bounds: Bounds, least: int, most: int) -> int:
    """How many tiles an area has.

    Args:
        bounds: of the area.
        least: the zoom that is seen from farthest away.
        most: the nearest; both are among them.
    """
    found = 0
    for zoom in range(least, most + 1):
        left, right, top, bottom = span(bounds, zoom)
        found += max(0, right - left + 1) * max(0, bottom - top + 1)
    return found


def tiles_of(bounds: Bounds, least: int, most: int) -> Iterator[Tile]:
    """All tiles of an area, the farthest zoom first: what was fetched when it was stopped is a map already."""
    for zoom in range(least, most + 1):
        left, right, top, bottom = span(bounds, zoom)
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                yield Tile(zoom, column, row)


def why_not(template: str) -> str:
    """Why nobody may fetch many tiles of a server at once; empty where nothing is known."""
    host = host_of(template)
    return next((why for name, why in NO_BULK.items() if host == name or host.endswith(f".{name}")), "")
