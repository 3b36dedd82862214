# SPDX-License-Identifier: Apache-2.0
"""What is written is read back the same, and what a stranger wrote goes back to him as it was."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstation.fleet.plans.files.fence_shapes import ReturnPoint, shapes_of
from groundstation.fleet.plans.files.plan_file import PlanFile, PlanFileError
from groundstation.fleet.plans.files.plan_formats import read_plan, write_plan
from groundstation.fleet.plans.files.qgc_plan import read_qgc_plan
from groundstation.fleet.plans.files.qgc_writer import shown_heights
from groundstation.fleet.plans.plan_items import KINDS, PlanItem, PlanKind
from tests.fleet.plans.files.made_plans import PLANS, as_text, bare, documents, items, missions

FEW = settings(max_examples=60, deadline=None)


def rounded(listed: tuple[PlanItem, ...]) -> list[tuple[object, ...]]:
    """Items as far as eight decimals tell them."""
    found: list[tuple[object, ...]] = []
    for item in listed:
        numbers = (*item.params, item.x, item.y, item.z)
        told = [None if one is None else round(one, 8) + 0.0 for one in numbers]
        found.append((item.command, item.frame, *told, item.goes_on))
    return found


@FEW
@given(PLANS)
def test_a_plan_is_read_back_from_a_plan_file(plan: PlanFile) -> None:
    assert bare(read_plan("a.plan", write_plan(".plan", plan))) == plan


@FEW
@given(PLANS, st.sampled_from(KINDS))
def test_a_list_is_read_back_from_waypoints(plan: PlanFile, kind: PlanKind) -> None:
    found = read_plan("a.waypoints", write_plan(".waypoints", plan, kind))
    assert rounded(found.items(kind)) == rounded(plan.items(kind))
    assert not any(found.items(other) for other in KINDS if other is not kind)


@FEW
@given(documents())
@pytest.mark.long
def test_an_untouched_file_keeps_all_that_is_unknown(made: dict[str, Any]) -> None:
    assert json.loads(write_plan(".plan", read_plan("a.plan", as_text(made)))) == made


@FEW
@given(documents(), missions())
@pytest.mark.long
def test_another_mission_in_a_file_is_read_back_and_leaves_the_rest(
    made: dict[str, Any], mission: tuple[PlanItem, ...]
) -> None:
    plan = msgspec.structs.replace(read_plan("a.plan", as_text(made)), mission=mission)
    written = json.loads(write_plan(".plan", plan))
    assert read_qgc_plan(json.dumps(written)).mission == mission
    assert [one for one in written["mission"].items() if one[0] != "items"] == [
        one for one in sorted(made["mission"].items()) if one[0] != "items"
    ]
    assert len(shown_heights(plan)) == len(mission)


@FEW
@given(documents(), st.data())
@pytest.mark.long
def test_a_mission_that_was_edited_here_and_there_is_read_back(made: dict[str, Any], data: st.DataObject) -> None:
    plan = read_plan("a.plan", as_text(made))
    mission = [item for item in plan.mission if item.command != 177]
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(mission)))
        if data.draw(st.booleans()):
            mission.insert(at, data.draw(items()))
        elif at < len(mission):
            mission[at] = msgspec.structs.replace(mission[at], z=data.draw(st.floats(0.0, 100.0)))
        mission = mission[1:] if data.draw(st.booleans()) else mission[::-1] if data.draw(st.booleans()) else mission
    edited = msgspec.structs.replace(plan, mission=tuple(mission))
    assert read_qgc_plan(write_plan(".plan", edited).decode()).mission == tuple(mission)


@FEW
@given(PLANS)
def test_every_plan_can_be_drawn(plan: PlanFile) -> None:
    for suffix in (".kml", ".geojson"):
        drawn = write_plan(suffix, plan)
        try:
            found = read_plan("a" + suffix, drawn)
        except PlanFileError as error:
            assert "no polygon, line or point" in str(error)  # noqa: PT017 - an empty plan draws nothing
            continue
        rings = [shape for shape in shapes_of(plan.fence) if not isinstance(shape, ReturnPoint)]
        assert len(found.areas) == len(rings)
