# SPDX-License-Identifier: Apache-2.0
"""Finds out what is whole in an MCAP file that was not closed, and mends it. Any thread; reads and writes the file.

Every length comes from the file and may be a lie: nothing is believed that points beyond its end, and nothing above a
bound is unpacked.
"""

from __future__ import annotations

import io
import mmap
import struct
from pathlib import Path

import msgspec
from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.records import Channel, Chunk, ChunkIndex, Schema

from groundstation.logs.log import LogError
from groundstation.logs.mcap.chunk_ledger import ChunkLedger, Layout
from groundstation.logs.mcap.mcap_file import MAGIC, McapFile, chunk_records, index_record, note_times
from groundstation.logs.mcap.mcap_records import HEAD, MESSAGE_HEAD, MESSAGE_HEAD_BYTES, Record, content_of, records
from groundstation.logs.own_files import no_links

_INDEX_HEAD = struct.Struct("<HI")
"""Channel, bytes of entries; an entry has 16."""
TORN_BYTES = 8 * 1024 * 1024
"""What a power cut may have left in pieces: more than is written in the second between two syncs."""
SETTLE_AT_ONCE = 2_000
"""Chunks that are kept as objects at least."""


class Mended(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file that was not closed."""

    layout: Layout
    """What is whole in it."""
    lost_bytes: int
    """Bytes behind the last whole chunk."""
    was_closed: bool
    """True for a file that needed nothing."""


def read_chunk(data: mmap.mmap | bytes, record: Record) -> Chunk | None:
    """A chunk record; None for one that contradicts itself."""
    try:
        chunk: Chunk = Chunk.read(ReadDataStream(io.BytesIO(data[record.body : record.end])))
    except (McapError, ValueError, struct.error, UnicodeDecodeError):
        return None
    return chunk


class _Scan:
    """Goes through a file of ours: schemas and channels stand before the chunks, so that nothing is unpacked."""

    def __init__(self, data: mmap.mmap | bytes, layout: Layout) -> None:
        """Begin.

        Args:
            data: the file from its beginning.
            layout: what is known to be whole; grows by what is found whole behind it.
        """
        self.data, self.layout = data, layout
        self.settled = bytearray()
        """Index records of chunks that no cut can have harmed."""
        self.recent: list[ChunkIndex] = []
        """Chunks of the last megabytes."""
        self.is_closed = False

    def run(self) -> None:
        """Look at every record; the layout then ends behind the last whole chunk and its index."""
        layout, data = self.layout, self.data
        pending: ChunkIndex | None = None
        for record in records(data, layout.end, len(data)):
            if record.opcode == Opcode.MESSAGE_INDEX:
                if pending is not None:
                    _take_index(layout, pending, data, record)
                    layout.end = record.end
                continue
            if record.opcode == Opcode.DATA_END:
                # DATA_END alone is no proof: the power may have gone while the summary was written
                self.is_closed = data[-len(MAGIC) :] == MAGIC and len(data) > record.end
                break
            if record.opcode == Opcode.CHUNK:
                pending = _chunk_index(data, record)
                if pending is None:
                    break
                self._settle(record.start)
                self.recent.append(pending)
            else:
                _take_record(layout, data, record)
            layout.end = record.end

    def _settle(self, place: int) -> None:
        """Chunks so far before the end of the file are kept as bytes: a day of them as objects would not fit."""
        if place < len(self.data) - 2 * TORN_BYTES and len(self.recent) > SETTLE_AT_ONCE:
            for one in self.recent:
                self._take(one)
            self.recent.clear()

    def _take(self, index: ChunkIndex) -> None:
        note_times(self.layout, index)
        self.settled += index_record(index)

    def believe(self) -> bytes:
        """Drop chunks at the end that a power cut left torn; make the index of the last one where it is not whole.

        Returns:
            The index records to be written behind the layout's end.
        """
        # only what was written last is unpacked: all of a long flight would take minutes
        first_looked_at = self.layout.end - TORN_BYTES
        for number, chunk in enumerate(self.recent):
            if chunk.chunk_start_offset >= first_looked_at and not _is_whole(chunk, self.data):
                self._drop_from(number)
                break
        return self._index_of_last() if self.recent else b""

    def finish(self) -> bytes:
        """Index records of everything found."""
        for one in self.recent:
            self._take(one)
        self.recent.clear()
        return bytes(self.settled)

    def _drop_from(self, number: int) -> None:
        for chunk in self.recent[number:]:
            self._uncount(chunk)
        self.layout.end = self.recent[number].chunk_start_offset
        del self.recent[number:]

    def _uncount(self, chunk: ChunkIndex) -> None:
        for channel_id, place in chunk.message_index_offsets.items():
            _, size = _INDEX_HEAD.unpack_from(self.data, place + HEAD.size)
            self.layout.counts[channel_id] -= size // 16

    def _index_of_last(self) -> bytes:
        """The last chunk's index made anew from its messages, unless it is there as it should be."""
        layout, last = self.layout, self.recent[-1]
        start, end = last.chunk_start_offset, last.chunk_start_offset + last.chunk_length
        chunk = read_chunk(self.data, Record(Opcode.CHUNK, start, start + HEAD.size, end))
        content = content_of(self.data, start, end)
        if chunk is None or content is None:
            return b""
        indexes: dict[int, list[tuple[int, int]]] = {}
        for inner in records(content, 0, len(content)):
            if inner.opcode == Opcode.MESSAGE and inner.end - inner.body >= MESSAGE_HEAD_BYTES:
                channel_id, _, log_ns, _ = MESSAGE_HEAD.unpack_from(content, inner.body)
                indexes.setdefault(channel_id, []).append((log_ns, inner.start))
        # each channel of it has its index: nothing is missing
        if set(indexes) == set(last.message_index_offsets):
            return b""
        self._uncount(last)
        for channel_id, entries in indexes.items():
            layout.counts[channel_id] = layout.counts.get(channel_id, 0) + len(entries)
        layout.end = end
        whole, self.recent[-1] = chunk_records(chunk, indexes, start)
        return whole[last.chunk_length :]


def _chunk_index(data: mmap.mmap | bytes, record: Record) -> ChunkIndex | None:
    """The index entry of a chunk without unpacking it; None for one that contradicts itself."""
    chunk = read_chunk(data, record)
    if chunk is None:
        return None
    return ChunkIndex(
        message_start_time=chunk.message_start_time,
        message_end_time=chunk.message_end_time,
        chunk_start_offset=record.start,
        chunk_length=record.end - record.start,
        message_index_offsets={},
        message_index_length=0,
        compression=chunk.compression,
        compressed_size=len(chunk.data),
        uncompressed_size=chunk.uncompressed_size,
    )


def _take_index(layout: Layout, chunk: ChunkIndex, data: mmap.mmap | bytes, record: Record) -> None:
    if record.end - record.body < _INDEX_HEAD.size:
        return
    channel_id, size = _INDEX_HEAD.unpack_from(data, record.body)
    chunk.message_index_offsets[channel_id] = record.start
    chunk.message_index_length += record.end - record.start
    layout.counts[channel_id] = layout.counts.get(channel_id, 0) + size // 16


def _take_record(layout: Layout, data: mmap.mmap | bytes, record: Record) -> None:
    stream = ReadDataStream(io.BytesIO(data[record.body : record.end]))
    try:
        if record.opcode == Opcode.SCHEMA:
            schema = Schema.read(stream)
            layout.schemas[schema.id] = schema
        elif record.opcode == Opcode.CHANNEL:
            channel = Channel.read(stream)
            layout.channels[channel.id] = channel
    except (McapError, ValueError, struct.error, UnicodeDecodeError):
        return


def _is_whole(entry: ChunkIndex, data: mmap.mmap | bytes) -> bool:
    start = entry.chunk_start_offset
    return content_of(data, start, start + entry.chunk_length) is not None


def mend(path: Path, *, close: bool) -> Mended:
    """Cut a file behind its last whole chunk.

    Args:
        path: the file.
        close: write its summary too; else it is left open for going on with `McapFile(path, layout)`.

    Raises:
        LogError: it is no MCAP file.
        OSError: it can't be read or written.
    """
    size = path.stat().st_size
    if size == 0:
        raise LogError(f"{path.name} is empty")
    ledger = ChunkLedger(path)
    with open(path, "r+b", opener=no_links) as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[: len(MAGIC)] != MAGIC:
            raise LogError("this is no MCAP file")
        # from the last checkpoint, so that a long recording is not gone through from its beginning
        scan = _Scan(data, ledger.last_checkpoint(size) or Layout(end=len(MAGIC)))
        scan.run()
        tail = b"" if scan.is_closed else scan.believe()
    if scan.is_closed and close:
        ledger.delete()
        return Mended(layout=scan.layout, lost_bytes=0, was_closed=True)
    return _cut(path, ledger, scan, tail, size, close=close)


def _cut(path: Path, ledger: ChunkLedger, scan: _Scan, tail: bytes, size: int, *, close: bool) -> Mended:
    """Take off what is not whole, and put the helpers in order."""
    layout = scan.layout
    kept = layout.index_bytes
    lost_bytes = 0 if scan.is_closed else max(0, size - layout.end)
    with open(path, "r+b", opener=no_links) as file:
        # cut before anything is added: half a chunk in the middle would hide all that comes behind it
        file.truncate(layout.end)
        if tail:
            file.seek(layout.end)
            file.write(tail)
            layout.end += len(tail)
    ledger.restart(layout, kept, scan.finish())
    if close:
        McapFile(path, layout, is_live=True).close()
    return Mended(layout=layout, lost_bytes=lost_bytes, was_closed=scan.is_closed)
