# SPDX-License-Identifier: Apache-2.0
"""A plan goes back to QGroundControl with everything in it that only QGroundControl knows."""

from __future__ import annotations

import json
import time
from typing import Any

import msgspec
import pytest

from groundstation.fleet.plans.files.fence_shapes import Circle, Polygon, ReturnPoint, items_of
from groundstation.fleet.plans.files.plan_file import PlanFile, PlanFileError, PlannedHome, Spot
from groundstation.fleet.plans.files.qgc_plan import read_qgc_plan
from groundstation.fleet.plans.files.qgc_simple import HeightMode, ShownHeight
from groundstation.fleet.plans.files.qgc_writer import shown_heights, write_qgc_plan
from groundstation.fleet.plans.plan_items import PlanItem
from tests.fleet.plans.files.drafts import LAT, LON, SQUARE, document, jump, landing, simple, survey, waypoint

ODD = {"deep": [{"er": None}, 1e-9, 12345678901234567890, "\ud800 ü"], "": False}
STRUCTURE = {"type": "ComplexItem", "complexItemType": "StructureScan", "version": 2, "Layers": 2}
TRIO = {"Altitude": 12, "AltitudeMode": 3, "AMSLAltAboveTerrain": 512.5}


def full() -> dict[str, Any]:
    """A plan with something unknown at every level."""
    items = [
        simple(22, 1, **TRIO, odd=ODD),
        STRUCTURE | {"odd": ODD},
        survey(simple(16, 2, odd=ODD), simple(206, 3, frame=2), odd=ODD),
        simple(16, 4, odd=1),
        jump(4, 5),
        landing(odd=ODD),
    ]
    fence = {
        "version": 2,
        "odd": ODD,
        "breachReturn": [LAT, LON, 30],
        "circles": [{"version": 1, "inclusion": True, "circle": {"center": [LAT, LON], "radius": 9, "odd": 1}}],
        "polygons": [{"version": 1, "inclusion": False, "polygon": list(map(list, SQUARE)), "odd": ODD}],
    }
    rally = {"version": 2, "points": [[LAT, LON, 40]], "odd": ODD}
    return document(*items, mission={"odd": ODD}, geoFence=fence, rallyPoints=rally, odd=ODD)


def read(kept: dict[str, Any]) -> PlanFile:
    return read_qgc_plan(json.dumps(kept))


def written(plan: PlanFile) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(write_qgc_plan(plan))
    return found


def items_after(kept: dict[str, Any], *mission: PlanItem) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = written(msgspec.structs.replace(read(kept), mission=mission))["mission"]["items"]
    return found


def test_an_untouched_plan_is_written_as_it_was() -> None:
    assert written(read(full())) == full()


def test_what_qgroundcontrol_would_miss_is_added() -> None:
    kept = document(simple())
    bare = {key: kept[key] for key in ("fileType", "version", "mission")}
    del bare["mission"]["plannedHomePosition"], bare["mission"]["firmwareType"]
    found = written(read(bare))
    assert found["geoFence"] == {"version": 2, "circles": [], "polygons": []}
    assert found["rallyPoints"] == {"version": 2, "points": []}
    assert isinstance(found["groundStation"], str)
    assert (found["mission"]["plannedHomePosition"], found["mission"]["firmwareType"]) == ([0, 0, 0], 0)


