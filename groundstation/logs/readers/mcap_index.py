# SPDX-License-Identifier: Apache-2.0
"""Which messages an MCAP file holds and where, found by going through all of it once. One thread; reads only.

Nothing of the file's own index is believed: chunks are unpacked and their checksums compared. Behind a damaged place
the next chunk is looked for. In memory stays where each chunk is, from when to when, and which channels it has.
Layout: MCAP specification, "Records".
"""

from __future__ import annotations

import io
import itertools
import mmap
import re
import struct
import threading
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.records import Channel, Schema

from groundstation.fleet.progress import Progress
from groundstation.logs.log_lookup import DamageCount
from groundstation.logs.mcap.mcap_file import MAGIC
from groundstation.logs.mcap.mcap_records import (
    HEAD,
    MESSAGE_HEAD,
    MESSAGE_HEAD_BYTES,
    Record,
    chunk_head,
    content_of,
    records,
    unpack,
)

MIN_NS, MAX_NS = 946_684_800_000_000_000, 4_102_444_800_000_000_000
"""Years 2000 to 2100; earlier times count from the start of an autopilot."""
MAX_DEFINITION_BYTES = 1024 * 1024
"""A longer definition of a channel or a schema is none."""
MAX_DEFINITIONS_BYTES = 64 * 1024 * 1024
"""Definitions that are kept, all together."""
BOMB_BYTES, BOMB_RATIO = 8 * 1024 * 1024, 200
"""All chunks of a file together are unpacked to so many bytes, and so many times the file's size; the rest is a bomb:
black pictures get a hundred times smaller, no log gets much more."""
LOOSE_BYTES = 256 * 1024
"""Messages outside of chunks are taken together by so much."""
KEPT_BYTES = 64 * 1024 * 1024
"""Unpacked chunks that are remembered, of all open files together: each column of each message goes through them."""
MAX_LENGTH = 1 << 40
_LAST_OPCODE, _FIRST_PRIVATE = 15, 0x80
"""Between them are those that nobody uses yet; private records are passed over."""
_DEFINITIONS = frozenset({Opcode.CHANNEL, Opcode.SCHEMA})
CHUNK_PATTERN = re.compile(
    rb"(?s)\x06.{5}\x00\x00\x00.{28}(?:\x04\x00\x00\x00zstd|\x03\x00\x00\x00lz4|\x00\x00\x00\x00)"
)
_LOOSE = re.compile(rb"(?s)[\x03-\x05].{3}\x00{5}")
"""A schema, a channel or a message outside of a chunk."""
FOLLOWERS = 3
"""A record outside of a chunk is believed where so many follow it, or the end."""


class McapMessage(NamedTuple):
    """One message of a file."""

    channel_id: int
    number: int
    log_ns: int
    publish_ns: int
    at: int
    """Where in its chunk its data begins."""
    data: bytes


class Span:
    """How many messages of a channel, from when to when."""

    __slots__ = ("count", "first_ns", "last_ns")

    def __init__(self) -> None:
        self.count, self.first_ns, self.last_ns = 0, MAX_NS, 0

    def add(self, log_ns: int) -> None:
        """One more."""
        self.count += 1
        self.first_ns = min(self.first_ns, log_ns)
        self.last_ns = max(self.last_ns, log_ns)


