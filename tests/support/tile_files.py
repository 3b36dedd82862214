# SPDX-License-Identifier: Apache-2.0
"""Pictures of one colour, and files of tiles that are made for a test."""

from __future__ import annotations

import gzip
import json
import sqlite3
import struct
import zlib
from pathlib import Path

from groundstation.fleet.tiles.address import Tile, tms_row
from groundstation.fleet.tiles.pmtiles import tile_number

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
Colour = tuple[int, int, int]


def png(colour: Colour = RED, side: int = 256) -> bytes:
    """A whole PNG of one colour, written by hand."""
    row = b"\0" + bytes(colour) * side
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = [_part(b"IHDR", head), _part(b"IDAT", zlib.compress(row * side)), _part(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def png_that_says(side: int) -> bytes:
    """A few bytes that say that they are a huge picture."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _part(b"IHDR", head) + _part(b"IDAT", zlib.compress(b"\0")) + _part(b"IEND", b"")


def _part(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def mbtiles(path: Path, tiles: dict[Tile, bytes], **meta: str) -> Path:
    """An MBTiles file; `meta` in place of what is usual."""
    zooms = [tile.z for tile in tiles] or [0]
    told = {"name": "made", "format": "png", "minzoom": str(min(zooms)), "maxzoom": str(max(zooms)), **meta}
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        base.execute("CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)")
        base.execute("CREATE UNIQUE INDEX places ON tiles (zoom_level, tile_column, tile_row)")
        base.executemany("INSERT INTO metadata VALUES (?, ?)", [one for one in told.items() if one[1]])
        rows = [(tile.z, tile.x, tms_row(tile), data) for tile, data in tiles.items()]
        base.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
    base.close()
    return path


def varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    found = bytearray()
    while number >= 0x80:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def directory(entries: list[tuple[int, int, int, int]]) -> bytes:
    """Entries of number, run, offset, length."""
    before = [0, *(entry[0] for entry in entries)]
    columns = (
        [entry[0] - last for entry, last in zip(entries, before, strict=False)],
        [entry[1] for entry in entries],
        [entry[3] for entry in entries],
        [entry[2] + 1 for entry in entries],
    )
    return varint(len(entries)) + b"".join(varint(one) for column in columns for one in column)


def pmtiles(
    path: Path,
    tiles: dict[Tile, bytes],
    *,
    kind: int = 2,
    zooms: tuple[int, int] | None = None,
    root: bytes | None = None,
    leaf_each: int = 0,
    version: int = 3,
) -> Path:
    """A PMTiles file.

    Args:
        path: of the file.
        tiles: what is in it.
        kind: of the tiles.
        zooms: that it says; those of the tiles where there are none.
        root: this packed directory in place of the right one.
        leaf_each: so many tiles in each directory below the root; 0 for all in the root.
        version: that it says.
    """
    order = sorted((tile_number(tile), data) for tile, data in tiles.items())
    entries, body = [], b""
    for number, data in order:
        entries.append((number, 1, len(body), len(data)))
        body += data
    leaves = b""
    if leaf_each:
        pointers = []
        for first in range(0, len(entries), leaf_each):
            packed = gzip.compress(directory(entries[first : first + leaf_each]))
            pointers.append((entries[first][0], 0, len(leaves), len(packed)))
            leaves += packed
        entries = pointers
    packed_root = gzip.compress(directory(entries)) if root is None else root
    meta = gzip.compress(json.dumps({"name": "made", "attribution": "<b>somebody</b> &amp; others"}).encode())
    least, most = zooms or (min(tile.z for tile in tiles), max(tile.z for tile in tiles))
    places = [127, len(packed_root), 127 + len(packed_root), len(meta)]
    places += [
        sum(places[2:]),
        len(leaves),
        places[2] + len(meta) + len(leaves),
        len(body),
        len(tiles),
        len(entries),
        0,
    ]
    head = struct.pack("<7sB11Q6B4iB2i", b"PMTiles", version, *places, 1, 2, 1, kind, least, most, *(0,) * 4, 0, 0, 0)
    path.write_bytes(head + packed_root + meta + leaves + body)
    return path