def test_a_new_plan_is_one_that_qgroundcontrol_takes() -> None:
    plan = PlanFile(
        mission=(waypoint(z=50.5), PlanItem(command=20, frame=2), waypoint(frame=0), waypoint(frame=10)),
        home=PlannedHome(LAT, LON, 400.0),
        firmware=3,
        vehicle=2,
        cruise_mps=15.0,
        hover_mps=5.5,
    )
    found = written(plan)
    first, back, sea, ground = found["mission"]["items"]
    assert first == {
        "type": "SimpleItem", "command": 16, "frame": 3, "params": [0, 0, 0, None, LAT, LON, 50.5],
        "autoContinue": True, "doJumpId": 1, "Altitude": 50.5, "AltitudeMode": 1, "AMSLAltAboveTerrain": None,
    }  # fmt: skip
    assert back == {
        "type": "SimpleItem", "command": 20, "frame": 2, "params": [0] * 7, "autoContinue": True, "doJumpId": 2,
    }  # fmt: skip
    assert (sea["AltitudeMode"], ground["AltitudeMode"]) == (2, 4)
    mission = {key: value for key, value in found["mission"].items() if key != "items"}
    assert mission == {
        "version": 2, "firmwareType": 3, "vehicleType": 2, "cruiseSpeed": 15, "hoverSpeed": 5.5,
        "plannedHomePosition": [LAT, LON, 400.0], "globalPlanAltitudeMode": 0,
    }  # fmt: skip
    assert written(PlanFile(mission=(waypoint(), waypoint())))["mission"]["globalPlanAltitudeMode"] == 1


def test_one_changed_item_changes_one_entry() -> None:
    plan = read(full())
    moved = msgspec.structs.replace(plan.mission[3], x=LAT + 0.5)
    found = items_after(full(), *plan.mission[:3], moved, *plan.mission[4:])
    assert [item["odd"] for item in found[:4]] == [ODD, ODD, ODD, 1]
    assert found[3]["params"][4] == LAT + 0.5
    assert (found[1], found[2], found[5]) == tuple(full()["mission"]["items"][at] for at in (1, 2, 5))
    # numbers of items, as QGroundControl itself gives them
    assert [item.get("doJumpId") for item in found] == [1, None, None, 4, 5, None]
    assert read_qgc_plan(json.dumps(document(*found))).mission[4].params[0] == 4.0


def test_a_changed_height_is_shown_and_an_unchanged_one_stays() -> None:
    plan = read(full())
    higher = msgspec.structs.replace(plan.mission[0], z=70.0)
    first = items_after(full(), higher, *plan.mission[1:])[0]
    assert (first["Altitude"], first["AltitudeMode"], first["AMSLAltAboveTerrain"]) == (70, 1, None)
    turned = msgspec.structs.replace(plan.mission[0], goes_on=False)
    first = items_after(full(), turned, *plan.mission[1:])[0]
    assert {key: first[key] for key in TRIO} == TRIO
    assert (first["autoContinue"], first["odd"]) == (False, ODD)


def test_a_height_that_was_taken_away_is_shown_no_longer() -> None:
    plan = read(full())
    for change in ({"z": None}, {"frame": 2}, {"command": 20, "frame": 2}):
        first = items_after(full(), msgspec.structs.replace(plan.mission[0], **change), *plan.mission[1:])[0]
        assert TRIO.keys().isdisjoint(first)


def test_a_jump_that_nobody_touched_follows_the_new_numbers() -> None:
    kept = document(simple(22, 70), jump(70, 71), simple(16, 72))
    plan = read(kept)
    found = items_after(kept, *plan.mission[:2], waypoint(1.0))
    assert [item["doJumpId"] for item in found] == [1, 2, 3]
    assert found[1]["params"][0] == 1


def test_a_changed_survey_becomes_plain_items() -> None:
    plan = read(full())
    higher = msgspec.structs.replace(plan.mission[1], z=51.0)
    found = items_after(full(), plan.mission[0], higher, *plan.mission[2:])
    assert [item["type"] for item in found] == ["SimpleItem", "ComplexItem", *["SimpleItem"] * 4, "ComplexItem"]
    assert found[2]["params"][6] == 51


