# SPDX-License-Identifier: Apache-2.0
"""`groundstation mission diff` as a script calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from groundstation.app.plan_work import read_file, write_file
from tests.support.programs import run_program

SQUARE = Path(__file__).parents[1] / "data" / "plans" / "square.plan"


def test_two_files_of_one_plan_differ_in_nothing_and_a_changed_one_in_what_was_changed(tmp_path: Path) -> None:
    plan = read_file(SQUARE)
    same, other = tmp_path / "same.waypoints", tmp_path / "other.plan"
    write_file(plan, same, may_replace=False)
    items = list(plan.mission)
    items[1] = replace(items[1], z=(items[1].z or 0.0) + 5.0)
    write_file(replace(plan, mission=(*items[:-1],)), other, may_replace=False)
    done = run_program("mission", "diff", str(SQUARE), str(same))
    assert (done.returncode, done.stdout) == (0, "differences: 0\n")
    done = run_program("mission", "diff", str(SQUARE), str(other), "--json")
    assert done.returncode == 3
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["item"], one["other"]) for one in lines] == [(2, 2), (len(items), None)]
    assert "there" in lines[0]["said"]


@pytest.mark.parametrize("noun", ["fence", "rally"])
def test_each_list_is_compared_by_itself(noun: str) -> None:
    done = run_program(noun, "diff", str(SQUARE), str(SQUARE))
    assert (done.returncode, done.stdout) == (0, "differences: 0\n")


def test_a_file_that_is_none_is_one_line(tmp_path: Path) -> None:
    done = run_program("mission", "diff", str(SQUARE), str(tmp_path / "nowhere.plan"))
    assert done.returncode not in (0, 3)
    assert "nowhere.plan" in done.stderr
