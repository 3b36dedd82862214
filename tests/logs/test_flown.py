# SPDX-License-Identifier: Apache-2.0
"""Flights of logs as what it takes to fly them again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.refly.flown import UP_M, in_air
from groundstation.logs.flights import flights
from groundstation.logs.flown import flown
from groundstation.logs.open_log import open_log

DATA = Path(__file__).parents[1] / "data"
SHARED = Path(__file__).parents[3] / "shared" / "data"
OWN, PUBLIC = SHARED / "own", SHARED / "public"


def flown_of(path):
    if not path.exists():
        pytest.skip(f"{path.name} is not here")
    with open_log(path) as log:
        return flown(log, flights(log)[-1])


def test_a_flight_that_was_recorded_five_times_as_fast_is_told_in_its_own_seconds():
    one = flown_of(DATA / "copter_square.tlog")
    # 17.5 s by the computer that recorded it
    assert one.way.time_s[-1] == pytest.approx(87.5, abs=1.0)
    air = in_air(one.way, is_ended=one.is_ended)
    assert one.way.time_s[air.stop - 1] - one.way.time_s[air.start] == pytest.approx(79.5, abs=0.5)
    assert (np.diff(one.way.time_s) > 0).all()
    assert one.log_s is not None
    assert len(one.log_s) == len(one.way)
    # by the log it took a fifth of that
    assert one.log_s[-1] - one.log_s[0] == pytest.approx(17.5, abs=0.3)
    assert one.way.height_m.max() == pytest.approx(20.0, abs=0.1)
    assert (one.is_ended, one.items, one.autopilot) == (True, (), "ardupilot")
    assert one.origin_amsl_m == pytest.approx(584.0, abs=0.1)
    assert one.wind_speed_mps == pytest.approx(0.0, abs=0.1)
    assert [event.what for event in one.events] == ["arm", "take-off", "mode GUIDED", "mode RTL", "landing", "disarm"]


def test_the_same_flight_by_the_autopilot_s_own_log_is_the_same():
    told, own = flown_of(DATA / "copter_square.tlog"), flown_of(OWN / "copter_square.bin")
    assert own.way.time_s[-1] == pytest.approx(told.way.time_s[-1], abs=1.0)
    times = np.arange(5.0, 80.0)
    first, second = told.way.at(times), own.way.at(times)
    # the two clocks begin at the arming as each tells it
    assert np.percentile(np.hypot(first.north_m - second.north_m, first.east_m - second.east_m), 95) < 2.5


def test_a_mission_that_was_flown_comes_out_of_the_log_without_its_home():
    one = flown_of(OWN / "plane_mission.tlog")
    assert [item.command for item in one.items] == [Cmd.TAKEOFF, *[Cmd.WAYPOINT] * 5, Cmd.LAND]
    assert one.items[0].z == 50.0
    assert one.items[1].x == pytest.approx(-35.3632 + 0.0045, abs=0.01)


def test_a_vehicle_without_a_name_is_called_by_its_number():
    assert flown_of(DATA / "copter_square.tlog").name == "vehicle 1"


def test_a_vehicle_that_lands_lower_than_where_the_log_begins_and_is_disarmed_has_landed():
    one = flown_of(PUBLIC / "uavlogviewer_vtol.tlog")
    # 6.75 m above its home when it is heard first, 5.57 m when it is disarmed
    assert one.way.height_m[0] - one.way.height_m[-1] > UP_M
    assert one.is_ended
    assert [event.what for event in one.events][-2:] == ["landing", "disarm"]


def test_a_log_that_ends_before_the_disarming_ends_no_flight_in_the_air():
    one = flown_of(OWN / "px4_failsafe_gcs.tlog")
    assert one.is_ended
    assert [event.what for event in one.events][-1] == "landing"
