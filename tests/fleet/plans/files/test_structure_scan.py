# SPDX-License-Identifier: Apache-2.0
"""The way around a structure is the one that QGroundControl works out, never nearer, and told where there is none."""

from __future__ import annotations

import math
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from groundstation.fleet.geometry import moved
from groundstation.fleet.plans.files.plan_file import Notes, PlanFileError, Spot
from groundstation.fleet.plans.files.plan_formats import read_plan, write_plan
from groundstation.fleet.plans.files.structure_scan import structure_items
from groundstation.fleet.plans.plan_items import MAX_ITEMS, PlanItem
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.plans.survey.local_plane import LocalPlane
from tests.fleet.plans.files.drafts import as_text, simple

HOME = (47.397, 8.545)
SQUARE = ((0.0, 0.0), (0.0, 40.0), (40.0, 40.0), (40.0, 0.0))
"""Metres north and east, clockwise is north, east, south, west."""
CLOCKWISE = (SQUARE[0], SQUARE[3], SQUARE[2], SQUARE[1])


def scan(corners: Any = CLOCKWISE, *, home: tuple[float, float] = HOME, **keys: Any) -> dict[str, Any]:
    calc = {
        "AdjustedFootprintFrontal": 10, "AdjustedFootprintSide": 7, "CameraName": "Manual (no camera specs)",
        "DistanceToSurface": 15, "DistanceToSurfaceRelative": True, "version": 1,
    } | keys.pop("CameraCalc", {})  # fmt: skip
    made: dict[str, Any] = {
        "type": "ComplexItem", "complexItemType": "StructureScan", "version": 3, "CameraCalc": calc,
        "EntranceAltitude": 60, "GimbalPitch": -20, "Layers": 2, "ScanBottomAlt": 5, "StartFromTop": True,
        "StructureHeight": 25, "polygon": [list(moved(*home, *corner)) for corner in corners],
    }  # fmt: skip
    return made | keys


def flown(kept: dict[str, Any]) -> tuple[PlanItem, ...]:
    notes = Notes()
    found = structure_items(kept, "item 1", notes)
    assert notes.said() == ()
    return found


def corners_of(items: tuple[PlanItem, ...], home: tuple[float, float] = HOME) -> list[tuple[float, float]]:
    """Where its waypoints are, metres north and east."""
    east_m = math.cos(math.radians(home[0]))
    places = [(one.x or 0.0, one.y or 0.0) for one in items if one.command == 16]
    one_degree_m = (moved(*home, 1000.0, 0.0)[0] - home[0]) / 1000.0
    return [
        (round((x - home[0]) / one_degree_m, 1), round(math.remainder(y - home[1], 360.0) / one_degree_m * east_m, 1))
        for x, y in places
    ]


def test_it_goes_around_each_layer_with_the_camera_to_the_side_from_the_top_down() -> None:
    items = flown(scan())
    assert [one.command for one in items] == [16, 196, *[16, 206, 16, 16, 16, 16, 206] * 2, 197, 16]
    assert (items[1].frame, items[1].x, items[1].y, items[1].z) == (2, -20.0, 0.0, 90.0)
    heights = [one.z for one in items if one.command == 16]
    assert heights == [60.0, *[20.0] * 5, *[10.0] * 5, 60.0]
    assert [one.params[0] for one in items if one.command == 206] == [7.0, 0.0, 7.0, 0.0]
    assert {one.frame for one in items if one.command == 16} == {3}
    around = [(-15.0, -15.0), (55.0, -15.0), (55.0, 55.0), (-15.0, 55.0), (-15.0, -15.0)]
    assert corners_of(items) == [around[0], *around, *around, around[0]]


def test_from_the_bottom_it_climbs() -> None:
    heights = [one.z for one in flown(scan(StartFromTop=False)) if one.command == 16]
    assert heights == [60.0, *[10.0] * 5, *[20.0] * 5, 60.0]


def test_drawn_the_other_way_round_it_is_flown_clockwise_too() -> None:
    found = corners_of(flown(scan(SQUARE)))
    # as there, where the list is turned around: it begins with the last one
    assert found[1:6] == [(55.0, -15.0), (55.0, 55.0), (-15.0, 55.0), (-15.0, -15.0), (55.0, -15.0)]


