# SPDX-License-Identifier: Apache-2.0
"""The way of a flight that was flown again with how far aside it was at each place, for a map. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from groundstation.fleet.refly.comparison import P95
from groundstation.fleet.refly.result import Run

LEAST_TOP_M = 0.5
"""A scale that ends below it would make the jitter of a receiver look like an error."""
_STEPS = (1.0, 2.0, 5.0, 10.0)


class ErrorWay(msgspec.Struct, frozen=True, kw_only=True):
    """One vehicle's; tuples of one length."""

    lat_deg: tuple[float, ...]
    lon_deg: tuple[float, ...]
    aside_m: tuple[float, ...]
    """Without its sign."""
    recorded_lat_deg: tuple[float, ...]
    """The recorded way."""
    recorded_lon_deg: tuple[float, ...]


def error_ways(run: Run) -> tuple[ErrorWay, ...]:
    """Of each vehicle of a run; nothing of a result that was written before places were kept."""
    return tuple(
        ErrorWay(
            lat_deg=one.lat_deg,
            lon_deg=one.lon_deg,
            aside_m=tuple(abs(value or 0.0) for value in one.cross_track_m),
            recorded_lat_deg=one.recorded_lat_deg,
            recorded_lon_deg=one.recorded_lon_deg,
        )
        for one in run.curves
        if one.lat_deg
    )


def scale_top_m(ways: Sequence[ErrorWay]) -> float:
    """Where one scale for all of them ends: the next round number from the 95th percentile on, 0.5 m at least."""
    errors = [value for one in ways for value in one.aside_m]
    if not errors:
        return LEAST_TOP_M
    p95_m = max(float(np.percentile(errors, P95)), LEAST_TOP_M)
    power = 10.0 ** math.floor(math.log10(p95_m))
    return next(step * power for step in _STEPS if step * power >= p95_m * (1.0 - 1e-9))


def worst(ways: Sequence[ErrorWay]) -> tuple[int, int] | None:
    """Which way has the largest error, and at which of its places; None for no ways."""
    found = [(max(one.aside_m), place, one.aside_m.index(max(one.aside_m))) for place, one in enumerate(ways)]
    return max(found)[1:] if found else None
