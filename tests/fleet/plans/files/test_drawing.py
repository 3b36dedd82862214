# SPDX-License-Identifier: Apache-2.0
"""A plan is drawn for map programs with heights that they understand."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from groundstation.fleet.geometry import distance_m
from groundstation.fleet.plans.files.drawing import CIRCLE_CORNERS, HeightsOver, features_of
from groundstation.fleet.plans.files.fence_shapes import Circle, Polygon, ReturnPoint, items_of
from groundstation.fleet.plans.files.geojson import read_geojson, write_geojson
from groundstation.fleet.plans.files.kml import read_kml, write_kml
from groundstation.fleet.plans.files.plan_file import Area, Line, Mark, PlanFile, PlanFileError, PlannedHome, Spot
from groundstation.fleet.plans.plan_items import PlanItem
from tests.fleet.plans.files.drafts import LAT, LON, SQUARE, waypoint

HOME = PlannedHome(LAT, LON, 400.0)
CORNERS = tuple(Spot(*corner) for corner in SQUARE)


def way(*mission: PlanItem, home: PlannedHome | None = HOME) -> tuple[HeightsOver, list[float | None]] | None:
    features = features_of(PlanFile(mission=mission, home=home))
    found = [one for one in features if one.shape == "LineString"]
    return (found[0].over, [spot.height_m for spot in found[0].rings[0]]) if found else None


def test_heights_above_home_are_told_above_the_sea() -> None:
    assert way(waypoint(z=50.0), waypoint(z=60.0, frame=0)) == (HeightsOver.SEA, [450.0, 60.0])
    unknown = PlannedHome(LAT, LON)
    assert way(waypoint(), waypoint(), home=unknown) == (HeightsOver.GROUND, [50.0, 50.0])
    assert way(waypoint(), waypoint(frame=10), home=None) == (HeightsOver.GROUND, [50.0, 50.0])


@pytest.mark.parametrize("other", [waypoint(frame=10), waypoint(z=None), waypoint(frame=1)])
def test_a_way_with_heights_above_this_and_that_has_none(other: PlanItem) -> None:
    found = way(waypoint(frame=0), other)
    assert found is not None
    assert found[0] is HeightsOver.NONE


def test_the_way_is_what_is_flown() -> None:
    assert way(waypoint()) is None
    assert (
        way(waypoint(), PlanItem(command=20, frame=2), PlanItem(command=201, x=1.0, y=2.0), waypoint(0.0, 0.0)) is None
    )
    found = way(waypoint(), PlanItem(command=21, x=1.0, y=2.0, z=0.0))
    assert found == (HeightsOver.SEA, [450.0, 400.0])


def test_items_are_named_by_number_and_what_they_do() -> None:
    odd = PlanItem(command=31_014, frame=3, x=1000.0, y=2.0)
    plan = PlanFile(mission=(waypoint(), PlanItem(command=20, frame=2), PlanItem(command=201, x=1.0, y=2.0), odd))
    points = [one for one in features_of(plan) if one.shape == "Point"]
    # five and six of an unknown command may be no place
    assert [one.name for one in points] == ["1 Waypoint", "3 Look at"]
    assert points[0].told == {"kind": "item", "number": 1, "command": 16, "frame": 3, "height": 50.0}


@pytest.mark.parametrize(("x", "y", "is_drawn"), [(90.0, 180.0, True), (-90.0, -180.0, True), (90.1, 8.0, False),
                                                  (47.0, 180.1, False), (None, 8.0, False)])  # fmt: skip
def test_an_unknown_command_is_drawn_where_it_may_be_a_place(x: float | None, y: float, is_drawn: bool) -> None:
    features = features_of(PlanFile(mission=(PlanItem(command=31_014, x=x, y=y),)))
    assert len(features) == is_drawn


def test_a_circle_is_a_ring_at_its_radius() -> None:
    plan = PlanFile(fence=items_of(Circle(centre=Spot(LAT, LON), radius_m=250.0, is_inside=False)))
    (circle,) = features_of(plan)
    assert (circle.name, circle.told) == ("Keep out", {"kind": "fence", "inclusion": False, "radius": 250.0})
    assert len(circle.rings[0]) == CIRCLE_CORNERS
    assert {round(distance_m(LAT, LON, spot.lat_deg, spot.lon_deg), 3) for spot in circle.rings[0]} == {250.0}


def full() -> PlanFile:
    fence = (
        *items_of(ReturnPoint(Spot(LAT, LON, 30.0))),
        *items_of(Polygon(corners=CORNERS, is_inside=True)),
        *items_of(Circle(centre=Spot(LAT, LON), radius_m=9.0, is_inside=True)),
    )
    return PlanFile(
        mission=(waypoint(), waypoint(LAT + 1.0, LON + 1.0)),
        fence=fence,
        rally=(PlanItem(command=5100, x=LAT, y=LON, z=40.0),),
        home=HOME,
        areas=(Area(outer=CORNERS, holes=(CORNERS[:3],), name="<field> & \x00\x1b[31m"),),
        lines=(Line(spots=CORNERS, name="road"),),
        marks=(Mark(spot=Spot(LAT, LON, 5.0), name="well"),),
    )


def test_kml_has_all_of_it() -> None:
    text = write_kml(features_of(full())).decode()
    found = read_kml(text)
    assert [area.name for area in found.areas] == ["Stay inside", "Stay inside", "<field> &   [31m"]
    assert [line.name for line in found.lines] == ["Mission", "road"]
    assert [mark.name for mark in found.marks] == [
        "Home", "1 Waypoint", "2 Waypoint", "Fence return point", "Rally point 1", "well",
    ]  # fmt: skip
    assert found.areas[0].outer == CORNERS
    assert found.areas[2].holes == (CORNERS[:3],)
    assert found.lines[0].spots == (Spot(LAT, LON, 450.0), Spot(LAT + 1.0, LON + 1.0, 450.0))
    assert text.count("<altitudeMode>absolute</altitudeMode>") == 5
    assert text.count("<altitudeMode>clampToGround</altitudeMode>") == 6
    ground = write_kml(features_of(msgspec.structs.replace(full(), home=None))).decode()
    assert ground.count("<altitudeMode>relativeToGround</altitudeMode>") == 4


@pytest.mark.parametrize(("lat", "lon"), [(-89.123456789, -179.987654321), (1e-9, -1e-9), (0.0, 180.0)])
def test_places_are_written_to_a_tenth_of_a_millimetre(lat: float, lon: float) -> None:
    found = read_kml(write_kml(features_of(PlanFile(marks=(Mark(spot=Spot(lat, lon)),)))).decode())
    assert (found.marks[0].spot.lat_deg, found.marks[0].spot.lon_deg) == (lat, lon)


def test_geojson_has_all_of_it() -> None:
    document = json.loads(write_geojson(features_of(full())))
    found = read_geojson(document)
    assert len(found.areas) == 3
    assert [line.name for line in found.lines] == ["Mission", "road"]
    assert len(found.marks) == 6
    assert found.notes == ()
    by_name: dict[str, Any] = {one["properties"]["name"]: one for one in document["features"]}
    assert by_name["Mission"]["geometry"]["coordinates"][0] == [LON, LAT, 450.0]
    assert by_name["Mission"]["properties"]["heights_over"] == "sea"
    # heights above the ground are none of the standard's
    ground = json.loads(write_geojson(features_of(msgspec.structs.replace(full(), home=None))))
    item = next(one for one in ground["features"] if one["properties"]["name"] == "1 Waypoint")
    assert item["geometry"]["coordinates"] == [LON, LAT]
    assert (item["properties"]["height"], item["properties"]["heights_over"]) == (50.0, "ground")


def test_a_fence_that_is_none_is_not_drawn() -> None:
    broken = items_of(Polygon(corners=CORNERS, is_inside=True))[:3]
    with pytest.raises(PlanFileError, match="fence item 1"):
        features_of(PlanFile(fence=broken))
