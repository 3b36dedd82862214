# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json

from groundstation.app.bench.report import Comparison, Report


def test_a_ratio_is_judged_where_there_is_a_peer() -> None:
    one = Comparison(name="cost", unit="us", value=8.0, peer=40.0, goal=5.0, wanted="at_least")
    assert (one.ratio, one.holds) == (5.0, True)
    assert not Comparison(name="cost", unit="us", value=9.0, peer=40.0, goal=5.0, wanted="at_least").holds


def test_a_value_is_judged_where_there_is_none() -> None:
    assert Comparison(name="gaps", unit="", value=0, goal=0).holds
    assert not Comparison(name="gaps", unit="", value=1, goal=0).holds
    assert not Comparison(name="seen", unit="", value=99, goal=100, wanted="at_least").holds


def test_the_document_has_everything_a_script_asks_for() -> None:
    report = Report(bench="x", settings={}, comparisons=(Comparison(name="a", unit="", value=1.0, goal=2.0),))
    (row,) = json.loads(json.dumps(report.document()))["comparisons"]
    assert {"value", "peer", "ratio", "goal", "holds"} <= set(row)
    assert row["holds"] is True
