# SPDX-License-Identifier: Apache-2.0
"""Tiles that are ready to be painted, up to some bytes; what was seen longest ago goes first. GUI thread."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from PySide6.QtGui import QPixmap

from groundstation.fleet.tiles.address import Tile

LIMIT_BYTES = 96_000_000
MOST_ABSENT = 20_000
"""Tiles that are known not to be there."""


class TileMemory:
    """Pixels by tile."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        """Empty.

        Args:
            limit_bytes: of all pixels together; what a view shows at this moment is never let go for it.
        """
        self._limit = limit_bytes
        self._pixels: OrderedDict[Tile, QPixmap] = OrderedDict()
        self._absent: OrderedDict[Tile, None] = OrderedDict()
        self.size_bytes = 0

    def get(self, tile: Tile) -> QPixmap | None:
        """What is there of a tile."""
        return self._pixels.get(tile)

    def is_absent(self, tile: Tile) -> bool:
        """Whether the source has no such tile."""
        return tile in self._absent

    def put(self, tile: Tile, pixels: QPixmap | None) -> None:
        """Keep a tile, or (None) that there is none."""
        if pixels is None:
            self._absent[tile] = None
            if len(self._absent) > MOST_ABSENT:
                self._absent.popitem(last=False)
            return
        before = self._pixels.pop(tile, None)
        self._pixels[tile] = pixels
        self.size_bytes += _bytes(pixels) - (_bytes(before) if before is not None else 0)

    def use(self, tiles: Iterable[Tile]) -> None:
        """These are looked at: others go first, as far as there are too many."""
        used = {tile for tile in tiles if tile in self._pixels}
        for tile in used:
            self._pixels.move_to_end(tile)
        while self.size_bytes > self._limit and len(self._pixels) > len(used):
            _, gone = self._pixels.popitem(last=False)
            self.size_bytes -= _bytes(gone)

    def clear(self) -> None:
        """Forget everything."""
        self._pixels.clear()
        self._absent.clear()
        self.size_bytes = 0


def _bytes(pixels: QPixmap) -> int:
    return pixels.width() * pixels.height() * 4
