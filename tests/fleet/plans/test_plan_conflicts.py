# SPDX-License-Identifier: Apache-2.0
"""Where plans come too close to each other in time: found at the margin, and not beyond it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstation.fleet.geometry import moved
from groundstation.fleet.plans.plan_conflicts import Conflict, Flown, conflicts
from groundstation.fleet.plans.plan_flight import Flight, FlightEnd, Moment

ORIGIN = (41.0, 39.0)
Spot = tuple[float, float, float, float]
"""Seconds, metres north, east, up."""


def flight(*spots: Spot, end: FlightEnd = FlightEnd.LANDED) -> Flight:
    moments = [
        Moment(time_s, *moved(*ORIGIN, north_m, east_m), up_m, 0.0, number)
        for number, (time_s, north_m, east_m, up_m) in enumerate(spots)
    ]
    return Flight(moments=tuple(moments), end=end)


def found(*flights: Flight, starts_s: float = 0.0, **margins: float) -> tuple[Conflict, ...]:
    starts = [0.0, *([starts_s] * (len(flights) - 1))]
    return conflicts(
        [
            Flown(name=str(at), flight=one, starts_s=start)
            for at, (one, start) in enumerate(zip(flights, starts, strict=True))
        ],
        **margins,
    )


NORTHWARDS = flight((0.0, -500.0, 0.0, 50.0), (100.0, 500.0, 0.0, 50.0))


@pytest.mark.parametrize(("east_m", "count"), [(19.5, 1), (20.5, 0)])
def test_side_by_side_at_the_margin(east_m: float, count: int) -> None:
    beside = flight((0.0, -500.0, east_m, 50.0), (100.0, 500.0, east_m, 50.0))
    assert len(found(NORTHWARDS, beside)) == count


@pytest.mark.parametrize(("up_m", "count"), [(59.5, 1), (60.5, 0)])
def test_one_above_the_other_at_the_margin(up_m: float, count: int) -> None:
    above = flight((0.0, 0.0, -500.0, up_m), (100.0, 0.0, 500.0, up_m))
    assert len(found(NORTHWARDS, above)) == count


def test_a_crossing_is_told_with_time_place_items_and_how_long() -> None:
    crossing = flight((0.0, 0.0, -500.0, 50.0), (100.0, 0.0, 500.0, 50.0))
    (one,) = found(NORTHWARDS, crossing)
    assert (one.one, one.other, one.number, one.other_number) == (0, 1, 1, 1)
    assert one.at_s == pytest.approx(50.0, abs=0.5)
    assert one.apart_m == pytest.approx(0.0, abs=1.0)
    assert (one.lat_deg, one.lon_deg) == (pytest.approx(41.0, abs=1e-5), pytest.approx(39.0, abs=1e-5))
    # 20 m of relative motion at 14.1 m/s to each side
    assert one.lasts_s == pytest.approx(2 * 20.0 / 14.14, abs=0.6)


@pytest.mark.parametrize(("late_s", "count"), [(7.7, 1), (8.0, 0)])
def test_a_delay_within_the_slack_is_a_conflict_too(late_s: float, count: int) -> None:
    # a slack of 5 s, and 20 m between ways that cross at 10 m/s each: 2.83 s
    crossing = flight((0.0, 0.0, -500.0, 50.0), (100.0, 0.0, 500.0, 50.0))
    found_ones = found(NORTHWARDS, crossing, starts_s=late_s)
    assert len(found_ones) == count
    if count:
        assert found_ones[0].lasts_s == 0.0
        assert 0.0 < abs(found_ones[0].early_s) <= 5.001


def test_who_comes_when_the_other_has_landed_is_alone() -> None:
    assert found(NORTHWARDS, NORTHWARDS, starts_s=110.0) == ()
    assert len(found(NORTHWARDS, NORTHWARDS, starts_s=4.0)) == 1


def test_who_hangs_in_the_air_is_still_there() -> None:
    hangs = flight((0.0, 0.0, -30.0, 0.0), (10.0, 0.0, 0.0, 50.0), end=FlightEnd.FOR_EVER)
    (one,) = found(hangs, NORTHWARDS)
    assert one.at_s == pytest.approx(50.0, abs=6.0)


def test_two_that_rise_side_by_side_are_as_far_apart_as_they_were_put() -> None:
    one, other = (
        flight((0.0, 0.0, 0.0, 0.0), (10.0, 0.0, 0.0, 30.0)),
        flight((0.0, 0.0, 5.0, 0.0), (10.0, 0.0, 5.0, 30.0)),
    )
    assert found(one, other) == ()
    # but not who flies over one that rises, nor over one that stands
    over = flight((0.0, -100.0, 0.0, 30.0), (20.0, 100.0, 0.0, 30.0))
    assert len(found(one, over)) == 1
    stands = flight((0.0, 0.0, 0.0, 0.0), (100.0, 0.0, 0.0, 0.0))
    assert found(stands, flight((0.0, -100.0, 0.0, 5.0), (20.0, 100.0, 0.0, 5.0))) == ()


@pytest.mark.parametrize(("apart_m", "count"), [(8.0, 0), (21.0, 0)])
def test_two_that_leave_side_by_side_are_no_conflict(apart_m: float, count: int) -> None:
    one = flight((0.0, 0.0, 0.0, 0.0), (10.0, 0.0, 0.0, 30.0), (40.0, 300.0, -100.0, 30.0))
    other = flight((0.0, 0.0, apart_m, 0.0), (10.0, 0.0, apart_m, 30.0), (40.0, 300.0, 200.0, 30.0))
    assert len(found(one, other)) == count


@pytest.mark.parametrize(("end_m", "count"), [(20.5, 0), (10.0, 1)])
def test_but_who_stay_so_near_beyond_their_homes_are(end_m: float, count: int) -> None:
    one = flight((0.0, 0.0, 0.0, 0.0), (10.0, 0.0, 0.0, 30.0), (40.0, 300.0, 0.0, 30.0))
    other = flight((0.0, 0.0, 20.0, 0.0), (10.0, 0.0, 20.0, 30.0), (40.0, 300.0, end_m, 30.0))
    assert len(found(one, other)) == count


@pytest.mark.parametrize(("north_m", "count"), [(6.3, 1), (6.5, 0)])
def test_who_crosses_the_pad_beside_its_own_is(north_m: float, count: int) -> None:
    # homes 8 m apart: 6.4 m is the least there
    rises = flight((0.0, 0.0, 0.0, 0.0), (30.0, 0.0, 0.0, 30.0))
    along = flight(
        (0.0, 0.0, 8.0, 0.0), (10.0, 0.0, 8.0, 13.0), (12.0, north_m, 8.0, 13.0), (20.0, north_m, -100.0, 13.0)
    )
    assert len(found(rises, along)) == count


def test_homes_of_different_height_are_compared_above_the_sea() -> None:
    flights = [
        Flown(name="a", flight=NORTHWARDS, home_amsl_m=100.0),
        Flown(name="b", flight=NORTHWARDS, home_amsl_m=130.0),
    ]
    assert conflicts(flights) == ()
    assert len(conflicts([flights[0], Flown(name="b", flight=NORTHWARDS)])) == 1


def test_nobody_meets_nobody() -> None:
    assert conflicts([]) == ()
    assert conflicts([Flown(name="a", flight=Flight()), Flown(name="b", flight=NORTHWARDS)]) == ()


spots = st.lists(
    st.tuples(st.floats(1.0, 40.0), st.floats(-150.0, 150.0), st.floats(-150.0, 150.0), st.floats(5.0, 60.0)),
    min_size=2,
    max_size=6,
)


def by_time(steps: list[Spot], side: float) -> Flight:
    times = itertools.accumulate(step[0] for step in steps)
    flown = [(time_s, *step[1:]) for time_s, step in zip(times, steps, strict=True)]
    return flight((0.0, -400.0 * side, 400.0 * side, 5.0), *flown)


def least_by_trying(one: Flight, other: Flight) -> float:
    """Least distance in the measure of the margin over many moments, on time alone."""

    def track(of: Flight, times: np.ndarray) -> np.ndarray:
        at = [one.time_s for one in of.moments]
        lat = np.interp(times, at, [one.lat_deg for one in of.moments])
        lon = np.interp(times, at, [one.lon_deg for one in of.moments])
        up = np.interp(times, at, [one.height_m for one in of.moments])
        return np.column_stack(
            ((lat - 41.0) * 111_195.0, (lon - 39.0) * 111_195.0 * np.cos(np.radians(41.0)), up * 2.0)
        )

    begin = max(one.moments[0].time_s, other.moments[0].time_s)
    end = min(one.moments[-1].time_s, other.moments[-1].time_s)
    if begin >= end:
        return float("inf")
    times = np.arange(begin, end, 0.02)
    return float(np.linalg.norm(track(one, times) - track(other, times), axis=1).min())


@settings(max_examples=150, deadline=None)
@given(spots, spots)
def test_no_approach_is_overlooked(one: list[Spot], other: list[Spot]) -> None:
    first, second = by_time(one, 1.0), by_time(other, -1.0)
    if least_by_trying(first, second) < 19.5:
        assert found(first, second)
