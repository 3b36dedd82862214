# SPDX-License-Identifier: Apache-2.0
"""Threads that read and decode the tiles that a view wants at this moment, the middle first. Never waited for.

The window says which tiles it wants, all of them each time: what is no more among them is cancelled, so nothing piles
up. It takes what was found when it has time for it.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtGui import QImage

from groundstation.fleet.tiles.address import Tile
from groundstation.fleet.tiles.retries import Retries
from groundstation.fleet.tiles.tile_file import TileError, TileInfo
from groundstation.ui.map_tiles.decode import picture_of
from groundstation.ui.map_tiles.reader import Found, MakeReader, Reader, ServerError, Wish
from groundstation.ui.right_of_way import right_of_way
from groundstation.ui.timeline import monotonic_s

log = logging.getLogger("groundstation.tiles")

MOST_FOUND = 64
"""Pictures that wait to be taken; then the threads wait."""
LONGEST_S = 1.0
"""A thread with nothing to do looks again after this."""
_SERVER = "server"


class Read(NamedTuple):
    """A tile that was looked for."""

    tile: Tile
    image: QImage | None
    """None: there is none."""


class Trouble(NamedTuple):
    """What of the view is missing, and why."""

    missing: int = 0
    reason: str = ""


class TilePool:
    """Of one source. All methods return at once, on any thread."""

    def __init__(
        self,
        make: MakeReader,
        threads: int,
        kept_px: int,
        clock: Callable[[], float] = monotonic_s,
    ) -> None:
        """Begin; nothing is read before something is wanted.

        Args:
            make: opens the source, on each thread.
            threads: so many read at once.
            kept_px: side of the pictures at most.
            clock: any that only goes on.
        """
        self._make, self._kept_px, self._clock = make, kept_px, clock
        self._changed = threading.Condition()
        self._wanted: list[Tile] = []
        self._under_way: dict[Tile, Wish] = {}
        self._asking = 0
        self._to_ask: set[Tile] = set()
        """Wanted tiles that only a server has."""
        self._found: deque[Read] = deque()
        self._retries = Retries()
        self._reasons: dict[Tile, str] = {}
        self._server_reason = ""
        self._problem = ""
        self._info: TileInfo | None = None
        self._is_closed = False
        self.threads = [threading.Thread(target=self._run, name="tiles", daemon=True) for _ in range(threads)]
        for one in self.threads:
            one.start()

    # ---- the window's side ----

    @property
    def info(self) -> TileInfo | None:
        """What the source says of itself; None while it is being opened, and when it can't be."""
        return self._info

    @property
    def problem(self) -> str:
        """Why there is no map at all; empty while all is well."""
        return self._problem

    def want(self, tiles: Sequence[Tile]) -> None:
        """These and no others, the most urgent first."""
        with self._changed:
            found = {read.tile for read in self._found}
            self._wanted = [tile for tile in tiles if tile not in found]
            wanted = set(self._wanted)
            self._to_ask &= wanted
            self._reasons = {tile: reason for tile, reason in self._reasons.items() if tile in wanted}
            for tile, wish in self._under_way.items():
                if tile not in wanted:
                    wish.cancel()
            self._changed.notify_all()

    def take(self, most: int) -> list[Read]:
        """What was found since."""
        with self._changed:
            taken = [self._found.popleft() for _ in range(min(most, len(self._found)))]
            self._changed.notify_all()
        return taken

    @property
    def is_busy(self) -> bool:
        """Whether something may still come, or waits to be taken."""
        return bool(self._found or (self._wanted and not self._problem)) or (self._info is None and not self._problem)

    @property
    def trouble(self) -> Trouble:
        """Which of the wanted tiles could not be had yet."""
        with self._changed:
            if self._is_down and self._to_ask:
                return Trouble(len(self._wanted), self._server_reason)
            reasons = list(self._reasons.values())
        return Trouble(len(reasons), reasons[-1] if reasons else "")

    def close(self) -> None:
        """The source is not wanted any more; the threads end by themselves."""
        self.want(())
        with self._changed:
            self._is_closed = True
            self._found.clear()
            self._changed.notify_all()

    # ---- the threads ----

    def _run(self) -> None:
        reader: Reader | None = None
        try:
            reader = self._make()
            self._info = reader.info
            while (taken := self._next()) is not None:
                right_of_way.give()
                self._read(reader, *taken)
        except TileError as error:
            self._problem = str(error)
        except Exception as error:  # else a map would be awaited for ever
            log.exception("tiles can't be read")
            self._problem = f"tiles can't be read: {type(error).__name__}; report it"
        finally:
            if reader is not None:
                reader.close()

    def _next(self) -> tuple[Tile, Wish, bool] | None:
        """The next tile, and whether to ask the server for it; None at the end."""
        with self._changed:
            while not self._is_closed:
                tile, wait_s = self._choose()
                if tile is not None:
                    wish = self._under_way[tile] = Wish()
                    is_asked = tile in self._to_ask
                    self._asking += is_asked
                    return tile, wish, is_asked
                self._changed.wait(wait_s)
        return None

    @property
    def _is_down(self) -> bool:
        return self._retries.is_failing(_SERVER)

    def _choose(self) -> tuple[Tile | None, float]:
        """The first that may be tried now, else how long to wait."""
        if len(self._found) >= MOST_FOUND:
            return None, LONGEST_S
        now_s, wait_s = self._clock(), LONGEST_S
        server_s = self._retries.until_s(_SERVER)
        # a server that failed is tried with one question
        is_open = now_s >= server_s and not (self._asking and self._is_down)
        for tile in self._wanted:
            if tile in self._under_way:
                continue
            until_s = self._retries.until_s(tile)
            if tile in self._to_ask:
                until_s = max(until_s, server_s)
                if not is_open and now_s >= until_s:
                    continue
            if now_s >= until_s:
                return tile, 0.0
            wait_s = min(wait_s, until_s - now_s)
        return None, wait_s

    def _read(self, reader: Reader, tile: Tile, wish: Wish, is_asked: bool) -> None:
        found: Found | None = None
        image: QImage | None = None
        error: TileError | None = None
        is_down = self._is_down
        try:
            found = reader.ask(tile, wish) if is_asked else reader.local(tile, is_down=is_down)
            if found is not None and found.data is not None:
                image = picture_of(found.data, self._kept_px)
        except TileError as caught:
            error = caught
        with self._changed:
            self._under_way.pop(tile, None)
            self._asking -= is_asked
            # what was cancelled failed since it was cut off
            if error is not None and not wish.is_cancelled:
                self._failed(tile, error)
            elif error is None and found is None:
                # what was looked up before the server went down is looked up once more
                if is_down or not self._is_down:
                    self._to_ask.add(tile)
            elif error is None:
                self._retries.succeeded(tile)
                if is_asked:
                    self._retries.succeeded(_SERVER)
                self._keep(Read(tile, image))
            self._changed.notify_all()

    def _failed(self, tile: Tile, error: TileError) -> None:
        if isinstance(error, ServerError):
            # looked up once more: what is old is better than nothing
            self._to_ask = {one for one in self._to_ask if self._is_down and one != tile}
            self._server_reason = str(error)
            self._retries.failed(_SERVER, self._clock(), error.at_least_s)
            return
        self._retries.failed(tile, self._clock())
        if tile in self._wanted:
            self._reasons[tile] = str(error)

    def _keep(self, read: Read) -> None:
        self._reasons.pop(read.tile, None)
        self._to_ask.discard(read.tile)
        # what nobody wants any more is let go: it would take the room of what somebody does
        if read.tile in self._wanted:
            self._wanted.remove(read.tile)
            self._found.append(read)
