# SPDX-License-Identifier: Apache-2.0
"""The last minutes of a recorded file, found from its end, also while it is written. Any thread; reads only.

A session of hours is not gone through: where the last minutes begin is found by looking at single heads of chunks,
ever further from the end; only chunks behind that are unpacked. Nothing is mapped, since a recorder that starts again
cuts a file behind its last whole chunk, and a map would take this process along.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from mcap.opcode import Opcode
from mcap.records import Channel

from groundstation.logs.log import LogError
from groundstation.logs.mcap.chunk_ledger import ChunkLedger
from groundstation.logs.mcap.mcap_file import MAGIC
from groundstation.logs.mcap.mcap_records import (
    HEAD,
    MESSAGE_HEAD,
    MESSAGE_HEAD_BYTES,
    ChunkHead,
    Record,
    chunk_head,
    records,
    unpack,
)
from groundstation.logs.readers.mcap_index import CHUNK_PATTERN, MAX_NS, MIN_NS, definition

PROBE_BYTES = 256 * 1024
MAX_TAIL_BYTES = 32 * 1024 * 1024
"""Of one file that are looked into: ten minutes of a vehicle are a tenth of it. A faster file gives less time."""
MAX_UNPACKED_BYTES = 128 * 1024 * 1024
MAX_KEPT_BYTES = 32 * 1024 * 1024
"""Messages of one file that are handed over, the newest."""
DEFINITIONS_BYTES = 4 * 1024 * 1024
"""Where nothing tells which channels a file has, they are looked for in its beginning."""
OVERHEAD_BYTES = 200
"""What Python adds to a message, about."""
_FOOTER = struct.Struct("<BQQQ")
_FOOTER_BYTES = _FOOTER.size + 4 + len(MAGIC)


class RecentMessage(NamedTuple):
    """One recorded message."""

    log_ns: int
    """When it was received, by the recorder's clock, nanoseconds since 1970."""
    topic: str
    is_late: bool
    """Sent again: its time is that of its writing."""
    is_retained: bool
    """The broker had kept it: of unknown age."""
    data: bytes


class _Wanted(NamedTuple):
    topic: str
    is_late: bool
    is_retained: bool


def recent_messages(
    path: Path, back_s: float, is_wanted: Callable[[str], bool], goes_on: Callable[[], bool]
) -> list[RecentMessage]:
    """The messages of the last minutes of a file, by time.

    Args:
        path: of a recorded file, whole, growing or cut.
        back_s: how many seconds before its newest message.
        is_wanted: told a topic; whether its messages are.
        goes_on: asked at each chunk; False ends the work early, with nothing.

    Returns:
        They are ascending in time. What is damaged is left out.

    Raises:
        LogError: it is no such file, or it can't be read.
    """
    try:
        with path.open("rb") as file:
            # asked once: a recorder goes on writing behind it meanwhile
            size = os.fstat(file.fileno()).st_size
            if size < len(MAGIC):
                return []  # its recorder has just begun it
            if file.read(len(MAGIC)) != MAGIC:
                raise LogError(f"{path} is no MCAP file; its past is not shown")
            end, channels = _definitions(file, path, size)
            newest_ns = _newest_ns(file, end)
            if newest_ns is None:
                return []
            begin_ns = newest_ns - int(back_s * 1e9)
            start = _start(file, end, begin_ns)
            file.seek(start)
            tail = file.read(end - start)
    except OSError as error:
        raise LogError(f"{path} can't be read ({error.strerror or error}); its past is not shown") from error
    chunks = list(_chunks(tail, channels))
    wanted = {number: found for number, one in channels.items() if (found := _wanted(one, is_wanted)) is not None}
    return _messages(tail, chunks, begin_ns, wanted, goes_on)


def _definitions(file: BinaryIO, path: Path, size: int) -> tuple[int, dict[int, Channel]]:
    """Where the chunks end, and the channels that are known without going through them."""
    place = _summary_start(file, size)
    if place is not None:
        return place, _channels_in(_read(file, place, min(size, place + DEFINITIONS_BYTES)))
    layout = ChunkLedger(path).last_checkpoint(size)
    if layout is not None:
        # what was new behind the checkpoint stands in the last minute, which is read anyway
        return size, dict(layout.channels)
    return size, _channels_in(_read(file, len(MAGIC), min(size, DEFINITIONS_BYTES)))


def _summary_start(file: BinaryIO, size: int) -> int | None:
    """Where the summary of a closed file begins; None for one that has none."""
    if size < _FOOTER_BYTES + len(MAGIC):
        return None
    foot = _read(file, size - _FOOTER_BYTES, size)
    if len(foot) < _FOOTER_BYTES or not foot.endswith(MAGIC):
        return None
    opcode, _, start, _ = _FOOTER.unpack_from(foot, 0)
    return start if opcode == Opcode.FOOTER and len(MAGIC) <= start <= size - _FOOTER_BYTES else None


def _channels_in(data: bytes) -> dict[int, Channel]:
    found: dict[int, Channel] = {}
    for record in records(data, 0, len(data)):
        _learn(found, data, record)
    return found