def test_items_put_in_before_a_jump_leave_it_where_it_led() -> None:
    plan = read(full())
    later = msgspec.structs.replace(plan.mission[4], params=(5.0, *plan.mission[4].params[1:]))
    found = items_after(full(), waypoint(1.0, 2.0), *plan.mission[:4], later, *plan.mission[5:])
    assert found[0]["params"][4] == 1.0
    assert [item.get("odd") for item in found] == [None, ODD, ODD, ODD, 1, None, ODD]
    assert (found[5]["params"][0], found[4]["doJumpId"]) == (5, 5)
    assert read_qgc_plan(json.dumps(document(*found))).mission[5].params[0] == 5.0


def test_a_jump_into_a_survey_makes_it_plain_items() -> None:
    plan = read(full())
    into = msgspec.structs.replace(plan.mission[4], params=(2.0, 1.0, 0.0, 0.0))
    found = items_after(full(), *plan.mission[:4], into, *plan.mission[5:])
    assert [item["type"] for item in found] == ["SimpleItem", "ComplexItem", *["SimpleItem"] * 4, "ComplexItem"]
    assert read_qgc_plan(json.dumps(document(*found))).mission == (*plan.mission[:4], into, *plan.mission[5:])


@pytest.mark.parametrize("target", [0.0, 3.0, 1.5, None, -1.0])
def test_a_jump_to_nowhere_is_not_written(target: float | None) -> None:
    there = PlanItem(command=177, frame=2, params=(1.0, 1.0, 0.0, 0.0))
    assert written(PlanFile(mission=(waypoint(), there)))["mission"]["items"][1]["params"][0] == 1
    with pytest.raises(PlanFileError, match="item 2: jumps to"):
        write_qgc_plan(PlanFile(mission=(waypoint(), msgspec.structs.replace(there, params=(target, 1.0, 0.0, 0.0)))))


def test_a_survey_that_was_moved_in_the_list_stays_one() -> None:
    kept = document(survey(simple(16, 1, odd=1), simple(20, 2, frame=2)), simple(22, 3), simple(21, 4))
    plan = read(kept)
    found = items_after(kept, *plan.mission[2:], *plan.mission[:2])
    assert [item["type"] for item in found] == ["SimpleItem", "SimpleItem", "ComplexItem"]
    assert found[2] == kept["mission"]["items"][0]


def test_two_surveys_that_are_alike_both_stay() -> None:
    one, two = survey(simple(16, 1), odd=1), survey(simple(16, 1), odd=2)
    kept = document(one, two, simple(22, 3))
    plan = read(kept)
    assert [item.get("odd") for item in items_after(kept, *plan.mission, waypoint(1.0))] == [1, 2, None, None]


def test_items_taken_out_are_gone_and_what_is_not_shown_stays() -> None:
    plan = read(full())
    found = items_after(full(), *plan.mission[1:])
    # the structure stood behind an item that is gone
    assert [item.get("complexItemType") for item in found] == [
        "StructureScan",
        "survey",
        None,
        None,
        "fwLandingPattern",
    ]
    assert items_after(full()) == [STRUCTURE | {"odd": ODD}]


def test_a_long_mission_is_written_soon_however_it_was_changed() -> None:
    kept = document(*[simple(16, number + 1, params=[0, 0, 0, 0, 1, number % 3, 9]) for number in range(4_000)])
    plan = read(kept)
    started_s = time.perf_counter()
    found = items_after(kept, *plan.mission[::-1])
    assert len(found) == 4_000
    # no measure: a net against steps that are the square of four thousand
    assert time.perf_counter() - started_s < 60.0


def test_speeds_home_and_vehicle_can_be_changed_and_taken_away() -> None:
    plan = msgspec.structs.replace(read(full()), cruise_mps=None, hover_mps=6.0, vehicle=None, firmware=3, home=None)
    mission = written(plan)["mission"]
    assert "cruiseSpeed" not in mission
    assert "vehicleType" not in mission
    assert (mission["hoverSpeed"], mission["firmwareType"], mission["plannedHomePosition"]) == (6, 3, [0, 0, 0])
    assert mission["items"] == full()["mission"]["items"]
    home = msgspec.structs.replace(read(full()), home=PlannedHome(1.0, 2.0))
    assert written(home)["mission"]["plannedHomePosition"] == [1.0, 2.0, None]


