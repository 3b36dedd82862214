# SPDX-License-Identifier: Apache-2.0
"""Writes one MCAP file so that a cut at any moment costs a quarter of a second at most. One thread.

Messages gather in a chunk; `flush` gives it to the system in one piece, `sync` to the disk, `close` adds summary and
index. A file that was cut is gone on with, see `mcap_scan.py`. Records are those of the library `mcap`; layout: MCAP
specification, "File Structure".
"""

from __future__ import annotations

import errno
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import zstandard
from mcap.data_stream import RecordBuilder
from mcap.opcode import Opcode
from mcap.records import Channel, Chunk, ChunkIndex, DataEnd, Footer, Header, MessageIndex, Schema, Statistics
from mcap.records import SummaryOffset as Group

from groundstation import __version__
from groundstation.logs.mcap.chunk_ledger import ChunkLedger, Layout

MAGIC = b"\x89MCAP0\r\n"
PROFILE = ""
LIBRARY = f"groundstation {__version__}"
CHUNK_BYTES = 64 * 1024
"""A chunk is given to the system before it grows beyond; one larger message makes a larger chunk."""
CHECKPOINT_CHUNKS = 256
"""A minute or so: what a later life would have to look through again."""
MAX_CHANNELS = 60_000
"""Channel ids have 16 bits."""
MAX_NS = (1 << 63) - 1
"""Readers take times for signed numbers; a clock may show anything."""
_MESSAGE = struct.Struct("<BQHIQQ")
_MESSAGE_HEAD = 22
"""Bytes of a message record before its data: channel, sequence, two times."""
_FOOTER = struct.Struct("<BQQQ")


class IndexGoneError(OSError):
    """What stood beside a file was taken away while it was written; it can be made anew from the file."""


