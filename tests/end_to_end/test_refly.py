# SPDX-License-Identifier: Apache-2.0
"""`groundstation refly`: recorded flights of real autopilots, flown again by ours, and by real ones where they are."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from groundstation.app.plan_work import read_file
from groundstation.app.refly_cli import PROGRESS
from groundstation.fleet.refly.news import FlightNews, Phase
from tests.support import sitl
from tests.support.programs import run_program

DATA = Path(__file__).parents[1] / "data"
SHARED = Path(__file__).parents[3] / "shared" / "data"
pytestmark = [pytest.mark.mosquitto, pytest.mark.timeout(900)]
LONGEST_S = 600.0


def refly(out, *words, code=0):
    done = run_program("refly", *words, "-o", str(out), "--json", timeout_s=LONGEST_S)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def shared(*names):
    paths = [SHARED / name for name in names]
    if not all(path.exists() for path in paths):
        pytest.skip("the shared logs are not here")
    return [str(path) for path in paths]


@pytest.mark.long
def test_a_copter_s_way_is_followed_within_two_metres_and_what_ifs_stand_beside_it(tmp_path):
    out = tmp_path / "again"
    log = str(DATA / "copter_square.tlog")
    what_ifs = ("--wind", "12,305", "--fault", "motor=0:1@20")
    result = refly(
        out, log, "--speed-up", "8", *what_ifs, "--expect", "cross_track_p95<2", "--expect", "duration<20", code=3
    )
    first, windy, broken = result["runs"]
    (one,) = first["vehicles"]
    assert one["cross_track"]["p95"] < 2.0
    assert one["height"]["p95"] < 0.5
    assert one["again_s"] == pytest.approx(one["recorded_s"], rel=0.15)
    assert first["expected"] == [["cross_track_p95<2", True], ["duration<20", True]]
    assert broken["expected"][1] == ["duration<20", False]
    assert windy["vehicles"][0]["cross_track"]["p95"] < 2.0
    # with a motor gone it falls where it is
    assert broken["vehicles"][0]["again_s"] < 40.0
    plan = read_file(out / "uav-1.plan")
    assert len(plan.mission) > 4
    assert "flown again" in (out / "report.html").read_text()
    assert (out / "report.pdf").read_bytes().startswith(b"%PDF")
    for run in result["runs"]:
        # beside the session lies the recorder's lock
        (session,) = (one for one in (out / run["recording"]).iterdir() if one.is_dir())
        assert run_program("log", "info", str(session), timeout_s=60.0).returncode == 0


@pytest.mark.long
def test_while_it_flies_it_tells_how_far_it_is_from_the_record(tmp_path):
    words = (str(DATA / "copter_square.tlog"), "-o", str(tmp_path / "again"), "--speed-up", "8", "--tell")
    done = run_program("refly", *words, timeout_s=LONGEST_S)
    assert done.returncode == 0, done.stderr
    lines = [one.removeprefix(PROGRESS) for one in done.stderr.splitlines() if one.startswith(PROGRESS)]
    news = [msgspec.json.decode(one, type=FlightNews) for one in lines]
    phases = [one.phase for one in news]
    assert [one for place, one in enumerate(phases) if one not in phases[:place]] == list(Phase)
    assert [len(one.ways) for one in news if one.ways] == [1]
    far_m = [one.vehicles[0].distance_m for one in news if one.vehicles and one.vehicles[0] is not None]
    known = [one for one in far_m if one is not None]
    assert far_m[0] is None
    # what is told live is what the comparison says afterwards of the same moments
    (one,) = json.loads((tmp_path / "again" / "comparison.json").read_text())["runs"][0]["vehicles"]
    assert known
    assert max(known) < one["along_track"]["max"] + one["cross_track"]["max"] + one["height"]["max"] + 1.0


@pytest.mark.long
def test_three_copters_of_three_logs_fly_together_as_far_apart_as_they_did(tmp_path):
    logs = shared(*(f"own/copter{number}_square_1x.tlog" for number in range(3)))
    (run,) = refly(tmp_path / "again", *logs, "--speed-up", "4")["runs"]
    assert len(run["vehicles"]) == 3
    late_s = run["takeoff_late_s"]
    # an order that was long on its way through a busy machine is not what is looked at here; they fly 5 m/s
    assert run["separation_p95_m"] < 3.0 + 6.0 * (max(late_s) - min(late_s))
    assert run["separation_p95_m"] < run["separation_max_m"]
    assert max(one["cross_track"]["p95"] for one in run["vehicles"]) < 2.0


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "aside_m"),
    [("own/copter_square.bin", 2.0), ("own/px4_0_square.tlog", 2.0), ("own/plane_mission.tlog", 25.0)],
)
def test_logs_of_each_kind_are_flown_again_by_ours(tmp_path, name, aside_m):
    (run,) = refly(tmp_path / "again", *shared(name), "--speed-up", "8")["runs"]
    assert run["vehicles"][0]["cross_track"]["p95"] < aside_m
    assert run["notes"] == []


@pytest.mark.long
@pytest.mark.parametrize(
    ("program", "name", "aside_m", "speed"),
    [
        ("arducopter", "own/copter_square.tlog", 2.0, "4"),
        ("arduplane", "own/plane_mission.tlog", 25.0, "4"),
        ("px4", "own/px4_0_square.tlog", 2.0, "1"),
    ],
)
def test_real_autopilots_fly_them_again(tmp_path, program, name, aside_m, speed, record_property):
    path = sitl.programs().get(program)
    if path is None:
        pytest.skip(f"set {sitl.VARIABLE} to the path of {program} to fly with it")
    words = (*shared(name), "--sitl", str(path), "--speed-up", speed)
    (run,) = refly(tmp_path / "again", *words)["runs"]
    record_property(program, run["vehicles"][0])
    assert run["vehicles"][0]["cross_track"]["p95"] < aside_m


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((str(DATA / "nothing.tlog"),), "nothing.tlog"),
        ((str(DATA / "copter_refused_arming.tlog"),), "nothing to fly again"),
        ((str(DATA / "copter_square.tlog"), "--flight", "9"), "has no flight 9"),
        ((str(DATA / "copter_square.tlog"), "--expect", "nonsense<2"), "figures are"),
        ((str(DATA / "copter_square.tlog"), "--fault", "nonsense"), "is no fault"),
        ((str(DATA / "copter_square.tlog"), "--fault", "motor=50:7@3"), "no vehicle 7"),
        ((str(DATA / "copter_square.tlog"), "--sitl", "/nowhere/px4"), "no such file"),
        ((str(DATA / "copter_square.tlog"), "--wind", "fast"), "SPEED,FROM"),
    ],
)
def test_what_can_not_be_is_one_line(tmp_path, words, said):
    done = run_program("refly", *words, "-o", str(tmp_path / "again"), timeout_s=60.0)
    assert done.returncode in (1, 2)
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "again").exists()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine").write_text("precious")
    done = run_program("refly", str(DATA / "copter_square.tlog"), "-o", str(tmp_path), timeout_s=60.0)
    assert done.returncode == 2
    assert "another folder" in done.stderr
    assert (tmp_path / "mine").read_text() == "precious"