def test_a_changed_fence_keeps_the_shapes_that_were_not() -> None:
    plan = read(full())
    circle = items_of(Circle(centre=Spot(1.0, 2.0), radius_m=50.0, is_inside=False))
    triangle = items_of(Polygon(corners=tuple(Spot(*corner) for corner in SQUARE[:3]), is_inside=True))
    fence = written(msgspec.structs.replace(plan, fence=(*plan.fence[:4], *triangle, *circle)))["geoFence"]
    assert fence["polygons"] == [
        full()["geoFence"]["polygons"][0],
        {"version": 1, "inclusion": True, "polygon": list(map(list, SQUARE[:3]))},
    ]
    assert fence["circles"] == [{"version": 1, "inclusion": False, "circle": {"center": [1.0, 2.0], "radius": 50}}]
    assert "breachReturn" not in fence
    assert fence["odd"] == ODD
    back = items_of(ReturnPoint(Spot(1.0, 2.0, 7.5)))
    assert written(msgspec.structs.replace(plan, fence=back))["geoFence"]["breachReturn"] == [1.0, 2.0, 7.5]


def test_changed_rally_points_are_above_home_or_refused() -> None:
    plan = read(full())
    more = PlanItem(command=5100, x=1.0, y=2.0, z=30.0)
    rally = written(msgspec.structs.replace(plan, rally=(*plan.rally, more)))["rallyPoints"]
    assert rally == {"version": 2, "points": [[LAT, LON, 40], [1.0, 2.0, 30]], "odd": ODD}
    for other in ({"frame": 0}, {"command": 31}, {"z": None}):
        with pytest.raises(PlanFileError, match="rally item 2"):
            write_qgc_plan(msgspec.structs.replace(plan, rally=(*plan.rally, msgspec.structs.replace(more, **other))))


def test_heights_are_shown_as_their_operator_gave_them() -> None:
    plan = read(full())
    shown = shown_heights(plan)
    assert shown[0] == ShownHeight(12.0, HeightMode.GROUND_WORKED_OUT)
    assert plan.mission[0].z == 50.0
    assert "heights above ground were worked out" in " ".join(plan.notes)
    assert shown[1] == ShownHeight(50.0, HeightMode.HOME)
    assert shown[4] is None
    assert len(shown) == len(plan.mission)
    # what was said of it is no longer true once it was changed
    higher = msgspec.structs.replace(plan.mission[0], z=70.0)
    changed = msgspec.structs.replace(plan, mission=(higher, *plan.mission[1:]))
    assert shown_heights(changed)[0] == ShownHeight(70.0, HeightMode.HOME)
    assert shown_heights(PlanFile(mission=(waypoint(frame=10),))) == (ShownHeight(50.0, HeightMode.GROUND),)


@pytest.mark.parametrize("odd", [{"Altitude": 10**400, "AltitudeMode": 1}, {"Altitude": "5", "AltitudeMode": 1},
                                 {"Altitude": 5, "AltitudeMode": [1]}, {"Altitude": 5, "AltitudeMode": 6}])  # fmt: skip
def test_heights_that_say_nothing_are_shown_as_flown(odd: dict[str, Any]) -> None:
    assert shown_heights(read(document(simple(**odd)))) == (ShownHeight(50.0, HeightMode.HOME),)


def test_an_old_item_that_was_changed_is_written_in_the_new_form() -> None:
    kept = document(simple(params=[0, 0, 0, None], coordinate=[LAT, LON, 20], odd=1))
    plan = read(kept)
    assert written(plan) == kept
    (item,) = items_after(kept, msgspec.structs.replace(plan.mission[0], z=30.0))
    assert item["params"] == [0, 0, 0, None, LAT, LON, 30]
    assert "coordinate" not in item
    assert item["odd"] == 1
