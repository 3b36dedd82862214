# SPDX-License-Identifier: Apache-2.0
"""Plans by `groundstation mission` alone: to simulated autopilots, and to a real one where one has been built."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from groundstation.app.ordering import TICK_S, Desk
from groundstation.app.plan_work import read_file
from groundstation.fleet.geometry import distance_m
from groundstation.fleet.identity import Autopilot, VehicleKey
from groundstation.fleet.plans.files.plan_file import PlanFile, PlannedHome
from groundstation.fleet.plans.files.plan_formats import write_plan
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import PlanItem, PlanKind
from groundstation.fleet.plans.plan_match import is_same
from groundstation.transport.broker_url import parse_broker_url
from tests.end_to_end.test_flights_by_command_line import Stack, stack
from tests.support import sitl
from tests.support.brokers import BrokerChild
from tests.support.ports import free_port
from tests.support.programs import run_program

__all__ = ["stack"]
pytestmark = pytest.mark.mosquitto
SQUARE = Path(__file__).parents[1] / "data" / "plans" / "square.plan"


def planned(stack: Stack, *words: str) -> list[dict]:
    """A plan command that must succeed; its steps."""
    done = run_program(*words, "--broker", stack.url, "--journal", str(stack.journal), "--json", timeout_s=400.0)
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def back(stack: Stack, vehicle: str, kind: str, path: Path) -> PlanFile:
    """What a vehicle has, by way of a file."""
    planned(stack, kind, "download", vehicle, "-o", str(path))
    return read_file(path)


def square(lat_deg: float, lon_deg: float) -> tuple[PlanItem, ...]:
    """Up, around a square of 60 m, and home."""
    corners = ((5e-4, 0.0), (5e-4, 7e-4), (0.0, 7e-4))
    points = (PlanItem(command=Cmd.WAYPOINT, x=lat_deg + north, y=lon_deg + east, z=40.0) for north, east in corners)
    takeoff = PlanItem(command=Cmd.TAKEOFF, x=lat_deg, y=lon_deg, z=30.0)
    return (takeoff, *points, PlanItem(command=Cmd.RETURN, frame=2))


def written(path: Path, items: tuple[PlanItem, ...], place: tuple[float, float]) -> Path:
    path.write_bytes(write_plan(".plan", PlanFile(mission=items, home=PlannedHome(*place, 80.0))))
    return path


@pytest.mark.long
def test_one_file_goes_to_three_kinds_of_autopilots_and_comes_back(stack: Stack, tmp_path: Path) -> None:
    link = f"127.0.0.1:{free_port()}"
    stack.start("bridge", "--broker", stack.url, "--link", f"udpin:{link}", "--root", "sim")
    flavours = [word for one in ("copter", "plane", "px4") for word in ("--flavour", one)]
    stack.start("simulate", "--vehicles", "3", "--link", f"udpout:{link}", "--ready", *flavours)
    plan = read_file(SQUARE)
    for kind in ("mission", "fence", "rally"):
        steps = planned(stack, kind, "upload", "sim/uav-1,sim/uav-2,sim/uav-3", str(SQUARE), "--yes")
        ends = [one for one in steps if one["state"] == "succeeded"]
        assert {one["vehicle"] for one in ends} == {"sim/uav-1", "sim/uav-2", "sim/uav-3"}
        for number, autopilot in ((1, Autopilot.ARDUPILOT), (2, Autopilot.ARDUPILOT), (3, Autopilot.PX4)):
            found = back(stack, f"sim/uav-{number}", kind, tmp_path / f"{kind}-{number}.plan")
            one = PlanKind(kind)
            assert is_same(plan.items(one), found.items(one), one, autopilot)
    planned(stack, "mission", "clear", "sim/uav-1", "--yes")
    assert back(stack, "sim/uav-1", "mission", tmp_path / "none.plan").mission == ()


@pytest.mark.long
def test_what_nobody_can_mean_sends_nothing(stack: Stack, tmp_path: Path) -> None:
    strange = tmp_path / "strange.plan"
    strange.write_text("no plan")
    link = f"127.0.0.1:{free_port()}"
    stack.start("bridge", "--broker", stack.url, "--link", f"udpin:{link}", "--root", "sim")
    stack.start("simulate", "--vehicles", "1", "--link", f"udpout:{link}", "--ready")
    for words, said in (
        (("mission", "upload", "sim/uav-1", str(strange), "--yes"), "strange.plan"),
        (("mission", "upload", "sim/uav-1", str(tmp_path / "none.plan"), "--yes"), "can't be read"),
        # nobody is there to be asked
        (("mission", "upload", "sim/uav-1", str(SQUARE)), "--yes"),
        (("mission", "download", "sim/uav-1", "-o", str(tmp_path / "x.doc")), ".doc"),
    ):
        done = run_program(*words, "--broker", stack.url, "--journal", str(stack.journal))
        assert done.returncode != 0
        assert said in done.stderr, (words, done.stderr)
        assert "Traceback" not in done.stderr


@pytest.mark.long
def test_more_than_the_battery_has_goes_up_only_where_somebody_says_so(stack: Stack, tmp_path: Path) -> None:
    link = f"127.0.0.1:{free_port()}"
    stack.start("bridge", "--broker", stack.url, "--link", f"udpin:{link}", "--root", "sim")
    stack.start("simulate", "--vehicles", "1", "--link", f"udpout:{link}", "--ready")
    place = stack.place("sim/uav-1")
    file = written(tmp_path / "square.plan", square(*place), place)
    words = ("mission", "upload", "sim/uav-1", str(file), "--yes", "--broker", stack.url)
    # half a minute does not take it up and around
    done = run_program(*words, "--journal", str(stack.journal), "--endurance", "0.5")
    assert done.returncode == 2
    assert "sim/uav-1: it takes " in done.stderr
    assert "% of the battery" in done.stderr
    assert "--force" in done.stderr
    assert back(stack, "sim/uav-1", "mission", tmp_path / "none.plan").mission == ()
    planned(stack, *words[:4], "--yes", "--endurance", "0.5", "--force")
    assert len(back(stack, "sim/uav-1", "mission", tmp_path / "found.plan").mission) == len(square(*place))
    # and with what such a vehicle usually flies nothing is asked
    planned(stack, *words[:4], "--yes")


@pytest.mark.long
def test_a_broker_that_is_killed_in_the_middle_leaves_one_true_state(
    stack: Stack, mosquitto_broker: BrokerChild, tmp_path: Path
) -> None:
    link = f"127.0.0.1:{free_port()}"
    stack.start("bridge", "--broker", stack.url, "--link", f"udpin:{link}", "--root", "sim")
    stack.start("simulate", "--vehicles", "1", "--link", f"udpout:{link}", "--ready")
    place = stack.place("sim/uav-1")
    points = [(place[0] + 1e-5 * at, place[1]) for at in range(600)]
    items = tuple(PlanItem(command=Cmd.WAYPOINT, x=lat_deg, y=lon_deg, z=40.0) for lat_deg, lon_deg in points)
    file = written(tmp_path / "long.plan", items, place)
    words = ("mission", "upload", "sim/uav-1", str(file), "--yes", "--broker", stack.url, "--timeout", "60", "--json")
    upload = subprocess.Popen(
        [sys.executable, "-m", "groundstation", *words, "--journal", str(stack.journal)], stdout=subprocess.PIPE
    )
    assert upload.stdout is not None
    # as soon as items are on their way
    assert any(json.loads(line)["state"] == "in_progress" for line in upload.stdout)
    mosquitto_broker.kill()
    mosquitto_broker.start()
    told = [json.loads(line)["state"] for line in upload.stdout]
    upload.wait()
    assert (upload.returncode == 0) is (told[-1:] == ["succeeded"]), "its end is what it says"
    # the vehicle has the one or the other, whole, and the bridge knows which
    found = back(stack, "sim/uav-1", "mission", tmp_path / "found.plan").mission
    assert is_same(items, found, PlanKind.MISSION, Autopilot.ARDUPILOT) or found == ()
    if upload.returncode == 0:
        assert len(found) == len(items)


@pytest.mark.long
def test_a_square_is_flown_in_the_order_of_its_items(stack: Stack, tmp_path: Path) -> None:
    link = f"127.0.0.1:{free_port()}"
    stack.start("bridge", "--broker", stack.url, "--link", f"udpin:{link}", "--root", "sim")
    # in real time: between two looks a faster one would be around a corner
    stack.start("simulate", "--vehicles", "1", "--link", f"udpout:{link}", "--ready")
    flown(stack, "sim/uav-1", tmp_path)


@pytest.mark.long
def test_the_same_square_in_a_real_autopilot(stack: Stack, tmp_path: Path) -> None:
    found = sitl.programs().get("arducopter")
    if found is None:
        pytest.skip(f"set {sitl.VARIABLE} to the path of arducopter to fly it")
    autopilot = sitl.Sitl(found, tmp_path)
    try:
        stack.start("bridge", "--broker", stack.url, "--link", autopilot.link)
        # a cold boot: it has to be armable before a mission begins
        stack.fly_when_ready("fleet/uav-1", "arm")
        stack.fly("fleet/uav-1", "disarm")
        flown(stack, "fleet/uav-1", tmp_path)
    finally:
        autopilot.stop()


def flown(stack: Stack, vehicle: str, folder: Path) -> None:
    """Give a square, fly it, and look which corners were come to, in which order."""
    place = stack.place(vehicle)
    items = square(*place)
    planned(stack, "mission", "upload", vehicle, str(written(folder / "square.plan", items, place)), "--yes")
    corners = [(one.x, one.y) for one in items[1:4]]
    visited: list[int] = []
    root, _, own_id = vehicle.partition("/")
    key = VehicleKey(root, own_id)
    with Desk(parse_broker_url(stack.url), (root,), None) as desk:
        desk.bus.follow(frozenset({key}))
        stack.fly_when_ready(vehicle, "mission_start")
        was_armed = is_down = False
        while not is_down:
            # every place that was told, however late a busy machine comes to it
            updates, _ = desk.turn()
            for update in updates:
                position = getattr(update.content, "position", None)
                if position is None or position.lat_deg is None or getattr(update, "key", None) != key:
                    continue
                for number, (lat_deg, lon_deg) in enumerate(corners):
                    away_m = distance_m(lat_deg or 0.0, lon_deg or 0.0, position.lat_deg, position.lon_deg)
                    # the autopilots' own acceptance radius, and what it flies between two messages
                    if away_m < 15.0 and visited[-1:] != [number]:
                        visited.append(number)
            state = desk.fleet.get(key)
            is_armed = state is not None and state.armed is not None and state.armed.is_armed is True
            is_down, was_armed = was_armed and not is_armed, was_armed or is_armed
            time.sleep(TICK_S)
    assert visited[:3] == [0, 1, 2]
