# SPDX-License-Identifier: Apache-2.0
"""One plan file, given and started by the command line, is flown by three kinds of autopilots as it stands in the file.

By simulated ones always; by real ones where they have been built, see `support/sitl.py`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from groundstation.app.plan_work import read_file
from groundstation.fleet.geometry import moved
from groundstation.fleet.identity import Autopilot, VehicleKey, VehicleKind
from groundstation.fleet.plans.files.plan_file import PlanFile, PlannedHome
from groundstation.fleet.plans.files.plan_formats import write_plan
from groundstation.fleet.plans.pace import pace_of
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_flight import flight_of
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.plans.plan_path import Place
from tests.end_to_end.test_flights_by_command_line import Stack, stack
from tests.support import sitl
from tests.support.flown_track import Track, Witness
from tests.support.ports import free_port
from tests.support.programs import run_program

__all__ = ["stack"]
pytestmark = pytest.mark.mosquitto
PACE, REAL_PACE = 8, 5
"""Simulated seconds a real one: of ours, of real ones that know of it."""
FLIGHT_S = 600.0
"""Longer than any of the flights takes, in real seconds on a busy machine."""
OFF = 0.15
"""How far the time that was reckoned may be from the one that was flown."""
LATE_S = 2.0
"""Of the vehicle's time: an item counts as come to although the next one is told already."""


class Kind(msgspec.Struct, frozen=True):
    """What is expected of a kind of autopilot."""

    kind: VehicleKind
    autopilot: Autopilot
    radius: str
    """Parameter of how near it has come to an item."""
    unit_m: float
    height_m: float
    """How far its height may be from the item's there; a plane is on its way to it until it is past."""
    first_item: int
    """Number that it gives to the first item of the file."""
    mode: str


KINDS = {
    "copter": Kind(VehicleKind.MULTICOPTER, Autopilot.ARDUPILOT, "WPNAV_RADIUS", 0.01, 2.0, 1, "AUTO"),
    "plane": Kind(VehicleKind.PLANE, Autopilot.ARDUPILOT, "WP_RADIUS", 1.0, 12.0, 1, "AUTO"),
    "px4": Kind(VehicleKind.MULTICOPTER, Autopilot.PX4, "NAV_ACC_RAD", 1.0, 2.0, 0, "MISSION"),
}
CRUISE = "AIRSPEED_CRUISE"
HEIGHTS_M = (40.0, 46.0, 40.0)


def around(home: Place, course_deg: float) -> tuple[PlanItem, ...]:
    """Up, faster, straight on, around three corners that a plane can turn at too, and home."""
    cos, sin = math.cos(math.radians(course_deg)), math.sin(math.radians(course_deg))
    ahead_right_m = ((240.0, 0.0), (240.0, 220.0), (50.0, 220.0))
    places = [moved(*home, ahead * cos - right * sin, ahead * sin + right * cos) for ahead, right in ahead_right_m]
    points = (
        PlanItem(command=Cmd.WAYPOINT, params=(0.0, 0.0, 0.0, None), x=lat, y=lon, z=height)
        for (lat, lon), height in zip(places, HEIGHTS_M, strict=True)
    )
    # PX4 does not take one without a place
    takeoff = PlanItem(command=Cmd.TAKEOFF, params=(15.0, 0.0, 0.0, None), x=home.lat_deg, y=home.lon_deg, z=20.0)
    return (
        takeoff,
        PlanItem(command=Cmd.CHANGE_SPEED, frame=2, params=(1.0, 12.0, -1.0, 0.0)),
        *points,
        PlanItem(command=Cmd.RETURN, frame=2),
    )


@pytest.fixture
def witness(stack: Stack, request: pytest.FixtureRequest) -> Iterator[Witness]:
    found = Witness(stack.url, request.param)
    yield found
    found.close()


