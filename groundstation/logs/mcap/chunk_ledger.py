# SPDX-License-Identifier: Apache-2.0
"""The index of a file's chunks while it grows: on disk, so that memory stays flat for a day. The thread of the file.

Beside `uav-1.mcap` stand `uav-1.mcap.index`, whole ChunkIndex records one behind the other, and `uav-1.mcap.layout`,
what else is known of the file at a moment when the disk had it. Both are helpers: what is damaged or gone is made anew
from the file itself. They go when the file is closed, whose summary then holds all of it.
"""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
from mcap.records import Channel, Schema

from groundstation.logs.own_files import new_file, no_links

SPILL_BYTES = 4096
"""So much waits in memory before it is written behind the rest."""
PIECE_BYTES = 1024 * 1024
CRC_BYTES = 4
TAIL_BYTES = 4096
MAX_LAYOUT_BYTES = 64 * 1024 * 1024


class Layout(msgspec.Struct):
    """What is in a file so far: everything that its summary needs, but for the index of its chunks."""

    end: int = 0
    """Bytes that belong to whole records."""
    schemas: dict[int, Schema] = msgspec.field(default_factory=dict)
    channels: dict[int, Channel] = msgspec.field(default_factory=dict)
    counts: dict[int, int] = msgspec.field(default_factory=dict)
    """Messages by channel."""
    chunks: int = 0
    """Chunks."""
    first_ns: int | None = None
    """Earliest time of a message, nanoseconds since 1970; None before there is one."""
    last_ns: int | None = None
    """Latest time of a message."""
    index_bytes: int = 0
    """Length of the index."""
    index_crc: int = 0
    """CRC-32 of the index."""
    tail_crc: int = 0
    """At a checkpoint, CRC-32 of the file's bytes before `end`: the helpers of another file are told by it."""

    @property
    def messages(self) -> int:
        """Messages in whole chunks."""
        return sum(self.counts.values())


class ChunkLedger:
    """Index records of one file, in order."""

    def __init__(self, path: Path | None) -> None:
        """Begin, or go on.

        Args:
            path: of the file whose chunks they are; None to keep them in memory, for a file that is soon complete.
        """
        self._index = path.with_name(f"{path.name}.index") if path is not None else None
        self._layout = path.with_name(f"{path.name}.layout") if path is not None else None
        self._path = path
        self._waiting = bytearray()

    def put(self, layout: Layout, record: bytes) -> None:
        """Put the index record of one more chunk behind the others."""
        layout.index_bytes += len(record)
        layout.index_crc = zlib.crc32(record, layout.index_crc)
        self._waiting += record
        if len(self._waiting) >= SPILL_BYTES:
            # a full disk takes no chunks either: what waits does not grow meanwhile
            with contextlib.suppress(OSError):
                self._spill()

    def restart(self, layout: Layout, kept_bytes: int, records: bytes) -> None:
        """Cut the index, and go on behind.

        Args:
            layout: told of the records.
            kept_bytes: how much of what is on disk is to be kept.
            records: behind it.

        Raises:
            OSError: the disk does not take it.
        """
        self._waiting = bytearray()
        if self._index is not None:
            with open(self._index, "ab", opener=no_links) as file:
                file.truncate(kept_bytes)
        self.put(layout, records)
        self._spill()

    def checkpoint(self, layout: Layout) -> None:
        """Remember how far the file is; call it when the disk has everything.

        Raises:
            OSError: the disk does not take it; nothing is lost.
        """
        if self._layout is None:
            return
        self._spill()
        beside = self._layout.with_name(f"{self._layout.name}.new")
        layout.tail_crc = self._tail_crc(layout.end)
        data = msgspec.msgpack.encode(layout)
        with new_file(beside) as file:
            file.write(zlib.crc32(data).to_bytes(CRC_BYTES, "big") + data)
        # put in its place whole: a cut leaves the old one
        beside.replace(self._layout)

    def last_checkpoint(self, size_bytes: int) -> Layout | None:
        """How far the file was at the last checkpoint; None where that is not known or can't be.

        Args:
            size_bytes: of the file.
        """
        if self._layout is None or self._index is None:
            return None
        try:
            # looked at before it is read: others may write to the folder
            if self._layout.stat().st_size > MAX_LAYOUT_BYTES:
                return None
            stored = self._layout.read_bytes()
            if zlib.crc32(stored[CRC_BYTES:]) != int.from_bytes(stored[:CRC_BYTES], "big"):
                return None
            layout = msgspec.msgpack.decode(stored[CRC_BYTES:], type=Layout)
            is_its = layout.end <= size_bytes and layout.tail_crc == self._tail_crc(layout.end)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None
        # both helpers must be of this file: somebody may have copied one of them alone
        return layout if is_its and self.is_whole(layout) else None

    def _tail_crc(self, end: int) -> int:
        """Of the file's bytes before a place."""
        if self._path is None:
            return 0
        with self._path.open("rb") as file:
            file.seek(max(0, end - TAIL_BYTES))
            return zlib.crc32(file.read(min(end, TAIL_BYTES)))

    def is_whole(self, layout: Layout) -> bool:
        """Whether the index is the one that a layout speaks of."""
        crc, length = 0, 0
        for piece in self.pieces(layout):
            crc, length = zlib.crc32(piece, crc), length + len(piece)
        return (length, crc) == (layout.index_bytes, layout.index_crc)

    def pieces(self, layout: Layout) -> Iterator[bytes]:
        """The index of a layout, piece by piece; shorter where it is not whole."""
        left = layout.index_bytes
        if self._index is not None:
            with contextlib.suppress(OSError), self._index.open("rb") as file:
                while left > 0 and (piece := file.read(min(left, PIECE_BYTES))):
                    left -= len(piece)
                    yield piece
        if left > 0 and self._waiting:
            yield bytes(self._waiting[:left])

    def delete(self) -> None:
        """The file is closed, its summary holds everything."""
        for path in (self._index, self._layout):
            if path is not None:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)

    def _spill(self) -> None:
        if self._index is None or not self._waiting:
            return
        # unbuffered: a buffer would write the rest of what was cut off again when the file is closed
        with open(self._index, "ab", buffering=0, opener=no_links) as file:
            start, rest = file.tell(), bytes(self._waiting)
            try:
                while rest:
                    rest = rest[file.write(rest) :]
            except OSError:
                file.truncate(start)
                raise
        self._waiting = bytearray()
