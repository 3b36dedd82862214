# SPDX-License-Identifier: Apache-2.0
"""Long series as short lines that look the same on paper. Pure."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundstation.logs.report.scales import Scale
from groundstation.logs.report.sheet import Point, polyline
from groundstation.logs.series import ValueSeries
from groundstation.logs.sources import Numbers

Curve = list[tuple[float, float]]
"""Times and values."""

COLUMN_MM = 0.2
"""All samples in so much of the width become their mean, with an area from the lowest to the highest."""
DENSE = 3
"""So many samples in a column on average, and each can't be seen any more."""
GAP_PERIODS = 8.0
"""A silence this many times longer than usual is a gap, which no line crosses."""
GAP_S = 3.0
"""A silence that is shorter than this is no gap."""


class Stroke(NamedTuple):
    """A series on paper."""

    line: str
    """Path data; where samples are dense, of their mean."""
    envelope: str
    """Path data of the area from the lowest to the highest sample where they are dense; else empty."""
    dots: tuple[Point, ...]
    """Samples alone between gaps."""


def stroke(series: ValueSeries, factor: float, across: Scale, up: Scale) -> Stroke:
    """A series as lines; gaps in time stay open."""
    lines, areas, dots = [], [], []
    for begin, end in _runs(series.time_s):
        time_s, values = series.time_s[begin:end], series.values[begin:end] * factor
        if end - begin == 1:
            dots.append((across.at(float(time_s[0])), up.at(float(values[0]))))
            continue
        low, high, mean = _columns(time_s, values, across)
        # where samples are few `_columns` gives the same list three times
        if low is not high:
            edges = _points(low, across, up) + _points(high, across, up)[::-1]
            areas.append(polyline(edges) + "z")
        lines.append(polyline(_points(mean, across, up)))
    return Stroke("".join(lines), "".join(areas), tuple(dots))


def gaps(time_s: Numbers) -> NDArray[np.int64]:
    """Places before which nothing was heard for unusually long."""
    if len(time_s) < 2:
        return np.zeros(0, dtype=np.int64)
    periods = np.diff(time_s)
    longest = max(GAP_S, GAP_PERIODS * float(np.median(periods)), GAP_PERIODS * float(np.percentile(periods, 90)) / 2)
    return np.flatnonzero(periods > longest).astype(np.int64) + 1


def _runs(time_s: Numbers) -> list[tuple[int, int]]:
    edges = [0, *gaps(time_s).tolist(), len(time_s)]
    return list(itertools.pairwise(edges))


def _points(curve: Curve, across: Scale, up: Scale) -> list[Point]:
    return [(across.at(at), up.at(value)) for at, value in curve]


def _columns(time_s: Numbers, values: Numbers, across: Scale) -> tuple[Curve, Curve, Curve]:
    """Lowest, highest and mean value of each column of the paper; the samples themselves where they are few."""
    count = max(1, int(abs(across.end_mm - across.begin_mm) / COLUMN_MM))
    column = ((time_s - across.low) / (across.high - across.low) * count).astype(np.int64)
    first = np.concatenate(([0], np.flatnonzero(np.diff(column)) + 1))
    if len(time_s) <= DENSE * (column[-1] - column[0] + 1):
        every = _without_flats(time_s, values)
        return every, every, every
    sizes = np.diff(np.append(first, len(time_s)))
    # from the beginning of the axis: sums of seconds since 1970 would lose their decimals
    middle = np.add.reduceat(time_s - across.low, first) / sizes + across.low
    low, high = np.minimum.reduceat(values, first), np.maximum.reduceat(values, first)
    mean = np.add.reduceat(values, first) / sizes
    return _without_flats(middle, low), _without_flats(middle, high), _without_flats(middle, mean)


def _without_flats(time_s: Numbers, values: Numbers) -> Curve:
    """Points without those between two of the same value."""
    is_kept = np.ones(len(values), dtype=np.bool_)
    is_kept[1:-1] = (values[1:-1] != values[:-2]) | (values[1:-1] != values[2:])
    return list(zip(time_s[is_kept].tolist(), values[is_kept].tolist(), strict=True))
