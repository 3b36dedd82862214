# SPDX-License-Identifier: Apache-2.0
"""What a lane of a timeline shows of a vehicle: when it was armed, in which mode, and when nothing was heard. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple

import msgspec

from groundstation.fleet.landmarks import Landmark, LandmarkKind
from groundstation.fleet.time_order import put_in

_CHANGES = (
    *(LandmarkKind.ARMED, LandmarkKind.DISARMED, LandmarkKind.MODE),
    *(LandmarkKind.ONLINE, LandmarkKind.STALE, LandmarkKind.OFFLINE),
)


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


class Lane:
    """The lane of a vehicle, which grows with what happens."""

    def __init__(self) -> None:
        self.bands: list[Band] = []
        """Those that are over, in the order of time."""
        self._begin_s: float | None = None
        self._now = _Now()
        self._changes: list[Landmark] = []

    def add(self, one: Landmark) -> bool:
        """One more landmark of this vehicle.

        Returns:
            False where it happened before others that are known: the bands up to now are others.
        """
        if one.kind not in _CHANGES and self._begin_s is not None and one.at_s >= self._first_s:
            return True
        is_latest = not self._changes or one.at_s >= self._changes[-1].at_s
        put_in(self._changes, (one,), lambda change: change.at_s)
        if is_latest:
            self._go_on(one)
            return True
        self.bands, self._begin_s, self._now = [], None, _Now()
        for change in self._changes:
            self._go_on(change)
        return False

    def open_band(self, end_s: float) -> Band | None:
        """What is so since the last change, up to a time."""
        begin_s = self._begin_s
        return self._now.band(begin_s, end_s) if begin_s is not None and end_s > begin_s else None

    @property
    def _first_s(self) -> float:
        return self._changes[0].at_s

    def _go_on(self, one: Landmark) -> None:
        if self._begin_s is None:
            self._begin_s = one.at_s
        after = _after(self._now, one)
        if after != self._now:
            if one.at_s > self._begin_s:
                self.bands.append(self._now.band(self._begin_s, one.at_s))
                self._begin_s = one.at_s
            self._now = after


def without_gaps(band: Band, gaps: Sequence[tuple[float, float]]) -> Iterator[Band]:
    """A band with the times in it in which nobody at all was heard: what was so in between nobody knows.

    Args:
        band: of a lane.
        gaps: from when to when, in the order of time.
    """
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
