# SPDX-License-Identifier: Apache-2.0
"""A mission made of a way: as few items as a tolerance allows, with take-off, speeds, stops and landing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstation.fleet.identity import VehicleKind
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.refly.flown import NothingFlownError, Way, is_down, metres_from
from groundstation.fleet.refly.retrace import MOST_POINTS, Tolerance, retraced
from tests.fleet.refly.ways import HOME, flight, square, walked


def commands(made):
    return [item.command for item in made.items]


def places(made):
    """Metres north and east and height of each waypoint."""
    points = [one for one in made.items if one.command == Cmd.WAYPOINT]
    north, east = metres_from(HOME, np.array([one.x for one in points]), np.array([one.y for one in points]))
    return list(zip(north.round(1).tolist(), east.round(1).tolist(), [one.z for one in points], strict=True))


def test_a_square_is_a_take_off_four_corners_and_a_landing():
    made = retraced(flight(square()), Tolerance())
    assert commands(made)[0] == Cmd.TAKEOFF
    assert commands(made)[-1] == Cmd.LAND
    assert made.items[0].z == pytest.approx(20.0, abs=0.6)
    assert places(made) == [(40, 0, 20), (40, 40, 20), (0, 40, 20), pytest.approx((0, 1, 20), abs=2.1)]
    assert made.notes == ()


def test_the_speed_is_told_once_while_it_stays_and_again_when_it_changes():
    slow = walked([(0, 0, 0), (0, 0, 10), (100, 0, 10)], 4.0)
    fast = walked([(100, 0, 10), (100, 200, 10), (100, 200, 0)], 8.0)
    both = Way(
        *(
            np.concatenate((getattr(slow, n), getattr(fast, n)[1:] + (slow.time_s[-1] if n == "time_s" else 0)))
            for n in ("time_s", "north_m", "east_m", "height_m", "speed_mps", "heading_deg")
        )
    )
    made = retraced(flight(both), Tolerance())
    speeds = [item.params[1] for item in made.items if item.command == Cmd.CHANGE_SPEED and item.params[0] == 1.0]
    assert len(speeds) == 2
    assert speeds[0] == pytest.approx(4.0, abs=0.5)
    assert speeds[1] == pytest.approx(8.0, abs=1.0)


@pytest.mark.parametrize(("hold_s", "expected"), [(1.8, [0.0]), (6.0, [6.0])])
def test_a_stop_is_a_waypoint_that_is_held_and_a_shorter_one_is_not(hold_s, expected):
    way = walked([(0, 0, 0), (0, 0, 10), (60, 0, 10), (60, 60, 10), (60, 60, 0)], holds_s=(0, 0, hold_s, 0))
    made = retraced(flight(way), Tolerance())
    held = [item.params[0] for item in made.items if item.command == Cmd.WAYPOINT]
    assert held[0] == pytest.approx(expected[0], abs=1.0)
    assert held[1:] == [0.0] * len(held[1:])


@pytest.mark.parametrize(("heading_deg", "is_told"), [(10.0, False), (120.0, True)])
@pytest.mark.parametrize("autopilot", ["ardupilot", "px4"])
def test_where_it_hovered_its_heading_is_kept_when_it_is_not_where_it_came_from(heading_deg, is_told, autopilot):
    way = walked(
        [(0, 0, 0), (0, 0, 10), (60, 0, 10), (60, 60, 10), (60, 60, 0)],
        holds_s=(0, 0, 8.0, 0),
        heading_deg=heading_deg,
    )
    made = retraced(flight(way, autopilot=autopilot), Tolerance())
    yaws = [item.params[0] for item in made.items if item.command == Cmd.CONDITION_YAW]
    own = [item.params[3] for item in made.items if item.command == Cmd.WAYPOINT and item.params[0]]
    assert yaws == ([heading_deg] if is_told and autopilot == "ardupilot" else [])
    assert own == [heading_deg if is_told and autopilot == "px4" else None]


def test_a_flight_whose_log_ends_in_the_air_returns_and_says_so():
    way = walked([(0, 0, 0), (0, 0, 10), (60, 0, 10)])
    made = retraced(flight(way, is_ended=False), Tolerance())
    assert commands(made)[-1] == Cmd.RETURN
    assert made.notes == ("the log ends in the air: after it the vehicle returns",)


@pytest.mark.parametrize("ground_m", [0.9, 1.1, -30.0])
def test_who_is_disarmed_on_other_ground_than_the_one_from_which_it_began_has_landed_there(ground_m):
    way = walked([(0, 0, 0), (0, 0, 10), (60, 0, 10), (60, 0, ground_m)], holds_s=(0, 0, 0, 3.0))
    made = retraced(flight(way), Tolerance())
    assert (commands(made)[-1], made.notes) == (Cmd.LAND, ())
    # what it stands there is no flight
    air = flight(way).under_way
    assert way.time_s[-1] - way.time_s[air.stop - 1] == pytest.approx(3.0, abs=0.3)


def test_a_height_that_drifts_on_the_ground_makes_no_landing_later():
    way = walked([(0, 0, 0), (0, 0, 10), (60, 0, 10), (60, 0, 0.5), (60, 0, -0.9)], holds_s=(0, 0, 0, 8.0))
    air = flight(way).under_way
    assert way.time_s[-1] - way.time_s[air.stop - 1] == pytest.approx(8.3, abs=0.3)


@pytest.mark.parametrize(("stands_s", "is_landed"), [(1.6, False), (2.0, True)])
def test_who_stands_on_the_ground_where_the_log_ends_has_landed_though_nobody_disarmed_it(stands_s, is_landed):
    way = walked([(0, 0, 0), (0, 0, 10), (60, 0, 10), (60, 0, 0)], holds_s=(0, 0, 0, stands_s))
    # the last metre down, 0.2 s, is counted with it
    assert is_down(way, flight(way, is_ended=False).under_way) is is_landed


def test_who_never_left_the_ground_has_nothing_to_fly_again():
    jitter = walked([(0, 0, 0), (0, 0, 0.9), (3, 0, 0.2), (0, 0, 0)])
    with pytest.raises(NothingFlownError, match="nothing to fly again"):
        retraced(flight(jitter), Tolerance())
    moment = walked([(0, 0, 0), (0, 0, 4), (0, 0, 0)], 5.0)
    with pytest.raises(NothingFlownError, match="for 2 s"):
        retraced(flight(moment), Tolerance())


def test_a_rover_drives_without_take_off_and_landing():
    way = walked([(0, 0, 0), (40, 0, 0), (40, 40, 0)])
    made = retraced(flight(way, kind=VehicleKind.ROVER), Tolerance())
    assert set(commands(made)) == {Cmd.CHANGE_SPEED, Cmd.WAYPOINT}


def test_what_has_wings_is_followed_less_closely_and_asked_for_no_speed_at_which_it_falls():
    turns = np.linspace(0, 6 * np.pi, 120)
    corners = [(0, 0, 0), (60, 0, 40), *((60 + 100 * np.sin(t), 100 - 100 * np.cos(t), 60) for t in turns)]
    made = retraced(flight(walked(corners, 8.0), kind=VehicleKind.PLANE, is_ended=False), Tolerance())
    assert made.tolerance == Tolerance(5.0, 5.0)
    assert Cmd.CHANGE_SPEED not in commands(made)
    assert made.items[0].z >= 20.0


def test_a_way_with_too_many_bends_is_followed_less_closely_and_that_is_said():
    turns = np.linspace(0, 500 * np.pi, 8_000)
    corners = [(0, 0, 0), (0, 0, 20), *((t / 2, 6 * np.sin(t), 20) for t in turns), (785, 0, 0)]
    made = retraced(flight(walked(corners, 3.0)), Tolerance(0.5, 1.0))
    assert sum(item.command == Cmd.WAYPOINT for item in made.items) <= MOST_POINTS
    assert made.tolerance.metres > 0.5
    assert "followed within" in made.notes[0]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-200, 200), st.integers(-200, 200), st.integers(5, 80)),
        min_size=2,
        max_size=8,
        unique=True,
    ),
    st.floats(0.5, 5.0),
)
def test_no_sample_is_farther_from_the_mission_than_the_tolerance(corners, metres):
    from shapely.geometry import LineString, Point

    first, last = corners[0], corners[-1]
    way = walked([(first[0], first[1], 0), *corners, (last[0], last[1], 0)], 6.0)
    made = retraced(flight(way), Tolerance(metres, 100.0))
    middle = [(first[0], first[1]), *((north, east) for north, east, _ in places(made)), (last[0], last[1])]
    line = LineString([*middle, middle[-1]]) if len(set(middle)) > 1 else Point(middle[0])
    away = max(line.distance(Point(n, e)) for n, e in zip(way.north_m, way.east_m, strict=True))
    assert away <= max(metres, 2.0) + 0.1  # of the take-off and the landing two metres belong to no leg
