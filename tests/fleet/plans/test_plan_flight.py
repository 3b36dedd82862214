# SPDX-License-Identifier: Apache-2.0
"""A mission in time: what can be reckoned by hand is reckoned so."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace

from groundstation.fleet.geometry import moved
from groundstation.fleet.identity import Autopilot, VehicleKind
from groundstation.fleet.plans.pace import Pace, Wind, pace_of
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_flight import REST_EACH, Flight, FlightEnd, flight_of
from groundstation.fleet.plans.plan_items import FRAME_GLOBAL, FRAME_MISSION, FRAME_TERRAIN, PlanItem
from groundstation.fleet.plans.plan_path import Place

HOME = Place(41.0, 39.0)
ROTOR = Pace(cruise_mps=10.0, climb_mps=2.5, sink_mps=1.5, land_mps=0.5, accel_mps2=2.5)
WING = Pace(
    cruise_mps=20.0, climb_mps=5.0, sink_mps=2.0, land_mps=2.0, accel_mps2=3.0, turn_radius_m=60.0, is_wing=True
)
TAKEOFF = PlanItem(command=Cmd.TAKEOFF, z=30.0)
RETURN = PlanItem(command=Cmd.RETURN, frame=FRAME_MISSION)
UP_S, DOWN_S = 12.0, 20.0 / 1.5 + 10.0 / 0.5
"""30 m at 2.5 m/s; from 30 m to 10 m and the rest slowly."""
RAMP_S = 4.0
"""More for a leg with a stop at both ends than at 10 m/s all the way: 10 m/s at 2.5 m/s2, twice half of it."""


def point(
    north_m: float, east_m: float = 0.0, command: int = Cmd.WAYPOINT, hold_s: float = 0.0, z: float = 30.0
) -> PlanItem:
    lat_deg, lon_deg = moved(*HOME, north_m, east_m)
    return PlanItem(command=command, params=(hold_s, 0.0, 0.0, 0.0), x=lat_deg, y=lon_deg, z=z)


def does(command: int, *params: float) -> PlanItem:
    return PlanItem(command=command, frame=FRAME_MISSION, params=tuple([*params, 0.0, 0.0, 0.0, 0.0][:4]))


def flown(*items: PlanItem, pace: Pace = ROTOR, wind: Wind | None = None) -> Flight:
    return flight_of(items, HOME, 100.0, pace, wind)


def test_out_and_back_takes_what_can_be_reckoned() -> None:
    flight = flown(TAKEOFF, point(200.0, hold_s=5.0), RETURN)
    way_s = 20.0 + RAMP_S
    assert flight.duration_s == pytest.approx(UP_S + way_s + 5.0 + way_s + DOWN_S, abs=0.1)
    assert flight.length_m == pytest.approx(400.0, abs=0.5)
    assert flight.end is FlightEnd.LANDED
    assert flight.arrivals_s[2] == pytest.approx(UP_S + way_s + 5.0, abs=0.1)
    assert flight.moments[-1].height_m == 0.0


def test_a_straight_waypoint_costs_nothing_and_a_sharp_one_a_stop() -> None:
    straight = flown(TAKEOFF, point(100.0), point(200.0), RETURN)
    whole = flown(TAKEOFF, point(200.0), RETURN)
    back = flown(TAKEOFF, point(100.0), point(50.0), RETURN)
    assert straight.duration_s == pytest.approx(whole.duration_s, abs=0.1)
    assert back.arrivals_s[2] - straight.arrivals_s[2] == pytest.approx(RAMP_S / 2, abs=0.1)


def test_a_corner_is_passed_as_slowly_as_its_arc_demands() -> None:
    half = math.cos(math.radians(45.0))
    corner_mps = math.sqrt(2.5 * 2.0 * half / (1.0 - half))
    lost_s = (10.0 - corner_mps) ** 2 / (2.0 * 2.5 * 10.0)
    flight = flown(TAKEOFF, point(100.0), point(100.0, 100.0), RETURN)
    assert flight.arrivals_s[2] == pytest.approx(UP_S + 10.0 + RAMP_S / 2 + lost_s, abs=0.1)


def test_speeds_delays_and_loiters_count() -> None:
    slow = flown(TAKEOFF, does(Cmd.CHANGE_SPEED, 1.0, 5.0), point(200.0, hold_s=1.0), RETURN)
    assert slow.arrivals_s[3] == pytest.approx(UP_S + 40.0 + 2.0 + 1.0, abs=0.1)
    waits = flown(TAKEOFF, does(Cmd.DELAY, 7.0), point(200.0, command=Cmd.LOITER_TIME, hold_s=11.0), RETURN)
    assert waits.arrivals_s[3] == pytest.approx(UP_S + 7.0 + 20.0 + RAMP_S + 11.0, abs=0.1)
    turns = flown(
        TAKEOFF, replace(point(200.0, command=Cmd.LOITER_TURNS, hold_s=2.0), params=(2.0, 0.0, 50.0, 0.0)), RETURN
    )
    # to the near side of the circle and back from there; as many corners as a clock
    assert turns.length_m == pytest.approx(300.0 + 2.0 * math.tau * 50.0, rel=0.02)


def test_the_slower_of_way_and_climb_counts() -> None:
    assert flown(TAKEOFF, point(20.0, z=80.0)).arrivals_s[2] == pytest.approx(UP_S + 20.0, abs=0.1)
    assert flown(TAKEOFF, point(20.0, z=15.0)).arrivals_s[2] == pytest.approx(UP_S + 10.0, abs=0.1)


def test_jumps_are_followed_and_those_for_ever_end_it() -> None:
    legs = (TAKEOFF, point(100.0, hold_s=1.0), point(200.0, hold_s=1.0))
    once, thrice = flown(*legs, RETURN), flown(*legs, does(Cmd.JUMP, 2.0, 2.0), RETURN)
    assert thrice.length_m == pytest.approx(once.length_m + 2 * 200.0, abs=1.0)
    for_ever = flown(*legs, does(Cmd.JUMP, 2.0, -1.0), RETURN)
    assert for_ever.end is FlightEnd.FOR_EVER
    assert for_ever.length_m == pytest.approx(200.0, abs=1.0)
    assert flown(*legs, does(Cmd.JUMP, 2.0, 1e9), RETURN).end is FlightEnd.TOO_LONG
    # two jumps at each other are an end too
    assert flown(TAKEOFF, does(Cmd.JUMP, 3.0, 1e9), does(Cmd.JUMP, 2.0, 1e9)).end is FlightEnd.TOO_LONG


@pytest.mark.parametrize(
    ("last", "end"),
    [
        (RETURN, FlightEnd.LANDED),
        (point(0.0, command=Cmd.LAND), FlightEnd.LANDED),
        (PlanItem(command=Cmd.LAND, x=0.0, y=0.0), FlightEnd.LANDED),
        (point(0.0, command=Cmd.LOITER_UNLIMITED), FlightEnd.FOR_EVER),
        (point(0.0), FlightEnd.IN_AIR),
    ],
)
def test_how_it_ends(last: PlanItem, end: FlightEnd) -> None:
    assert flown(TAKEOFF, point(100.0), last).end is end


def test_wings_are_carried_and_slowed_by_the_wind_and_rotors_are_not() -> None:
    items = (TAKEOFF, point(2_000.0), point(0.0))
    with_s = flown(*items, pace=WING, wind=Wind(5.0, 180.0))
    calm = flown(*items, pace=WING)
    out_s = calm.arrivals_s[2] - calm.arrivals_s[1]
    # it turns around from a radius before the corner, and has come nearer while it climbed
    turn_s, left_m = 60.0 * (math.pi - 2.0) / 20.0, 2_000.0 - 30.0 / 5.0 * 20.0
    assert out_s == pytest.approx(left_m / 20.0 + turn_s, abs=0.1)
    assert with_s.arrivals_s[2] - with_s.arrivals_s[1] == pytest.approx(left_m / 25.0 + turn_s, abs=0.1)
    assert with_s.arrivals_s[3] - with_s.arrivals_s[2] == pytest.approx(2_000.0 / 15.0, abs=0.1)
    across = flown(*items, pace=WING, wind=Wind(12.0, 90.0))
    assert across.arrivals_s[2] - across.arrivals_s[1] == pytest.approx(left_m / 16.0 + turn_s, abs=0.1)
    assert flown(*items, wind=Wind(5.0, 180.0)).duration_s == flown(*items).duration_s


@pytest.mark.parametrize(("wind_mps", "items"), [(19.4, ()), (19.6, (2,)), (25.0, (2,))])
def test_a_wind_that_is_too_strong_is_told(wind_mps: float, items: tuple[int, ...]) -> None:
    assert flown(TAKEOFF, point(2_000.0), pace=WING, wind=Wind(wind_mps, 0.0)).against_wind == items


def test_what_nobody_can_tell_is_told_as_that() -> None:
    flight = flown(
        TAKEOFF,
        replace(point(50.0), frame=FRAME_TERRAIN, z=40.0),
        does(Cmd.DELAY, 0.0, 12.0),
        replace(point(50.0), frame=FRAME_GLOBAL, z=160.0),
        RETURN,
    )
    assert flight.untimed == (3,)
    assert flight.guessed == (2,)
    assert max(one.height_m for one in flight.moments) == 60.0
    assert 4 in flight_of((replace(point(50.0), frame=FRAME_GLOBAL),) * 4, HOME, None, ROTOR).guessed


def test_nothing_with_a_place_is_no_flight() -> None:
    assert flight_of((does(Cmd.CHANGE_SPEED, 1.0, 5.0),), None, None, ROTOR) == Flight()
    assert flight_of((), HOME, None, ROTOR).duration_s == 0.0


def test_over_the_date_line_it_is_a_short_way() -> None:
    home = Place(0.0, 179.999)
    flight = flight_of((TAKEOFF, PlanItem(command=Cmd.WAYPOINT, x=0.0, y=-179.999, z=30.0)), home, None, ROTOR)
    assert flight.length_m == pytest.approx(222.4, abs=1.0)
    assert all(abs(one.lon_deg) <= 180.0 for one in flight.moments)


def test_speeds_that_are_none_leave_the_usual() -> None:
    usual = pace_of(VehicleKind.PLANE, Autopilot.ARDUPILOT)
    for wrong in (0.0, -1.0, math.nan, math.inf):
        assert pace_of(VehicleKind.PLANE, Autopilot.ARDUPILOT, wrong, wrong) == usual
    told = pace_of(VehicleKind.PLANE, Autopilot.ARDUPILOT, 30.0, 100.0)
    assert (told.cruise_mps, told.endurance_s, told.endurance_is_told) == (30.0, 100.0, True)
    assert told.turn_radius_m > usual.turn_radius_m


def test_wings_cut_a_corner_where_the_legs_have_room_for_it_and_fly_past_it_else() -> None:
    def leg_s(side_m: float) -> float:
        flight = flown(TAKEOFF, point(side_m), point(side_m, side_m), point(side_m, 2.0 * side_m), pace=WING)
        return flight.arrivals_s[2] - flight.arrivals_s[1]

    climb_m = 120.0
    # a quarter of a circle instead of two radii
    assert leg_s(1_000.0) == pytest.approx((1_000.0 - climb_m - (2.0 - math.pi / 2.0) * 60.0) / 20.0, abs=0.05)
    assert leg_s(240.5) == pytest.approx((240.5 - climb_m - (2.0 - math.pi / 2.0) * 60.0) / 20.0, abs=0.05)
    # lines 20 m apart leave 10 m for a turn
    narrow = flown(TAKEOFF, point(1_000.0), point(1_000.0, 20.0), point(0.0, 20.0), pace=WING)
    assert narrow.arrivals_s[2] - narrow.arrivals_s[1] > (1_000.0 - climb_m) / 20.0


def test_what_goes_on_before_and_after_the_way_counts() -> None:
    items = (TAKEOFF, does(Cmd.CHANGE_SPEED, 1.0, 5.0), point(200.0), RETURN)
    plain = flown(*items)
    begun = flown(*items, pace=replace(ROTOR, begin_s=3.0))
    assert begun.arrivals_s[1] == pytest.approx(plain.arrivals_s[1] + 3.0)
    assert begun.duration_s == pytest.approx(plain.duration_s + 3.0)
    slow = flown(*items, pace=replace(ROTOR, takeoff_mps=1.0))
    assert slow.arrivals_s[1] == pytest.approx(30.0)
    ended = flown(*items, pace=replace(ROTOR, hold_home_s=5.0, disarm_s=2.0))
    assert ended.duration_s == pytest.approx(plain.duration_s + 7.0)
    upright = flown(*items, pace=replace(ROTOR, accel_up_mps2=1.0))
    assert upright.arrivals_s[1] == pytest.approx(UP_S + 2.5)
    # half a metre is too little to become fast
    low = flown(replace(TAKEOFF, z=0.5), point(200.0), pace=replace(ROTOR, accel_up_mps2=1.0))
    assert low.arrivals_s[1] == pytest.approx(2.0 * math.sqrt(0.5))


def test_a_return_does_not_know_what_speed_the_mission_had_set() -> None:
    out, back = (TAKEOFF, does(Cmd.CHANGE_SPEED, 1.0, 5.0), point(200.0)), (point(0.0, command=Cmd.LAND),)
    ramp_s = {5.0: 5.0 / 2.5, 8.0: 8.0 / 2.5, 10.0: RAMP_S}
    for last, pace, speed_mps in (
        ((RETURN,), ROTOR, 10.0),
        ((RETURN,), replace(ROTOR, return_mps=8.0), 8.0),
        (back, ROTOR, 5.0),
    ):
        flight = flown(*out, *last, pace=pace)
        way_s = 200.0 / speed_mps + ramp_s[speed_mps]
        if last == back:
            # it turns around there, and stands only at the end
            way_s = flight.arrivals_s[4] - flight.arrivals_s[3] - DOWN_S
        assert flight.arrivals_s[4] - flight.arrivals_s[3] == pytest.approx(way_s + DOWN_S, abs=0.1)
        assert way_s == pytest.approx(200.0 / speed_mps + ramp_s[speed_mps], abs=1.1)


def test_an_arduplane_takes_a_speed_over_the_ground_for_the_least() -> None:
    ardupilot, px4 = (pace_of(VehicleKind.PLANE, one, 15.0) for one in (Autopilot.ARDUPILOT, Autopilot.PX4))
    for kind, told_mps, pace, speed_mps in (
        (1.0, 12.0, ardupilot, 15.0),
        (1.0, 20.0, ardupilot, 20.0),
        (0.0, 12.0, ardupilot, 12.0),
        (1.0, 12.0, px4, 12.0),
    ):
        flight = flown(does(Cmd.CHANGE_SPEED, kind, told_mps), point(3_000.0), pace=pace)
        assert flight.duration_s == pytest.approx(3_000.0 / speed_mps)


def test_a_long_flight_rests_while_it_goes_and_while_it_is_timed() -> None:
    items = tuple(PlanItem(command=Cmd.WAYPOINT, x=41.0 + at / 10_000, y=39.7, z=30.0) for at in range(3 * REST_EACH))
    rests: list[int] = []
    pace = pace_of(VehicleKind.MULTICOPTER)
    found = flight_of(items, Place(41.0, 39.7), 0.0, pace, rest=lambda: rests.append(1))
    assert len(rests) == 6
    assert found == flight_of(items, Place(41.0, 39.7), 0.0, pace)
