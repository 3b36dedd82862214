# SPDX-License-Identifier: Apache-2.0
"""Where the messages of a ULog lie. Sans-I/O, one thread at a time.

A message is its size, its type, and as many bytes (PX4 user guide, "ULog File Format"). There is neither magic nor
checksum; but data of a topic are always of one size, which only few other bytes look like. A message is believed when
another one, or the end, follows it; or else when no data begin inside it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundstation.logs.readers.dataflash_index import MAX_BOOT_US, believed_with_lent
from groundstation.logs.readers.ulog_format import HEAD_BYTES, HEADER_BYTES, SYNC, Definitions, Topic
from groundstation.mavlink.record_index import Found, RecordIndex, Times, Told, believed_times
from groundstation.mavlink.record_walk import Bytes, Flags, Places, Window, first_matches, rows_of, walk

MAX_RECORD_BYTES = 65_535 + HEAD_BYTES
DATA = ord("D")
SUBSCRIPTION = ord("A")
TEXT, TAGGED_TEXT, DROPOUT, PARAMETER = ord("L"), ord("C"), ord("O"), ord("P")
FIRST_OTHER = 65_536
"""Kinds of messages that are no data are this and their type; those of data are the message id."""
_LEAST = {
    "B": 40, "F": 3, "I": 3, "M": 4, "P": 3, "Q": 4, "A": 4, "R": 2, "S": 8, "O": 2, "L": 9, "C": 11,
}  # fmt: skip
"""Bytes that a message has at least, by type."""
_MOST = {"B": 400, "A": 300, "R": 2, "S": 8, "O": 2, "L": 2000, "C": 2000}
"""Bytes that a message has at most, by type, where that is known; others may be as long as a size can say."""
_TIME_OFFSETS = {TEXT: HEAD_BYTES + 1, TAGGED_TEXT: HEAD_BYTES + 3}
_MAX_INSTANCE = 32
MIN_UTC_US, MAX_UTC_US = 946_684_800_000_000, 4_102_444_800_000_000
"""The years 2000 and 2100."""
JUMP_US = 600_000_000
"""Data are written as they come: a few that are ten minutes away from those around them are damage."""


class UlogRules:
    """How the messages of a ULog look; see `mavlink.record_walk.RecordRules`."""

    margin = MAX_RECORD_BYTES
    _near = 2048
    """Bytes in which a lane looks for its first data."""

    def __init__(self, topics: dict[int, Topic]) -> None:
        self._least = np.full(256, 1 << 20, np.int64)
        self._most = np.zeros(256, np.int64)
        for letter, least in _LEAST.items():
            self._least[ord(letter)] = least
            self._most[ord(letter)] = _MOST.get(letter, 65_535)
        self._least_data = np.full(65_536, 1 << 20, np.int64)
        self._most_data = np.zeros(65_536, np.int64)
        for number, topic in topics.items():
            self._least_data[number] = topic.dtype.itemsize + 2
            self._most_data[number] = topic.most_bytes + 2

    def sizes(self, window: Window, places: Places) -> Places:
        """Size by the head; 0 where type and size don't go together."""
        # heads nearer to the end are read as of the last place, and refused by their size below
        heads = rows_of(window.bytes, np.minimum(places, window.bytes.size - 5), 5).view(np.uint8).reshape(-1, 5)
        columns = heads.astype(np.int64)
        sizes = columns[:, 0] | columns[:, 1] << 8
        kinds = columns[:, 2]
        numbers = columns[:, 3] | columns[:, 4] << 8
        is_data = kinds == DATA
        least = np.where(is_data, self._least_data[numbers], self._least[kinds])
        most = np.where(is_data, self._most_data[numbers], self._most[kinds])
        wrong = (sizes < least) | (sizes > most) | (places + sizes + HEAD_BYTES > window.end)
        return np.where(wrong, 0, sizes + HEAD_BYTES)

    def size(self, window: Window, place: int) -> int:
        """The same of one place."""
        head = window.bytes[place : place + 5].tobytes()
        size, kind, number = head[0] | head[1] << 8, head[2], head[3] | head[4] << 8
        if kind == DATA:
            fits = self._least_data[number] <= size <= self._most_data[number]
        else:
            fits = self._least[kind] <= size <= self._most[kind]
        return size + HEAD_BYTES if fits and place + size + HEAD_BYTES <= window.end else 0

    def seen(self, window: Window, begin: int) -> Places | None:
        """None: the marks of records are too short."""
        del window, begin
        return None

    def candidates(self, window: Window, places: Places, width: int) -> Places:
        """Places where data of a known topic seem to begin."""
        width = min(width, self._near)
        lanes = rows_of(window.bytes, places, width + 5).view(np.uint8).reshape(-1, width + 5)
        rows, columns = np.nonzero(lanes[:, 2 : width + 2] == DATA)
        found = places[rows] + columns
        matches = np.zeros((places.size, width), np.bool_)
        matches[rows, columns] = self.sizes(window, found) > 0
        return first_matches(matches, places)

    def are_good(self, window: Window, starts: Places) -> tuple[Places, Flags]:
        """Size of each message, and whether another one follows."""
        sizes = self.sizes(window, starts)
        good = sizes > 0
        good[:-1] &= starts[:-1] + sizes[:-1] == starts[1:]
        for place in np.append(np.flatnonzero(~good[:-1]), starts.size - 1 if starts.size else []).astype(int).tolist():
            good[place] = self.good_size(window, int(starts[place])) > 0
        return sizes, good

    def good_size(self, window: Window, place: int) -> int:
        """Size of the message at a place; 0 when there is none, or when it was cut short."""
        size = self.size(window, place)
        if not size or self._is_followed(window, place + size):
            return size
        inner = self._next_data(window, place + 1, place + size)
        return size if inner is None else 0

    def next_good(self, window: Window, place: int) -> int:
        """The first place from `place` on where data begin that another message follows; the limit if none."""
        # the next data are near as a rule; behind large damage the steps grow
        step = 4096
        while place < window.limit:
            found = self._next_data(window, place, min(place + step, window.limit))
            if found is not None:
                return found
            place, step = place + step, step * 2
        return window.limit

    def _next_data(self, window: Window, begin: int, end: int) -> int | None:
        places = begin + np.flatnonzero(window.bytes[begin + 2 : end + 2] == DATA)
        if not places.size:
            return None
        sizes = self.sizes(window, places)
        places, sizes = places[sizes > 0], sizes[sizes > 0]
        for place, size in zip(places.tolist(), sizes.tolist(), strict=True):
            if self._is_followed(window, place + size):
                return int(place)
        return None

    def _is_followed(self, window: Window, end: int) -> bool:
        # fewer bytes than a head with a message id are left: nothing can be said of them
        return end >= window.end - 4 or self.size(window, end) > 0


