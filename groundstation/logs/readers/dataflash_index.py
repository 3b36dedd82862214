# SPDX-License-Identifier: Apache-2.0
"""Where the records of a binary DataFlash log lie. Sans-I/O, one thread at a time.

A record is 0xA3, 0x95, its type, and as many bytes as the FMT record of that type says (ArduPilot, AP_Logger). There is
no checksum: a record is believed when another one, or the end, follows it; or else when no other one begins inside it.
"""

from __future__ import annotations

import re

import numpy as np

from groundstation.logs.readers.dataflash_format import (
    FMT,
    FMT_TYPE,
    HEAD_BYTES,
    TIME_STEPS_US,
    MessageFormat,
    checked_format,
)
from groundstation.mavlink.record_index import Found, RecordIndex, Times, Told, believed_times
from groundstation.mavlink.record_walk import Bytes, Flags, Gap, Places, Window, first_matches, rows_of, walk

MAGIC_1, MAGIC_2 = 0xA3, 0x95
MAX_RECORD_BYTES = 255
MAX_BOOT_US = 10 * 365 * 86_400_000_000
"""No autopilot runs for ten years."""


class DataflashRules:
    """How the records of a DataFlash log look; see `mavlink.record_walk.RecordRules`."""

    margin = MAX_RECORD_BYTES

    def __init__(self, formats: dict[int, MessageFormat]) -> None:
        self._sizes = np.zeros(256, np.int64)
        for kind, one in formats.items():
            self._sizes[kind] = one.size_bytes
        kinds = b"".join(re.escape(bytes([kind])) for kind in sorted(formats))
        # in C: damage is searched byte by byte
        self._heads = re.compile(b"(?s)(?=\\xa3\\x95[" + kinds + b"])")

    def sizes(self, window: Window, places: Places) -> Places:
        """Size by the type."""
        data = window.bytes
        sizes = self._sizes[data.take(places + 2, mode="clip")]
        no_head = data.take(places, mode="clip") != MAGIC_1
        no_head |= data.take(places + 1, mode="clip") != MAGIC_2
        no_head |= places + sizes > window.end
        sizes[no_head] = 0
        return sizes

    def size(self, window: Window, place: int) -> int:
        """The same of one place."""
        head = window.bytes[place : place + HEAD_BYTES].tobytes()
        if head[:2] != b"\xa3\x95":
            return 0
        size = int(self._sizes[head[2]])
        return size if place + size <= window.end else 0

    def seen(self, window: Window, begin: int) -> Places | None:
        """None: the marks of records are too short."""
        del window, begin
        return None

    def candidates(self, window: Window, places: Places, width: int) -> Places:
        """Places with the head of a known type."""
        span = width + HEAD_BYTES
        lanes = rows_of(window.bytes, places, span).view(np.uint8).reshape(-1, span)
        matches = (lanes[:, :width] == MAGIC_1) & (lanes[:, 1 : width + 1] == MAGIC_2)
        return first_matches(matches, places)

    def are_good(self, window: Window, starts: Places) -> tuple[Places, Flags]:
        """Size of each record, and whether another one follows."""
        sizes = self.sizes(window, starts)
        ends = starts + sizes
        good = sizes > 0
        good[:-1] &= ends[:-1] == starts[1:]
        # to look closer costs a search, so only those without a follower at once, and the last, which has none here
        for place in np.flatnonzero(~good).tolist() if starts.size < 2 or not good[:-1].all() else [starts.size - 1]:
            good[place] = self.good_size(window, int(starts[place])) > 0
        return sizes, good

    def good_size(self, window: Window, place: int) -> int:
        """Size of the record at a place; 0 when there is none, or when it was cut short by another one."""
        size = self.size(window, place)
        if not size or self._is_followed(window, place + size):
            return size
        for found in self._heads.finditer(window.bytes.data, place + 1, min(place + size + 2, window.end)):
            inner = self.size(window, found.start())
            if inner and self._is_followed(window, found.start() + inner):
                return 0
        return size

    def next_good(self, window: Window, place: int) -> int:
        """The first place from `place` on with a record that another one, or the end, follows; the limit if none."""
        for found in self._heads.finditer(window.bytes.data, place, min(window.limit + 2, window.end)):
            start: int = found.start()
            size = self.size(window, start)
            if size and self._is_followed(window, start + size):
                return min(start, window.limit)
        return window.limit

    def _is_followed(self, window: Window, end: int) -> bool:
        behind = window.bytes[end : min(end + HEAD_BYTES, window.end)].tobytes()
        if len(behind) == HEAD_BYTES and not self._sizes[behind[2]]:
            return False
        return b"\xa3\x95".startswith(behind[:2])


