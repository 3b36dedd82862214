# SPDX-License-Identifier: Apache-2.0
"""Shapes of a fence are added, turned, taken out and moved; what comes of it is a fence."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from groundstation.fleet.plans import fence_edit
from groundstation.fleet.plans.files.fence_shapes import Circle, Polygon, ReturnPoint, shapes_of
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.plans.plan_path import Place

CORNERS = [Place(41.0, 39.0), Place(41.001, 39.0), Place(41.001, 39.001), Place(41.0, 39.001)]


def made() -> tuple[PlanItem, ...]:
    fence = fence_edit.with_area((), CORNERS, is_inside=True)
    fence = fence_edit.with_circle(fence, CORNERS[0], 30.04, is_inside=False)
    return fence_edit.with_area(fence, CORNERS[:3], is_inside=False)


def test_shapes_are_added_and_counted() -> None:
    shapes = shapes_of(made())
    assert [type(one) for one in shapes] == [Polygon, Circle, Polygon]
    assert [one.is_inside for one in shapes if not isinstance(one, ReturnPoint)] == [True, False, False]
    assert [span for _, span in fence_edit.spans(made())] == [range(1, 5), range(5, 6), range(6, 9)]
    assert made()[4].params[0] == 30.0


@given(st.sets(st.integers(1, 8), min_size=1))
def test_any_corner_takes_its_whole_shape_with_it(numbers: set[int]) -> None:
    left = fence_edit.without(made(), numbers)
    gone = {at for at, (_, span) in enumerate(fence_edit.spans(made())) if numbers & set(span)}
    assert len(shapes_of(left)) == 3 - len(gone)


@given(st.sets(st.integers(1, 8), min_size=1))
def test_turned_twice_is_as_before(numbers: set[int]) -> None:
    once = fence_edit.turned_inside_out(made(), numbers)
    assert once != made()
    assert fence_edit.turned_inside_out(once, numbers) == made()


def test_there_is_one_return_point() -> None:
    once = fence_edit.with_return(made(), CORNERS[0])
    twice = fence_edit.with_return(once, CORNERS[1])
    points = [one for one in twice if one.command == Cmd.FENCE_RETURN]
    assert len(points) == 1
    assert points[0].x == 41.001
    # nothing to turn
    assert fence_edit.turned_inside_out(twice, {1}) == twice


def test_corners_radii_and_heights_are_changed_alone() -> None:
    fence = fence_edit.with_radius(fence_edit.moved_to(made(), 2, Place(41.5, 39.5)), 5, 44.0)
    assert (fence[1].x, fence[1].y, fence[4].params[0]) == (41.5, 39.5, 44.0)
    assert [one for at, one in enumerate(fence) if at not in (1, 4)] == [
        one for at, one in enumerate(made()) if at not in (1, 4)
    ]
    rally = fence_edit.with_rally((), CORNERS[0])
    assert rally[0].z == fence_edit.RALLY_HEIGHT_M
    higher = fence_edit.at_height(rally, 1, 70.0)
    assert fence_edit.with_rally(higher, CORNERS[1])[1].z == 70.0