class UlogIndex(RecordIndex):
    """The messages of one log, by message id.

    Args:
        data: shape (n,), uint8: the whole file; see `RecordIndex`. Places in it count from behind the header.
        told: how far the first going-through is.
    """

    def __init__(self, data: Bytes, told: Told | None = None) -> None:
        self.definitions = Definitions()
        self.topics: dict[int, Topic] = {}
        """By message id; the first subscription of an id counts."""
        self._time_offsets = np.zeros(FIRST_OTHER + 256, np.int64)
        for kind, offset in _TIME_OFFSETS.items():
            self._time_offsets[FIRST_OTHER + kind] = offset
        body = data[HEADER_BYTES:]
        self.clock = UlogClock(int.from_bytes(data[:HEADER_BYTES][8:].tobytes(), "little"))
        """What times make sense, and when the log began."""
        self._read_formats(body)
        self._rules = UlogRules(self.topics)
        # the clock learns while the file is gone through the first time, and must not count what is read again
        self._is_open = False
        super().__init__(body, MAX_RECORD_BYTES, told)
        self._is_open = True

    def _untimed(self) -> Flags:
        untimed: Flags = self._time_offsets == 0
        return untimed

    def _read_formats(self, body: Bytes) -> None:
        """Formats stand before all data."""
        data, place = body.data, 0
        while place + HEAD_BYTES <= body.size:
            size, kind = data[place] | data[place + 1] << 8, data[place + 2]
            if kind in (SUBSCRIPTION, DATA, TEXT, TAGGED_TEXT):
                return
            if kind == ord("F"):
                text = data[place + HEAD_BYTES : place + HEAD_BYTES + size].tobytes()
                self.definitions.add(text.decode("utf-8", "replace"))
            place += HEAD_BYTES + size

    def _find(self, window: Window, last_us: int | None) -> Found:
        if not self._parts:
            self._learned(window)
        found = walk(self._rules, window, 0)
        if found.gaps and self._learned(window):
            found = walk(self._rules, window, 0)
        starts = found.starts
        heads = rows_of(window.bytes, starts, 5).view(np.uint8).reshape(-1, 5).astype(np.int64)
        kinds = heads[:, 2]
        codes = np.where(kinds == DATA, heads[:, 3] | heads[:, 4] << 8, FIRST_OTHER + kinds)
        time_us = rows_of(window.bytes, starts + self._time_offsets[codes], 8).view("<u8").astype(np.uint64)
        untimed = self._untimed()[codes]
        if not self._is_open:
            self.clock.look(time_us[~untimed])
        believed = believed_with_lent(time_us, untimed, last_us, self.clock.begin_us or 0, self.clock.most_us)
        return Found(codes.astype(np.int32), time_us, starts, believed, found.gaps, found.end)

    def _learned(self, window: Window) -> bool:
        """Take the subscriptions of a window in; whether there are new ones."""
        data = window.bytes[: window.end]
        # subscriptions are short and of few instances, so that hardly anything else looks like one
        heads = (data[2:-3] == SUBSCRIPTION) & (data[1:-4] <= 1) & (data[3:-2] < _MAX_INSTANCE)
        before = len(self.topics)
        for place in np.flatnonzero(heads).tolist():
            size = int(data[place]) | int(data[place + 1]) << 8
            row = data[place + HEAD_BYTES : place + HEAD_BYTES + size].tobytes()
            name = row[3:].decode("latin-1")
            number = int.from_bytes(row[1:3], "little")
            if len(row) != size or number in self.topics or name not in self.definitions:
                continue
            topic = self.definitions.topic(name, row[0])
            if topic is not None:
                self.topics[number] = topic
                offset = topic.time_offset
                self._time_offsets[number] = 0 if offset is None else HEAD_BYTES + 2 + offset
        if len(self.topics) == before:
            return False
        self._rules = UlogRules(self.topics)
        return True