def words(stack: Stack, *arguments: str) -> list[dict]:
    done = run_program(*arguments, "--broker", stack.url, "--journal", str(stack.journal), "--json", timeout_s=400.0)
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def parameters(stack: Stack, vehicle: str, *names: str) -> dict[str, float]:
    found = [one for one in words(stack, "params", "get", vehicle, *names) if "value" in one]
    return {one["name"]: float(one["value"]) for one in found}


def set_parameter(stack: Stack, vehicle: str, name: str, value: str, folder: Path) -> None:
    words(stack, "params", "set", vehicle, name, value, "--snapshots", str(folder / "kept"))


@pytest.mark.parametrize("witness", ["sim"], indirect=True)
@pytest.mark.long
def test_one_plan_is_flown_as_it_stands_by_simulated_autopilots(
    stack: Stack, witness: Witness, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    link = f"127.0.0.1:{free_port()}"
    # places come more often, since it flies so much faster
    stack.start("bridge", "--broker", stack.url, "--link", f"udpin:{link}", "--root", "sim", "--rate", "4")
    flavours = [word for one in KINDS for word in ("--flavour", one)]
    stack.start("simulate", "--vehicles", "3", "--link", f"udpout:{link}", "--ready", "--speed", str(PACE), *flavours)
    keys = {name: VehicleKey("sim", f"uav-{number}") for number, name in enumerate(KINDS, 1)}
    for key in keys.values():
        witness.wait(key, lambda track: bool(track.fixes), f"places of {key}", FLIGHT_S)
    # five of their seconds without a heartbeat of ours are one of this computer's, which may be busy
    for name, switch in (("copter", "FS_GCS_ENABLE"), ("plane", "FS_GCS_ENABL")):
        set_parameter(stack, str(keys[name]), switch, "0", tmp_path)
    home = witness.tracks[keys["copter"]].fixes[-1].place
    fly(stack, witness, tmp_path, keys, home, record_property)


@pytest.mark.long
@pytest.mark.parametrize("witness", ["fleet"], indirect=True)
@pytest.mark.parametrize(("program", "name"), [("arducopter", "copter"), ("arduplane", "plane"), ("px4", "px4")])
def test_the_same_plan_in_a_real_autopilot(
    stack: Stack,
    witness: Witness,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
    program: str,
    name: str,
) -> None:
    found = sitl.programs().get(program)
    if found is None:
        pytest.skip(f"set {sitl.VARIABLE} to the path of {program} to fly it")
    autopilot = sitl.begun(found, tmp_path, speed=REAL_PACE)
    try:
        stack.start("bridge", "--broker", stack.url, "--link", autopilot.link, "--rate", "2")
        key = VehicleKey("fleet", autopilot.vehicle)
        if name == "plane":
            # else it flies by throttle, at no speed that anybody told
            stack.states(str(key), "armed")
            set_parameter(stack, str(key), "ARSPD_USE", "1", tmp_path)
        home = witness.wait(key, lambda track: bool(track.fixes), "its places", FLIGHT_S).fixes[-1].place
        fly(stack, witness, tmp_path, {name: key}, home, record_property)
    finally:
        autopilot.stop()


def fly(
    stack: Stack,
    witness: Witness,
    folder: Path,
    keys: dict[str, VehicleKey],
    home: Place,
    record_property: Callable[[str, object], None],
) -> None:
    """Give all of them one file, start them together, and look how each flew it."""
    path = folder / "around.plan"
    # a plane takes off in the direction in which it stands
    course_deg = witness.tracks[list(keys.values())[-2 if len(keys) > 1 else 0]].fixes[-1].heading_deg
    path.write_bytes(write_plan(".plan", PlanFile(mission=around(home, course_deg), home=PlannedHome(*home))))
    all_of_them = ",".join(map(str, keys.values()))
    words(stack, "mission", "upload", all_of_them, str(path), "--yes")
    told = {
        name: parameters(stack, str(key), KINDS[name].radius, *([CRUISE] if name == "plane" else []))
        for name, key in keys.items()
    }
    radii = {name: told[name][KINDS[name].radius] * KINDS[name].unit_m for name in keys}
    homes = {name: witness.tracks[key].fixes[-1].place for name, key in keys.items()}
    # a cold boot: it has to be armable before a mission begins
    stack.fly_when_ready(all_of_them, "mission_start")
    plan = read_file(path)
    for name, key in keys.items():
        track = witness.wait(key, lambda track, name=name: is_over(track, name), f"the end of {name}", FLIGHT_S)
        figures = flown_as_planned(name, track, plan.mission, homes[name], radii[name], told[name].get(CRUISE))
        record_property(name, figures)
        print(name, figures)  # noqa: T201 - figures for whoever looks


def is_over(track: Track, name: str) -> bool:
    """Landed; what has wings circles over home until somebody ends it."""
    if name == "plane":
        return any(mode == "RTL" for _, mode in track.modes)
    return [armed for _, armed in track.armed][-2:] == [True, False]


def flown_as_planned(
    name: str,
    track: Track,
    items: tuple[PlanItem, ...],
    home: Place,
    radius_m: float,
    cruise_mps: float | None,
) -> str:
    """Look at a flight.

    Args:
        name: of its kind.
        track: what was told of it.
        items: the plan as the file has it.
        home: where it stood.
        radius_m: how near it has to come.
        cruise_mps: as its parameter says; None for the usual.

    Returns:
        The figures.
    """
    kind = KINDS[name]
    points = [number for number, one in enumerate(items, 1) if one.command == Cmd.WAYPOINT]
    shown = [number for _, number in track.items if number + 1 - kind.first_item in points]
    assert shown == [number - 1 + kind.first_item for number in points], f"{name}: order {track.items}"
    modes_s = [at_s for at_s, mode in track.modes if mode == kind.mode]
    armed_s = [at_s for at_s, is_armed in track.armed if is_armed]
    # PX4 1.14 says the mode of missions once more when it has landed
    before_s, later_s = ([one for one in modes_s if (one <= armed_s[-1]) is is_before] for is_before in (True, False))
    started_s = track.boot_s(armed_s[-1] if before_s or not later_s else later_s[0])
    until = [*(track.began_s(number + kind.first_item) for number in points[1:]), track.fixes[-1].boot_s]
    figures = []
    worst_m, worst_up_m, passed = 0.0, 0.0, []
    flight = flight_of(items, home, None, pace_of(kind.kind, kind.autopilot, cruise_mps))
    for number, after_s in zip(points, until, strict=True):
        item, from_s = items[number - 1], track.began_s(number - 1 + kind.first_item)
        assert from_s is not None
        until_s = (after_s if after_s is not None else track.fixes[-1].boot_s) + LATE_S
        place = Place(item.x or 0.0, item.y or 0.0)
        at = track.passing(place, from_s, until_s)
        off_m = abs(at.height_m - (item.z or 0.0))
        assert at.away_m <= radius_m, f"{name}: {at.away_m:.1f} m from item {number}, {radius_m} m are near enough"
        figures.append(f"{number}: {at.away_m:.1f} m, {at.boot_s - started_s:.0f} of {flight.arrivals_s[number]:.0f} s")
        assert off_m <= kind.height_m, f"{name}: at {at.height_m:.1f} of {item.z} m at item {number}"
        worst_m, worst_up_m = max(worst_m, at.away_m), max(worst_up_m, off_m)
        passed.append(at.boot_s - started_s)
    assert passed == sorted(passed)
    if name == "plane":
        took_s, reckoned_s = passed[-1], flight.arrivals_s[points[-1]]
    else:
        took_s, reckoned_s = track.boot_s(track.armed[-1][0]) - started_s, flight.duration_s
    told = (
        f"{worst_m:.1f} of {radius_m:.1f} m beside, {worst_up_m:.1f} m in height, "
        f"{took_s:.0f} s flown, {reckoned_s:.0f} s reckoned ({', '.join(figures)})"
    )
    assert abs(reckoned_s / took_s - 1.0) <= OFF, f"{name}: {told}"
    return told
