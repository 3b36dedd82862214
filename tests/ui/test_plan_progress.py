# SPDX-License-Identifier: Apache-2.0
"""The item that is flown counts from 1, whatever the autopilot counts from."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from groundstation.fleet.identity import Autopilot, VehicleInfo, VehicleKey
from groundstation.fleet.plans.plan_items import PlanItem, hash_of
from groundstation.fleet.plans.plan_progress import current_number, flown_number, item_count, start_number
from groundstation.fleet.plans.plan_status import PlanList
from groundstation.fleet.status import Landed, LandedState, MissionProgress, Mode
from groundstation.fleet.summary import summary_of
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.fleet_list.fleet_row import _mission_text

ITEMS = tuple(PlanItem(command=16, x=1.0 + at, y=2.0, z=3.0) for at in range(11))


def state(autopilot: Autopilot, mode: str = "AUTO", **progress: object) -> VehicleState:
    return VehicleState(
        key=VehicleKey("fleet", "uav-1"),
        info=VehicleInfo(name="one", sysid=1, autopilot=autopilot),
        mode=Mode(at_s=0.0, name=mode),
        mission_progress=MissionProgress(at_s=0.0, **progress),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("autopilot", "seq", "number"),
    [(Autopilot.ARDUPILOT, 0, None), (Autopilot.ARDUPILOT, 5, 5), (Autopilot.PX4, 0, 1), (Autopilot.PX4, 4, 5)],
)
def test_it_counts_from_one_for_everybody(autopilot: Autopilot, seq: int, number: int | None) -> None:
    assert current_number(state(autopilot, item=seq)) == number
    assert current_number(state(autopilot, item=seq, state="no_mission")) is None


@pytest.mark.parametrize(
    ("autopilot", "progress", "number"),
    [
        (Autopilot.ARDUPILOT, {"item": 0, "items": 5, "state": "not_started"}, 1),
        (Autopilot.ARDUPILOT, {"item": 3, "items": 5, "state": "active"}, 3),
        (Autopilot.ARDUPILOT, {"item": 5, "items": 5, "state": "not_started"}, 5),
        # a plan that was given since has no such number, or its end was reached: from the start (observed)
        (Autopilot.ARDUPILOT, {"item": 6, "items": 5, "state": "not_started"}, 1),
        (Autopilot.ARDUPILOT, {"item": 4, "items": 5, "state": "complete"}, 1),
        (Autopilot.ARDUPILOT, {"item": 0, "items": 0, "state": "no_mission"}, None),
        (Autopilot.PX4, {"item": 2}, 3),
        (Autopilot.PX4, {}, None),
    ],
)
def test_a_mission_that_is_started_begins_with_an_item_that_is_known_before(autopilot, progress, number) -> None:
    assert start_number(state(autopilot, **progress)) == number


@pytest.mark.parametrize(
    ("mode", "progress", "is_flying", "number"),
    [
        ("AUTO", "active", True, 3),
        ("AUTO", None, True, 3),
        ("AUTO", "complete", True, None),
        ("AUTO", "not_started", True, None),
        ("AUTO", "active", False, None),
        ("GUIDED", "active", True, None),
        ("MISSION", None, True, 3),
    ],
)
def test_an_item_is_flown_in_the_mode_that_flies_missions_in_the_air_alone(mode, progress, is_flying, number) -> None:
    landed = Landed(at_s=0.0, state=LandedState.IN_AIR if is_flying else LandedState.ON_GROUND)
    told = replace(state(Autopilot.ARDUPILOT, mode, item=3, items=5, state=progress), landed=landed)
    assert flown_number(told) == number


def test_how_many_there_are_is_known_by_the_list_before_the_vehicle() -> None:
    told = state(Autopilot.PX4, item=4, items=0)
    assert item_count(told) is None
    with_list = VehicleState(
        key=told.key, info=told.info, mode=told.mode, mission_progress=told.mission_progress,
        mission_list=PlanList(hash=hash_of(ITEMS), items=ITEMS),
    )  # fmt: skip
    assert item_count(with_list) == 11
    assert _mission_text(summary_of(with_list, 0.0)) == "5/11"
    assert _mission_text(summary_of(told, 0.0)) == "5"


@pytest.mark.parametrize(("mode", "words"), [("AUTO", "5/9"), ("MISSION", "5/9"), ("LOITER", "")])
def test_a_row_of_the_fleet_tells_it_while_the_mission_is_flown(mode: str, words: str) -> None:
    assert _mission_text(summary_of(state(Autopilot.ARDUPILOT, mode, item=5, items=9), 0.0)) == words