class _Unpacked:
    """Chunks that were unpacked last, of all files, those asked for longest ago first. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._chunks: OrderedDict[tuple[int, int], bytes] = OrderedDict()
        self._bytes = 0

    def get(self, file: int, number: int) -> bytes | None:
        """A chunk of a file; None where it is not remembered."""
        with self._lock:
            found = self._chunks.get((file, number))
            if found is not None:
                self._chunks.move_to_end((file, number))
            return found

    def put(self, file: int, number: int, content: bytes) -> None:
        """Remember one."""
        with self._lock:
            self._chunks[file, number] = content
            self._bytes += len(content)
            # the newest stays however large it is: it is being read
            while len(self._chunks) > 1 and self._bytes > KEPT_BYTES:
                self._bytes -= len(self._chunks.popitem(last=False)[1])

    def forget(self, file: int) -> None:
        """A file is closed."""
        with self._lock:
            for key in [one for one in self._chunks if one[0] == file]:
                self._bytes -= len(self._chunks.pop(key))


_unpacked = _Unpacked()
_serials = itertools.count()


class McapIndex:
    """What is in one file.

    Args:
        data: the whole file; must stay as it is.
        on_progress: how far it is; may cancel.
    """

    def __init__(self, data: mmap.mmap | bytes, on_progress: Progress | None = None) -> None:
        self._data = data
        self.channels: dict[int, Channel] = {}
        self.schemas: dict[int, Schema] = {}
        self._definitions_bytes = 0
        self.utc: dict[int, Span] = {}
        """Messages by channel id, of those that have a date."""
        self.boot: dict[int, Span] = {}
        """The others: their time counts from the start of something."""
        self.chunks_of: dict[int, array[int]] = {}
        """By channel id the numbers of the chunks with messages of it, ascending."""
        # arrays of numbers: a day of recording has a hundred thousand chunks
        self._begins, self._ends = array("Q"), array("Q")
        self._is_packed = bytearray()
        self._first_ns, self._last_ns = array("Q"), array("Q")
        self.damage = DamageCount()
        """What could not be read."""
        self._serial = next(_serials)
        self._unpacked_bytes = 0
        self._good_chunk = 0
        """Where the next chunk is that can be unpacked, as far as it was looked for."""
        self.is_closed = False
        """Whether the file has its end."""
        self._walk(on_progress)

    def close(self) -> None:
        """Nothing of the file is asked for any more."""
        _unpacked.forget(self._serial)

    @property
    def chunks(self) -> int:
        """How many there are."""
        return len(self._begins)

    def content(self, number: int) -> bytes:
        """The records of a chunk."""
        kept = _unpacked.get(self._serial, number)
        if kept is None:
            begin, end = self._begins[number], self._ends[number]
            kept = (content_of(self._data, begin, end) if self._is_packed[number] else self._data[begin:end]) or b""
            _unpacked.put(self._serial, number, kept)
        return kept

    def chunks_between(self, channel_ids: Iterable[int], begin_ns: float, end_ns: float) -> list[int]:
        """Numbers of the chunks that may have messages of channels between two times, ascending.

        Args:
            channel_ids: of the channels.
            begin_ns: the earliest.
            end_ns: later than the latest.
        """
        numbers: set[int] = set()
        for channel_id in channel_ids:
            numbers.update(self.chunks_of.get(channel_id, ()))
        return sorted(one for one in numbers if self._last_ns[one] >= begin_ns and self._first_ns[one] < end_ns)

    def span_ns(self, number: int) -> tuple[int, int]:
        """Earliest and latest time of a chunk's messages."""
        return self._first_ns[number], self._last_ns[number]

    @staticmethod
    def is_utc(message: McapMessage) -> bool:
        """Whether a message has a date."""
        return message.log_ns >= MIN_NS

    def messages(self, number: int, wanted: frozenset[int] | None = None) -> Iterator[McapMessage]:
        """The messages of a chunk, absurd times left out.

        Args:
            number: of the chunk.
            wanted: ids of the channels; None for all.
        """
        content = self.content(number)
        # the loop of `records`, without an object for each record that nobody wants: columns come through here again
        place, end = 0, len(content)
        while place + HEAD.size <= end:
            opcode, length = HEAD.unpack_from(content, place)
            body = place + HEAD.size
            place = body + length
            if opcode == 0 or place > end:
                return
            if opcode == Opcode.MESSAGE and length >= MESSAGE_HEAD_BYTES:
                channel_id, sequence, log_ns, publish_ns = MESSAGE_HEAD.unpack_from(content, body)
                if log_ns < MAX_NS and (wanted is None or channel_id in wanted):
                    at = body + MESSAGE_HEAD_BYTES
                    yield McapMessage(channel_id, sequence, log_ns, publish_ns, at, content[at:place])

    def _walk(self, told: Progress | None) -> None:
        data, size, place = self._data, len(self._data), len(MAGIC)
        while place < size:
            record = _record_at(data, place, size)
            end = self._take(record) if record is not None else None
            place = end if end is not None else self._skip(place, size)
            if told is not None:
                told(place / size)
        if not self.is_closed:
            self.damage.is_cut = True

    def _take(self, record: Record) -> int | None:
        """Take a record in; returns where the next one is, None when it makes no sense."""
        if record.opcode == Opcode.CHUNK:
            return self._take_chunk(record)
        if record.opcode == Opcode.MESSAGE:
            return self._take_loose(record)
        if record.opcode in _DEFINITIONS:
            is_good = _is_followed(self._data, record, 1) and self._take_definition(self._data, record)
            return record.end if is_good else None
        if record.opcode == Opcode.FOOTER:
            rest = self._data[record.end : record.end + len(MAGIC) + 1]
            self.is_closed = rest == MAGIC
            # behind the footer stands the magic and nothing else, or as much of it as a cut has left
            return len(self._data) if MAGIC.startswith(rest) else None
        return record.end if _is_followed(self._data, record, 1) else None

    def _take_chunk(self, record: Record) -> int | None:
        head = chunk_head(self._data, record)
        if head is None:
            return None
        reason, size = "", record.end - record.start
        # by what the chunk claims, before anything is unpacked
        if self._unpacked_bytes + head.unpacked_bytes > BOMB_BYTES + BOMB_RATIO * len(self._data):
            reason = "a chunk that would get too large"
        elif (content := unpack(self._data, head)) is None:
            reason = "a chunk whose checksum is wrong"
        elif _has_too_many(content, size):
            reason = "a chunk of more messages than it has bytes"
        else:
            self._unpacked_bytes += len(content)
            self._add_chunk(record.start, record.end, content, is_packed=True)
        # its length is sound, so that only this chunk is lost
        if reason:
            self.damage.add(record.start, size, reason)
        return record.end

    def _take_loose(self, record: Record) -> int | None:
        """Messages outside of chunks up to the next other record, or a bound."""
        if not _is_followed(self._data, record, FOLLOWERS):
            return None
        end = record.end
        for one in records(self._data, record.end, min(len(self._data), record.start + LOOSE_BYTES)):
            if one.opcode != Opcode.MESSAGE or not _is_followed(self._data, one, FOLLOWERS):
                break
            end = one.end
        self._add_chunk(record.start, end, self._data[record.start : end], is_packed=False)
        return end

    def _add_chunk(self, begin: int, end: int, content: bytes, *, is_packed: bool) -> None:
        number = len(self._begins)
        self._begins.append(begin)
        self._ends.append(end)
        self._is_packed.append(is_packed)
        span, seen, place = Span(), set(), 0
        for record in records(content, 0, len(content)):
            place = record.end
            if record.opcode == Opcode.MESSAGE and record.end - record.body >= MESSAGE_HEAD_BYTES:
                channel_id, _, log_ns, _ = MESSAGE_HEAD.unpack_from(content, record.body)
                # absurd, and counted; the message itself is whole, so that the chunk stays
                if log_ns >= MAX_NS:
                    self.damage.refused_times += 1
                    continue
                span.add(log_ns)
                self._count(channel_id, log_ns)
                if channel_id not in seen:
                    seen.add(channel_id)
                    self.chunks_of.setdefault(channel_id, array("I")).append(number)
            elif record.opcode in _DEFINITIONS:
                self._take_definition(content, record)
        if place < len(content):
            self.damage.add(begin, 0, "a chunk that ends in the middle of a message")
        self._first_ns.append(span.first_ns)
        self._last_ns.append(span.last_ns)

    def _count(self, channel_id: int, log_ns: int) -> None:
        spans = self.utc if log_ns >= MIN_NS else self.boot
        span = spans.get(channel_id)
        if span is None:
            span = spans[channel_id] = Span()
        span.add(log_ns)

    def _take_definition(self, data: mmap.mmap | bytes, record: Record) -> bool:
        """The first definition of a channel or a schema counts."""
        found = definition(data, record)
        if found is None:
            return False
        kept: dict[int, Any] = self.channels if isinstance(found, Channel) else self.schemas
        # a writer repeats them in the summary; a later one that says otherwise is damage or a trick
        if found.id not in kept and self._definitions_bytes < MAX_DEFINITIONS_BYTES:
            kept[found.id] = found
            self._definitions_bytes += record.end - record.body
        return True

    def _skip(self, place: int, size: int) -> int:
        """Go over a damaged place; what is cut off at the end of the file is no damaged place."""
        following = self._next(place + 1, size)
        if following < size:
            self.damage.add(place, following - place, "no record")
        elif _is_beginning(self._data, place):
            self.damage.cut(size - place)
        else:
            self.damage.add(place, size - place, "no record")
        return following

    def _next(self, place: int, size: int) -> int:
        """The next chunk that can be unpacked, or record that is followed by others; the end of the file for none."""
        if self._good_chunk < place:
            # kept for the next damaged place: else each would unpack the same chunks on its way again
            self._good_chunk = self._next_where(CHUNK_PATTERN, place, size, self._is_good_chunk)
        return self._next_where(_LOOSE, place, self._good_chunk, self._is_good_loose)

    def _next_where(self, pattern: re.Pattern[bytes], place: int, end: int, is_good: Callable[[Record], bool]) -> int:
        while place < end:
            found = pattern.search(self._data, place, end)
            if found is None:
                return end
            record = _record_at(self._data, found.start(), len(self._data))
            if record is not None and is_good(record):
                return found.start()
            place = found.start() + 1
        return end

    def _is_good_chunk(self, record: Record) -> bool:
        head = chunk_head(self._data, record)
        return head is not None and unpack(self._data, head) is not None

    def _is_good_loose(self, record: Record) -> bool:
        if not _is_followed(self._data, record, FOLLOWERS):
            return False
        if record.opcode == Opcode.MESSAGE:
            return record.end - record.body >= MESSAGE_HEAD_BYTES
        return definition(self._data, record) is not None


