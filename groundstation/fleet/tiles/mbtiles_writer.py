# SPDX-License-Identifier: Apache-2.0
"""Writes tiles into an MBTiles 1.3 file (mapbox/mbtiles-spec), which can be gone on with. One thread, not the GUI's."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from groundstation.fleet.tiles.address import Tile, tms_row
from groundstation.fleet.tiles.tile_file import TileError

SERVER = "groundstation_server"
"""Row of `metadata` that tells from which server a file of ours came: another map is not written into it."""
_TABLES = """
CREATE TABLE IF NOT EXISTS metadata (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB);
CREATE UNIQUE INDEX IF NOT EXISTS tile_index ON tiles (zoom_level, tile_column, tile_row);
"""


class MbtilesWriter:
    """Open for writing."""

    def __init__(self, path: Path, server: str, meta: dict[str, str]) -> None:
        """Open it, or begin it.

        Args:
            path: of the file.
            server: address of the tiles; a file that was begun from another one is left alone.
            meta: names and values that the file says of itself; zooms grow with what is in it already.

        Raises:
            TileError: it is something else, or can't be written.
        """
        self._name = path.name
        try:
            self._base = sqlite3.connect(path)
        except sqlite3.Error as error:
            raise self._cant(error) from error
        try:
            found = self._checked(server)
            self._base.executescript(_TABLES)
            meta = {SERVER: server, **meta, **_wider(found, meta)}
            self._base.executemany("INSERT OR REPLACE INTO metadata VALUES (?, ?)", list(meta.items()))
            self._base.commit()
        except TileError:
            self._base.close()
            raise
        except sqlite3.Error as error:
            self._base.close()
            raise self._cant(error) from error

    def _checked(self, server: str) -> dict[str, str]:
        """What a file that is there says of itself; nothing is written into one of others."""
        tables = {name for [name] in self._base.execute("SELECT name FROM sqlite_master LIMIT 1000")}
        known = "metadata" in tables
        found = dict(self._base.execute("SELECT name, value FROM metadata LIMIT 100")) if known else {}
        if tables and found.get(SERVER) != server:
            raise TileError(f"{self._name} is another map already; choose another name")
        return found

    def has(self, tile: Tile) -> bool:
        """Whether it is there already."""
        question = "SELECT 1 FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
        return self._base.execute(question, (tile.z, tile.x, tms_row(tile))).fetchone() is not None

    def put(self, tile: Tile, data: bytes) -> None:
        """Add one; on the disk for good with `commit`.

        Raises:
            TileError: it can't be written.
        """
        try:
            self._base.execute(
                "INSERT OR REPLACE INTO tiles VALUES (?, ?, ?, ?)", (tile.z, tile.x, tms_row(tile), data)
            )
        except sqlite3.Error as error:
            raise self._cant(error) from error

    def say(self, name: str, value: str) -> None:
        """What the file says of itself."""
        self._base.execute("INSERT OR REPLACE INTO metadata VALUES (?, ?)", (name, value))

    def commit(self) -> None:
        """Keep what came.

        Raises:
            TileError: it can't be written.
        """
        try:
            self._base.commit()
        except sqlite3.Error as error:
            raise self._cant(error) from error

    def close(self) -> None:
        """Give it back."""
        self._base.close()

    def _cant(self, error: Exception) -> TileError:
        return TileError(f"{self._name} can't be written ({error}); choose another place or make room")


def _wider(found: dict[str, str], meta: dict[str, str]) -> dict[str, str]:
    """Zooms of what is there and of what comes."""
    wider: dict[str, str] = {}
    for name, choose in (("minzoom", min), ("maxzoom", max)):
        if found.get(name, "").isdigit() and name in meta:
            wider[name] = str(choose(int(found[name]), int(meta[name])))
    if found and found.get("bounds") != meta.get("bounds"):
        # two areas in one file: no box is said rather than one that leaves out half
        wider["bounds"] = "-180.0,-85.0511,180.0,85.0511"
    return wider
