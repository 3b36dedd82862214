# SPDX-License-Identifier: Apache-2.0
"""What a telemetry log holds and where, so that any message is read without going through all of it. Sans-I/O.

The log is gone through once, window by window. Of each window a small summary stays (how many frames of whom, from when
to when) and, while there is room, where the frames begin. Where there was no room the window is gone through again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundstation.mavlink.dialect import DEFINITIONS
from groundstation.mavlink.frame_table import (
    MAX_RECORD_BYTES,
    MAX_US,
    MIN_US,
    FrameHeaders,
    read_frames,
    read_headers,
)
from groundstation.mavlink.record_walk import Bytes, Flags, Gap, Places, Window

WINDOW_BYTES = 8 << 20
"""Small enough to stay in the cache of a processor, large enough for thousands of lanes."""
KEPT_STARTS = 64_000_000
"""Beginnings of frames kept in memory, four bytes each; about 3 GB of log."""
MAX_JUMP_US = 86_400_000_000
"""A day: time steps further than that are looked at twice."""
SHORT_RUN = 16
"""So few frames between two such steps are damage; more are a clock that was set, or a log that went on."""
KEPT_GAPS = 20
MAX_UNKNOWN = 128
"""Unknown message ids told apart; frames of further ones are all `OTHER_ID`."""
OTHER_ID = -1

Told = Callable[[float], None]
"""Told which share is done, 0 to 1; may raise to end it."""
Times = NDArray[np.uint64]

_KNOWN = sorted(DEFINITIONS)
_KINDS = len(_KNOWN) + MAX_UNKNOWN + 1
_NO_KIND = np.uint16(0xFFFF)
_KIND_OF = np.full(_KNOWN[-1] + 2, _NO_KIND, np.uint16)
_KIND_OF[_KNOWN] = np.arange(len(_KNOWN))


class Source(NamedTuple):
    """Whose and which message."""

    sysid: int
    msgid: int
    """`OTHER_ID` for unknown ones beyond `MAX_UNKNOWN`."""


class Span(NamedTuple):
    """How many, from when to when."""

    frames: int
    first_us: int
    """The earliest, microseconds since 1970."""
    last_us: int
    """The latest."""


class _Table(NamedTuple):
    """Frames of one window, those of one source together."""

    codes: NDArray[np.int32]
    """Shape (k,): the sources that occur, ascending."""
    bounds: NDArray[np.int32]
    """Shape (k + 1,): where each begins in `starts`."""
    first_us: Times
    """Shape (k,)."""
    last_us: Times
    """Shape (k,)."""
    starts: NDArray[np.uint32] | None
    """Shape (n,): beginnings of records from the begin of the window; None where there was no room."""


class _Part(NamedTuple):
    """One window of the file."""

    begin: int
    last_us: int | None
    """The last believed time before it."""
    table: _Table


class FrameIndex:
    """The frames of one log. One thread at a time.

    Args:
        data: shape (n,), uint8: the whole file, as a rule mapped. It must stay valid as long as the index is used.
        told: how far the first going-through is.
    """

    def __init__(self, data: Bytes, told: Told | None = None) -> None:
        self._data = data
        self._parts: list[_Part] = []
        self._unknown: dict[int, int] = {}
        self._kept = 0
        self._last_window: tuple[int, Window] | None = None
        self.gaps: list[Gap] = []
        """The first `KEPT_GAPS` stretches of bytes that are in no frame."""
        self.gap_count = 0
        """How many there are in all."""
        self.gap_bytes = 0
        """Bytes in all of them."""
        self.last_gap: Gap | None = None
        """The last of them."""
        self.refused_times = 0
        """Good frames left out because their time is absurd."""
        place, last_us = 0, None
        while place < data.size:
            part, end, last_us = self._read_part(place, last_us)
            self._parts.append(part)
            place = end
            if told is not None:
                told(place / data.size)
        self.sources = self._summary()
        """What there is."""

    def starts_of(
        self, source: Source, begin_us: float, end_us: float, told: Told | None = None
    ) -> Iterator[tuple[Window, Places]]:
        """Where the frames of a source begin, in the order of the file, window by window.

        Args:
            source: one of `sources`.
            begin_us: leave out windows in which all are earlier.
            end_us: leave out windows in which all are this late or later.
            told: how far it is.

        Yields:
            A window and the beginnings of the records in it.
        """
        code = self._code(source)
        for number, part in enumerate(self._parts):
            at = int(np.searchsorted(part.table.codes, code))
            if at == part.table.codes.size or part.table.codes[at] != code:
                continue
            if part.table.last_us[at] < begin_us or part.table.first_us[at] >= end_us:
                continue
            window = self._window(part.begin)
            begin, end = part.table.bounds[at : at + 2]
            yield window, self._starts(part, window)[begin:end].astype(np.int64)
            if told is not None:
                told((number + 1) / len(self._parts))

    def frames(self, sysid: int | None = None, told: Told | None = None) -> Iterator[tuple[int, bytes]]:
        """Time in microseconds and bytes of every frame, in the order of the file.

        Args:
            sysid: only of this system; None for all.
            told: how far it is.
        """
        for number, part in enumerate(self._parts):
            window = self._window(part.begin)
            headers = read_headers(window, np.sort(self._starts(part, window)).astype(np.int64))
            if sysid is not None:
                headers = headers.chosen(headers.sysids == sysid)
            data = window.bytes.tobytes()
            ends = headers.starts + headers.sizes
            for time_us, start, end in zip(
                headers.time_us.tolist(), headers.starts.tolist(), ends.tolist(), strict=True
            ):
                yield time_us, data[start + 8 : end]
            if told is not None:
                told((number + 1) / len(self._parts))

    def _window(self, begin: int) -> Window:
        if self._last_window is None or self._last_window[0] != begin:
            self._last_window = begin, self._new_window(begin)
        return self._last_window[1]

    def _new_window(self, begin: int) -> Window:
        limit = min(WINDOW_BYTES, self._data.size - begin)
        wanted = limit + 2 * MAX_RECORD_BYTES
        bytes_ = self._data[begin : begin + wanted]
        end = bytes_.size
        if end < wanted:
            bytes_ = np.concatenate([bytes_, np.zeros(wanted - end, np.uint8)])
        return Window(bytes_, limit, end)

    def _read_part(self, begin: int, last_us: int | None) -> tuple[_Part, int, int | None]:
        window = self._window(begin)
        headers, found = read_frames(window, 0)
        for gap in found.gaps:
            self._add_gap(Gap(begin + gap.begin, begin + gap.end))
        good = believed_times(headers.time_us, last_us)
        self.refused_times += int(good.size - good.sum())
        headers = headers if good.all() else headers.chosen(good)
        table = self._table(headers)
        if table.starts is not None and self._kept + table.starts.size > KEPT_STARTS:
            table = table._replace(starts=None)
        self._kept += 0 if table.starts is None else table.starts.size
        after_us = int(headers.time_us[-1]) if headers.time_us.size else last_us
        return _Part(begin, last_us, table), begin + found.end, after_us

    def _add_gap(self, gap: Gap) -> None:
        self.gap_bytes += gap.end - gap.begin
        last = self.last_gap
        if last is not None and last.end == gap.begin:
            gap = Gap(last.begin, gap.end)
            if self.gaps[-1] == last:
                self.gaps[-1] = gap
        else:
            self.gap_count += 1
            if len(self.gaps) < KEPT_GAPS:
                self.gaps.append(gap)
        self.last_gap = gap

    def _table(self, headers: FrameHeaders) -> _Table:
        codes = self._kinds(headers.msgids).astype(np.int32) + headers.sysids * np.int32(_KINDS)
        counts = np.bincount(codes)
        present = np.flatnonzero(counts)
        ranks = np.zeros(counts.size, np.uint16)
        ranks[present] = np.arange(present.size)
        order = np.argsort(ranks[codes], kind="stable")  # 16 bits are sorted in one go
        bounds = np.concatenate([[0], np.cumsum(counts[present])]).astype(np.int32)
        times = headers.time_us[order]
        empty = np.empty(0, np.uint64)
        return _Table(
            present.astype(np.int32),
            bounds,
            np.minimum.reduceat(times, bounds[:-1]) if times.size else empty,
            np.maximum.reduceat(times, bounds[:-1]) if times.size else empty,
            headers.starts[order].astype(np.uint32),
        )

    def _kinds(self, msgids: NDArray[np.int64]) -> NDArray[np.uint16]:
        """Numbers of messages below `_KINDS`: the known ones, then the unknown ones as they came."""
        kinds = _KIND_OF.take(msgids, mode="clip")
        strange = kinds == _NO_KIND
        if strange.any():
            kinds[strange] = [self._unknown_kind(msgid) for msgid in msgids[strange].tolist()]
        return kinds

    def _unknown_kind(self, msgid: int) -> int:
        if msgid not in self._unknown and len(self._unknown) < MAX_UNKNOWN:
            self._unknown[msgid] = len(_KNOWN) + len(self._unknown)
        return self._unknown.get(msgid, _KINDS - 1)

    def _code(self, source: Source) -> int:
        known = _KIND_OF[source.msgid] if 0 <= source.msgid < _KIND_OF.size else _NO_KIND
        kind = self._unknown.get(source.msgid, _KINDS - 1) if known == _NO_KIND else int(known)
        return source.sysid * _KINDS + kind

    def _starts(self, part: _Part, window: Window) -> NDArray[np.uint32]:
        if part.table.starts is not None:
            return part.table.starts
        headers, _ = read_frames(window, 0)
        table = self._table(headers.chosen(believed_times(headers.time_us, part.last_us)))
        if table.starts is None:
            raise AssertionError("a new table has its starts")
        return table.starts

    def _summary(self) -> dict[Source, Span]:
        spans: dict[int, Span] = {}
        for part in self._parts:
            table = part.table
            counts = np.diff(table.bounds)
            for code, count, first_us, last_us in zip(
                table.codes.tolist(), counts.tolist(), table.first_us.tolist(), table.last_us.tolist(), strict=True
            ):
                old = spans.get(code, Span(0, first_us, last_us))
                spans[code] = Span(old.frames + count, min(old.first_us, first_us), max(old.last_us, last_us))
        msgids = [*_KNOWN, *self._unknown]
        return {
            Source(code // _KINDS, msgids[code % _KINDS] if code % _KINDS < len(msgids) else OTHER_ID): span
            for code, span in sorted(spans.items())
        }


def believed_times(time_us: Times, last_us: int | None) -> Flags:
    """Which stamps make sense: in the years 2000 to 2100, and no short run of them a day away from the others.

    Args:
        time_us: shape (n,), in the order of the file.
        last_us: the last believed one before them; None if there is none.

    Returns:
        Shape (n,), bool.
    """
    believed: Flags = (time_us >= MIN_US) & (time_us <= MAX_US)
    places = np.flatnonzero(believed)
    times = time_us[places].astype(np.int64)
    if not times.size:
        return believed
    steps = np.abs(np.diff(times, prepend=times[0] if last_us is None else last_us))
    begins = np.flatnonzero(steps > MAX_JUMP_US)
    if not begins.size:
        return believed
    begins = np.unique(np.append(begins, 0))
    lengths = np.diff(np.append(begins, times.size))
    trusted_us = int(times[begins[lengths.argmax()]]) if last_us is None else last_us
    for begin, length in zip(begins.tolist(), lengths.tolist(), strict=True):
        if length >= SHORT_RUN or abs(int(times[begin]) - trusted_us) <= MAX_JUMP_US:
            trusted_us = int(times[begin + length - 1])
        else:
            believed[places[begin : begin + length]] = False
    return believed


def is_cut_record(tail: bytes) -> bool:
    """Whether bytes at the end of a file are the beginning of a record that goes on.

    Args:
        tail: what is behind the last record.
    """
    if not tail or len(tail) >= MAX_RECORD_BYTES:
        return False
    stamp, frame = tail[:8], tail[8:]
    low_us = int.from_bytes(stamp.ljust(8, b"\0"), "big")
    high_us = int.from_bytes(stamp.ljust(8, b"\xff"), "big")
    return high_us >= MIN_US and low_us <= MAX_US and (not frame or frame[0] in (0xFE, 0xFD))
