# SPDX-License-Identifier: Apache-2.0
"""What is to be said of the numbers of a span of time as a whole. Pure numpy; no Qt.

A long run is counted in blocks, each once and a bounded number at a time, so that a day of points never holds up the
window: what is not counted yet is told as such. A value counts as held until the next one, and not at all before a gap.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from groundstation.ui.plots.pyramid import Pyramid
from groundstation.ui.series import Numbers

BLOCK = 4_096
"""Points that are counted together once and for all."""
PILE = 64
"""Blocks that are one of the next size."""
BLOCKS_AT_ONCE = 48
"""Two hundred thousand points: some 4 ms."""


class Totals(NamedTuple):
    """Of the known values of a span; in their own unit."""

    known: int = 0
    low: float = math.nan
    high: float = math.nan
    mean: float = math.nan
    squares: float = 0.0
    """Sum of the squared distances from the mean."""
    first: float = math.nan
    last: float = math.nan
    above_s: float = 0.0
    """Time above the limit, seconds; 0 without a limit."""
    below_s: float = 0.0

    @property
    def deviation(self) -> float:
        """Standard deviation of the sample; NaN of fewer than two values."""
        return math.sqrt(self.squares / (self.known - 1)) if self.known > 1 else math.nan


NOTHING = Totals()


def joined(one: Totals, other: Totals) -> Totals:
    """Of two spans, the later one second, as if they were one; after Chan, which loses nothing by cancellation."""
    if not one.known or not other.known:
        kept = one if one.known else other
        return kept._replace(above_s=one.above_s + other.above_s, below_s=one.below_s + other.below_s)
    count, apart = one.known + other.known, other.mean - one.mean
    return Totals(
        count,
        min(one.low, other.low),
        max(one.high, other.high),
        one.mean + apart * other.known / count,
        one.squares + other.squares + apart * apart * one.known * other.known / count,
        one.first,
        other.last,
        one.above_s + other.above_s,
        one.below_s + other.below_s,
    )


def totals_of(values: Numbers, held_s: Numbers, limit: float | None) -> Totals:
    """Of some points.

    Args:
        values: shape (n,), NaN where unknown.
        held_s: shape (n,), how long each counts, seconds.
        limit: what `above_s` and `below_s` are about; None for nothing.
    """
    is_known = np.isfinite(values)
    known = values if is_known.all() else values[is_known]
    if not len(known):
        return NOTHING
    mean = float(known.mean())
    apart = known - mean
    return Totals(
        known=len(known),
        low=float(known.min()),
        high=float(known.max()),
        mean=mean,
        squares=float(apart @ apart),
        first=float(known[0]),
        last=float(known[-1]),
        above_s=0.0 if limit is None else float(held_s @ (values > limit)),
        below_s=0.0 if limit is None else float(held_s @ (values < limit)),
    )


class Part(NamedTuple):
    """Some points of a curve, one behind the other with other parts."""

    times: Numbers
    """Shape (n,), seconds, ascending."""
    values: Numbers
    pyramid: Pyramid | None = None
    """Whose points these are, from its first one on; None for what is short."""
    next_s: float | None = None
    """The point behind the last one; None where the line breaks or ends."""


_Name = tuple[int, int, float | None]
"""Size, place of the first point, and limit."""


class SpanTotals:
    """Counts; remembers what it counted of each run."""

    def __init__(self) -> None:
        self._blocks: weakref.WeakKeyDictionary[Pyramid, dict[_Name, Totals]] = weakref.WeakKeyDictionary()
        self._left = BLOCKS_AT_ONCE

    def begin(self) -> None:
        """Another turn: as much may be counted as in the last one."""
        self._left = BLOCKS_AT_ONCE

    def of(self, parts: Sequence[Part], begin_s: float, end_s: float, limit: float | None) -> Totals | None:
        """What is to be said of a span.

        Args:
            parts: the curve.
            begin_s: where the span begins, seconds.
            end_s: where it ends; a point of that moment is in it.
            limit: what is asked about above and below; None for nothing.

        Returns:
            What is known; None while there is more to be counted than one turn does.
        """
        found: Totals | None = NOTHING
        for part in parts:
            mine = self._of_part(part, begin_s, end_s, limit)
            # the others are counted all the same, as far as this turn goes
            found = None if found is None or mine is None else joined(found, mine)
        return found

    def _of_part(self, part: Part, begin_s: float, end_s: float, limit: float | None) -> Totals | None:
        first, stop = int(np.searchsorted(part.times, begin_s)), int(np.searchsorted(part.times, end_s, "right"))
        before = self._held_into(part, first, begin_s, end_s, limit)
        if part.pyramid is None:
            return joined(before, _counted(part, first, stop, end_s, limit))
        found, is_whole = before, True
        for begin, end, size in _cut(first, stop, part.pyramid.first, len(part.times)):
            if size:
                one = self._block(part, part.pyramid, (size, begin + part.pyramid.first, limit))
            else:
                one = _counted(part, begin, end, end_s, limit)
            if one is None:
                is_whole = False
                break
            found = joined(found, one)
        return found if is_whole else None

    def _block(self, part: Part, pyramid: Pyramid, name: _Name) -> Totals | None:
        known = self._blocks.setdefault(pyramid, {})
        if name in known:
            return known[name]
        size, place, limit = name
        if known and next(iter(known))[2] != limit:
            # of another limit: nobody asks for it any more
            known.clear()
        if size > BLOCK:
            found: Totals | None = NOTHING
            for begin in range(place, place + size, BLOCK):
                one = self._block(part, pyramid, (BLOCK, begin, limit))
                found = None if found is None or one is None else joined(found, one)
        else:
            found = None
            if self._left > 0:
                self._left -= 1
                first = place - pyramid.first
                found = _counted(part, first, first + BLOCK, math.inf, limit)
        if found is not None:
            known[name] = found
        return found

    def _held_into(self, part: Part, first: int, begin_s: float, end_s: float, limit: float | None) -> Totals:
        """For how long the value of before counts in the span; the value itself is of before."""
        if limit is None or first == 0 or not len(part.times):
            return NOTHING
        until_s = part.times[first] if first < len(part.times) else part.next_s
        value = part.values[first - 1]
        if until_s is None or math.isnan(value):
            return NOTHING
        held_s = max(0.0, min(float(until_s), end_s) - begin_s)
        return NOTHING._replace(above_s=held_s * bool(value > limit), below_s=held_s * bool(value < limit))


def _counted(part: Part, first: int, stop: int, end_s: float, limit: float | None) -> Totals:
    """Some points, by their places."""
    if stop <= first:
        return NOTHING
    times = part.times[first : stop + 1]
    if stop >= len(part.times):
        last_s = times[-1] if part.next_s is None else part.next_s
        times = np.append(times, last_s)
    # a gap is a point just behind the last one before it: that one is held for no time
    return totals_of(part.values[first:stop], np.diff(np.minimum(times, end_s)), limit)


def _cut(first: int, stop: int, offset: int, length: int) -> Iterator[tuple[int, int, int]]:
    """Pieces of some places: whole blocks with their sizes, and what is none with 0.

    Blocks are counted from where the run's first points were put, so that they stay what they are when it grows at
    either end.
    """
    at = first
    while at < stop:
        # how long its last point is held is known once there is a next one
        most = min(stop, length - 1)
        size = next((one for one in (BLOCK * PILE, BLOCK) if (at + offset) % one == 0 and at + one <= most), 0)
        end = at + size if size else min(stop, at + BLOCK - (at + offset) % BLOCK)
        yield at, end, size
        at = end
