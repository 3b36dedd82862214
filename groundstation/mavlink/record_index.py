# SPDX-License-Identifier: Apache-2.0
"""What a log of records holds and where, so that any message is read without going through all of it. Sans-I/O.

The log is gone through once, window by window. Of each window a small summary stays (how many records of which kind,
from when to when) and, while there is room, where they begin. Where there was no room the window is gone through again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from groundstation.mavlink.record_walk import Bytes, Flags, Gap, Places, Window, distinct

WINDOW_BYTES = 8 << 20
"""Small enough to stay in the cache of a processor, large enough for thousands of lanes."""
KEPT_STARTS = 64_000_000
"""Beginnings of records kept in memory, four bytes each; about 3 GB of log."""
MAX_JUMP_US = 86_400_000_000
"""A day: time steps further than that are looked at twice."""
SHORT_RUN = 16
"""So few records between two such steps are damage; more are a clock that was set, or a log that went on."""
KEPT_GAPS = 20
CACHE_LINE_BYTES = 64

Told = Callable[[float], None]
"""Told which share is done, 0 to 1; may raise to end it."""
Times = NDArray[np.uint64]
"""Shape (n,), microseconds."""


class Span(NamedTuple):
    """How many, from when to when."""

    records: int
    first_us: int
    """The earliest, microseconds."""
    last_us: int
    """The latest."""

    def joined(self, other: Span) -> Span:
        """Both together."""
        records, first_us, last_us = other
        return Span(self.records + records, min(self.first_us, first_us), max(self.last_us, last_us))


class Found(NamedTuple):
    """The records of one window, in the order of the file."""

    codes: NDArray[np.int32]
    """Shape (n,): which kind each is, from 0 on."""
    time_us: Times
    """Shape (n,), as written."""
    starts: Places
    """Shape (n,): where they begin in the window."""
    believed: Flags
    """Shape (n,): whether the time makes sense; others are left out."""
    gaps: list[Gap]
    """Bytes between them."""
    end: int
    """Where the next window goes on."""


class Slice(NamedTuple):
    """Records of one kind in one window."""

    window: Window
    starts: Places
    """Shape (n,), ascending."""
    time_us: Times | None
    """Shape (n,); None for a kind whose records carry their time."""


class _Table(NamedTuple):
    """Records of one window, those of one kind together."""

    codes: NDArray[np.int32]
    """Shape (k,): the kinds that occur, ascending."""
    bounds: NDArray[np.int64]
    """Shape (k + 1,): where each begins in `starts`."""
    first_us: Times
    """Shape (k,)."""
    last_us: Times
    """Shape (k,)."""
    starts: NDArray[np.uint32] | None
    """Shape (n,): beginnings of records from the begin of the window; None where there was no room."""
    times: dict[int, Times]
    """By kind, of those whose records don't carry their time."""
    time_us: Times | None
    """Shape (n,), as `starts`; None where they are not kept."""


class _Part(NamedTuple):
    """One window of the file."""

    begin: int
    last_us: int | None
    """The last believed time before it."""
    table: _Table


class ByteSource(Protocol):
    """The bytes of a file, or of what is put together to look like one."""

    @property
    def size(self) -> int:
        """How many there are."""

    def __getitem__(self, wanted: slice, /) -> Bytes:
        """Those of a range, shape (n,), uint8."""


