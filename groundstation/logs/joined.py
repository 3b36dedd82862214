# SPDX-License-Identifier: Apache-2.0
"""One flight that is in several logs, one after the other: a recorder or a station ended while it lasted. Pure.

The first log ends while the vehicle is armed, the next begins while it is; their times follow on each other, and where
the vehicle told its own clock, that one ran on between them. Then it was one arming.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from groundstation.fleet.flight import Flight, TimeBase
from groundstation.logs.duplicates import OVERLAP, is_same_vehicle

GAP_S = 300.0
"""Longest time between two logs of one flight where the vehicle's own clock is not known."""
LONG_GAP_S = 3_600.0
"""Longest time between two logs of one flight where that clock ran on."""
APART_S = 10.0
"""Two clocks that differ by less over a gap agree."""


def follows(first: Flight, second: Flight) -> bool:
    """Whether a flight goes on in another log.

    Args:
        first: in one log.
        second: in another, not earlier.
    """
    if first.is_ended or second.begin_is_known or first.path == second.path:
        return False
    if not (first.time_base is second.time_base is TimeBase.UTC) or not is_same_vehicle(first, second):
        return False
    gap_s = second.begin_s - first.end_s
    shorter_s = min(first.duration_s, second.duration_s)
    # it lies within the first or is half in it: then it is the same flight twice, see `duplicates.py`
    if second.end_s <= first.end_s or -gap_s >= OVERLAP * max(shorter_s, APART_S):
        return False
    if first.boot_end_s is None or second.boot_begin_s is None:
        return gap_s <= GAP_S
    return gap_s <= LONG_GAP_S and abs(second.boot_begin_s - first.boot_end_s - gap_s) <= APART_S


def join(parts: Sequence[Flight]) -> Flight:
    """One flight of its parts. Nobody knows what was flown between them: sums are of what is known.

    Args:
        parts: at least one, in order of time.
    """
    whole = parts[0]
    for one in parts[1:]:
        whole = _joined(whole, one)
    return whole


def _joined(first: Flight, second: Flight) -> Flight:
    # what both logs have counts once
    overlap_s = max(0.0, first.end_s - second.begin_s)
    share = 1.0 - overlap_s / second.duration_s if second.duration_s > 0 else 1.0
    modes = list(second.modes)
    if modes and first.modes and modes[0].name == first.modes[-1].name:
        modes[0] = modes[0]._replace(begin_s=first.modes[-1].begin_s)
        modes = [*first.modes[:-1], *modes]
    else:
        modes = [*first.modes, *modes]
    return msgspec.structs.replace(
        first,
        end_s=second.end_s,
        is_ended=second.is_ended,
        boot_end_s=second.boot_end_s,
        air_s=_sum(first.air_s, second.air_s, share),
        distance_m=_sum(first.distance_m, second.distance_m, share),
        max_height_home_m=_most(first.max_height_home_m, second.max_height_home_m),
        max_ground_speed_mps=_most(first.max_ground_speed_mps, second.max_ground_speed_mps),
        farthest_m=_most(first.farthest_m, second.farthest_m),
        battery_used_mah=_sum(first.battery_used_mah, second.battery_used_mah, share),
        battery_used_fraction=_sum(first.battery_used_fraction, second.battery_used_fraction, share),
        battery_end_v=second.battery_end_v if second.battery_end_v is not None else first.battery_end_v,
        modes=tuple(modes),
        operator=second.operator or first.operator,
        # a name goes before a bare id
        vehicle_name=second.vehicle_name if second.vehicle_name != second.vehicle else first.vehicle_name,
    )


def _sum(one: float | None, other: float | None, share: float) -> float | None:
    if one is None or other is None:
        return one if other is None else other
    return one + share * other


def _most(one: float | None, other: float | None) -> float | None:
    return max((value for value in (one, other) if value is not None), default=None)
