# SPDX-License-Identifier: Apache-2.0
"""Finds the records of a log that lie one behind the other, by whole arrays. Sans-I/O: bytes in, places out.

Where a format has a mark that other bytes hardly have, all records are seen at once. Else a window of the file is cut
into thousands of lanes. All lanes step from record to record at the same time, each step a few numpy gathers. What was
seen or what the lanes found is only a proposal: `walk` joins it strictly from the first record on, and
goes by single steps where it does not join, as around damage.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
"""Shape (n,), uint8."""
Places = NDArray[np.int64]
"""Shape (n,), int64: bytes from the beginning of a window."""
Sizes = NDArray[np.int64] | NDArray[np.uint16]
"""Shape (n,): bytes."""
Flags = NDArray[np.bool_]
"""Shape (n,), bool."""

LANES = 2_048
"""In a large window: each step of all of them costs as much as that of some hundred."""
LANE_BYTES = (1_024, 4_096)
"""At least and at most: long enough for some dozen records, short enough for few steps in a small log."""

FEW_LANES = 16
"""So few are walked one after the other; for more, arrays are faster."""


class Window(NamedTuple):
    """A part of a file in which records are looked for."""

    bytes: Bytes
    """The part, and behind it twice `RecordRules.margin` bytes of what follows.

    Behind the end of the file there are zeros, or nothing where `RecordIndex.wants_zeros` says that nobody needs them.
    """
    limit: int
    """Records that begin before this byte belong to the window."""
    end: int
    """Where the file ends, or the last byte of `bytes` that is of the file."""


class Gap(NamedTuple):
    """Bytes that belong to no record."""

    begin: int
    end: int


class Walk(NamedTuple):
    """The records of a window."""

    starts: Places
    """Where each begins, ascending."""
    gaps: list[Gap]
    """What lies between them, ascending."""
    end: int
    """Where the next window has to go on; at least its limit, or the end of the file."""


class RecordRules(Protocol):
    """How the records of a format look."""

    margin: int
    """Bytes that a record can have at most."""

    def sizes(self, window: Window, places: Places) -> Sizes:
        """Sizes of the records at these places in bytes by their headers; 0 where there is no header.

        The places are ascending.
        """

    def size(self, window: Window, place: int) -> int:
        """The same of one place."""

    def seen(self, window: Window, begin: int) -> Places | None:
        """Where records seem to begin, ascending, if that is told of nearly all at a glance; else None."""

    def candidates(self, window: Window, places: Places, width: int) -> Places:
        """The first place within `width` bytes of each where a record seems to begin; -1 where none does."""

    def are_good(self, window: Window, starts: Places) -> tuple[Sizes, Flags]:
        """Size of each record, and whether it can be believed. The places are ascending."""

    def good_size(self, window: Window, place: int) -> int:
        """Size of the record at a place; 0 when it can't be believed. Says the same as `are_good`."""

    def next_good(self, window: Window, place: int) -> int:
        """The first place from `place` on where a record can be believed without one before it; the limit if none."""


def walk(rules: RecordRules, window: Window, begin: int) -> Walk:
    """Find the records of a window.

    Args:
        rules: how they look.
        window: where to look.
        begin: where the first record is expected.
    """
    seen = rules.seen(window, begin)
    proposed = _lanes(rules, window, begin) if seen is None else seen
    sizes, good = rules.are_good(window, proposed)
    ends = proposed + sizes
    # a window without damage, as nearly all are: the proposal is the answer
    if proposed.size and proposed[0] == begin and good.all() and np.array_equal(ends[:-1], proposed[1:]):
        last = int(ends[-1])
        if last >= window.limit:
            return Walk(proposed, [], last)
    return _joined(rules, window, begin, proposed, ends, good)


def _joined(rules: RecordRules, window: Window, begin: int, proposed: Places, ends: Places, good: Flags) -> Walk:
    """Follow the proposal where it holds, single steps where it does not."""
    is_last = np.ones(proposed.size, np.bool_)
    is_last[:-1] = (ends[:-1] != proposed[1:]) | ~good[1:]
    # where a chain of good records that follow each other ends
    lasts = np.flatnonzero(is_last)
    pieces: list[Places] = []
    single: list[int] = []
    gaps: list[Gap] = []
    place, limit = begin, min(window.limit, window.end)
    while place < limit:
        at = int(np.searchsorted(proposed, place))
        if at < proposed.size and proposed[at] == place and good[at]:
            last = int(lasts[np.searchsorted(lasts, at)])
            pieces += [np.array(single, np.int64), proposed[at : last + 1]]
            single.clear()
            place = int(ends[last])
            continue
        size = rules.good_size(window, place)
        if size:
            single.append(place)
            place += size
            continue
        # only what begins before the limit is of this window; the next one looks on from there
        found = min(rules.next_good(window, place + 1), limit)
        gaps.append(Gap(place, found))
        place = found
    pieces.append(np.array(single, np.int64))
    return Walk(np.concatenate(pieces), gaps, place)


