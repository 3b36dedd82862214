# SPDX-License-Identifier: Apache-2.0
"""Messages of a recorded file from one place to another, also while it is written. One thread; reads only.

Nothing is mapped: a recorder that starts again cuts a file behind its last whole chunk, and a map would take this
process along.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mcap.opcode import Opcode
from mcap.records import Channel

from groundstation.logs.log import LogError
from groundstation.logs.mcap.chunk_ledger import ChunkLedger
from groundstation.logs.mcap.mcap_file import MAGIC
from groundstation.logs.mcap.mcap_records import (
    HEAD,
    MESSAGE_HEAD,
    MESSAGE_HEAD_BYTES,
    Record,
    chunk_head,
    records,
    unpack,
)
from groundstation.logs.readers.mcap_index import CHUNK_PATTERN, MAX_NS, MIN_NS, definition
from groundstation.recording.keyframes import Taken
from groundstation.recording.seek_files import expect
from groundstation.transport import topics

PIECE_BYTES = 256 * 1024
"""Read at a time: a seek waits for a piece of what is read for plots."""
SPARE_BYTES = 4096
"""Behind what is asked for: the chunk that begins before its end is mostly smaller; a larger one is read by itself."""
LONGEST_CHANNEL_BYTES = 1024 * 1024
LONGEST_BYTES = 80 * 1024 * 1024
"""A record that claims more is none of ours."""
FRAMES = f"/{topics.RAW_FRAMES}"
SUMMARY_BYTES = 8 * 1024 * 1024
_FOOTER = struct.Struct("<BQQQ")
_FOOTER_BYTES = _FOOTER.size + 4 + len(MAGIC)


class _Way(NamedTuple):
    """What a channel says of its messages."""

    topic: str
    is_late: bool
    is_retained: bool


class RecordedFile:
    """One open file of a session; the frames in it are passed over, what was made of them stands beside them."""

    def __init__(self, path: Path) -> None:
        """Open it, and learn which channels it has.

        Args:
            path: of a recorded file, whole, growing or cut.

        Raises:
            LogError: it is no such file, or it can't be read.
        """
        self.path, self.name = path, path.name
        self._ways: dict[int, _Way] = {}
        self._frames: set[int] = set()
        """Channels that are passed over."""
        self._scanned = 0
        """Up to here the channels of a growing file are known."""
        self._first_ns: int | None = None
        self._last: tuple[int, int | None] = (0, None)
        """Length of the file when it was looked at last, and its newest time then."""
        try:
            self._file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise LogError(f"{path} can't be read ({error.strerror or error})") from error
        try:
            self._open()
        except (LogError, OSError):
            os.close(self._file)
            raise

    def close(self) -> None:
        """Give it back."""
        os.close(self._file)

    @property
    def begin(self) -> int:
        """Where its records begin."""
        return len(MAGIC)

    def end(self) -> int:
        """Where its messages end, as far as it is written now."""
        return self._end if self._end is not None else os.fstat(self._file).st_size

    def first_ns(self) -> int | None:
        """Time of the first message, nanoseconds since 1970; None before there is a whole chunk."""
        if self._first_ns is None:
            self._first_ns = min(self._times(self.begin, PIECE_BYTES), default=None)
        return self._first_ns

    def last_ns(self) -> int | None:
        """Time of the newest message, as far as it is written now."""
        end = self.end()
        if end != self._last[0]:
            length = PIECE_BYTES // 4
            times = self._times(end - length, length)
            while not times and length < min(end, LONGEST_BYTES):
                length *= 4
                times = self._times(end - length, length)
            self._last = (end, max(times, default=self._last[1]) if times else self._last[1])
        return self._last[1]

    def _times(self, begin: int, length: int) -> list[int]:
        """First and last times of the chunks that stand in a part of the file, wherever records begin in it."""
        begin = max(self.begin, begin)
        data = os.pread(self._file, max(0, min(length, self.end() - begin)), begin)
        found: list[int] = []
        for sign in CHUNK_PATTERN.finditer(data):
            if sign.end() + HEAD.size > len(data):
                continue
            opcode, size = HEAD.unpack_from(data, sign.start())
            body = sign.start() + HEAD.size
            head = chunk_head(data, Record(opcode, sign.start(), body, body + size))
            is_whole = begin + body + size <= self.end()
            if head is not None and is_whole and MIN_NS <= head.first_ns <= head.last_ns < MAX_NS:
                found += (head.first_ns, head.last_ns)
        return found

    def expect(self, begin: int, end: int) -> None:
        """Let the system read a part of it, while others are read; see `seek_files.expect`."""
        expect(self._file, begin, min(end - begin, PIECE_BYTES) + SPARE_BYTES)

    def messages(
        self, begin: int, end: int, begin_ns: int = 0, end_ns: int = MAX_NS, *, is_late: bool | None = None
    ) -> Iterator[Taken]:
        """Messages in the order of the file.

        Args:
            begin: a place where a record begins.
            end: how far to look at most; a record that begins before it is whole where the file has it.
            begin_ns: earlier ones are left out, nanoseconds since 1970.
            end_ns: later ones are left out.
            is_late: only those that were sent again (True), or only the others (False); None for both.
        """
        for _, one in self.placed_messages(begin, end, begin_ns, end_ns, is_late=is_late):
            yield one

    def placed_messages(
        self, begin: int, end: int, begin_ns: int = 0, end_ns: int = MAX_NS, *, is_late: bool | None = None
    ) -> Iterator[tuple[int, Taken]]:
        """The same, each with the place where its chunk begins."""
        for place, data, record in self._records(begin, end):
            if record.opcode == Opcode.CHANNEL:
                self._learn(data, record)
            if record.opcode != Opcode.CHUNK:
                continue
            head = chunk_head(data, record)
            if head is None or head.last_ns < begin_ns or head.first_ns > end_ns:
                continue
            for one in self._in_chunk(unpack(data, head) or b""):
                if begin_ns <= one.log_ns <= end_ns and is_late in (None, one.is_late):
                    yield place, one

    def _in_chunk(self, content: bytes) -> Iterator[Taken]:
        for record in records(content, 0, len(content)):
            if record.opcode != Opcode.MESSAGE or record.end - record.body < MESSAGE_HEAD_BYTES:
                continue
            channel_id, _, log_ns, _ = MESSAGE_HEAD.unpack_from(content, record.body)
            way = self._ways.get(channel_id) or self._way_since(channel_id)
            # a time that counts from a start can't be placed among the others
            if way is not None and MIN_NS <= log_ns < MAX_NS:
                data = content[record.body + MESSAGE_HEAD_BYTES : record.end]
                yield Taken(self.name, way.topic, log_ns, way.is_late, way.is_retained, data)

    def _way_since(self, channel_id: int) -> _Way | None:
        """Of a channel that began since the file was opened: a moment is read from a keyframe on, not from there."""
        size = os.fstat(self._file).st_size
        if self._end is not None or channel_id in self._frames or size == self._scanned:
            return None
        self._scan(self._scanned or self.begin, size)
        return self._ways.get(channel_id)

    def _records(self, place: int, end: int) -> Iterator[tuple[int, bytes, Record]]:
        """Whole records, each with where it begins in the file; what is damaged is gone over."""
        size = self.end()
        end = min(end, size)
        while place < end:
            # little more than is asked for: a seek asks for a dozen small chunks of each of many files
            data = os.pread(self._file, min(PIECE_BYTES, size - place, end - place + SPARE_BYTES), place)
            taken = 0
            for record in records(data, 0, len(data)):
                taken = record.end
                yield place + record.start, data, record
                if place + taken >= end:
                    return
            if taken:
                place += taken
                continue
            # nothing whole in it: a longer record, or damage
            whole = self._long_record(place, size, data)
            if whole is not None:
                yield place, *whole
                place += whole[1].end
            else:
                found = CHUNK_PATTERN.search(data, 1)
                # a chunk's head may stand across the border of two pieces
                place += found.start() if found is not None else max(1, len(data) - 64)
                if len(data) < 64:
                    return

    def _long_record(self, place: int, size: int, data: bytes) -> tuple[bytes, Record] | None:
        if len(data) < HEAD.size:
            return None
        opcode, length = HEAD.unpack_from(data, 0)
        if opcode not in (Opcode.CHUNK, Opcode.SCHEMA, Opcode.CHANNEL, Opcode.ATTACHMENT, Opcode.CHUNK_INDEX):
            return None
        if not len(data) < HEAD.size + length <= min(LONGEST_BYTES, size - place):
            return None
        whole = os.pread(self._file, HEAD.size + length, place)
        return whole, Record(opcode, 0, HEAD.size, len(whole))

    def _open(self) -> None:
        size = os.fstat(self._file).st_size
        self._end: int | None = None
        """None while it grows."""
        if size < len(MAGIC):
            return  # its recorder has just begun it
        if os.pread(self._file, len(MAGIC), 0) != MAGIC:
            raise LogError(f"{self.path} is no MCAP file")
        summary = self._summary_start(size)
        if summary is not None:
            self._end = summary
            if not self._learn_all(summary, min(size, summary + PIECE_BYTES)):
                self._learn_all(summary, min(size, summary + SUMMARY_BYTES))
            return
        layout = ChunkLedger(self.path).last_checkpoint(size)
        for channel in layout.channels.values() if layout is not None else ():
            self._add(channel)
        # what came behind the checkpoint, or all of a file without one
        self._scan(layout.end if layout is not None else len(MAGIC), size)

    def _learn_all(self, begin: int, end: int) -> bool:
        """Learn the channels of a summary; returns whether all of them stand in that part of it."""
        data = os.pread(self._file, end - begin, begin)
        for record in records(data, 0, len(data)):
            # the index of its chunks stands behind them, and is long
            if record.opcode == Opcode.CHUNK_INDEX:
                return True
            self._learn(data, record)
        return False

    def _scan(self, place: int, size: int) -> None:
        """Learn the channels from the heads of records alone; nothing is unpacked."""
        while size - place >= HEAD.size:
            opcode, length = HEAD.unpack(os.pread(self._file, HEAD.size, place))
            if opcode == Opcode.CHANNEL and length < LONGEST_CHANNEL_BYTES:
                data = os.pread(self._file, HEAD.size + length, place)
                self._learn(data, Record(opcode, 0, HEAD.size, len(data)))
            if opcode == 0 or length > size - place:
                return
            place += HEAD.size + length
            self._scanned = place

    def _summary_start(self, size: int) -> int | None:
        """Where the summary of a closed file begins; None for one that has none."""
        if size < _FOOTER_BYTES + len(MAGIC):
            return None
        foot = os.pread(self._file, _FOOTER_BYTES, size - _FOOTER_BYTES)
        if len(foot) < _FOOTER_BYTES or not foot.endswith(MAGIC):
            return None
        opcode, _, start, _ = _FOOTER.unpack_from(foot, 0)
        return start if opcode == Opcode.FOOTER and len(MAGIC) <= start <= size - _FOOTER_BYTES else None

    def _learn(self, data: bytes, record: Record) -> None:
        if record.opcode == Opcode.CHANNEL:
            channel = definition(data, record)
            if isinstance(channel, Channel):
                self._add(channel)

    def _add(self, channel: Channel) -> None:
        if not channel.topic.endswith(FRAMES):
            told = channel.metadata
            way = _Way(channel.topic, told.get("late") == "true", told.get("retain") == "true")
            self._ways.setdefault(channel.id, way)
        else:
            self._frames.add(channel.id)
