# SPDX-License-Identifier: Apache-2.0
"""The way of a vehicle along the ground, without what its receiver made up. Pure."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundstation.fleet import geometry
from groundstation.fleet.geometry import EARTH_RADIUS_M
from groundstation.logs.sources import Numbers

STEP_M = 3.0
"""A position that is nearer to the last one that counted is the jitter of a receiver."""
JUMP_M = 20.0
"""A position may be so much farther off than its speed explains."""
SPEED_MARGIN = 1.5
UNKNOWN_SPEED_MPS = 100.0
"""Where nobody tells how fast it was."""


class Track(NamedTuple):
    """Positions over time, shape (n,) each; times never fall."""

    time_s: Numbers
    lat_deg: Numbers
    lon_deg: Numbers

    def rows(self, which: NDArray[np.bool_]) -> Track:
        """Some of the positions."""
        return Track(self.time_s[which], self.lat_deg[which], self.lon_deg[which])


def distances_m(track: Track, lat_deg: float, lon_deg: float) -> Numbers:
    """How far each position is from a place along the ground, metres, shape (n,)."""
    return geometry.distances_m(track.lat_deg, track.lon_deg, lat_deg, lon_deg)


def without_jumps(track: Track, fastest_mps: float | None, flown_s: Numbers | None = None) -> Track:
    """The positions that can be reached from the ones before them.

    A position that is too far off is left out; when it stays there, time makes it reachable again.

    Args:
        track: all positions.
        fastest_mps: highest speed that was told; None for unknown.
        flown_s: when each was, by the vehicle's own clock, shape (n,): what was recorded in hurried time, or came in
            bursts, was not flown as fast as the track's times say. None for the track's times.
    """
    moments = track.time_s if flown_s is None else flown_s
    speed_mps = UNKNOWN_SPEED_MPS if fastest_mps is None else fastest_mps * SPEED_MARGIN
    east, north = _flat(track)
    is_kept = np.zeros(len(east), dtype=np.bool_)
    last = -1
    for place, (x, y, at) in enumerate(zip(east, north, moments.tolist(), strict=True)):
        if last >= 0:
            far_m = ((x - east[last]) ** 2 + (y - north[last]) ** 2) ** 0.5
            if far_m > JUMP_M + speed_mps * (at - float(moments[last])):
                continue
        is_kept[place] = True
        last = place
    return track.rows(is_kept)


def length_m(track: Track) -> float:
    """How far it went along the ground, metres; standing still with a receiver that jitters is nothing."""
    east, north = _flat(track)
    if not east:
        return 0.0
    total_m, step_m, (from_x, from_y) = 0.0, 0.0, (east[0], north[0])
    for x, y in zip(east, north, strict=True):
        step_m = ((x - from_x) ** 2 + (y - from_y) ** 2) ** 0.5
        if step_m >= STEP_M:
            total_m += step_m
            from_x, from_y = x, y
    # the rest of a way belongs to it: else it would be shorter than its end is far away
    return total_m + step_m if total_m and step_m < STEP_M else total_m


def _flat(track: Track) -> tuple[list[float], list[float]]:
    """Metres east and north of the first position; to a percent within some hundred kilometres."""
    if not len(track.time_s):
        return [], []
    lat_deg, lon_deg = float(track.lat_deg[0]), float(track.lon_deg[0])
    # the short way over longitude 180
    turns_deg = (track.lon_deg - lon_deg + 180.0) % 360.0 - 180.0
    east = np.radians(turns_deg) * np.cos(np.radians((track.lat_deg + lat_deg) / 2)) * EARTH_RADIUS_M
    north = np.radians(track.lat_deg - lat_deg) * EARTH_RADIUS_M
    return east.tolist(), north.tolist()
