# SPDX-License-Identifier: Apache-2.0
"""What `bench sensors` counts is what was sent and shown; its times are its own business."""

from __future__ import annotations

import json

import pytest

from tests.support.programs import run_program


@pytest.mark.long
def test_the_bench_shows_as_many_sensors_as_it_was_asked_for() -> None:
    done = run_program("bench", "sensors", "--sensors", "40", "--duration", "5", "--json", timeout_s=240.0)
    assert done.returncode in (0, 1), done.stderr
    told = {one["name"]: one["value"] for one in json.loads(done.stdout)["comparisons"]}
    assert told["sensors shown, in the tree and on the map"] == 40.0
    assert told["readings that arrived, of those sent"] > 0.0
    assert set(told) >= {"window loop, p99, all sensors at 1 Hz", "CPU, all sensors silent"}
