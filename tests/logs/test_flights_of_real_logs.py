# SPDX-License-Identifier: Apache-2.0
"""Flights of real logs, against what was flown: squares of 40 m and of 20 m, a mission of a plane, tests on the ground."""

from __future__ import annotations

import numpy as np
import pytest

from groundstation.fleet.flight import Flight
from groundstation.logs.flights import flights
from groundstation.logs.open_log import open_log
from tests.conftest import shared_log


def flights_of(name: str) -> tuple[Flight, ...]:
    with open_log(shared_log(name)) as log:
        return flights(log)


SQUARES = [
    ("copter_square.tlog", 160.0, 40.0 * np.sqrt(2), 20.0, 655.0),
    ("copter_square.bin", 160.0, 40.0 * np.sqrt(2), 20.0, 655.7),
    ("copter0_square_1x.tlog", 120.0, 30.0 * np.sqrt(2), 15.0, 566.0),
    ("px4_0_square.tlog", 80.0, 20.0 * np.sqrt(2), 10.2, None),
]


@pytest.mark.parametrize(("name", "around_m", "diagonal_m", "height_m", "used_mah"), SQUARES)
def test_a_square_is_as_long_and_as_high_as_it_was_flown(
    name: str, around_m: float, diagonal_m: float, height_m: float, used_mah: float | None
) -> None:
    (flight,) = flights_of(name)
    assert flight.distance_m == pytest.approx(around_m, rel=0.03)
    assert flight.farthest_m == pytest.approx(diagonal_m, abs=1.0)
    assert flight.max_height_home_m == pytest.approx(height_m, abs=0.1)
    assert flight.battery_used_mah == (None if used_mah is None else pytest.approx(used_mah, abs=1.0))
    assert flight.is_ended
    assert flight.operator is None
    assert flight.air_s is not None
    assert 0.8 * flight.duration_s < flight.air_s < flight.duration_s


def test_a_log_that_an_autopilot_began_when_it_was_armed_says_so() -> None:
    (flight,) = flights_of("copter_square.bin")
    assert not flight.begin_is_known
    assert flight.takeoff_lat_deg is None
    assert flight.duration_s == pytest.approx(87.7, abs=0.1)
    assert flight.air_s == pytest.approx(83.9, abs=0.1)


def test_a_mission_of_a_plane() -> None:
    (flight,) = flights_of("plane_mission.tlog")
    assert (flight.autopilot, flight.kind) == ("ardupilot", "plane")
    assert [one.name for one in flight.modes] == ["AUTO"]
    assert flight.max_ground_speed_mps == pytest.approx(27.5, abs=0.1)
    assert flight.distance_m == pytest.approx(3_460.0, abs=20.0)
    assert flight.farthest_m == pytest.approx(980.0, abs=5.0)
    assert (flight.takeoff_lat_deg, flight.takeoff_lon_deg) == pytest.approx((-35.363261, 149.1652299))


def test_a_hover_goes_nowhere_and_a_link_that_ends_in_the_air_leaves_the_flight_open() -> None:
    (copter,) = flights_of("copter_failsafe_gcs.tlog")
    assert (copter.distance_m, copter.is_ended) == (0.0, True)
    assert copter.air_s == pytest.approx(60.5, abs=0.1)
    (px4,) = flights_of("px4_failsafe_gcs.tlog")
    assert not px4.is_ended
    assert px4.battery_used_mah is None, "its counter stands at nought and nobody measures its current"
    assert (px4.battery_begin_v, px4.battery_end_v) == pytest.approx((16.2, 15.3))


def test_arming_on_the_ground_is_a_flight_without_time_in_the_air() -> None:
    bench = flights_of("copter_refused_arming.tlog")
    assert [one.air_s for one in bench] == [0.0, 0.0, 0.0]
    assert [one.distance_m for one in bench] == [0.0, 0.0, 0.0]
    (px4,) = flights_of("px4_refused_arming.tlog")
    assert px4.air_s == 0.0, "PX4 says for a moment that it is in the air"


@pytest.mark.parametrize("name", ["copter_boot.tlog", "copter_params.tlog", "copter_reboot.tlog", "px4_mission.tlog"])
def test_who_was_never_armed_did_not_fly(name: str) -> None:
    assert flights_of(name) == ()


def test_flights_of_other_peoples_logs() -> None:
    (vtol,) = flights_of("uavlogviewer_vtol.tlog")
    assert (vtol.begin_is_known, vtol.is_ended, vtol.battery_begin_v) == (False, True, None)
    assert vtol.distance_m == pytest.approx(1_812.0, rel=0.02)
    (old,) = flights_of("dronekit-la_log171.bin")
    assert (old.is_ended, old.battery_used_mah) == (False, 760.0)
    (px4,) = flights_of("pyulog_sample_log_small.ulg")
    assert px4.air_s == pytest.approx(1.1, abs=0.1)