class McapFile:
    """One file that is being written."""

    def __init__(
        self,
        path: Path,
        layout: Layout | None = None,
        *,
        is_live: bool = False,
        compressor: zstandard.ZstdCompressor | None = None,
    ) -> None:
        """Begin a file, or go on in one.

        Args:
            path: where; must not exist yet, or end where `layout` ends.
            layout: what is in it, from `mcap_scan.mend`; None for a new file.
            is_live: for a file that grows for a day: the index of its chunks is kept on disk, see `chunk_ledger.py`.
            compressor: shared by files that one thread writes, since each takes a megabyte; None for one of its own.

        Raises:
            OSError: the disk says no.
        """
        self.path = path
        self.layout = layout or Layout()
        # no link that somebody put there is followed, and a new file takes the place of none, see `own_files.py`
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
        self._file = os.open(path, flags | (0 if layout is not None else os.O_EXCL), 0o644)
        self._compressor = compressor or zstandard.ZstdCompressor(level=3)
        self.ledger = ChunkLedger(path if is_live else None)
        self._checkpoint_at = self.layout.chunks + CHECKPOINT_CHUNKS
        self._channel_ids = {
            (one.topic, one.message_encoding, one.schema_id, tuple(sorted(one.metadata.items()))): number
            for number, one in self.layout.channels.items()
        }
        self._schema_ids = {(one.name, one.data): number for number, one in self.layout.schemas.items()}
        self._heads = bytearray()
        """Schemas and channels, written before the chunk, not in it: a scan need not unpack anything."""
        self._begin_chunk()
        self._is_dirty = False
        try:
            if layout is None:
                builder = RecordBuilder()
                Header(PROFILE, LIBRARY).write(builder)
                self._append(MAGIC + _taken(builder))
                self.ledger.delete()
            else:
                # behind it stands half a record, or the summary of a closed file, which is made anew at the end
                os.ftruncate(self._file, layout.end)
        except OSError:
            os.close(self._file)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def size_bytes(self) -> int:
        """Bytes of the file, and of the chunk that is not written yet."""
        return self.layout.end + len(self._heads) + len(self._chunk)

    @property
    def has_waiting(self) -> bool:
        """Whether messages wait for `flush`."""
        return bool(self._indexes)

    def schema(self, name: str, encoding: str, data: bytes) -> int:
        """Id of a schema, written where it is first used."""
        key = (name, data)
        known = self._schema_ids.get(key)
        if known is None:
            known = self._schema_ids[key] = len(self._schema_ids) + 1
            self.layout.schemas[known] = Schema(id=known, data=data, encoding=encoding, name=name)
            self._put(self.layout.schemas[known])
        return known

    def channel(self, topic: str, encoding: str, metadata: dict[str, str], schema_id: int = 0) -> int:
        """Id of a channel, written where it is first used.

        Args:
            topic: any text.
            encoding: of its messages, as `json`.
            metadata: tells channels of one topic apart.
            schema_id: of `schema`; 0 for none.

        Raises:
            ValueError: there are more channels than a file can have.
        """
        key = (topic, encoding, schema_id, tuple(sorted(metadata.items())))
        known = self._channel_ids.get(key)
        if known is None:
            if len(self._channel_ids) >= MAX_CHANNELS:
                raise ValueError("a file can't have more channels")
            known = self._channel_ids[key] = len(self._channel_ids) + 1
            one = Channel(id=known, topic=topic, message_encoding=encoding, metadata=metadata, schema_id=schema_id)
            self.layout.channels[known] = one
            self._put(one)
        return known

    def add(self, channel_id: int, log_ns: int, publish_ns: int, sequence: int, data: bytes) -> None:
        """Add a message; writes the chunk before it when that is full.

        Args:
            channel_id: of `channel`.
            log_ns: when it was received, nanoseconds since 1970.
            publish_ns: when it was sent, nanoseconds since 1970.
            sequence: its number, cut to 32 bits.
            data: the payload.

        Raises:
            OSError: the disk did not take the chunk before it; nothing is lost, call again.
        """
        log_ns, publish_ns = (min(max(one, 0), MAX_NS) for one in (log_ns, publish_ns))
        if self._indexes and len(self._chunk) + len(data) + _MESSAGE.size > CHUNK_BYTES:
            self.flush()
        if not self._indexes:
            self._first_ns = self._last_ns = log_ns
        self._first_ns, self._last_ns = min(self._first_ns, log_ns), max(self._last_ns, log_ns)
        self._indexes.setdefault(channel_id, []).append((log_ns, len(self._chunk)))
        size = _MESSAGE_HEAD + len(data)
        self._chunk += _MESSAGE.pack(Opcode.MESSAGE, size, channel_id, sequence & 0xFFFF_FFFF, log_ns, publish_ns)
        self._chunk += data

    def flush(self) -> None:
        """Give the chunk to the system.

        Raises:
            OSError: the disk does not take it; the file is as before, and the chunk is kept for another try.
        """
        if not self._indexes:
            return
        data = bytes(self._chunk)
        chunk = Chunk(
            compression="zstd",
            data=self._compressor.compress(data),
            message_start_time=self._first_ns,
            message_end_time=self._last_ns,
            uncompressed_crc=zlib.crc32(data),
            uncompressed_size=len(data),
        )
        records, index = chunk_records(chunk, self._indexes, self.layout.end + len(self._heads))
        # in one write: a cut between them would leave messages of a channel that nobody defined
        self._append(bytes(self._heads) + records)
        self._heads.clear()
        note_chunk(self.layout, self.ledger, index)
        for channel_id, entries in self._indexes.items():
            self.layout.counts[channel_id] = self.layout.counts.get(channel_id, 0) + len(entries)
        self._begin_chunk()

    def sync(self) -> None:
        """Have the disk keep what was flushed.

        Raises:
            OSError: it does not.
        """
        if self._is_dirty:
            os.fsync(self._file)
            self._is_dirty = False
        if self.layout.chunks >= self._checkpoint_at:
            self._checkpoint_at = self.layout.chunks + CHECKPOINT_CHUNKS
            self.ledger.checkpoint(self.layout)

    def close(self) -> None:
        """Write what waits, the summary and the index, and close.

        Raises:
            IndexGoneError: the index beside the file is gone; the file can be mended.
            OSError: the disk does not take it; the file ends with its last whole chunk and can be mended.
        """
        try:
            self.flush()
            # out of half of an index a summary would be made that hides chunks
            if not self.ledger.is_whole(self.layout):
                raise IndexGoneError(errno.EIO, "the index beside it is gone or damaged", str(self.path))
            self._append(*closing_records(self.layout, self.ledger))
            if self._is_dirty:
                os.fsync(self._file)
        finally:
            os.close(self._file)
        self.ledger.delete()

    def abandon(self) -> None:
        """Close the file as it is, without a summary; it can be gone on with."""
        os.close(self._file)

    def _begin_chunk(self) -> None:
        self._chunk = bytearray()
        self._indexes: dict[int, list[tuple[int, int]]] = {}
        self._first_ns = self._last_ns = 0

    def _put(self, record: Schema | Channel) -> None:
        builder = RecordBuilder()
        record.write(builder)
        self._heads += _taken(builder)

    def _append(self, *pieces: bytes) -> None:
        """All of it or nothing: what a full disk took of it is cut off again."""
        place = self.layout.end
        try:
            for piece in pieces:
                view = memoryview(piece)
                while view:
                    # at a place and not behind what is there: the next try writes over one that failed half-way
                    written = os.pwrite(self._file, view, place)
                    view, place = view[written:], place + written
        except OSError:
            os.ftruncate(self._file, self.layout.end)
            raise
        self.layout.end = place
        self._is_dirty = True


