# SPDX-License-Identifier: Apache-2.0
"""Plans of QGroundControl are read as it means them; what it refuses, and what nobody can fly, is refused by name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from groundstation.fleet.plans.files.plan_file import PlanFileError, PlannedHome
from groundstation.fleet.plans.files.qgc_plan import read_qgc_plan
from groundstation.fleet.plans.plan_items import MAX_ITEMS, PlanItem
from tests.fleet.plans.files.drafts import LAT, LON, SQUARE, as_text, document, jump, simple, survey


def refusal(*items: Any, **keys: Any) -> str:
    with pytest.raises(PlanFileError) as caught:
        read_qgc_plan(as_text(*items, **keys))
    text = str(caught.value)
    assert "\n" not in text
    return text


def without(holder: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in holder.items() if name != key}


def test_a_plan_says_its_items_home_vehicle_and_speeds() -> None:
    plan = read_qgc_plan(as_text(simple(22), simple(16, params=[5, 0, 0, None, LAT, LON, 60.5]), simple(20, frame=2)))
    assert [item.command for item in plan.mission] == [22, 16, 20]
    assert plan.mission[1] == PlanItem(command=16, params=(5.0, 0.0, 0.0, None), x=LAT, y=LON, z=60.5)
    assert plan.home == PlannedHome(LAT, LON, 488.25)
    assert (plan.firmware, plan.vehicle, plan.cruise_mps, plan.hover_mps) == (12, 2, 15.0, 5.0)
    assert (plan.fence, plan.rally, plan.notes) == ((), (), ())


def test_nan_is_null_and_leaves_it_to_the_vehicle() -> None:
    text = as_text(simple()).replace("null", "NaN")
    assert read_qgc_plan(text).mission[0].params[3] is None
    with pytest.raises(PlanFileError, match="Infinity"):
        read_qgc_plan(as_text(simple()).replace("null", "Infinity"))


@pytest.mark.parametrize(("frame", "plain"), [(0, 0), (3, 3), (10, 10), (5, 0), (6, 3), (11, 10), (2, 2)])
def test_frames_have_one_name_each(frame: int, plain: int) -> None:
    assert read_qgc_plan(as_text(simple(frame=frame))).mission[0].frame == plain


def test_a_local_frame_is_kept_and_told() -> None:
    plan = read_qgc_plan(as_text(simple(frame=1)))
    assert plan.mission[0].frame == 1
    assert plan.notes == ("item 1: frame 1 is kept, but autopilots take no such heights in a plan",)


@pytest.mark.parametrize("count", [6, 8, 0])
def test_params_are_seven(count: int) -> None:
    assert "item 2: " in refusal(simple(), simple(params=[0] * count))


def test_items_of_old_files_have_their_place_apart() -> None:
    old = simple(params=[0, 0, 0, None], coordinate=[LAT, LON, 20])
    assert read_qgc_plan(as_text(old)).mission[0].z == 20.0
    assert "item 1" in refusal(simple(params=[0, 0, 0, None], coordinate=[LAT, LON]))


@pytest.mark.parametrize(("key", "value"), [("autoContinue", 1), ("command", -1), ("command", 65_536), ("command", 1.5),
                                            ("frame", 256), ("params", 7), ("params", ["1"] * 7), ("command", True),
                                            ("type", "Simple"), ("frame", None)])  # fmt: skip
def test_a_damaged_item_is_named(key: str, value: object) -> None:
    assert refusal(simple(), simple() | {key: value}).startswith("item 2")


@pytest.mark.parametrize("value", [65_535, 65_535.0])
def test_the_largest_command_is_taken_and_told_as_unknown(value: float) -> None:
    plan = read_qgc_plan(as_text(simple() | {"command": value}))
    assert plan.mission[0].command == 65_535
    assert plan.notes == ("item 1: command 65535 is not known here; kept as it is",)


def test_the_keys_of_an_item_are_needed() -> None:
    for key in ("type", "command", "frame", "params"):
        assert f"'{key}'" in refusal(without(simple(), key))
    plan = read_qgc_plan(as_text(without(simple(), "autoContinue")))
    assert plan.mission[0].goes_on
    assert "item 1" in plan.notes[0]


@pytest.mark.parametrize(("lat", "lon"), [(90, 180), (-90, -180), (0.5, 0)])
def test_places_on_the_globe_are_taken(lat: float, lon: float) -> None:
    plan = read_qgc_plan(as_text(simple(params=[0, 0, 0, 0, lat, lon, 5])))
    assert (plan.mission[0].x, plan.mission[0].y) == (lat, lon)


@pytest.mark.parametrize(("lat", "lon", "said"), [(90.0001, 8, "swapped"), (-90.0001, 8, "swapped"),
                                                  (149.1, -35.3, "swapped"), (1000, 8, "swapped"),
                                                  (1000.1, 8, "not in degrees"), (473977420, 8, "not in degrees"),
                                                  (8, 180.0001, "beyond 180"), (8, -180.0001, "beyond 180"),
                                                  (None, 8, "null or NaN"), (47, None, "null or NaN"),
                                                  (None, None, "null or NaN")])  # fmt: skip
def test_places_beyond_it_are_refused_by_item(lat: float | None, lon: float | None, said: str) -> None:
    text = refusal(simple(), simple(params=[0, 0, 0, 0, lat, lon, 5]))
    assert text.startswith("item 2")
    assert said in text


@pytest.mark.parametrize("command", [21, 22, 84, 85, 201])
def test_here_is_a_place_where_it_means_something(command: int) -> None:
    plan = read_qgc_plan(as_text(simple(command, params=[0, 0, 0, None, None, None, 5])))
    assert plan.mission[0].x is None
    assert "item 1" in refusal(simple(command, params=[0, 0, 0, None, 47.0, None, 5]))


def test_five_and_six_of_a_command_without_a_place_are_any_number() -> None:
    plan = read_qgc_plan(as_text(simple(203, frame=2, params=[0, 0, 0, 0, 1000, 2000, 0])))
    assert (plan.mission[0].x, plan.mission[0].y) == (1000.0, 2000.0)
    # nobody here knows what those of an unknown one are
    assert read_qgc_plan(as_text(simple(31_014, params=[0, 0, 0, 0, 1000, None, 0]))).mission[0].x == 1000.0


@pytest.mark.parametrize(("height", "is_told"), [(20_000, False), (-20_000, False), (20_001, True), (-20_001, True)])
def test_a_height_where_nothing_flies_is_told(height: float, is_told: bool) -> None:
    plan = read_qgc_plan(as_text(simple(params=[0, 0, 0, 0, LAT, LON, height])))
    assert plan.mission[0].z == height
    assert bool(plan.notes) is is_told


def test_numbers_that_mavlink_can_not_carry_are_refused() -> None:
    most = 3.4028234663852886e38
    assert read_qgc_plan(as_text(simple(params=[most, 0, 0, 0, LAT, LON, 5]))).mission[0].params[0] == most
    assert "item 1" in refusal(simple(params=[3.41e38, 0, 0, 0, LAT, LON, 5]))
    assert "item 1" in refusal(simple(params=[10**400, 0, 0, 0, LAT, LON, 5]))
    for text in ("1e400", "1" * 5_000):
        with pytest.raises(PlanFileError, match="number"):
            read_qgc_plan(as_text(simple()).replace("50", text, 1))


def test_jumps_lead_to_items_by_their_number() -> None:
    items = (simple(22, 7), survey(simple(16, 7), simple(16, 8)), simple(16, 31), jump(31, 32))
    plan = read_qgc_plan(as_text(*items))
    # a survey's items count, and are no targets
    assert plan.mission[4].params == (4.0, 2.0, 0.0, 0.0)
    assert read_qgc_plan(as_text(simple(22, 7), jump(7.0, 8))).mission[1].params[0] == 1.0


@pytest.mark.parametrize("target", [3, None, 1.5, 8])
def test_a_jump_to_nowhere_refuses_the_plan(target: object) -> None:
    # 8 is the id of an item within a survey
    assert refusal(simple(22, 1), survey(simple(16, 8)), jump(target, 2)).startswith("item 3: jumps to")


def test_ids_that_stand_twice_are_told_where_jumps_lead() -> None:
    plan = read_qgc_plan(as_text(simple(22, 0), simple(16, 0), jump(0, 3)))
    assert plan.mission[2].params[0] == 1.0
    assert plan.notes == ("item 2: its doJumpId 0 is that of item 1, where jumps lead",)
    assert read_qgc_plan(as_text(simple(22, 0), simple(16, 0))).notes == ()


@pytest.mark.parametrize(("key", "value"), [("version", 2), ("version", True), ("fileType", "Mission"),
                                            ("fileType", 3), ("geoFence", []), ("rallyPoints", 3)])  # fmt: skip
def test_another_file_is_refused(key: str, value: object) -> None:
    assert refusal(simple(), **{key: value})


def test_missing_parts_are_refused_where_they_matter() -> None:
    for key in ("version", "fileType", "mission"):
        with pytest.raises(PlanFileError, match=key):
            read_qgc_plan(json.dumps(without(document(simple()), key)))
    for key in ("groundStation", "geoFence", "rallyPoints"):
        assert len(read_qgc_plan(json.dumps(without(document(simple()), key))).mission) == 1


@pytest.mark.parametrize("version", [1, 3, None, "2"])
def test_missions_of_another_version_are_refused(version: object) -> None:
    assert "mission: version" in refusal(simple(), mission={"version": version})


def test_what_a_mission_leaves_out_is_unknown() -> None:
    mission: dict[str, Any] = {"version": 2, "items": []}
    plan = read_qgc_plan(json.dumps(document() | {"mission": mission}))
    assert (plan.home, plan.firmware, plan.vehicle, plan.cruise_mps, plan.hover_mps) == (None,) * 5
    assert plan.notes == ("the planned home is not known",)


@pytest.mark.parametrize(("home", "amsl"), [([LAT, LON], None), ([LAT, LON, None], None), ([LAT, LON, -3], -3.0)])
def test_a_home_may_have_no_height(home: list[float | None], amsl: float | None) -> None:
    assert read_qgc_plan(as_text(mission={"plannedHomePosition": home})).home == PlannedHome(LAT, LON, amsl)


def test_a_home_at_zero_is_none_and_one_beside_it_is_one() -> None:
    assert read_qgc_plan(as_text(mission={"plannedHomePosition": [0, 0, 0]})).home is None
    assert read_qgc_plan(as_text(mission={"plannedHomePosition": [0, 1e-7, 0]})).home is not None
    assert "swapped" in refusal(mission={"plannedHomePosition": [149, -35, 0]})


@pytest.mark.parametrize(("speed", "known"), [(0.01, 0.01), (0, None), (-1, None), (None, None)])
def test_a_speed_is_more_than_nothing(speed: float | None, known: float | None) -> None:
    plan = read_qgc_plan(as_text(mission={"cruiseSpeed": speed}))
    assert plan.cruise_mps == known
    assert bool(plan.notes) is (speed is not None and known is None)


def test_as_many_items_are_read_as_a_list_holds() -> None:
    few = [simple(20, frame=2)] * 3
    inner = survey(*[simple(20, frame=2)] * (MAX_ITEMS - 3))
    assert len(read_qgc_plan(as_text(*few, inner)).mission) == MAX_ITEMS
    assert str(MAX_ITEMS) in refusal(*few, inner, simple(20, frame=2))
    assert str(MAX_ITEMS) in refusal(*[0] * (MAX_ITEMS + 1))


def test_a_fence_comes_as_items_polygons_first() -> None:
    fence = {
        "version": 2,
        "breachReturn": [LAT, LON, 30],
        "circles": [{"version": 1, "inclusion": False, "circle": {"center": [LAT, LON], "radius": 25.5}}],
        "polygons": [{"version": 1, "inclusion": True, "polygon": [list(corner) for corner in SQUARE]}],
    }
    plan = read_qgc_plan(as_text(geoFence=fence))
    assert [item.command for item in plan.fence] == [5001] * 4 + [5004, 5000]
    assert [item.params[0] for item in plan.fence] == [4.0] * 4 + [25.5, 0.0]
    assert [(item.x, item.y) for item in plan.fence[:4]] == list(SQUARE)
    assert (plan.fence[5].frame, plan.fence[5].z, plan.fence[0].frame) == (3, 30.0, 0)
    assert plan.notes == ()


def polygon(*corners: tuple[float, float], **keys: Any) -> dict[str, Any]:
    return {"version": 2, "circles": [], "polygons": [{"inclusion": True, "polygon": list(map(list, corners))} | keys]}


def test_a_polygon_has_three_corners_and_says_what_it_is() -> None:
    assert len(read_qgc_plan(as_text(geoFence=polygon(*SQUARE[:3]))).fence) == 3
    assert "fence polygon 1: 2 corners" in refusal(geoFence=polygon(*SQUARE[:2]))
    assert "fence polygon 1" in refusal(geoFence=polygon(*SQUARE, inclusion="yes"))
    # one that was begun and never drawn
    empty = read_qgc_plan(as_text(geoFence=polygon()))
    assert (empty.fence, empty.notes) == ((), ("fence polygon 1 has no corners and is left out",))


def test_a_polygon_that_is_closed_is_opened() -> None:
    near = (SQUARE[0][0] + 1e-7, SQUARE[0][1])
    far = (SQUARE[0][0] + 2e-7, SQUARE[0][1])
    closed = read_qgc_plan(as_text(geoFence=polygon(*SQUARE, near)))
    assert len(closed.fence) == 4
    assert "fence polygon 1" in closed.notes[0]
    assert len(read_qgc_plan(as_text(geoFence=polygon(*SQUARE, far))).fence) == 5
    # three of which two are one enclose nothing
    assert "fence polygon 1: 2 corners" in refusal(geoFence=polygon(*SQUARE[:2], near))
    assert len(read_qgc_plan(as_text(geoFence=polygon(*SQUARE[:3], near))).fence) == 3


@pytest.mark.parametrize("spot", ["ab", 7, {"0": 1, "1": 2}, [], [LAT], [LAT, LON, 3, 4], ["a", "b"], [True, False]])
def test_a_place_is_a_list_of_two_or_three_numbers(spot: object) -> None:
    circle = {"inclusion": True, "circle": {"center": spot, "radius": 5}}
    assert "fence circle 1" in refusal(geoFence={"version": 2, "circles": [circle], "polygons": []})


@pytest.mark.parametrize("key", ["firmwareType", "vehicleType"])
def test_kinds_of_vehicles_are_small_numbers(key: str) -> None:
    plan = read_qgc_plan(as_text(mission={key: 1_000}))
    assert 1_000 in {plan.firmware, plan.vehicle}
    assert key in refusal(mission={key: 1_001})
    assert read_qgc_plan(as_text(mission={key: 0})).firmware == (None if key == "firmwareType" else 12)
    assert read_qgc_plan(as_text(mission={key: 0})).vehicle == (0 if key == "vehicleType" else 2)


@pytest.mark.parametrize("radius", [0, -1, None, "5"])
def test_a_circle_encloses_something(radius: object) -> None:
    circle = {"inclusion": True, "circle": {"center": [LAT, LON], "radius": radius}}
    assert "fence circle 1" in refusal(geoFence={"version": 2, "circles": [circle], "polygons": []})


def test_a_fence_that_qgroundcontrol_takes_as_none_is_told() -> None:
    for version in (1, None):
        plan = read_qgc_plan(as_text(geoFence=polygon(*SQUARE) | {"version": version}))
        assert len(plan.fence) == 4
        assert "takes it as no fence" in plan.notes[0]
    assert read_qgc_plan(as_text(geoFence={"version": 1, "polygon": []})).notes == ()
    assert read_qgc_plan(as_text(geoFence={"version": 1, "polygon": [[LAT, LON]]})).notes


def test_a_return_point_without_a_height_is_told() -> None:
    plan = read_qgc_plan(as_text(geoFence={"version": 2, "breachReturn": [LAT, LON]}))
    assert (plan.fence[0].z, plan.notes) == (0.0, ("breachReturn has no height; taken as 0 m above home",))


def test_rally_points_are_above_home() -> None:
    plan = read_qgc_plan(as_text(rallyPoints={"version": 2, "points": [[LAT, LON, 40], [LAT, LON, 20_001]]}))
    assert plan.rally[0] == PlanItem(command=5100, frame=3, x=LAT, y=LON, z=40.0)
    assert plan.notes == ("rally point 2: a height of 20001 m is taken as it is, but looks wrong",)
    assert "rally point 1" in refusal(rallyPoints={"points": [[LAT, LON]]})
    assert "rally point 1" in refusal(rallyPoints={"points": [[LAT, LON, 1, 2]]})


def test_notes_are_no_longer_than_anybody_reads() -> None:
    plan = read_qgc_plan(as_text(*[simple(31_014)] * 41))
    assert len(plan.notes) == 41
    assert plan.notes[-1] == "and 1 more"
    assert len(read_qgc_plan(as_text(*[simple(31_014)] * 40)).notes) == 40
