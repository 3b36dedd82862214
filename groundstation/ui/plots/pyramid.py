# SPDX-License-Identifier: Apache-2.0
"""A curve of any length in a few points a pixel: minima and maxima, kept in levels. Pure numpy; no Qt.

Each level has the least and the greatest of sixteen of the level below. What is shown of a pixel column is put together
from a handful of each, so that a view costs the same for ten million points as for ten thousand.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstation.ui.series import Numbers

FACTOR = 16
"""Cells of a level that are one of the next. More need fewer levels and longer searches, and the other way round."""
FEW = 5
"""Points of a pixel column that are drawn as they are; more become first, least, greatest and last, and a gap."""
FIRST_ROOM = 256
BUCKETS_AT_ONCE = 65_536
"""A level of a long series is made in parts, each of a few megabytes."""

Indices = NDArray[np.int64]
Cells = np.ndarray[Any, np.dtype[Any]]
"""Numbers, or whether something is so."""


class _Row:
    """Numbers that grow at both ends, counted from where the first ones were put: before them is below 0."""

    def __init__(self, dtype: type) -> None:
        self._room: Cells = np.empty(FIRST_ROOM, dtype)
        # in the middle, so that there is room at both ends
        self._zero = FIRST_ROOM // 2
        self.first = self.stop = 0

    def __getitem__(self, index: Indices) -> Cells:
        found: Cells = self._room[index + self._zero]
        return found

    def part(self, first: int, stop: int) -> Cells:
        """What is kept of these places; a view, valid until it grows."""
        return self._room[max(first, self.first) + self._zero : min(stop, self.stop) + self._zero]

    def put(self, first: int, numbers: Cells) -> None:
        """Write them there: over what is there, or where the one end goes on."""
        stop = first + len(numbers)
        self._fit(min(first, self.first), max(stop, self.stop))
        self._room[first + self._zero : stop + self._zero] = numbers
        self.first, self.stop = min(first, self.first), max(stop, self.stop)

    def cut(self, first: int, stop: int) -> None:
        """Keep these places only, and give the room of the others back."""
        kept = self.part(first, stop)
        self._room, self._zero = kept.copy(), -max(first, self.first)
        self.first, self.stop = max(first, self.first), min(stop, self.stop)

    @property
    def nbytes(self) -> int:
        """Memory held, bytes."""
        return self._room.nbytes

    def _fit(self, first: int, stop: int) -> None:
        if first + self._zero >= 0 and stop + self._zero <= len(self._room):
            return
        # half as much again at the end that grows: what is there is copied seldom; what comes first is often all
        more = (stop - first) // 2 + FIRST_ROOM if self.stop > self.first else 0
        before, behind = (more if first < self.first else 0), (more if stop > self.stop else 0)
        kept, begin = self.part(self.first, self.stop), first - before
        self._room, self._zero = np.empty(stop + behind - begin, self._room.dtype), -begin
        self._room[self.first - begin : self.first - begin + len(kept)] = kept


class _Level:
    """Least, greatest, and whether there is a gap, of each bucket of `FACTOR` cells of the level below."""

    def __init__(self) -> None:
        self.lows, self.highs, self.gaps = _Row(np.float64), _Row(np.float64), _Row(np.bool_)

    @property
    def rows(self) -> tuple[_Row, _Row, _Row]:
        return self.lows, self.highs, self.gaps


class Pyramid:
    """A value over ascending times. NaN is a gap."""

    def __init__(self, times: Numbers | None = None, values: Numbers | None = None) -> None:
        """Begin, empty or with points.

        Args:
            times: shape (n,), seconds, ascending.
            values: shape (n,), NaN where unknown.
        """
        self._times, self._values = _Row(np.float64), _Row(np.float64)
        self._levels: list[_Level] = []
        if times is not None and values is not None:
            self.append(times, values)

    def __len__(self) -> int:
        return self._times.stop - self._times.first

    @property
    def first(self) -> int:
        """Place of the first point, counted from where the first ones were put: of each it stays the same for ever."""
        return self._times.first

    @property
    def times(self) -> Numbers:
        """Shape (n,), ascending; valid until the next change."""
        return self._times.part(self._times.first, self._times.stop)

    @property
    def values(self) -> Numbers:
        """Shape (n,), NaN where unknown; valid until the next change."""
        return self._values.part(self._values.first, self._values.stop)

    @property
    def nbytes(self) -> int:
        """Memory held, bytes: about 17 a point, and what is held ready for more."""
        rows = [self._times, self._values, *(row for level in self._levels for row in level.rows)]
        return sum(row.nbytes for row in rows)

    def append(self, times: Numbers, values: Numbers) -> None:
        """Put points behind the last one; costs what they are, not what is there.

        Args:
            times: shape (n,), ascending, each later than the last one there is.
            values: shape (n,), NaN where unknown.

        Raises:
            ValueError: the times do not fit.
        """
        if len(times) and len(self) and times[0] <= self.times[-1]:
            raise ValueError(f"{times[0]} is not later than {self.times[-1]}")
        self._put(self._times.stop, times, values)

    def prepend(self, times: Numbers, values: Numbers) -> None:
        """Put points before the first one; costs what they are, not what is there.

        Args:
            times: shape (n,), ascending, each earlier than the first one there is.
            values: shape (n,), NaN where unknown.

        Raises:
            ValueError: the times do not fit.
        """
        if len(times) and len(self) and times[-1] >= self.times[0]:
            raise ValueError(f"{times[-1]} is not earlier than {self.times[0]}")
        self._put(self._times.first - len(times), times, values)

    def keep(self, begin_s: float, end_s: float) -> None:
        """Drop what is earlier or later than that, and give its memory back; costs what is kept."""
        first, stop = (np.searchsorted(self.times, (begin_s, end_s)) + self._times.first).tolist()
        stop = max(first, stop)
        self._times.cut(first, stop)
        self._values.cut(first, stop)
        below = self._values
        for number, level in enumerate(self._levels):
            if below.stop - below.first <= FACTOR:
                # none is needed; made anew when there is more again
                del self._levels[number:]
                break
            first, stop = first // FACTOR, -(-stop // FACTOR)
            # a bucket at an edge still tells of what is gone, and is not asked: it is no whole one
            for row in level.rows:
                row.cut(first, stop)
            below = level.lows

    def view(self, begin_s: float, end_s: float, columns: int, before_s: float = math.inf) -> tuple[Numbers, Numbers]:
        """What to draw of a span of time: every point where there are few, else at most `FEW` a column.

        The first and the last point of a column, its least and its greatest value are always among them, nothing is
        averaged, and a gap stays one. Where a column has hundreds of points, an eighth of them may count to the next.
        The points next to the span are there too, since lines come from them.

        Args:
            begin_s: where the span begins, seconds.
            end_s: where it ends.
            columns: how many pixels it is wide.
            before_s: points from then on are left out.

        Returns:
            Times, ascending, and values, NaN where the line breaks; copies.
        """
        times = self.times if before_s == math.inf else self.times[: np.searchsorted(self.times, before_s)]
        first = self._times.first
        edges = self._whole(_edges(times, begin_s, end_s, columns) + first) - first

        def extremes(begins: Indices, ends: Indices) -> tuple[Cells, Cells, Cells]:
            return self._extremes(begins + first, ends + first)

        return _drawn(times, self.values, edges, extremes)

    def _whole(self, edges: Indices) -> Indices:
        """Where columns have hundreds of points, begin them with a whole bucket: what is below it needs no look.

        A column gives at most an eighth of its points to the next one, which is less than a pixel.
        """
        counts = np.diff(edges)
        # the first and the last column, and the neighbours beside them, end where the span does
        least = np.minimum(counts[1:-2], counts[2:-1])
        size = np.ones(len(least), np.int64)
        for level in range(1, len(self._levels) + 1):
            size[least >= 8 * FACTOR**level] = FACTOR**level
        whole = edges.copy()
        whole[2:-2] -= whole[2:-2] % size
        return whole

    def extremes(self, begin_s: float, end_s: float) -> tuple[float, float] | None:
        """The least and the greatest value in a span of time; None when there is none."""
        edges = np.searchsorted(self.times, np.array((begin_s, end_s))) + self._times.first
        lows, highs, _ = self._extremes(edges[:1], edges[1:])
        return (float(lows[0]), float(highs[0])) if np.isfinite(lows[0]) else None

    def _put(self, first: int, times: Numbers, values: Numbers) -> None:
        self._times.put(first, times)
        self._values.put(first, values)
        self._renew(first, first + len(times))

    def _renew(self, first: int, stop: int) -> None:
        """Make the buckets anew that tell of these points."""
        below, number = self._values, 0
        while below.stop - below.first > FACTOR and stop > first:
            if number == len(self._levels):
                self._levels.append(_Level())
                # a level that is new tells of everything below
                first, stop = below.first, below.stop
            first, stop = first // FACTOR, (stop - 1) // FACTOR + 1
            level = self._levels[number]
            for begin in range(first, stop, BUCKETS_AT_ONCE):
                buckets = np.arange(begin, min(stop, begin + BUCKETS_AT_ONCE))
                cells = buckets[:, np.newaxis] * FACTOR + np.arange(FACTOR)
                # beyond the ends the cell at the end counts once more, which changes nothing
                found = self._reduced(number, np.clip(cells, below.first, below.stop - 1))
                for row, numbers in zip(level.rows, found, strict=True):
                    row.put(begin, numbers)
            below, number = level.lows, number + 1

    def _reduced(self, number: int, cells: Indices) -> tuple[Cells, Cells, Cells]:
        """Of cells of a level, shape (n, m), what is true of each of n; level 0 are the points."""
        if number == 0:
            values = self._values[cells]
            gaps: Cells = np.isnan(values)
            if not gaps.any():
                return values.min(axis=1), values.max(axis=1), gaps[:, 0]
            lows, highs = np.where(gaps, np.inf, values), np.where(gaps, -np.inf, values)
        else:
            lows, highs, gaps = (row[cells] for row in self._levels[number - 1].rows)
        any_gap: Cells = np.any(gaps, axis=1)
        return lows.min(axis=1), highs.max(axis=1), any_gap

    def _extremes(self, begins: Indices, ends: Indices) -> tuple[Cells, Cells, Cells]:
        """Least, greatest, and whether there is a gap, of ranges of points that are not empty; NaN where all is gap."""
        lows, highs = np.full(len(begins), np.inf), np.full(len(begins), -np.inf)
        gaps = np.zeros(len(begins), np.bool_)
        rows = np.arange(len(begins))

        def count(number: int, firsts: Indices, stops: Indices) -> None:
            there = stops > firsts
            if there.any():
                chosen, firsts, stops = rows[there], firsts[there], stops[there]
                cells = firsts[:, np.newaxis] + np.arange(int((stops - firsts).max()))
                low, high, gap = self._reduced(number, np.minimum(cells, stops[:, np.newaxis] - 1))
                lows[chosen], highs[chosen] = np.minimum(lows[chosen], low), np.maximum(highs[chosen], high)
                gaps[chosen] |= gap

        for number in range(len(self._levels) + 1):
            inner, outer = -(-begins // FACTOR), ends // FACTOR
            goes_up = (inner < outer) & (number < len(self._levels))
            # what is no whole bucket of the next level is counted here, the rest there
            count(number, begins, np.where(goes_up, inner * FACTOR, ends))
            begins, ends, rows = begins[goes_up], ends[goes_up], rows[goes_up]
            inner, outer = inner[goes_up], outer[goes_up]
            count(number, outer * FACTOR, ends)
            begins, ends = inner, outer
            if not len(rows):
                break
        is_gap = lows > highs
        lows[is_gap] = highs[is_gap] = np.nan
        return lows, highs, gaps


def thinned(times: Numbers, values: Numbers, begin_s: float, end_s: float, columns: int) -> tuple[Numbers, Numbers]:
    """The same view of points that are in no pyramid; costs what they are, which is little for some ten thousand.

    Args:
        times: shape (n,), seconds, ascending.
        values: shape (n,), NaN where unknown.
        begin_s: where the span begins.
        end_s: where it ends.
        columns: how many pixels it is wide.
    """

    def extremes(begins: Indices, ends: Indices) -> tuple[Cells, Cells, Cells]:
        # between two ranges is one that nobody asked for; the one point more is for a range that ends with the last
        both, more = np.column_stack((begins, ends)).ravel(), np.append(values, np.nan)
        if not len(both):
            return np.empty(0), np.empty(0), np.empty(0, np.bool_)
        found = (np.fmin.reduceat(more, both), np.fmax.reduceat(more, both))
        return found[0][::2], found[1][::2], np.logical_or.reduceat(np.isnan(more), both)[::2]

    return _drawn(times, values, _edges(times, begin_s, end_s, columns), extremes)


def _drawn(
    times: Numbers, values: Numbers, edges: Indices, extremes: Callable[[Indices, Indices], tuple[Cells, Cells, Cells]]
) -> tuple[Numbers, Numbers]:
    """The points of each column, or what stands for them."""
    if edges[-1] - edges[0] <= 2 * len(edges):
        return times[edges[0] : edges[-1]].copy(), values[edges[0] : edges[-1]].copy()
    begins, ends = edges[:-1], edges[1:]
    counts = ends - begins
    is_dense = counts > FEW
    lows, highs, gaps = extremes(begins[is_dense], ends[is_dense])
    sizes = counts.copy()
    sizes[is_dense] = FEW - 1 + gaps
    places = np.cumsum(sizes) - sizes
    shown_s, shown = np.empty(int(sizes.sum())), np.empty(int(sizes.sum()))
    source, target = _ranges(begins[~is_dense], counts[~is_dense]), _ranges(places[~is_dense], counts[~is_dense])
    shown_s[target], shown[target] = times[source], values[source]
    place, first, last = places[is_dense], begins[is_dense], ends[is_dense] - 1
    # behind one another in one column of pixels: what came first of the two is not to be seen
    middle_s = (times[first] + times[last]) / 2
    shown_s[place], shown[place] = times[first], values[first]
    shown_s[place + 1], shown[place + 1] = middle_s, lows
    shown_s[place + 2], shown[place + 2] = middle_s, highs
    shown_s[place + 3], shown[place + 3] = middle_s, np.nan
    shown_s[place + 3 + gaps], shown[place + 3 + gaps] = times[last], values[last]
    return shown_s, shown


def _edges(times: Numbers, begin_s: float, end_s: float, columns: int) -> Indices:
    """Where each column begins and the last one ends, as places in the times; the neighbours of the span included."""
    width_s = (end_s - begin_s) / columns
    first, last = np.searchsorted(times, (begin_s, end_s)).tolist()
    # columns stand still in time while the view moves over them, or what is drawn would shimmer
    number = np.arange(math.floor(begin_s / width_s) + 1, math.ceil(end_s / width_s))
    inner = first + np.searchsorted(times[first:last], number * width_s)
    return np.concatenate(([max(0, first - 1), first], inner, [last, min(len(times), last + 1)])).astype(np.int64)


def _ranges(firsts: Indices, counts: Indices) -> Indices:
    """The numbers from each of the first ones on, so many, one behind the other."""
    before = np.cumsum(counts) - counts
    return np.repeat(firsts - before, counts) + np.arange(int(counts.sum()))
