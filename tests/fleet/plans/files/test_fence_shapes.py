# SPDX-License-Identifier: Apache-2.0
"""A fence is the same as shapes and as items, and what does not add up is named."""

from __future__ import annotations

import msgspec
import pytest

from groundstation.fleet.plans.files.fence_shapes import Circle, Polygon, ReturnPoint, Shape, items_of, shapes_of
from groundstation.fleet.plans.files.plan_checks import shown
from groundstation.fleet.plans.files.plan_file import PlanFileError, Spot
from groundstation.fleet.plans.files.qgc_limits import plain_fence
from groundstation.fleet.plans.plan_items import PlanItem
from tests.fleet.plans.files.drafts import LAT, LON, SQUARE

CORNERS = tuple(Spot(lat, lon, 0.0) for lat, lon in SQUARE)
CIRCLE = Circle(centre=Spot(LAT, LON, 0.0), radius_m=50.0, is_inside=False, group=1.0)
POLYGON = Polygon(corners=CORNERS, is_inside=True, group=2.0)
BACK = ReturnPoint(Spot(LAT, LON, 30.0))
SHAPES: list[Shape] = [CIRCLE, POLYGON, BACK, msgspec.structs.replace(POLYGON, is_inside=False, corners=CORNERS[:3])]
ITEMS = tuple(item for shape in SHAPES for item in items_of(shape))


def refusal(*items: PlanItem) -> str:
    with pytest.raises(PlanFileError) as caught:
        shapes_of(items)
    return str(caught.value)


def test_shapes_and_items_are_the_same_fence() -> None:
    assert shapes_of(ITEMS) == SHAPES
    assert [item.command for item in ITEMS] == [5004, *[5001] * 4, 5000, *[5002] * 3]
    assert ITEMS[0].params == (50.0, 1.0, 0.0, 0.0)
    assert ITEMS[1].params == (4.0, 2.0, 0.0, 0.0)
    assert (ITEMS[5].frame, ITEMS[5].z) == (3, 30.0)


def test_qgroundcontrol_has_polygons_first_and_the_return_point_last() -> None:
    found = plain_fence(ITEMS)
    assert [item.command for item in found] == [*[5001] * 4, *[5002] * 3, 5004, 5000]
    assert {item.params[1] for item in found} == {0.0}
    assert plain_fence(found) == found
    back = tuple(item for shape in SHAPES[::-1] for item in items_of(shape))
    assert [item.command for item in plain_fence(back)] == [*[5002] * 3, *[5001] * 4, 5004, 5000]


def test_an_item_that_does_not_add_up_is_named() -> None:
    assert refusal(*ITEMS[:4]).startswith("fence item 2")
    assert refusal(*ITEMS[:8]).startswith("fence item 7")
    assert refusal(ITEMS[0], *ITEMS[2:5]).startswith("fence item 2")
    assert refusal(ITEMS[0], *ITEMS[1:4], ITEMS[6]).startswith("fence item 2")
    assert refusal(ITEMS[0], PlanItem(command=16, x=LAT, y=LON)).startswith("fence item 2: command 16")
    assert refusal(*ITEMS[:3], msgspec.structs.replace(ITEMS[3], x=None)).startswith("fence item 2")
    assert refusal(*ITEMS[:3], msgspec.structs.replace(ITEMS[3], x=None), ITEMS[4]).startswith("fence item 4")


@pytest.mark.parametrize("radius", [None, 0.0, -1.0])
def test_a_circle_has_a_radius(radius: float | None) -> None:
    assert "fence item 1" in refusal(msgspec.structs.replace(ITEMS[0], params=(radius, 0.0, 0.0, 0.0)))
    assert shapes_of([msgspec.structs.replace(ITEMS[0], params=(0.01, 0.0, 0.0, 0.0))])


@pytest.mark.parametrize("count", [None, 2.0, 0.0, -3.0, 4.5, 1e300])
def test_a_polygon_says_how_many_corners_it_has(count: float | None) -> None:
    assert "corners" in refusal(*(msgspec.structs.replace(item, params=(count, 0.0, 0.0, 0.0)) for item in ITEMS[1:5]))


def test_strangers_words_are_cut_for_a_line_of_ours() -> None:
    assert shown("w" * 40) == "w" * 40
    assert shown("w" * 41) == "w" * 37 + "..."
    assert shown(10**400) == "a huge number"
