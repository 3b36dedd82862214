# SPDX-License-Identifier: Apache-2.0
"""When a vehicle crosses its fence. Figures by hand: straight ways on a plane."""

from __future__ import annotations

import msgspec
import pytest

from groundstation.fleet.awareness.breach import AHEAD_S, SLOWEST_CLIMB_MPS, SLOWEST_MPS, Fences, breach_of
from groundstation.fleet.awareness.told_parameters import ToldParameters
from groundstation.fleet.awareness.watch import AwarenessWatch
from groundstation.fleet.fleet_filter import parse_filter
from groundstation.fleet.geometry import distance_m, moved
from groundstation.fleet.link import Connection, LinkState
from groundstation.fleet.motion import Home, Velocity
from groundstation.fleet.parameters.parameter_entries import ParamEntry
from groundstation.fleet.parameters.parameter_status import ParamList, ParamStatus
from groundstation.fleet.plans.files.fence_shapes import Circle, Polygon, ReturnPoint, items_of
from groundstation.fleet.plans.files.plan_file import Spot
from groundstation.fleet.plans.plan_items import PlanItem, hash_of
from groundstation.fleet.plans.plan_status import ListState, ListStatus, PlanList, PlanStatus
from groundstation.fleet.status import Armed
from groundstation.fleet.summary import summary_of
from tests.fleet.awareness.test_approach import NOW_S, flying


def spot(north_m, east_m, lon_deg=39.7):
    return Spot(*moved(41.0, lon_deg, north_m, east_m), None)


def box(north_m, east_m, half_m, *, is_inside=True, lon_deg=39.7):
    corners = ((-1, -1), (-1, 1), (1, 1), (1, -1))
    return Polygon(
        corners=tuple(spot(north_m + half_m * n, east_m + half_m * e, lon_deg) for n, e in corners), is_inside=is_inside
    )


def circle(north_m, east_m, radius_m, *, is_inside=True):
    return Circle(centre=spot(north_m, east_m), radius_m=radius_m, is_inside=is_inside)


def fenced(*shapes, items=None, speed=(10.0, 0.0), height_m=50.0, north_m=0.0, **changes):
    items = tuple(one for shape in shapes for one in items_of(shape)) if items is None else items
    state = flying(
        "a", north_m, 0.0, height_m, speed, age_s=changes.pop("age_s", 0.0), lon_deg=changes.pop("lon_deg", 39.7)
    )
    told = hash_of(items)
    position = msgspec.structs.replace(state.position, height_home_m=height_m)
    fence = {
        "fence_list": PlanList(hash=told, items=items), "position": position,
        "plans": PlanStatus(fence=ListStatus(state=ListState.KNOWN, hash=told)),
    }  # fmt: skip
    return msgspec.structs.replace(state, **{**fence, **changes})


def told(**values):
    entries = tuple(ParamEntry(name, float(value)) for name, value in values.items())
    return {"parameters": ParamStatus(hash="h"), "parameter_list": ParamList(hash="h", entries=entries)}


def breach(state):
    return breach_of(state, NOW_S, Fences(), ToldParameters().of(state))


def test_it_leaves_an_area_to_stay_in():
    """300 m to the edge at 10 m/s, aslant: the edge is met 100 m to the east."""
    found = breach(fenced(box(0.0, 0.0, 300.0), speed=(9.0, 3.0)))
    assert found.in_s == pytest.approx(300.0 / 9.0, abs=0.05)
    assert distance_m(*found.place, *moved(41.0, 39.7, 300.0, 100.0)) < 0.5
    assert not found.is_height


def test_it_enters_an_area_to_keep_out_of():
    found = breach(fenced(box(0.0, 0.0, 900.0), box(250.0, 30.0, 50.0, is_inside=False)))
    assert found.in_s == pytest.approx(20.0, abs=0.05)


@pytest.mark.parametrize(("beside_m", "is_met"), [(49.0, True), (51.0, False)])
def test_it_passes_beside_an_area_to_keep_out_of(beside_m, is_met):
    assert (breach(fenced(box(250.0, beside_m, 50.0, is_inside=False))) is not None) is is_met
    assert (breach(fenced(circle(250.0, beside_m, 50.0, is_inside=False))) is not None) is is_met


def test_circles_both_ways():
    assert breach(fenced(circle(-100.0, 0.0, 300.0))).in_s == pytest.approx(20.0, abs=0.05)
    assert breach(fenced(circle(300.0, 0.0, 100.0, is_inside=False))).in_s == pytest.approx(20.0, abs=0.05)
    # behind it
    assert breach(fenced(circle(-300.0, 0.0, 100.0, is_inside=False))) is None


def test_who_is_on_the_wrong_side_has_crossed_already():
    assert breach(fenced(box(-500.0, 0.0, 100.0))).in_s == 0.0
    assert breach(fenced(circle(0.0, 0.0, 50.0, is_inside=False), speed=(0.0, 0.0))).in_s == 0.0


def test_of_several_areas_to_stay_in_it_has_to_be_in_one():
    overlapping = box(0.0, 0.0, 100.0), box(150.0, 0.0, 100.0)
    assert breach(fenced(overlapping[0], box(-900.0, 0.0, 100.0))).in_s == pytest.approx(10.0, abs=0.05)
    # in both it is in from 50 m on: the farther edge counts
    assert breach(fenced(*overlapping, north_m=75.0)).in_s == pytest.approx(17.5, abs=0.05)


