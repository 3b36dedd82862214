# SPDX-License-Identifier: Apache-2.0
"""Areas, lines and points come from GeoJSON, in whatever they are wrapped."""

from __future__ import annotations

from typing import Any

import pytest

from groundstation.fleet.plans.files.geojson import read_geojson
from groundstation.fleet.plans.files.plan_file import Area, Line, Mark, PlanFile, PlanFileError, Spot
from groundstation.fleet.plans.plan_items import MAX_ITEMS

RING = [[8.1, 47.1], [8.2, 47.1], [8.2, 47.2], [8.1, 47.1]]
CORNERS = (Spot(47.1, 8.1), Spot(47.1, 8.2), Spot(47.2, 8.2))


def geometry(kind: str, coordinates: Any) -> dict[str, Any]:
    return {"type": kind, "coordinates": coordinates}


def feature(shape: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": shape, "properties": properties}


def refusal(document: dict[str, Any]) -> str:
    with pytest.raises(PlanFileError) as caught:
        read_geojson(document)
    return str(caught.value)


def test_a_bare_shape_is_read() -> None:
    inner = [[8.11, 47.11], [8.12, 47.11], [8.12, 47.12], [8.11, 47.11]]
    hole = (Spot(47.11, 8.11), Spot(47.11, 8.12), Spot(47.12, 8.12))
    assert read_geojson(geometry("Polygon", [RING, inner])) == PlanFile(areas=(Area(outer=CORNERS, holes=(hole,)),))
    assert read_geojson(geometry("LineString", [[8, 47, 400], [8, 48]])).lines == (
        Line(spots=(Spot(47.0, 8.0, 400.0), Spot(48.0, 8.0))),
    )
    # more than three numbers are allowed, and mean nothing
    assert read_geojson(geometry("Point", [8, 47, 1, 2])).marks == (Mark(spot=Spot(47.0, 8.0, 1.0)),)


def test_wrapped_shapes_are_read_with_the_names_around_them() -> None:
    collection = {
        "type": "GeometryCollection",
        "geometries": [geometry("Point", [8, 47]), geometry("MultiPolygon", [[RING], [RING]])],
    }
    document = {
        "type": "FeatureCollection",
        "features": [
            feature(collection, name=" north\n"),
            feature(geometry("MultiLineString", [[[8, 47], [8, 48]]]), title="road"),
            feature(geometry("MultiPoint", [[8, 47], [9, 47]]), name=7),
            feature(None, name="nowhere"),
            {"type": "Feature", "geometry": geometry("Point", [8, 47]), "properties": None},
        ],
    }
    plan = read_geojson(document)
    assert [area.name for area in plan.areas] == ["north", "north"]
    assert [line.name for line in plan.lines] == ["road"]
    assert [mark.name for mark in plan.marks] == ["north", "", "", ""]


def test_a_ring_that_is_not_closed_is_told() -> None:
    plan = read_geojson(geometry("Polygon", [RING[:3]]))
    assert plan.areas[0].outer == CORNERS
    assert plan.notes == ("shape 1: its last corner is not its first; it was closed",)


@pytest.mark.parametrize(("shape", "said"), [
    (geometry("Polygon", []), "no ring"), (geometry("Polygon", [RING[:2]]), "2 corners"), (geometry("Polygon", 7), "list"),
    (geometry("LineString", []), "no coordinates"), (geometry("LineString", [[8]]), "expected"),
    (geometry("Point", []), "expected"), (geometry("Point", [8, "47"]), "number"), (geometry("Point", None), "expected"),
    (geometry("Point", [47.1, 149.1]), "swapped"), (geometry("Point", [180.1, 47]), "beyond 180"),
    (geometry("Point", [None, 47]), "null or NaN"), (geometry("Point", [10**400, 47]), "too large"),
])  # fmt: skip
def test_a_damaged_shape_is_named(shape: dict[str, Any], said: str) -> None:
    text = refusal(
        {"type": "FeatureCollection", "features": [feature(geometry("Point", [8, 47])), feature(shape, name="x")]}
    )
    assert text.startswith("shape 2 'x'")
    assert said in text


@pytest.mark.parametrize("document", [
    {"type": "FeatureCollection", "features": []}, {"type": "FeatureCollection"}, {"type": "Feature", "geometry": 7},
    {"type": "Feature", "geometry": {"type": ["Point"]}}, {"type": "Point"}, {"type": "Circle", "coordinates": []},
    {"type": "GeometryCollection", "geometries": {}}, {"type": "FeatureCollection", "features": [[]]}, {"type": "Feature"},
])  # fmt: skip
def test_what_is_no_drawing_is_refused(document: dict[str, Any]) -> None:
    assert refusal(document)


def test_as_many_shapes_are_read_as_a_list_holds() -> None:
    half = [feature(geometry("MultiPoint", [[8, 47]] * (MAX_ITEMS // 2)))] * 2
    assert len(read_geojson({"type": "FeatureCollection", "features": half}).marks) == MAX_ITEMS
    more = [*half, feature(geometry("Point", [8, 47]))]
    assert str(MAX_ITEMS) in refusal({"type": "FeatureCollection", "features": more})


def test_names_are_no_longer_than_anybody_reads() -> None:
    for count in (200, 201):
        assert read_geojson(feature(geometry("Point", [8, 47]), name="n" * count)).marks[0].name == "n" * 200
