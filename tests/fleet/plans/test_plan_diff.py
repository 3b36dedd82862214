# SPDX-License-Identifier: Apache-2.0
"""Two plans are compared item by item; what was put in makes no difference of all behind it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from groundstation.fleet.identity import Autopilot
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_diff import MAX_COMPARED, compared
from groundstation.fleet.plans.plan_items import FRAME_GLOBAL, PlanItem, PlanKind

WAY = tuple(PlanItem(command=Cmd.WAYPOINT, frame=3, x=41.0 + at * 1e-3, y=39.7, z=30.0) for at in range(6))
SPEED = PlanItem(command=Cmd.CHANGE_SPEED, frame=2, params=(1.0, 5.0, -1.0, 0.0))


def told(mine, other, **more):
    return [(one.item, one.other, str(one.said)) for one in compared(tuple(mine), tuple(other), **more)]


def test_one_that_was_put_in_is_one_difference():
    assert told(WAY, (*WAY[:2], SPEED, *WAY[2:])) == [(None, 3, "Change speed: only there")]
    assert told((*WAY[:2], SPEED, *WAY[2:]), WAY) == [(3, None, "Change speed: only here")]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"z": 40.0}, "Waypoint: 30.0 m, there 40.0 m"),
        ({"x": 41.0021}, "Waypoint: there 11.1 m away"),
        ({"frame": FRAME_GLOBAL}, "Waypoint: height in frame 3, there in 0"),
        ({"params": (5.0, 0.0, 0.0, None)}, "Waypoint: parameter 1 is 0, there 5"),
        ({"command": Cmd.SPLINE}, "Waypoint: there Spline waypoint"),
    ],
)
def test_each_field_is_said_in_words(change, words):
    changed = (*WAY[:2], replace(WAY[2], **change), *WAY[3:])
    assert told(WAY, changed) == [(3, 3, words)]


def test_what_firmware_never_keeps_is_no_difference_and_what_it_cuts_is_none():
    kept = tuple(replace(one, z=30.004, x=one.x + 1e-7) for one in WAY)
    assert told(WAY, kept, autopilot=Autopilot.ARDUPILOT) == []
    assert told(WAY, [replace(one, z=30.02) for one in WAY], autopilot=Autopilot.ARDUPILOT) != []


def test_fences_have_no_heights():
    corner = PlanItem(command=Cmd.FENCE_POLYGON_IN, frame=0, params=(3.0, 0.0, 0.0, 0.0), x=41.0, y=39.0)
    assert told([corner], [replace(corner, z=7.0)], kind=PlanKind.FENCE) == []


@given(st.lists(st.sampled_from((*WAY, SPEED)), max_size=20), st.lists(st.sampled_from((*WAY, SPEED)), max_size=20))
def test_nothing_is_said_of_equals_and_something_of_others(mine, other):
    assert told(mine, mine) == []
    assert bool(told(mine, other)) is (mine != other)


def test_a_list_that_is_too_long_to_be_searched_is_compared_place_by_place():
    count = int(MAX_COMPARED**0.5)
    long = [replace(WAY[0], y=39.0 + at * 1e-4) for at in range(count + 1)]
    # 2,001 differences and not 1
    assert len(told(long, long[1:])) == count + 1
    assert len(told(long[:count], long[1:count])) == 1
