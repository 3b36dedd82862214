# SPDX-License-Identifier: Apache-2.0
"""Procedures by `groundstation procedure` alone, flown by the built-in simulator."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.test_flights_by_command_line import Stack
from tests.support.brokers import BrokerChild
from tests.support.ports import free_port
from tests.support.programs import Program, run_program
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.mosquitto, pytest.mark.long]
FILE = str(Path(__file__).parents[1] / "data/procedures/take_off_and_land.yaml")
VEHICLES = "sim/uav-1,sim/uav-2"


@pytest.fixture
def stack(mosquitto_broker: BrokerChild, tmp_path: Path) -> Iterator[Stack]:
    found = Stack(mosquitto_broker, tmp_path)
    link = f"127.0.0.1:{free_port()}"
    found.start("bridge", "--broker", found.url, "--link", f"udpin:{link}", "--root", "sim")
    found.start("simulate", "--vehicles", "2", "--link", f"udpout:{link}", "--ready", "--speed", "3")
    yield found
    found.close()


def words(stack: Stack, file: str, *more: str) -> tuple[str, ...]:
    return (
        *("procedure", "run", file, *more, "--vehicles", VEHICLES),
        *("--broker", stack.url, "--journal", str(stack.journal)),
    )


def gone_through(stack: Stack, file: str, *more: str) -> tuple[int, list[dict]]:
    """Asked again, as an operator does, where nobody was heard yet."""
    while True:
        done = run_program(*words(stack, file, *more), "--json", timeout_s=300.0)
        if "no vehicle" not in done.stderr and "no connection" not in done.stderr:
            return done.returncode, [json.loads(line) for line in done.stdout.splitlines()] or [{"said": done.stderr}]


def is_armed(stack: Stack, vehicle: str) -> bool:
    return bool(stack.states(vehicle, "armed")[-1]["armed"]["is_armed"])


def test_two_take_off_one_after_the_other_wait_for_their_height_and_land(stack: Stack) -> None:
    # a checklist may find the one or other value late on a busy computer: then it says so, and is gone through again
    while True:
        code, lines = gone_through(stack, "before-flight", "--yes")
        if code == 0:
            break
        assert {one["kind"] for one in lines if one.get("state") == "failed"} == {"check"}, lines
    code, lines = gone_through(stack, FILE, "take-off", "--yes")
    assert code == 0, [one for one in lines if one.get("state") == "failed"]
    assert lines[-1] == {"procedure": "take-off", "ending": "done"}
    ends = [(one["step"], one["vehicle"]) for one in lines[:-1] if one["state"] == "done"]
    assert sorted(ends) == [(step, f"sim/uav-{number}") for step in range(1, 6) for number in (1, 2)]
    # no step begins before all have ended the one before
    assert [step for step, _ in ends] == sorted(step for step, _ in ends)
    assert is_armed(stack, "sim/uav-1")
    assert is_armed(stack, "sim/uav-2")
    assert gone_through(stack, FILE, "land", "--yes")[0] == 0
    assert not is_armed(stack, "sim/uav-1")
    checked = run_program("journal", "--journal", str(stack.journal), "--check")
    assert checked.returncode == 0, checked.stderr
    rows = run_program("journal", "take-off", "do:", "--journal", str(stack.journal), "--csv", "-").stdout
    assert rows.count("procedure") >= 4


def test_ctrl_c_stops_it_and_nothing_new_goes_out(stack: Stack, tmp_path: Path) -> None:
    file = tmp_path / "wait.yaml"
    file.write_text(
        "procedures:\n  - name: w\n    steps:\n"
        "      - {check: disarmed, within_s: 60}\n"
        "      - {wait: height > 400, within_s: 3600}\n"
        "      - {do: takeoff 15}\n"
    )
    while True:
        program = Program(*words(stack, str(file)))
        try:
            wait_until(lambda p=program: "2/3 wait" in p.said or not p.is_running, what="the second step")
            if "2/3 wait" not in program.said:
                continue
            assert program.end(signal.SIGINT)[0] == 130
            assert "stopped by" in program.said
            break
        finally:
            program.close()
    assert not is_armed(stack, "sim/uav-1")
    shown = run_program("journal", "takeoff", "sent", "--journal", str(stack.journal), "--csv", "-").stdout
    assert shown.count("\n") == 1, "no order was given"