def note_chunk(layout: Layout, ledger: ChunkLedger, index: ChunkIndex) -> None:
    """One more chunk is in a file; its messages are counted by the caller."""
    note_times(layout, index)
    ledger.put(layout, index_record(index))


def index_record(index: ChunkIndex) -> bytes:
    """The record of a chunk's index."""
    builder = RecordBuilder()
    index.write(builder)
    return _taken(builder)


def note_times(layout: Layout, index: ChunkIndex) -> None:
    """Count a chunk, and let the times of its messages widen those of the file."""
    layout.chunks += 1
    first_ns, last_ns = index.message_start_time, index.message_end_time
    layout.first_ns = first_ns if layout.first_ns is None else min(layout.first_ns, first_ns)
    layout.last_ns = last_ns if layout.last_ns is None else max(layout.last_ns, last_ns)


def chunk_records(chunk: Chunk, indexes: dict[int, list[tuple[int, int]]], start: int) -> tuple[bytes, ChunkIndex]:
    """A chunk and the index of its messages as they stand in the file.

    Args:
        chunk: the chunk.
        indexes: time and offset of each of its messages by channel.
        start: where in the file it begins.
    """
    builder = RecordBuilder()
    chunk.write(builder)
    length = builder.count
    offsets = {}
    for channel_id, entries in indexes.items():
        offsets[channel_id] = start + builder.count
        # readers search it by time; late messages come out of turn
        MessageIndex(channel_id=channel_id, records=sorted(entries)).write(builder)
    index = ChunkIndex(
        message_start_time=chunk.message_start_time,
        message_end_time=chunk.message_end_time,
        chunk_start_offset=start,
        chunk_length=length,
        message_index_offsets=offsets,
        message_index_length=builder.count - length,
        compression=chunk.compression,
        compressed_size=len(chunk.data),
        uncompressed_size=chunk.uncompressed_size,
    )
    return _taken(builder), index


def closing_records(layout: Layout, ledger: ChunkLedger) -> Iterator[bytes]:
    """What ends a file, piece by piece: end of data, schemas and channels once more, statistics, index, footer."""
    end = RecordBuilder()
    # 0: no checksum of the data, since each chunk has its own (MCAP specification, "Data End")
    DataEnd(0).write(end)
    data_end = _taken(end)
    start = layout.end + len(data_end)
    summary = RecordBuilder()
    groups: list[Group] = []
    for opcode, records in (
        (Opcode.SCHEMA, list(layout.schemas.values())),
        (Opcode.CHANNEL, list(layout.channels.values())),
        (Opcode.STATISTICS, [_statistics(layout)]),
    ):
        begin = summary.count
        for record in records:
            record.write(summary)
        if summary.count > begin:
            groups.append(Group(group_opcode=opcode, group_start=start + begin, group_length=summary.count - begin))
    head = _taken(summary)
    crc = zlib.crc32(head)
    yield data_end + head
    if layout.index_bytes:
        place = start + len(head)
        groups.append(Group(group_opcode=Opcode.CHUNK_INDEX, group_start=place, group_length=layout.index_bytes))
    for piece in ledger.pieces(layout):
        crc = zlib.crc32(piece, crc)
        yield piece
    offsets = RecordBuilder()
    for group in groups:
        group.write(offsets)
    tail = _taken(offsets)
    offset_start = start + len(head) + layout.index_bytes
    # up to the checksum itself the footer belongs to it (MCAP specification, "Footer")
    crc = zlib.crc32(_FOOTER.pack(Opcode.FOOTER, 20, start, offset_start), zlib.crc32(tail, crc))
    footer = RecordBuilder()
    Footer(summary_start=start, summary_offset_start=offset_start, summary_crc=crc).write(footer)
    yield tail + _taken(footer) + MAGIC


def _statistics(layout: Layout) -> Statistics:
    return Statistics(
        attachment_count=0,
        channel_count=len(layout.channels),
        channel_message_counts=dict(layout.counts),
        chunk_count=layout.chunks,
        message_count=layout.messages,
        metadata_count=0,
        message_start_time=layout.first_ns or 0,
        message_end_time=layout.last_ns or 0,
        schema_count=len(layout.schemas),
    )


def _taken(builder: RecordBuilder) -> bytes:
    """What was built; the library leaves the type out."""
    built: bytes = builder.end()  # type: ignore[no-untyped-call]
    return built
