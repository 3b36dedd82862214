# SPDX-License-Identifier: Apache-2.0
"""Bounded rings of numbers over time. Pure numpy; GUI thread."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

HISTORY_S = 600.0
FIRST_CAPACITY = 512
MAX_CAPACITY = 32_768
"""Ten minutes at 54 a second; a faster value keeps less time."""

LEAST_GAP_S = 5.0
MISSED = 3.0
"""So many usual pauses break a line whose pace is learnt."""
PACE_SHARE = 0.2
PACE_PAUSES = 9
"""Pauses before one that tell what is usual, where many points come at once."""

Numbers = NDArray[np.float64]


class PlotSeries:
    """One value over the last ten minutes, ascending in time. A gap in it is a NaN, so that a line breaks there."""

    def __init__(self, capacity: int = FIRST_CAPACITY, gap_s: float = 5.0, *, is_paced: bool = False) -> None:
        """Begin empty.

        Args:
            capacity: points there is room for at first.
            gap_s: a longer pause breaks the line, seconds.
            is_paced: a pause breaks it that is much longer than its usual one, too.
        """
        self._times = np.empty(capacity, dtype=np.float64)
        self._values = np.empty(capacity, dtype=np.float64)
        self._start = self._stop = 0
        self._gap_s, self._is_paced = gap_s, is_paced
        self.pace_s: float | None = None
        """Usual pause between two points, seconds; None before the second, or where nobody asked."""
        self.version = 0
        """Grows with each append: tells whether a curve must be drawn again."""

    def __len__(self) -> int:
        return self._stop - self._start

    @property
    def times(self) -> Numbers:
        """Shape (n,), seconds on the station's monotonic clock, ascending."""
        return self._times[self._start : self._stop]

    @property
    def values(self) -> Numbers:
        """Shape (n,), NaN where unknown."""
        return self._values[self._start : self._stop]

    @property
    def newest(self) -> tuple[float, float] | None:
        """Time and value of the last point; None when empty."""
        if not len(self):
            return None
        return float(self._times[self._stop - 1]), float(self._values[self._stop - 1])

    @property
    def gap_s(self) -> float:
        """A longer pause breaks the line, seconds."""
        return self._gap_s

    def renew(self) -> None:
        """Take in what is new where a series follows from others; this one is appended to."""

    def append(self, time_s: float, value: float | None) -> None:
        """Add a point; one that is not newer than the last is dropped."""
        if len(self):
            last_s = self._times[self._stop - 1]
            # binary search needs times that rise
            if time_s <= last_s:
                return
            if time_s - last_s > self._break_s:
                # just behind the last point, so that times still rise
                self._push(math.nextafter(last_s, math.inf), math.nan)
            if self._is_paced:
                self._learn(float(time_s - last_s))
        self._push(time_s, math.nan if value is None else value)

    @property
    def _break_s(self) -> float:
        if self.pace_s is None:
            return self._gap_s
        return min(self._gap_s, max(LEAST_GAP_S, MISSED * self.pace_s))

    def _learn(self, pause_s: float) -> None:
        usual_s = pause_s if self.pace_s is None else self.pace_s
        # a long pause counts for no more than three usual ones: one outage must not hide the next
        self.pace_s = usual_s + PACE_SHARE * (min(pause_s, MISSED * usual_s) - usual_s)

    def breaks(self, times: Numbers) -> NDArray[np.int64]:
        """Where a line over many points breaks, by the rules of this series: places of the points before each gap.

        Args:
            times: shape (n,), ascending; of another time than what is kept here.
        """
        pauses = np.diff(times)
        if not self._is_paced:
            return np.flatnonzero(pauses > self._gap_s)
        found = np.flatnonzero(pauses > LEAST_GAP_S)
        before = found[:, np.newaxis] - np.arange(1, PACE_PAUSES + 1)
        # where nothing is before, the pause itself is the usual one: as `append`, which learns from the first
        usual_s = np.median(pauses[np.where(before < 0, found[:, np.newaxis], before)], axis=1) if len(found) else 0.0
        return found[pauses[found] > np.minimum(self._gap_s, np.maximum(LEAST_GAP_S, MISSED * usual_s))]

    def extend(self, times: Numbers, values: Numbers) -> None:
        """Add many points, ascending."""
        for time_s, value in zip(times.tolist(), values.tolist(), strict=True):
            self.append(time_s, value)

    def prepend(self, times: Numbers, values: Numbers) -> None:
        """Put points before the first one; those that are not older are left out, and a gap breaks the line as ever.

        Args:
            times: shape (n,), ascending.
            values: shape (n,), NaN where unknown.
        """
        # what came live counts, where both tell of the same moment
        older = int(np.searchsorted(times, self.times[0])) if len(self) else len(times)
        if not older:
            return
        whole = PlotSeries(len(self._times), self._gap_s, is_paced=self._is_paced)
        whole.extend(times[:older], values[:older])
        # added anew: where the two meet a gap may have to break the line
        whole.extend(self.times, self.values)
        self._times, self._values, self._start, self._stop = whole._times, whole._values, whole._start, whole._stop
        self.pace_s = whole.pace_s
        self.version += older

    def at(self, time_s: float, reach_s: float = 5.0) -> float | None:
        """The value held at a moment: the last one not later than it; None in a gap or before the first."""
        index = int(np.searchsorted(self.times, time_s, side="right")) - 1
        # further back a value says nothing of that moment
        if index < 0 or time_s - self.times[index] > reach_s:
            return None
        value = float(self.values[index])
        return None if math.isnan(value) else value

    def _push(self, time_s: float, value: float) -> None:
        if self._stop == len(self._times):
            self._make_room(time_s)
        self._times[self._stop], self._values[self._stop] = time_s, value
        self._stop += 1
        self.version += 1

    def _make_room(self, time_s: float) -> None:
        """Drop what is too old, then grow, then drop the oldest quarter when the bound is reached."""
        # at the front only an index moves; what is kept is copied at most once in a quarter of the room
        self._start += int(np.searchsorted(self.times, time_s - HISTORY_S))
        count, capacity = len(self), len(self._times)
        if count > capacity * 3 // 4:
            if capacity < MAX_CAPACITY:
                capacity *= 2
            else:
                self._start += capacity // 4
                count = len(self)
        times, values = np.empty(capacity), np.empty(capacity)
        times[:count], values[:count] = self.times, self.values
        self._times, self._values, self._start, self._stop = times, values, 0, count


