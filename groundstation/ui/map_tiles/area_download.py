# SPDX-License-Identifier: Apache-2.0
"""Fetches the tiles of an area into a file, one after the other, over one connection. Its own thread; no Qt."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from groundstation.fleet.progress import CancelledError
from groundstation.fleet.tiles.address import Bounds, Tile
from groundstation.fleet.tiles.area import count_tiles, tiles_of
from groundstation.fleet.tiles.mbtiles_writer import MbtilesWriter
from groundstation.fleet.tiles.picture import picture_kind
from groundstation.fleet.tiles.tile_file import TileError
from groundstation.ui.map_tiles.reader import Found, Reader, ServerError, Wish

SLICE_S = 0.2
COMMIT_EVERY = 50
"""Tiles; as many are asked for again after a power cut."""
TRIES, FIRST_WAIT_S, LONGEST_WAIT_S = 5, 2.0, 60.0
"""A server that fails is asked again after growing waits, or as long as it asks for."""


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted."""

    bounds: Bounds
    """Mercator metres."""
    degrees: tuple[float, float, float, float]
    """West, south, east, north."""
    least_zoom: int
    most_zoom: int
    server: str
    """Address of the tiles."""
    title: str
    credit: str
    path: Path


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """How far it is."""

    done: int = 0
    """Tiles that were looked at: fetched, there already, or known to be nowhere."""
    of: int = 0
    kept: int = 0
    """In the file, of this area."""
    size_bytes: int = 0
    """Of those that were fetched now."""
    fetched: int = 0


def fetch_area(
    area: Area,
    make_reader: Callable[[], Reader],
    told: Callable[[Fetched], None],
    wish: Wish,
    wait: Callable[[float], None] | None = None,
) -> Fetched:
    """Fetch what is not there yet.

    Args:
        area: what is wanted.
        make_reader: opens the server.
        told: hears how far it is; raises CancelledError where it is not wanted any more.
        wish: ends a question that waits for the network.
        wait: for seconds; None for this thread's own sleep, which ends when the wish does.

    Returns:
        What there is at the end.

    Raises:
        TileError: the server fails for good, or the file can't be written; what came is kept.
        CancelledError: it was stopped; what came is kept.
    """
    writer = MbtilesWriter(area.path, area.server, _meta(area))
    reader = make_reader()
    now = Fetched(of=count_tiles(area.bounds, area.least_zoom, area.most_zoom))
    form, pause = "", wait or _sleep_of(wish)
    try:
        for tile in tiles_of(area.bounds, area.least_zoom, area.most_zoom):
            if writer.has(tile):
                now = msgspec.structs.replace(now, done=now.done + 1, kept=now.kept + 1)
            else:
                data = _patient(reader, tile, wish, pause).data
                size = len(data) if data is not None else 0
                if data is not None:
                    writer.put(tile, data)
                    form = form or picture_kind(data)
                    writer.say("format", form)
                now = msgspec.structs.replace(
                    now,
                    done=now.done + 1,
                    kept=now.kept + (data is not None),
                    size_bytes=now.size_bytes + size,
                    fetched=now.fetched + (data is not None),
                )
            if now.done % COMMIT_EVERY == 0:
                writer.commit()
            told(now)
    finally:
        # what came is kept, however it ended
        writer.commit()
        writer.close()
        reader.close()
    return now


def _sleep_of(wish: Wish) -> Callable[[float], None]:
    def sleep(seconds: float) -> None:
        for _ in range(math.ceil(seconds / SLICE_S)):
            if not wish.is_cancelled:
                time.sleep(SLICE_S)

    return sleep


def _meta(area: Area) -> dict[str, str]:
    return {
        "name": area.title,
        "format": "png",
        "attribution": area.credit,
        "minzoom": str(area.least_zoom),
        "maxzoom": str(area.most_zoom),
        "bounds": ",".join(f"{one:.6f}" for one in area.degrees),
        "type": "baselayer",
    }


def _patient(reader: Reader, tile: Tile, wish: Wish, wait: Callable[[float], None]) -> Found:
    """Ask, and again after a while where the server has trouble."""
    pause_s = FIRST_WAIT_S
    for attempt in range(1, TRIES + 1):
        try:
            return reader.local(tile, is_down=False) or reader.ask(tile, wish)
        except ServerError as error:
            if wish.is_cancelled:
                raise CancelledError("stopped") from error
            if attempt == TRIES:
                raise TileError(f"the server gives no more: {error}; what came is kept, go on later") from error
            wait(min(LONGEST_WAIT_S, max(pause_s, error.at_least_s)))
            pause_s *= 2.0
        except TileError:
            # this one is none; its neighbours may be
            return Found(None)
    raise AssertionError  # never: the last attempt returns or raises
