# SPDX-License-Identifier: Apache-2.0
"""What stands on the timeline: lanes of vehicles, alarms, bookmarks, what can be jumped to. GUI thread; no Qt.

Grows with the landmarks: what is known stays where it is, since a day of a large fleet has a hundred thousand of them.
Who paints only looks up.
"""

from __future__ import annotations

import bisect
from array import array
from collections.abc import Iterator
from enum import Enum

import numpy as np

from groundstation.fleet.bands import Band, BandKind, Lane, without_gaps
from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.landmarks import Landmark, LandmarkKind
from groundstation.fleet.summary import natural_order
from groundstation.fleet.time_order import put_in
from groundstation.ui.series import Numbers


class Jump(Enum):
    """Kinds of things that can be jumped to."""

    ANY = "any event"
    ARMING = "arming"
    MODE = "mode"
    WARNING = "warning"
    COMMAND = "command"
    BOOKMARK = "bookmark"


_KINDS = {
    LandmarkKind.ARMED: Jump.ARMING,
    LandmarkKind.DISARMED: Jump.ARMING,
    LandmarkKind.MODE: Jump.MODE,
    LandmarkKind.COMMAND: Jump.COMMAND,
    LandmarkKind.BOOKMARK: Jump.BOOKMARK,
}
_BAD = frozenset({LandmarkKind.LEVEL, LandmarkKind.ALARM})
SAME_S = 0.02
"""Two things so close are one place to jump to."""


class LaneData:
    """The landmarks of a recording, sorted for painting and for jumping."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self.end_s = 0.0
        """How far the recording goes."""
        self.lanes: dict[VehicleKey, Lane] = {}
        """In the order in which they are shown."""
        self.bookmarks: list[Landmark] = []
        self._alarms = {Level.CAUTION: array("d"), Level.WARNING: array("d")}
        self._noted: dict[str, Landmark] = {}
        self._gaps: list[tuple[float, float]] = []
        """From when to when nobody at all was heard."""
        self._jumps = {jump: array("d") for jump in Jump}
        self._armed: tuple[array[float], array[float]] = (array("d"), array("d"))
        """Begins and ends of all bands in which anybody was armed, but for those that go on."""
        self._counted: dict[VehicleKey, int] = {}
        """How many bands of each lane are among them."""

    def take(self, landmarks: list[Landmark], vehicles: tuple[VehicleKey, ...], end_s: float) -> None:
        """Sort anew.

        Args:
            landmarks: all of them, in the order of time.
            vehicles: who has a lane, besides those that landmarks tell of.
            end_s: how far the recording goes.
        """
        self._begin()
        self.add(landmarks, vehicles, end_s)

    def add(self, added: list[Landmark], vehicles: tuple[VehicleKey, ...], end_s: float) -> None:
        """The recording goes on.

        Args:
            added: what happened besides, in the order of time; some of it may be earlier than what is known.
            vehicles: who has a lane, besides those that landmarks tell of.
            end_s: how far it goes now.
        """
        self.end_s = end_s
        new = {*vehicles, *(one.key for one in added if one.key is not None)} - self.lanes.keys()
        # a dict keeps its order, and the order on the screen is that of names as people count: uav-2 before uav-10
        if new:
            order = sorted((*self.lanes, *new), key=lambda key: natural_order(key.id))
            self.lanes = {key: self.lanes.get(key) or Lane() for key in order}
        for one in added:
            if one.key is not None and not self.lanes[one.key].add(one):
                # a landmark that came late has changed bands that were counted already: all are counted anew
                self._armed, self._counted = (array("d"), array("d")), {}
            if one.kind in _BAD and one.level in self._alarms:
                _put(self._alarms[one.level], one.at_s)
            if one.until_s is not None:
                put_in(self._gaps, ((one.at_s, one.until_s),), lambda gap: gap[0])
            self._add_jumps(one)
        bookmarks = [one for one in added if one.kind is LandmarkKind.BOOKMARK]
        if bookmarks:
            # a bookmark is told twice where a station and the recording both tell it: its id makes it one
            self._noted.update({one.id or f"{one.at_s}": one for one in bookmarks})
            self.bookmarks = sorted(self._noted.values(), key=lambda one: one.at_s)
        self._count_armed()

    def alarms(self, level: Level) -> Numbers:
        """When vehicles came into a caution, or a warning; ascending."""
        return np.array(self._alarms[level], dtype=np.float64)

    def bands(self, key: VehicleKey, begin_s: float, end_s: float) -> Iterator[Band]:
        """What a lane shows between two times."""
        lane = self.lanes.get(key)
        if lane is None:
            return
        first = bisect.bisect_left(lane.bands, begin_s, key=lambda band: band.end_s)
        for place in range(first, len(lane.bands)):
            if lane.bands[place].begin_s > end_s:
                return
            yield from without_gaps(lane.bands[place], self._gaps)
        last = lane.open_band(self.end_s)
        if last is not None and last.begin_s <= end_s and last.end_s >= begin_s:
            yield from without_gaps(last, self._gaps)

    def armed(self) -> tuple[Numbers, Numbers]:
        """From when to when anybody was armed; in no order."""
        # the band that goes on ends with the recording, so it is not among those that are kept
        going = [band for lane in self.lanes.values() if (band := lane.open_band(self.end_s)) is not None]
        armed = [band for band in going if band.kind is BandKind.ARMED]
        return (
            np.concatenate((np.array(self._armed[0]), [one.begin_s for one in armed])),
            np.concatenate((np.array(self._armed[1]), [one.end_s for one in armed])),
        )

    def jump(self, kind: Jump, at_s: float, *, is_forward: bool) -> float | None:
        """The next or previous place of a kind; None when there is none."""
        places = self._jumps[kind]
        if is_forward:
            number = bisect.bisect_right(places, at_s + SAME_S)
            # what was jumped to a rounding error ago is not the next one
            return places[number] if number < len(places) else None
        number = bisect.bisect_left(places, at_s - SAME_S) - 1
        return places[number] if number >= 0 else None

    def _count_armed(self) -> None:
        begins, ends = self._armed
        for key, lane in self.lanes.items():
            counted = self._counted.get(key, 0)
            if counted < len(lane.bands):
                self._counted[key] = len(lane.bands)
                armed = [band for band in lane.bands[counted:] if band.kind is BandKind.ARMED]
                begins.extend(band.begin_s for band in armed)
                ends.extend(band.end_s for band in armed)

    def _add_jumps(self, one: Landmark) -> None:
        is_level = one.kind in _BAD
        kind = _KINDS.get(one.kind)
        if is_level and one.level is Level.WARNING:
            kind = Jump.WARNING
        if kind is not None:
            _put(self._jumps[kind], one.at_s, is_once=True)
        # back to normal is drawn, but nobody looks for it
        is_calm = is_level and one.level < Level.CAUTION
        if one.kind is not LandmarkKind.EVENT and not is_calm:
            _put(self._jumps[Jump.ANY], one.at_s, is_once=True)


def _put(times: array[float], at_s: float, *, is_once: bool = False) -> None:
    """Put a time into its place."""
    place = bisect.bisect_right(times, at_s) if times and times[-1] > at_s else len(times)
    if not (is_once and place and times[place - 1] == at_s):
        times.insert(place, at_s)
