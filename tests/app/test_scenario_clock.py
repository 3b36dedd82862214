# SPDX-License-Identifier: Apache-2.0
"""A vehicle's clock against that of the simulation, heard late and after a restart."""

from __future__ import annotations

import pytest

from groundstation.app.scenario.clocks import SILENT_REAL_S, SILENT_S, VehicleClock


def test_what_is_heard_late_was_so_when_its_clock_says():
    clock = VehicleClock(8.0)
    assert clock.heard(60_000, 100.1) == pytest.approx(100.1)
    # quicker than before: the two clocks are known better now
    assert clock.heard(61_000, 101.0) == pytest.approx(101.0)
    assert clock.heard(62_000, 109.0) == pytest.approx(102.0)
    assert clock.heard(63_000, 103.5) == pytest.approx(103.0)


def test_the_same_place_again_is_no_new_moment():
    clock = VehicleClock(1.0)
    assert clock.heard(1_000, 5.0) == pytest.approx(5.0)
    assert clock.heard(1_000, 5.2) is None


@pytest.mark.parametrize(("speed", "patience_s"), [(1.0, SILENT_S), (10.0, 10.0 * SILENT_REAL_S)])
def test_a_long_silence_tells_that_time_has_gone(speed, patience_s):
    clock = VehicleClock(speed)
    clock.heard(1_000, 5.0)
    assert clock.heard(1_000, 5.0 + patience_s - 0.1) is None
    assert clock.heard(1_000, 5.0 + patience_s + 0.5) == pytest.approx(5.5)
    assert clock.heard(30_000, 34.0) == pytest.approx(34.0)


def test_a_restart_is_counted_and_time_goes_on():
    clock = VehicleClock(1.0)
    clock.heard(50_000, 60.0)
    assert clock.restarts == 0
    assert clock.heard(900, 64.0) == pytest.approx(64.0)
    assert clock.restarts == 1
    assert clock.heard(1_900, 65.0) == pytest.approx(65.0)


def test_time_never_goes_back():
    clock = VehicleClock(1.0)
    clock.heard(50_000, 60.0)
    assert clock.heard(50_100, 55.0) == pytest.approx(60.0)
