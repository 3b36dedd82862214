# SPDX-License-Identifier: Apache-2.0
"""MBTiles 1.3 (mapbox/mbtiles-spec): tiles in a table of SQLite. Any thread but the GUI's; one file a thread."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

from groundstation.fleet.tiles.address import Bounds, Tile, bounds_of_degrees, tms_row
from groundstation.fleet.tiles.tile_file import MOST_BYTES, VECTOR, TileError, TileInfo, credit_text, zooms

MOST_STEPS = 2_000_000
"""Instructions of SQLite for one question. `tiles` may be a view, and a view may go on for ever; with an index it is
about fifty."""
_STEPS_AT_ONCE = 10_000
_TILE = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
_VECTOR = ("pbf", "mvt", "application/vnd.mapbox-vector-tile", "application/x-protobuf")


class MbtilesFile:
    """Open for reading alone."""

    def __init__(self, path: Path) -> None:
        """Open it.

        Args:
            path: of the file.

        Raises:
            TileError: it is none, is broken, or holds vector tiles.
        """
        self._name, self._left = path.name, 0
        try:
            self._base = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=1.0)
        except sqlite3.Error as error:
            raise self._broken(error) from error
        try:
            self._base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_BYTES)
            self._base.set_progress_handler(self._is_too_long, _STEPS_AT_ONCE)
            # what a stranger wrote into the file is data: it may call nothing
            self._base.execute("PRAGMA trusted_schema = OFF")
            self._base.execute("PRAGMA query_only = ON")
            self.info = self._info()
        except TileError:
            self.close()
            raise
        except (sqlite3.Error, OverflowError) as error:
            self.close()
            raise self._broken(error) from error

    def tile(self, tile: Tile) -> bytes | None:
        """A picture, or None where there is none.

        Raises:
            TileError: the file is broken there.
        """
        try:
            [found] = self._ask(_TILE, (tile.z, tile.x, tms_row(tile))) or [(None,)]
        except sqlite3.Error as error:
            raise self._broken(error) from error
        return found[0] if isinstance(found[0], bytes) else None

    def close(self) -> None:
        """Give it back."""
        self._base.close()

    def _info(self) -> TileInfo:
        rows = self._ask("SELECT name, value FROM metadata LIMIT 100", (), most=100)
        meta = {name: value for name, value in rows if isinstance(name, str)}
        form = str(meta.get("format", "")).lower()
        first = self._ask("SELECT tile_data, zoom_level FROM tiles LIMIT 1", ())
        if not first:
            raise TileError(f"{self._name} has no tiles")
        # without a word about its form: vector tiles are packed with gzip, and pictures never are
        data = first[0][0]
        if form in _VECTOR or (isinstance(data, bytes) and data[:2] == b"\x1f\x8b"):
            raise TileError(f"{self._name}: {VECTOR}")
        least, most = self._zooms(meta)
        return TileInfo(
            credit_text(meta.get("name")),
            credit_text(meta.get("attribution")),
            least,
            most,
            _within(meta.get("bounds")),
        )

    def _zooms(self, meta: dict[str, object]) -> tuple[int, int]:
        told = [str(meta.get(name, "")).strip() for name in ("minzoom", "maxzoom")]
        if all(one.isascii() and one.isdigit() and len(one) < 4 for one in told):
            return zooms(int(told[0]), int(told[1]), self._name)
        # each by itself is one look into the index; both at once go through all tiles
        [least], [most] = (
            self._ask(f"SELECT {which}(zoom_level) FROM tiles", ())[0]  # noqa: S608 - two words of ours
            for which in ("min", "max")
        )
        return zooms(least, most, self._name)

    def _ask(self, question: str, values: tuple[int, ...], most: int = 1) -> list[tuple[object, ...]]:
        self._left = MOST_STEPS // _STEPS_AT_ONCE
        return self._base.execute(question, values).fetchmany(most)

    def _is_too_long(self) -> bool:
        self._left -= 1
        return self._left < 0

    def _broken(self, error: Exception) -> TileError:
        reason = "it takes too long to look a tile up" if str(error) == "interrupted" else str(error)
        return TileError(f"{self._name} is no MBTiles file that can be read: {reason}"[:300])


def _within(text: object) -> Bounds | None:
    try:
        west, south, east, north = (float(one) for one in str(text).split(","))
    except ValueError:
        return None
    return bounds_of_degrees(west, south, east, north)
