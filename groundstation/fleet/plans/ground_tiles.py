# SPDX-License-Identifier: Apache-2.0
"""Heights of the ground from tiles of one degree, as SRTM and its successors come. Pure.

A tile is a square of big-endian int16, metres above the sea, from the north-west corner row by row; its edges are those
of its neighbours. 1201 in a row are three arc seconds apart, 3601 one; -32768 is nothing known (SRTM documentation).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.errors import GroundStationError

VOID = -32768
SIZES = {1201 * 1201 * 2: 1201, 3601 * 3601 * 2: 3601}
"""Samples in a row by the bytes of a file."""
MOST_TILES = 64
"""That one plan may lie over; more is no plan of a drone."""
Floats = NDArray[np.float64]
Tile = NDArray[np.int16]
_NAME = re.compile(r"([NS])(\d{2})([EW])(\d{3})", re.IGNORECASE)


class GroundError(GroundStationError):
    """A tile that can't be used."""


def tile_name(lat_deg: int, lon_deg: int) -> str:
    """What the tile with this south-west corner is called: `N40E039`."""
    return f"{'N' if lat_deg >= 0 else 'S'}{abs(lat_deg):02}{'E' if lon_deg >= 0 else 'W'}{abs(lon_deg):03}"


def is_tile_name(text: str) -> bool:
    """Whether a file is called like a tile, without its ending."""
    return _NAME.fullmatch(text) is not None


def row_length(size_bytes: int) -> int:
    """How many samples a row of a tile has.

    Raises:
        GroundError: no tile has so many bytes.
    """
    if size_bytes not in SIZES:
        raise GroundError(f"{size_bytes} bytes are no tile of heights; there are 2,884,802 and 25,934,402")
    return SIZES[size_bytes]


def heights_at(lats: Floats, lons: Floats, tile_of: Callable[[str], Tile | None]) -> Floats:
    """Heights of the ground at places, metres above the sea, between samples in straight lines; NaN for not known.

    Args:
        lats: degrees.
        lons: degrees, -180 to 180.
        tile_of: a tile by its name; None for one that is not at hand.

    Raises:
        GroundError: the places lie over too many tiles.
    """
    found = np.full(len(lats), np.nan)
    corners = np.floor(np.stack([lats, lons], axis=1))
    named = {(int(lat), int(lon)) for lat, lon in np.unique(corners[np.isfinite(corners).all(axis=1)], axis=0)}
    if len(named) > MOST_TILES:
        raise GroundError(f"the plan lies over {len(named)} tiles of heights; {MOST_TILES} are the most")
    for lat, lon in sorted(named):
        tile = tile_of(tile_name(lat, lon))
        if tile is not None:
            here = (corners[:, 0] == lat) & (corners[:, 1] == lon)
            found[here] = _between(tile, (lat + 1 - lats[here]), lons[here] - lon)
    return found


def _between(tile: Tile, south: Floats, east: Floats) -> Floats:
    """Heights in one tile, by degrees from its north-west corner."""
    last = tile.shape[0] - 1
    y, x = np.clip(south * last, 0.0, last), np.clip(east * last, 0.0, last)
    row, column = np.minimum(y.astype(np.intp), last - 1), np.minimum(x.astype(np.intp), last - 1)
    down, right = y - row, x - column
    total = np.zeros(len(y))
    for rows, columns, share in (
        (row, column, (1 - down) * (1 - right)),
        (row, column + 1, (1 - down) * right),
        (row + 1, column, down * (1 - right)),
        (row + 1, column + 1, down * right),
    ):
        height = tile[rows, columns].astype(np.float64)
        # a sample that counts for nothing may be void; one that counts makes the place unknown
        height[height == VOID] = math.nan
        total += np.where(share > 1e-9, height * share, 0.0)
    return total