class RowRing:
    """Rows of single-precision numbers at one a second, and two columns of double precision for the place."""

    def __init__(self, columns: int, rows: int = int(HISTORY_S)) -> None:
        self._rows = rows
        self._times = np.full(rows, np.nan)
        self._places = np.full((rows, 2), np.nan)
        # single precision is enough for what a plot shows; a latitude needs double, see `_places`
        self._table = np.full((rows, columns), np.nan, dtype=np.float32)
        self._count = 0

    @property
    def nbytes(self) -> int:
        """Memory held, bytes."""
        return self._times.nbytes + self._places.nbytes + self._table.nbytes

    @property
    def newest_s(self) -> float:
        """Time of the last row; minus infinity when empty."""
        return float(self._times[(self._count - 1) % self._rows]) if self._count else -math.inf

    def append(self, time_s: float, place: tuple[float, float], row: list[float]) -> None:
        """Add a row; the oldest goes when full."""
        index = self._count % self._rows
        self._times[index], self._places[index], self._table[index] = time_s, place, row
        self._count += 1

    def prepend(self, times: Numbers, places: Numbers, table: Numbers, apart_s: float) -> None:
        """Put rows before the first one, as many as there is room for.

        Args:
            times: shape (n,), ascending.
            places: shape (n, 2).
            table: shape (n, columns).
            apart_s: rows closer to the first one than this are left out.
        """
        order = self._order()
        # not nearer than a row's period, so that the pace stays
        older = int(np.searchsorted(times, self._times[order[0]] - apart_s, side="right")) if len(order) else len(times)
        since = max(0, older - (self._rows - len(order)))
        taken = older - since
        if taken <= 0:
            return
        count = taken + len(order)
        kept = self._times[order], self._places[order], self._table[order]
        come = times[since:older], places[since:older], table[since:older]
        for target, old, new in zip((self._times, self._places, self._table), kept, come, strict=True):
            target[:taken], target[taken:count] = new, old
        self._count = count

    def column(self, index: int) -> tuple[Numbers, Numbers]:
        """Times and values of one column, ascending."""
        order = self._order()
        return self._times[order], self._table[order, index].astype(np.float64)

    def places(self) -> tuple[Numbers, Numbers]:
        """Times, shape (n,), and latitude and longitude in degrees, shape (n, 2), ascending."""
        order = self._order()
        return self._times[order], self._places[order]

    def _order(self) -> NDArray[np.int64]:
        count = min(self._count, self._rows)
        # from the oldest on: the ring begins anywhere
        return np.arange(self._count - count, self._count) % self._rows
