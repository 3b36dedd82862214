# SPDX-License-Identifier: Apache-2.0
"""What a lane of a timeline shows of a vehicle: when it was armed, in which mode, and when nothing was heard. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import NamedTuple

import msgspec

from groundstation.fleet.landmarks import Landmark, LandmarkKind


class BandKind(Enum):
    """How a part of a lane is drawn."""

    ARMED = "armed"
    DISARMED = "disarmed"
    GAP = "gap"
    """It was not heard."""


class Band(msgspec.Struct, frozen=True):
    """One part of a lane; nothing changes in it."""

    begin_s: float
    end_s: float
    kind: BandKind
    mode: str = ""
    """Its flight mode; empty where that is not known."""


def bands_of(landmarks: Iterable[Landmark], end_s: float, gaps: Sequence[tuple[float, float]] = ()) -> tuple[Band, ...]:
    """The lane of a vehicle.

    Args:
        landmarks: of that vehicle alone, in the order of time.
        end_s: the last band goes so far.
        gaps: from when to when nobody at all was heard, in the order of time.
    """
    return tuple(part for band in _bands(landmarks, end_s) for part in _without(band, gaps))


def _without(band: Band, gaps: Sequence[tuple[float, float]]) -> Iterator[Band]:
    """A band with the gaps in it: what was so in between nobody knows."""
    begin_s = band.begin_s
    for gap_begin_s, gap_end_s in gaps:
        low, high = max(begin_s, gap_begin_s), min(band.end_s, gap_end_s)
        if high <= low or band.kind is BandKind.GAP:
            continue
        if low > begin_s:
            yield Band(begin_s, low, band.kind, band.mode)
        yield Band(low, high, BandKind.GAP)
        begin_s = high
    if band.end_s > begin_s:
        yield Band(begin_s, band.end_s, band.kind, band.mode)


def _bands(landmarks: Iterable[Landmark], end_s: float) -> list[Band]:
    found: list[Band] = []
    begin_s: float | None = None
    now = _Now()
    for one in landmarks:
        if begin_s is None:
            begin_s = one.at_s
        after = _after(now, one)
        if after != now:
            if one.at_s > begin_s:
                found.append(now.band(begin_s, one.at_s))
                begin_s = one.at_s
            now = after
    if begin_s is not None and end_s > begin_s:
        found.append(now.band(begin_s, end_s))
    return found


class _Now(NamedTuple):
    """What is true of a vehicle."""

    is_heard: bool = True
    is_armed: bool = False
    mode: str = ""

    def band(self, begin_s: float, end_s: float) -> Band:
        """A band in which this is so."""
        if not self.is_heard:
            return Band(begin_s, end_s, BandKind.GAP)
        return Band(begin_s, end_s, BandKind.ARMED if self.is_armed else BandKind.DISARMED, self.mode)


def _after(now: _Now, one: Landmark) -> _Now:
    match one.kind:
        case LandmarkKind.ARMED | LandmarkKind.DISARMED:
            return now._replace(is_armed=one.kind is LandmarkKind.ARMED, is_heard=True)
        case LandmarkKind.MODE:
            return now._replace(mode=str(one.said))
        case LandmarkKind.ONLINE:
            return now._replace(is_heard=True)
        case LandmarkKind.STALE | LandmarkKind.OFFLINE:
            return now._replace(is_heard=False)
    return now
