# SPDX-License-Identifier: Apache-2.0
"""Records of an MCAP file as they stand in it, each length looked at before it is believed. No I/O, any thread.

Layout: MCAP specification, "Records". Nothing above a bound is unpacked, whatever the file says of its sizes.
"""

from __future__ import annotations

import mmap
import struct
import threading
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import zstandard
from mcap.opcode import Opcode

MAX_CHUNK_BYTES = 64 * 1024 * 1024
"""Unpacked; a larger chunk is a bomb."""
HEAD = struct.Struct("<BQ")
"""Opcode and length of any record."""
MESSAGE_HEAD = struct.Struct("<HIQQ")
"""What a message begins with: channel, number, times of logging and publishing."""
MESSAGE_HEAD_BYTES = MESSAGE_HEAD.size
_CHUNK_HEAD = struct.Struct("<QQQII")
"""Times, size and checksum unpacked, length of the compression's name."""
_U64 = struct.Struct("<Q")


class Record(NamedTuple):
    """Where one record of a file or of a chunk stands."""

    opcode: int
    start: int
    """First byte of the record."""
    body: int
    """First byte of its content."""
    end: int


class ChunkHead(NamedTuple):
    """What a chunk says of itself, and where its content stands."""

    first_ns: int
    last_ns: int
    unpacked_bytes: int
    checksum: int
    """CRC-32 of the unpacked content; 0 for none."""
    compression: str
    """`zstd`, `lz4`, or empty."""
    begin: int
    end: int


def records(data: mmap.mmap | bytes, start: int, end: int) -> Iterator[Record]:
    """The records between two places, as far as they are whole."""
    place = start
    while end - place >= HEAD.size:
        opcode, length = HEAD.unpack_from(data, place)
        body = place + HEAD.size
        # no record has opcode 0 (MCAP specification, "Records"); zeros are what a power cut may leave
        if opcode == 0 or length > end - body:
            return
        yield Record(opcode, place, body, body + length)
        place = body + length


def chunk_head(data: mmap.mmap | bytes, record: Record) -> ChunkHead | None:
    """What a chunk record says of itself; None for one that contradicts itself."""
    place = record.body + _CHUNK_HEAD.size
    if place > record.end:
        return None
    first_ns, last_ns, size, checksum, name_bytes = _CHUNK_HEAD.unpack_from(data, record.body)
    begin = place + name_bytes + _U64.size
    # the names that are known have four letters at most
    if name_bytes > 8 or begin > record.end:
        return None
    compression = data[place : place + name_bytes].decode("ascii", "replace")
    (packed,) = _U64.unpack_from(data, place + name_bytes)
    if packed != record.end - begin:
        return None
    return ChunkHead(first_ns, last_ns, size, checksum, compression, begin, record.end)


def unpack(data: mmap.mmap | bytes, head: ChunkHead) -> bytes | None:
    """The records in a chunk; None when they can't be had or their checksum is wrong."""
    if head.unpacked_bytes > MAX_CHUNK_BYTES:
        return None
    try:
        content = _content(data[head.begin : head.end], head)
    # lz4 tells of damage by a RuntimeError
    except (zstandard.ZstdError, RuntimeError, ValueError, MemoryError):
        return None
    if content is None or len(content) != head.unpacked_bytes:
        return None
    if head.checksum and zlib.crc32(content) != head.checksum:
        return None
    return content


def content_of(data: mmap.mmap | bytes, start: int, end: int) -> bytes | None:
    """The records in the chunk that stands between two places of a file; None when they can't be had."""
    head = chunk_head(data, Record(Opcode.CHUNK, start, start + HEAD.size, end))
    return None if head is None else unpack(data, head)


def _content(packed: bytes, head: ChunkHead) -> bytes | None:
    if head.compression == "":
        return packed
    if head.compression == "zstd":
        return _zstd(packed, head.unpacked_bytes)
    if head.compression == "lz4":
        import lz4.frame

        unpacker = lz4.frame.LZ4FrameDecompressor()
        # a byte more than it claims: one that is larger is told by its length, and never unpacked as a whole
        return bytes(unpacker.decompress(packed, max_length=head.unpacked_bytes + 1))
    return None


class _Unpackers(threading.local):
    """One for each thread: to make one takes longer than to unpack a small chunk."""

    def __init__(self) -> None:
        # a frame may ask for a window of gigabytes
        self.zstd = zstandard.ZstdDecompressor(max_window_size=MAX_CHUNK_BYTES)


_unpackers = _Unpackers()


def _zstd(packed: bytes, size: int) -> bytes:
    unpacker = _unpackers.zstd
    if zstandard.frame_content_size(packed) == size:
        return unpacker.decompress(packed)
    # the frame's own word of its size is as little to be believed as ours
    return bytes(unpacker.stream_reader(packed).read(size + 1))
