# SPDX-License-Identifier: Apache-2.0
"""`groundstation mission survey` and `split` as an operator starts them: files, table, JSON, exit codes, mistakes."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import pytest
import shapely

from groundstation.app.plan_work import read_file, read_fleet_file
from groundstation.fleet.geometry import distance_m
from groundstation.fleet.plans.files.fence_shapes import Circle, items_of
from groundstation.fleet.plans.files.plan_file import PlanFile, Spot
from groundstation.fleet.plans.files.plan_formats import write_plan
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.plans.survey.qgc_survey import tasks_in
from groundstation.fleet.plans.survey.survey_task import CorridorTask, Entry, SurveyTask, Trigger
from tests.app.test_cli import call_main
from tests.support.programs import run_program

DATA = Path(__file__).parents[1] / "data" / "plans"
FIELD, FARM = str(DATA / "field.geojson"), str(DATA / "farm.geojson")
P1 = ("--camera", "p1", "--gsd", "1")


def told(*words: str) -> list[str]:
    done = run_program("mission", *words)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout.splitlines()


def ring(path: str) -> shapely.Polygon:
    return shapely.Polygon([(one.lon_deg, one.lat_deg) for one in read_file(Path(path)).areas[0].outer])


@pytest.mark.long
def test_an_area_becomes_a_survey_that_can_be_opened_and_changed_again(tmp_path: Path) -> None:
    plan = tmp_path / "out.plan"
    start = ("--start", "41.0015,39.7178")
    lines = told(
        *("survey", FIELD, "-o", str(plan), *P1, *start, "--side-overlap", "60", "--angle", "30", "--turnaround", "8"),
        *("--crosshatch", "--keep-out", FARM, "--margin", "10", "--autopilot", "px4", "--entry", "top-right"),
    )
    found = read_file(plan)
    (task,) = tasks_in(found)
    assert isinstance(task, SurveyTask)
    assert (task.angle_deg, task.turnaround_m, task.crosshatch, task.margin_m) == (30.0, 8.0, True, 10.0)
    assert (task.side_overlap, task.camera is not None and task.camera.name) == (0.6, "DJI Zenmuse P1 35 mm")
    assert (len(task.keep_outs), task.entry, found.firmware) == (1, Entry.TOP_RIGHT, 12)
    assert [found.mission[0].command, found.mission[-1].command] == [Cmd.TAKEOFF, Cmd.RETURN]
    assert found.home is not None
    assert (found.home.lat_deg, found.home.lon_deg) == (41.0015, 39.7178)
    way = shapely.LineString([(one.y, one.x) for one in found.mission if one.command == Cmd.WAYPOINT])
    assert not way.crosses(ring(FARM))
    assert str(plan) in "".join(lines)
    # the same again, from the plan, otherwise
    again = tmp_path / "again.fleet"
    told("survey", str(plan), "-o", str(again), "--height", "60", "--trigger", "hover", "--once")
    (part,) = read_fleet_file(again).parts
    (changed,) = tasks_in(part.plan)
    assert isinstance(changed, SurveyTask)
    assert (changed.height_m, changed.trigger, changed.crosshatch) == (60.0, Trigger.HOVER, False)
    assert (changed.angle_deg, changed.keep_outs) == (30.0, task.keep_outs)


@pytest.mark.parametrize(("autopilot", "has_place"), [("px4", True), ("ardupilot", False)])
def test_without_a_start_only_a_px4_is_told_where_to_take_off(autopilot: str, has_place: bool, tmp_path: Path) -> None:
    plan = tmp_path / "out.plan"
    told("survey", FARM, *P1, "--autopilot", autopilot, "-o", str(plan))
    takeoff = read_file(plan).mission[0]
    assert (takeoff.command, bool(takeoff.x and takeoff.y)) == (Cmd.TAKEOFF, has_place)
    told("check", str(plan))


def test_a_line_becomes_a_corridor(tmp_path: Path) -> None:
    plan = tmp_path / "canal.plan"
    words = ("--corridor", "60", "--footprint", "50x40", "--kind", "plane", "--turnaround", "80", "--height", "70")
    told("survey", FIELD, *words, "-o", str(plan))
    found = read_file(plan)
    (task,) = tasks_in(found)
    assert isinstance(task, CorridorTask)
    assert (task.width_m, len(task.line.spots), found.vehicle) == (60.0, 4, 1)
    assert {one.z for one in found.mission if one.command == Cmd.WAYPOINT} == {70.0}


@pytest.mark.long
def test_a_split_is_a_plan_for_each_and_all_in_one_file(tmp_path: Path) -> None:
    out = tmp_path / "out"
    starts = ("--starts", "41.0,39.714 41.003,39.722", "--starts", "41.006,39.716")
    lines = told("split", FIELD, "--to", "uav-1,sim/uav-2,uav-3", *starts, *P1, "-o", str(out))
    names = ["field-uav-1.plan", "field-uav-2.plan", "field-uav-3.plan", "field.fleet"]
    assert sorted(one.name for one in out.iterdir()) == names
    fleet = read_fleet_file(out / "field.fleet")
    assert [str(one.vehicle) for one in fleet.parts] == ["fleet/uav-1", "sim/uav-2", "fleet/uav-3"]
    for part, name in zip(fleet.parts, names[:3], strict=True):
        assert part.plan.mission == read_file(out / name).mission
        assert tasks_in(part.plan), "each part can be opened as a survey"
    assert [part.plan.home.lat_deg for part in fleet.parts if part.plan.home] == [41.0, 41.003, 41.006]
    assert [line.split()[0] for line in lines[4:7]] == ["uav-1", "uav-2", "uav-3"]
    assert not any("where all start in one moment" in line for line in lines)
    # the window lays it anew: each of its flights is found in the part of its vehicle
    [survey] = fleet.surveys
    assert [flight.mission for flight in survey.flights] == [part.plan.mission for part in fleet.parts]
    # nothing of it is written over unasked
    before = {one: one.read_bytes() for one in out.iterdir()}
    (out / names[0]).unlink()
    done = run_program("mission", "split", FIELD, "--to", "uav-1,sim/uav-2,uav-3", *P1, "-o", str(out))
    assert (done.returncode, (out / names[0]).exists()) == (2, False)
    assert "field-uav-2.plan is there already; say --yes" in done.stderr
    told("split", FIELD, "--to", "uav-1,sim/uav-2,uav-3", *P1, "-o", str(out), "--yes")
    assert (out / names[3]).read_bytes() != before[out / names[3]]


def test_who_would_meet_whom_is_told() -> None:
    lines = told("split", FIELD, "--vehicles", "2", "--starts", "41.0,39.714", *P1)
    assert any(line.startswith("advice  1: 0 m from 2 at 0:") for line in lines)


@pytest.mark.long
def test_a_fence_is_an_area_and_its_circles_are_kept_out(tmp_path: Path) -> None:
    fence = tmp_path / "fence.waypoints"
    centre, radius_m = (41.0015, 39.7165), 60.0
    shape = Circle(centre=Spot(*centre), radius_m=radius_m, is_inside=False)
    fence.write_bytes(write_plan(".waypoints", PlanFile(fence=items_of(shape))))
    plan = tmp_path / "out.plan"
    told("survey", FIELD, *P1, "--keep-out", str(fence), "-o", str(plan))
    way = [Place(one.x or 0.0, one.y or 0.0) for one in read_file(plan).mission if one.command == Cmd.WAYPOINT]
    steps = [
        Place(
            one.lat_deg + (other.lat_deg - one.lat_deg) * part / 20,
            one.lon_deg + (other.lon_deg - one.lon_deg) * part / 20,
        )
        for one, other in itertools.pairwise(way)
        for part in range(21)
    ]
    assert radius_m - 0.01 <= min(distance_m(*centre, *one) for one in steps) < radius_m * 1.05
    inside = Circle(centre=Spot(*centre), radius_m=radius_m, is_inside=True)
    fence.write_bytes(write_plan(".waypoints", PlanFile(fence=items_of(inside))))
    whole = json.loads(told("survey", str(fence), *P1, "--json")[0])
    assert 0.98 < whole["area_m2"] / (math.pi * radius_m**2) < 1.0


def test_programs_get_lines_of_json() -> None:
    whole, *flights = (json.loads(line) for line in told("split", FIELD, "--vehicles", "2", *P1, "--json"))
    assert whole["area_m2"] == pytest.approx(sum(one["area_m2"] for one in flights), rel=1e-6)
    assert whole["pictures"] > 100
    assert [one["vehicle"] for one in flights] == ["1", "2"]
    assert all(one["time_s"] > 60.0 and one["items"] > 10 and one["file"] == "" for one in flights)


@pytest.mark.long
def test_as_many_flights_as_batteries_last_and_what_holds_is_not_written(tmp_path: Path) -> None:
    words = ("split", FIELD, "--to", "uav-1", *P1, "--starts", "41.0,39.714", "--endurance", "1000")
    done = run_program("mission", *words, "-o", str(tmp_path / "held"))
    assert (done.returncode, (tmp_path / "held").exists()) == (3, False)
    assert "HOLDS   uav-1: it takes" in done.stdout
    assert "nothing is written" in done.stderr
    told(*words, "--by", "endurance", "-o", str(tmp_path / "flights"))
    fleet = read_fleet_file(tmp_path / "flights" / "field.fleet")
    assert len(fleet.parts) >= 2
    assert [fleet.parts[0].label, fleet.parts[1].label] == ["uav-1", "uav-1 flight 2"]


def test_cameras_are_listed() -> None:
    lines = told("survey", "--camera", "list")
    assert any(line.startswith("DJI Zenmuse P1 35 mm") and "8192 x 5460 px" in line for line in lines)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("survey",), 2, "say of which file"),
        (("survey", "none.kml"), 1, "can't be read"),
        (("survey", FARM), 1, "give a spacing, a camera or a footprint"),
        (("survey", FARM, "--camera", "sony", "--height", "50"), 2, "there are Sony a6000"),
        (("survey", FARM, "--camera", "box"), 2, "there is none; there are Canon"),
        (("survey", FARM, "--gsd", "1"), 2, "--camera NAME"),
        (("survey", FARM, *P1, "--height", "50"), 2, "leave one of them away"),
        (("survey", FARM, *P1, "--footprint", "1x2"), 2, "leave one of them away"),
        (("survey", FARM, "--footprint", "60"), 2, "60x40"),
        (("survey", FARM, *P1, "--above", "moon"), 2, "home, sea, ground"),
        (("survey", FARM, *P1, "--above", "sea"), 2, "--over-ground"),
        (("survey", FARM, *P1, "--above", "ground", "--autopilot", "px4"), 1, "PX4"),
        (("survey", FARM, *P1, "--trigger", "thumb"), 2, "distance"),
        (("survey", FARM, *P1, "--entry", "middle"), 2, "bottom-left"),
        (("survey", FARM, *P1, "--kind", "rover"), 2, "rover"),
        (("survey", FARM, *P1, "--end", "never"), 2, "return, land, none"),
        (("survey", FARM, *P1, "--corridor", "50"), 2, "no line"),
        (("survey", FIELD, *P1, "--corridor", "50", "--angle", "3"), 2, "follows its line"),
        (("survey", FARM, *P1, "--keep-out", FARM), 1, "keep-out"),
        (("survey", FARM, *P1, "--keep-out", str(DATA / "none.kml")), 1, "can't be read"),
        (("survey", FARM, *P1, "--start", "91,0"), 2, "41.0015,39.7178"),
        (("survey", FARM, *P1, "--pick", "2"), 2, "1 farm"),
        (("survey", FARM, *P1, "--speed", "nan"), 1, "speed"),
        (("survey", FARM, *P1, "--side-overlap", "100"), 1, "overlap"),
        (("survey", FARM, *P1, "-o", "x.doc"), 1, ".plan"),
        (("survey", FARM, *P1, "-o", "/none/x.plan"), 1, "can't be written"),
        (("split", FARM, *P1), 2, "--vehicles N"),
        (("split", FARM, *P1, "--vehicles", "2", "--to", "a,b"), 2, "--vehicles N"),
        (("split", FARM, *P1, "--to", "a,b/c"), 2, "uav-1 or sim/uav-1"),
        (("split", FARM, *P1, "--to", "a,a"), 2, "twice"),
        (("split", FARM, *P1, "--vehicles", "3", "--starts", "1,2 3,4"), 2, "2 starts for 3"),
        (("split", FARM, *P1, "--vehicles", "2", "--by", "luck"), 2, "time, area, endurance"),
        (("split", FARM, *P1, "--vehicles", "2", "--by", "endurance"), 1, "battery"),
        (("split", FARM, *P1, "--vehicles", "2", "-o", FARM), 1, "can't be made"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_with_its_remedy(
    words: tuple[str, ...], code: int, said: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    found = call_main(("mission", *words), monkeypatch)
    line = capfd.readouterr()
    assert (found, line.out, len(line.err.splitlines())) == (code, "", 1), line.err
    assert said in line.err