class RecordIndex(ABC):
    """The records of one log; a format says how they are found. One thread at a time.

    Args:
        data: shape (n,), uint8: the whole file, as a rule mapped. It must stay valid as long as the index is used.
        margin: bytes that a record has at most.
        told: how far the first going-through is.
    """

    wants_zeros = True
    """Whether there must be zeros behind the end of the file, for which its last window is copied."""
    keeps_times = False
    """Whether the time of each record of a short log is kept, though they carry it."""

    def __init__(self, data: ByteSource, margin: int, told: Told | None = None) -> None:
        self._data = data
        self._margin = margin
        self._parts: list[_Part] = []
        self._kept = 0
        self._last_window: tuple[int, Window] | None = None
        self._tail_window: tuple[int, Window] | None = None
        self._bounds: dict[int, slice] = {}
        """Of a log that is short: which of its records are of a kind."""
        self.gaps: list[Gap] = []
        """The first `KEPT_GAPS` stretches of bytes that are in no record."""
        self.gap_count = 0
        """How many there are in all."""
        self.gap_bytes = 0
        """Bytes in all of them."""
        self.last_gap: Gap | None = None
        """The last of them."""
        self.refused_times = 0
        """Good records left out because their time is absurd."""
        place, last_us = 0, None
        while place < data.size:
            part, place, last_us = self._read_part(place, last_us)
            self._parts.append(part)
            if told is not None:
                told(place / data.size)
        self.spans = self._summary()
        """What there is, by kind."""

    def slices(
        self, code: int, begin_us: float = -np.inf, end_us: float = np.inf, told: Told | None = None
    ) -> Iterator[Slice]:
        """The records of a kind in the order of the file, window by window.

        Args:
            code: the kind.
            begin_us: leave out windows in which all are earlier.
            end_us: leave out windows in which all are this late or later.
            told: how far it is.
        """
        for number, part in enumerate(self._parts):
            table = part.table
            # items, since scalars of numpy cost more than the few numbers of a short log are worth
            at = int(table.codes.searchsorted(code))
            if at == table.codes.size or table.codes.item(at) != code:
                continue
            if table.last_us.item(at) < begin_us or table.first_us.item(at) >= end_us:
                continue
            window = self._window(part.begin)
            table = self._whole(part)
            begin, end = table.bounds.item(at), table.bounds.item(at + 1)
            yield Slice(window, starts_of(table)[begin:end].astype(np.int64), table.times.get(code))
            if told is not None:
                told((number + 1) / len(self._parts))

    def slice_of_all(self, codes: Sequence[int]) -> Slice:
        """The records of several kinds that there are, one kind after the other, of a log that is short.

        Args:
            codes: the kinds, at least one.
        """
        window, starts, _ = self.whole_by_kind()
        bounds = self.bounds()
        pieces = [starts[bounds[code]] for code in codes]
        return Slice(window, np.concatenate(pieces), None)

    def whole_by_kind(self) -> Slice:
        """All records of a log that is short, those of one kind together; with times if those are kept."""
        part = self._parts[0]
        window, table = self._window(part.begin), self._whole(part)
        return Slice(window, starts_of(table).astype(np.int64), table.time_us)

    def bounds(self) -> dict[int, slice]:
        """Where the records of each kind are in `whole_by_kind`."""
        if not self._bounds:
            table = self._whole(self._parts[0])
            bounds = table.bounds.tolist()
            self._bounds = dict(zip(table.codes.tolist(), map(slice, bounds, bounds[1:]), strict=True))
        return self._bounds

    def fetch(self) -> None:
        """Have the bytes of a short log at hand: who reads all of it kind by kind waits for each record otherwise."""
        window = self._window(self._parts[0].begin)
        # a byte of each line of the processor's cache, in order, which it foresees
        window.bytes[::CACHE_LINE_BYTES].max()

    @property
    def is_short(self) -> bool:
        """Whether all of it is one window."""
        return len(self._parts) == 1

    def all_slices(self, told: Told | None = None) -> Iterator[Slice]:
        """All records in the order of the file, window by window.

        Args:
            told: how far it is.
        """
        for number, part in enumerate(self._parts):
            # the table has them by kind; sorted they are in the order of the file again
            starts = np.sort(starts_of(self._whole(part))).astype(np.int64)
            yield Slice(self._window(part.begin), starts, None)
            if told is not None:
                told((number + 1) / len(self._parts))

    def tail(self, begin: int) -> bytes:
        """The bytes from a place to the end of the file, at most a thousand.

        Args:
            begin: first byte.
        """
        return self._data[begin : begin + 1000].tobytes()

    @abstractmethod
    def _find(self, window: Window, last_us: int | None) -> Found:
        """Find the records of a window; the first one is expected at its begin.

        Args:
            window: to look in.
            last_us: the last believed time before it.
        """

    @property
    def has_times(self) -> bool:
        """Whether any record carries its time; where none does, all times are nought and mean nothing."""
        untimed = self._untimed()
        return untimed is None or any(not untimed[code] for code in self.spans)

    def _untimed(self) -> NDArray[np.bool_] | None:
        """By kind, whether its records don't carry their time; None where all do."""
        return None

    def _window(self, begin: int) -> Window:
        # the window at the end of the file may be a copy, with zeros behind it: it is made once
        if self._tail_window is not None and self._tail_window[0] == begin:
            return self._tail_window[1]
        # the window that was used last, since one reader asks for several kinds of it in a row
        if self._last_window is None or self._last_window[0] != begin:
            self._last_window = begin, self._new_window(begin)
            if begin + WINDOW_BYTES >= self._data.size:
                self._tail_window = self._last_window
        return self._last_window[1]

    def _new_window(self, begin: int) -> Window:
        limit = min(WINDOW_BYTES, self._data.size - begin)
        # records that begin before the limit may end behind it, and be followed by one that confirms them
        wanted = limit + 2 * self._margin
        found = self._data[begin : begin + wanted]
        end = found.size
        if end < wanted and self.wants_zeros:
            found = np.concatenate([found, np.zeros(wanted - end, np.uint8)])
        return Window(found, limit, end)

    def _read_part(self, begin: int, last_us: int | None) -> tuple[_Part, int, int | None]:
        found = self._find(self._window(begin), last_us)
        for gap in found.gaps:
            self._add_gap(Gap(begin + gap.begin, begin + gap.end))
        self.refused_times += found.believed.size - int(np.count_nonzero(found.believed))
        table = self._table(found)
        # what has no room is found again when it is asked for: a log of any size is read in bounded memory
        if starts_of(table).size + self._kept > KEPT_STARTS:
            table = table._replace(starts=None, times={}, time_us=None)
        else:
            self._kept += starts_of(table).size + 2 * sum(times.size for times in table.times.values())
        refused = int(found.believed[::-1].argmax()) if found.believed.size else 0
        is_any = refused < found.believed.size and bool(found.believed[-1 - refused])
        after_us = int(found.time_us[-1 - refused]) if is_any else last_us
        return _Part(begin, last_us, table), begin + found.end, after_us

    def _whole(self, part: _Part) -> _Table:
        if part.table.starts is not None:
            return part.table
        return self._table(self._find(self._window(part.begin), part.last_us))

    def _add_gap(self, gap: Gap) -> None:
        self.gap_bytes += gap.end - gap.begin
        last = self.last_gap
        # damage that goes on over the edge of a window is one place of damage
        if last is not None and last.end == gap.begin:
            gap = Gap(last.begin, gap.end)
            if self.gaps[-1] == last:
                self.gaps[-1] = gap
        else:
            self.gap_count += 1
            if len(self.gaps) < KEPT_GAPS:
                self.gaps.append(gap)
        self.last_gap = gap

    def _table(self, found: Found) -> _Table:
        codes, times, starts = found.codes, found.time_us, found.starts
        if not found.believed.all():
            codes, times, starts = codes[found.believed], times[found.believed], starts[found.believed]
        counts = np.bincount(codes)
        present = np.flatnonzero(counts)
        # numbers of 8 bits are sorted in one go, those of 16 in two, others by comparing them
        ranks = np.zeros(counts.size, np.min_scalar_type(present.size))
        ranks[present] = np.arange(present.size)
        order = np.argsort(ranks[codes], kind="stable")
        bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts[present])])
        times = times[order]
        first_us = np.minimum.reduceat(times, bounds[:-1]) if times.size else times
        last_us = np.maximum.reduceat(times, bounds[:-1]) if times.size else times
        untimed = self._untimed()
        kept = {} if untimed is None else {
            code: times[bounds[at] : bounds[at + 1]].copy() for at, code in enumerate(present.tolist()) if untimed[code]
        }  # fmt: skip
        all_us = times if self.keeps_times and found.end >= self._data.size else None
        return _Table(
            present.astype(np.int32), bounds, first_us, last_us, starts.astype(np.uint32)[order], kept, all_us
        )

    def _summary(self) -> dict[int, Span]:
        spans: dict[int, Span] = {}
        for part in self._parts:
            table = part.table
            columns = (table.codes, np.diff(table.bounds), table.first_us, table.last_us)
            for code, count, first_us, last_us in zip(*(one.tolist() for one in columns), strict=True):
                here, old = Span(count, first_us, last_us), spans.get(code)
                spans[code] = here if old is None else old.joined(here)
        return dict(sorted(spans.items()))


