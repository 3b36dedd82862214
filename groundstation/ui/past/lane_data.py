# SPDX-License-Identifier: Apache-2.0
"""What stands on the timeline: lanes of vehicles, alarms, bookmarks, what can be jumped to. GUI thread; no Qt.

Made of the landmarks whenever these change; who paints only looks up.
"""

from __future__ import annotations

import bisect
from enum import Enum

import numpy as np

from groundstation.fleet.bands import Band, bands_of
from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.landmarks import Landmark, LandmarkKind
from groundstation.fleet.summary import natural_order
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
    Jump.ARMING: (LandmarkKind.ARMED, LandmarkKind.DISARMED),
    Jump.MODE: (LandmarkKind.MODE,),
    Jump.COMMAND: (LandmarkKind.COMMAND,),
    Jump.BOOKMARK: (LandmarkKind.BOOKMARK,),
}
SAME_S = 0.02
"""Two things so close are one place to jump to."""


class LaneData:
    """The landmarks of a recording, sorted for painting and for jumping."""

    def __init__(self) -> None:
        self.lanes: dict[VehicleKey, tuple[Band, ...]] = {}
        self.alarms: dict[Level, Numbers] = {Level.CAUTION: np.empty(0), Level.WARNING: np.empty(0)}
        """When vehicles came into a caution, or a warning; ascending."""
        self.bookmarks: list[Landmark] = []
        self._jumps: dict[Jump, list[float]] = {}

    def take(self, landmarks: list[Landmark], vehicles: tuple[VehicleKey, ...], end_s: float) -> None:
        """Sort anew.

        Args:
            landmarks: all of them, in the order of time.
            vehicles: who has a lane, besides those that landmarks tell of.
            end_s: how far the recording goes.
        """
        by_key: dict[VehicleKey, list[Landmark]] = {key: [] for key in vehicles}
        for one in landmarks:
            if one.key is not None:
                by_key.setdefault(one.key, []).append(one)
        order = sorted(by_key, key=lambda key: natural_order(key.id))
        gaps = [(one.at_s, one.until_s) for one in landmarks if one.until_s is not None]
        self.lanes = {key: bands_of(by_key[key], end_s, gaps) for key in order}
        for level in self.alarms:
            begun = [one.at_s for one in landmarks if one.kind is LandmarkKind.LEVEL and one.level is level]
            self.alarms[level] = np.array(begun, dtype=np.float64)
        noted: dict[str, Landmark] = {}
        for one in landmarks:
            if one.kind is LandmarkKind.BOOKMARK:
                noted[one.id or f"{one.at_s}"] = one
        self.bookmarks = sorted(noted.values(), key=lambda one: one.at_s)
        self._jumps = {jump: self._places(jump, landmarks) for jump in Jump}

    def jump(self, kind: Jump, at_s: float, *, is_forward: bool, key: VehicleKey | None = None) -> float | None:
        """The next or previous place of a kind; None when there is none."""
        del key
        places = self._jumps.get(kind, [])
        if is_forward:
            number = bisect.bisect_right(places, at_s + SAME_S)
            return places[number] if number < len(places) else None
        number = bisect.bisect_left(places, at_s - SAME_S) - 1
        return places[number] if number >= 0 else None

    @staticmethod
    def _places(jump: Jump, landmarks: list[Landmark]) -> list[float]:
        wanted = _KINDS.get(jump)
        if jump is Jump.ANY:
            found = [one.at_s for one in landmarks if one.kind is not LandmarkKind.EVENT and not _is_calm(one)]
        elif wanted is not None:
            found = [one.at_s for one in landmarks if one.kind in wanted]
        else:
            found = [one.at_s for one in landmarks if one.kind is LandmarkKind.LEVEL and one.level is Level.WARNING]
        return sorted(set(found))


def _is_calm(one: Landmark) -> bool:
    return one.kind is LandmarkKind.LEVEL and one.level < Level.CAUTION
