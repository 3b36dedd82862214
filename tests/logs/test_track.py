# SPDX-License-Identifier: Apache-2.0
"""Positions that can't be reached, and those that only came in a burst."""

from __future__ import annotations

import numpy as np

from groundstation.logs.track import Track, without_jumps

FLOWN_S = np.arange(20.0)
TRACK = Track(
    # four seconds of flight in each burst of a tenth of a second, as in hurried time on a busy computer
    np.floor(FLOWN_S / 4.0) * 0.5 + (FLOWN_S % 4.0) * 0.02,
    41.0 + FLOWN_S * 25.0 / 111_195.0,
    np.full(20, 39.7),
)


def test_what_was_flown_in_its_own_seconds_is_no_jump_however_it_came():
    assert len(without_jumps(TRACK, 25.0, FLOWN_S).time_s) == 20
    # by the times at which it came most of it could not have been reached
    assert len(without_jumps(TRACK, 25.0).time_s) < 20


def test_a_jump_is_one_by_the_vehicle_s_clock_too():
    far = TRACK._replace(lat_deg=TRACK.lat_deg + np.where(FLOWN_S == 7.0, 0.02, 0.0))
    assert len(without_jumps(far, 25.0, FLOWN_S).time_s) == 19
