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

from groundstation.recording.log import LogError
from groundstation.recording.mcap_file import MAGIC, Layout, McapFile, chunk_records
from groundstation.recording.mcap_records import HEAD, MESSAGE_HEAD, MESSAGE_HEAD_BYTES, Record, content_of, records

_INDEX_HEAD = struct.Struct("<HI")
"""Channel, bytes of entries; an entry has 16."""
TORN_BYTES = 8 * 1024 * 1024
"""What a power cut may have left in pieces: more than is written in the second between two syncs."""


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


def scan(data: mmap.mmap | bytes) -> tuple[Layout, bool]:
    """What is whole in a file of ours: schemas and channels stand before the chunks, so that nothing is unpacked.

    Args:
        data: the file from its beginning.

    Returns:
        The layout, and whether the file was closed. The layout ends behind the last whole chunk and its index.

    Raises:
        LogError: it does not begin like an MCAP file.
    """
    if data[: len(MAGIC)] != MAGIC:
        raise LogError("this is no MCAP file")
    layout, is_closed = Layout(end=len(MAGIC)), False
    pending: ChunkIndex | None = None
    for record in records(data, len(MAGIC), len(data)):
        if record.opcode == Opcode.MESSAGE_INDEX:
            if pending is not None:
                _take_index(layout, pending, data, record)
                layout.end = record.end
            continue
        if record.opcode == Opcode.DATA_END:
            is_closed = data[-len(MAGIC) :] == MAGIC and len(data) > record.end
            break
        if record.opcode == Opcode.CHUNK:
            pending = _chunk_index(data, record)
            if pending is None:
                break
            layout.chunks.append(pending)
        else:
            _take_record(layout, data, record)
        layout.end = record.end
    return layout, is_closed


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


def _believed(layout: Layout, data: mmap.mmap | bytes) -> bytes:
    """Drop chunks at the end that a power cut left torn, and make the index of the last one where it is not whole.

    Returns:
        The index records to be written behind the layout's end.
    """
    first_looked_at = layout.end - TORN_BYTES
    for number, chunk in enumerate(layout.chunks):
        if chunk.chunk_start_offset >= first_looked_at and not _is_whole(chunk, data):
            _drop_from(layout, number, data)
            break
    if not layout.chunks:
        return b""
    return _index_of_last(layout, data)


def _is_whole(entry: ChunkIndex, data: mmap.mmap | bytes) -> bool:
    start = entry.chunk_start_offset
    return content_of(data, start, start + entry.chunk_length) is not None


def _drop_from(layout: Layout, number: int, data: mmap.mmap | bytes) -> None:
    for chunk in layout.chunks[number:]:
        for channel_id, place in chunk.message_index_offsets.items():
            _, size = _INDEX_HEAD.unpack_from(data, place + HEAD.size)
            layout.counts[channel_id] -= size // 16
    layout.end = layout.chunks[number].chunk_start_offset
    del layout.chunks[number:]


def _index_of_last(layout: Layout, data: mmap.mmap | bytes) -> bytes:
    """The last chunk's index made anew from its messages, unless it is there as it should be."""
    last = layout.chunks[-1]
    start, end = last.chunk_start_offset, last.chunk_start_offset + last.chunk_length
    chunk = read_chunk(data, Record(Opcode.CHUNK, start, start + HEAD.size, end))
    content = content_of(data, start, end)
    if chunk is None or content is None:
        return b""
    indexes: dict[int, list[tuple[int, int]]] = {}
    for inner in records(content, 0, len(content)):
        if inner.opcode == Opcode.MESSAGE and inner.end - inner.body >= MESSAGE_HEAD_BYTES:
            channel_id, _, log_ns, _ = MESSAGE_HEAD.unpack_from(content, inner.body)
            indexes.setdefault(channel_id, []).append((log_ns, inner.start))
    if set(indexes) == set(last.message_index_offsets):
        return b""
    for channel_id, place in last.message_index_offsets.items():
        _, size = _INDEX_HEAD.unpack_from(data, place + HEAD.size)
        layout.counts[channel_id] -= size // 16
    for channel_id, entries in indexes.items():
        layout.counts[channel_id] = layout.counts.get(channel_id, 0) + len(entries)
    layout.end = end
    whole, layout.chunks[-1] = chunk_records(chunk, indexes, start)
    return whole[last.chunk_length :]


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
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        layout, was_closed = scan(data)
        tail = b"" if was_closed else _believed(layout, data)
    if was_closed and close:
        return Mended(layout=layout, lost_bytes=0, was_closed=True)
    lost_bytes = 0 if was_closed else max(0, size - layout.end)
    with path.open("r+b") as file:
        file.truncate(layout.end)
        if tail:
            file.seek(layout.end)
            file.write(tail)
            layout.end += len(tail)
    if close:
        McapFile(path, layout).close()
    return Mended(layout=layout, lost_bytes=lost_bytes, was_closed=was_closed)
