# SPDX-License-Identifier: Apache-2.0
"""Items are put in, taken out, turned and moved, and jumps go on leading where they led."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from groundstation.fleet.geometry import bearing_deg, distance_m, turn_deg
from groundstation.fleet.plans import plan_edit
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import PlanItem

WAYPOINTS = tuple(PlanItem(command=Cmd.WAYPOINT, x=41.0 + at / 1e4, y=39.0, z=float(at)) for at in range(1, 8))


def jump(target: int) -> PlanItem:
    return PlanItem(command=Cmd.JUMP, frame=2, params=(float(target), 1.0, 0.0, 0.0))


def led_to(items: tuple[PlanItem, ...]) -> float | None:
    """Height of the item that the jump leads to, which names it."""
    target = next(int(one.params[0] or 0) for one in items if one.command == Cmd.JUMP)
    return items[target - 1].z if 1 <= target <= len(items) else None


@given(st.integers(1, 7), st.integers(1, 9), st.integers(1, 3))
def test_a_jump_leads_to_the_same_item_after_an_insertion(target: int, at: int, count: int) -> None:
    items = (*WAYPOINTS, jump(target))
    new = (PlanItem(command=Cmd.DELAY, frame=2, z=99.0),) * count
    found = plan_edit.inserted(items, at, new)
    assert len(found) == len(items) + count
    assert found[at - 1 : at - 1 + count] == new
    assert led_to(found) == led_to(items)


@given(st.integers(1, 7), st.sets(st.integers(1, 7), max_size=5))
def test_a_jump_leads_to_the_same_item_after_others_are_gone(target: int, gone: set[int]) -> None:
    items = (*WAYPOINTS, jump(target))
    found = plan_edit.removed(items, gone - {target})
    assert led_to(found) == led_to(items)


@given(st.integers(1, 7), st.integers(1, 7), st.integers(1, 7))
def test_a_jump_leads_to_the_same_item_after_two_changed_places(target: int, one: int, other: int) -> None:
    items = (*WAYPOINTS, jump(target))
    assert led_to(plan_edit.swapped(items, one, other)) == led_to(items)


def test_a_jump_of_no_number_is_left_alone() -> None:
    wild = (replace(jump(1), params=(None, 1.0, 0.0, 0.0)), replace(jump(1), params=(float("inf"), 1.0, 0.0, 0.0)))
    assert plan_edit.inserted(wild, 1, WAYPOINTS[0])[1:] == wild


@given(st.floats(-720.0, 720.0), st.floats(-79.0, 79.0), st.floats(-180.0, 180.0))
def test_turning_keeps_the_shape(angle_deg: float, lat_deg: float, lon_deg: float) -> None:
    places = [(lat_deg, lon_deg), (lat_deg + 0.001, lon_deg), (lat_deg, turn_deg(0.0, lon_deg + 0.002))]
    items = tuple(
        PlanItem(command=Cmd.WAYPOINT, x=x or 1e-6, y=y or 1e-6, params=(0.0, 0.0, 0.0, 30.0)) for x, y in places
    )
    found = plan_edit.turned(items, {1, 2, 3}, angle_deg)
    for one, other in ((0, 1), (1, 2), (2, 0)):
        before = distance_m(items[one].x or 0, items[one].y or 0, items[other].x or 0, items[other].y or 0)
        after = distance_m(found[one].x or 0, found[one].y or 0, found[other].x or 0, found[other].y or 0)
        assert after == pytest.approx(before, rel=0.002, abs=0.05)
    before_deg = bearing_deg(items[0].x or 0, items[0].y or 0, items[1].x or 0, items[1].y or 0)
    after_deg = bearing_deg(found[0].x or 0, found[0].y or 0, found[1].x or 0, found[1].y or 0)
    assert abs(turn_deg(before_deg + angle_deg, after_deg)) < 0.2
    assert abs(turn_deg(30.0 + angle_deg, found[0].params[3] or 0.0)) < 1e-6


def test_only_what_is_chosen_and_stands_somewhere_is_changed() -> None:
    items = (WAYPOINTS[0], PlanItem(command=Cmd.RETURN, frame=2), WAYPOINTS[1])
    assert plan_edit.turned(items, {2}, 90.0) == items
    assert plan_edit.lifted(items, {1, 2}, 5.0) == (replace(items[0], z=6.0), items[1], items[2])
    moved = plan_edit.shifted(items, {3}, 100.0, 0.0)
    assert moved[:2] == items[:2]
    assert distance_m(items[2].x or 0, items[2].y or 0, moved[2].x or 0, moved[2].y or 0) == pytest.approx(
        100.0, abs=0.1
    )
