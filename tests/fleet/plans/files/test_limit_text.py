# SPDX-License-Identifier: Apache-2.0
"""Fences and rally points in the plain text of Mission Planner and MAVProxy."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from groundstation.fleet.plans.files.fence_shapes import Circle, Polygon, ReturnPoint, is_same_place, items_of
from groundstation.fleet.plans.files.limit_text import (
    read_fence_text,
    read_rally_text,
    write_fence_text,
    write_rally_text,
)
from groundstation.fleet.plans.files.plan_file import PlanFileError, Spot
from groundstation.fleet.plans.plan_items import MAX_ITEMS, PlanItem

RETURN = "-35.1 149.1"
CORNERS = ("-35.2 149.2", "-35.3 149.2", "-35.3 149.3")
FENCE = "\n".join((RETURN, *CORNERS, CORNERS[0]))


def fence_refusal(*lines: str) -> str:
    with pytest.raises(PlanFileError) as caught:
        read_fence_text("\n".join(lines))
    return str(caught.value)


@pytest.mark.parametrize(
    "text", [FENCE, FENCE.replace(" ", "\t"), "#saved by\n" + FENCE + "\n\n", FENCE.replace(" ", ",")]
)
def test_a_fence_is_its_return_point_and_one_area_to_stay_in(text: str) -> None:
    plan = read_fence_text(text)
    assert [item.command for item in plan.fence] == [5000, 5001, 5001, 5001]
    assert [item.params[0] for item in plan.fence] == [0.0, 3.0, 3.0, 3.0]
    assert (plan.fence[0].x, plan.fence[0].y) == (-35.1, 149.1)
    assert (plan.fence[3].x, plan.fence[3].y) == (-35.3, 149.3)
    assert plan.notes == ()


def test_a_ring_is_closed_by_a_corner_that_is_as_good_as_the_first() -> None:
    near = read_fence_text("\n".join((RETURN, *CORNERS, "-35.2000001 149.2")))
    assert (len(near.fence), near.notes) == (4, ())
    far = read_fence_text("\n".join((RETURN, *CORNERS, "-35.2000002 149.2")))
    assert len(far.fence) == 5
    assert far.notes == ("the fence: its last corner is not its first; it was closed",)


def test_a_fence_has_three_corners() -> None:
    assert "2 corners" in fence_refusal(RETURN, CORNERS[0], CORNERS[1], CORNERS[0])
    assert "0 corners" in fence_refusal(RETURN)
    assert len(read_fence_text("\n".join((RETURN, *CORNERS))).fence) == 4


@pytest.mark.parametrize("line", ["-35.2", "-35.2 149.2 3", "here there", "149.2 -35.2", "nan 149", "-35.2 181"])
def test_a_damaged_line_of_a_fence_is_named(line: str) -> None:
    assert fence_refusal("# one", RETURN, line, *CORNERS).startswith("line 3")


def test_as_many_corners_are_read_as_a_list_holds() -> None:
    corners = [f"{number / 1000} 0.5" for number in range(MAX_ITEMS - 2)]
    assert len(read_fence_text("\n".join((RETURN, *corners, corners[0]))).fence) == MAX_ITEMS - 1
    assert str(MAX_ITEMS) in fence_refusal(RETURN, *corners, corners[0], corners[1])


def test_rally_points_are_read_with_what_their_items_hold() -> None:
    plan = read_rally_text("# two\nRALLY -35.1 149.1 60 0 0 0\nRALLY -35.2\t149.2\t70.5\t0\t0\t0\n")
    assert plan.rally[0] == PlanItem(command=5100, frame=3, x=-35.1, y=149.1, z=60.0)
    assert (plan.rally[1].z, plan.notes) == (70.5, ())
    assert "left out" in read_rally_text("RALLY -35.1 149.1 60 40 0 0").notes[0]


@pytest.mark.parametrize(("height", "is_told"), [("4999.9", False), ("5000", True), ("60000", True), ("-5000", True)])
def test_a_height_that_was_multiplied_is_told(height: str, is_told: bool) -> None:
    plan = read_rally_text(f"RALLY -35.1 149.1 {height} 0 0 0")
    assert plan.rally[0].z == float(height)
    assert [note.startswith("line 1") for note in plan.notes] == [True] * is_told


@pytest.mark.parametrize("line", ["RALLY 1 2 3 4 5", "RALLY 1 2 3 4 5 6 7", "RALLYE 1 2 3 4 5 6", "1 2 3 4 5 6 7",
                                  "RALLY 1 2 nan 4 5 6", "RALLY 91 2 3 4 5 6", "RALLY 1 2 3 4 5 x"])  # fmt: skip
def test_a_damaged_rally_point_is_named(line: str) -> None:
    with pytest.raises(PlanFileError, match=r"^line 2"):
        read_rally_text("RALLY -35.1 149.1 60 40 0 0\n" + line)


def test_as_many_rally_points_are_read_as_a_list_holds() -> None:
    line = "RALLY -35.1 149.1 60 40 0 0\n"
    assert len(read_rally_text(line * MAX_ITEMS).rally) == MAX_ITEMS
    with pytest.raises(PlanFileError, match=str(MAX_ITEMS)):
        read_rally_text(line * (MAX_ITEMS + 1))


def test_a_fence_is_written_as_it_is_read() -> None:
    plan = read_fence_text(FENCE)
    text = write_fence_text(plan.fence).decode()
    assert text.splitlines()[1:] == [
        "-35.1000000 149.1000000",
        "-35.2000000 149.2000000",
        "-35.3000000 149.2000000",
        "-35.3000000 149.3000000",
        "-35.2000000 149.2000000",
    ]
    assert read_fence_text(text) == plan


@given(
    st.lists(
        st.tuples(st.integers(-899_999_999, 899_999_999), st.integers(-1_799_999_999, 1_799_999_999)),
        min_size=4,
        max_size=12,
        unique=True,
    )
)
def test_no_place_of_a_fence_is_lost_in_its_text(places: list[tuple[int, int]]) -> None:
    spots = [Spot(lat / 1e7, lon / 1e7) for lat, lon in places]
    assume(not is_same_place(spots[1], spots[-1]))
    fence = (*items_of(ReturnPoint(spots[0])), *items_of(Polygon(corners=tuple(spots[1:]), is_inside=True)))
    back = read_fence_text(write_fence_text(fence).decode()).fence
    assert [(one.command, one.params[0], one.x, one.y) for one in back] == [
        (one.command, one.params[0], one.x, one.y) for one in fence
    ]


@pytest.mark.parametrize(
    ("fence", "said"),
    [
        ((), "no fence"),
        (read_fence_text(FENCE).fence[1:], "one point to return to; here are 0"),
        (read_fence_text(FENCE).fence[:1], "one area to stay in; here are 0, and 0 other"),
        ((*read_fence_text(FENCE).fence, *read_fence_text(FENCE).fence[1:]), "here are 2"),
        (
            (
                *read_fence_text(FENCE).fence,
                *items_of(Circle(centre=Spot(-35.2, 149.2), radius_m=5.0, is_inside=False)),
            ),
            "and 1 other shapes",
        ),
    ],
)
def test_a_fence_that_its_text_can_not_hold_is_refused_and_not_cut_down(fence: tuple[PlanItem, ...], said: str) -> None:
    with pytest.raises(PlanFileError, match=said):
        write_fence_text(fence)


def test_rally_points_are_written_as_they_are_read() -> None:
    plan = read_rally_text("RALLY -35.1 149.1 40 0 0 0\nRALLY -0.00000001 149.2 -3.5 0 0 0")
    text = write_rally_text(plan.rally).decode()
    assert text.splitlines()[1:] == [
        "RALLY -35.1000000 149.1000000 40.00 0 0 0",
        "RALLY 0.0000000 149.2000000 -3.50 0 0 0",
    ]
    back = read_rally_text(text).rally
    assert [(one.x, one.y, one.z, one.frame, one.command) for one in back] == [
        (-35.1, 149.1, 40.0, plan.rally[0].frame, 5100),
        (0.0, 149.2, -3.5, plan.rally[0].frame, 5100),
    ]


@pytest.mark.parametrize(
    ("rally", "said"),
    [
        ((), "no rally points"),
        ((PlanItem(command=5100, x=1.0, y=2.0, z=3.0), PlanItem(command=31, x=1.0, y=2.0, z=3.0)), "point 2: .*31"),
        ((PlanItem(command=5100, frame=0, x=1.0, y=2.0, z=3.0),), "point 1: .*above home"),
        ((PlanItem(command=5100, x=1.0, y=2.0, z=None),), "point 1: its height"),
        ((PlanItem(command=5100, x=None, y=2.0, z=3.0),), "point 1"),
    ],
)
def test_rally_points_that_their_text_can_not_hold_are_refused(rally: tuple[PlanItem, ...], said: str) -> None:
    with pytest.raises(PlanFileError, match=said):
        write_rally_text(rally)
