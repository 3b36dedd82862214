# SPDX-License-Identifier: Apache-2.0
"""What was read of older values, in bounded memory: what was not shown for longest goes first. GUI thread."""

from __future__ import annotations

import math

import numpy as np

from groundstation.fleet.value_path import ValueRef
from groundstation.ui.plots.older_values import OlderPart
from groundstation.ui.plots.pyramid import Pyramid
from groundstation.ui.series import Numbers, PlotSeries

MOST_BYTES = 256 * 1024 * 1024
"""Of all plots together: some twelve million points, ten curves of ten values a second for a day and a half."""

Span = tuple[float, float]


class Run:
    """A span of time of which everything was read."""

    def __init__(self, begin_s: float, end_s: float, pyramid: Pyramid) -> None:
        self.begin_s, self.end_s, self.pyramid = begin_s, end_s, pyramid
        self.shown = 0
        """The number of the look in which it was shown last."""

    def keep(self, begin_s: float, end_s: float) -> None:
        """Forget the rest."""
        self.begin_s, self.end_s = max(self.begin_s, begin_s), min(self.end_s, end_s)
        self.pyramid.keep(self.begin_s, self.end_s)


class OlderRuns:
    """By value: runs that neither touch nor overlap, ascending."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        """Begin with nothing.

        Args:
            most_bytes: memory that may be held.
        """
        self._most_bytes = most_bytes
        self._runs: dict[ValueRef, list[Run]] = {}
        self._bounds: dict[ValueRef, Span] = {}
        self._look = 0
        self._looked_at: Span = (0.0, 0.0)
        self.is_full = False
        """Whether what is shown at this moment has no room; nothing more is to be asked for."""
        self.version = 0
        """Grows with each change."""

    @property
    def nbytes(self) -> int:
        """Memory held, bytes."""
        return sum(run.pyramid.nbytes for runs in self._runs.values() for run in runs)

    def look(self, begin_s: float, end_s: float) -> None:
        """From now on this span is shown: what `runs` gives is in use."""
        if (begin_s, end_s) != self._looked_at:
            self._look += 1
            self._looked_at, self.is_full = (begin_s, end_s), False

    def runs(self, ref: ValueRef, begin_s: float, end_s: float) -> list[Run]:
        """What was read of a value in a span, ascending."""
        found = [run for run in self._runs.get(ref, ()) if run.end_s > begin_s and run.begin_s < end_s]
        for run in found:
            run.shown = self._look
        return found

    def holes(self, ref: ValueRef, begin_s: float, end_s: float, *, is_bounded: bool = True) -> list[Span]:
        """What was not read of a span.

        Args:
            ref: the value.
            begin_s: where the span begins.
            end_s: where it ends.
            is_bounded: leave out what was told not to be there yet; what was told not to be there ever always is.
        """
        earliest_s, latest_s = self._bounds.get(ref, (-math.inf, math.inf))
        at_s, end_s = max(begin_s, earliest_s), min(end_s, latest_s if is_bounded else math.inf)
        found = []
        for run in self._runs.get(ref, ()):
            if at_s < min(run.begin_s, end_s):
                found.append((at_s, min(run.begin_s, end_s)))
            at_s = max(at_s, run.end_s)
        if at_s < end_s:
            found.append((at_s, end_s))
        return found

    def bounds(self, ref: ValueRef) -> Span:
        """Between which moments there is anything of a value; infinite where that is not known."""
        return self._bounds.get(ref, (-math.inf, math.inf))

    def points(self, ref: ValueRef, begin_s: float, end_s: float) -> tuple[Numbers, Numbers]:
        """Times and values that were read of a span."""
        found = [(run.pyramid.times, run.pyramid.values) for run in self.runs(ref, begin_s, end_s)]
        times, values = (np.concatenate([np.empty(0), *(one[place] for one in found)]) for place in (0, 1))
        first, stop = np.searchsorted(times, (begin_s, end_s)).tolist()
        return times[first:stop], values[first:stop]

    def value_at(self, ref: ValueRef, time_s: float) -> tuple[float, float] | None:
        """Time and value of the last point that is not later; None when none is known."""
        for run in reversed(self._runs.get(ref, [])):
            times = run.pyramid.times
            index = int(np.searchsorted(times, time_s, side="right")) - 1
            if index >= 0:
                return float(times[index]), float(run.pyramid.values[index])
        return None

    def add(self, part: OlderPart, rules: PlotSeries) -> None:
        """Take in what was read; what is there already stays as it is.

        Args:
            part: what came.
            rules: a series of that value, for what is a gap.
        """
        earliest_s, latest_s = part.earliest_s, part.latest_s
        self._bounds[part.ref] = (
            -math.inf if earliest_s is None else earliest_s,
            math.inf if latest_s is None else latest_s,
        )
        times, values = _rising(part.times, part.values)
        for begin_s, end_s in self._unread(part.ref, part.begin_s, part.end_s):
            first, stop = np.searchsorted(times, (begin_s, end_s)).tolist()
            run = Run(begin_s, end_s, Pyramid(*_broken(times[first:stop], values[first:stop], rules)))
            # as if it had been shown: it was asked for because somebody looks there
            run.shown = self._look
            self._insert(part.ref, run, rules)
        self.version += 1
        if self.nbytes > self._most_bytes:
            self._make_room(part)

    def _unread(self, ref: ValueRef, begin_s: float, end_s: float) -> list[Span]:
        bounds = self._bounds.pop(ref)
        found = self.holes(ref, begin_s, end_s)
        self._bounds[ref] = bounds
        return found

    def _insert(self, ref: ValueRef, run: Run, rules: PlotSeries) -> None:
        """Put it where it belongs; runs that touch become one."""
        runs = self._runs.setdefault(ref, [])
        runs.append(run)
        runs.sort(key=lambda one: one.begin_s)
        joined: list[Run] = []
        for one in runs:
            if joined and joined[-1].end_s >= one.begin_s:
                joined[-1] = _joined(joined[-1], one, rules)
            else:
                joined.append(one)
        self._runs[ref] = joined

    def _make_room(self, part: OlderPart) -> None:
        others = [(run.shown, ref, run) for ref, runs in self._runs.items() for run in runs if run.shown < self._look]
        for _, ref, run in sorted(others, key=lambda one: one[0]):
            self._runs[ref].remove(run)
            if self.nbytes <= self._most_bytes:
                return
        begin_s, end_s = self._looked_at
        for runs in self._runs.values():
            for run in runs:
                run.keep(begin_s, end_s)
            runs[:] = [run for run in runs if run.begin_s < run.end_s]
        if self.nbytes > self._most_bytes:
            # more is shown than there is room for: what came last goes, or each would push out another for ever
            self.is_full = True
            for run in self._runs[part.ref]:
                self._cut(part.ref, run, part.begin_s, part.end_s)

    def _cut(self, ref: ValueRef, run: Run, begin_s: float, end_s: float) -> None:
        """Forget a span of a run: what is left is the larger of the two sides."""
        before_s, behind_s = begin_s - run.begin_s, run.end_s - end_s
        if max(before_s, behind_s) <= 0:
            self._runs[ref] = [one for one in self._runs[ref] if one is not run]
        elif before_s >= behind_s:
            run.keep(run.begin_s, begin_s)
        else:
            run.keep(end_s, run.end_s)


def _rising(times: Numbers, values: Numbers) -> tuple[Numbers, Numbers]:
    """Without points that are not later than all before them: binary search needs times that rise."""
    if not len(times):
        return times, values
    is_later = np.concatenate(([True], times[1:] > np.maximum.accumulate(times)[:-1]))
    return times[is_later], values[is_later]


def _broken(times: Numbers, values: Numbers, rules: PlotSeries) -> tuple[Numbers, Numbers]:
    """With a NaN just behind the last point before each gap."""
    places = rules.breaks(times)
    return (
        np.insert(times, places + 1, np.nextafter(times[places], math.inf)),
        np.insert(values, places + 1, math.nan),
    )


def _joined(one: Run, other: Run, rules: PlotSeries) -> Run:
    """Two that touch, as one: the smaller is copied to the larger."""
    left, right = one.pyramid, other.pyramid
    if len(left) and len(right) and is_gap(left.times, float(right.times[0]), rules):
        left.append(np.nextafter(left.times[-1:], math.inf), np.array([math.nan]))
    if len(left) >= len(right):
        left.append(right.times, right.values)
        whole = left
    else:
        right.prepend(left.times, left.values)
        whole = right
    run = Run(one.begin_s, max(one.end_s, other.end_s), whole)
    run.shown = max(one.shown, other.shown)
    return run


def is_gap(before: Numbers, next_s: float, rules: PlotSeries) -> bool:
    """Whether the line breaks between the last of some points and the one that follows them."""
    last = np.append(before[-20:], next_s)
    return bool(len(before) and len(last) - 2 in rules.breaks(last))
