# SPDX-License-Identifier: Apache-2.0
"""PMTiles 3 (protomaps/PMTiles spec/v3): tiles in one file, found by directories. Any thread but the GUI's.

The library of the project reads header and directories again for each tile, and unpacks them to any size: a file of
100 kB could fill the memory.
"""

from __future__ import annotations

import json
import struct
import zlib
from bisect import bisect_right
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple

from groundstation.fleet.tiles.address import Tile, bounds_of_degrees
from groundstation.fleet.tiles.tile_file import MOST_BYTES, VECTOR, TileError, TileInfo, credit_text, zooms

MOST_PACKED = 2_000_000
"""Bytes of a directory, or of the file's words about itself, as they stand in the file."""
MOST_UNPACKED = 8_000_000
MOST_ENTRIES = 400_000
"""Of one directory; writers put some ten thousand in each."""
MOST_DEPTH = 4
"""Directories in directories; the specification asks for no more than this to be tried."""
KEPT = 64
"""Directories that are kept."""
NONE, GZIP = 1, 2
_HEADER = struct.Struct("<7sB11Q6B4iB2i")
_TYPES = {1: VECTOR, 6: VECTOR, 5: "AVIF tiles are not drawn; PNG, JPEG and WebP are"}


class _Entry(NamedTuple):
    number: int
    run: int
    """So many tiles from here on are this one; 0 for a directory that begins here."""
    offset: int
    length: int


class _Directory(NamedTuple):
    numbers: list[int]
    entries: list[_Entry]


def tile_number(tile: Tile) -> int:
    """The number of a tile: all lower zooms first, then along the curve of Hilbert."""
    x, y, found = tile.x, tile.y, 0
    side = 1 << (tile.z - 1) if tile.z else 0
    while side:
        right, low = (x & side) > 0, (y & side) > 0
        found += side * side * ((3 * right) ^ low)
        if not low:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        side >>= 1
    return ((1 << 2 * tile.z) - 1) // 3 + found


class PmtilesFile:
    """Open for reading."""

    def __init__(self, path: Path) -> None:
        """Open it.

        Args:
            path: of the file.

        Raises:
            TileError: it is none, is broken, or holds vector tiles.
        """
        self._name = path.name
        self._kept: OrderedDict[int, _Directory] = OrderedDict()
        try:
            # kept open: closed by `close`
            self._file = path.open("rb")
            self._size = path.stat().st_size
        except OSError as error:
            raise TileError(f"{self._name} can't be read: {error.strerror or error}") from error
        try:
            self.info = self._info()
        except (OSError, TileError):
            self.close()
            raise

    def tile(self, tile: Tile) -> bytes | None:
        """A picture, or None where there is none.

        Raises:
            TileError: the file is broken there.
        """
        number = tile_number(tile)
        offset, length = self._root
        for _ in range(MOST_DEPTH):
            directory = self._directory(offset, length)
            place = bisect_right(directory.numbers, number) - 1
            if place < 0:
                return None
            entry = directory.entries[place]
            if entry.run == 0:
                offset, length = self._leaves + entry.offset, entry.length
            elif number < entry.number + entry.run:
                return self._unpacked(self._tiles + entry.offset, entry.length, self._tile_packing, MOST_BYTES)
            else:
                return None
        raise self._broken("its directories go round in a circle")

    def close(self) -> None:
        """Give it back."""
        self._file.close()

    def _info(self) -> TileInfo:
        head = self._file.read(_HEADER.size)
        if len(head) < _HEADER.size:
            raise self._broken("it ends in its first bytes")
        magic, version, *rest = _HEADER.unpack(head)
        if magic != b"PMTiles" or version != 3:
            raise TileError(f"{self._name} is PMTiles of version {version}; version 3 is read")
        root, root_length, told, told_length, self._leaves, _, self._tiles, _, *_ = rest[:11]
        _, self._packing, self._tile_packing, kind, least, most, *places = rest[11:]
        if kind in _TYPES:
            raise TileError(f"{self._name}: {_TYPES[kind]}")
        self._root = (root, root_length)
        least, most = zooms(least, most, self._name)
        self._directory(*self._root)
        meta = self._metadata(told, told_length)
        west, south, east, north = (degrees / 1e7 for degrees in places[:4])
        within = bounds_of_degrees(west, south, east, north)
        return TileInfo(credit_text(meta.get("name")), credit_text(meta.get("attribution")), least, most, within)

    def _metadata(self, offset: int, length: int) -> dict[str, object]:
        """What the file says in words; a map without them is a map."""
        if not length:
            return {}
        try:
            found = json.loads(self._unpacked(offset, length, self._packing, MOST_PACKED))
        except (ValueError, RecursionError, TileError):
            return {}
        return found if isinstance(found, dict) else {}

    def _directory(self, offset: int, length: int) -> _Directory:
        kept = self._kept.get(offset)
        if kept is None:
            kept = self._parsed(self._unpacked(offset, length, self._packing, MOST_UNPACKED, MOST_PACKED))
            self._kept[offset] = kept
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(offset)
        return kept

    def _parsed(self, data: bytes) -> _Directory:
        numbers = _Numbers(data)
        try:
            count = next(numbers)
            if not 0 < count <= min(MOST_ENTRIES, len(data) // 4):
                raise self._broken(f"a directory of {count} entries in {len(data)} bytes")
            at, names = 0, []
            for _ in range(count):
                at += next(numbers)
                names.append(at)
            runs, lengths = ([next(numbers) for _ in range(count)] for _ in range(2))
            entries: list[_Entry] = []
            for place in range(count):
                told = next(numbers)
                # 0: directly behind the one before
                after = entries[-1].offset + entries[-1].length if entries else 0
                offset = told - 1 if told else after
                entries.append(_Entry(names[place], runs[place], offset, lengths[place]))
        except StopIteration:
            raise self._broken("a directory ends too soon") from None
        return _Directory(names, entries)

    def _unpacked(self, offset: int, length: int, packing: int, most: int, most_packed: int = MOST_BYTES) -> bytes:
        if not 0 < length <= most_packed or offset + length > self._size:
            raise self._broken(f"{length} bytes from byte {offset} on, of {self._size}")
        try:
            self._file.seek(offset)
            data = self._file.read(length)
        except OSError as error:
            raise self._broken(error.strerror or str(error)) from error
        # 0 is unknown: what is packed says so by its first bytes
        if packing == NONE or (packing == 0 and data[:2] != b"\x1f\x8b"):
            return data
        if packing not in (0, GZIP):
            raise TileError(f"{self._name} is packed with brotli or zstd, which is not read; gzip is")
        unpack = zlib.decompressobj(wbits=31)
        try:
            found = unpack.decompress(data, most)
        except zlib.error as error:
            raise self._broken(str(error)) from error
        if unpack.unconsumed_tail or not unpack.eof:
            raise self._broken(f"something that is cut off, or unpacks to more than {most:,} bytes")
        return found

    def _broken(self, reason: str) -> TileError:
        return TileError(f"{self._name} is no PMTiles file that can be read: {reason}"[:300])


class _Numbers:
    """The numbers of a directory, seven bits a byte, the lowest first."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def __next__(self) -> int:
        found = shift = 0
        data, at = self._data, self._at
        while at < len(data) and shift < 64:
            byte = data[at]
            at += 1
            found |= (byte & 0x7F) << shift
            if byte < 0x80:
                self._at = at
                return found
            shift += 7
        raise StopIteration
