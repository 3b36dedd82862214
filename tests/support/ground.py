# SPDX-License-Identifier: Apache-2.0
"""Tiles of made up ground."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from groundstation.fleet.plans.ground_tiles import Floats, tile_name


def tile(corner: tuple[int, int], height_m: Callable[[Floats, Floats], Floats], length: int = 1201) -> np.ndarray:
    """Samples of a function of latitude and longitude."""
    lats = corner[0] + 1 - np.arange(length)[:, None] / (length - 1) + np.zeros((1, length))
    lons = corner[1] + np.arange(length)[None, :] / (length - 1) + np.zeros((length, 1))
    return np.round(height_m(lats, lons)).astype(">i2")


def write_tile(
    folder: Path, corner: tuple[int, int], height_m: Callable[[Floats, Floats], Floats], length=1201
) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{tile_name(*corner)}.hgt"
    path.write_bytes(tile(corner, height_m, length).tobytes())
    return path
