# SPDX-License-Identifier: Apache-2.0
"""What is said of a plan before it is given: every check once, and just not."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from groundstation.fleet.identity import Autopilot, VehicleKind
from groundstation.fleet.plans.plan_check import Checked, findings
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.plans.plan_path import Place

HOME = Place(41.0, 39.0)
TAKEOFF = PlanItem(command=Cmd.TAKEOFF, x=41.0, y=39.0, z=30.0)
POINT = PlanItem(command=Cmd.WAYPOINT, x=41.001, y=39.0, z=30.0)
RETURN = PlanItem(command=Cmd.RETURN, frame=2)
GOOD = (TAKEOFF, POINT, replace(POINT, x=41.002), RETURN)
PLAN = Checked(items=GOOD, home=HOME, home_amsl_m=100.0, autopilot=Autopilot.ARDUPILOT, kind=VehicleKind.MULTICOPTER)


def codes(plan: Checked) -> dict[str, tuple[int | None, bool]]:
    return {one.said.code: (one.item, one.holds) for one in findings(plan)}


def with_items(*items: PlanItem, **more: object) -> Checked:
    return replace(PLAN, items=items, **more)


def test_nothing_is_said_of_a_good_plan() -> None:
    assert findings(PLAN) == ()


def jump(target: float, times: float = 1.0) -> PlanItem:
    return PlanItem(command=Cmd.JUMP, frame=2, params=(target, times, 0.0, 0.0))


def circle(radius_m: float, command: int = Cmd.FENCE_CIRCLE_IN) -> PlanItem:
    return PlanItem(command=command, frame=0, params=(radius_m, 0.0, 0.0, 0.0), x=41.0, y=39.0)


@pytest.mark.parametrize(
    ("plan", "code", "item", "holds"),
    [
        (with_items(POINT, RETURN), "check_no_takeoff", 1, False),
        (with_items(POINT, TAKEOFF, RETURN), "check_late_takeoff", 1, False),
        (with_items(replace(TAKEOFF, z=1.0), RETURN), "check_low_takeoff", 1, True),
        (with_items(TAKEOFF, POINT), "check_no_landing", 2, False),
        (with_items(TAKEOFF, POINT, jump(9.0), RETURN), "check_jump_nowhere", 3, True),
        (with_items(TAKEOFF, POINT, jump(3.0), RETURN), "check_jump_itself", 3, True),
        (with_items(TAKEOFF, POINT, jump(2.0, -1.0), RETURN), "check_jump_for_ever", 3, False),
        (with_items(TAKEOFF, replace(POINT, z=501.0), RETURN), "check_high", 2, True),
        (with_items(TAKEOFF, replace(POINT, frame=0, z=601.0), RETURN), "check_high", 2, True),
        (with_items(TAKEOFF, replace(POINT, z=0.0), RETURN), "check_low", 2, False),
        (with_items(TAKEOFF, replace(POINT, x=41.0901), RETURN), "check_far", 2, True),
        (with_items(TAKEOFF, POINT, replace(POINT, x=41.00103, z=55.0), RETURN), "check_steep", 3, False),
        (replace(PLAN, fence=(circle(200.0),)), "check_beyond_fence", 4, True),
        (replace(PLAN, fence=(circle(50.0, Cmd.FENCE_CIRCLE_OUT),)), "check_beyond_fence", 4, True),
        (replace(PLAN, fence=(circle(0.0),)), "check_bad_fence", None, True),
        (replace(PLAN, items=(*GOOD[:3], replace(POINT, frame=10), RETURN), autopilot=Autopilot.PX4), "check_no_terrain", 4, True),
        (with_items(replace(TAKEOFF, x=0.0, y=0.0), POINT, RETURN, autopilot=Autopilot.PX4), "check_needs_place", 1, True),
        (with_items(TAKEOFF, POINT, PlanItem(command=Cmd.LAND, x=0.0, y=0.0), autopilot=Autopilot.PX4), "check_needs_place", 3, True),
        (with_items(TAKEOFF, replace(POINT, command=Cmd.LOITER_TURNS), RETURN, autopilot=Autopilot.PX4), "check_refused", 2, True),
        (with_items(TAKEOFF, POINT, PlanItem(command=Cmd.INVERTED, frame=2), RETURN), "check_passed_over", 3, False),
        (
            with_items(TAKEOFF, replace(POINT, command=Cmd.LAND), kind=VehicleKind.PLANE),
            "check_no_approach",
            2,
            False,
        ),
    ],
)  # fmt: skip
def test_each_fault_is_said_with_its_item(plan: Checked, code: str, item: int | None, holds: bool) -> None:
    assert codes(plan)[code] == (item, holds)


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (with_items(replace(TAKEOFF, z=1.1), RETURN), "check_low_takeoff"),
        (with_items(TAKEOFF, POINT, jump(2.0, 3.0), RETURN), "check_jump_for_ever"),
        (with_items(TAKEOFF, replace(POINT, z=500.0), RETURN), "check_high"),
        (with_items(TAKEOFF, replace(POINT, z=0.1), RETURN), "check_low"),
        (with_items(TAKEOFF, replace(POINT, x=41.0898), RETURN), "check_far"),
        (with_items(TAKEOFF, POINT, replace(POINT, x=41.00103, z=49.0), RETURN), "check_steep"),
        # straight up is what somebody wanted
        (with_items(TAKEOFF, POINT, replace(POINT, x=41.001004, z=90.0), RETURN), "check_steep"),
        (replace(PLAN, fence=(circle(300.0),)), "check_beyond_fence"),
        (with_items(POINT, kind=VehicleKind.ROVER), "check_no_takeoff"),
        (with_items(POINT, kind=VehicleKind.ROVER), "check_no_landing"),
        (with_items(TAKEOFF, replace(POINT, frame=0, z=601.0), RETURN, home_amsl_m=None), "check_high"),
        (with_items(TAKEOFF, replace(POINT, x=42.0), RETURN, home=None), "check_far"),
    ],
)
def test_what_is_just_right_or_not_known_is_not_said(plan: Checked, code: str) -> None:
    assert code not in codes(plan)


def test_what_holds_comes_first() -> None:
    plan = with_items(POINT, replace(POINT, x=41.09), TAKEOFF, jump(99.0))
    holding = [one.holds for one in findings(plan)]
    assert holding == sorted(holding, reverse=True)
    assert holding[0]


def test_a_way_over_longitude_180_is_short() -> None:
    home = Place(-17.0, 179.999)
    items = (
        PlanItem(command=Cmd.TAKEOFF, x=-17.0, y=179.999, z=30.0),
        PlanItem(command=Cmd.WAYPOINT, x=-17.0, y=-179.999, z=30.0),
        RETURN,
    )
    fence = PlanItem(command=Cmd.FENCE_CIRCLE_IN, frame=0, params=(500.0, 0.0, 0.0, 0.0), x=-17.0, y=180.0)
    assert findings(replace(PLAN, items=items, home=home, fence=(fence,))) == ()


def test_what_stands_behind_a_return_is_told_unless_something_leads_there() -> None:
    def told(*items: PlanItem) -> list[int | None]:
        return [one.item for one in findings(with_items(*items)) if one.said.code == "check_unreached"]

    assert told(TAKEOFF, POINT, RETURN) == []
    assert told(TAKEOFF, RETURN, POINT) == [3]
    assert told(TAKEOFF, jump(4.0), RETURN, POINT) == []
    start = PlanItem(command=Cmd.LAND_START, frame=2)
    assert told(TAKEOFF, POINT, RETURN, start, POINT, replace(POINT, command=Cmd.LAND)) == []
    # what only does something there is done nowhere, and endangers nobody
    assert told(TAKEOFF, POINT, RETURN, PlanItem(command=Cmd.CHANGE_SPEED, frame=2, params=(1.0, 5.0, -1.0, 0.0))) == []
