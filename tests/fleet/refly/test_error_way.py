# SPDX-License-Identifier: Apache-2.0
"""What a map is told of a flight that was flown again."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from groundstation.fleet.refly.comparison import compared
from groundstation.fleet.refly.error_way import ErrorWay, error_ways, scale_top_m, worst
from groundstation.fleet.refly.result import MOST_POINTS, PlainCurves, Run, plain
from tests.fleet.refly.ways import HOME, flight, square


def way(*aside_m):
    zeros = (0.0,) * len(aside_m)
    return ErrorWay(lat_deg=zeros, lon_deg=zeros, aside_m=aside_m, recorded_lat_deg=zeros, recorded_lon_deg=zeros)


def run_of(recorded, again):
    comparison, curves = compared(recorded, again)
    return Run(name="as recorded", recording="", vehicles=(comparison,), curves=(plain(curves),)), curves


@pytest.mark.parametrize(
    ("p95_m", "top_m"),
    [
        (0.02, 0.5),
        (0.5, 0.5),
        (0.51, 1.0),
        (1.0, 1.0),
        (1.01, 2.0),
        (2.0, 2.0),
        (2.01, 5.0),
        (5.01, 10.0),
        (38.0, 50.0),
    ],
)
def test_the_scale_ends_at_the_next_round_number(p95_m, top_m):
    assert scale_top_m([way(*(p95_m,) * 10)]) == pytest.approx(top_m)


def test_one_place_far_away_makes_not_all_others_dark_and_one_scale_is_for_all():
    assert scale_top_m([way(*(1.0,) * 99, 80.0)]) == pytest.approx(1.0)
    assert scale_top_m([way(*(1.0,) * 50), way(*(7.0,) * 50)]) == pytest.approx(10.0)
    assert scale_top_m([]) == 0.5


def test_the_worst_place_is_found_and_kept_however_much_is_thinned():
    run, curves = run_of(flight(square(side_m=900.0)), flight(square(side_m=897.0)))
    (one,) = error_ways(run)
    assert len(one.aside_m) <= MOST_POINTS < len(curves.time_s)
    at = worst([way(0.5), one])
    assert at is not None
    assert at[0] == 1
    assert one.aside_m[at[1]] == pytest.approx(run.vehicles[0].cross_track.max, abs=1e-3)
    assert worst([]) is None


def test_places_of_both_are_as_far_apart_as_it_is_aside():
    run, _ = run_of(flight(square()), flight(square(side_m=38.0)))
    (one,) = error_ways(run)
    north_m = (np.array(one.lat_deg) - np.array(one.recorded_lat_deg)) * 111_319.4908
    east_m = (np.array(one.lon_deg) - np.array(one.recorded_lon_deg)) * 111_319.4908 * np.cos(np.radians(HOME.lat_deg))
    assert np.hypot(north_m, east_m) == pytest.approx(np.array(one.aside_m), abs=0.05)
    assert max(one.aside_m) == pytest.approx(2.0, abs=0.3)


def test_a_moment_of_the_record_is_told_on_the_clock_of_its_log():
    way_ = square()
    # recorded five times as fast as it was flown, from second 1000 of the log on
    recorded = flight(way_, log_s=1000.0 + way_.time_s / 5.0)
    run, curves = run_of(recorded, flight(square()))
    takeoff_s = float(way_.time_s[recorded.under_way.start])
    assert curves.log_s == pytest.approx(1000.0 + (curves.time_s + takeoff_s) / 5.0)
    assert run.curves[0].log_s[-1] == pytest.approx(float(curves.log_s[-1]), abs=1e-3)


def test_a_result_of_before_has_no_places_and_is_read():
    run, _ = run_of(flight(square()), flight(square()))
    told = msgspec.to_builtins(run.curves[0])
    for name in ("lat_deg", "lon_deg", "recorded_lat_deg", "recorded_lon_deg", "log_s"):
        del told[name]
    old = msgspec.structs.replace(run, curves=(msgspec.convert(told, PlainCurves),))
    assert error_ways(old) == ()
