# SPDX-License-Identifier: Apache-2.0
"""One press on a remedy, and what it was for is gone, with nothing new that holds the plan."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from groundstation.fleet.identity import Autopilot, VehicleKind
from groundstation.fleet.plans.plan_check import Checked, findings
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import FRAME_TERRAIN, PlanItem
from groundstation.fleet.plans.plan_remedies import remedies
from tests.fleet.plans.test_plan_check import PLAN, POINT, RETURN, TAKEOFF, circle, jump, with_items

LAND = PlanItem(command=Cmd.LAND, x=41.0, y=39.0, z=0.0)
CASES = [
    (
        replace(with_items(TAKEOFF, PlanItem(command=Cmd.SET_SERVO, frame=2), RETURN), autopilot=Autopilot.PX4),
        "check_refused",
    ),
    (with_items(TAKEOFF, PlanItem(command=Cmd.INVERTED, frame=2), RETURN), "check_passed_over"),
    (
        replace(with_items(TAKEOFF, replace(POINT, frame=FRAME_TERRAIN), RETURN), autopilot=Autopilot.PX4),
        "check_no_terrain",
    ),
    (with_items(replace(TAKEOFF, x=0.0, y=0.0), POINT, RETURN, autopilot=Autopilot.PX4), "check_needs_place"),
    (
        replace(with_items(replace(TAKEOFF, x=None, y=None), POINT, RETURN, autopilot=Autopilot.PX4), home=None),
        "check_needs_place",
    ),
    (with_items(POINT, RETURN), "check_no_takeoff"),
    (with_items(POINT, TAKEOFF, RETURN), "check_late_takeoff"),
    (with_items(replace(TAKEOFF, z=1.0), POINT, RETURN), "check_low_takeoff"),
    (with_items(TAKEOFF, POINT), "check_no_landing"),
    (with_items(TAKEOFF, RETURN, POINT), "check_unreached"),
    (with_items(TAKEOFF, POINT, RETURN, POINT, RETURN), "check_unreached"),
    (replace(with_items(TAKEOFF, LAND), kind=VehicleKind.PLANE), "check_no_approach"),
    (with_items(TAKEOFF, POINT, jump(9.0), RETURN), "check_jump_nowhere"),
    (with_items(TAKEOFF, POINT, jump(3.0), RETURN), "check_jump_itself"),
    (with_items(TAKEOFF, POINT, jump(2.0, -1.0), RETURN), "check_jump_for_ever"),
    (with_items(TAKEOFF, replace(POINT, z=501.0), RETURN), "check_high"),
    (with_items(TAKEOFF, replace(POINT, frame=0, z=601.0), RETURN), "check_high"),
    (with_items(TAKEOFF, replace(POINT, z=0.0), RETURN), "check_low"),
    (with_items(TAKEOFF, replace(POINT, x=41.0901), RETURN), "check_far"),
    (with_items(TAKEOFF, POINT, replace(POINT, x=41.00103, z=55.0), RETURN), "check_steep"),
    (
        replace(with_items(TAKEOFF, POINT, replace(POINT, x=41.0017, z=95.0), RETURN), kind=VehicleKind.PLANE),
        "check_steep",
    ),
    (
        replace(with_items(TAKEOFF, POINT, replace(POINT, x=41.004), RETURN), fence=(circle(300.0),)),
        "check_beyond_fence",
    ),
    (replace(PLAN, fence=(circle(0.0),)), "check_bad_fence"),
]


@pytest.mark.parametrize(("plan", "code"), CASES, ids=[code for _, code in CASES])
def test_a_remedy_takes_its_finding_away(plan: Checked, code: str) -> None:
    finding = next(one for one in findings(plan) if one.said.code == code)
    ways = remedies(plan, finding)
    assert ways
    for way in ways:
        assert str(way.said) != way.said.code
        mended = replace(
            plan,
            items=way.mission if way.mission is not None else plan.items,
            fence=way.fence if way.fence is not None else plan.fence,
        )
        left = findings(mended)
        assert code not in {one.said.code for one in left}
        assert sum(one.holds for one in left) <= sum(one.holds for one in findings(plan))


def test_every_finding_of_a_plan_has_a_remedy() -> None:
    from groundstation.fleet.english import PLANS
    from groundstation.fleet.plans.plan_remedies import _REMEDIES

    # those of several plans, and of the flight, are looked at by `fleet_check`
    flown = {
        "check_conflict",
        "check_battery",
        "check_beyond_battery",
        "check_wind",
        "check_untimed",
        "check_near_home",
        "check_alarm_wider",
    }
    # and those of the ground by `ground_under`
    flown |= {"check_near_ground", "check_into_ground"}
    assert {code for code in PLANS if code.startswith("check_")} - flown == set(_REMEDIES)


def test_a_jump_still_leads_to_its_item_after_a_remedy() -> None:
    plan = with_items(POINT, jump(1.0), RETURN)
    finding = next(one for one in findings(plan) if one.said.code == "check_no_takeoff")
    (way,) = remedies(plan, finding)
    assert way.mission is not None
    assert way.mission[2].params[0] == 2.0