def _learn(channels: dict[int, Channel], data: bytes, record: Record) -> None:
    if record.opcode == Opcode.CHANNEL:
        channel = definition(data, record)
        if isinstance(channel, Channel):
            channels.setdefault(channel.id, channel)


def _newest_ns(file: BinaryIO, end: int) -> int | None:
    """When the newest message came, by the last chunks; None where no chunk is found."""
    length = PROBE_BYTES
    while True:
        begin = max(len(MAGIC), end - length)
        data = _read(file, begin, end)
        times = [head.last_ns for _, head in _heads(data, 0, len(data))]
        if times:
            return max(times)
        if begin == len(MAGIC) or length >= MAX_TAIL_BYTES:
            return None
        length *= 4


def _start(file: BinaryIO, end: int, begin_ns: int) -> int:
    """The beginning of a chunk that is older than a time, or as far from the end as is looked."""
    length = PROBE_BYTES
    while True:
        begin = max(len(MAGIC), end - min(length, MAX_TAIL_BYTES))
        data = _read(file, begin, min(end, begin + PROBE_BYTES))
        first = next(_heads(data, 0, end - begin), None)
        is_far = begin == len(MAGIC) or length >= MAX_TAIL_BYTES
        if is_far or (first is not None and first[1].last_ns < begin_ns):
            # the records before the first chunk of a file are definitions
            return begin if first is None or begin == len(MAGIC) else begin + first[0]
        length *= 2


def _heads(data: bytes, place: int, size: int) -> Iterator[tuple[int, ChunkHead]]:
    """Chunks from a place on, wherever they are: what they say of themselves, nothing unpacked.

    Args:
        data: a part of a file.
        place: in it.
        size: how far the file goes, counted from where `data` begins: the last chunk may be longer than `data`.
    """
    while (found := CHUNK_PATTERN.search(data, place)) is not None:
        head = _head_at(data, found.start(), size)
        if head is not None:
            yield found.start(), head
        place = found.start() + 1 if head is None else head.end


def _head_at(data: bytes, place: int, size: int) -> ChunkHead | None:
    _, length = HEAD.unpack_from(data, place)
    body = place + HEAD.size
    if length > size - body:
        return None
    head = chunk_head(data, Record(Opcode.CHUNK, place, body, body + length))
    return head if head is not None and MIN_NS <= head.first_ns <= head.last_ns < MAX_NS else None


def _chunks(data: bytes, channels: dict[int, Channel]) -> Iterator[ChunkHead]:
    """The chunks of a tail in order; channels that stand between them are learnt."""
    place = 0
    while place < len(data):
        for record in records(data, place, len(data)):
            place = record.end
            if record.opcode == Opcode.CHUNK:
                head = _head_at(data, record.start, len(data))
                if head is not None:
                    yield head
            else:
                _learn(channels, data, record)
        following = next(_heads(data, place, len(data)), None)
        if following is None:
            return
        place = following[0]


def _wanted(channel: Channel, is_wanted: Callable[[str], bool]) -> _Wanted | None:
    if not is_wanted(channel.topic):
        return None
    told = channel.metadata
    return _Wanted(channel.topic, told.get("late") == "true", told.get("retain") == "true")


def _messages(
    data: bytes, chunks: list[ChunkHead], begin_ns: int, wanted: dict[int, _Wanted], goes_on: Callable[[], bool]
) -> list[RecentMessage]:
    found: list[RecentMessage] = []
    unpacked = kept = 0
    # the newest first, so that the oldest are left out where there is too much
    for head in reversed(chunks):
        if not goes_on():
            return []
        if head.last_ns < begin_ns:
            continue
        unpacked += head.unpacked_bytes
        if unpacked > MAX_UNPACKED_BYTES or kept > MAX_KEPT_BYTES:
            break
        for one in _in_chunk(unpack(data, head) or b"", wanted):
            if one.log_ns >= begin_ns:
                found.append(one)
                kept += len(one.data) + OVERHEAD_BYTES
    # by time alone: what came in one moment keeps no order of its own
    return sorted(found, key=lambda one: one.log_ns)


def _in_chunk(content: bytes, wanted: dict[int, _Wanted]) -> Iterator[RecentMessage]:
    for record in records(content, 0, len(content)):
        if record.opcode != Opcode.MESSAGE or record.end - record.body < MESSAGE_HEAD_BYTES:
            continue
        channel_id, _, log_ns, _ = MESSAGE_HEAD.unpack_from(content, record.body)
        one = wanted.get(channel_id)
        # a time that counts from a start can't be placed among the others
        if one is not None and MIN_NS <= log_ns < MAX_NS:
            data = content[record.body + MESSAGE_HEAD_BYTES : record.end]
            yield RecentMessage(log_ns, one.topic, one.is_late, one.is_retained, data)


def _read(file: BinaryIO, begin: int, end: int) -> bytes:
    file.seek(begin)
    return file.read(max(0, end - begin))