def starts_of(table: _Table) -> NDArray[np.uint32]:
    """Beginnings of the records of a whole table."""
    if table.starts is None:
        raise AssertionError("a whole table has its starts")
    return table.starts


def believed_times(
    time_us: Times, last_us: int | None, least_us: int, most_us: int, jump_us: int = MAX_JUMP_US
) -> Flags:
    """Which times make sense: inside limits, and no short run of them far away from the others.

    Args:
        time_us: in the order of the file.
        last_us: the last believed one before them; None if there is none.
        least_us: the least that can be.
        most_us: the most that can be.
        jump_us: how far is far; a day, where nothing else is known.

    Returns:
        Shape (n,), bool.
    """
    if time_us.size and _are_near(time_us, last_us, least_us, most_us, jump_us):
        return np.ones(time_us.size, np.bool_)
    believed: Flags = (time_us >= least_us) & (time_us <= most_us)
    places = np.flatnonzero(believed)
    times = time_us[places].astype(np.int64)
    if not times.size:
        return believed
    steps = np.abs(np.diff(times, prepend=times[0] if last_us is None else last_us))
    begins = np.flatnonzero(steps > jump_us)
    if not begins.size:
        return believed
    begins = distinct(np.append(begins, 0))
    lengths = np.diff(np.append(begins, times.size))
    # without a time before them, the longest run is the one to be believed
    trusted_us = int(times[begins[lengths.argmax()]]) if last_us is None else last_us
    for begin, length in zip(begins.tolist(), lengths.tolist(), strict=True):
        # a long run far away is a clock that was set: from there on its time is the one to compare with
        if length >= SHORT_RUN or abs(int(times[begin]) - trusted_us) <= jump_us:
            trusted_us = int(times[begin + length - 1])
        else:
            believed[places[begin : begin + length]] = False
    return believed


def _are_near(time_us: Times, last_us: int | None, least_us: int, most_us: int, jump_us: int) -> bool:
    """Whether times make sense without a look at each: as those of nearly all logs, which are shorter than a day."""
    low, high = int(time_us.min()), int(time_us.max())
    if low < least_us or high > most_us or high - low > jump_us:
        return False
    return last_us is None or abs(int(time_us[0]) - last_us) <= jump_us
