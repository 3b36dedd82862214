# SPDX-License-Identifier: Apache-2.0
"""`groundstation simulate --scenario`: one file for each fault, with the answer that a real autopilot gives to it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from groundstation.app.scenario.prepared import prepared, read_scenarios
from groundstation.fleet.scenario.scenario_file import read_scenario, write_scenario
from groundstation.simulator.engine.faults import KINDS
from tests.support import sitl
from tests.support.programs import run_program

FILES = {path.stem: path for path in sorted((Path(__file__).parents[1] / "data" / "scenarios").glob("*.yaml"))}
LONGEST_S = 800.0
LINKS = [name for name in FILES if name.startswith("link_loss")]
ALONE = ["duplicate_sysid_copter"]
"""It takes the number of whoever else is there."""
TOGETHER = [name for name in FILES if name not in (*LINKS, *ALONE)]
pytestmark = [pytest.mark.mosquitto, pytest.mark.timeout(900)]


def fly(names, *words, code=0, **environment):
    files = [word for name in names for word in ("--scenario", str(FILES[name]))]
    done = run_program("simulate", *files, "--json", *words, timeout_s=LONGEST_S, **environment)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_each_fault_has_a_file():
    told = [prepared(read_scenarios([path])) for path in FILES.values()]
    assert {fault.kind for one in told for fault in one.faults} == set(KINDS)
    assert all(one.expected for one in told)


@pytest.mark.parametrize("names", [TOGETHER, LINKS, ALONE], ids=["together", "links", "alone"])
@pytest.mark.long
def test_faults_are_answered_as_by_real_autopilots(names, tmp_path):
    result = fly(names, TMPDIR=str(tmp_path))
    assert [one for one in result["expected"] if not one["is_met"]] == []
    assert (result["simulator"], result["recording"]) == ("built-in", None)
    assert list(tmp_path.glob("groundstation-scenario-*")) == []


@pytest.mark.long
def test_what_is_not_met_is_told_with_what_was_seen_and_the_recording_stays(tmp_path):
    (tmp_path / "mine.yaml").write_text(
        "speed: 10\n"
        "vehicles:\n  - plan: square.plan\n    battery: 80\n"
        "wind: 3,305\n"
        "orders:\n  - {at: 20, vehicle: uav-1, order: land}\n  - {at: 25, vehicle: uav-1, order: relay 1 on}\n"
        "expect:\n  - uav-1 lands within 5 s of land\n  - uav-1 stays below 60 m\n"
        "  - uav-1 reaches item 6\n  - uav-1 obeys land\n"
    )
    plan = FILES["sequence_gap_copter"].parent / "square.plan"
    (tmp_path / "square.plan").write_bytes(plan.read_bytes())
    out = tmp_path / "out"
    done = run_program(
        "simulate", "--scenario", str(tmp_path / "mine.yaml"), "-o", str(out), timeout_s=LONGEST_S, NO_COLOR="1"
    )
    assert done.returncode == 3, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("NOT MET  uav-1 lands within 5 s of land: after ")
    assert lines[1].startswith("met      uav-1 stays below 60 m: at most 20.")
    assert lines[2].startswith("NOT MET  uav-1 reaches item 6: not in ")
    assert lines[-1].startswith("2 of 4 as expected")
    kept = json.loads((out / "scenario.json").read_text())
    assert [one["is_met"] for one in kept["expected"]] == [False, True, False, True]
    (session,) = (one for one in (out / "recording").iterdir() if one.is_dir())
    told = run_program("log", "info", str(session), timeout_s=60.0)
    assert (told.returncode, "uav-1" in told.stdout) == (0, True)


@pytest.mark.long
@pytest.mark.parametrize("name", FILES)
def test_real_autopilots_answer_so(name, record_property):
    program = {"plane": "arduplane", "px4": "px4"}.get(name.rpartition("_")[2], "arducopter")
    path = sitl.programs().get(program)
    if path is None:
        pytest.skip(f"set {sitl.VARIABLE} to the path of {program} to fly with it")
    speed = {"px4": "1"}.get(program, "2" if name in LINKS else "4")
    result = fly([name], "--sitl", str(path), "--speed", speed)
    record_property(name, [one["seen"] for one in result["expected"]])
    assert result["simulator"] == program


GOOD = "vehicles:\n  - kind: copter\n"


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        (GOOD + "faults: [nonsense]\n", (), "is no fault"),
        (GOOD + "faults: ['gps_loss:2@3']\n", (), "no vehicle 2"),
        (GOOD + "wind: fast\n", (), "SPEED,FROM"),
        (GOOD + "home: here\n", (), "LAT,LON,ALT,HDG"),
        (GOOD + "orders: [{at: 1, vehicle: uav-1, order: explode}]\n", (), "no verb 'explode'"),
        (GOOD + "orders: [{at: 1, vehicle: uav-1, order: takeoff high}]\n", (), "is a number"),
        (GOOD + "orders: [{at: 1, vehicle: uav-3, order: rtl}]\n", (), "no uav-3"),
        (GOOD + "orders: [{at: 1, vehicle: uav-1, order: plan_read}]\n", (), "give the vehicle a plan"),
        (GOOD + "orders: [{at: 1, vehicle: uav-1, order: ''}]\n", (), "orders[0].order"),
        (GOOD + "expect: ['uav-1 lands within 3 s of gps_loss']\n", (), "there are take-off"),
        ("vehicles:\n  - kind: zeppelin\n", (), "no 'zeppelin'"),
        ("vehicles:\n  - plan: nothing.plan\n", (), "nothing.plan can't be read"),
        ("vehicles:\n  - sitl: nothing/px4\n", (), "no such file"),
        (GOOD, ("--vehicles", "3"), "a scenario has its own"),
        (GOOD, ("--speed", "30"), "20 times as fast"),
        (GOOD, ("--sitl", "/nowhere/arduplane"), "arducopter too"),
    ],
)
def test_what_can_not_be_is_one_line(tmp_path, text, words, said):
    (tmp_path / "a.yaml").write_text(text)
    out = tmp_path / "out"
    done = run_program("simulate", "--scenario", str(tmp_path / "a.yaml"), "-o", str(out), *words, timeout_s=60.0)
    assert done.returncode in (1, 2), done.stdout
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not out.exists()


@pytest.mark.long
def test_words_of_a_scenario_need_one(tmp_path):
    for words in (("-o", str(tmp_path / "x")), ("--json",)):
        done = run_program("simulate", *words, timeout_s=60.0)
        assert (done.returncode, "--scenario FILE" in done.stderr) == (2, True)
    done = run_program("simulate", "--scenario", str(tmp_path / "none.yaml"), timeout_s=60.0)
    assert (done.returncode, "can't be read" in done.stderr) == (1, True)


def test_files_that_are_read_are_written_back_equal():
    for path in FILES.values():
        scenario = read_scenario(path.name, path.read_bytes())
        assert read_scenario("again.yaml", write_scenario(scenario)) == scenario
