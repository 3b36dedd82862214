# SPDX-License-Identifier: Apache-2.0
"""What a file of tiles is, whatever its format, and what it says of itself. Pure."""

from __future__ import annotations

import html
import re
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
