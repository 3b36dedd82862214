# SPDX-License-Identifier: Apache-2.0
"""Plans of several vehicles in one file: what goes in comes out, and what is none is refused in a line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.plans.files.fleet_file import part_names, read_fleet, write_fleet
from groundstation.fleet.plans.files.plan_file import PlanFile, PlanFileError
from groundstation.fleet.plans.files.plan_formats import read_plan
from groundstation.fleet.plans.fleet_plan import FleetPlan, PlanPart
from groundstation.fleet.plans.plan_items import PlanItem

ITEM = PlanItem(command=16, x=41.0, y=39.0, z=30.0)
A, B = VehicleKey("sim", "uav-1"), VehicleKey("fleet", "uav-1")
FLEET = FleetPlan(
    parts=(
        PlanPart(plan=PlanFile(mission=(ITEM,)), vehicle=A),
        PlanPart(plan=PlanFile(mission=(ITEM, replace(ITEM, z=40.0))), vehicle=B, name="yukarı"),
        PlanPart(plan=PlanFile(), name="boş"),
    )
)


def missions(fleet: FleetPlan) -> list[tuple[VehicleKey | None, str, tuple[PlanItem, ...]]]:
    return [(one.vehicle, one.name, one.plan.mission) for one in fleet.parts]


def test_what_goes_in_comes_out() -> None:
    assert missions(read_fleet("a.fleet", write_fleet(FLEET))) == missions(FLEET)


heights = st.lists(st.floats(-100.0, 5_000.0).map(lambda one: round(one, 3)), max_size=5)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(heights, st.text(max_size=80)), min_size=1, max_size=6))
@pytest.mark.long
def test_any_parts_come_out_as_they_went_in(told: list[tuple[list[float], str]]) -> None:
    parts = tuple(
        PlanPart(
            plan=PlanFile(mission=tuple(replace(ITEM, z=one) for one in up)),
            name=name,
            vehicle=VehicleKey("fleet", f"uav-{at}") if at % 2 else None,
        )
        for at, (up, name) in enumerate(told)
    )
    fleet = FleetPlan(parts=parts)
    once = write_fleet(fleet)
    assert missions(read_fleet("a.fleet", once)) == missions(fleet)
    assert write_fleet(read_fleet("a.fleet", once)) == once


def test_a_single_plan_is_a_fleet_of_one() -> None:
    from groundstation.fleet.plans.files.qgc_writer import write_qgc_plan

    data = write_qgc_plan(PlanFile(mission=(ITEM,)))
    fleet = read_fleet("a.plan", data)
    assert len(fleet.parts) == 1
    assert fleet.parts[0].vehicle is None
    assert fleet.parts[0].plan == read_plan("a.plan", data)


def test_each_part_is_a_plan_that_others_read() -> None:
    document = json.loads(write_fleet(FLEET))
    for part, told in zip(FLEET.parts, document["parts"], strict=True):
        alone = read_plan("x.plan", json.dumps(told["plan"]).encode())
        assert alone.mission == part.plan.mission


def test_keys_that_nobody_here_knows_are_kept() -> None:
    document = json.loads(write_fleet(FLEET)) | {"weather": {"wind": 4}}
    again = json.loads(write_fleet(read_fleet("a.fleet", json.dumps(document).encode())))
    assert again["weather"] == {"wind": 4}


def _changed(**changes: Any) -> bytes:
    return json.dumps(json.loads(write_fleet(FLEET)) | changes).encode()


def _part(**changes: Any) -> bytes:
    document = json.loads(write_fleet(FLEET))
    document["parts"][0] |= changes
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (_changed(version=2), "version 2"),
        (_changed(parts=[]), "0 parts"),
        (_changed(parts=[{}] * 201), "201 parts"),
        (_changed(parts={}), "parts"),
        (_part(plan=3), "part 1"),
        (_part(plan={}), "part 1"),
        (_part(name=3), "name"),
        (_part(name="x" * 81), "name"),
        (_part(vehicle="uav-1"), "vehicle"),
        (_part(vehicle="replay/uav-1"), "vehicle"),
        (_part(vehicle="sim/a/b"), "vehicle"),
        (_part(vehicle="fleet/uav-1"), "same vehicle"),
        (write_fleet(FLEET)[:-40], "line"),
        (b'{"fileType": "FleetPlan", "version": 1' + b"\xff}", "UTF-8"),
    ],
)
def test_what_is_none_is_refused_in_a_line(data: bytes, word: str) -> None:
    with pytest.raises(PlanFileError) as error:
        read_fleet("a.fleet", data)
    assert word in str(error.value)
    assert "\n" not in str(error.value)


def test_names_of_files_are_harmless_and_apart() -> None:
    fleet = FleetPlan(
        parts=(PlanPart(name="../x"), PlanPart(name="../X"), PlanPart(), PlanPart(vehicle=A), PlanPart(vehicle=B))
    )
    names = part_names(fleet, "field")
    assert names == ["field----x", "field----X-2", "field-3", "field-uav-1", "field-uav-1-5"]
