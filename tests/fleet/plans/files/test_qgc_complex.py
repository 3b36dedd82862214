# SPDX-License-Identifier: Apache-2.0
"""Complex items of QGroundControl are flown as it flies them; what it does not store is told, never guessed."""

from __future__ import annotations

from typing import Any

import pytest

from groundstation.fleet.plans.files.plan_file import PlanFileError
from groundstation.fleet.plans.files.qgc_plan import read_qgc_plan
from groundstation.fleet.plans.plan_items import PlanItem
from tests.fleet.plans.files.drafts import LAT, LON, as_text, landing, simple, survey


def refusal(*items: Any) -> str:
    with pytest.raises(PlanFileError) as caught:
        read_qgc_plan(as_text(*items))
    return str(caught.value)


@pytest.mark.parametrize("kind", ["survey", "CorridorScan"])
def test_a_survey_is_the_items_that_it_stores(kind: str) -> None:
    inner = (simple(16, 2, params=[0, 0, 0, None, 1, 2, 3]), simple(206, 3, frame=2, params=[25, 0, 1, 0, 0, 0, 0]))
    plan = read_qgc_plan(as_text(simple(22), survey(*inner, complexItemType=kind), simple(20, frame=2)))
    assert [item.command for item in plan.mission] == [22, 16, 206, 20]
    assert (plan.mission[1].x, plan.mission[2].params[0], plan.notes) == (1.0, 25.0, ())


def test_a_damaged_item_of_a_survey_is_named() -> None:
    assert refusal(simple(22), survey(simple(), simple(params=[]))).startswith("item 2, its item 2: ")
    assert refusal(simple(22), survey(TransectStyleComplexItem=7)).startswith("item 2")


@pytest.mark.parametrize("style", [{}, {"Items": []}, {"Items": None}])
def test_a_survey_that_stores_nothing_is_told(style: dict[str, Any]) -> None:
    plan = read_qgc_plan(as_text(simple(22), survey(TransectStyleComplexItem=style), simple(20, frame=2)))
    assert [item.command for item in plan.mission] == [22, 20]
    assert plan.notes == ("item 2: its way is not stored in the file; kept, but neither shown nor flown",)


@pytest.mark.parametrize(("kind", "said"), [("StructureScan", "of another version than 3"), ("spiral", "'spiral' is not known"),
                                            (None, "'None' is not known"), ([1], "is not known")])  # fmt: skip
def test_what_is_not_known_is_told(kind: object, said: str) -> None:
    plan = read_qgc_plan(as_text(simple(22), survey(complexItemType=kind)))
    assert len(plan.mission) == 1
    assert said in plan.notes[0]


def test_a_landing_of_wings_is_a_circle_down_and_a_landing() -> None:
    begin, down, land = read_qgc_plan(as_text(landing())).mission
    assert begin == PlanItem(command=189, frame=2)
    assert down == PlanItem(command=31, frame=3, params=(1.0, 75.0, 0.0, 1.0), x=LAT, y=LON + 0.01, z=40.0)
    assert land == PlanItem(command=21, frame=3, x=LAT, y=LON, z=0.0)


def test_a_landing_of_a_vtol_leaves_its_heading_open() -> None:
    land = read_qgc_plan(as_text(landing("vtolLandingPattern"))).mission[-1]
    assert (land.command, land.params) == (85, (0.0, 0.0, 0.0, None))


@pytest.mark.parametrize(("keys", "params"), [({"loiterClockwise": False}, (1.0, -75.0, 0.0, 1.0)),
                                              ({"useLoiterToAlt": True}, (1.0, 75.0, 0.0, 1.0)),
                                              ({"useLoiterToAlt": False}, (0.0, 0.0, 0.0, None))])  # fmt: skip
def test_its_approach_is_as_it_says(keys: dict[str, Any], params: tuple[float | None, ...]) -> None:
    approach = read_qgc_plan(as_text(landing(**keys))).mission[1]
    assert approach.params == params
    assert approach.command == (16 if keys.get("useLoiterToAlt") is False else 31)


def test_it_stops_the_camera_first() -> None:
    photos = read_qgc_plan(as_text(landing(stopTakingPhotos=True, stopVideoPhotos=False))).mission
    assert [item.command for item in photos] == [189, 206, 2001, 31, 21]
    both = read_qgc_plan(as_text(landing(stopTakingPhotos=True, stopVideoPhotos=True))).mission
    assert [item.command for item in both] == [189, 206, 2001, 2501, 31, 21]
    assert both[2].params == (0.0, None, None, None)


def test_it_slows_down_and_says_that_this_is_an_assumption() -> None:
    plan = read_qgc_plan(as_text(landing(useDoChangeSpeed=True, finalApproachSpeed=14, stopVideoPhotos=True)))
    assert [item.command for item in plan.mission] == [189, 178, 2501, 31, 21]
    assert plan.mission[1].params == (0.0, 14.0, -1.0, 0.0)
    assert "assumption" in plan.notes[0]
    assert "finalApproachSpeed" in refusal(landing(useDoChangeSpeed=True))


def test_its_heights_are_above_home_or_the_sea() -> None:
    assert {item.frame for item in read_qgc_plan(as_text(landing(altitudesAreRelative=False))).mission[1:]} == {0}
    old = landing(version=1, landAltitudeRelative=False, loiterAltitudeRelative=False)
    del old["altitudesAreRelative"]
    assert read_qgc_plan(as_text(old)).mission[1].frame == 0
    mixed = read_qgc_plan(as_text(old | {"loiterAltitudeRelative": True}))
    assert {item.frame for item in mixed.mission[1:]} == {3}
    assert "different references" in mixed.notes[0]


def test_the_approach_had_another_name_once() -> None:
    old = landing()
    old["loiterCoordinate"] = old.pop("landingApproachCoordinate")
    assert read_qgc_plan(as_text(old)).mission[1].z == 40.0


@pytest.mark.parametrize("key", ["landCoordinate", "landingApproachCoordinate", "loiterRadius", "loiterClockwise",
                                 "altitudesAreRelative"])  # fmt: skip
def test_a_damaged_landing_is_named(key: str) -> None:
    assert refusal(simple(22), landing(**{key: "?"})).startswith("item 2")
    assert refusal(simple(22), {name: value for name, value in landing().items() if name != key}).startswith("item 2")


@pytest.mark.parametrize("spot", [[LAT, LON], [LAT, LON, None]])
def test_a_landing_needs_its_heights(spot: list[float | None]) -> None:
    assert "no height" in refusal(landing(landCoordinate=spot))


@pytest.mark.parametrize(("height", "is_told"), [(20_000, False), (20_001, True)])
@pytest.mark.parametrize("key", ["landCoordinate", "landingApproachCoordinate"])
def test_a_landing_where_nothing_flies_is_told(key: str, height: float, is_told: bool) -> None:
    plan = read_qgc_plan(as_text(landing() | {key: [LAT, LON, height]}))
    assert [note.startswith("item 1: a height of") for note in plan.notes] == [True] * is_told
