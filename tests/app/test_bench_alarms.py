# SPDX-License-Identifier: Apache-2.0
"""What `bench alarms` counts is what was raised and shown; its times are its own business."""

from __future__ import annotations

import json

import pytest

from tests.support.programs import run_program


@pytest.mark.long
def test_the_bench_raises_what_it_was_asked_for_and_all_of_it_is_covered() -> None:
    done = run_program("bench", "alarms", "--alarms", "40", "--json", timeout_s=240.0)
    assert done.returncode in (0, 1), done.stderr
    told = {one["name"]: one["value"] for one in json.loads(done.stdout)["comparisons"]}
    assert told["of them covered by these"] == 40.0
    assert 1.0 <= told["cards in the panel, of 40 that were raised"] <= 10.0
    assert told["things said aloud"] >= 1.0
    assert told["of them begun while another was being said"] == 0.0
