# SPDX-License-Identifier: Apache-2.0
"""What a vehicle keeps of what it is given: each tolerance just inside and just outside."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from groundstation.fleet.identity import Autopilot
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import PlanItem, PlanKind, hash_of
from groundstation.fleet.plans.plan_match import differences, is_same

AP, PX4 = Autopilot.ARDUPILOT, Autopilot.PX4
POINT = PlanItem(command=Cmd.WAYPOINT, params=(7.0, 12.0, 0.0, 33.0), x=41.0, y=39.0, z=25.142857)


def same(wanted: PlanItem, found: PlanItem, autopilot: Autopilot = AP, kind: PlanKind = PlanKind.MISSION) -> bool:
    return is_same((wanted,), (found,), kind, autopilot)


@pytest.mark.parametrize(
    ("change", "is_kept"),
    [
        ({"x": 41.0 + 1.4e-7}, True),
        ({"x": 41.0 + 1.6e-7}, False),
        ({"y": 39.0 - 1.4e-7}, True),
        ({"y": 39.0 - 1.6e-7}, False),
        ({"z": 25.132}, True),
        ({"z": 25.131}, False),
        ({"frame": 6}, True),
        ({"frame": 0}, False),
        ({"command": Cmd.SPLINE}, False),
        ({"goes_on": False}, True),
        ({"params": (7.0, 0.0, 0.0, 0.0)}, True),
        ({"params": (0.0, 12.0, 0.0, 0.0)}, True),
        ({"params": (8.0, 12.0, 0.0, 33.0)}, False),
        ({"params": (7.0, 12.0, 0.0, 32.0)}, False),
        ({"params": (7.0, 12.0, 5.0, 33.0)}, False),
    ],
)
def test_a_waypoint_that_comes_back(change: dict, is_kept: bool) -> None:
    assert same(POINT, replace(POINT, **change)) is is_kept


def test_ardupilot_cuts_to_whole_numbers_and_px4_does_not() -> None:
    wanted = replace(POINT, params=(1.5, 2.25, 0.0, 0.0))
    found = replace(POINT, params=(1.0, 2.0, 0.0, 0.0))
    assert same(wanted, found, AP)
    assert not same(wanted, found, PX4)
    assert not same(wanted, replace(POINT, params=(2.0, 2.0, 0.0, 0.0)), AP)


def test_a_heading_comes_back_modulo_a_turn_and_an_open_one_as_none() -> None:
    wanted = replace(POINT, params=(7.0, 12.0, 0.0, -10.0))
    assert same(wanted, replace(POINT, params=(7.0, 12.0, 0.0, 350.0)), PX4)
    assert not same(wanted, replace(POINT, params=(7.0, 12.0, 0.0, 340.0)), PX4)
    open_ = replace(POINT, params=(7.0, 12.0, 0.0, None))
    assert same(open_, open_, PX4)
    assert same(open_, replace(POINT, params=(7.0, 12.0, 0.0, 0.0)))
    assert not same(open_, replace(POINT, params=(7.0, 12.0, 0.0, 5.0)))


@pytest.mark.parametrize(
    ("command", "params", "found", "is_kept"),
    [
        # a loiter's radius whose direction alone is kept, and its time that is not lost
        (Cmd.LOITER_TIME, (7.0, 0.0, -12.0, 0.0), (7.0, 0.0, -1.0, 0.0), True),
        (Cmd.LOITER_TIME, (7.0, 0.0, -12.0, 0.0), (7.0, 0.0, 1.0, 0.0), False),
        (Cmd.LOITER_TIME, (7.0, 0.0, 12.0, 0.0), (0.0, 0.0, 12.0, 0.0), False),
        (Cmd.JUMP, (3.0, 2.0, 0.0, 0.0), (3.0, 0.0, 0.0, 0.0), False),
        (Cmd.JUMP, (3.0, 2.0, 0.0, 0.0), (1.0, 2.0, 0.0, 0.0), False),
        (Cmd.CHANGE_SPEED, (1.0, 8.0, -1.0, 0.0), (1.0, 8.0, 0.0, 0.0), True),
        (Cmd.CHANGE_SPEED, (1.0, 8.0, -1.0, 0.0), (1.0, 0.0, -1.0, 0.0), False),
    ],
)
def test_what_a_command_is_about_may_not_be_dropped(command: int, params: tuple, found: tuple, is_kept: bool) -> None:
    wanted = PlanItem(command=command, frame=2, params=params)
    assert same(wanted, replace(wanted, params=found, frame=0)) is is_kept


def test_a_fence_has_no_height_and_no_frame() -> None:
    wanted = PlanItem(command=Cmd.FENCE_CIRCLE_IN, frame=3, params=(55.0, 0.0, 0.0, 0.0), x=41.0, y=39.0, z=30.0)
    assert same(wanted, replace(wanted, frame=5, z=0.0), AP, PlanKind.FENCE)
    assert not same(wanted, replace(wanted, params=(54.0, 0.0, 0.0, 0.0)), AP, PlanKind.FENCE)


def test_lists_of_different_lengths_differ_by_their_number_alone() -> None:
    [found] = differences((POINT, POINT), (POINT,), PlanKind.MISSION, AP)
    assert (found.item, found.field, found.wanted, found.found) == (0, "count", 2.0, 1.0)


def test_a_hash_is_that_of_equal_lists_alone() -> None:
    assert hash_of((POINT,)) == hash_of((replace(POINT),))
    assert hash_of((POINT,)) != hash_of((replace(POINT, z=25.0),))
    assert hash_of((POINT,)) != hash_of((POINT, POINT))
    assert hash_of((replace(POINT, z=0.0),)) == hash_of((replace(POINT, z=-0.0),))
    assert len(hash_of(())) == 16