def _has_too_many(content: bytes, packed_bytes: int) -> bool:
    """Whether a chunk is a bomb of small records: each of another time and number, they need more than a byte each.

    Args:
        content: of the chunk.
        packed_bytes: what it was packed into.
    """
    if len(content) // HEAD.size <= packed_bytes:
        return False
    found = records(content, 0, len(content))
    return next(itertools.islice(found, packed_bytes, None), None) is not None


def definition(data: mmap.mmap | bytes, record: Record) -> Channel | Schema | None:
    """A channel or a schema; None for what makes no sense."""
    if record.end - record.body > MAX_DEFINITION_BYTES:
        return None
    kind: type[Channel | Schema] = Channel if record.opcode == Opcode.CHANNEL else Schema
    try:
        found: Channel | Schema = kind.read(ReadDataStream(io.BytesIO(data[record.body : record.end])))
    except (McapError, ValueError, struct.error, UnicodeDecodeError):
        return None
    return found


def _record_at(data: mmap.mmap | bytes, place: int, size: int) -> Record | None:
    return next(records(data, place, size), None)


def _is_followed(data: mmap.mmap | bytes, record: Record, times: int) -> bool:
    """Whether records that can be follow a record, or the end of the file does; one that is cut counts."""
    place, size = record.end, len(data)
    for _ in range(times):
        if size - place < HEAD.size:
            return True
        opcode, length = HEAD.unpack_from(data, place)
        if not _is_known(opcode) or length > MAX_LENGTH:
            return False
        place += HEAD.size + length
    return True


def _is_beginning(data: mmap.mmap | bytes, place: int) -> bool:
    """Whether the bytes from a place to the end of the file may be the beginning of a record."""
    rest = len(data) - place
    if rest < HEAD.size:
        return True
    opcode, length = HEAD.unpack_from(data, place)
    return _is_known(opcode) and bool(length > rest - HEAD.size)


def _is_known(opcode: int) -> bool:
    return 0 < opcode <= _LAST_OPCODE or opcode >= _FIRST_PRIVATE