class UlogClock:
    """The clock of a log, which counts from the start of the autopilot, or from 1970 where the autopilot's does.

    Told by the header's moment and by the bulk of the data. A message that was published before the log began, and
    written down when it began, has its old time, and one that was never set has any: they are read, but the log does
    not begin or end with them.

    Args:
        header_us: the moment that the header tells.
    """

    def __init__(self, header_us: int) -> None:
        self._header_us = header_us
        self._before_us: int | None = None
        self.begin_us: int | None = None
        """When the log began; None for one without data."""
        self.end_us: int | None = None
        """When it ended."""
        self.outliers = 0
        """Data whose time is far from the others'."""

    @property
    def is_unix(self) -> bool:
        """Whether times count from 1970."""
        return self.begin_us is not None and MIN_UTC_US <= self.begin_us < MAX_UTC_US

    @property
    def most_us(self) -> int:
        """The most that a time can be."""
        return (self.begin_us or 0) + MAX_BOOT_US

    def look(self, time_us: Times) -> None:
        """Learn from the data of the next window, in the order of the file; some at least make sense."""
        if self.begin_us is None:
            self._begin(time_us[time_us < MAX_UTC_US].astype(np.int64))
        if self.begin_us is None:
            return
        time_us = time_us[time_us <= self.most_us]
        bulk = time_us[believed_times(time_us, self._before_us, self.begin_us, self.most_us, JUMP_US)]
        self.outliers += time_us.size - bulk.size
        if bulk.size:
            self._before_us = int(bulk[-1])
            self.end_us = max(self.end_us or 0, int(bulk.max()))

    def _begin(self, times: NDArray[np.int64]) -> None:
        """By the longest stretch without a jump."""
        if times.size:
            begins = np.append(0, np.flatnonzero(np.abs(np.diff(times)) > JUMP_US) + 1)
            lengths = np.diff(np.append(begins, times.size))
            bulk_us = int(times[begins[lengths.argmax()]])
            # the header tells the beginning itself, unless it is damaged or of another clock than the data
            self.begin_us = self._header_us if abs(bulk_us - self._header_us) <= JUMP_US else bulk_us


def is_cut_message(tail: bytes) -> bool:
    """Whether bytes at the end of a file are the beginning of a message that goes on.

    Args:
        tail: what is behind the last message.
    """
    if len(tail) < HEAD_BYTES:
        return bool(tail)
    size = int.from_bytes(tail[:2], "little")
    return chr(tail[2]) in {*_LEAST, "D"} and HEAD_BYTES + size > len(tail) and SYNC not in tail
