# SPDX-License-Identifier: Apache-2.0
"""What the threads of a pool ask for tiles: a file, or a server (`server_reader.py`). No Qt."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from groundstation.fleet.tiles.address import Tile
from groundstation.fleet.tiles.open_tiles import open_tiles
from groundstation.fleet.tiles.tile_file import TileError, TileFile, TileInfo


class ServerError(TileError):
    """Nothing is to be had from the server at this time, whichever tile."""

    def __init__(self, reason: str, at_least_s: float = 0.0) -> None:
        """Say why.

        Args:
            reason: one line.
            at_least_s: the server asks to be left alone for so long.
        """
        super().__init__(reason)
        self.at_least_s = at_least_s


class Found(NamedTuple):
    """What came of looking for a tile."""

    data: bytes | None
    """None: there is no such tile."""


class Wish:
    """A tile that is being read; whoever wanted it may lose interest."""

    def __init__(self) -> None:
        self.is_cancelled = False
        self._socket: socket.socket | None = None

    def cancel(self) -> None:
        """Not wanted any more: what waits for the network ends at once. Any thread; never waits."""
        self.is_cancelled = True
        if self._socket is not None:
            _end(self._socket)

    def waits_for(self, connection: socket.socket | None) -> None:
        """The network is waited for from now on, or (None) no more. The reading thread."""
        self._socket = connection
        # told in between
        if self.is_cancelled and connection is not None:
            _end(connection)


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        # of the plain socket: that of TLS would take the connection apart under the thread that reads
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


class Reader(Protocol):
    """Belongs to one thread."""

    info: TileInfo

    def local(self, tile: Tile, *, is_down: bool) -> Found | None:
        """What can be had without the network, while a server is down also what is old; None when it must be asked.

        Raises TileError.
        """
        ...

    def ask(self, tile: Tile, wish: Wish) -> Found:
        """Ask the server. Raises TileError for this tile, ServerError for all."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


MakeReader = Callable[[], Reader]


class FileReader:
    """A file is all local."""

    def __init__(self, path: Path) -> None:
        """Open it. Raises TileError."""
        self._file: TileFile = open_tiles(path)
        self.info = self._file.info

    def local(self, tile: Tile, *, is_down: bool) -> Found:
        """Look it up."""
        del is_down
        return Found(self._file.tile(tile))

    def ask(self, tile: Tile, wish: Wish) -> Found:
        """There is nobody to ask."""
        del tile, wish
        return Found(None)

    def close(self) -> None:
        """Give it back."""
        self._file.close()
