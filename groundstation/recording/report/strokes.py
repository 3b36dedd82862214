# SPDX-License-Identifier: Apache-2.0
"""Long series as short lines that look the same on paper. Pure."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from groundstation.recording.report.scales import Scale
from groundstation.recording.report.sheet import polyline
from groundstation.recording.series import Series
from groundstation.recording.sources import Numbers

COLUMN_MM = 0.2
"""All samples in so much of the width become their lowest and their highest one."""
GAP_PERIODS = 8.0
"""A silence this many times longer than usual is a gap, and no line crosses it ..."""
GAP_S = 3.0
"""... unless it is shorter than this."""


def stroke(series: Series, factor: float, across: Scale, up: Scale) -> str:
    """Path data of a series; gaps in time stay open."""
    parts = []
    for begin, end in _runs(series.time_s):
        time_s, values = _columns(series.time_s[begin:end], series.values[begin:end], across)
        points = [(across.at(at), up.at(value)) for at, value in zip(time_s, values * factor, strict=True)]
        parts.append(polyline(points))
    return "".join(parts)


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


def _columns(time_s: Numbers, values: Numbers, across: Scale) -> tuple[Numbers, Numbers]:
    """The lowest and the highest value of each column of the paper, in the order in which they came."""
    count = max(1, int(abs(across.end_mm - across.begin_mm) / COLUMN_MM))
    if len(time_s) <= count:
        return time_s, values
    column = ((time_s - across.low) / (across.high - across.low) * count).astype(np.int64)
    first = np.concatenate(([0], np.flatnonzero(np.diff(column)) + 1))
    last = np.concatenate((first[1:], [len(time_s)])) - 1
    low, high = np.minimum.reduceat(values, first), np.maximum.reduceat(values, first)
    is_rising = values[last] >= values[first]
    pairs = np.stack((np.where(is_rising, low, high), np.where(is_rising, high, low)), axis=1).ravel()
    times = np.stack((time_s[first], time_s[last]), axis=1).ravel()
    return _without_flats(times, pairs)


def _without_flats(time_s: Numbers, values: Numbers) -> tuple[Numbers, Numbers]:
    """Without the points between two of the same value."""
    is_kept = np.ones(len(values), dtype=np.bool_)
    is_kept[1:-1] = (values[1:-1] != values[:-2]) | (values[1:-1] != values[2:])
    return time_s[is_kept], values[is_kept]
