# SPDX-License-Identifier: Apache-2.0
"""A file of tiles, whatever it is: looked at by its first bytes. Reads the disk; any thread but the GUI's."""

from __future__ import annotations

import html
import re
import stat
from pathlib import Path
from typing import NamedTuple, Protocol

from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.shown_text import harmless
from groundstation.fleet.tiles.address import MOST_ZOOM, Bounds, Tile

MOST_BYTES = 4_000_000
"""Of one tile: a photograph of 512x512 has a tenth of it."""
MOST_TEXT = 200
"""Letters of a title or a credit that are shown."""
VECTOR = "vector tiles are not drawn yet; a file of pictures (PNG, JPEG, WebP) is"


class TileError(GroundStationError):
    """A file or an answer that is no map; one line."""


class TileInfo(NamedTuple):
    """What a source says of itself."""

    title: str = ""
    credit: str = ""
    """Whom to name beside the map; empty where it names nobody."""
    least_zoom: int = 0
    most_zoom: int = MOST_ZOOM
    within: Bounds | None = None
    """Where it has tiles; None for everywhere."""


class TileFile(Protocol):
    """An open file. To be used by the thread that opened it."""

    info: TileInfo

    def tile(self, tile: Tile) -> bytes | None:
        """A picture, or None where the file has none.

        Raises:
            TileError: the file is broken there.
        """
        ...

    def close(self) -> None:
        """Give it back."""
        ...


def open_tiles(path: Path) -> TileFile:
    """Open an MBTiles or PMTiles file, by its content and not by its name.

    Raises:
        TileError: it is neither, broken, or of a kind that is not drawn.
    """
    # not at the top: each imports what stands above
    from groundstation.fleet.tiles.mbtiles import MbtilesFile
    from groundstation.fleet.tiles.pmtiles import PmtilesFile

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


def credit_text(text: object) -> str:
    """A credit or a title, which may be HTML, as one line of plain text."""
    if not isinstance(text, str):
        return ""
    plain = html.unescape(re.sub(r"<[^<>]*>", " ", text[: MOST_TEXT * 10]))
    return " ".join(harmless(plain).split())[:MOST_TEXT]


def zooms(least: object, most: object, name: str) -> tuple[int, int]:
    """Two zooms that a file names.

    Raises:
        TileError: they are none.
    """
    if not isinstance(least, int) or not isinstance(most, int) or not 0 <= least <= most <= MOST_ZOOM:
        raise TileError(f"{name} says it has zooms {least!s:.20} to {most!s:.20}; 0 to {MOST_ZOOM} can be")
    return least, most
