# SPDX-License-Identifier: Apache-2.0
"""What `bench plots` measures is drawn by both; its times are its own business."""

from __future__ import annotations

import json

import pytest

from groundstation.app.bench import plots
from groundstation.ui.plots.older_runs import OlderRuns
from tests.support.programs import run_program


@pytest.mark.long
def test_the_bench_draws_all_curves_beside_a_peer() -> None:
    done = run_program("bench", "plots", "--points", "20000", "--json", timeout_s=240.0)
    assert done.returncode in (0, 1), done.stderr
    told = {one["name"]: one for one in json.loads(done.stdout)["comparisons"]}
    frames = [one for name, one in told.items() if name.startswith("frame while panning and zooming")]
    assert len(frames) == 2
    assert all(one["value"] > 0.0 and one["peer"] > 0.0 for one in frames)
    assert told["taking in 100000 more points, p50"]["value"] > 0.0


def test_what_it_draws_is_there_in_full() -> None:
    runs, refs = plots._recorded(10_000)
    assert isinstance(runs, OlderRuns)
    assert [len(run.pyramid) for ref in refs for run in runs.runs(ref, 0.0, 200.0)] == [10_000] * plots.SERIES
    spans = list(plots._spans(10_000))
    assert len(spans) == plots.ZOOMS * plots.MOVES
    assert max(end_s - begin_s for begin_s, end_s in spans) == pytest.approx(200.0)
    assert min(end_s - begin_s for begin_s, end_s in spans) == pytest.approx(6.0)