def _lanes(rules: RecordRules, window: Window, begin: int) -> Places:
    """What all lanes find, sorted; may hold nonsense after damage or a false start."""
    limit = min(window.limit, window.end)
    lane = min(max(LANE_BYTES[0], (limit - begin) // LANES), LANE_BYTES[1])
    firsts = np.arange(begin + lane, limit, lane, dtype=np.int64)
    firsts = rules.candidates(window, firsts, rules.margin) if firsts.size else firsts
    places = np.concatenate([np.array([begin], np.int64), distinct(firsts[firsts >= 0])])
    ends = np.append(places[1:], limit)
    found: list[NDArray[np.int32]] = []
    while places.size > FEW_LANES:
        sizes = rules.sizes(window, places)
        going = sizes > 0
        found.append(places[going].astype(np.int32))
        places = places + sizes
        going &= places < ends
        if not going.all():
            places, ends = places[going], ends[going]
    # few lanes are left behind damage: a loop of arrays would cost more than the records
    found += [_steps(rules, window, int(place), int(end)) for place, end in zip(places, ends, strict=True)]
    starts = np.concatenate(found) if found else np.empty(0, np.int32)
    starts.sort()
    # two lanes meet on the same record only behind a false start
    return _distinct(starts).astype(np.int64)


def _steps(rules: RecordRules, window: Window, place: int, end: int) -> NDArray[np.int32]:
    """One lane alone."""
    found: list[int] = []
    while place < end and (size := rules.size(window, place)):
        found.append(place)
        place += size
    return np.array(found, np.int32)


def _distinct(ascending: NDArray[Any]) -> NDArray[Any]:
    same = ascending[1:] == ascending[:-1]
    return ascending[np.append(True, ~same)] if same.any() else ascending


def first_matches(matches: NDArray[np.bool_], places: Places) -> Places:
    """The first match of each row as a place.

    Args:
        matches: shape (n, width), bool: row i says for `places[i]`, `places[i] + 1` ... whether it matches.
        places: shape (n,).

    Returns:
        Shape (n,); -1 where nothing in the row matches.
    """
    columns = matches.argmax(axis=1)
    return np.where(matches[np.arange(places.size), columns], places + columns, -1)


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """Values of shape (n,) sorted, each once; `np.unique` does more, and first imports all of `numpy.ma`."""
    return _distinct(np.sort(values))


@cache
def _void(size: int) -> np.dtype[np.void]:
    return np.dtype((np.void, size))


def rows_of(data: Bytes, starts: Places, size: int) -> NDArray[np.void]:
    """Copies of `size` bytes from each start: shape (n,), void of that size; zeros for what is behind the end.

    Args:
        data: shape (m,), contiguous.
        starts: shape (n,), none below 0.
        size: bytes a row, at least 1.
    """
    # rows that overlap, one a byte, without a copy; the choice of rows makes it
    overlapping = np.ndarray((max(data.size - size + 1, 0),), _void(size), data, 0, (1,))
    try:
        rows: NDArray[np.void] = overlapping[starts]
    except IndexError:
        rows = _rows_to_the_end(data, overlapping, starts)
    return rows


def _rows_to_the_end(data: Bytes, overlapping: NDArray[np.void], starts: Places) -> NDArray[np.void]:
    """The same where the last rows reach over the end: only these are looked for in a copy with zeros behind."""
    size = overlapping.itemsize
    late = starts >= overlapping.size
    tail = np.zeros(int(starts.max()) - overlapping.size + size, np.uint8)
    there = data[overlapping.size :][: tail.size]
    tail[: there.size] = there
    rows = np.empty(starts.size, overlapping.dtype)
    rows[~late] = overlapping[starts[~late]]
    rows[late] = rows_of(tail, starts[late] - overlapping.size, size)
    return rows
