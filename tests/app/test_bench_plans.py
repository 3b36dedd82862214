# SPDX-License-Identifier: Apache-2.0
"""What `bench plans` measures is drawn and reckoned in full; its times are its own business."""

from __future__ import annotations

import json

import pytest

from groundstation.app.bench import plans
from groundstation.fleet.plans.plan_commands import Cmd
from tests.support.programs import run_program


@pytest.mark.long
def test_the_bench_edits_pans_and_reckons() -> None:
    done = run_program("bench", "plans", "--json", timeout_s=600.0)
    assert done.returncode in (0, 1), done.stderr
    told = {one["name"]: one for one in json.loads(done.stdout)["comparisons"]}
    assert len(told) == 8
    assert all(one["value"] > 0.0 for one in told.values())
    assert all(one["peer"] > 0.0 for name, one in told.items() if name.startswith("frame"))


@pytest.mark.parametrize("count", [10, 1_000])
def test_the_plan_that_is_drawn_has_all_its_items(count: int) -> None:
    mission = plans.lawn(count)
    assert len(mission) == count
    assert (mission[0].command, mission[-1].command) == (Cmd.TAKEOFF, Cmd.RETURN)
    places = {(one.x, one.y) for one in mission[:-1]}
    assert len(places) == count - 1
