# SPDX-License-Identifier: Apache-2.0
"""How two flights differ, on ways whose differences are known."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from groundstation.fleet.errors import UsageError
from groundstation.fleet.identity import VehicleKind
from groundstation.fleet.refly.comparison import FIGURES, compared, paired, separation_m
from groundstation.fleet.refly.expectation import Expectation
from groundstation.fleet.refly.flown import Event, NothingFlownError, Way, place_of
from tests.fleet.refly.ways import HOME, flight, square, walked


def other(way, **changes):
    """The same way with some of its arrays changed."""
    return dataclasses.replace(way, **changes)


def test_the_same_flight_differs_in_nothing():
    one = flight(square())
    comparison, _ = compared(one, one)
    for name, read in FIGURES.items():
        assert read(comparison) == pytest.approx(0.0, abs=1e-6), name
    assert comparison.recorded_m == pytest.approx(160.0, abs=2.0)


@pytest.mark.parametrize(("shift_m", "side"), [(2.0, 1.0), (-2.0, -1.0)])
def test_a_way_aside_is_so_far_aside_and_on_its_side(shift_m, side):
    way = walked([(0, 0, 0), (0, 0, 20), (100, 0, 20), (100, 0, 0)])
    aside = other(way, east_m=way.east_m + np.where(way.north_m > 0, shift_m, 0.0))
    comparison, curves = compared(flight(way), flight(aside))
    assert comparison.cross_track.p95 == pytest.approx(2.0, abs=0.05)
    middle = (curves.time_s > 10) & (curves.time_s < 20)
    assert np.sign(curves.cross_track_m[middle]) == pytest.approx(side)
    assert comparison.height.max == pytest.approx(0.0, abs=1e-6)


def test_a_height_is_compared_at_the_same_place():
    way = square()
    comparison, _ = compared(flight(way), flight(other(way, height_m=way.height_m * 1.1)))
    assert comparison.height.p95 == pytest.approx(2.0, abs=0.1)
    assert comparison.cross_track.p95 < 0.2


def test_half_the_speed_is_late_and_behind_and_not_aside():
    corners = [(0, 0, 0), (0, 0, 20), (100, 0, 20), (100, 0, 0)]
    comparison, curves = compared(flight(walked(corners, 10.0)), flight(walked(corners, 5.0)))
    assert comparison.cross_track.p95 < 0.1
    assert comparison.speed.p95 == pytest.approx(5.0, abs=0.3)
    # 20 m up and 100 m on: 2 and 10 s against 4 and 20
    assert comparison.time.max == pytest.approx(12.0, abs=0.5)
    assert comparison.again_s - comparison.recorded_s == pytest.approx(14.0, abs=0.6)
    assert comparison.along_track.max == pytest.approx(60.0, abs=3.0)
    assert np.nanmin(curves.late_s) >= 0.0


def test_out_and_back_on_one_line_is_not_mixed_up():
    corners = [(0, 0, 0), (0, 0, 20), (80, 0, 20), (0, 0, 20), (0, 0, 0)]
    comparison, curves = compared(flight(walked(corners, 5.0)), flight(walked(corners, 4.8)))
    assert comparison.time.max < 3.0
    assert (np.diff(curves.time_s) > -1e-6).all()


def test_a_start_somewhere_else_counts_as_it_lies():
    way = square()
    origin = place_of(HOME, 0.0, 3.0)
    comparison, _ = compared(flight(way), flight(way, origin=origin))
    assert comparison.cross_track.max == pytest.approx(3.0, abs=0.1)


def test_what_comes_after_a_log_that_ends_in_the_air_is_not_compared():
    way = walked([(0, 0, 0), (0, 0, 20), (100, 0, 20)])
    longer = walked([(0, 0, 0), (0, 0, 20), (100, 0, 20), (100, 90, 20), (100, 90, 0)])
    comparison, _ = compared(flight(way, is_ended=False), flight(longer))
    assert comparison.cross_track.max < 1.0
    comparison, _ = compared(flight(way), flight(longer))
    assert comparison.cross_track.max > 80.0


def test_events_of_a_name_are_paired_when_they_are_near_in_time():
    first = [Event(0.0, "arm"), Event(10.0, "mode RTL"), Event(100.0, "failsafe")]
    second = [Event(1.0, "arm"), Event(39.9, "mode RTL"), Event(131.0, "failsafe")]
    pairs = {(one.what, one.recorded_s, one.again_s) for one in paired(first, second)}
    assert pairs == {
        ("arm", 0.0, 1.0),
        ("mode RTL", 10.0, 39.9),
        ("failsafe", 100.0, None),
        ("failsafe", None, 131.0),
    }


def test_the_distance_between_two_is_taken_while_both_are_up():
    way = walked([(0, 0, 0), (0, 0, 20), (100, 0, 20), (100, 0, 0)])
    beside = flight(way, origin=place_of(HOME, 0.0, 10.0))
    apart_m = separation_m([flight(way), beside], [0.0, 0.0])
    assert apart_m == pytest.approx(10.0, abs=0.01)
    later_m = separation_m([flight(way), beside], [0.0, 5.0])
    assert len(later_m) < len(apart_m)
    assert later_m.max() == pytest.approx(np.hypot(25.0, 10.0), abs=1.5)


def test_an_expectation_is_met_just_below_its_limit_and_not_at_it():
    way = square()
    comparison, _ = compared(flight(way), flight(other(way, height_m=way.height_m + (way.height_m > 1) * 1.0)))
    worst = comparison.height.max
    assert not Expectation("height_max", worst).is_met(comparison)
    assert Expectation("height_max", worst, may_equal=True).is_met(comparison)
    assert Expectation("height_max", worst + 1e-9).is_met(comparison)


@pytest.mark.parametrize("text", ["cross_track_p95<2", " time_max <= 3.5 ", "events<=0"])
def test_an_expectation_goes_both_ways(text):
    assert Expectation.parse(text).text == text.replace(" ", "")


@pytest.mark.parametrize("text", ["", "cross_track_p95", "cross_track_p95>2", "nothing<2", "cross_track_p95<x"])
def test_a_wrong_expectation_names_what_there_is(text):
    with pytest.raises(UsageError, match="cross_track_p95"):
        Expectation.parse(text)


def test_headings_that_are_not_known_stay_unknown():
    way = square()
    assert np.isnan(way.at(np.array([0.0, 5.0])).heading_deg).all()
    known = Way(
        **{
            **{f.name: getattr(way, f.name) for f in dataclasses.fields(way)},
            "heading_deg": np.where(np.arange(len(way)) % 2, 350.0, np.nan),
        }
    )
    assert known.at(np.array([1.0])).heading_deg == pytest.approx(350.0)


def test_what_drives_is_compared_from_its_first_to_its_last_movement():
    way = walked([(0, 0, 0), (0, 0, 0), (60, 0, 0), (60, 40, 0)], 4.0, holds_s=(0, 6.0, 0, 9.0))
    one = flight(way, kind=VehicleKind.ROVER)
    assert one.way.time_s[one.under_way.start] == pytest.approx(6.2, abs=0.3)
    comparison, _ = compared(one, flight(other(way, east_m=way.east_m + (way.north_m > 0.5)), kind=VehicleKind.ROVER))
    assert comparison.cross_track.p95 == pytest.approx(1.0, abs=0.1)
    assert comparison.recorded_s == pytest.approx(25.0, abs=1.0)
    stands = walked([(0, 0, 0), (0.9, 0, 0), (0, 0, 0)], 1.0)
    with pytest.raises(NothingFlownError, match="nothing to drive"):
        _ = flight(stands, kind=VehicleKind.ROVER).under_way
