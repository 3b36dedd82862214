# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import threading

import pytest

from groundstation.app.bench import brokers, recorder
from groundstation.app.bench.brokers import Outcome


def figures(outcome: dict[str, object], hours: float) -> dict[str, tuple[float, bool]]:
    return {one.name: (one.value, one.holds) for one in recorder._comparisons(outcome, hours)}


@pytest.mark.long
def test_a_recorder_is_fed_and_its_memory_looked_at() -> None:
    said: list[str] = []
    report = recorder.run(2, 0.05, threading.Event(), said.append)
    assert report.settings["messages"] > 2 * 180 * 5
    found = {one.name: one.value for one in report.comparisons}
    assert found["messages dropped"] == 0
    assert 20.0 < found["recorder, memory at the end"] < 300.0
    assert "2 vehicles" in said[0]


@pytest.mark.parametrize(("mb_an_hour", "is_flat"), [(0.99, True), (1.01, False)])
def test_growth_is_counted_after_warming_up(mb_an_hour: float, *, is_flat: bool) -> None:
    memory = [(0.0, 10e6), *((quarter * 900.0, 80e6 + quarter * mb_an_hour * 0.25e6) for quarter in range(1, 5))]
    outcome = {"memory": memory, "messages": 1_000, "dropped": 0, "cpu_s": 0.1, "closing_s": 1.0}
    found = figures(outcome, 1.0)
    assert found["recorder, growth an hour after warming up"] == (pytest.approx(mb_an_hour), is_flat)
    assert found["recorder, memory after a day at that growth"][0] == pytest.approx(80 + 24 * mb_an_hour)


def test_a_broker_that_answers_nothing_holds_nothing() -> None:
    silent = Outcome(vehicles=0)
    quick = Outcome(vehicles=5, ages_ms=[5.0] * 99 + [90.0], answers_s=[0.1, 0.9], cpu_cores=0.1)
    assert not any(one.holds for one in list(brokers._rows("mosquitto", {"mosquitto": silent}, 5))[:5])
    rows = {one.name: one for one in brokers._rows("iotcore", {"iotcore": quick, "mosquitto": silent}, 5)}
    assert all(one.holds for one in rows.values())
    assert rows["iotcore: a command's answer, slowest"].value == 0.9
    assert rows["iotcore: age of telemetry, p99"].value == 5.0