def test_a_corner_on_a_straight_wall_is_moved_out_too() -> None:
    found = corners_of(flown(scan(((0.0, 0.0), (20.0, 0.0), (40.0, 0.0), (40.0, 40.0), (0.0, 40.0)))))
    assert found[1:4] == [(-15.0, -15.0), (20.0, -15.0), (55.0, -15.0)]


def test_over_the_date_line() -> None:
    home = (-17.0, 179.9999)
    found = flown(scan(home=home))
    assert corners_of(found, home)[1:3] == [(-15.0, -15.0), (55.0, -15.0)]
    assert all(abs(one.y or 0.0) <= 180.0 for one in found)


@given(st.lists(st.tuples(st.floats(5.0, 100.0), st.floats(0.05, 1.0)), min_size=3, max_size=12), st.floats(1.0, 60.0))
def test_the_way_never_comes_nearer_than_was_wanted(rays: list[tuple[float, float]], away_m: float) -> None:
    turns, whole = 0.0, sum(step for _, step in rays)
    corners = []
    for radius_m, step in rays:
        corners.append((radius_m * math.cos(turns), radius_m * math.sin(turns)))
        turns += math.tau * step / whole
    kept = scan(corners, CameraCalc={"DistanceToSurface": away_m})
    notes = Notes()
    items = structure_items(kept, "item 1", notes)
    assert bool(items) != bool(notes.said())
    if items:
        plane = LocalPlane(Place(*HOME))
        structure = shapely.Polygon(plane.points([_spot(one) for one in kept["polygon"]]))
        way = shapely.LineString(plane.points([_spot([one.x, one.y]) for one in items if one.command == 16]))
        assert shapely.distance(way, structure) > 0.98 * away_m


def _spot(place: list[float | None]) -> Spot:
    return Spot(place[0] or 0.0, place[1] or 0.0)


@pytest.mark.parametrize(
    "corners",
    [
        ((0.0, 0.0), (40.0, 0.0)),
        ((0.0, 0.0), (0.0, 0.0), (0.0, 0.0)),
        ((0.0, 0.0), (40.0, 40.0), (40.0, 0.0), (0.0, 40.0)),
        ((0.0, 0.0), (40.0, 0.0), (40.0, 0.0), (0.0, 40.0)),
        # a yard too narrow to fly into
        ((0.0, 0.0), (90.0, 0.0), (90.0, 40.0), (10.0, 40.0), (10.0, 50.0), (90.0, 50.0), (90.0, 90.0), (0.0, 90.0)),
    ],
)
def test_where_no_way_leads_around_it_is_told_and_kept(corners: Any) -> None:
    plan = read_plan("a", as_text(simple(22), scan(corners), simple(20, frame=2)).encode())
    assert [one.command for one in plan.mission] == [22, 20]
    assert plan.notes == ("item 2: the way around leads too near to the structure; kept, but neither shown nor flown",)
    assert b"StructureScan" in write_plan(".plan", plan)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"Layers": 0}, "0 layers"),
        ({"Layers": MAX_ITEMS}, "layers around 4 corners"),
        ({"Layers": "two"}, "item 1, Layers"),
        ({"polygon": [[0, 0], [1, 2], 3]}, "item 1"),
        ({"CameraCalc": {"DistanceToSurface": None}}, "DistanceToSurface"),
        ({"StartFromTop": 1.5}, "StartFromTop"),
        ({"EntranceAltitude": math.nan}, "EntranceAltitude"),
    ],
)
def test_a_damaged_one_is_named(keys: dict[str, Any], said: str) -> None:
    with pytest.raises(PlanFileError, match=said):
        structure_items(scan(**keys), "item 1", Notes())


def test_it_goes_back_into_its_file_as_it_was() -> None:
    plan = read_plan("a", as_text(simple(22), scan(), simple(20, frame=2)).encode())
    again = read_plan("b", write_plan(".plan", plan))
    assert again.mission == plan.mission
    assert len(again.mission) == 20
    assert write_plan(".plan", again) == write_plan(".plan", plan)
    assert write_plan(".plan", plan).count(b"StructureScan") == 1
