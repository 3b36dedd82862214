# SPDX-License-Identifier: Apache-2.0
"""Tiles of heights in a folder of the operator's. Called on threads of tasks."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np

from groundstation.fleet.plans.ground_tiles import Floats, GroundError, Tile, heights_at, is_tile_name, row_length


def ground_heights(folder: Path, lats: Floats, lons: Floats) -> Floats:
    """Heights of the ground at places, metres above the sea; NaN where no tile tells.

    Args:
        folder: with files as `N40E039.hgt`.
        lats: degrees.
        lons: degrees.

    Raises:
        GroundError: the folder can't be read, has no tile, or one is damaged; says which and what helps.
    """
    try:
        files = {one.stem.upper(): one for one in folder.iterdir() if one.suffix.lower() == ".hgt"}
    except OSError as error:
        raise GroundError(f"{folder} can't be read ({error.strerror or error}); choose another folder") from error
    files = {name: path for name, path in files.items() if is_tile_name(name)}
    if not files:
        raise GroundError(f"{folder} has no tile of heights (N40E039.hgt); choose another folder")
    return heights_at(lats, lons, partial(_tile, files))


def _tile(files: dict[str, Path], name: str) -> Tile | None:
    path = files.get(name)
    if path is None:
        return None
    try:
        length = row_length(path.stat().st_size)
        # mapped, not read: of 26 MB a plan needs a few rows
        return np.memmap(path, dtype=">i2", mode="r", shape=(length, length))
    except GroundError as error:
        raise GroundError(f"{path}: {error}; fetch it again") from error
    except (OSError, ValueError) as error:
        raise GroundError(f"{path} can't be read ({error})") from error