class DataflashIndex(RecordIndex):
    """The records of one log, by type.

    Args:
        data: shape (n,), uint8: the whole file; see `RecordIndex`.
        told: how far the first going-through is.
    """

    def __init__(self, data: Bytes, told: Told | None = None) -> None:
        self.formats: dict[int, MessageFormat] = {FMT_TYPE: FMT}
        """By type; the first one that a log tells of a type counts."""
        self._learn()
        super().__init__(data, MAX_RECORD_BYTES, told)

    def _learn(self) -> None:
        """Tables by type from the formats."""
        self._rules = DataflashRules(self.formats)
        self._time_offsets = np.zeros(256, np.int64)
        self._time_masks = np.zeros(256, np.uint64)
        self._time_steps = np.zeros(256, np.uint64)
        for kind, one in self.formats.items():
            if one.time_field is not None:
                dtype, offset = one.dtype.fields[one.time_field][:2]  # type: ignore[index]  # it is no plain dtype
                self._time_offsets[kind] = offset
                self._time_masks[kind] = (1 << 8 * dtype.itemsize) - 1
                self._time_steps[kind] = TIME_STEPS_US[one.time_field]

    def _untimed(self) -> Flags:
        untimed: Flags = self._time_steps == 0
        return untimed

    def _find(self, window: Window, last_us: int | None) -> Found:
        # a log begins with its formats: one look finds nearly all of them
        if len(self.formats) == 1:
            self._learned(window)
        found = walk(self._rules, window, 0)
        # a type that was unknown so far looks like damage
        if any(self._seems_unknown(window, gap) for gap in found.gaps) and self._learned(window):
            found = walk(self._rules, window, 0)
        starts = found.starts
        kinds = window.bytes.take(starts + 2)
        rows = rows_of(window.bytes, starts + self._time_offsets[kinds], 8).view("<u8")
        time_us = (rows & self._time_masks[kinds]) * self._time_steps[kinds]
        believed = believed_with_lent(time_us, self._untimed()[kinds], last_us)
        return Found(kinds.astype(np.int32), time_us, starts, believed, found.gaps, found.end)

    def _seems_unknown(self, window: Window, gap: Gap) -> bool:
        head = window.bytes[gap.begin : gap.begin + HEAD_BYTES].tobytes()
        return head[:2] == b"\xa3\x95" and head[2] not in self.formats

    def _learned(self, window: Window) -> bool:
        """Take the formats of a window in; whether there are new ones."""
        data = window.bytes[: window.end]
        heads = (data[:-2] == MAGIC_1) & (data[1:-1] == MAGIC_2) & (data[2:] == FMT_TYPE)
        starts = np.flatnonzero(heads)
        starts = starts[starts + FMT.size_bytes <= window.end]
        before = len(self.formats)
        for row in rows_of(window.bytes, starts, FMT.size_bytes).view(FMT.dtype):
            # latin-1 never fails; what makes no sense is refused below
            texts = [row[name].split(b"\0")[0].decode("latin-1") for name in ("Name", "Format", "Columns")]
            # a FMT record in the middle of damage is bytes that look like one
            one = checked_format(int(row["Type"]), int(row["Length"]), *texts)
            if one is not None:
                # the first of a type: the records before a second one were written by it
                self.formats.setdefault(one.type, one)
        if len(self.formats) == before:
            return False
        self._learn()
        return True


def believed_with_lent(
    time_us: Times, untimed: Flags, last_us: int | None, begin_us: int = 0, most_us: int = MAX_BOOT_US
) -> Flags:
    """Which records have a time that makes sense.

    Those without one get that of the record before them, the first ones of a log that of the one behind.

    Args:
        time_us: in the order of the file; lent times are written into it.
        untimed: which records have none.
        last_us: the last believed time before them; None if there is none.
        begin_us: when the log began, where that is known: what is older was written down late, and makes sense.
        most_us: the most that a time can be.
    """
    if not untimed.any() and not begin_us:
        return believed_times(time_us, last_us, 0, most_us)
    timed = np.flatnonzero(~untimed & (time_us >= begin_us))
    believed = np.ones(time_us.size, np.bool_)
    before_us = None if last_us is None or last_us < begin_us else last_us
    believed[timed] = believed_times(time_us[timed], before_us, 0, most_us)
    donors = np.flatnonzero(believed & ~untimed)
    if donors.size:
        before = np.searchsorted(donors, np.flatnonzero(untimed)) - 1
        # the first records have nobody before them: they get the time of the one behind
        lent = time_us[donors[np.maximum(before, 0)]]
        time_us[untimed] = lent if last_us is None else np.where(before < 0, np.uint64(last_us), lent)
    else:
        time_us[untimed] = last_us or 0
    return believed


def is_cut_record(index: DataflashIndex, tail: bytes) -> bool:
    """Whether bytes at the end of a file are the beginning of a record that goes on.

    Args:
        index: of the file.
        tail: what is behind the last record.
    """
    if len(tail) < HEAD_BYTES:
        return bool(tail) and b"\xa3\x95".startswith(tail)
    known = index.formats.get(tail[2])
    return tail.startswith(b"\xa3\x95") and known is not None and known.size_bytes > len(tail)
