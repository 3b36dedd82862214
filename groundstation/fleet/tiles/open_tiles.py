# SPDX-License-Identifier: Apache-2.0
"""Opens a file of tiles by its first bytes. Reads the disk; any thread but the GUI's."""

from __future__ import annotations

import stat
from pathlib import Path

from groundstation.fleet.tiles.mbtiles import MbtilesFile
from groundstation.fleet.tiles.pmtiles import PmtilesFile
from groundstation.fleet.tiles.tile_file import TileError, TileFile


def open_tiles(path: Path) -> TileFile:
    """Open an MBTiles or PMTiles file, by its content and not by its name.

    Raises:
        TileError: it is neither, broken, or of a kind that is not drawn.
    """
    try:
        # a pipe would be waited for without end
        if not stat.S_ISREG(path.stat().st_mode):
            raise TileError(f"{path.name} is no file")
        with path.open("rb") as file:
            begin = file.read(16)
    except OSError as error:
        raise TileError(f"{path.name} can't be read: {error.strerror or error}") from error
    if begin.startswith(b"SQLite format 3"):
        return MbtilesFile(path)
    if begin.startswith(b"PMTiles"):
        return PmtilesFile(path)
    raise TileError(f"{path.name} is neither an MBTiles nor a PMTiles file")