def test_a_concave_area():
    """A notch reaches down to 100 m before it."""
    corners = ((-200, -200), (-200, 200), (300, 200), (300, 50), (100, 0), (300, -50), (300, -200))
    area = Polygon(corners=tuple(spot(north, east) for north, east in corners), is_inside=True)
    assert breach(fenced(area)).in_s == pytest.approx(10.0, abs=0.05)


@pytest.mark.parametrize(("edge_m", "is_told"), [(10.0 * AHEAD_S - 5.0, True), (10.0 * AHEAD_S + 5.0, False)])
def test_nobody_is_reckoned_further_than_two_minutes(edge_m, is_told):
    assert (breach(fenced(circle(0.0, 0.0, edge_m))) is not None) is is_told


@pytest.mark.parametrize(("speed", "is_told"), [(SLOWEST_MPS + 0.02, True), (SLOWEST_MPS - 0.02, False)])
def test_one_that_hovers_is_on_no_way(speed, is_told):
    assert (breach(fenced(circle(0.0, 0.0, 20.0), speed=(speed, 0.0))) is not None) is is_told


def test_a_place_that_is_older_is_moved_to_now_first():
    assert breach(fenced(circle(0.0, 0.0, 200.0), age_s=1.0)).in_s == pytest.approx(19.0, abs=0.05)


def test_across_the_date_line():
    state = fenced(box(0.0, 0.0, 300.0, lon_deg=180.0), speed=(0.0, 10.0), lon_deg=180.0)
    assert breach(state).in_s == pytest.approx(30.0, abs=0.1)


ARDUPILOT = {"FENCE_ENABLE": 1, "FENCE_TYPE": 7, "FENCE_ALT_MAX": 100, "FENCE_RADIUS": 0}


@pytest.mark.parametrize(
    ("values", "in_s"),
    [
        (ARDUPILOT, 25.0),
        ({**ARDUPILOT, "FENCE_ENABLE": 0}, None),
        ({**ARDUPILOT, "FENCE_TYPE": 6}, None),
        ({**ARDUPILOT, "FENCE_ALT_MAX": 0}, None),
        ({**ARDUPILOT, "FENCE_ALT_MAX": 49}, 0.0),
        ({"GF_MAX_VER_DIST": 90}, 20.0),
        ({"GF_MAX_VER_DIST": 0}, None),
        ({}, None),
    ],
)
def test_the_highest_height(values, in_s):
    """50 m high, and climbing with 2 m/s."""
    found = breach(fenced(items=(), speed=(10.0, 0.0, 2.0), **told(**values)))
    assert (None if found is None else found.in_s) == (None if in_s is None else pytest.approx(in_s, abs=0.01))
    assert found is None or found.is_height


@pytest.mark.parametrize(("climb", "is_told"), [(SLOWEST_CLIMB_MPS + 0.02, True), (SLOWEST_CLIMB_MPS - 0.02, False)])
def test_one_that_holds_its_height_climbs_nowhere(climb, is_told):
    state = fenced(items=(), height_m=90.0, speed=(0.0, 0.0, climb), **told(**ARDUPILOT))
    assert (breach(state) is not None) is is_told


def test_the_distance_from_home():
    """50 m north of home, 150 m allowed: 10 s."""
    home = Home(at_s=NOW_S, lat_deg=41.0, lon_deg=39.7)
    limits = told(**{**ARDUPILOT, "FENCE_RADIUS": 150})
    assert breach(fenced(items=(), north_m=50.0, home=home, **limits)).in_s == pytest.approx(10.0, abs=0.05)
    assert breach(fenced(items=(), north_m=50.0, **limits)) is None
    limits = told(GF_MAX_HOR_DIST=250)
    assert breach(fenced(items=(), north_m=50.0, home=home, **limits)).in_s == pytest.approx(20.0, abs=0.05)


@pytest.mark.parametrize(
    "changes",
    [
        {"plans": None},
        {"plans": PlanStatus(fence=ListStatus(state=ListState.KNOWN, hash="another"))},
        {"fence_list": None},
        {"velocity": None},
        {"velocity": Velocity(at_s=NOW_S - 2.1, north_mps=10.0, east_mps=0.0)},
        {"armed": Armed(at_s=NOW_S, is_armed=False)},
        {"connection": Connection(state=LinkState.OFFLINE, via="b")},
    ],
)
def test_nothing_is_said_where_anything_is_unknown_or_old(changes):
    assert breach(fenced(circle(0.0, 0.0, 200.0))) is not None
    assert breach(fenced(circle(0.0, 0.0, 200.0), **changes)) is None


def test_a_list_that_makes_no_sense_is_no_fence_and_a_return_point_is_no_border():
    assert breach(fenced(items=(PlanItem(command=5001, params=(9.0, 0.0, 0.0, 0.0)),))) is None
    assert breach(fenced(ReturnPoint(spot(10.0, 0.0)))) is None


def test_as_a_value_it_filters():
    state = fenced(circle(0.0, 0.0, 200.0))
    found = AwarenessWatch().whole([state], NOW_S)[state.key]
    summary = summary_of(msgspec.structs.replace(state, awareness=found), NOW_S)
    assert parse_filter("breach_in_s < 21")(summary)
    assert not parse_filter("awareness.breach_in_s < 19")(summary)
